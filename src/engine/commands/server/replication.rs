//! Whose copy this server is and who copies it: REPLICAOF, ROLE, FAILOVER, and what replicas send.

use std::time::Duration;

use crate::args::Args;
use crate::command::{Command, acl, flag::*};
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::replication::replica::Replica;
use crate::replication::{Failover, describe};
use crate::reply::Reply;
use crate::time::Time;

pub const COMMANDS: &[Command] = &[
    Command::new(
        "FAILOVER [TO (host port:int [FORCE])] [ABORT] [TIMEOUT milliseconds:int]",
        failover,
    )
    .summary("Makes a replica the master, and this server its replica.")
    .since("6.2.0")
    .flags(ADMIN | NOSCRIPT | STALE),
    Command::new("PSYNC replicationid offset:int", psync)
        .summary("Asks for the data from a place in its history on, and for what happens to it.")
        .cost("")
        .since("2.8.0")
        .arity(-3)
        .flags(ADMIN | NOSCRIPT | NO_ASYNC_LOADING | NO_MULTI),
    Command::new("SYNC", sync)
        .summary("Asks for the data, and for what happens to it.")
        .cost("")
        .flags(ADMIN | NOSCRIPT | NO_ASYNC_LOADING | NO_MULTI),
    Command::new("REPLCONF", replconf)
        .internal()
        .summary("What replicas tell their master of themselves.")
        .since("3.0.0")
        .arity(-1)
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | ALLOW_BUSY),
    Command::new("REPLICAOF (host port:int | NO ONE)", replicaof)
        .summary("Makes this server a replica of another, or of none.")
        .since("5.0.0")
        .flags(ADMIN | NOSCRIPT | STALE | NO_ASYNC_LOADING),
    Command::new("SLAVEOF (host port:int | NO ONE)", replicaof)
        .summary("Makes this server a replica of another, or of none.")
        .flags(ADMIN | NOSCRIPT | STALE | NO_ASYNC_LOADING)
        .deprecated("5.0.0", "`REPLICAOF`"),
    Command::new("ROLE", role)
        .summary("Says whether this server is a master or a replica, and of whom.")
        .since("2.8.12")
        .flags(NOSCRIPT | LOADING | STALE | FAST | SENTINEL)
        .acl(acl::ADMIN | acl::DANGEROUS),
];

fn role(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(describe::role(ctx.server))
}

fn replicaof(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if ctx.server.cluster.is_some() {
        return Err(Error::err("REPLICAOF not allowed in cluster mode."));
    }
    let (host, port) = (args.word()?, args.word()?);
    if host.eq_ignore_ascii_case(b"no") && port.eq_ignore_ascii_case(b"one") {
        ctx.server.follow_nobody(ctx.keys, ctx.random, ctx.now);
        return Ok(Reply::OK);
    }
    let port = number::parse_i64(port).and_then(|port| u16::try_from(port).ok());
    let port = port.ok_or(Error::err("Invalid master port"))?;
    let already = ctx
        .server
        .replication
        .upstream
        .as_ref()
        .is_some_and(|upstream| upstream.port == port && upstream.host.eq_ignore_ascii_case(host));
    if already {
        return Ok(Reply::Status("OK Already connected to specified master"));
    }
    ctx.server.drop_link(ctx.keys);
    ctx.server.follow(host, port, ctx.now);
    ctx.server.free_blocked_clients(ctx.keys, ctx.id);
    Ok(Reply::OK)
}

/// What a replica says of itself before it asks for the data, and of its progress afterwards.
fn replconf(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if !args.left().is_multiple_of(2) {
        return Err(Error::Syntax);
    }
    while !args.is_empty() {
        let (option, value) = (args.word()?, args.word()?);
        match option.to_ascii_lowercase().as_slice() {
            b"ack" => {
                note_progress(ctx, value, args.rest());
                return Ok(Reply::Nothing);
            }
            b"getack" => {
                ctx.server.acknowledge();
                return Ok(Reply::Nothing);
            }
            name => introduce(ctx, name, option, value)?,
        }
    }
    Ok(Reply::OK)
}

/// `REPLCONF ACK offset [FACK offset]`: what is no number is not looked at.
fn note_progress(ctx: &mut Context, offset: &[u8], rest: &[&[u8]]) {
    let read = |word: &[u8]| number::parse_i64(word).and_then(|offset| u64::try_from(offset).ok());
    if !ctx.client().is_replica() {
        return;
    }
    let Some(offset) = read(offset) else {
        return;
    };
    if let [word, synced] = rest
        && word.eq_ignore_ascii_case(b"fack")
        && let Some(synced) = read(synced)
        && let Some(replica) = ctx.server.replica_mut(ctx.id)
    {
        replica.synced = replica.synced.max(synced);
    }
    ctx.server.note_acknowledged(ctx.id, offset, ctx.now);
}

fn introduce(ctx: &mut Context, name: &[u8], option: &[u8], value: &[u8]) -> Result<(), Error> {
    const HOST_BYTES_MAX: usize = 255;
    let now = ctx.now;
    let replica = ctx
        .client_mut()
        .replica
        .get_or_insert_with(|| Box::new(Replica::new(now)));
    let number = || number::parse_i64(value).ok_or(Error::NotAnInteger);
    match name {
        b"listening-port" => replica.port = number()? as u16,
        b"rdb-only" => replica.snapshot_only = number()? == 1,
        // The second connection of 8.2.3 is not offered, so nobody comes with it.
        b"rdb-channel" => _ = number()?,
        b"rdb-filter-only" => {
            let words = value
                .split(|byte| *byte == b' ')
                .filter(|word| !word.is_empty());
            replica.functions_only = true;
            for word in words {
                if !word.eq_ignore_ascii_case(b"functions") {
                    let text = format!(
                        "Unsupported rdb-filter-only option: {}",
                        String::from_utf8_lossy(word)
                    );
                    return Err(Error::Err(text.into()));
                }
            }
        }
        b"ip-address" if value.len() > HOST_BYTES_MAX => {
            let text = format!(
                "REPLCONF ip-address provided by replica instance is too long: {} bytes",
                value.len()
            );
            return Err(Error::Err(text.into()));
        }
        b"ip-address" => replica.address = value.to_vec(),
        b"capa" => match value.to_ascii_lowercase().as_slice() {
            b"eof" => replica.takes_end_mark = true,
            b"psync2" => replica.knows_renaming = true,
            // What this server does not know it does not use.
            _ => {}
        },
        b"main-ch-client-id" => {
            let text = format!("Unrecognized RDB client id: {}", number()?);
            return Err(Error::Err(text.into()));
        }
        _ => {
            let text = format!(
                "Unrecognized REPLCONF option: {}",
                String::from_utf8_lossy(option)
            );
            return Err(Error::Err(text.into()));
        }
    }
    Ok(())
}

/// The data, and then everything that happens to it.
fn sync(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    if !may_sync(ctx)? {
        return Ok(Reply::Nothing);
    }
    let now = ctx.now;
    let client = ctx.client_mut();
    let replica = client
        .replica
        .get_or_insert_with(|| Box::new(Replica::new(now)));
    replica.is_old = true;
    ctx.server
        .begin_full_sync(ctx.id, ctx.keys, ctx.random, now);
    Ok(Reply::Nothing)
}

/// As SYNC, from where a replica already is if that is possible.
fn psync(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (history, from, more) = (args.word()?, args.word()?, args.rest());
    if ctx.client().is_replica() {
        return Ok(Reply::Nothing);
    }
    if more
        .first()
        .is_some_and(|word| word.eq_ignore_ascii_case(b"failover"))
    {
        return take_over(ctx, history);
    }
    if !may_sync(ctx)? {
        return Ok(Reply::Nothing);
    }
    let from = number::parse_i64(from).ok_or(Error::NotAnInteger)?;
    if ctx.server.try_to_continue(ctx.id, history, from, ctx.now) {
        ctx.server.stats.partial_syncs += 1;
        return Ok(Reply::Nothing);
    }
    if !history.starts_with(b"?") {
        ctx.server.stats.refused_syncs += 1;
    }
    ctx.server
        .begin_full_sync(ctx.id, ctx.keys, ctx.random, ctx.now);
    Ok(Reply::Nothing)
}

/// The master wants to change places with this replica.
fn take_over(ctx: &mut Context, history: &[u8]) -> Result<Reply, Error> {
    if !ctx.server.replication.is_replica() {
        return Err(Error::err("PSYNC FAILOVER can't be sent to a master."));
    }
    if !history.eq_ignore_ascii_case(ctx.server.replication_id.as_bytes()) {
        return Err(Error::err("PSYNC FAILOVER replid must match my replid."));
    }
    let offset = ctx.server.replication.offset as i64 + 1;
    ctx.server.follow_nobody(ctx.keys, ctx.random, ctx.now);
    if !ctx.server.try_to_continue(ctx.id, history, offset, ctx.now) {
        ctx.server
            .begin_full_sync(ctx.id, ctx.keys, ctx.random, ctx.now);
    }
    Ok(Reply::Nothing)
}

/// A replica that asks again is not answered; a copy of what may be old is not given.
fn may_sync(ctx: &Context) -> Result<bool, Error> {
    if ctx.client().is_replica() {
        return Ok(false);
    }
    let replica = ctx.client().replica.as_deref();
    if replica.is_some_and(|replica| replica.functions_only && !replica.takes_end_mark) {
        return Err(Error::err("Filtered replica requires EOF capability"));
    }
    match ctx.server.replication.is_stale() {
        true => Err(Error::Raw(
            "NOMASTERLINK Can't SYNC while not connected with my master".into(),
        )),
        false => Ok(true),
    }
}

/// What FAILOVER was asked for.
#[derive(Default)]
struct Request<'a> {
    target: Option<(&'a [u8], i64)>,
    force: bool,
    abort: bool,
    timeout_millis: Option<i64>,
}

fn read_failover<'a>(args: &mut Args<'a>) -> Result<Request<'a>, Error> {
    let mut request = Request::default();
    let alone = args.left() == 1;
    while !args.is_empty() {
        if args.left() >= 2 && request.timeout_millis.is_none() && args.token("TIMEOUT") {
            let millis = args.int()?;
            if millis <= 0 {
                return Err(Error::err("FAILOVER timeout must be greater than 0"));
            }
            request.timeout_millis = Some(millis);
        } else if alone && args.token("ABORT") {
            request.abort = true;
        } else if args.left() >= 3 && request.target.is_none() && args.token("TO") {
            request.target = Some((args.word()?, args.int()?));
        } else if !request.force && args.token("FORCE") {
            request.force = true;
        } else {
            return Err(Error::Syntax);
        }
    }
    Ok(request)
}

fn failover(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if ctx.server.cluster.is_some() {
        return Err(Error::err("FAILOVER not allowed in cluster mode."));
    }
    let request = read_failover(args)?;
    let server = &mut *ctx.server;
    if request.abort {
        return match &server.replication.failover {
            None => Err(Error::err("No failover in progress.")),
            Some(failover) => {
                if failover.in_progress {
                    server.follow_nobody(ctx.keys, ctx.random, ctx.now);
                }
                server.abort_failover();
                Ok(Reply::OK)
            }
        };
    }
    if server.replication.failover.is_some() {
        return Err(Error::err("FAILOVER already in progress."));
    }
    if server.replication.is_replica() {
        return Err(Error::err(
            "FAILOVER is not valid when server is a replica.",
        ));
    }
    if server.replication.replicas.is_empty() {
        return Err(Error::err("FAILOVER requires connected replicas."));
    }
    if request.force && (request.timeout_millis.is_none() || request.target.is_none()) {
        return Err(Error::err(
            "FAILOVER with force option requires both a timeout and target HOST and IP.",
        ));
    }
    let target = match request.target {
        None => None,
        Some((host, port)) => {
            let (_, replica) = server.find_replica(host, port).ok_or(Error::err(
                "FAILOVER target HOST and PORT is not a replica.",
            ))?;
            if !replica.is_online() {
                return Err(Error::err("FAILOVER target replica is not online."));
            }
            Some((host.to_vec(), replica.port))
        }
    };
    let timeout = request.timeout_millis.map(i64::unsigned_abs);
    let until = timeout.map(|millis| ctx.now.after(Duration::from_millis(millis)));
    server.replication.failover = Some(Failover {
        target,
        until,
        force: request.force,
        in_progress: false,
    });
    // Nothing may be written that the next master would not have.
    server.pause_until(until.unwrap_or(FOREVER), true, ctx.now);
    Ok(Reply::OK)
}

/// The pause of a failover that has no timeout: a thousand years after 1970.
const FOREVER: Time = Time::from_millis(1_000 * 365 * 86_400 * 1_000);
