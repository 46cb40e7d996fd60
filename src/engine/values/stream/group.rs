//! Consumer groups: how far a group has read, and who has which entries and has not acknowledged them yet.
//!
//! A pending entry stands in the group's list, with its owner, and in the owner's own list; `Group` alone touches the
//! pair. What is in the stream itself is not known here.

use structures::ordered::{OrderedMap, OrderedSet};

use super::id::StreamId;

/// A consumer's place in its group; it stays as long as the consumer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsumerId(usize);

/// An entry that was delivered and not acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    pub owner: ConsumerId,
    /// Milliseconds since 1970 of the last delivery.
    pub delivered: i64,
    /// How often it was delivered.
    pub count: u64,
}

#[derive(Debug, Clone)]
pub struct Consumer {
    pub name: Vec<u8>,
    /// Milliseconds since 1970 of the last try to read or claim.
    pub seen: i64,
    /// The same of the last one that gave it something; `Consumer::NEVER` before.
    pub active: i64,
    pending: OrderedSet<StreamId>,
}

#[derive(Debug, Clone)]
pub struct Group {
    /// The last entry that was delivered to anybody.
    pub last_id: StreamId,
    /// Which entry of all that were ever added that is, counted from one; `Group::UNKNOWN` if nobody can say.
    pub entries_read: i64,
    pending: OrderedMap<StreamId, Pending>,
    /// By `ConsumerId`.
    consumers: Vec<Option<Consumer>>,
    /// Places that removed consumers left.
    gaps: Vec<usize>,
    names: OrderedMap<Vec<u8>, ConsumerId>,
}

impl Consumer {
    pub const NEVER: i64 = -1;

    /// The ids that it has not acknowledged, ascending.
    pub fn pending(&self) -> &OrderedSet<StreamId> {
        &self.pending
    }
}

impl Group {
    pub const UNKNOWN: i64 = -1;

    pub fn new(last_id: StreamId, entries_read: i64) -> Group {
        Group {
            last_id,
            entries_read,
            pending: OrderedMap::new(),
            consumers: Vec::new(),
            gaps: Vec::new(),
            names: OrderedMap::new(),
        }
    }

    // --- Consumers ------------------------------------------------------------------------------------------------

    pub fn find(&self, name: &[u8]) -> Option<ConsumerId> {
        self.names.get(name).copied()
    }

    pub fn consumer(&self, id: ConsumerId) -> &Consumer {
        self.consumers[id.0]
            .as_ref()
            .expect("a consumer's id is valid while it exists")
    }

    pub fn consumer_mut(&mut self, id: ConsumerId) -> &mut Consumer {
        self.consumers[id.0]
            .as_mut()
            .expect("a consumer's id is valid while it exists")
    }

    /// In order of name.
    pub fn consumers(&self) -> impl Iterator<Item = &Consumer> {
        self.names.values().map(|id| self.consumer(*id))
    }

    /// Adds a consumer that is not there yet.
    pub fn add_consumer(&mut self, name: &[u8], seen: i64) -> ConsumerId {
        let consumer = Consumer {
            name: name.to_vec(),
            seen,
            active: Consumer::NEVER,
            pending: OrderedSet::new(),
        };
        let at = self.gaps.pop().unwrap_or(self.consumers.len());
        match self.consumers.get_mut(at) {
            Some(gap) => *gap = Some(consumer),
            None => self.consumers.push(Some(consumer)),
        }
        self.names.insert(name.to_vec(), ConsumerId(at));
        ConsumerId(at)
    }

    /// Removes a consumer with all that it has not acknowledged; says how many entries that were.
    pub fn remove_consumer(&mut self, name: &[u8]) -> Option<usize> {
        let id = self.names.remove(name)?;
        let consumer = self.consumers[id.0].take()?;
        self.gaps.push(id.0);
        for entry in &consumer.pending {
            self.pending.remove(entry);
        }
        Some(consumer.pending.len())
    }

    // --- Pending entries ------------------------------------------------------------------------------------------

    /// All, by id.
    pub fn pending(&self) -> &OrderedMap<StreamId, Pending> {
        &self.pending
    }

    /// Says who has the entry from now on, whoever had it.
    pub fn assign(&mut self, entry: StreamId, pending: Pending) {
        let before = self.pending.insert(entry, pending);
        if let Some(before) = before {
            if before.owner == pending.owner {
                return;
            }
            self.consumer_mut(before.owner).pending.remove(&entry);
        }
        self.consumer_mut(pending.owner).pending.insert(entry);
    }

    /// Another time or count for an entry that is pending; its owner stays.
    pub fn redeliver(&mut self, entry: StreamId, now: i64) {
        if let Some(pending) = self.pending.get_mut(&entry) {
            pending.delivered = now;
            pending.count = pending.count.wrapping_add(1);
        }
    }

    /// Nobody has the entry any more.
    pub fn acknowledge(&mut self, entry: StreamId) -> Option<Pending> {
        let pending = self.pending.remove(&entry)?;
        self.consumer_mut(pending.owner).pending.remove(&entry);
        Some(pending)
    }
}
