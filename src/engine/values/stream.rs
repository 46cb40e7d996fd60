//! Streams: entries in the order of their ids, in nodes that are listpacks, and the groups that read them.
//!
//! Redis keeps the nodes in a radix tree by the id of their first entry; here an ordered map holds them, and
//! `structures/radix.rs` knows how many nodes the tree would have. Who waits for entries is not known here.

mod group;
mod id;
mod node;
mod read;
#[cfg(test)]
mod tests;
mod trim;

use structures::ordered::OrderedMap;

pub use group::{Consumer, ConsumerId, Group, Pending};
pub use id::{Sequence, StreamId};
pub use node::{Node, Pairs, StreamEntry};
pub use trim::{Bound, References, Trim};

use crate::config::Limits;
use crate::structures::radix;

/// No listpack may be larger, whatever the settings say.
const NODE_BYTES_MAX: u64 = 1 << 30;

#[derive(Debug, Clone, Default)]
pub struct Stream {
    /// By the id that their entries are counted from.
    nodes: OrderedMap<StreamId, Node>,
    /// The radix tree that Redis has of them.
    shape: radix::Shape,
    length: u64,
    /// The greatest id that was ever given.
    pub last_id: StreamId,
    /// The first entry that is not deleted; zero if there is none.
    pub first_id: StreamId,
    /// The greatest id that XDEL and its kin removed.
    pub max_deleted_id: StreamId,
    /// How many entries were ever added.
    pub entries_added: u64,
    groups: OrderedMap<Vec<u8>, Group>,
    /// What the group that is the furthest behind was given last, once somebody asked. The server forgets to look
    /// again when that group is removed, and so does this.
    least_read: Option<StreamId>,
}

/// Why an entry was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The id is not greater than the last one.
    NotGreater,
    TooLarge,
}

/// The id that an entry asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// `*`, at this time in milliseconds.
    Now(u64),
    /// `ms-*`
    Within(u64),
    Exactly(StreamId),
}

impl Stream {
    /// As OBJECT ENCODING says it.
    pub fn encoding(&self) -> &'static str {
        "stream"
    }

    pub fn len(&self) -> u64 {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether no id is left above the last one.
    pub fn is_exhausted(&self) -> bool {
        self.last_id == StreamId::MAX
    }

    /// Adds an entry at the end. `pairs` are names and values in turn.
    pub fn add(
        &mut self,
        wanted: Wanted,
        pairs: &[&[u8]],
        limits: &Limits,
    ) -> Result<StreamId, Refusal> {
        let id = self.next_id(wanted).ok_or(Refusal::NotGreater)?;
        let bytes: u64 = pairs.iter().map(|text| text.len() as u64).sum();
        if bytes > NODE_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        match self.nodes.last_key_value_mut() {
            Some((own, last)) if has_room(last, bytes, limits) => last.push(*own, id, pairs),
            last => {
                let expected = last.map_or(0, |(_, full)| full.seal());
                let node = Node::new(id, pairs, limits.stream_node_max_bytes, expected);
                self.nodes.insert(id, node);
                self.shape.push(id.to_number());
            }
        }
        self.length += 1;
        self.entries_added = self.entries_added.wrapping_add(1);
        self.last_id = id;
        if self.length == 1 {
            self.first_id = id;
        }
        Ok(id)
    }

    fn next_id(&self, wanted: Wanted) -> Option<StreamId> {
        let last = self.last_id;
        let id = match wanted {
            Wanted::Exactly(id) => id,
            Wanted::Within(ms) if ms == last.ms => StreamId::new(ms, last.seq.checked_add(1)?),
            Wanted::Within(ms) => StreamId::new(ms, 0),
            Wanted::Now(ms) if ms > last.ms => StreamId::new(ms, 0),
            Wanted::Now(_) => last.next()?,
        };
        (id > last).then_some(id)
    }

    /// Deletes one entry. What groups know of it stays. `settle_after_deletion` follows.
    pub fn delete(&mut self, id: StreamId) -> bool {
        let Some((own, at)) = self.locate(id).map(|(own, entry)| (own, entry.offset())) else {
            return false;
        };
        let node = self.nodes.get_mut(&own).expect("the node was just seen");
        if node.live() == 1 {
            self.nodes.remove(&own);
        } else {
            node.mark_deleted(std::iter::once(at));
        }
        self.length -= 1;
        self.max_deleted_id = self.max_deleted_id.max(id);
        true
    }

    /// After deletions: the first entry may be another one, and nodes may be gone.
    pub fn settle_after_deletion(&mut self) {
        if self.shape.keys() != self.nodes.len() {
            self.shape_anew();
        }
        self.first_id = self.first().map(|entry| entry.id).unwrap_or_default();
    }

    /// Takes the entry out of the lists of all groups.
    pub fn forget_references(&mut self, id: StreamId) {
        for group in self.groups.values_mut() {
            group.acknowledge(id);
        }
    }

    /// Whether any group still needs the entry: it has not read as far, or somebody has not acknowledged it.
    pub fn is_referenced(&mut self, id: StreamId) -> bool {
        let Some(least_read) = self.groups.values().map(|group| group.last_id).min() else {
            return false;
        };
        let least_read = *self.least_read.get_or_insert(least_read);
        let mut groups = self.groups.values();
        id > least_read || groups.any(|group| group.pending().contains_key(&id))
    }

    // --- Groups ---------------------------------------------------------------------------------------------------

    /// By name.
    pub fn groups(&self) -> &OrderedMap<Vec<u8>, Group> {
        &self.groups
    }

    pub fn group(&self, name: &[u8]) -> Option<&Group> {
        self.groups.get(name)
    }

    pub fn group_mut(&mut self, name: &[u8]) -> Option<&mut Group> {
        self.groups.get_mut(name)
    }

    /// False if there is one of this name.
    pub fn add_group(&mut self, name: &[u8], group: Group) -> bool {
        if self.groups.contains_key(name) {
            return false;
        }
        self.least_read = self.least_read.filter(|least| *least <= group.last_id);
        self.groups.insert(name.to_vec(), group);
        true
    }

    /// The group was given this entry last.
    pub fn set_last_id(&mut self, name: &[u8], id: StreamId) {
        if let Some(group) = self.groups.get_mut(name) {
            let keeps = |least: &StreamId| *least != group.last_id && *least <= id;
            self.least_read = self.least_read.filter(keeps);
            group.last_id = id;
        }
    }

    pub fn remove_group(&mut self, name: &[u8]) -> bool {
        self.groups.remove(name).is_some()
    }

    // --- Structure ------------------------------------------------------------------------------------------------

    /// The nodes with their ids, in order.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = (StreamId, &Node)> {
        self.nodes.iter().map(|(id, node)| (*id, node))
    }

    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// How many nodes Redis' radix tree has that holds them.
    pub fn radix_node_count(&self) -> usize {
        self.shape.node_count()
    }

    /// Nodes went, which happens once for many entries.
    fn shape_anew(&mut self) {
        self.shape = radix::Shape::default();
        let keys = self.nodes.keys().map(|id| id.to_number());
        keys.for_each(|key| self.shape.push(key));
    }

    /// Adds a node that was written elsewhere. False if it does not follow those that are there.
    pub fn push_node(&mut self, own: StreamId, node: Node) -> bool {
        let last = self.last().map(|entry| entry.id);
        if self
            .nodes
            .last_key_value()
            .is_some_and(|(key, _)| *key >= own)
            || last.is_some_and(|last| last >= own)
        {
            return false;
        }
        self.length += node.live();
        self.nodes.insert(own, node);
        self.shape.push(own.to_number());
        true
    }

    /// As the server makes a copy: no listpack has room to grow, and nobody asked yet how far groups have read.
    pub fn settle_copy(&mut self) {
        for node in self.nodes.values_mut() {
            node.seal();
        }
        self.least_read = None;
    }
}

/// Whether another entry with so many bytes of text goes into this node.
fn has_room(node: &Node, bytes: u64, limits: &Limits) -> bool {
    let most = match limits.stream_node_max_bytes {
        0 => NODE_BYTES_MAX,
        most => most.min(NODE_BYTES_MAX),
    };
    if node.listpack().size() as u64 + bytes >= most {
        return false;
    }
    let entries = node.live() + node.dead();
    limits.stream_node_max_entries == 0 || entries < limits.stream_node_max_entries
}
