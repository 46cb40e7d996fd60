//! A stream as it lies in memory: its nodes with their entries, its groups with who has what.

use engine::values::stream::{Group, Node, Stream, StreamEntry, StreamId};
use views::snapshot::{self, StreamConsumer, StreamGroup, StreamNode, Ticket};

use super::sample;

/// Nodes from the beginning, and from the end of a stream that has more.
const FIRST_NODES: usize = 24;
const LAST_NODES: usize = 4;
const ENTRIES_MAX: usize = 128;
const GROUPS_MAX: usize = 6;
const CONSUMERS_MAX: usize = 12;
const TICKETS_MAX: usize = 64;
/// What entries say is read as long as there are few of them.
const TEXTS_MAX: u64 = 60;

pub(super) fn body(stream: &Stream) -> snapshot::Stream {
    let count = stream.node_count();
    let with_text = stream.len() <= TEXTS_MAX;
    let is_listed = |at: usize| at < FIRST_NODES || at + LAST_NODES >= count;
    let nodes = stream.nodes().enumerate().filter(|(at, _)| is_listed(*at));
    let groups = stream.groups().iter().take(GROUPS_MAX);
    snapshot::Stream {
        length: stream.len(),
        first_id: stream.first_id.into(),
        last_id: stream.last_id.into(),
        max_deleted_id: stream.max_deleted_id.into(),
        entries_added: stream.entries_added,
        radix_nodes: stream.radix_node_count() as u64,
        node_count: count as u64,
        nodes: nodes
            .map(|(_, (own, node))| node_of(own, node, with_text))
            .collect(),
        groups: groups
            .map(|(name, group)| group_of(stream, name, group))
            .collect(),
    }
}

fn node_of(own: StreamId, node: &Node, with_text: bool) -> StreamNode {
    // live, deleted, and how many names follow.
    let mut master = node.listpack().iter().skip(2);
    let fields = master.next().and_then(|count| count.int()).unwrap_or(0);
    let fields = master.take(usize::try_from(fields).unwrap_or(0).min(ENTRIES_MAX));
    StreamNode {
        id: own.into(),
        live: node.live(),
        dead: node.dead(),
        bytes: node.listpack().size() as u64,
        fields: fields.map(|name| sample(&name.to_bytes())).collect(),
        entries: node
            .entries(own)
            .take(ENTRIES_MAX)
            .map(|entry| entry_of(&entry, with_text))
            .collect(),
    }
}

fn entry_of(entry: &StreamEntry, with_text: bool) -> snapshot::StreamEntry {
    const PAIRS: usize = 4;
    let mut text = Vec::new();
    for (name, value) in entry.pairs().take(if with_text { PAIRS } else { 0 }) {
        if !text.is_empty() {
            text.push(b' ');
        }
        text.extend_from_slice(&sample(&name.to_bytes()));
        text.push(b' ');
        text.extend_from_slice(&sample(&value.to_bytes()));
    }
    snapshot::StreamEntry {
        id: entry.id.into(),
        deleted: entry.deleted,
        same_fields: entry.same_fields,
        text: sample(&text),
    }
}

fn group_of(stream: &Stream, name: &[u8], group: &Group) -> StreamGroup {
    let consumers = group.consumers().take(CONSUMERS_MAX);
    let tickets = group.pending().iter().take(TICKETS_MAX);
    let read = Some(group.entries_read);
    StreamGroup {
        name: sample(name),
        last_id: group.last_id.into(),
        entries_read: read.filter(|read| *read != Group::UNKNOWN),
        lag: stream.lag(group),
        pending: group.pending().len() as u64,
        consumers: consumers
            .map(|consumer| StreamConsumer {
                name: sample(&consumer.name),
                pending: consumer.pending().len() as u64,
            })
            .collect(),
        tickets: tickets
            .map(|(id, pending)| Ticket {
                id: (*id).into(),
                owner: sample(&group.consumer(pending.owner).name),
                delivered: pending.delivered,
                count: pending.count,
                gone: stream.get(*id).is_none(),
            })
            .collect(),
    }
}
