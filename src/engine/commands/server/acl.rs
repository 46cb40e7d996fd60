//! ACL, as far as it is true with one user: `default`, who may do everything. Making others is refused.

use crate::args::Args;
use crate::command::{Command, acl, flag::*, table};
use crate::commands::help::{help, wrong_arity_or_unknown};
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[
    Command::container("ACL")
        .summary("Manages users.")
        .cost("Depends on subcommand.")
        .since("6.0.0"),
    Command::new("ACL|CAT [category]", cat)
        .summary("Lists the categories, or the commands of one.")
        .cost("O(1) since the categories and commands are a fixed set.")
        .since("6.0.0")
        .flags(NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("ACL|DELUSER username...", deluser)
        .summary("Removes users and closes their connections.")
        .cost("O(1) amortized time considering the typical user.")
        .since("6.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL)
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
    Command::new("ACL|DRYRUN username command [arg...]", dryrun)
        .summary("Says whether a user could run a command.")
        .cost("O(1).")
        .since("7.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("ACL|GENPASS [bits:int]", genpass)
        .summary("Draws a password.")
        .since("6.0.0")
        .flags(NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("ACL|GETUSER username", getuser)
        .summary("Describes a user's rules.")
        .cost(
            "O(N). Where N is the number of password, command and pattern rules that the user has.",
        )
        .since("6.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("ACL|HELP", help)
        .summary("Lists the subcommands.")
        .since("6.0.0")
        .flags(LOADING | STALE | SENTINEL),
    Command::new("ACL|LIST", list)
        .summary("Lists the users as a configuration file would.")
        .cost("O(N). Where N is the number of configured users.")
        .since("6.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("ACL|LOAD", no_file)
        .summary("Reads the users from their file.")
        .cost("O(N). Where N is the number of configured users.")
        .since("6.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("ACL|LOG [(count:int | RESET)]", log)
        .summary("Gives what was refused lately: failed logins.")
        .cost("O(N) with N being the number of entries shown.")
        .since("6.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("ACL|SAVE", no_file)
        .summary("Writes the users to their file.")
        .cost("O(N). Where N is the number of configured users.")
        .since("6.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL)
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
    Command::new("ACL|SETUSER username [rule...]", setuser)
        .summary("Makes or changes a user.")
        .cost("O(N). Where N is the number of rules provided.")
        .since("6.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL)
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
    Command::new("ACL|USERS", users)
        .summary("Lists the names of the users.")
        .cost("O(N). Where N is the number of configured users.")
        .since("6.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("ACL|WHOAMI", whoami)
        .summary("Gives the name of the connection's user.")
        .since("6.0.0")
        .flags(NOSCRIPT | LOADING | STALE | SENTINEL),
];

fn cat(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    match args.rest() {
        [] => Ok(Reply::array(acl::NAMES.iter().map(Reply::bulk))),
        [category] => {
            let Some(bit) = acl::find(category) else {
                let category = String::from_utf8_lossy(category);
                return Err(Error::Err(format!("Unknown category '{category}'").into()));
            };
            let names = table()
                .all()
                .filter(|entry| entry.categories & bit != 0)
                .map(|entry| entry.name);
            Ok(Reply::array(names.map(Reply::bulk)))
        }
        _ => Err(wrong_arity_or_unknown(ctx)),
    }
}

fn deluser(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if args.rest().iter().any(|name| *name == b"default") {
        return Err(Error::err("The 'default' user cannot be removed"));
    }
    Ok(Reply::Int(0))
}

fn dryrun(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let user = args.word()?;
    if user != b"default" {
        return Err(Error::Err(
            format!("User '{}' not found", String::from_utf8_lossy(user)).into(),
        ));
    }
    let words = args.rest();
    let Ok(entry) = table().resolve(words) else {
        return Err(Error::Err(
            format!("Command '{}' not found", String::from_utf8_lossy(words[0])).into(),
        ));
    };
    if !entry.accepts(words.len()) {
        return Err(Error::WrongArity(entry.name.to_string()));
    }
    Ok(Reply::OK)
}

fn genpass(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let bits = if args.is_empty() { 256 } else { args.int()? };
    if !args.is_empty() {
        return Err(wrong_arity_or_unknown(ctx));
    }
    if !(1..=4096).contains(&bits) {
        return Err(Error::err(
            "ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096",
        ));
    }
    let digits = (bits + 3) / 4;
    let password: String = (0..digits)
        .map(|_| char::from(b"0123456789abcdef"[ctx.random.below(16) as usize]))
        .collect();
    Ok(Reply::bulk(password))
}

fn getuser(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if args.word()? != b"default" {
        return Ok(Reply::Null);
    }
    let hashes = password_hashes(ctx)?;
    let access = if hashes.is_empty() {
        vec!["on", "nopass", "sanitize-payload"]
    } else {
        vec!["on", "sanitize-payload"]
    };
    Ok(Reply::Map(vec![
        (
            Reply::bulk("flags"),
            Reply::Set(access.into_iter().map(Reply::bulk).collect()),
        ),
        (
            Reply::bulk("passwords"),
            Reply::array(hashes.iter().map(Reply::bulk)),
        ),
        (Reply::bulk("commands"), Reply::bulk("+@all")),
        (Reply::bulk("keys"), Reply::bulk("~*")),
        (Reply::bulk("channels"), Reply::bulk("&*")),
        (Reply::bulk("selectors"), Reply::Array(Vec::new())),
    ]))
}

/// Passwords are shown as SHA-256 sums, which nothing here computes yet.
fn password_hashes(ctx: &Context) -> Result<Vec<String>, Error> {
    if ctx.server.config.requirepass.is_empty() {
        return Ok(Vec::new());
    }
    Err(Error::NotEmulated(
        "a password's checksum cannot be shown yet".to_string(),
    ))
}

fn list(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let hashes = password_hashes(ctx)?;
    let access = if hashes.is_empty() {
        "nopass".to_string()
    } else {
        format!("#{}", hashes.join(" #"))
    };
    let line = format!("user default on {access} sanitize-payload ~* &* +@all");
    Ok(Reply::array([Reply::bulk(line)]))
}

fn no_file(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Err(Error::err(
        "This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER \
         command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store \
         users in the Redis configuration.",
    ))
}

fn log(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if args.left() > 1 {
        return Err(wrong_arity_or_unknown(ctx));
    }
    if args.token("RESET") {
        ctx.server.failed_logins.clear();
        return Ok(Reply::OK);
    }
    let count = if args.is_empty() { 10 } else { args.int()? };
    Ok(ctx
        .server
        .show_failed_logins(usize::try_from(count).unwrap_or(0), ctx.now))
}

fn setuser(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Err(Error::NotEmulated(
        "there is one user, default, who may do everything; its password is requirepass"
            .to_string(),
    ))
}

fn users(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::array([Reply::bulk("default")]))
}

fn whoami(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::bulk(&ctx.client().user))
}
