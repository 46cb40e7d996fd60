//! WAIT and WAITAOF; and MIGRATE, which needs another server.

use crate::aof::State;
use crate::args::Args;
use crate::command::{Begin, Command, Find, KeySpec, acl, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::new(
        "MIGRATE host port:int (key | '') destination-db:int timeout:int [COPY] [REPLACE] \
         [AUTH password | AUTH2 (username password)] [KEYS key...]",
        migrate,
    )
    .summary("Moves keys to another server.")
    .cost("That of DUMP and DEL here and of RESTORE there, and the transfer")
    .since("2.6.0")
    .arity(-6)
    .flags(WRITE | MOVABLEKEYS)
    .acl(acl::DANGEROUS)
    .tips(&["nondeterministic_output"])
    .key_specs(&[
        KeySpec {
            flags: key::RW | key::ACCESS | key::DELETE,
            begin: Begin::Index(3),
            find: Find::Range { last: 0, step: 1, limit: 0 },
            notes: "",
        },
        KeySpec {
            flags: key::RW | key::ACCESS | key::DELETE | key::INCOMPLETE,
            begin: Begin::Keyword("KEYS", -2),
            find: Find::Range { last: -1, step: 1, limit: 0 },
            notes: "",
        },
    ])
    .history(&[
        ("3.0.0", "The options `COPY` and `REPLACE`."),
        ("3.0.6", "The option `KEYS`."),
        ("4.0.7", "The option `AUTH`."),
        ("6.0.0", "The option `AUTH2`."),
    ]),
    Command::new("WAIT numreplicas:int timeout:int", wait)
        .summary("Waits until so many replicas have what this client wrote, and says how many have it.")
        .since("3.0.0")
        .flags(BLOCKING)
        .acl(acl::KEYSPACE | acl::CONNECTION)
        .tips(&["request_policy:all_shards", "response_policy:agg_min"]),
    Command::new("WAITAOF numlocal:int numreplicas:int timeout:int", waitaof)
        .summary("Waits until what this client wrote is in the append-only file here, or on so many replicas.")
        .since("7.2.0")
        .flags(BLOCKING)
        .acl(acl::KEYSPACE | acl::CONNECTION)
        .tips(&["request_policy:all_shards", "response_policy:agg_min"]),
];

/// No other server can be reached from here: whoever drives several moves keys with DUMP and RESTORE-ASKING.
fn migrate(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let head = args.take(5)?;
    let (key, mut keys) = (head[2], vec![head[2]]);
    while !args.is_empty() {
        if args.token("COPY") || args.token("REPLACE") {
        } else if args.token("AUTH") {
            args.word()?;
        } else if args.token("AUTH2") {
            args.take(2)?;
        } else if args.token("KEYS") {
            if !key.is_empty() {
                return Err(Error::err(
                    "When using MIGRATE KEYS option, the key argument must be set to the empty string",
                ));
            }
            keys = args.rest().to_vec();
        } else {
            return Err(Error::Syntax);
        }
    }
    for number in [head[4], head[3]] {
        number::parse_i64(number).ok_or(Error::NotAnInteger)?;
    }
    if !keys.into_iter().any(|key| ctx.keys.read(key).is_some()) {
        return Ok(Reply::Status("NOKEY"));
    }
    Err(Error::Raw(
        "IOERR error or timeout writing to target instance".into(),
    ))
}

fn wait(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if ctx.server.replication.is_replica() {
        return Err(Error::err(
            "WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is \
             configured to be writable (which is not the default) writes to replicas are just local and are not \
             propagated.",
        ));
    }
    let wanted = args.int()?;
    let deadline = ctx.timeout_millis(args.word()?)?;
    let (count, _) = ctx.server.count_acknowledged(ctx.client().write_offset);
    if count >= wanted {
        return Ok(Reply::Int(count));
    }
    ctx.server.replication.ack_wanted = ctx.may_block;
    Ok(ctx.wait(None, &[], deadline, Reply::Int(count)))
}

fn waitaof(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let local = args.int()?;
    if !(0..=1).contains(&local) {
        return Err(Error::err(
            "value is out of range, value must between 0 and 1",
        ));
    }
    let replicas = number::parse_i64(args.word()?).filter(|replicas| *replicas >= 0);
    let replicas = replicas.ok_or(Error::err("value is out of range, must be positive"))?;
    let deadline = ctx.timeout_millis(args.word()?)?;
    if ctx.server.replication.is_replica() {
        return Err(Error::err(
            "WAITAOF cannot be used with replica instances. Please also note that writes to replicas are just \
             local and are not propagated.",
        ));
    }
    if local > 0 && ctx.server.persistence.aof.state == State::Off {
        return Err(Error::err(
            "WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
        ));
    }
    let synced = i64::from(ctx.server.has_synced(ctx.client()));
    let (_, copied) = ctx.server.count_acknowledged(ctx.client().write_offset);
    let reply = Reply::Array(vec![Reply::Int(synced), Reply::Int(copied)]);
    if synced >= local && copied >= replicas {
        return Ok(reply);
    }
    ctx.server.replication.ack_wanted = ctx.may_block && replicas > 0;
    Ok(ctx.wait(None, &[], deadline, reply))
}
