//! The table of commands against what redis-server 8.2.3 says of its own: COMMAND and COMMAND DOCS, free texts and
//! names of arguments aside. Commands that the engine does not have are not compared.

use tests::{declared, files};

use crate::conclude;

#[test]
fn commands_are_declared_as_the_server_declares_them() {
    let recorded = files::vector("command-table");
    let recorded = recorded.as_object().expect("commands by name");
    let ours = declared::ours();
    let mut problems = Vec::new();
    for (name, described) in &ours {
        match recorded.get(name) {
            None => problems.push(format!("{name}: the server has no such command")),
            Some(wanted) => declared::compare(name, wanted, described, &mut problems),
        }
    }
    conclude("commands", ours.len(), problems);
}
