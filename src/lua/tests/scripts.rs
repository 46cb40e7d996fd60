//! Scripts with the replies of a real redis-server 8.2.3, in slices of every size.

#[path = "rig/mod.rs"]
mod rig;

use serde_json::Value as Json;

fn words(list: &Json) -> Vec<Vec<u8>> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|word| Some(word.as_str()?.as_bytes().to_vec()))
        .collect()
}

fn check(slice: u64) {
    let lines: Vec<&str> = include_str!("scripts.jsonl").lines().collect();
    assert!(lines.len() > 350);
    let mut wrong = Vec::new();
    for line in lines {
        let mut vm = rig::machine().expect("memory for a machine");
        let recorded: Json = serde_json::from_str(line).expect("a recorded script");
        let script = recorded["script"].as_str().unwrap_or_default();
        let (keys, args) = (words(&recorded["keys"]), words(&recorded["args"]));
        let reply = rig::eval(&mut vm, script.as_bytes(), &keys, &args, slice);
        if reply != recorded["reply"] {
            wrong.push(format!("{script}\n  {reply}\n  {}", recorded["reply"]));
        }
    }
    assert!(wrong.is_empty(), "slice {slice}:\n{}", wrong.join("\n"));
}

#[test]
fn scripts_reply_as_recorded() {
    check(u64::MAX);
}

#[test]
fn scripts_that_pause_at_every_step_reply_the_same() {
    check(1);
}

#[test]
fn scripts_that_pause_now_and_then_reply_the_same() {
    check(7);
}
