//! Commands of the group `string`, but for LCS (`lcs.rs`).

use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::keyspace::Object;
use crate::number::{self, LongDouble};
use crate::reply::Reply;
use crate::value::Value;
use crate::values::string::Str;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("APPEND key value", append)
        .summary("Adds bytes to the end of a string, which is made if it is not there.")
        .cost("O(1) amortized: the string's memory grows in doubling steps")
        .since("2.0.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::INSERT]),
    Command::new("DECR key", decr)
        .summary("Subtracts one from a number; an absent key counts as 0.")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::UPDATE]),
    Command::new("DECRBY key decrement:int", decrby)
        .summary("Subtracts from a number; an absent key counts as 0.")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::UPDATE]),
    Command::new("GET key", get)
        .summary("Gives the value of a string.")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS]),
    Command::new("GETDEL key", getdel)
        .summary("Gives the value of a string and removes the key.")
        .since("6.2.0")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::DELETE]),
    Command::new(
        "GETEX key [EX seconds:int | PX milliseconds:int | EXAT unix-time-seconds:time | PXAT unix-time-milliseconds:time | PERSIST]",
        getex,
    )
    .summary("Gives the value of a string and sets or drops the key's deadline.")
    .since("6.2.0")
    .flags(WRITE | FAST)
    .key_flags(&[key::RW | key::ACCESS | key::UPDATE])
        .key_notes("RW and UPDATE: the deadline may change"),
    Command::new("GETRANGE key start:int end:int", getrange)
        .summary("Gives the bytes between two offsets, both included; negative ones count from the end.")
        .cost("O(N), N being the bytes returned")
        .since("2.4.0")
        .flags(READONLY)
        .key_flags(&[key::RO | key::ACCESS]),
    Command::new("GETSET key value", getset)
        .summary("Sets a string and gives what it held before.")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::UPDATE])
        .deprecated("6.2.0", "`SET` with the `!GET` argument"),
    Command::new("INCR key", incr)
        .summary("Adds one to a number; an absent key counts as 0.")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::UPDATE]),
    Command::new("INCRBY key increment:int", incrby)
        .summary("Adds to a number; an absent key counts as 0.")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::UPDATE]),
    Command::new("INCRBYFLOAT key increment:float", incrbyfloat)
        .summary("Adds a decimal number to a number; an absent key counts as 0.")
        .since("2.6.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::UPDATE]),
    Command::new("MGET key...", mget)
        .summary("Gives the values of several strings, nil for what is no string.")
        .cost("O(N), N being the number of keys")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS])
        .tips(&["request_policy:multi_shard"]),
    Command::new("MSET (key value)...", mset)
        .summary("Sets several strings at once; nobody sees some of them set and others not.")
        .cost("O(N), N being the number of keys")
        .since("1.0.1")
        .flags(WRITE | DENYOOM)
        .key_flags(&[key::OW | key::UPDATE])
        .tips(&["request_policy:multi_shard", "response_policy:all_succeeded"]),
    Command::new("MSETNX (key value)...", msetnx)
        .summary("Sets several strings, or none of them if a single key is there already.")
        .cost("O(N), N being the number of keys")
        .since("1.0.1")
        .flags(WRITE | DENYOOM)
        .key_flags(&[key::OW | key::INSERT]),
    Command::new("PSETEX key milliseconds:int value", psetex)
        .summary("Sets a string with a lifetime in milliseconds.")
        .since("2.6.0")
        .flags(WRITE | DENYOOM)
        .key_flags(&[key::OW | key::UPDATE])
        .deprecated("2.6.12", "`SET` with the `PX` argument"),
    Command::new(
        "SET key value [NX | XX] [GET] [EX seconds:int | PX milliseconds:int | EXAT unix-time-seconds:time | PXAT unix-time-milliseconds:time | KEEPTTL]",
        set,
    )
    .summary("Sets a string, whatever the key held before; options say when, and for how long.")
    .flags(WRITE | DENYOOM)
    .key_flags(&[key::RW | key::ACCESS | key::UPDATE | key::VARIABLE_FLAGS])
        .key_notes("RW and ACCESS: `GET` reads the old value")
    .history(&[
        ("2.6.12", "The options `EX`, `PX`, `NX` and `XX`."),
        ("6.0.0", "The option `KEEPTTL`."),
        ("6.2.0", "The options `GET`, `EXAT` and `PXAT`."),
        ("7.0.0", "`NX` and `GET` may be used together."),
    ]),
    Command::new("SETEX key seconds:int value", setex)
        .summary("Sets a string with a lifetime in seconds.")
        .since("2.0.0")
        .flags(WRITE | DENYOOM)
        .key_flags(&[key::OW | key::UPDATE])
        .deprecated("2.6.12", "`SET` with the `EX` argument"),
    Command::new("SETNX key value", setnx)
        .summary("Sets a string only if the key is not there.")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::OW | key::INSERT])
        .deprecated("2.6.12", "`SET` with the `NX` argument"),
    Command::new("SETRANGE key offset:int value", setrange)
        .summary("Overwrites bytes from an offset on; a gap is filled with zero bytes.")
        .cost("O(1) for small values, else O(M), M being the value's length")
        .since("2.2.0")
        .flags(WRITE | DENYOOM)
        .key_flags(&[key::RW | key::UPDATE]),
    Command::new("STRLEN key", strlen)
        .summary("Gives the length of a string in bytes.")
        .since("2.2.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO]),
    Command::new("SUBSTR key start:int end:int", getrange)
        .summary("Gives the bytes between two offsets, both included.")
        .cost("O(N), N being the bytes returned")
        .flags(READONLY)
        .key_flags(&[key::RO | key::ACCESS])
        .deprecated("2.0.0", "`GETRANGE`"),
];

// --- Reading ------------------------------------------------------------------------------------------------------

fn get(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    get_reply(ctx, args.word()?)
}

fn get_reply(ctx: &mut Context, key: &[u8]) -> Result<Reply, Error> {
    let value = ctx.keys.get::<Str>(key)?;
    Ok(value.map_or(Reply::Null, |value| Reply::Bulk(value.to_bytes())))
}

fn mget(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let values = args
        .rest()
        .iter()
        .map(|key| match ctx.keys.get::<Str>(key) {
            Ok(Some(value)) => Reply::Bulk(value.to_bytes()),
            _ => Reply::Null,
        });
    Ok(Reply::Array(values.collect()))
}

fn strlen(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    Ok(ctx
        .keys
        .get::<Str>(args.word()?)?
        .map_or(0, Str::len)
        .into())
}

fn getrange(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let (start, end) = (args.int()?, args.int()?);
    let Some(value) = ctx.keys.get::<Str>(key)? else {
        return Ok(Reply::Bulk(Vec::new()));
    };
    let bytes = value.bytes();
    let length = bytes.len() as i64;
    if start < 0 && end < 0 && start > end {
        return Ok(Reply::Bulk(Vec::new()));
    }
    let from_end = |at: i64| if at < 0 { (length + at).max(0) } else { at };
    let (start, end) = (from_end(start), from_end(end).min(length - 1));
    if start > end || length == 0 {
        return Ok(Reply::Bulk(Vec::new()));
    }
    Ok(Reply::Bulk(bytes[start as usize..=end as usize].to_vec()))
}

// --- Setting ------------------------------------------------------------------------------------------------------

/// What SET's and GETEX's options say about the deadline.
#[derive(Clone, Copy, PartialEq)]
enum Lifetime<'a> {
    /// No option: SET drops the deadline, GETEX leaves it.
    Unsaid,
    Keep,
    Persist,
    /// An amount not read yet, its unit in milliseconds, and whether it counts from now.
    Ends {
        amount: &'a [u8],
        unit: i64,
        relative: bool,
    },
}

impl<'a> Lifetime<'a> {
    /// Takes one of the four options; a syntax error if a lifetime was given already.
    fn take(&mut self, args: &mut Args<'a>) -> Result<bool, Error> {
        for (token, unit, relative) in [
            ("EX", 1000, true),
            ("PX", 1, true),
            ("EXAT", 1000, false),
            ("PXAT", 1, false),
        ] {
            // A token at the very end has no amount and is no option.
            if args.left() >= 2 && args.token(token) {
                self.choose(Lifetime::Ends {
                    amount: args.word()?,
                    unit,
                    relative,
                })?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// PXAT: the point in time that replicas need anyway.
    fn is_in_replicas_words(&self) -> bool {
        matches!(
            self,
            Lifetime::Ends {
                unit: 1,
                relative: false,
                ..
            }
        )
    }

    fn choose(&mut self, lifetime: Lifetime<'a>) -> Result<(), Error> {
        // Saying the same word twice is not an error; two different ones are.
        if *self != Lifetime::Unsaid
            && std::mem::discriminant(self) != std::mem::discriminant(&lifetime)
        {
            return Err(Error::Syntax);
        }
        if matches!(*self, Lifetime::Ends { .. }) {
            return Err(Error::Syntax);
        }
        *self = lifetime;
        Ok(())
    }
}

/// A deadline in milliseconds since 1970 from what a command was given.
fn deadline_from(ctx: &Context, amount: &[u8], unit: i64, relative: bool) -> Result<i64, Error> {
    let amount = number::parse_i64(amount).ok_or(Error::NotAnInteger)?;
    let invalid = || Error::InvalidExpireTime(ctx.name().to_string());
    if amount <= 0 {
        return Err(invalid());
    }
    let millis = amount.checked_mul(unit).ok_or_else(invalid)?;
    if relative {
        millis.checked_add(ctx.clock().millis()).ok_or_else(invalid)
    } else {
        Ok(millis)
    }
}

fn set(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, value) = (args.word()?, args.word()?);
    let (mut nx, mut xx, mut give_old) = (false, false, false);
    let mut lifetime = Lifetime::Unsaid;
    while !args.is_empty() {
        if !xx && args.token("NX") {
            nx = true;
        } else if !nx && args.token("XX") {
            xx = true;
        } else if args.token("GET") {
            give_old = true;
        } else if args.token("KEEPTTL") {
            lifetime.choose(Lifetime::Keep)?;
        } else if !lifetime.take(args)? {
            return Err(Error::Syntax);
        }
    }
    let deadline = match lifetime {
        Lifetime::Ends {
            amount,
            unit,
            relative,
        } => Some(deadline_from(ctx, amount, unit, relative)?),
        _ => None,
    };
    let old = if give_old {
        Some(get_reply(ctx, key)?)
    } else {
        None
    };
    if (nx || xx) && ctx.keys.write(key).is_some() == nx {
        return Ok(old.unwrap_or(Reply::Null));
    }
    let kept = if lifetime == Lifetime::Keep {
        ctx.keys.deadline(key)
    } else {
        None
    };
    store(ctx, key, value, deadline.or(kept));
    ctx.keys.changed(Class::String, "set", key);
    if let Some(deadline) = deadline {
        ctx.keys.notify(Class::Generic, "expire", key);
        if !lifetime.is_in_replicas_words() {
            let at = number::i64_to_bytes(deadline);
            ctx.replicate_as(&[b"SET", key, value, b"PXAT", &at]);
        }
    } else if give_old {
        let (words, options) = ctx.words.split_at(3);
        let is_not_get = |word: &&[u8]| !word.eq_ignore_ascii_case(b"GET");
        let options = options.iter().copied().filter(is_not_get);
        let without_get: Vec<&[u8]> = words.iter().copied().chain(options).collect();
        ctx.replicate_as(&without_get);
    }
    Ok(old.unwrap_or(Reply::OK))
}

fn store(ctx: &mut Context, key: &[u8], value: &[u8], deadline: Option<i64>) {
    let value = Value::String(Str::new(value, key, deadline.is_some()));
    ctx.keys.expire_if_due(key);
    ctx.keys.put(key, value, deadline.unwrap_or(Object::NEVER));
}

fn setnx(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, value) = (args.word()?, args.word()?);
    if ctx.keys.write(key).is_some() {
        return Ok(Reply::Int(0));
    }
    store(ctx, key, value, None);
    ctx.keys.changed(Class::String, "set", key);
    Ok(Reply::Int(1))
}

fn setex(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    set_for(ctx, args, 1000)
}

fn psetex(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    set_for(ctx, args, 1)
}

fn set_for(ctx: &mut Context, args: &mut Args, unit: i64) -> Result<Reply, Error> {
    let (key, amount, value) = (args.word()?, args.word()?, args.word()?);
    let deadline = deadline_from(ctx, amount, unit, true)?;
    store(ctx, key, value, Some(deadline));
    ctx.keys.changed(Class::String, "set", key);
    ctx.keys.notify(Class::Generic, "expire", key);
    let at = number::i64_to_bytes(deadline);
    ctx.replicate_as(&[b"SET", key, value, b"PXAT", &at]);
    Ok(Reply::OK)
}

fn getset(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, value) = (args.word()?, args.word()?);
    let old = get_reply(ctx, key)?;
    store(ctx, key, value, None);
    ctx.keys.changed(Class::String, "set", key);
    ctx.replicate_as(&[b"SET", key, value]);
    Ok(old)
}

fn mset(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let pairs = pairs(ctx, args)?;
    set_all(ctx, pairs);
    Ok(Reply::OK)
}

fn msetnx(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let pairs = pairs(ctx, args)?;
    if pairs
        .chunks_exact(2)
        .any(|pair| ctx.keys.write(pair[0]).is_some())
    {
        return Ok(Reply::Int(0));
    }
    set_all(ctx, pairs);
    Ok(Reply::Int(1))
}

fn pairs<'a>(ctx: &Context, args: &mut Args<'a>) -> Result<&'a [&'a [u8]], Error> {
    let pairs = args.rest();
    if pairs.len() % 2 == 1 {
        Err(Error::WrongArity(ctx.name().to_string()))
    } else {
        Ok(pairs)
    }
}

fn set_all(ctx: &mut Context, pairs: &[&[u8]]) {
    for pair in pairs.chunks_exact(2) {
        store(ctx, pair[0], pair[1], None);
        ctx.keys.changed(Class::String, "set", pair[0]);
    }
}

// --- Reading and changing at once ---------------------------------------------------------------------------------

fn getdel(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let reply = get_reply(ctx, key)?;
    if reply != Reply::Null {
        ctx.keys.remove(key);
        ctx.keys.changed(Class::Generic, "del", key);
        ctx.replicate_as(&[b"DEL", key]);
    }
    Ok(reply)
}

fn getex(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let mut lifetime = Lifetime::Unsaid;
    while !args.is_empty() {
        if args.token("PERSIST") {
            lifetime.choose(Lifetime::Persist)?;
        } else if !lifetime.take(args)? {
            return Err(Error::Syntax);
        }
    }
    // The type is checked before the time, and neither matters if there is no key.
    let reply = get_reply(ctx, key)?;
    if reply == Reply::Null {
        return Ok(reply);
    }
    match lifetime {
        Lifetime::Ends {
            amount,
            unit,
            relative,
        } => {
            let deadline = deadline_from(ctx, amount, unit, relative)?;
            if !relative && deadline <= ctx.now.millis() {
                ctx.keys.remove(key);
                ctx.keys.changed(Class::Generic, "del", key);
                ctx.replicate_as(&[b"DEL", key]);
            } else {
                ctx.keys.set_deadline(key, Some(deadline));
                ctx.keys.changed(Class::Generic, "expire", key);
                let at = number::i64_to_bytes(deadline);
                ctx.replicate_as(&[b"PEXPIREAT", key, &at]);
            }
        }
        Lifetime::Persist if ctx.keys.deadline(key).is_some() => {
            ctx.keys.set_deadline(key, None);
            ctx.keys.changed(Class::Generic, "persist", key);
            ctx.replicate_as(&[b"PERSIST", key]);
        }
        _ => {}
    }
    Ok(reply)
}

fn append(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, value) = (args.word()?, args.word()?);
    let limit = ctx.server.config.proto_max_bulk_len;
    let length = match ctx.keys.get_mut::<Str>(key)? {
        Some(old) => {
            if old.len().saturating_add(value.len()) > limit {
                return Err(Error::StringTooLong);
            }
            let bytes = old.raw_with_room(old.len() + value.len());
            bytes.extend_from_slice(value);
            bytes.len()
        }
        None => {
            store(ctx, key, value, None);
            value.len()
        }
    };
    ctx.keys.changed(Class::String, "append", key);
    Ok(length.into())
}

fn setrange(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let offset = args.int()?;
    let value = args.word()?;
    if offset < 0 {
        return Err(Error::err("offset is out of range"));
    }
    let old = ctx.keys.get_mut::<Str>(key)?;
    if value.is_empty() {
        return Ok(old.map_or(0, |old| old.len()).into());
    }
    let end = (offset as usize).saturating_add(value.len());
    if end > ctx.server.config.proto_max_bulk_len {
        return Err(Error::StringTooLong);
    }
    if ctx.keys.write(key).is_none() {
        ctx.keys.insert(key, Value::String(Str::raw(vec![0; end])));
    }
    let bytes = ctx
        .keys
        .get_mut::<Str>(key)?
        .expect("there or just inserted");
    let bytes = bytes.raw_with_room(end.max(bytes.len()));
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset as usize..end].copy_from_slice(value);
    let length = bytes.len();
    ctx.keys.changed(Class::String, "setrange", key);
    Ok(length.into())
}

// --- Counting -----------------------------------------------------------------------------------------------------

fn incr(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    add(ctx, args.word()?, 1)
}

fn decr(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    add(ctx, args.word()?, -1)
}

fn incrby(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let increment = args.int()?;
    add(ctx, key, increment)
}

fn decrby(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let decrement = args.int()?;
    let increment = decrement
        .checked_neg()
        .ok_or(Error::err("decrement would overflow"))?;
    add(ctx, key, increment)
}

fn add(ctx: &mut Context, key: &[u8], increment: i64) -> Result<Reply, Error> {
    let sum = match ctx.keys.get_mut::<Str>(key)? {
        Some(value) => {
            let number = value.as_int().ok_or(Error::NotAnInteger)?;
            let sum = number
                .checked_add(increment)
                .ok_or(Error::IncrementOverflow)?;
            *value = Str::Int(sum);
            sum
        }
        None => {
            ctx.keys.insert(key, Value::String(Str::Int(increment)));
            increment
        }
    };
    ctx.keys.changed(Class::String, "incrby", key);
    Ok(Reply::Int(sum))
}

fn incrbyfloat(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, increment) = (args.word()?, args.word()?);
    let old = match ctx.keys.get_mut::<Str>(key)? {
        Some(value) => LongDouble::parse(&value.bytes()).ok_or(Error::NotAFloat)?,
        None => LongDouble::from_f64(0.0),
    };
    let sum = old.plus(LongDouble::parse(increment).ok_or(Error::NotAFloat)?);
    if !sum.is_finite() {
        return Err(Error::err("increment would produce NaN or Infinity"));
    }
    let text = sum.to_text();
    let deadline = ctx.keys.deadline(key);
    let value = Value::String(Str::text(text.as_bytes(), key, deadline.is_some()));
    match ctx.keys.write(key) {
        // The same key goes on with another value: nothing is overwritten.
        Some(object) => object.value = value,
        None => ctx.keys.insert(key, value),
    }
    ctx.keys.changed(Class::String, "incrbyfloat", key);
    ctx.replicate_as(&[b"SET", key, text.as_bytes(), b"KEEPTTL"]);
    Ok(Reply::Bulk(text.into_bytes()))
}
