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
    let wrong: Vec<String> = replies(|_| {}, (slice, rig::MOST_STEPS))
        .filter(|(_, reply, expected)| reply != expected)
        .map(|(script, reply, expected)| format!("{script}\n  {reply}\n  {expected}"))
        .collect();
    assert!(wrong.is_empty(), "slice {slice}:\n{}", wrong.join("\n"));
}

/// Each script with its reply and the recorded one, on a machine of its own.
fn replies(
    prepare: fn(&mut lua::Vm),
    pace: (u64, u64),
) -> impl Iterator<Item = (String, Json, Json)> {
    let lines: Vec<&str> = include_str!("scripts.jsonl").lines().collect();
    assert!(lines.len() > 350);
    lines.into_iter().map(move |line| {
        let mut vm = rig::machine().expect("memory for a machine");
        prepare(&mut vm);
        let recorded: Json = serde_json::from_str(line).expect("a recorded script");
        let script = recorded["script"].as_str().unwrap_or_default();
        let (keys, args) = (words(&recorded["keys"]), words(&recorded["args"]));
        let reply = rig::eval(&mut vm, script.as_bytes(), &keys, &args, pace);
        (script.to_string(), reply, recorded["reply"].clone())
    })
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

/// What is freed too early is missed; long scripts would take too long with a collection at every step.
#[test]
fn scripts_miss_nothing_that_was_collected() {
    let (mut ended, mut wrong) = (0, Vec::new());
    for (script, reply, expected) in replies(lua::Vm::collect_eagerly, (100, 2_000)) {
        if reply == "endless" {
            continue;
        }
        ended += 1;
        if reply != expected {
            wrong.push(format!("{script}\n  {reply}\n  {expected}"));
        }
    }
    assert!(ended > 300, "{ended} scripts");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
