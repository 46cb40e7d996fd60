//! The folder of an append-only file: what loads can be used, rewritten, and loaded again as the same.
//!
//! The bytes are several files, each after a line `%%% name`; or, without such a line, the single file of old servers.

use super::loaded::{NOW, check_all, start};

const MARK: &[u8] = b"%%% ";
const SETTINGS: &[(&str, &str)] = &[
    ("appendonly", "yes"),
    ("rdbchecksum", "no"),
    // No word of a file makes a value larger than this.
    ("proto-max-bulk-len", "1mb"),
];

pub fn check(bytes: &[u8]) {
    if let Ok(engine) = start(&files(bytes), SETTINGS, NOW) {
        check_all(engine);
    }
}

fn files(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    if !bytes.starts_with(MARK) {
        return vec![("appendonly.aof".to_string(), bytes.to_vec())];
    }
    let mut starts: Vec<usize> = bytes
        .windows(MARK.len())
        .enumerate()
        .filter(|(at, window)| *window == MARK && (*at == 0 || bytes[at - 1] == b'\n'))
        .map(|(at, _)| at)
        .collect();
    starts.push(bytes.len());
    let file = |range: &[usize]| {
        let text = &bytes[range[0] + MARK.len()..range[1]];
        let end = text.iter().position(|byte| *byte == b'\n')?;
        let name = String::from_utf8_lossy(&text[..end]);
        Some((format!("appendonlydir/{name}"), text[end + 1..].to_vec()))
    };
    starts.windows(2).filter_map(file).collect()
}
