//! The stream after so many events: what each did to nodes, groups and pending entries is done to the snapshot.

use trace::stream::Id;
use trace::{Event, Stream as Told};

use crate::Scene;
use crate::snapshot::{
    Body, Snapshot, Stream, StreamConsumer, StreamEntry, StreamGroup, StreamNode, Ticket,
};

/// The stream of this moment; none if the key is none.
pub fn at(scene: &Scene) -> Option<Stream> {
    let after = held(&scene.frame.after);
    if scene.is_over() {
        return after.cloned();
    }
    let mut stream = held(&scene.frame.before).cloned();
    for event in scene.events() {
        if let Event::Stream(told) = event {
            // The command makes the key.
            apply(stream.get_or_insert_with(Stream::default), told);
        }
    }
    let mut stream = stream?;
    if let Some(after) = after.filter(|_| scene.step > 0) {
        let done = scene.step == scene.frame.events.len();
        fill(&mut stream, after, done);
    }
    Some(stream)
}

pub fn held(snapshot: &Snapshot) -> Option<&Stream> {
    match snapshot {
        Snapshot::Key(key) => match &key.body {
            Body::Stream(stream) => Some(stream),
            _ => None,
        },
        _ => None,
    }
}

fn apply(stream: &mut Stream, told: &Told) {
    match told {
        Told::Added {
            id,
            node,
            same_fields,
        } => add(stream, *id, *node, *same_fields),
        Told::Deleted {
            id,
            node,
            node_gone,
            by_name,
        } => {
            delete(stream, *id, *node, *node_gone);
            if *by_name {
                stream.max_deleted_id = stream.max_deleted_id.max(*id);
            }
        }
        Told::NodeGone { node, live } => {
            stream.length = stream.length.saturating_sub(*live);
            remove_node(stream, *node);
            settle(stream);
        }
        Told::GroupGone { group } => stream.groups.retain(|own| own.name != *group),
        Told::GroupMade {
            group,
            last,
            entries_read,
        } => {
            let at = stream.groups.partition_point(|own| own.name < *group);
            let made = StreamGroup {
                name: group.clone(),
                last_id: *last,
                entries_read: *entries_read,
                ..StreamGroup::default()
            };
            stream.groups.insert(at, made);
        }
        Told::NodeKept { .. } | Told::Needed { .. } | Told::TooFresh { .. } => {}
        told => in_group(stream, told),
    }
}

fn add(stream: &mut Stream, id: Id, node: Id, same_fields: bool) {
    stream.length += 1;
    stream.entries_added += 1;
    stream.last_id = id;
    if stream.length == 1 {
        stream.first_id = id;
    }
    if node == id {
        stream.node_count += 1;
        stream.nodes.push(StreamNode {
            id,
            ..StreamNode::default()
        });
    }
    if let Some(last) = stream.nodes.last_mut().filter(|last| last.id == node) {
        let all_listed = last.entries.len() as u64 == last.live + last.dead;
        last.live += 1;
        if all_listed {
            last.entries.push(StreamEntry {
                id,
                same_fields,
                ..StreamEntry::default()
            });
        }
    }
}

fn delete(stream: &mut Stream, id: Id, node: Id, node_gone: bool) {
    stream.length = stream.length.saturating_sub(1);
    if node_gone {
        remove_node(stream, node);
    } else if let Some(node) = stream.nodes.iter_mut().find(|own| own.id == node) {
        node.live = node.live.saturating_sub(1);
        node.dead += 1;
        if let Some(entry) = node.entries.iter_mut().find(|entry| entry.id == id) {
            entry.deleted = true;
        }
    }
    settle(stream);
}

fn remove_node(stream: &mut Stream, node: Id) {
    stream.node_count = stream.node_count.saturating_sub(1);
    stream.nodes.retain(|own| own.id != node);
}

/// What follows from entries that are gone.
fn settle(stream: &mut Stream) {
    let entries = stream.nodes.iter().flat_map(|node| &node.entries);
    let first = entries.clone().find(|entry| !entry.deleted);
    stream.first_id = first.map(|entry| entry.id).unwrap_or_default();
    if stream.node_count == stream.nodes.len() as u64 {
        for ticket in stream
            .groups
            .iter_mut()
            .flat_map(|group| &mut group.tickets)
        {
            let mut entries = entries.clone();
            ticket.gone = !entries.any(|entry| entry.id == ticket.id && !entry.deleted);
        }
    }
}

/// What a group, its consumers and its pending entries go through.
fn in_group(stream: &mut Stream, told: &Told) {
    let is_gone = |nodes: &[StreamNode], id: Id| {
        let mut entries = nodes.iter().flat_map(|node| &node.entries);
        !entries.any(|entry| entry.id == id && !entry.deleted)
    };
    let (Told::ConsumerMade { group: name, .. }
    | Told::ConsumerGone { group: name, .. }
    | Told::Cursor { group: name, .. }
    | Told::Delivered { group: name, .. }
    | Told::Again { group: name, .. }
    | Told::Acknowledged { group: name, .. }
    | Told::Claimed { group: name, .. }) = told
    else {
        return;
    };
    let Some(group) = stream.groups.iter_mut().find(|group| group.name == *name) else {
        return;
    };
    match told {
        Told::ConsumerMade { consumer, .. } => {
            let at = group.consumers.partition_point(|own| own.name < *consumer);
            let made = StreamConsumer {
                name: consumer.clone(),
                pending: 0,
            };
            group.consumers.insert(at, made);
        }
        Told::ConsumerGone {
            consumer, pending, ..
        } => {
            group.consumers.retain(|own| own.name != *consumer);
            group.tickets.retain(|ticket| ticket.owner != *consumer);
            group.pending = group.pending.saturating_sub(*pending);
        }
        Told::Cursor {
            last, entries_read, ..
        } => {
            group.last_id = *last;
            group.entries_read = *entries_read;
        }
        Told::Delivered {
            consumer, id, at, ..
        } => {
            let gone = is_gone(&stream.nodes, *id);
            assign(group, ticket(*id, consumer, *at, 1, gone));
        }
        Told::Claimed {
            to, id, at, count, ..
        } => {
            let gone = is_gone(&stream.nodes, *id);
            assign(group, ticket(*id, to, *at, *count, gone));
        }
        Told::Again {
            id,
            at,
            gone: false,
            ..
        } => {
            let own = group.tickets.iter_mut().find(|ticket| ticket.id == *id);
            if let Some(ticket) = own {
                ticket.delivered = *at;
                ticket.count = ticket.count.wrapping_add(1);
            }
        }
        Told::Acknowledged { id, .. } => take(group, *id),
        _ => {}
    }
}

fn ticket(id: Id, owner: &[u8], delivered: i64, count: u64, gone: bool) -> Ticket {
    Ticket {
        id,
        owner: owner.to_vec(),
        delivered,
        count,
        gone,
    }
}

/// Nobody has the entry any more.
fn take(group: &mut StreamGroup, id: Id) {
    let found = group.tickets.iter().position(|ticket| ticket.id == id);
    if let Some(ticket) = found.map(|at| group.tickets.remove(at)) {
        group.pending = group.pending.saturating_sub(1);
        let owner = group.consumers.iter_mut();
        if let Some(owner) = owner.into_iter().find(|own| own.name == ticket.owner) {
            owner.pending = owner.pending.saturating_sub(1);
        }
    }
}

fn assign(group: &mut StreamGroup, ticket: Ticket) {
    take(group, ticket.id);
    group.pending += 1;
    let mut owners = group.consumers.iter_mut();
    if let Some(owner) = owners.find(|own| own.name == ticket.owner) {
        owner.pending += 1;
    }
    let at = group.tickets.partition_point(|own| own.id < ticket.id);
    group.tickets.insert(at, ticket);
}

/// What events do not say is taken from the stream as the command left it: bytes, texts, and at the end what follows
/// from all of it.
fn fill(stream: &mut Stream, after: &Stream, done: bool) {
    for node in &mut stream.nodes {
        let Some(later) = after.nodes.iter().find(|later| later.id == node.id) else {
            continue;
        };
        node.bytes = later.bytes;
        node.fields.clone_from(&later.fields);
        for entry in &mut node.entries {
            if let Some(later) = later.entries.iter().find(|later| later.id == entry.id) {
                entry.text.clone_from(&later.text);
            }
        }
    }
    if done {
        stream.radix_nodes = after.radix_nodes;
        for group in &mut stream.groups {
            let later = after.groups.iter().find(|later| later.name == group.name);
            group.lag = later.and_then(|later| later.lag);
        }
    }
}
