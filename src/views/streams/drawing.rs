//! Nodes with their entries, the radix tree over them, groups with cursors and lanes of tickets.

use messages::format::{bytes, counted, cut, lifetime, text_of, word};
use messages::markup::{Markup, el, several};
use trace::stream::Id;
use trace::{Event, Stream as Told};

use super::ask::Secret;
use super::entries;
use crate::parts;
use crate::snapshot::{Stream, StreamEntry, StreamGroup, StreamNode, Ticket};

/// Entries that are drawn with what they say; of more, only marks.
const WRITTEN_MAX: usize = 40;

/// What is to be drawn of a moment.
pub struct Look<'a> {
    pub key: &'a [u8],
    pub stream: &'a Stream,
    pub now: Option<&'a Event>,
    /// Milliseconds since 1970.
    pub clock: i64,
    pub secret: Option<Secret>,
}

impl Look<'_> {
    /// Whether the event of this moment is about an entry.
    fn is_about(&self, id: Id) -> bool {
        matches!(
            self.now,
            Some(Event::Stream(
                Told::Added { id: own, .. }
                | Told::Deleted { id: own, .. }
                | Told::Needed { id: own }
                | Told::Delivered { id: own, .. }
                | Told::Again { id: own, .. }
                | Told::Acknowledged { id: own, .. }
                | Told::Claimed { id: own, .. }
                | Told::TooFresh { id: own, .. },
            )) if *own == id
        )
    }

    fn is_about_node(&self, id: Id) -> bool {
        matches!(
            self.now,
            Some(Event::Stream(
                Told::NodeKept { node, .. } | Told::NodeGone { node, .. }
            )) if *node == id
        )
    }

    /// The tickets of all groups for an entry, unless they are asked for.
    fn tickets(&self, id: Id) -> impl Iterator<Item = &Ticket> {
        let hidden = self.secret == Some(Secret::Owners);
        let groups = self.stream.groups.iter().filter(move |_| !hidden);
        let tickets = groups.flat_map(|group| &group.tickets);
        tickets.filter(move |ticket| ticket.id == id)
    }
}

/// What the stream keeps beside its entries.
pub fn facts(look: &Look) -> Markup {
    let stream = look.stream;
    let mut words = format!(
        "{} · {} ever added · last id {}",
        entries(stream.length),
        stream.entries_added,
        stream.last_id
    );
    if stream.max_deleted_id != Id::default() {
        words.push_str(&format!(
            " · greatest id that XDEL removed {}",
            stream.max_deleted_id
        ));
    }
    parts::note(&words)
}

/// The log, cut into its nodes.
pub fn nodes(look: &Look) -> Markup {
    let stream = look.stream;
    if stream.nodes.is_empty() {
        return parts::note(
            "No node: the stream is empty, and stays for its last id and its groups.",
        );
    }
    let listed: usize = stream.nodes.iter().map(|node| node.entries.len()).sum();
    let hidden = stream.node_count.saturating_sub(stream.nodes.len() as u64);
    let mut drawn = Vec::new();
    let mut gap = hidden > 0;
    // A long stream is listed by its beginning and its end.
    let break_at = stream.nodes.len().saturating_sub(4);
    for (at, node) in stream.nodes.iter().enumerate() {
        if gap && at == break_at {
            gap = false;
            drawn.push(el("li", "stream-gap").say(&format!("{} more", counted(hidden, "node"))));
        }
        drawn.push(card(look, node, listed <= WRITTEN_MAX));
    }
    let legend = (listed > WRITTEN_MAX).then(|| {
        parts::note(
            "A square is an entry: crossed out if it is deleted, with a dot if somebody has it, a bar where a group’s cursor stands.",
        )
    });
    several([el("ol", "stream-nodes")
        .with("aria-label", "Nodes, each a listpack")
        .add_all(drawn)])
    .add_if(legend)
}

fn card(look: &Look, node: &StreamNode, written: bool) -> Markup {
    let class = match look.is_about_node(node.id) {
        true => "stream-node now",
        false => "stream-node",
    };
    let dead = match node.dead {
        0 => String::new(),
        dead => format!(", {dead} deleted"),
    };
    let fields: Vec<String> = node.fields.iter().map(|name| text_of(name)).collect();
    let master = format!("master entry: {}", cut(&fields.join(", "), 40));
    el("li", class)
        .append(
            el("p", "stream-node-head")
                .append(el("b", "").say(&format!("node {}", node.id)))
                .say(&format!(
                    " {} live{dead} · {}",
                    node.live,
                    bytes(node.bytes)
                )),
        )
        .append(el("p", "stream-master").say(&master))
        .append(match written {
            true => el("ol", "stream-entries").add_all(
                node.entries
                    .iter()
                    .map(|entry| written_entry(look, node, entry)),
            ),
            false => strip(look, node),
        })
}

/// An entry with what it says, who has it, and which groups stand behind it.
fn written_entry(look: &Look, node: &StreamNode, entry: &StreamEntry) -> Markup {
    let class = match (entry.deleted, look.is_about(entry.id)) {
        (true, _) => "stream-entry deleted",
        (false, true) => "stream-entry now",
        (false, false) => "stream-entry",
    };
    let (ms, seq) = (
        entry.id.ms.wrapping_sub(node.id.ms),
        entry.id.seq.wrapping_sub(node.id.seq) as i64,
    );
    let own_names = (!entry.same_fields).then(|| el("i", "").say(" own names"));
    let marks = look
        .tickets(entry.id)
        .map(|ticket| el("span", "stream-mark").say(&cut(&text_of(&ticket.owner), 10)));
    let cursors = look
        .stream
        .groups
        .iter()
        .filter(|group| stands_behind(look.stream, group) == Some(entry.id))
        .map(|group| {
            el("span", "stream-cursor").say(&format!("▲ {}", cut(&text_of(&group.name), 10)))
        });
    let state = entry.deleted.then(|| el("i", "").say(" deleted"));
    el("li", class)
        .append(el("b", "").say(&entry.id.to_string()))
        .append(
            el("span", "stream-delta")
                .with("title", "as it is stored: counted from the node’s id")
                .say(&format!("+{ms}-{seq}")),
        )
        .append(
            el("span", "stream-text")
                .say(&cut(&text_of(&entry.text), 26))
                .add_if(own_names)
                .add_if(state),
        )
        .append(el("span", "stream-marks").add_all(marks).add_all(cursors))
}

/// The last listed entry that a group was given: its cursor is drawn there.
fn stands_behind(stream: &Stream, group: &StreamGroup) -> Option<Id> {
    let entries = stream.nodes.iter().flat_map(|node| &node.entries);
    entries
        .map(|entry| entry.id)
        .take_while(|id| *id <= group.last_id)
        .last()
}

/// Entries as small squares, in rows of 20.
fn strip(look: &Look, node: &StreamNode) -> Markup {
    const COLUMNS: usize = 20;
    const CELL: usize = 11;
    let (mut live, mut dead, mut pending, mut cursors) =
        (String::new(), String::new(), String::new(), String::new());
    let ends: Vec<Option<Id>> = look
        .stream
        .groups
        .iter()
        .map(|group| stands_behind(look.stream, group))
        .collect();
    for (at, entry) in node.entries.iter().enumerate() {
        let (x, y) = (at % COLUMNS * CELL + 1, at / COLUMNS * CELL + 1);
        match entry.deleted {
            true => dead.push_str(&format!("M{x} {y}l8 8m0-8l-8 8")),
            false => live.push_str(&format!("M{x} {y}h8v8h-8z")),
        }
        if look.tickets(entry.id).next().is_some() {
            pending.push_str(&format!("M{} {}h4v4h-4z", x + 2, y + 2));
        }
        if ends.contains(&Some(entry.id)) {
            cursors.push_str(&format!("M{} {}v10", x + 9, y - 1));
        }
    }
    let (width, height) = (
        COLUMNS * CELL + 2,
        node.entries.len().div_ceil(COLUMNS).max(1) * CELL + 2,
    );
    let path = |class: &str, d: &str| el("path", class).with("d", d);
    el("svg", "stream-strip")
        .with("width", &width.to_string())
        .with("height", &height.to_string())
        .with("viewBox", &format!("0 0 {width} {height}"))
        .with("role", "img")
        .with(
            "aria-label",
            &format!("{} entries, {} deleted", node.live + node.dead, node.dead),
        )
        .append(path("live", &live))
        .append(path("dead", &dead))
        .append(path("pending", &pending))
        .append(path("cursor", &cursors))
}

/// The tree over the ids of the nodes: what they have in common is stored once.
pub fn radix(look: &Look) -> Markup {
    const KEYS_MAX: usize = 10;
    let stream = look.stream;
    let keys: Vec<(Id, [u8; 16])> = stream
        .nodes
        .iter()
        .take(KEYS_MAX)
        .map(|node| (node.id, key_of(node.id)))
        .collect();
    if keys.is_empty() {
        return several([]);
    }
    let rest = stream.node_count - keys.len() as u64;
    let rest = (rest > 0).then(|| el("li", "").say(&format!("{} more", counted(rest, "key"))));
    several([
        parts::note(&format!(
            "Radix tree: {} of 16 bytes in {}. What keys have in common stands once.",
            counted(stream.node_count, "key"),
            counted(stream.radix_nodes, "node")
        )),
        el("ul", "stream-radix")
            .with("aria-label", "The radix tree, from its root")
            .append(branch(&keys, 0))
            .add_if(rest),
    ])
}

/// The greatest digits first, so that the order of the bytes is that of the ids.
fn key_of(id: Id) -> [u8; 16] {
    (u128::from(id.ms) << 64 | u128::from(id.seq)).to_be_bytes()
}

/// These keys from a depth on, where they have the same bytes until there.
fn branch(keys: &[(Id, [u8; 16])], depth: usize) -> Markup {
    let hex = |key: &[u8], from: usize, to: usize| -> String {
        key[from..to]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    let [(_, key), .., (_, last)] = keys else {
        let (id, key) = keys[0];
        return el("li", "")
            .append(el("code", "").say(&hex(&key, depth, 16)))
            .append(el("span", "").say(&format!("→ node {id}")));
    };
    // Sorted: what the first and the last have in common, all have.
    let same = (depth..16).take_while(|at| key[*at] == last[*at]).count();
    let common = depth + same;
    let children = keys.chunk_by(|(_, one), (_, other)| one[common] == other[common]);
    let prefix = (same > 0).then(|| el("code", "").say(&hex(key, depth, common)));
    el("li", "")
        .add_if(prefix)
        .append(el("span", "").say(&format!("branches at byte {common}")))
        .append(el("ul", "").add_all(children.map(|keys| branch(keys, common))))
}

/// Each group: how far it has read, and a lane of tickets for each consumer.
pub fn groups(look: &Look) -> Markup {
    several(
        look.stream
            .groups
            .iter()
            .map(|group| one_group(look, group)),
    )
}

fn one_group(look: &Look, group: &StreamGroup) -> Markup {
    let read = match group.entries_read {
        Some(read) => format!("{read} read"),
        None => "entries read: nil".to_owned(),
    };
    let lag = match (look.secret, group.lag) {
        (Some(Secret::Lag), _) => "lag ?".to_owned(),
        (_, Some(lag)) => format!("lag {lag}"),
        (_, None) => "lag nil".to_owned(),
    };
    let why = (group.lag.is_none() && look.secret != Some(Secret::Lag))
        .then(|| parts::note(&unknown_lag(look.stream, group)));
    let lanes = match look.secret {
        Some(Secret::Owners) => parts::note("Who has which entry is drawn after your answer."),
        _ => el("ul", "stream-lanes").add_all(
            group
                .consumers
                .iter()
                .map(|consumer| lane(look, group, &consumer.name, consumer.pending)),
        ),
    };
    el("div", "stream-group")
        .append(
            el("p", "stream-group-head")
                .append(el("b", "").say(&format!("▲ {}", text_of(&group.name))))
                .say(&format!(
                    " stands after {} · {read} · {lag} · {}",
                    group.last_id,
                    counted(group.pending, "ticket")
                )),
        )
        .append(lanes)
        .add_if(why)
}

/// Why nobody can say how many entries a group has not read.
fn unknown_lag(stream: &Stream, group: &StreamGroup) -> String {
    match stream.max_deleted_id >= group.last_id && stream.max_deleted_id != Id::default() {
        true => format!(
            "The lag is nil: an entry up to {} was deleted, and nobody counts how many are left between the cursor and the end.",
            stream.max_deleted_id
        ),
        false => format!(
            "The lag is nil: nobody knows which one of all entries {} is. At the end of the stream it is known again.",
            group.last_id
        ),
    }
}

/// The tickets of one consumer. Pressed, a ticket is acknowledged.
fn lane(look: &Look, group: &StreamGroup, consumer: &[u8], pending: u64) -> Markup {
    const TICKETS_MAX: usize = 10;
    let own = group
        .tickets
        .iter()
        .filter(|ticket| ticket.owner == consumer);
    let shown = own.take(TICKETS_MAX);
    let tickets: Vec<Markup> = shown
        .map(|ticket| ticket_button(look, group, ticket))
        .collect();
    let more = pending.saturating_sub(tickets.len() as u64);
    let more = (more > 0).then(|| el("span", "stream-more").say(&format!("{more} more")));
    let none = (pending == 0).then(|| el("span", "stream-more").say("nothing pending"));
    el("li", "stream-lane")
        .append(el("span", "stream-consumer").say(&cut(&text_of(consumer), 14)))
        .add_all(tickets)
        .add_if(more)
        .add_if(none)
}

fn ticket_button(look: &Look, group: &StreamGroup, ticket: &Ticket) -> Markup {
    let is_gone = ticket.gone && look.secret != Some(Secret::Nil);
    let class = match (is_gone, look.is_about(ticket.id)) {
        (true, _) => "ticket gone",
        (false, true) => "ticket now",
        (false, false) => "ticket",
    };
    let line = format!(
        "XACK {} {} {}",
        word(look.key),
        word(&group.name),
        ticket.id
    );
    let state = if is_gone { ", entry gone" } else { "" };
    let idle = lifetime(look.clock.saturating_sub(ticket.delivered).max(0));
    el("button", class)
        .with("type", "button")
        .with("data-run", &line)
        .with("title", &line)
        .append(el("b", "").say(&ticket.id.to_string()))
        .say(&format!(" {}×, {idle} ago{state}", ticket.count))
}

/// Entries with their tickets, then tickets whose entries are gone.
pub fn table(look: &Look) -> Markup {
    const ROWS_MAX: usize = 80;
    let hides_owners = look.secret == Some(Secret::Owners);
    let held = |id: Id| -> String {
        if hides_owners {
            return "?".to_owned();
        }
        let tickets = look.tickets(id).map(|ticket| {
            let idle = lifetime(look.clock.saturating_sub(ticket.delivered).max(0));
            format!(
                "{}, {}, {idle} ago",
                text_of(&ticket.owner),
                counted(ticket.count, "delivery").replace("deliverys", "deliveries")
            )
        });
        tickets.collect::<Vec<_>>().join("; ")
    };
    let of_nodes = look
        .stream
        .nodes
        .iter()
        .flat_map(|node| node.entries.iter().map(move |entry| (node, entry)));
    let rows = of_nodes.map(|(node, entry)| {
        let state = if entry.deleted { "deleted" } else { "live" };
        vec![
            entry.id.to_string(),
            node.id.to_string(),
            cut(&text_of(&entry.text), 40),
            state.to_owned(),
            held(entry.id),
        ]
    });
    let listed = |id: Id| {
        let mut entries = look.stream.nodes.iter().flat_map(|node| &node.entries);
        entries.any(|entry| entry.id == id)
    };
    let tickets = look.stream.groups.iter().flat_map(|group| &group.tickets);
    let orphans = tickets.filter(|ticket| ticket.gone && !listed(ticket.id));
    let mut orphans: Vec<Id> = orphans.map(|ticket| ticket.id).collect();
    orphans.dedup();
    let orphans = orphans.into_iter().map(|id| {
        let gone = match look.secret {
            Some(Secret::Nil) => "?",
            _ => "gone",
        };
        vec![
            id.to_string(),
            String::new(),
            String::new(),
            gone.to_owned(),
            held(id),
        ]
    });
    parts::table(
        &["Id", "Node", "Fields", "Entry", "Pending with"],
        rows.chain(orphans).take(ROWS_MAX),
    )
}
