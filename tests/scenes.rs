//! Scenes whose replies vary from run to run: played on both servers, and compared as far as they must be the same.
//!
//! A scene is played and written down, with a mask over whatever chance, the machine or the time of day decides
//! (`mask.rs` says of each what and why). `cargo xtask record --scenes` writes down what the real server did; a test
//! plays the same on the engine.

pub mod mask;
pub mod played;
pub mod script;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use engine::resp;
use engine::words;

use crate::files;
use script::{SCENES, Scene};

pub const PATH: &str = "tests/vectors/scenes.txt";

/// A server with the clients of a scene.
pub trait Stage {
    /// Everything this client received, once nothing more comes.
    fn say(&mut self, client: &str, words: &[Vec<u8>]) -> Vec<u8>;
    /// What a client received meanwhile.
    fn heard(&mut self, client: &str) -> Vec<u8>;
    fn wait(&mut self, millis: u64);
    fn file(&mut self, name: &str) -> Option<Vec<u8>>;
}

/// Steps, each with what was seen.
pub type Seen = Vec<(String, String)>;

/// What was seen of a scene, one text for each step.
pub fn play(scene: &Scene, stage: &mut dyn Stage) -> Seen {
    // Those who read a stream of bytes and not replies.
    let mut streams: BTreeMap<String, bool> = BTreeMap::new();
    let mut seen = Vec::new();
    for step in scene.steps {
        let mut text = String::new();
        if let Some(millis) = step.strip_prefix("wait ") {
            stage.wait(millis.parse().expect("milliseconds"));
        } else if let Some(name) = step.strip_prefix("file ") {
            let bytes = stage.file(name).unwrap_or_default();
            text = mask::file(&String::from_utf8_lossy(&bytes));
        } else if let Some(client) = step.strip_prefix("hear ") {
            let bytes = stage.heard(client);
            text = shown(&[], &bytes, streams.contains_key(client));
        } else {
            let (client, line) = step.split_once("> ").expect("a client and what it says");
            let words = words::split(line.as_bytes()).expect("well quoted");
            let asks =
                words[0].eq_ignore_ascii_case(b"sync") || words[0].eq_ignore_ascii_case(b"psync");
            if asks {
                streams.insert(client.to_string(), true);
            }
            let bytes = stage.say(client, &words);
            text = shown(&words, &bytes, streams.contains_key(client));
        }
        seen.push((step.to_string(), text));
    }
    seen
}

/// Bytes as replies, or as the stream that they are.
fn shown(words: &[Vec<u8>], bytes: &[u8], is_stream: bool) -> String {
    if is_stream {
        return mask::stream(bytes);
    }
    let mut rest = bytes;
    let mut text = String::new();
    while let Some((reply, used)) = resp::decode_reply(rest) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}", mask::reply(words, &reply));
        rest = &rest[used..];
    }
    text
}

/// A scene as it stands in the file.
pub fn written(scene: &Scene, seen: &[(String, String)]) -> String {
    let mut text = format!("= {}\n", scene.title);
    for (step, output) in seen {
        let _ = writeln!(text, "{step}");
        for line in output.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

/// Plays every scene on the real server.
pub fn record() -> String {
    let scenes = SCENES.iter().map(|scene| {
        let mut stage = played::OnReal::start(scene);
        written(scene, &play(scene, &mut stage))
    });
    scenes.collect::<Vec<_>>().join("\n")
}

/// Every scene as the engine plays it, and as it is recorded.
pub fn compared() -> Vec<(&'static Scene, String, String, Seen)> {
    let recorded = files::read(PATH);
    let recorded: Vec<&str> = recorded.split("\n= ").collect();
    let find = |title: &str| {
        let found = recorded.iter().find(|text| {
            let first = text.lines().next().unwrap_or_default();
            first.trim_start_matches("= ") == title
        });
        let text = found.unwrap_or_else(|| panic!("{title} is not recorded"));
        format!("= {}\n", text.trim_start_matches("= ").trim_end())
    };
    let scenes = SCENES.iter().map(|scene| {
        let mut stage = played::OnEngine::start(scene);
        let seen = play(scene, &mut stage);
        (scene, find(scene.title), written(scene, &seen), seen)
    });
    scenes.collect()
}
