//! What a stream tells whoever listens (`trace`).

use trace::stream::{Id, Kept};
use trace::{Event, Stream as Told, sample};

use super::{Bound, Group, Stream, StreamId, Trim};

impl From<StreamId> for Id {
    fn from(id: StreamId) -> Id {
        Id {
            ms: id.ms,
            seq: id.seq,
        }
    }
}

#[cold]
pub fn tell(told: Told) {
    trace::tell(Event::Stream(told));
}

impl Stream {
    /// The entry that was just added.
    #[cold]
    pub(super) fn tell_added(&self) {
        let Some((own, node)) = self.nodes.last_key_value() else {
            return;
        };
        if let Some(entry) = node.entries_rev(*own).next() {
            tell(Told::Added {
                id: entry.id.into(),
                node: (*own).into(),
                same_fields: entry.same_fields,
            });
        }
    }

    /// Groups that will not have the entry in their lists any more.
    #[cold]
    pub(super) fn tell_forgotten(&self, id: StreamId) {
        let groups = self.groups.iter();
        let knowing = groups.filter(|(_, group)| group.pending().contains_key(&id));
        knowing.for_each(|(name, _)| acknowledged(name, id));
    }

    /// Why `~` removes no more nodes.
    #[cold]
    pub(super) fn tell_kept(&self, trim: &Trim) {
        let Some((&own, first)) = self.nodes.first_key_value() else {
            return;
        };
        let live = first.live();
        let why = match trim.bound {
            Bound::MaxLen(most) if self.length <= most || self.length - live < most => {
                Kept::MaxLen(most)
            }
            Bound::MinId(least)
                if first
                    .entries_rev(own)
                    .next()
                    .is_some_and(|last| last.id >= least) =>
            {
                Kept::MinId(least.into())
            }
            _ => Kept::Limit(trim.limit),
        };
        tell(Told::NodeKept {
            node: own.into(),
            live,
            length: self.length,
            why,
        });
    }
}

/// Entries of a node that go one by one; with the last of them the node goes too, if it does.
#[cold]
pub(super) fn deleted(
    node: StreamId,
    gone: impl ExactSizeIterator<Item = StreamId>,
    all: bool,
    by_name: bool,
) {
    let count = gone.len();
    for (id, at) in gone.zip(1..) {
        tell(Told::Deleted {
            id: id.into(),
            node: node.into(),
            node_gone: all && at == count,
            by_name,
        });
    }
}

/// A whole node.
#[cold]
pub(super) fn node_gone(node: StreamId, live: u64) {
    tell(Told::NodeGone {
        node: node.into(),
        live,
    });
}

#[cold]
pub fn acknowledged(group: &[u8], id: StreamId) {
    tell(Told::Acknowledged {
        group: sample(group),
        id: id.into(),
    });
}

#[cold]
pub(super) fn group_made(name: &[u8], group: &Group) {
    tell(Told::GroupMade {
        group: sample(name),
        last: group.last_id.into(),
        entries_read: Some(group.entries_read).filter(|read| *read != Group::UNKNOWN),
    });
}

#[cold]
pub(super) fn group_gone(name: &[u8]) {
    tell(Told::GroupGone {
        group: sample(name),
    });
}
