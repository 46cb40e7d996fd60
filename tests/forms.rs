//! Calls of every command, made from the table's own syntax lines: the shortest form, one with all that is optional,
//! one with every last choice, and some that are cut short. Nothing here is drawn by lot.

use engine::command::{Entry, table};
use engine::syntax::{Node, Type};

/// Which of its forms a command is written in.
#[derive(Debug, Clone, Copy)]
struct Form {
    optionals: bool,
    last_choice: bool,
    repeats: usize,
}

const FORMS: &[Form] = &[
    Form {
        optionals: false,
        last_choice: false,
        repeats: 1,
    },
    Form {
        optionals: true,
        last_choice: false,
        repeats: 3,
    },
    Form {
        optionals: true,
        last_choice: true,
        repeats: 2,
    },
];

/// The forms of all commands, in order of name.
pub fn all() -> Vec<Vec<String>> {
    let mut calls: Vec<Vec<String>> = table().all().flat_map(of).collect();
    calls.dedup();
    calls
}

fn of(entry: &'static Entry) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    for form in FORMS {
        let mut writer = Writer {
            form: *form,
            words: entry.name.split('|').map(str::to_ascii_uppercase).collect(),
            keys: 0,
        };
        for node in &entry.syntax.arguments {
            writer.write(node);
        }
        let words = writer.words;
        if words.len() > 2 {
            calls.push(words[..words.len() - 1].to_vec());
        }
        calls.push(words);
    }
    calls
}

struct Writer {
    form: Form,
    words: Vec<String>,
    keys: usize,
}

impl Writer {
    fn write(&mut self, node: &Node) {
        match node {
            Node::Token(token) => self.words.push(token.clone()),
            Node::Value(name, kind) => {
                let word = self.value(name, *kind);
                self.words.push(word);
            }
            Node::Sequence(nodes) => nodes.iter().for_each(|node| self.write(node)),
            Node::Choice(nodes) => {
                let chosen = if self.form.last_choice {
                    nodes.last()
                } else {
                    nodes.first()
                };
                self.write(chosen.expect("a choice has branches"));
            }
            Node::Optional(node) if self.form.optionals => self.write(node),
            Node::Optional(_) => {}
            Node::Repeat(node) => (0..self.form.repeats).for_each(|_| self.write(node)),
        }
    }

    fn value(&mut self, name: &str, kind: Type) -> String {
        match (name, kind) {
            (_, Type::Key) => {
                self.keys += 1;
                format!("k{}", self.keys)
            }
            ("numkeys", _) => self.form.repeats.to_string(),
            (_, Type::Int | Type::Float | Type::Time) => "1".to_string(),
            _ => name.to_string(),
        }
    }
}
