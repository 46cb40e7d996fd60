//! Finding entries of a stream, and estimating how far a group has come.

use super::{Group, Stream, StreamEntry, StreamId};

impl Stream {
    /// Entries between two ids, both included.
    pub fn range(
        &self,
        from: StreamId,
        to: StreamId,
    ) -> impl Iterator<Item = StreamEntry<'_>> + use<'_> {
        let first = self.node_of(from).unwrap_or(from);
        // `range` panics if the bounds are the wrong way round.
        let nodes = self.nodes.range(first..=to.max(first));
        let entries = nodes.flat_map(|(own, node)| node.entries(*own));
        entries
            .skip_while(move |entry| entry.id < from)
            .take_while(move |entry| entry.id <= to)
            .filter(|entry| !entry.deleted)
    }

    /// As `range`, from the last to the first.
    pub fn range_rev(
        &self,
        from: StreamId,
        to: StreamId,
    ) -> impl Iterator<Item = StreamEntry<'_>> + use<'_> {
        let nodes = self.nodes.range(..=to).rev();
        let entries = nodes.flat_map(|(own, node)| node.entries_rev(*own));
        entries
            .skip_while(move |entry| entry.id > to)
            .take_while(move |entry| entry.id >= from)
            .filter(|entry| !entry.deleted)
    }

    /// The first entry that is not deleted.
    pub fn first(&self) -> Option<StreamEntry<'_>> {
        self.range(StreamId::MIN, StreamId::MAX).next()
    }

    /// The last entry that is not deleted.
    pub fn last(&self) -> Option<StreamEntry<'_>> {
        self.range_rev(StreamId::MIN, StreamId::MAX).next()
    }

    /// An entry that is not deleted.
    pub fn get(&self, id: StreamId) -> Option<StreamEntry<'_>> {
        self.locate(id).map(|(_, entry)| entry)
    }

    /// An entry that is not deleted, and its node's id.
    pub(super) fn locate(&self, id: StreamId) -> Option<(StreamId, StreamEntry<'_>)> {
        let (own, node) = self.nodes.range(..=id).next_back()?;
        let entry = node.find(*own, id).filter(|entry| !entry.deleted)?;
        Some((*own, entry))
    }

    /// The id of the node in which an entry of this id would be.
    fn node_of(&self, id: StreamId) -> Option<StreamId> {
        self.nodes.range(..=id).next_back().map(|(own, _)| *own)
    }

    // --- How far a group has come ---------------------------------------------------------------------------------

    /// Whether something was deleted from `id` on, so that ids cannot be counted there.
    pub fn has_gap_from(&self, id: StreamId) -> bool {
        self.length > 0
            && self.max_deleted_id != StreamId::MIN
            && self.first_id <= self.max_deleted_id
            && id <= self.max_deleted_id
    }

    /// Which entry of all that were ever added this one is, counted from one; `Group::UNKNOWN` if it cannot be told.
    pub fn estimate_position(&self, id: StreamId) -> i64 {
        let (added, length) = (self.entries_added, self.length);
        if added == 0 {
            return 0;
        }
        if length == 0 && id <= self.last_id {
            return added as i64;
        }
        if id != StreamId::MIN && id < self.max_deleted_id {
            return Group::UNKNOWN;
        }
        if id == self.last_id {
            return added as i64;
        }
        if id > self.last_id {
            return Group::UNKNOWN;
        }
        let nothing_deleted_ahead =
            self.max_deleted_id == StreamId::MIN || self.max_deleted_id < self.first_id;
        if nothing_deleted_ahead && id < self.first_id {
            return added.wrapping_sub(length) as i64;
        }
        if nothing_deleted_ahead && id == self.first_id {
            return added.wrapping_sub(length).wrapping_add(1) as i64;
        }
        Group::UNKNOWN
    }

    /// How many entries a group has not read yet, if that can be told.
    pub fn lag(&self, group: &Group) -> Option<i64> {
        let added = self.entries_added as i64;
        if added == 0 || self.length == 0 {
            return Some(0);
        }
        if group.last_id < self.first_id && self.max_deleted_id < self.first_id {
            return Some(self.length as i64);
        }
        if group.entries_read != Group::UNKNOWN && !self.has_gap_from(group.last_id) {
            return Some(added.wrapping_sub(group.entries_read));
        }
        match self.estimate_position(group.last_id) {
            Group::UNKNOWN => None,
            position => Some(added.wrapping_sub(position)),
        }
    }

    /// What a group's counter says after it read the entry `id`.
    pub fn count_read(&self, group: &Group, id: StreamId) -> i64 {
        let counts = group.entries_read != Group::UNKNOWN
            && group.last_id >= self.first_id
            && !self.has_gap_from(group.last_id);
        if counts {
            group.entries_read.wrapping_add(1)
        } else if self.entries_added > 0 {
            self.estimate_position(id)
        } else {
            group.entries_read
        }
    }
}
