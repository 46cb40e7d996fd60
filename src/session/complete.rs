//! What may come at the end of a line: commands, subcommands, options that the syntax still allows, keys.

use engine::command::{Entry, table};
use engine::structures::order;
use engine::syntax::{Node, Type};
use messages::{Completion, Completions};

use crate::world::World;

const ITEMS_MAX: usize = 50;

pub(crate) fn complete(world: &mut World, line: &str) -> Completions {
    let start = line.rfind(' ').map_or(0, |space| space + 1);
    let typed = &line[start..];
    let before: Vec<&str> = line[..start].split_ascii_whitespace().collect();
    let mut completions = Completions {
        from: start as u32,
        ..Completions::default()
    };
    let Some(name) = before.first() else {
        let names = table().iter().map(|entry| entry.name.to_ascii_uppercase());
        completions.items = matching(names, typed, "command");
        describe(&mut completions, table().find(typed.as_bytes()));
        return completions;
    };
    let Some(entry) = table().find(name.as_bytes()) else {
        return completions;
    };
    if before.len() == 1 && !entry.subcommands.is_empty() {
        let names = entry
            .subcommands
            .keys()
            .map(|name| name.to_ascii_uppercase());
        completions.items = matching(names, typed, "command");
        describe(&mut completions, Some(entry));
        return completions;
    }
    let sub = before.get(1).and_then(|sub| {
        entry
            .subcommands
            .get(sub.to_ascii_lowercase().as_str())
            .copied()
    });
    let entry = sub.unwrap_or(entry);
    describe(&mut completions, Some(entry));
    let given = &before[entry.name_words().min(before.len())..];
    let mut tokens = Vec::new();
    let mut takes_key = false;
    for node in &entry.syntax.arguments {
        gather(node, &mut tokens, &mut takes_key);
    }
    tokens.retain(|token| !given.iter().any(|word| word.eq_ignore_ascii_case(token)));
    completions.items = matching(tokens.into_iter(), typed, "option");
    if takes_key && (given.is_empty() || !typed.is_empty()) {
        let keys = keys_beginning_with(world, typed);
        completions
            .items
            .extend(keys.into_iter().map(|text| Completion {
                text,
                kind: "key".to_string(),
            }));
    }
    completions.items.truncate(ITEMS_MAX);
    completions
}

fn describe(completions: &mut Completions, entry: Option<&'static Entry>) {
    if let Some(entry) = entry {
        completions.syntax =
            entry
                .command
                .syntax
                .replacen('|', " ", entry.name.contains('|') as usize);
        completions.summary = entry.command.summary.to_string();
    }
}

fn matching(texts: impl Iterator<Item = String>, typed: &str, kind: &str) -> Vec<Completion> {
    let begins = |text: &String| {
        text.len() >= typed.len()
            && text.as_bytes()[..typed.len()].eq_ignore_ascii_case(typed.as_bytes())
    };
    texts
        .filter(begins)
        .take(ITEMS_MAX)
        .map(|text| Completion {
            text,
            kind: kind.to_string(),
        })
        .collect()
}

fn gather(node: &Node, tokens: &mut Vec<String>, takes_key: &mut bool) {
    match node {
        Node::Token(token) => {
            if !tokens.contains(token) {
                tokens.push(token.clone());
            }
        }
        Node::Value(_, kind) => *takes_key |= *kind == Type::Key,
        Node::Sequence(nodes) | Node::Choice(nodes) => nodes
            .iter()
            .for_each(|node| gather(node, tokens, takes_key)),
        Node::Optional(node) | Node::Repeat(node) => gather(node, tokens, takes_key),
    }
}

/// Keys that a line can hold as they are, in order.
fn keys_beginning_with(world: &mut World, typed: &str) -> Vec<String> {
    let db = world.own_db();
    // Looking through a huge keyspace for a menu is not worth the wait.
    const KEYS_LOOKED_AT_MAX: usize = 10_000;
    let keys = world.engine.keys.dbs[db]
        .keys
        .keys()
        .take(KEYS_LOOKED_AT_MAX);
    let readable =
        keys.filter(|key| key.starts_with(typed.as_bytes()) && !engine::words::needs_quotes(key));
    let mut found: Vec<String> = readable
        .map(|key| String::from_utf8_lossy(key).into_owned())
        .collect();
    order::sort(&mut found);
    found.truncate(ITEMS_MAX);
    found
}
