//! COMMAND DOCS: a command's facts and its arguments as a tree, read from its syntax line.

use std::collections::BTreeMap;

use super::labels::{self, Label};
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
    let doc_flags = [
        ("deprecated", command.deprecated.is_some()),
        ("syscmd", command.internal),
    ];
    let doc_flags = doc_flags.into_iter().filter(|(_, on)| *on);
    let doc_flags: Vec<Reply> = doc_flags.map(|(name, _)| Reply::Status(name)).collect();
    if !doc_flags.is_empty() {
        facts.push((Reply::bulk("doc_flags"), Reply::Set(doc_flags)));
    }
    if let Some((since, instead)) = command.deprecated {
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
        let mut walk = Walk {
            entry,
            labels: labels::of(entry.name),
            place: 0,
            keys_seen: 0,
        };
        let arguments = tree.iter().map(|argument| walk.describe(argument));
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

/// Through the arguments of a command, each before its parts.
struct Walk {
    entry: &'static Entry,
    labels: BTreeMap<usize, Label>,
    place: usize,
    /// Numbers the key arguments: the first is found by the first key specification.
    keys_seen: usize,
}

impl Walk {
    fn describe(&mut self, argument: &Argument) -> Reply {
        let label = self.labels.remove(&self.place).unwrap_or_default();
        self.place += 1;
        let name = label.name.unwrap_or(&argument.name);
        let mut facts = vec![
            ("name", Reply::bulk(name)),
            ("type", Reply::bulk(argument.kind)),
        ];
        if argument.arguments.is_empty() {
            facts.push(("display_text", Reply::bulk(label.shown.unwrap_or(name))));
        }
        if let Some(index) = self.key_spec_index(argument) {
            facts.push(("key_spec_index", Reply::from(index)));
        }
        let told = [
            ("token", argument.token.as_deref()),
            ("since", label.since),
            ("deprecated_since", label.deprecated),
        ];
        let told = told
            .into_iter()
            .filter_map(|(name, text)| Some((name, Reply::bulk(text?))));
        facts.extend(told);
        let flags = [
            ("optional", argument.optional),
            ("multiple", argument.multiple),
            ("multiple_token", argument.multiple_token),
        ];
        let flags = flags.into_iter().filter(|(_, on)| *on);
        let flags: Vec<Reply> = flags.map(|(name, _)| Reply::Status(name)).collect();
        if !flags.is_empty() {
            facts.push(("flags", Reply::Set(flags)));
        }
        if !argument.arguments.is_empty() {
            let parts = argument.arguments.iter().map(|part| self.describe(part));
            facts.push(("arguments", Reply::Array(parts.collect())));
        }
        let facts = facts
            .into_iter()
            .map(|(name, fact)| (Reply::bulk(name), fact));
        Reply::Map(facts.collect())
    }

    fn key_spec_index(&mut self, argument: &Argument) -> Option<usize> {
        match argument.kind {
            "key" => {
                let last = self.entry.key_specs.len().saturating_sub(1);
                let index = self.keys_seen.min(last);
                self.keys_seen += 1;
                Some(index)
            }
            "pattern" if finds_keys_by_pattern(self.entry) => {
                self.keys_seen = 2;
                Some(1)
            }
            _ => None,
        }
    }
}
