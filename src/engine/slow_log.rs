//! SLOWLOG: commands that took longer than `slowlog-log-slower-than`, by the cost model (`cost.rs`).

use std::collections::VecDeque;

use crate::client::Client;
use crate::command::Entry;
use crate::time::Time;

#[derive(Debug, Clone, Default)]
pub struct SlowLog {
    /// The newest first.
    entries: VecDeque<SlowCall>,
    /// How many entries there ever were.
    next_id: u64,
}

#[derive(Debug, Clone)]
pub struct SlowCall {
    pub id: u64,
    pub at: Time,
    pub micros: u64,
    /// Cut where there are many or long ones; secrets are not shown.
    pub words: Vec<Vec<u8>>,
    pub address: String,
    pub client_name: Vec<u8>,
}

const WORDS_AT_MOST: usize = 32;
const BYTES_AT_MOST: usize = 128;

impl SlowLog {
    pub fn add(&mut self, entry: &Entry, words: &[&[u8]], client: &Client, micros: u64, at: Time) {
        self.entries.push_front(SlowCall {
            id: self.next_id,
            at,
            micros,
            words: shortened(entry, words),
            address: client.address.clone(),
            client_name: client.name.clone(),
        });
        self.next_id += 1;
    }

    pub fn truncate(&mut self, entries: usize) {
        self.entries.truncate(entries);
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The newest first.
    pub fn iter(&self) -> impl Iterator<Item = &SlowCall> {
        self.entries.iter()
    }
}

fn shortened(entry: &Entry, words: &[&[u8]]) -> Vec<Vec<u8>> {
    let shown = if words.len() > WORDS_AT_MOST {
        WORDS_AT_MOST - 1
    } else {
        words.len()
    };
    let mut short: Vec<Vec<u8>> = (0..shown)
        .map(|at| {
            if is_secret(entry, words, at) {
                return b"(redacted)".to_vec();
            }
            let word = words[at];
            if word.len() <= BYTES_AT_MOST {
                return word.to_vec();
            }
            let rest = word.len() - BYTES_AT_MOST;
            [
                &word[..BYTES_AT_MOST],
                format!("... ({rest} more bytes)").as_bytes(),
            ]
            .concat()
        })
        .collect();
    if shown < words.len() {
        let rest = words.len() - shown;
        short.push(format!("... ({rest} more arguments)").into_bytes());
    }
    short
}

/// Whether a word is a name or password, or the value of a parameter that is one.
pub fn is_secret(entry: &Entry, words: &[&[u8]], at: usize) -> bool {
    let after = |name: &[u8], most: usize| {
        (1..=most).any(|back| at > back && words[at - back].eq_ignore_ascii_case(name))
    };
    match entry.name {
        "auth" => at >= 1,
        "hello" => after(b"AUTH", 2),
        "acl|setuser" | "acl|getuser" | "acl|deluser" => at >= 2,
        "migrate" => after(b"AUTH", 1) || after(b"AUTH2", 2),
        "config|set" if at >= 3 && at % 2 == 1 => {
            const SECRETS: [&str; 5] = [
                "requirepass",
                "masterauth",
                "masteruser",
                "tls-key-file-pass",
                "tls-client-key-file-pass",
            ];
            let name = words[at - 1];
            SECRETS
                .iter()
                .any(|secret| name.eq_ignore_ascii_case(secret.as_bytes()))
        }
        _ => false,
    }
}
