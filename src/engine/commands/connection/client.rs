//! CLIENT: what a client says about itself and does to others. Listing and killing is in `client_list.rs`.

use super::client_list::{info, kill, list};
use crate::args::Args;
use crate::client::{ClientId, ReplyMode};
use crate::command::{Command, flag::*};
use crate::commands::help::help;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::time::Time;

pub const COMMANDS: &[Command] = &[
    Command::container("CLIENT").summary("Speaks about connections.").cost("Depends on subcommand.").since("2.4.0"),
    Command::new("CLIENT|GETNAME", getname)
        .summary("Gives the connection's name.")
        .since("2.6.9")
        .flags(NOSCRIPT | LOADING | STALE),
    Command::new("CLIENT|HELP", help).summary("Lists the subcommands.").since("5.0.0").flags(LOADING | STALE),
    Command::new("CLIENT|ID", id)
        .summary("Gives the connection's number: each is used once.")
        .since("5.0.0")
        .flags(NOSCRIPT | LOADING | STALE),
    Command::new("CLIENT|INFO", info)
        .summary("Describes this connection, as CLIENT LIST does.")
        .since("6.2.0")
        .flags(NOSCRIPT | LOADING | STALE)
        .tips(&["nondeterministic_output"]),
    Command::new(
        "CLIENT|KILL (old-format | ([ID client-id:int] | [TYPE (NORMAL | MASTER | SLAVE | REPLICA | PUBSUB)] | \
         [USER username] | [ADDR addr] | [LADDR laddr] | [SKIPME (YES | NO)] | [MAXAGE maxage:int])...)",
        kill,
    )
    .summary("Closes connections.")
    .cost("O(N) where N is the number of client connections")
    .since("2.4.0")
    .arity(-3)
    .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .history(&[("2.8.12", "Filters, each a name and a value."), ("2.8.12", "The filter `ID`."), ("3.2.0", "The type `master`."), ("5.0.0", "The type `replica`, which `slave` still means."), ("6.2.0", "The filter `LADDR`."), ("7.4.0", "The filter `MAXAGE`.")]),
    Command::new("CLIENT|LIST [TYPE (NORMAL | MASTER | REPLICA | PUBSUB)] [ID client-id:int...]", list)
        .summary("Describes connections, one a line.")
        .cost("O(N) where N is the number of client connections")
        .since("2.4.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .tips(&["nondeterministic_output"])
        .history(&[("2.8.12", "The field `id`."), ("5.0.0", "The filter `TYPE`."), ("6.0.0", "The field `user`."), ("6.2.0", "The fields `argv-mem`, `tot-mem`, `laddr` and `redir`, and the filter `ID`."), ("7.0.0", "The fields `resp`, `multi-mem`, `rbs` and `rbp`."), ("7.0.3", "The field `ssub`."), ("7.2.0", "The fields `lib-name` and `lib-ver`."), ("7.4.0", "The field `watch`."), ("8.0.0", "The field `io-thread`.")]),
    Command::new("CLIENT|NO-EVICT (ON | OFF)", no_evict)
        .summary("Exempts this connection from being closed when clients take too much memory.")
        .since("7.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE),
    Command::new("CLIENT|NO-TOUCH (ON | OFF)", no_touch)
        .summary("Lets this connection's commands leave the access times of keys alone.")
        .since("7.2.0")
        .flags(NOSCRIPT | LOADING | STALE),
    Command::new("CLIENT|PAUSE timeout:int [(WRITE | ALL)]", pause)
        .summary("Makes all clients, or those that write, wait for so many milliseconds.")
        .since("3.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .history(&[("6.2.0", "The mode `WRITE`.")]),
    Command::new("CLIENT|REPLY (ON | OFF | SKIP)", reply)
        .summary("Says whether this connection gets replies.")
        .since("3.2.0")
        .flags(NOSCRIPT | LOADING | STALE),
    Command::new("CLIENT|SETINFO (LIB-NAME libname | LIB-VER libver)", setinfo)
        .summary("Notes the client library's name or version.")
        .since("7.2.0")
        .flags(NOSCRIPT | LOADING | STALE)
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
    Command::new("CLIENT|SETNAME connection-name", setname)
        .summary("Names the connection.")
        .since("2.6.9")
        .flags(NOSCRIPT | LOADING | STALE)
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
    Command::new("CLIENT|UNBLOCK client-id:int [(TIMEOUT | ERROR)]", unblock)
        .summary("Ends another client's wait in a blocking command.")
        .cost("O(log N) where N is the number of client connections")
        .since("5.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE),
    Command::new("CLIENT|UNPAUSE", unpause)
        .summary("Ends CLIENT PAUSE.")
        .cost("O(N) Where N is the number of paused clients")
        .since("6.2.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE),
];

/// Names stand in lines of words: no spaces, no control characters. `what` begins the error's text.
pub fn check_name(name: &[u8], what: &str) -> Result<(), Error> {
    if name.iter().all(|byte| (b'!'..=b'~').contains(byte)) {
        return Ok(());
    }
    Err(Error::Err(
        format!("{what} cannot contain spaces, newlines or special characters.").into(),
    ))
}

fn getname(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let name = &ctx.client().name;
    Ok(if name.is_empty() {
        Reply::Null
    } else {
        Reply::bulk(name)
    })
}

fn setname(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let name = args.word()?;
    check_name(name, "Client names")?;
    ctx.client_mut().name = name.to_vec();
    Ok(Reply::OK)
}

fn setinfo(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (option, value) = (args.word()?, args.word()?);
    let client = ctx.client_mut();
    let field = match () {
        () if option.eq_ignore_ascii_case(b"lib-name") => &mut client.library_name,
        () if option.eq_ignore_ascii_case(b"lib-ver") => &mut client.library_version,
        () => {
            let option = String::from_utf8_lossy(option);
            return Err(Error::Err(format!("Unrecognized option '{option}'").into()));
        }
    };
    check_name(value, &String::from_utf8_lossy(option))?;
    *field = value.to_vec();
    Ok(Reply::OK)
}

fn id(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::Int(ctx.id.0 as i64))
}

fn no_evict(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    ctx.client_mut().no_evict = on_or_off(args)?;
    Ok(Reply::OK)
}

fn no_touch(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    ctx.client_mut().no_touch = on_or_off(args)?;
    Ok(Reply::OK)
}

fn on_or_off(args: &mut Args) -> Result<bool, Error> {
    if args.token("ON") {
        Ok(true)
    } else if args.token("OFF") {
        Ok(false)
    } else {
        Err(Error::Syntax)
    }
}

fn pause(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let timeout = args.word()?;
    let writes_only = match args.rest() {
        [] => false,
        [mode] if mode.eq_ignore_ascii_case(b"WRITE") => true,
        [mode] if mode.eq_ignore_ascii_case(b"ALL") => false,
        [_] => return Err(Error::err("CLIENT PAUSE mode must be WRITE or ALL")),
        _ => return Err(Error::SubcommandSyntax(given(ctx), "CLIENT".to_string())),
    };
    let millis = number::parse_i64(timeout)
        .ok_or(Error::err("timeout is not an integer or out of range"))?;
    if millis < 0 {
        return Err(Error::TimeoutNegative);
    }
    let until = millis
        .checked_add(ctx.now.millis())
        .ok_or(Error::TimeoutOutOfRange)?;
    let micros_too = ctx.now.micros().rem_euclid(1000);
    let until = Time(Time::from_millis(until).micros().saturating_add(micros_too));
    ctx.server.pause_until(until, writes_only, ctx.now);
    Ok(Reply::OK)
}

/// The subcommand as typed.
pub(super) fn given(ctx: &Context) -> String {
    String::from_utf8_lossy(ctx.words.get(1).copied().unwrap_or_default()).into_owned()
}

fn unpause(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    ctx.server.unpause();
    Ok(Reply::OK)
}

fn reply(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let client = ctx.client_mut();
    if args.token("ON") {
        client.replies = ReplyMode::On;
        return Ok(Reply::OK);
    }
    if args.token("OFF") {
        client.replies = ReplyMode::Off;
    } else if args.token("SKIP") {
        if client.replies == ReplyMode::On {
            client.replies = ReplyMode::SkipNext;
        }
    } else {
        return Err(Error::Syntax);
    }
    Ok(Reply::Nothing)
}

fn unblock(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let id = args.word()?;
    let with_error = match args.rest() {
        [] => false,
        [reason] if reason.eq_ignore_ascii_case(b"TIMEOUT") => false,
        [reason] if reason.eq_ignore_ascii_case(b"ERROR") => true,
        [_] => {
            return Err(Error::err(
                "CLIENT UNBLOCK reason should be TIMEOUT or ERROR",
            ));
        }
        _ => return Err(Error::SubcommandSyntax(given(ctx), "CLIENT".to_string())),
    };
    let id = number::parse_i64(id).ok_or(Error::NotAnInteger)?;
    let id = ClientId(u64::try_from(id).unwrap_or(0));
    let Some(blocked) = ctx.server.unblock(ctx.keys, id) else {
        return Ok(Reply::Int(0));
    };
    let reply = if with_error {
        let error = Error::Raw("UNBLOCKED client unblocked via CLIENT UNBLOCK".into());
        ctx.server.stats.error(&error);
        Reply::Error(error)
    } else {
        blocked.on_timeout.clone()
    };
    ctx.server
        .note_end_of_wait(id, &blocked, with_error, ctx.now);
    ctx.server.reply_late(id, reply);
    Ok(Reply::Int(1))
}
