//! Answers scripts as EVAL would: a JSON object `{"script", "keys", "args"}` a line, a reply a line.
//! `eval [SLICE]`.

#[path = "../tests/rig/mod.rs"]
mod rig;

use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let slice = std::env::args()
        .nth(1)
        .and_then(|word| word.parse().ok())
        .unwrap_or(u64::MAX);
    let mut out = io::BufWriter::new(io::stdout());
    let Ok(mut vm) = rig::machine() else {
        return Ok(());
    };
    for line in io::stdin().lock().lines() {
        let question: serde_json::Value = serde_json::from_str(&line?)?;
        let words = |field: &str| -> Vec<Vec<u8>> {
            let list = question[field].as_array().into_iter().flatten();
            list.filter_map(|word| Some(word.as_str()?.as_bytes().to_vec()))
                .collect()
        };
        let script = question["script"].as_str().unwrap_or_default().as_bytes();
        let pace = (slice, rig::MOST_STEPS);
        let reply = rig::eval(&mut vm, script, &words("keys"), &words("args"), pace);
        writeln!(out, "{reply}")?;
        out.flush()?;
    }
    Ok(())
}
