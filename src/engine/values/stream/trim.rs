//! Trimming a stream from its beginning: whole nodes where that is allowed, entries otherwise.

use super::{Node, Stream, StreamId, told};

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
        while let Some((&own, first)) = self.nodes.first_key_value() {
            let live = first.live();
            if !may_go(own, first, self.length, trim.bound)
                || trim.limit > 0 && removed + live > trim.limit
            {
                if trim.approximate && trace::is_on() {
                    self.tell_kept(trim);
                }
                break;
            }
            if trace::is_on() {
                told::node_gone(own, live);
            }
            self.nodes.pop_first();
            self.length -= live;
            removed += live;
        }
        removed
    }

    /// Removes entries one by one, up to the bound. Entries that have to stay are passed over, in the node where the
    /// bound lies as in those before it, but no other node makes up for them.
    fn trim_entries(&mut self, trim: &Trim) -> u64 {
        let before = self.length;
        let mut from = Some(StreamId::MIN);
        while let Some(start) = from
            && let Some((&own, node)) = self.nodes.range(start..).next()
        {
            let too_many = match trim.bound {
                Bound::MaxLen(most) => self.length.saturating_sub(most),
                Bound::MinId(_) => u64::MAX,
            };
            if too_many == 0 {
                break;
            }
            let whole = may_go(own, node, self.length, trim.bound);
            from = own.next().filter(|_| whole);
            let entries = node.entries(own).filter(|entry| !entry.deleted);
            let mut gone: Vec<(usize, StreamId)> = entries
                .map(|entry| (entry.offset(), entry.id))
                .take_while(|(_, id)| trim.bound.allows(*id))
                .collect();
            if trim.references == References::Acked {
                gone.retain(|(_, id)| !self.is_referenced(*id));
            }
            gone.truncate(usize::try_from(too_many).unwrap_or(usize::MAX));
            self.remove_from(own, &gone, whole);
            if trim.references == References::Delete {
                gone.iter().for_each(|(_, id)| self.forget_references(*id));
            }
        }
        before - self.length
    }

    /// Marks entries of one node as deleted, or removes the node if they are all that it has. The node with the bound
    /// stays even so: what lies behind the bound may be deleted already, but Redis does not look.
    fn remove_from(&mut self, own: StreamId, gone: &[(usize, StreamId)], whole: bool) {
        let node = self.nodes.get_mut(&own).expect("the node was just walked");
        let all = whole && node.live() == gone.len() as u64;
        if trace::is_on() {
            told::deleted(own, gone.iter().map(|(_, id)| *id), all, false);
        }
        if all {
            self.nodes.remove(&own);
        } else if !gone.is_empty() {
            node.mark_deleted(gone.iter().map(|(at, _)| *at));
        }
        self.length -= gone.len() as u64;
    }
}

impl Bound {
    /// Whether an entry of this id lies before the bound, as far as ids say it.
    fn allows(self, id: StreamId) -> bool {
        match self {
            Bound::MaxLen(_) => true,
            Bound::MinId(least) => id < least,
        }
    }
}

/// Whether all of a node lies before the bound.
fn may_go(own: StreamId, node: &Node, length: u64, bound: Bound) -> bool {
    match bound {
        Bound::MaxLen(most) => length > most && length.saturating_sub(node.live()) >= most,
        Bound::MinId(_) => {
            let last = node.entries_rev(own).next();
            last.is_none_or(|last| bound.allows(last.id))
        }
    }
}
