//! COMMAND: what the table of commands says of them. DOCS has its own file.

use super::docs::docs;
use crate::args::Args;
use crate::command::{Begin, Command, Entry, Find, KeySpec, acl, flag, flag::*, key, table};
use crate::commands::help::help;
use crate::context::Context;
use crate::error::Error;
use crate::glob;
use crate::keys;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[
    Command {
        handler: command,
        arity: Some(-1),
        ..Command::container("COMMAND")
    }
    .summary("Describes all commands.")
    .cost("O(N) where N is the total number of Redis commands")
    .since("2.8.13")
    .flags(LOADING | STALE | SENTINEL)
    .acl(acl::CONNECTION)
    .tips(&["nondeterministic_output_order"]),
    Command::new("COMMAND|COUNT", count)
        .summary("Counts the commands.")
        .since("2.8.13")
        .flags(LOADING | STALE | SENTINEL)
        .acl(acl::CONNECTION),
    Command::new("COMMAND|DOCS [command-name...]", docs)
        .summary("Documents commands, or all of them.")
        .cost("O(N) where N is the number of commands to look up")
        .since("7.0.0")
        .flags(LOADING | STALE | SENTINEL)
        .acl(acl::CONNECTION)
        .tips(&["nondeterministic_output_order"]),
    Command::new("COMMAND|GETKEYS command [arg...]", getkeys)
        .summary("Finds the keys in a command's words.")
        .cost("O(N) where N is the number of arguments to the command")
        .since("2.8.13")
        .flags(LOADING | STALE | SENTINEL)
        .acl(acl::CONNECTION),
    Command::new("COMMAND|GETKEYSANDFLAGS command [arg...]", getkeysandflags)
        .summary("Finds the keys in a command's words, and says what is done with them.")
        .cost("O(N) where N is the number of arguments to the command")
        .since("7.0.0")
        .flags(LOADING | STALE | SENTINEL)
        .acl(acl::CONNECTION),
    Command::new("COMMAND|HELP", help)
        .summary("Lists the subcommands.")
        .since("5.0.0")
        .flags(LOADING | STALE | SENTINEL)
        .acl(acl::CONNECTION),
    Command::new("COMMAND|INFO [command-name...]", info)
        .summary("Describes commands, or all of them.")
        .cost("O(N) where N is the number of commands to look up")
        .since("2.8.13")
        .flags(LOADING | STALE | SENTINEL)
        .acl(acl::CONNECTION)
        .tips(&["nondeterministic_output_order"])
        .history(&[("7.0.0", "Describes all commands if none is named.")]),
    Command::new(
        "COMMAND|LIST [FILTERBY (MODULE module-name | ACLCAT category | PATTERN pattern:pattern)]",
        list,
    )
    .summary("Lists the names of commands.")
    .cost("O(N) where N is the total number of Redis commands")
    .since("7.0.0")
    .flags(LOADING | STALE | SENTINEL)
    .acl(acl::CONNECTION)
    .tips(&["nondeterministic_output_order"]),
];

fn command(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::array(table().iter().map(describe)))
}

fn count(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::from(table().iter().count()))
}

fn info(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    match args.rest() {
        [] => command(ctx, args),
        names => {
            Ok(Reply::array(names.iter().map(|name| {
                table().find_full(name).map_or(Reply::Null, describe)
            })))
        }
    }
}

fn list(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let words = args.rest();
    let chosen: Vec<&'static Entry> = match words {
        [] => table().all().collect(),
        [filterby, kind, value] if filterby.eq_ignore_ascii_case(b"FILTERBY") => {
            match kind.to_ascii_uppercase().as_slice() {
                b"MODULE" => {
                    let named = value.eq_ignore_ascii_case(b"vectorset");
                    let of_module = |entry: &&Entry| named && entry.has(flag::MODULE);
                    table().iter().filter(of_module).collect()
                }
                b"ACLCAT" => {
                    let bit = acl::find(value).unwrap_or(0);
                    table()
                        .all()
                        .filter(|entry| entry.categories & bit != 0)
                        .collect()
                }
                b"PATTERN" => table()
                    .all()
                    .filter(|entry| glob::matches(value, entry.name.as_bytes(), true))
                    .collect(),
                _ => return Err(Error::Syntax),
            }
        }
        _ => return Err(Error::Syntax),
    };
    Ok(Reply::array(
        chosen.into_iter().map(|entry| Reply::bulk(entry.name)),
    ))
}

fn getkeys(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let words = args.rest();
    let found = find_keys(words)?;
    Ok(Reply::array(
        found.iter().map(|found| Reply::bulk(words[found.at])),
    ))
}

fn getkeysandflags(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let words = args.rest();
    let found = find_keys(words)?;
    let described = found.iter().map(|found| {
        Reply::array([
            Reply::bulk(words[found.at]),
            Reply::Set(names(key::NAMES, found.flags)),
        ])
    });
    Ok(Reply::array(described))
}

fn find_keys(words: &[&[u8]]) -> Result<Vec<keys::Found>, Error> {
    let entry = table()
        .resolve(words)
        .map_err(|_| Error::err("Invalid command specified"))?;
    if !entry
        .key_specs
        .iter()
        .any(|spec| spec.flags & key::NOT_KEY == 0)
    {
        return Err(Error::err("The command has no key arguments"));
    }
    if !entry.accepts(words.len()) {
        return Err(Error::err(
            "Invalid number of arguments specified for command",
        ));
    }
    match keys::of(entry, words) {
        Some(found) if !found.is_empty() => Ok(found),
        _ if entry.has(NO_MANDATORY_KEYS) => Ok(Vec::new()),
        _ => Err(Error::err("Invalid arguments specified for command")),
    }
}

/// The ten parts of COMMAND INFO's description.
fn describe(entry: &'static Entry) -> Reply {
    let (first, last, step) = keys::legacy_range(&entry.key_specs);
    let categories = acl::NAMES
        .iter()
        .enumerate()
        .filter(|(at, _)| entry.categories & 1 << at != 0);
    Reply::array([
        Reply::bulk(entry.name),
        Reply::Int(i64::from(entry.arity)),
        Reply::Set(names(flag::NAMES, entry.flags)),
        Reply::Int(i64::from(first)),
        Reply::Int(i64::from(last)),
        Reply::Int(i64::from(step)),
        Reply::Set(
            categories
                .map(|(_, name)| Reply::StatusText(format!("@{name}")))
                .collect(),
        ),
        Reply::Set(entry.command.tips.iter().map(Reply::bulk).collect()),
        Reply::Set(entry.key_specs.iter().map(describe_spec).collect()),
        if entry.subcommands.is_empty() {
            Reply::Set(Vec::new())
        } else {
            Reply::array(entry.subcommands.values().map(|entry| describe(entry)))
        },
    ])
}

fn names(known: &[(u32, &'static str)], bits: u32) -> Vec<Reply> {
    known
        .iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, name)| Reply::Status(name))
        .collect()
}

fn describe_spec(spec: &KeySpec) -> Reply {
    let mut facts = Vec::new();
    if !spec.notes.is_empty() {
        facts.push((Reply::bulk("notes"), Reply::bulk(spec.notes)));
    }
    facts.push((
        Reply::bulk("flags"),
        Reply::Set(names(key::NAMES, spec.flags)),
    ));
    let begin = match spec.begin {
        Begin::Index(at) => step("index", &[("index", at)]),
        Begin::Keyword(keyword, from) => {
            let spec = vec![
                (Reply::bulk("keyword"), Reply::bulk(keyword)),
                (Reply::bulk("startfrom"), Reply::Int(i64::from(from))),
            ];
            Reply::Map(vec![
                (Reply::bulk("type"), Reply::bulk("keyword")),
                (Reply::bulk("spec"), Reply::Map(spec)),
            ])
        }
        Begin::Unknown => step("unknown", &[]),
    };
    let find = match spec.find {
        Find::Range {
            last,
            step: keystep,
            limit,
        } => step(
            "range",
            &[("lastkey", last), ("keystep", keystep), ("limit", limit)],
        ),
        Find::Count {
            count_at,
            first,
            step: keystep,
        } => step(
            "keynum",
            &[
                ("keynumidx", count_at),
                ("firstkey", first),
                ("keystep", keystep),
            ],
        ),
        Find::Unknown => step("unknown", &[]),
    };
    facts.push((Reply::bulk("begin_search"), begin));
    facts.push((Reply::bulk("find_keys"), find));
    Reply::Map(facts)
}

fn step(kind: &str, numbers: &[(&str, i32)]) -> Reply {
    let spec = numbers
        .iter()
        .map(|(name, number)| (Reply::bulk(name), Reply::Int(i64::from(*number))))
        .collect();
    Reply::Map(vec![
        (Reply::bulk("type"), Reply::bulk(kind)),
        (Reply::bulk("spec"), Reply::Map(spec)),
    ])
}
