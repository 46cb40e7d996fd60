//! Whose copy this server is: REPLICAOF, ROLE, FAILOVER and what replicas send.

use crate::args::Args;
use crate::command::{Command, acl, flag::*};
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::replication::describe;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[
    Command::new(
        "FAILOVER [TO (host port:int [FORCE])] [ABORT] [TIMEOUT milliseconds:int]",
        failover,
    )
    .summary("Makes a replica the master, and this server its replica.")
    .since("6.2.0")
    .flags(ADMIN | NOSCRIPT | STALE),
    Command::new("REPLCONF", replconf)
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
        ctx.server.follow_nobody(ctx.random);
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
    ctx.server.follow(host, port, ctx.now);
    ctx.server.free_blocked_clients(ctx.keys, ctx.id);
    Ok(Reply::OK)
}

/// Facts about a replica. They mean something once its copy is asked for; until then they are only checked.
fn replconf(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    const HOST_BYTES_MAX: usize = 255;
    if !args.left().is_multiple_of(2) {
        return Err(Error::Syntax);
    }
    while !args.is_empty() {
        let (option, value) = (args.word()?, args.word()?);
        match option.to_ascii_lowercase().as_slice() {
            b"listening-port" | b"rdb-only" | b"rdb-channel" => {
                number::parse_i64(value).ok_or(Error::NotAnInteger)?;
            }
            b"ip-address" if value.len() > HOST_BYTES_MAX => {
                let text = format!(
                    "REPLCONF ip-address provided by replica instance is too long: {} bytes",
                    value.len()
                );
                return Err(Error::Err(text.into()));
            }
            b"ip-address" | b"capa" => {}
            // Nobody is told that an offset has arrived.
            b"ack" | b"getack" => return Ok(Reply::Nothing),
            _ => {
                let text = format!(
                    "Unrecognized REPLCONF option: {}",
                    String::from_utf8_lossy(option)
                );
                return Err(Error::Err(text.into()));
            }
        }
    }
    Ok(Reply::OK)
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
    if request.abort {
        return Err(Error::err("No failover in progress."));
    }
    if ctx.server.replication.is_replica() {
        return Err(Error::err(
            "FAILOVER is not valid when server is a replica.",
        ));
    }
    Err(Error::err("FAILOVER requires connected replicas."))
}
