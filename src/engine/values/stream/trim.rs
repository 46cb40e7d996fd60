//! Trimming a stream from its beginning: whole nodes where that is allowed, entries otherwise.

use super::{Stream, StreamId};

/// Where trimming ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// So many entries stay.
    MaxLen(u64),
    /// Entries from this id on stay.
    MinId(StreamId),
}

/// What becomes of groups that know a deleted entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum References {
    /// They keep it in their lists.
    #[default]
    Keep,
    /// It goes from their lists too.
    Delete,
    /// Only entries that no group needs any more are deleted.
    Acked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trim {
    pub bound: Bound,
    /// `~`: only whole nodes go.
    pub approximate: bool,
    /// At most so many entries go; none or zero is no limit.
    pub limit: u64,
    pub references: References,
}

impl Stream {
    /// Gives how many entries were removed.
    pub fn trim(&mut self, trim: &Trim) -> u64 {
        let mut removed = 0;
        // Where groups are asked or told, entries go one by one; so `~` removes nothing there.
        if trim.references == References::Keep {
            removed += self.trim_nodes(trim);
        }
        if !trim.approximate {
            removed += self.trim_entries(trim);
        }
        if removed > 0 {
            self.settle_after_deletion();
        }
        removed
    }

    /// Removes nodes from the front as long as all of a node may go.
    fn trim_nodes(&mut self, trim: &Trim) -> u64 {
        let mut removed = 0;
        while let Some(first) = self.nodes.first_entry() {
            let live = first.get().live();
            let whole = match trim.bound {
                Bound::MaxLen(most) => {
                    self.length > most && self.length.saturating_sub(live) >= most
                }
                Bound::MinId(least) => {
                    let last = first.get().entries_rev(*first.key()).next();
                    last.is_none_or(|last| last.id < least)
                }
            };
            if !whole || trim.limit > 0 && removed + live > trim.limit {
                break;
            }
            first.remove();
            self.length -= live;
            removed += live;
        }
        removed
    }

    /// Removes entries one by one, up to the bound.
    fn trim_entries(&mut self, trim: &Trim) -> u64 {
        let (mut budget, least) = match trim.bound {
            Bound::MaxLen(most) => (self.length.saturating_sub(most), None),
            Bound::MinId(least) => (u64::MAX, Some(least)),
        };
        let before = self.length;
        let mut from = Some(StreamId::MIN);
        while let Some(start) = from
            && let Some((&own, node)) = self.nodes.range(start..).next()
        {
            from = own.next();
            let mut gone = Vec::new();
            for entry in node.entries(own) {
                if budget == 0 || least.is_some_and(|least| entry.id >= least) {
                    from = None;
                    break;
                }
                if entry.deleted {
                    continue;
                }
                budget -= 1;
                gone.push((entry.offset(), entry.id));
            }
            // An entry that has to stay has been counted all the same.
            if trim.references == References::Acked {
                gone.retain(|(_, id)| !self.is_referenced(*id));
            }
            self.remove_from(own, &gone);
            if trim.references == References::Delete {
                gone.iter().for_each(|(_, id)| self.forget_references(*id));
            }
        }
        before - self.length
    }

    /// Marks entries of one node as deleted, or removes the node if they are all that it has.
    fn remove_from(&mut self, own: StreamId, gone: &[(usize, StreamId)]) {
        let node = self.nodes.get_mut(&own).expect("the node was just walked");
        if node.live() == gone.len() as u64 {
            self.nodes.remove(&own);
        } else if !gone.is_empty() {
            node.mark_deleted(gone.iter().map(|(at, _)| *at));
        }
        self.length -= gone.len() as u64;
    }
}
