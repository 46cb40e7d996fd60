//! DUMP and RESTORE: a value as bytes that another server understands, and back. The bytes are `rdb.rs`'s business.

use crate::access::{Access, Tally};
use crate::args::Args;
use crate::command::{Command, acl, flag::*, key};
use crate::context::Context;
use crate::cost;
use crate::error::Error;
use crate::event::Class;
use crate::keyspace::Object;
use crate::number;
use crate::rdb;
use crate::reply::Reply;
use crate::value::Value;

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::new("DUMP key", dump)
        .summary("Gives what a key holds as bytes for RESTORE.")
        .cost("O(N*M), N being the elements and M their size; O(1) for a short string")
        .since("2.6.0")
        .flags(READONLY)
        .key_flags(&[key::RO | key::ACCESS])
        .tips(&["nondeterministic_output"]),
    Command::new(
        "RESTORE key ttl:int serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds:int] [FREQ frequency:int]",
        restore,
    )
    .summary("Makes a key from what DUMP gave.")
    .cost("O(N*M), N being the elements and M their size; a large sorted set takes O(N*M*log(N))")
    .since("2.6.0")
    .flags(WRITE | DENYOOM)
    .acl(acl::DANGEROUS)
    .key_flags(&[key::OW | key::UPDATE])
    .history(&[
        ("3.0.0", "The option `REPLACE`."),
        ("5.0.0", "The option `ABSTTL`."),
        ("5.0.0", "The options `IDLETIME` and `FREQ`."),
    ]),
];

/// What MIGRATE sends: it may use a slot that is just moving here.
pub(in crate::commands) const OF_A_MOVE: &[Command] = &[Command::new(
    "RESTORE-ASKING key ttl:int serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds:int] [FREQ frequency:int]",
    restore,
)
.internal()
.summary("As RESTORE, for a key whose slot is moving here.")
.cost("O(N*M), N being the elements and M their size; a large sorted set takes O(N*M*log(N))")
.since("3.0.0")
.flags(WRITE | DENYOOM | ASKING)
.acl(acl::KEYSPACE | acl::DANGEROUS)
.key_flags(&[key::OW | key::UPDATE])
.history(&[
    ("3.0.0", "The option `REPLACE`."),
    ("5.0.0", "The option `ABSTTL`."),
    ("5.0.0", "The options `IDLETIME` and `FREQ`."),
])];

fn dump(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let compress = ctx.server.config.persistence.compress;
    let Some(object) = ctx.keys.read(args.word()?) else {
        return Ok(Reply::Null);
    };
    let bytes = rdb::dump(&object.value, compress);
    let pieces = cost::pieces(&object.value) as u64;
    ctx.keys.work += pieces * cost::LOOK_UP;
    Ok(Reply::Bulk(bytes))
}

#[derive(Default)]
struct Options {
    replace: bool,
    absolute: bool,
    idle_seconds: Option<i64>,
    frequency: Option<i64>,
}

impl Options {
    fn read(args: &mut Args) -> Result<Options, Error> {
        let mut options = Options::default();
        while !args.is_empty() {
            if args.token("REPLACE") {
                options.replace = true;
            } else if args.token("ABSTTL") {
                options.absolute = true;
            } else if args.left() >= 2 && options.frequency.is_none() && args.token("IDLETIME") {
                let seconds = Some(args.int()?).filter(|seconds| *seconds >= 0);
                options.idle_seconds =
                    Some(seconds.ok_or(Error::err("Invalid IDLETIME value, must be >= 0"))?);
            } else if args.left() >= 2 && options.idle_seconds.is_none() && args.token("FREQ") {
                let frequency = Some(args.int()?).filter(|frequency| (0..=255).contains(frequency));
                options.frequency = Some(
                    frequency.ok_or(Error::err("Invalid FREQ value, must be >= 0 and <= 255"))?,
                );
            } else {
                return Err(Error::Syntax);
            }
        }
        Ok(options)
    }
}

fn restore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, ttl, payload) = (args.word()?, args.word()?, args.word()?);
    let options = Options::read(args)?;
    if !options.replace && ctx.keys.write(key).is_some() {
        return Err(Error::BusyKey);
    }
    let ttl = number::parse_i64(ttl).ok_or(Error::NotAnInteger)?;
    if ttl < 0 {
        return Err(Error::err("Invalid TTL value, must be >= 0"));
    }
    let value = load(ctx, payload)?;
    ctx.keys.work += cost::of_copying(&value);
    ctx.keys.expire_if_due(key);
    let replaced = if options.replace {
        ctx.keys.remove(key)
    } else {
        None
    };
    let deadline = match ttl {
        0 => Object::NEVER,
        _ if options.absolute => ttl,
        _ => ttl.saturating_add(ctx.clock().millis()),
    };
    if deadline != Object::NEVER && deadline <= ctx.now.millis() {
        if replaced.is_some() {
            ctx.keys.changed(Class::Generic, "del", key);
            ctx.replicate_as(&[b"DEL", key]);
        }
        return Ok(Reply::OK);
    }
    place(ctx, key, value, deadline, &options);
    ctx.keys.changed(Class::Generic, "restore", key);
    if let Some(before) = replaced {
        ctx.keys.notify_overwritten(key, before.value.kind());
    }
    if deadline != Object::NEVER && !options.absolute {
        replicate(ctx, deadline);
    }
    Ok(Reply::OK)
}

fn load(ctx: &mut Context, payload: &[u8]) -> Result<Value, Error> {
    let body =
        rdb::open_dump(payload).ok_or(Error::err("DUMP payload version or checksum are wrong"))?;
    let mut rules = rdb::Rules {
        limits: ctx.limits(),
        seed: ctx.keys.hash_seed(),
        random: ctx.random,
    };
    rdb::Reader::new(body)
        .value(&mut rules)
        .map_err(|_| Error::err("Bad data format"))
}

fn place(ctx: &mut Context, key: &[u8], mut value: Value, deadline: i64, options: &Options) {
    if let Value::String(text) = &mut value {
        text.make_room(key, deadline != Object::NEVER);
    }
    ctx.keys.put(key, value, deadline);
    let now = ctx.now;
    let counted = matches!(ctx.keys.tally, Tally::Frequency(_));
    // What does not suit the policy is not used.
    let access = match (options.frequency, options.idle_seconds) {
        (Some(frequency), _) if counted => Access::counted(now, frequency as u8),
        (_, Some(seconds)) if !counted => Access::idle(now, seconds),
        _ => return,
    };
    if let Some(object) = ctx.keys.modify(key) {
        object.access = access;
    }
}

/// Replicas get the point in time.
fn replicate(ctx: &mut Context, deadline: i64) {
    if ctx.server.wants_effects() {
        let at = number::i64_to_bytes(deadline);
        let mut words = ctx.words.to_vec();
        words[2] = &at;
        words.push(b"ABSTTL");
        ctx.replicate_as(&words);
    }
}
