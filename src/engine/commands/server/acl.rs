//! ACL: users and their rules. What rules mean is `acl/`'s business.

use crate::acl::{self as access, User, joined_selectors};
use crate::args::Args;
use crate::client::{Client, ClientId};
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
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL)
        .history(&[
            ("6.2.0", "Tells the patterns of channels."),
            (
                "7.0.0",
                "Tells selectors; patterns of keys and channels are given as rules.",
            ),
        ]),
    Command::new("ACL|HELP", help)
        .summary("Lists the subcommands.")
        .since("6.0.0")
        .flags(LOADING | STALE | SENTINEL),
    Command::new("ACL|LIST", list)
        .summary("Lists the users as a configuration file would.")
        .cost("O(N). Where N is the number of configured users.")
        .since("6.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("ACL|LOAD", load)
        .summary("Reads the users from their file.")
        .cost("O(N). Where N is the number of configured users.")
        .since("6.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("ACL|LOG [(count:int | RESET)]", log)
        .summary("Gives what was refused lately, and to whom.")
        .cost("O(N) with N being the number of entries shown.")
        .since("6.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | SENTINEL)
        .history(&[(
            "7.2.0",
            "An entry has a number, and says when it was made and last changed.",
        )]),
    Command::new("ACL|SAVE", save)
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
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"])
        .history(&[
            ("6.2.0", "Patterns of channels."),
            (
                "7.0.0",
                "Selectors, and whether a key may be read or written.",
            ),
        ]),
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

fn deluser(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let names = args.rest();
    if names.iter().any(|name| *name == b"default") {
        return Err(Error::err("The 'default' user cannot be removed"));
    }
    let mut removed = 0;
    for name in names {
        if let Some(user) = ctx.server.users.remove(name) {
            removed += 1;
            close_all(ctx, |client| client.user == user);
        }
    }
    Ok(Reply::Int(removed))
}

/// Closes connections whose user is no more, or may no longer listen. None of them is logged in any more.
fn close_all(ctx: &mut Context, is_meant: impl Fn(&Client) -> bool) {
    let clients = ctx.server.clients.iter().filter(|client| is_meant(client));
    let meant: Vec<ClientId> = clients.map(|client| client.id).collect();
    for id in meant {
        if id == ctx.id {
            let client = ctx.client_mut();
            client.user = access::DEFAULT;
            client.authenticated = false;
        }
        ctx.close(id);
    }
}

fn dryrun(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let name = args.word()?;
    let Some(user) = ctx.server.users.named(name) else {
        return Err(Error::Err(
            format!("User '{}' not found", text(name)).into(),
        ));
    };
    let words = args.rest();
    let Ok(entry) = table().resolve(words) else {
        return Err(Error::Err(
            format!("Command '{}' not found", text(words[0])).into(),
        ));
    };
    if !entry.accepts(words.len()) {
        return Err(Error::WrongArity(entry.name.to_string()));
    }
    let name = text(name);
    Ok(match user.check(entry, words) {
        Ok(()) => Reply::OK,
        Err(access::Denied::Command) => Reply::bulk(format!(
            "User {name} has no permissions to run the '{}' command",
            entry.name
        )),
        Err(access::Denied::Key(at)) => Reply::bulk(format!(
            "User {name} has no permissions to access the '{}' key",
            text(words[at])
        )),
        Err(access::Denied::Channel(at)) => Reply::bulk(format!(
            "User {name} has no permissions to access the '{}' channel",
            text(words[at])
        )),
    })
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
    let Some(user) = ctx.server.users.named(args.word()?) else {
        return Ok(Reply::Null);
    };
    let (own, others) = user
        .selectors
        .split_first()
        .expect("a user has a selector of its own");
    let mut facts = vec![
        (
            Reply::bulk("flags"),
            Reply::Set(user.flags().into_iter().map(Reply::bulk).collect()),
        ),
        (
            Reply::bulk("passwords"),
            Reply::array(user.passwords.iter().map(Reply::bulk)),
        ),
    ];
    facts.extend(describe(own));
    facts.push((
        Reply::bulk("selectors"),
        Reply::array(others.iter().map(|selector| Reply::Map(describe(selector)))),
    ));
    Ok(Reply::Map(facts))
}

fn describe(selector: &access::Selector) -> Vec<(Reply, Reply)> {
    vec![
        (
            Reply::bulk("commands"),
            Reply::bulk(selector.describe_commands()),
        ),
        (Reply::bulk("keys"), Reply::bulk(selector.describe_keys())),
        (
            Reply::bulk("channels"),
            Reply::bulk(selector.describe_channels()),
        ),
    ]
}

fn list(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let lines = ctx.server.users.iter().map(User::describe);
    Ok(Reply::array(lines.map(Reply::Bulk)))
}

fn load(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    users_file(ctx)?;
    let users = ctx.server.users_of_file();
    let users = users.map_err(|why| Error::Err(why.into()))?;
    let before = ctx.server.users.clone();
    ctx.server.users.become_those_of(users);
    let after = ctx.server.users.clone();
    close_all(ctx, |client| {
        let old = before.get(client.user);
        match after.named(&old.name) {
            None => true,
            // The default user is changed in place, and nobody looks at what it may no longer hear.
            Some(_) if client.user == access::DEFAULT => false,
            Some(new) => old.has_channels_beyond(new) && !may_keep_listening(client, new),
        }
    });
    Ok(Reply::OK)
}

fn save(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let path = users_file(ctx)?;
    let text = ctx.server.users.to_text();
    ctx.server.disk.put(&path, text);
    Ok(Reply::OK)
}

/// The name of the file of users, if there is one.
fn users_file(ctx: &Context) -> Result<String, Error> {
    let path = ctx.server.config.text("aclfile");
    if path.is_empty() {
        return Err(Error::err(
            "This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL \
             SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in \
             order to store users in the Redis configuration.",
        ));
    }
    Ok(path)
}

fn log(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if args.left() > 1 {
        return Err(wrong_arity_or_unknown(ctx));
    }
    if args.token("RESET") {
        ctx.server.access_log.clear();
        return Ok(Reply::OK);
    }
    let count = if args.is_empty() { 10 } else { args.int()? };
    Ok(ctx
        .server
        .access_log
        .show(usize::try_from(count).unwrap_or(0), ctx.now))
}

fn setuser(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let name = args.word()?;
    if access::has_spaces(name) {
        return Err(Error::err(
            "Usernames can't contain spaces or null characters",
        ));
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(access::until_zero(bytes)).into_owned();
    let rules = joined_selectors(args.rest()).map_err(|open| {
        let open = text(open);
        let why = format!("Unmatched parenthesis in acl selector starting at '{open}'.");
        Error::Err(why.into())
    })?;
    let before = ctx.server.users.named(name);
    let mut user = match before {
        Some(user) => user.clone(),
        None => User::new(name, ctx.user_rules()),
    };
    // One bad rule, and none of them counts.
    for rule in rules {
        user.apply(&rule, ctx.user_rules()).map_err(|error| {
            let why = format!("Error in ACL SETUSER modifier '{}': {error}", text(&rule));
            Error::Err(why.into())
        })?;
    }
    let loses_channels = before.is_some_and(|before| before.has_channels_beyond(&user));
    let id = ctx.server.users.insert(user.clone());
    if loses_channels {
        close_all(ctx, |client| {
            client.user == id && !may_keep_listening(client, &user)
        });
    }
    Ok(Reply::OK)
}

/// Whether every subscription of a client is one that its user may have.
fn may_keep_listening(client: &Client, user: &User) -> bool {
    let channels = client.channels.iter().chain(&client.shard_channels);
    channels
        .into_iter()
        .all(|channel| user.may_listen(channel, false))
        && client
            .patterns
            .iter()
            .all(|pattern| user.may_listen(pattern, true))
}

fn users(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let users = ctx.server.users.iter();
    Ok(Reply::array(users.map(|user| Reply::bulk(&user.name))))
}

fn whoami(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let user = ctx.server.users.get(ctx.client().user);
    Ok(Reply::bulk(&user.name))
}
