//! COMMAND DOCS: a command's facts and its arguments as a tree, read from its syntax line.

use crate::args::Args;
use crate::command::{Begin, Entry, flag, table};
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::syntax::Argument;

pub fn docs(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let entries: Vec<&'static Entry> = match args.rest() {
        [] => table().iter().collect(),
        // Unknown names are left out.
        names => names
            .iter()
            .filter_map(|name| table().find_full(name))
            .collect(),
    };
    Ok(Reply::Map(entries.into_iter().map(document).collect()))
}

fn document(entry: &'static Entry) -> (Reply, Reply) {
    let command = entry.command;
    if entry.has(flag::MODULE) {
        // The module tells Redis no more of its commands.
        let facts = [("group", "module"), ("module", "vectorset")];
        let facts = facts.map(|(name, value)| (Reply::bulk(name), Reply::bulk(value)));
        return (Reply::bulk(entry.name), Reply::Map(facts.to_vec()));
    }
    let mut facts = vec![
        (Reply::bulk("summary"), Reply::bulk(command.summary)),
        (Reply::bulk("since"), Reply::bulk(command.since)),
        (Reply::bulk("group"), Reply::bulk(entry.group)),
    ];
    if !command.cost.is_empty() {
        facts.push((Reply::bulk("complexity"), Reply::bulk(command.cost)));
    }
    if let Some((since, instead)) = command.deprecated {
        facts.push((
            Reply::bulk("doc_flags"),
            Reply::Set(vec![Reply::Status("deprecated")]),
        ));
        facts.push((Reply::bulk("deprecated_since"), Reply::bulk(since)));
        facts.push((Reply::bulk("replaced_by"), Reply::bulk(instead)));
    }
    if !command.history.is_empty() {
        let changes = command
            .history
            .iter()
            .map(|(version, change)| Reply::array([version, change].map(Reply::bulk)));
        facts.push((Reply::bulk("history"), Reply::Set(changes.collect())));
    }
    let tree = entry.syntax.tree();
    if !tree.is_empty() {
        let mut keys_seen = 0;
        let arguments = tree
            .iter()
            .map(|argument| describe(argument, entry, &mut keys_seen));
        facts.push((Reply::bulk("arguments"), Reply::Array(arguments.collect())));
    }
    if !entry.subcommands.is_empty() {
        let subcommands = entry
            .subcommands
            .values()
            .map(|entry| document(entry))
            .collect();
        facts.push((Reply::bulk("subcommands"), Reply::Map(subcommands)));
    }
    (Reply::bulk(entry.name), Reply::Map(facts))
}

/// SORT's patterns name keys that only its second specification, which cannot be told beforehand, stands for.
fn finds_keys_by_pattern(entry: &Entry) -> bool {
    entry
        .key_specs
        .get(1)
        .is_some_and(|spec| spec.begin == Begin::Unknown)
}

/// `keys_seen` numbers the key arguments: the first is found by the first key specification.
fn describe(argument: &Argument, entry: &Entry, keys_seen: &mut usize) -> Reply {
    let mut facts = vec![
        (Reply::bulk("name"), Reply::bulk(&argument.name)),
        (Reply::bulk("type"), Reply::bulk(argument.kind)),
    ];
    if argument.arguments.is_empty() {
        facts.push((Reply::bulk("display_text"), Reply::bulk(&argument.name)));
    }
    if argument.kind == "key" {
        let index = (*keys_seen).min(entry.key_specs.len().saturating_sub(1));
        facts.push((Reply::bulk("key_spec_index"), Reply::from(index)));
        *keys_seen += 1;
    } else if argument.kind == "pattern" && finds_keys_by_pattern(entry) {
        facts.push((Reply::bulk("key_spec_index"), Reply::from(1usize)));
        *keys_seen = 2;
    }
    // SORT's patterns are names of keys too, all described by one specification.
    let by_pattern = entry
        .key_specs
        .get(1)
        .is_some_and(|spec| spec.begin == Begin::Unknown);
    if argument.kind == "pattern" && by_pattern {
        facts.push((Reply::bulk("key_spec_index"), Reply::Int(1)));
        *keys_seen = 2;
    }
    if let Some(token) = &argument.token {
        facts.push((Reply::bulk("token"), Reply::bulk(token)));
    }
    let flags = [
        ("optional", argument.optional),
        ("multiple", argument.multiple),
        ("multiple_token", argument.multiple_token),
    ];
    let flags: Vec<Reply> = flags
        .iter()
        .filter(|(_, on)| *on)
        .map(|(name, _)| Reply::Status(name))
        .collect();
    if !flags.is_empty() {
        facts.push((Reply::bulk("flags"), Reply::Set(flags)));
    }
    if !argument.arguments.is_empty() {
        let parts = argument
            .arguments
            .iter()
            .map(|part| describe(part, entry, keys_seen));
        facts.push((Reply::bulk("arguments"), Reply::Array(parts.collect())));
    }
    Reply::Map(facts)
}
