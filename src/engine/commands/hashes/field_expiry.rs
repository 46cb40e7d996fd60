//! Deadlines of fields: setting, asking, dropping.

use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::number;
use crate::reply::Reply;
use crate::values::hash::Hash;

use super::field_words::{Clock, fields, is_past};

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::new("HEXPIRE key seconds:int [NX | XX | GT | LT] FIELDS (numfields:int field...)", hexpire)
        .summary("Gives fields a lifetime in seconds.")
        .cost("O(N), N being the number of fields")
        .since("7.4.0")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::UPDATE]),
    Command::new("HEXPIREAT key unix-time-seconds:time [NX | XX | GT | LT] FIELDS (numfields:int field...)", hexpireat)
        .summary("Gives fields a deadline in seconds since 1970.")
        .cost("O(N), N being the number of fields")
        .since("7.4.0")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::UPDATE]),
    Command::new("HEXPIRETIME key FIELDS (numfields:int field...)", hexpiretime)
        .summary("Gives the deadlines of fields in seconds since 1970.")
        .cost("O(N), N being the number of fields")
        .since("7.4.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS]),
    Command::new("HPERSIST key FIELDS (numfields:int field...)", hpersist)
        .summary("Drops the deadlines of fields.")
        .cost("O(N), N being the number of fields")
        .since("7.4.0")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::UPDATE]),
    Command::new("HPEXPIRE key milliseconds:int [NX | XX | GT | LT] FIELDS (numfields:int field...)", hpexpire)
        .summary("Gives fields a lifetime in milliseconds.")
        .cost("O(N), N being the number of fields")
        .since("7.4.0")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::UPDATE]),
    Command::new(
        "HPEXPIREAT key unix-time-milliseconds:time [NX | XX | GT | LT] FIELDS (numfields:int field...)",
        hpexpireat,
    )
    .summary("Gives fields a deadline in milliseconds since 1970.")
    .cost("O(N), N being the number of fields")
    .since("7.4.0")
    .flags(WRITE | FAST)
    .key_flags(&[key::RW | key::UPDATE]),
    Command::new("HPEXPIRETIME key FIELDS (numfields:int field...)", hpexpiretime)
        .summary("Gives the deadlines of fields in milliseconds since 1970.")
        .cost("O(N), N being the number of fields")
        .since("7.4.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS]),
    Command::new("HPTTL key FIELDS (numfields:int field...)", hpttl)
        .summary("Gives how many milliseconds fields have left.")
        .cost("O(N), N being the number of fields")
        .since("7.4.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS])
        .tips(&["nondeterministic_output"]),
    Command::new("HTTL key FIELDS (numfields:int field...)", httl)
        .summary("Gives how many seconds fields have left.")
        .cost("O(N), N being the number of fields")
        .since("7.4.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS])
        .tips(&["nondeterministic_output"]),
];

const ABSENT: Reply = Reply::Int(-2);
const WITHOUT_DEADLINE: Reply = Reply::Int(-1);
const REFUSED: Reply = Reply::Int(0);
const DONE: Reply = Reply::Int(1);
const REMOVED: Reply = Reply::Int(2);

const BAD_COUNT: &str = "Number of fields must be a positive integer";

/// When a deadline is set at all.
#[derive(Clone, Copy, PartialEq)]
enum Condition {
    Always,
    Without,
    With,
    Later,
    Sooner,
}

impl Condition {
    fn take(args: &mut Args) -> Condition {
        let named = [
            ("NX", Condition::Without),
            ("XX", Condition::With),
            ("GT", Condition::Later),
            ("LT", Condition::Sooner),
        ];
        let found = named.into_iter().find(|(token, _)| args.token(token));
        found.map_or(Condition::Always, |(_, condition)| condition)
    }

    /// No deadline counts as infinitely late.
    fn allows(self, old: Option<i64>, new: i64) -> bool {
        match self {
            Condition::Always => true,
            Condition::Without => old.is_none(),
            Condition::With => old.is_some(),
            Condition::Later => old.is_some_and(|old| new > old),
            Condition::Sooner => old.is_none_or(|old| new < old),
        }
    }
}

fn hexpire(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    expire(ctx, args, Clock::SECONDS)
}

fn hexpireat(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    expire(ctx, args, Clock::UNIX_SECONDS)
}

fn hpexpire(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    expire(ctx, args, Clock::MILLIS)
}

fn hpexpireat(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    expire(ctx, args, Clock::UNIX_MILLIS)
}

fn expire(ctx: &mut Context, args: &mut Args, clock: Clock) -> Result<Reply, Error> {
    let key = args.word()?;
    // The type is checked before the other words, an absent key is answered after them.
    ctx.keys.get_mut::<Hash>(key)?;
    let deadline = clock.deadline(ctx, args.word()?)?;
    let condition = Condition::take(args);
    let fields = fields(args, "Parameter `numFields` should be greater than 0")?;
    let past = is_past(ctx, deadline);
    let Some(hash) = ctx.keys.get_mut::<Hash>(key)? else {
        return Ok(Reply::Array(vec![ABSENT; fields.len()]));
    };
    let before = hash.next_deadline();
    hash.allow_deadlines();
    let (mut set, mut removed): (Vec<&[u8]>, Vec<&[u8]>) = (Vec::new(), Vec::new());
    let replies = fields
        .iter()
        .map(|field| match hash.get(field).map(|found| found.deadline) {
            None => ABSENT,
            Some(old) if !condition.allows(old, deadline) => REFUSED,
            Some(_) if past => {
                hash.remove(field);
                removed.push(field);
                REMOVED
            }
            Some(_) => {
                hash.set_deadline(field, Some(deadline));
                set.push(field);
                DONE
            }
        });
    let replies = replies.collect();
    let (after, empty) = (hash.next_deadline(), hash.is_empty());
    ctx.keys.relist_fields(key, before, after);
    if !set.is_empty() {
        ctx.keys.changed(Class::Hash, "hexpire", key);
        replicate_deadline(ctx, deadline, &set);
    }
    say_removed(ctx, key, &removed, empty);
    Ok(Reply::Array(replies))
}

/// The command with a point in time that means the same later, and with those fields only that got it.
fn replicate_deadline(ctx: &mut Context, deadline: i64, fields: &[&[u8]]) {
    let (deadline, count) = (number::i64_to_bytes(deadline), fields.len().to_string());
    // HPEXPIREAT says already what is meant, so it keeps its name as typed.
    let name = match ctx.name() {
        "hpexpireat" => ctx.words[0],
        _ => b"HPEXPIREAT",
    };
    let mut words: Vec<&[u8]> = vec![name, ctx.words[1], &deadline];
    // The condition and FIELDS stay as they were typed.
    let typed = if ctx.words[3].eq_ignore_ascii_case(b"FIELDS") {
        4
    } else {
        5
    };
    words.extend(&ctx.words[3..typed]);
    words.push(count.as_bytes());
    words.extend(fields);
    ctx.replicate_as(&words);
}

/// Fields were removed because their deadline was past when it was set.
pub(super) fn say_removed(ctx: &mut Context, key: &[u8], removed: &[&[u8]], empty: bool) {
    if removed.is_empty() {
        return;
    }
    for field in removed {
        ctx.replicate_as(&[b"HDEL", key, field]);
    }
    ctx.keys.changed(Class::Hash, "hdel", key);
    if empty {
        ctx.keys.remove_empty(key);
    }
}

fn hpersist(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let now = ctx.now.millis();
    ctx.keys.get_mut::<Hash>(key)?;
    let fields = fields(args, BAD_COUNT)?;
    let Some(hash) = ctx.keys.get_mut::<Hash>(key)? else {
        return Ok(Reply::Array(vec![ABSENT; fields.len()]));
    };
    let before = hash.next_deadline();
    let replies = fields.iter().map(|field| match hash.get(field) {
        None => ABSENT,
        Some(found) if found.deadline.is_none() => WITHOUT_DEADLINE,
        Some(found) if found.is_due(now) => ABSENT,
        Some(_) => {
            hash.set_deadline(field, None);
            DONE
        }
    });
    let replies: Vec<Reply> = replies.collect();
    let after = hash.next_deadline();
    ctx.keys.relist_fields(key, before, after);
    if replies.contains(&DONE) {
        ctx.keys.changed(Class::Hash, "hpersist", key);
    }
    Ok(Reply::Array(replies))
}

fn httl(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    // Half a second counts as a whole one.
    ask(ctx, args, |deadline, now| (deadline - now + 999) / 1000)
}

fn hpttl(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    ask(ctx, args, |deadline, now| deadline - now)
}

fn hexpiretime(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    ask(ctx, args, |deadline, _| (deadline + 999) / 1000)
}

fn hpexpiretime(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    ask(ctx, args, |deadline, _| deadline)
}

/// Fields past their deadline are absent here, and stay where they are.
fn ask(ctx: &mut Context, args: &mut Args, say: impl Fn(i64, i64) -> i64) -> Result<Reply, Error> {
    let key = args.word()?;
    let now = ctx.now.millis();
    let hash = ctx.keys.get::<Hash>(key)?;
    let fields = fields(args, BAD_COUNT)?;
    let replies = fields
        .iter()
        .map(|field| match hash.and_then(|hash| hash.get(field)) {
            None => ABSENT,
            Some(found) if found.is_due(now) => ABSENT,
            Some(found) => found
                .deadline
                .map_or(WITHOUT_DEADLINE, |deadline| Reply::Int(say(deadline, now))),
        });
    Ok(Reply::Array(replies.collect()))
}
