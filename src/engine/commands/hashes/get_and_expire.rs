//! Commands that read or set fields and their deadlines at once.

use crate::args::Args;
use crate::command::{Begin, Command, Find, KeySpec, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::number;
use crate::reply::Reply;
use crate::values::hash::{Hash, OldDeadline};

use super::field_expiry::say_removed;
use super::field_words::{Clock, count, fields, is_past};

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::new("HGETDEL key FIELDS (numfields:int field...)", hgetdel)
        .summary("Gives the values of fields and removes them.")
        .cost("O(N), N being the number of fields")
        .since("8.0.0")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::DELETE]),
    Command::new(
        "HGETEX key [EX seconds:int | PX milliseconds:int | EXAT unix-time-seconds:time | PXAT unix-time-milliseconds:time | PERSIST] FIELDS (numfields:int field...)",
        hgetex,
    )
    .summary("Gives the values of fields and sets or drops their deadlines.")
    .cost("O(N), N being the number of fields")
    .since("8.0.0")
    .flags(WRITE | FAST)
    .key_specs(&[KeySpec {
        flags: key::RW | key::ACCESS | key::UPDATE,
        begin: Begin::Index(1),
        find: Find::Range { last: 0, step: 1, limit: 0 },
        notes: "RW and UPDATE: deadlines of fields may change",
    }]),
    Command::new(
        "HSETEX key [FNX | FXX] [EX seconds:int | PX milliseconds:int | EXAT unix-time-seconds:time | PXAT unix-time-milliseconds:time | KEEPTTL] FIELDS (numfields:int (field value)...)",
        hsetex,
    )
    .summary("Sets fields together with a deadline; options say when at all.")
    .cost("O(N), N being the number of fields")
    .since("8.0.0")
    .flags(WRITE | DENYOOM | FAST)
    .key_flags(&[key::RW | key::UPDATE]),
];

const BAD_COUNT: &str = "Number of fields must be a positive integer";

fn hgetdel(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let now = ctx.now.millis();
    ctx.keys.get_mut::<Hash>(key)?;
    let fields = fields(args, BAD_COUNT)?;
    let Some(hash) = ctx.keys.get_mut::<Hash>(key)? else {
        return Ok(Reply::Array(vec![Reply::Null; fields.len()]));
    };
    let before = hash.next_deadline();
    let mut removed = 0;
    let replies = fields.iter().map(|field| match hash.get(field) {
        Some(found) if !found.is_due(now) => {
            let value = Reply::Bulk(found.value.into_owned());
            hash.remove(field);
            removed += 1;
            value
        }
        _ => Reply::Null,
    });
    let replies = replies.collect();
    let after = hash.next_deadline();
    ctx.keys.relist_fields(key, before, after);
    ctx.keys.drop_due_but_keep_hash(key, fields);
    if removed > 0 {
        ctx.keys.changed(Class::Hash, "hdel", key);
        ctx.replicate_as(&[&[b"HDEL".as_slice(), key], fields].concat());
    }
    remove_if_empty(ctx, key)?;
    Ok(Reply::Array(replies))
}

fn remove_if_empty(ctx: &mut Context, key: &[u8]) -> Result<(), Error> {
    if ctx
        .keys
        .get_mut::<Hash>(key)?
        .is_some_and(|hash| hash.is_empty())
    {
        ctx.keys.remove_empty(key);
    }
    Ok(())
}

/// What HGETEX does with the deadlines of the fields that it reads.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    Nothing,
    Drop,
    Set(i64),
}

impl Change {
    fn take(ctx: &Context, args: &mut Args) -> Result<Change, Error> {
        if args.token("PERSIST") {
            return Ok(Change::Drop);
        }
        for (token, clock) in Clock::OPTIONS {
            if args.token(token) {
                return Ok(Change::Set(clock.deadline(ctx, args.word()?)?));
            }
        }
        Ok(Change::Nothing)
    }
}

fn hgetex(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let now = ctx.now.millis();
    ctx.keys.get_mut::<Hash>(key)?;
    let change = Change::take(ctx, args)?;
    if args.left() < 2 {
        return Err(Error::WrongArity(ctx.name().to_string()));
    }
    let fields = fields(args, BAD_COUNT)?;
    let Some(hash) = ctx.keys.get_mut::<Hash>(key)? else {
        return Ok(Reply::Array(vec![Reply::Null; fields.len()]));
    };
    let before = hash.next_deadline();
    if change != Change::Nothing {
        hash.allow_deadlines();
    }
    let (mut updated, mut removed) = (false, Vec::new());
    let mut replies = Vec::with_capacity(fields.len());
    for field in fields {
        let Some(found) = hash.get(field).filter(|found| !found.is_due(now)) else {
            replies.push(Reply::Null);
            continue;
        };
        let had_deadline = found.deadline.is_some();
        replies.push(Reply::Bulk(found.value.into_owned()));
        match change {
            Change::Set(deadline) if deadline <= now => {
                hash.remove(field);
                removed.push(*field);
            }
            Change::Set(deadline) => {
                hash.set_deadline(field, Some(deadline));
                updated = true;
            }
            Change::Drop if had_deadline => {
                hash.set_deadline(field, None);
                updated = true;
            }
            _ => {}
        }
    }
    let after = hash.next_deadline();
    ctx.keys.relist_fields(key, before, after);
    ctx.keys.drop_due_but_keep_hash(key, fields);
    if updated {
        say_updated(ctx, key, change, fields);
    }
    say_removed(ctx, key, &removed, false);
    remove_if_empty(ctx, key)?;
    Ok(Reply::Array(replies))
}

fn say_updated(ctx: &mut Context, key: &[u8], change: Change, fields: &[&[u8]]) {
    // FIELDS, its number and the fields, as they were typed.
    let tail = &ctx.words[ctx.words.len() - fields.len() - 2..];
    match change {
        Change::Set(deadline) => {
            ctx.keys.changed(Class::Hash, "hexpire", key);
            let deadline = number::i64_to_bytes(deadline);
            ctx.replicate_as(&[&[b"HPEXPIREAT".as_slice(), key, &deadline], tail].concat());
        }
        _ => {
            ctx.keys.changed(Class::Hash, "hpersist", key);
            ctx.replicate_as(&[&[b"HPERSIST".as_slice(), key], tail].concat());
        }
    }
}

/// HSETEX's options.
struct Setting<'a> {
    /// Whether all fields must be there (true) or none of them (false).
    presence: Option<bool>,
    keep: bool,
    deadline: Option<i64>,
    /// Fields and values in turn.
    pairs: &'a [&'a [u8]],
}

impl<'a> Setting<'a> {
    fn take(ctx: &Context, args: &mut Args<'a>) -> Result<Setting<'a>, Error> {
        let mut setting = Setting {
            presence: None,
            keep: false,
            deadline: None,
            pairs: &[],
        };
        let wrong_arity = || Error::WrongArity(ctx.name().to_string());
        loop {
            if args.token("FIELDS") {
                let count = args.word().map_err(|_| wrong_arity())?;
                let count = count_of_pairs(count)?;
                setting.pairs = args.rest();
                let matches = setting.pairs.len() as u64 == count * 2;
                return if matches {
                    Ok(setting)
                } else {
                    Err(wrong_arity())
                };
            }
            if args.token("FXX") {
                setting.require(true)?;
            } else if args.token("FNX") {
                setting.require(false)?;
            } else if args.token("KEEPTTL") {
                setting.check_lifetime_is_new()?;
                setting.keep = true;
            } else if let Some((_, clock)) = Clock::OPTIONS
                .into_iter()
                .find(|(token, _)| args.token(token))
            {
                setting.check_lifetime_is_new()?;
                let amount = args.word().map_err(|_| wrong_arity())?;
                setting.deadline = Some(clock.deadline(ctx, amount)?);
            } else {
                let unknown = args.word().map_err(|_| wrong_arity())?;
                let text = format!("unknown argument: {}", String::from_utf8_lossy(unknown));
                return Err(Error::Err(text.into()));
            }
        }
    }

    fn require(&mut self, present: bool) -> Result<(), Error> {
        if self.presence.is_some() {
            return Err(Error::err(
                "Only one of FXX or FNX arguments can be specified",
            ));
        }
        self.presence = Some(present);
        Ok(())
    }

    fn check_lifetime_is_new(&self) -> Result<(), Error> {
        if self.keep || self.deadline.is_some() {
            return Err(Error::err(
                "Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
            ));
        }
        Ok(())
    }

    fn fields(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.pairs.iter().step_by(2).copied()
    }
}

fn count_of_pairs(word: &[u8]) -> Result<u64, Error> {
    count(word, i64::from(i32::MAX)).ok_or(Error::err("invalid number of fields"))
}

fn hsetex(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let setting = Setting::take(ctx, args)?;
    let there = ctx.keys.get_mut::<Hash>(key)?.is_some();
    if !there && setting.presence == Some(true) {
        return Ok(Reply::Int(0));
    }
    if there && !presence_holds(ctx, key, &setting)? {
        remove_if_empty(ctx, key)?;
        return Ok(Reply::Int(0));
    }
    let (limits, seed) = (ctx.limits(), ctx.keys.hash_seed());
    let past = setting
        .deadline
        .is_some_and(|deadline| is_past(ctx, deadline));
    let hash = ctx.keys.get_or_insert::<Hash>(key, Hash::new)?;
    let before = hash.next_deadline();
    hash.make_room(setting.pairs, &limits, seed);
    let old = if setting.keep {
        OldDeadline::Keep
    } else {
        OldDeadline::Drop
    };
    for pair in setting.pairs.chunks_exact(2) {
        hash.set(pair[0], pair[1], old, &limits, seed);
    }
    let mut removed = Vec::new();
    if let Some(deadline) = setting.deadline {
        hash.allow_deadlines();
        for field in setting.fields() {
            if past {
                hash.remove(field);
                removed.push(field);
            } else {
                hash.set_deadline(field, Some(deadline));
            }
        }
    }
    let (after, empty) = (hash.next_deadline(), hash.is_empty());
    ctx.keys.relist_fields(key, before, after);
    ctx.keys.changed(Class::Hash, "hset", key);
    if let Some(deadline) = setting.deadline.filter(|_| !past) {
        ctx.keys.notify(Class::Hash, "hexpire", key);
        replicate_with_deadline(ctx, deadline);
    }
    say_removed(ctx, key, &removed, empty);
    Ok(Reply::Int(1))
}

/// Fields past their deadline are removed on the way, as far as the check comes.
fn presence_holds(ctx: &mut Context, key: &[u8], setting: &Setting) -> Result<bool, Error> {
    let Some(wanted) = setting.presence else {
        return Ok(true);
    };
    let now = ctx.now.millis();
    let Some(hash) = ctx.keys.get_mut::<Hash>(key)? else {
        return Ok(!wanted);
    };
    let (mut holds, mut seen) = (true, Vec::new());
    for field in setting.fields() {
        seen.push(field);
        if hash.get(field).is_some_and(|found| !found.is_due(now)) != wanted {
            holds = false;
            break;
        }
    }
    ctx.keys.drop_due_but_keep_hash(key, &seen);
    Ok(holds)
}

/// The command as it was typed, but with a point in time that means the same later.
fn replicate_with_deadline(ctx: &mut Context, deadline: i64) {
    let mut words = ctx.words.to_vec();
    let is_option = |word: &&[u8]| {
        Clock::OPTIONS
            .iter()
            .any(|(token, _)| word.eq_ignore_ascii_case(token.as_bytes()))
    };
    let Some(at) = words.iter().skip(2).position(is_option) else {
        return;
    };
    let deadline = number::i64_to_bytes(deadline);
    if !words[at + 2].eq_ignore_ascii_case(b"PXAT") {
        words[at + 2] = b"PXAT";
        words[at + 3] = &deadline;
        ctx.replicate_as(&words);
    }
}
