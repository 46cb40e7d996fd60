//! What commands for groups tell whoever listens (`trace`).

use trace::{Stream as Told, sample};

pub(super) use crate::values::stream::acknowledged;
use crate::values::stream::{ConsumerId, Group, StreamId, tell};

#[cold]
pub(super) fn consumer_made(group: &[u8], consumer: &[u8]) {
    tell(Told::ConsumerMade {
        group: sample(group),
        consumer: sample(consumer),
    });
}

#[cold]
pub(super) fn consumer_gone(group: &[u8], consumer: &[u8], pending: usize) {
    tell(Told::ConsumerGone {
        group: sample(group),
        consumer: sample(consumer),
        pending: pending as u64,
    });
}

/// How far the group has read.
#[cold]
pub(super) fn cursor(name: &[u8], group: &Group) {
    let read = Some(group.entries_read);
    tell(Told::Cursor {
        group: sample(name),
        last: group.last_id.into(),
        entries_read: read.filter(|read| *read != Group::UNKNOWN),
    });
}

#[cold]
pub(super) fn delivered(name: &[u8], consumer: &[u8], id: StreamId, at: i64) {
    tell(Told::Delivered {
        group: sample(name),
        consumer: sample(consumer),
        id: id.into(),
        at,
    });
}

#[cold]
pub(super) fn again(name: &[u8], consumer: &[u8], id: StreamId, at: i64, gone: bool) {
    tell(Told::Again {
        group: sample(name),
        consumer: sample(consumer),
        id: id.into(),
        at,
        gone,
    });
}

/// The entry's new owner; the one before, if there was one.
#[cold]
pub(super) fn claimed(name: &[u8], group: &Group, before: Option<ConsumerId>, id: StreamId) {
    let Some(pending) = group.pending().get(&id) else {
        return;
    };
    let owner = |owner: ConsumerId| sample(&group.consumer(owner).name);
    tell(Told::Claimed {
        group: sample(name),
        from: before.map(owner),
        to: owner(pending.owner),
        id: id.into(),
        at: pending.delivered,
        count: pending.count,
    });
}

#[cold]
pub(super) fn too_fresh(name: &[u8], id: StreamId, idle: i64, least: i64) {
    tell(Told::TooFresh {
        group: sample(name),
        id: id.into(),
        idle,
        least,
    });
}

#[cold]
pub(super) fn needed(id: StreamId) {
    tell(Told::Needed { id: id.into() });
}
