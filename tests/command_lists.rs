//! What COMMAND LIST, ACL CAT and COMMAND GETKEYSANDFLAGS say of the whole table, against what redis-server 8.2.3
//! said: `cargo xtask record --commands` asks it about every command that is declared here.

use std::collections::BTreeSet;

use engine::command::table;
use engine::{ClientId, Engine, Reply, Time, words};
use tests::{commands, files, forms};

use crate::conclude;

#[test]
fn lists_of_commands_are_the_servers() {
    let mut asker = Asker::new();
    let mut problems = Vec::new();
    let text = files::read("tests/vectors/command-lists.txt");
    for line in text.lines() {
        let (question, answer) = split(line);
        let ours: BTreeSet<String> = commands::names(&asker.ask(&question)).into_iter().collect();
        // What is not declared yet cannot be listed. Categories are no commands.
        let are_commands = question.len() > 2 || question[0] != "ACL";
        let theirs = answer
            .into_iter()
            .filter(|name| !are_commands || is_declared(name));
        let theirs: BTreeSet<String> = theirs.collect();
        let list = |names: BTreeSet<&String>| format!("{names:?}");
        if ours != theirs {
            problems.push(format!(
                "{}:\n  missing {}\n  too many {}",
                question.join(" "),
                list(theirs.difference(&ours).collect()),
                list(ours.difference(&theirs).collect())
            ));
        }
    }
    conclude("lists", text.lines().count(), problems);
}

#[test]
fn keys_are_found_where_the_server_finds_them() {
    let mut asker = Asker::new();
    let mut problems = Vec::new();
    let mut asked = BTreeSet::new();
    let text = files::read("tests/vectors/command-keys.txt");
    for line in text.lines() {
        let (question, theirs) = split(line);
        asked.insert(question.clone());
        let mut words = vec!["COMMAND".to_string(), "GETKEYSANDFLAGS".to_string()];
        words.extend(question.iter().cloned());
        if !is_declared(&question[0]) {
            continue;
        }
        let ours = commands::keys(&asker.ask(&words));
        if ours != theirs {
            problems.push(format!(
                "{}:\n  expected {theirs:?}\n  got      {ours:?}",
                question.join(" ")
            ));
        }
    }
    for call in forms::all() {
        if !asked.contains(&call) {
            problems.push(format!(
                "{}: not recorded; run `cargo xtask record --commands`",
                call.join(" ")
            ));
        }
    }
    conclude("calls", asked.len(), problems);
}

fn is_declared(name: &str) -> bool {
    table().find_full(name.as_bytes()).is_some()
}

/// The words before and after the arrow.
fn split(line: &str) -> (Vec<String>, Vec<String>) {
    let words = words::split(line.as_bytes()).expect("balanced quotes");
    let mut words = words
        .iter()
        .map(|word| String::from_utf8_lossy(word).into_owned());
    let question = words
        .by_ref()
        .take_while(|word| word != commands::ARROW)
        .collect();
    (question, words.collect())
}

struct Asker {
    engine: Engine,
    client: ClientId,
}

impl Asker {
    fn new() -> Asker {
        let mut engine = Engine::new(1, Time::WORLD_START);
        let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
        Asker { engine, client }
    }

    fn ask(&mut self, words: &[String]) -> Reply {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        self.engine.execute(self.client, &words, Time::WORLD_START)
    }
}
