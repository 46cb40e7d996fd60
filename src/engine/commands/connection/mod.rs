//! Commands of the group `connection`. CLIENT has files of its own: `client.rs` for what a client says about itself
//! and others, `tracking.rs` for client-side caching.

mod client;
mod client_list;
mod tracking;

use crate::acl::{self, log::Context as Place, log::Reason, log::Refusal};
use crate::args::Args;
use crate::client::ReplyMode;
use crate::command::{Command, flag::*};
use crate::commands::transactions;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::resp::Protocol;

pub(super) use client::COMMANDS as CLIENT;
pub(super) use tracking::COMMANDS as TRACKING;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("AUTH [username] password", auth)
        .summary("Logs in.")
        .cost("O(N) where N is the number of passwords defined for the user")
        .flags(NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | SENTINEL | ALLOW_BUSY)
        .history(&[("6.0.0", "A user can be named (ACLs).")]),
    Command::new("ECHO message", echo).summary("Gives back what it was given.").flags(LOADING | STALE | FAST),
    Command::new("HELLO [(protover:int [AUTH (username password)] [SETNAME clientname])]", hello)
        .summary("Chooses the protocol, and can log in and name the connection on the way.")
        .since("6.0.0")
        .flags(NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | SENTINEL | ALLOW_BUSY)
        .history(&[("6.2.0", "The version can be left out: the reply alone is wanted.")]),
    Command::new("PING [message]", ping)
        .summary("Answers PONG, or what it was given.")
        .flags(FAST | SENTINEL)
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Command::new("QUIT", quit)
        .summary("Closes the connection.")
        .arity(-1)
        .flags(ALLOW_BUSY | NOSCRIPT | LOADING | STALE | FAST | NO_AUTH)
        .deprecated("7.2.0", "just closing the connection"),
    Command::new("RESET", reset)
        .summary("Makes the connection as new: database, protocol, transaction, subscriptions, tracking.")
        .since("6.2.0")
        .flags(NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY),
    Command::new("SELECT index:int", select).summary("Changes to another database.").flags(LOADING | STALE | FAST),
];

fn auth(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (user, password): (&[u8], &[u8]) = match args.rest() {
        [password] => {
            if ctx.server.users.default_user().no_password {
                return Err(Error::err(
                    "AUTH <password> called without any password configured for the default user. \
                     Are you sure your configuration is correct?",
                ));
            }
            (b"default", password)
        }
        [user, password] => (user, password),
        _ => return Err(Error::Syntax),
    };
    log_in(ctx, user, password)?;
    Ok(Reply::OK)
}

fn log_in(ctx: &mut Context, user: &[u8], password: &[u8]) -> Result<(), Error> {
    let Some(found) = ctx.server.users.log_in(user, password) else {
        let refusal = Refusal {
            reason: Reason::Login,
            context: Place::TopLevel,
            object: ctx.words[0],
            user,
        };
        ctx.server.note_refused(ctx.id, refusal, ctx.words, ctx.now);
        return Err(Error::WrongPass);
    };
    let client = ctx.client_mut();
    client.user = found;
    client.authenticated = true;
    Ok(())
}

fn echo(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::bulk(args.word()?))
}

fn hello(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let mut protocol = None;
    if let Some(word) = args.peek() {
        args.word()?;
        let version = number::parse_i64(word).ok_or(Error::err(
            "Protocol version is not an integer or out of range",
        ))?;
        protocol = Some(match version {
            2 => Protocol::Resp2,
            3 => Protocol::Resp3,
            _ => return Err(Error::NoProto),
        });
    }
    let mut login: Option<&[&[u8]]> = None;
    let mut name: Option<&[u8]> = None;
    while let Some(option) = args.peek() {
        if args.left() > 2 && args.token("AUTH") {
            login = Some(args.take(2)?);
        } else if args.left() > 1 && args.token("SETNAME") {
            let given = args.word()?;
            client::check_name(given, "Client names")?;
            name = Some(given);
        } else {
            let option = String::from_utf8_lossy(option);
            return Err(Error::Err(
                format!("Syntax error in HELLO option '{option}'").into(),
            ));
        }
    }
    if let Some([user, password]) = login {
        log_in(ctx, user, password)?;
    }
    if !ctx.client().authenticated && ctx.server.users.login_required() {
        return Err(Error::Raw(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH \
             <user> <pass> option can be used to authenticate the client and select the RESP protocol version at \
             the same time"
                .into(),
        ));
    }
    let client = ctx.client_mut();
    if let Some(name) = name {
        client.name = name.to_vec();
    }
    client.protocol = protocol.unwrap_or(client.protocol);
    Ok(who_speaks(ctx))
}

fn who_speaks(ctx: &Context) -> Reply {
    let client = ctx.client();
    let version = if client.protocol == Protocol::Resp3 {
        3
    } else {
        2
    };
    let facts = [
        ("server", Reply::bulk("redis")),
        ("version", Reply::bulk(crate::server::VERSION)),
        ("proto", Reply::Int(version)),
        ("id", Reply::Int(client.id.0 as i64)),
        ("mode", Reply::bulk(ctx.server.mode())),
        ("role", Reply::bulk(ctx.server.role())),
        ("modules", super::server::identity::modules()),
    ];
    Reply::Map(
        facts
            .map(|(name, value)| (Reply::bulk(name), value))
            .to_vec(),
    )
}

fn ping(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let message = match args.rest() {
        [] => None,
        [message] => Some(*message),
        _ => return Err(Error::WrongArity(ctx.name().to_string())),
    };
    // In RESP2 a subscriber receives only messages, so the answer looks like one.
    if !ctx.resp3() && ctx.client().is_subscriber() {
        return Ok(Reply::array([
            Reply::bulk("pong"),
            Reply::bulk(message.unwrap_or_default()),
        ]));
    }
    Ok(message.map_or(Reply::Status("PONG"), Reply::bulk))
}

fn quit(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    ctx.client_mut().closing = true;
    Ok(Reply::OK)
}

fn reset(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let id = ctx.id;
    transactions::end(ctx);
    ctx.server.stop_tracking(id);
    ctx.server.unsubscribe_from_all(id);
    ctx.server.monitors.retain(|monitor| *monitor != id);
    let needs_login = ctx.server.users.login_required();
    let client = ctx.client_mut();
    client.monitor = false;
    client.db = 0;
    client.protocol = Protocol::Resp2;
    client.authenticated = !needs_login;
    client.user = acl::DEFAULT;
    client.name.clear();
    client.replies = ReplyMode::On;
    client.no_evict = false;
    client.no_touch = false;
    client.asking = false;
    client.readonly = false;
    Ok(Reply::Status("RESET"))
}

fn select(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let index = args.int()?;
    if ctx.server.cluster.is_some() && index != 0 {
        return Err(Error::err("SELECT is not allowed in cluster mode"));
    }
    let db = usize::try_from(index)
        .ok()
        .filter(|db| *db < ctx.keys.dbs.len());
    ctx.client_mut().db = db.ok_or(Error::err("DB index is out of range"))?;
    Ok(Reply::OK)
}
