//! XCLAIM and XAUTOCLAIM: pending entries get another owner.

use super::groups::consumer_made;
use super::{
    Effects, consumer_or_new, entry_reply, id, id_reply, no_group, range_start, read_group, told,
};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::values::stream::{ConsumerId, Pending, Stream, StreamId};

/// The options of XCLAIM, and what XAUTOCLAIM has of them.
#[derive(Default)]
struct Options {
    idle_at_least: i64,
    /// Milliseconds since 1970.
    delivered: i64,
    count: Option<u64>,
    force: bool,
    only_ids: bool,
    last_id: StreamId,
}

impl Options {
    fn read(&mut self, args: &mut Args, now: i64) -> Result<(), Error> {
        let number =
            |args: &mut Args, text| number::parse_i64(args.word()?).ok_or(Error::err(text));
        let mut delivered = None;
        while let Some(word) = args.peek() {
            let more = args.left() > 1;
            if args.token("FORCE") {
                self.force = true;
            } else if args.token("JUSTID") {
                self.only_ids = true;
            } else if more && args.token("IDLE") {
                let idle = number(args, "Invalid IDLE option argument for XCLAIM")?;
                delivered = Some(now.wrapping_sub(idle));
            } else if more && args.token("TIME") {
                delivered = Some(number(args, "Invalid TIME option argument for XCLAIM")?);
            } else if more && args.token("RETRYCOUNT") {
                let count = number(args, "Invalid RETRYCOUNT option argument for XCLAIM")?;
                self.count = u64::try_from(count).ok();
            } else if more && args.token("LASTID") {
                self.last_id = id(args.word()?)?;
            } else {
                let word = String::from_utf8_lossy(word);
                return Err(Error::Err(
                    format!("Unrecognized XCLAIM option '{word}'").into(),
                ));
            }
        }
        // A time in the future is somebody's clock, not a reason to refuse.
        self.delivered = delivered
            .filter(|time| (0..=now).contains(time))
            .unwrap_or(now);
        Ok(())
    }

    /// What becomes of an entry that has been pending, or has just begun to be.
    fn claimed(&self, owner: ConsumerId, before: u64) -> Pending {
        let counted = if self.only_ids {
            before
        } else {
            before.wrapping_add(1)
        };
        Pending {
            owner,
            delivered: self.delivered,
            count: self.count.unwrap_or(counted),
        }
    }
}

/// A claim at work: the group's stream, and what is to be told afterwards.
struct Claim<'s, 'w> {
    stream: &'s mut Stream,
    group: &'w [u8],
    consumer: ConsumerId,
    now: i64,
    options: Options,
    effects: Effects<'w>,
    replies: Vec<Reply>,
    changes: u64,
}

impl Claim<'_, '_> {
    /// The entry is no longer in the stream: nobody can be given it.
    fn drop_deleted(&mut self, id: StreamId) -> bool {
        let group = self
            .stream
            .group_mut(self.group)
            .expect("the group is there");
        let Some(pending) = group.pending().get(&id).copied() else {
            return false;
        };
        self.effects.claim(group, id, &pending);
        group.acknowledge(id);
        if trace::is_on() {
            told::acknowledged(self.group, id);
        }
        self.changes += 1;
        true
    }

    /// Gives the entry to the consumer, if it was idle for long enough.
    fn take(&mut self, id: StreamId) -> bool {
        // The first delivery is the one that FORCE makes up.
        const MADE_UP: u64 = 1;
        let group = self
            .stream
            .group_mut(self.group)
            .expect("the group is there");
        let known = group.pending().get(&id).copied();
        let before = match known {
            Some(pending) => {
                let idle = self.now.wrapping_sub(pending.delivered);
                if self.options.idle_at_least > 0 && idle < self.options.idle_at_least {
                    if trace::is_on() {
                        told::too_fresh(self.group, id, idle, self.options.idle_at_least);
                    }
                    return false;
                }
                pending.count
            }
            None if self.options.force => MADE_UP,
            None => return false,
        };
        let pending = self.options.claimed(self.consumer, before);
        group.assign(id, pending);
        group.consumer_mut(self.consumer).active = self.now;
        if trace::is_on() {
            told::claimed(self.group, group, known.map(|known| known.owner), id);
        }
        self.effects.claim(group, id, &pending);
        self.changes += 1;
        self.replies.push(match self.stream.get(id) {
            Some(entry) if !self.options.only_ids => entry_reply(entry),
            _ => id_reply(id),
        });
        true
    }
}

fn idle_time(word: &[u8], text: &'static str) -> Result<i64, Error> {
    let idle = number::parse_i64(word).ok_or(Error::err(text))?;
    Ok(idle.max(0))
}

pub(super) fn xclaim(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, name, consumer) = (args.word()?, args.word()?, args.word()?);
    if read_group(ctx, key, name)?.is_none() {
        return Err(no_group(key, name));
    }
    let now = ctx.now.millis();
    let mut options = Options {
        idle_at_least: idle_time(args.word()?, "Invalid min-idle-time argument for XCLAIM")?,
        ..Options::default()
    };
    let mut ids = Vec::new();
    while let Some(id) = args.peek().and_then(|word| StreamId::parse(word, 0)) {
        ids.push(id);
        args.word()?;
    }
    options.read(args, now)?;
    let (mut claim, made) = begin(ctx, key, name, consumer, options)?;
    let last_id = claim.options.last_id;
    let group = claim.stream.group(name).expect("the group was just seen");
    let mut advanced = last_id > group.last_id;
    if advanced {
        claim.stream.set_last_id(name, last_id);
        if trace::is_on() {
            let group = claim.stream.group(name).expect("the group was just seen");
            told::cursor(name, group);
        }
    }
    for id in ids {
        let told = if claim.stream.get(id).is_none() {
            claim.drop_deleted(id)
        } else {
            claim.take(id)
        };
        // A claim tells the group's last id as well.
        advanced &= !told;
    }
    if advanced {
        let group = claim.stream.group(name).expect("the group was just seen");
        claim.effects.set_id(group);
        claim.changes += 1;
    }
    let (effects, changes, replies) = (claim.effects, claim.changes, claim.replies);
    end(ctx, key, effects, changes, made);
    Ok(Reply::Array(replies))
}

pub(super) fn xautoclaim(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    const COUNT: usize = 100;
    /// Entries looked at for each one that may be answered.
    const TRIES: usize = 10;
    let (key, name, consumer) = (args.word()?, args.word()?, args.word()?);
    // Counted whatever the other words say.
    ctx.keys.read(key);
    let mut options = Options {
        idle_at_least: idle_time(
            args.word()?,
            "Invalid min-idle-time argument for XAUTOCLAIM",
        )?,
        delivered: ctx.now.millis(),
        ..Options::default()
    };
    let start = range_start(args.word()?)?;
    let mut count = COUNT;
    while !args.is_empty() {
        if args.left() > 1 && args.token("COUNT") {
            count = claim_count(args.word()?)?;
        } else if args.token("JUSTID") {
            options.only_ids = true;
        } else {
            return Err(Error::Syntax);
        }
    }
    let group = ctx.keys.get_mut::<Stream>(key)?;
    if group.and_then(|stream| stream.group(name)).is_none() {
        return Err(no_group(key, name));
    }
    if count > MEMORY_FOR {
        return Err(Error::err(
            "Insufficient memory, failed allocating transient memory, COUNT too high.",
        ));
    }
    let (mut claim, made) = begin(ctx, key, name, consumer, options)?;
    let (mut next, mut tries, mut deleted) = (Some(start), count.saturating_mul(TRIES), Vec::new());
    let mut cursor = StreamId::MIN;
    loop {
        let group = claim.stream.group(name).expect("the group was just seen");
        let found = next.and_then(|next| group.pending().range(next..).next());
        let Some((&id, _)) = found else { break };
        if tries == 0 || claim.replies.len() + deleted.len() == count {
            cursor = id;
            break;
        }
        tries -= 1;
        next = id.next();
        if claim.stream.get(id).is_none() {
            claim.drop_deleted(id);
            deleted.push(id_reply(id));
        } else {
            claim.take(id);
        }
    }
    let (effects, changes, replies) = (claim.effects, claim.changes, claim.replies);
    end(ctx, key, effects, changes, made);
    Ok(Reply::Array(vec![
        id_reply(cursor),
        Reply::Array(replies),
        Reply::Array(deleted),
    ]))
}

/// Redis reserves 16 bytes for each entry that it may answer; this many are more than it would get.
const MEMORY_FOR: usize = usize::MAX >> 8;

fn claim_count(word: &[u8]) -> Result<usize, Error> {
    const MOST: i64 = i64::MAX / 16;
    let count = number::parse_i64(word).filter(|count| (1..=MOST).contains(count));
    let count = count.ok_or(Error::err("COUNT must be > 0"))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The stream with the consumer that claims, made if it is not there. The group was seen.
fn begin<'s, 'w>(
    ctx: &'s mut Context,
    key: &'w [u8],
    name: &'w [u8],
    consumer: &[u8],
    options: Options,
) -> Result<(Claim<'s, 'w>, bool), Error> {
    let now = ctx.now.millis();
    let effects = Effects::new(ctx, key, name);
    let stream = ctx.keys.get_mut::<Stream>(key)?;
    let stream = stream.expect("the stream was just seen");
    let group = stream.group_mut(name).expect("the group was just seen");
    let (own, made) = consumer_or_new(group, consumer, now);
    if made && trace::is_on() {
        told::consumer_made(name, consumer);
    }
    group.consumer_mut(own).seen = now;
    let claim = Claim {
        stream,
        group: name,
        consumer: own,
        now,
        options,
        effects,
        replies: Vec::new(),
        changes: 0,
    };
    Ok((claim, made))
}

fn end(ctx: &mut Context, key: &[u8], effects: Effects, changes: u64, made: bool) {
    if made {
        consumer_made(ctx.keys, key);
    }
    ctx.keys.dirty += changes;
    effects.replicate(ctx);
}
