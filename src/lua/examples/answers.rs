//! Answers the questions of `tests/answer` that come in, a line each.

#[path = "../tests/answer/mod.rs"]
mod answer;

use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout());
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", answer::answer(&line?))?;
    }
    out.flush()
}
