//! Bytes of typical data sets: what our engine really allocates natively, and by how much its memory grows in
//! WebAssembly, beside the real server's `used_memory`.

use std::fs;

use engine::{Engine, Reply, Time};
use tests::real::{Clock, Connection, Real};

use crate::Options;
use crate::allocator::live_bytes;
use crate::data_sets::{DATA_SETS, DataSet};
use crate::servers::pipeline;
use crate::wasm;

pub fn run(options: &Options) -> Result<(), String> {
    let real = Real::start(Clock::Machine, &[]);
    println!("\nMemory: megabytes of a data set, and bytes of one of its commands");
    println!(
        "{:<28}{:>8}{:>8}{:>8}{:>8}{:>8}{:>10}{:>8}",
        "", "ours", "wasm", "real", "ratio", "wasm", "ours each", "real"
    );
    for set in &DATA_SETS {
        let count = options.scaled(set.commands);
        match measure(&real, set, count) {
            Ok([ours, wasm, real]) => println!(
                "{:<28}{:>8.1}{:>8.1}{:>8.1}{:>8.2}{:>8.2}{:>10.1}{:>8.1}",
                set.name,
                ours / 1e6,
                wasm / 1e6,
                real / 1e6,
                ours / real,
                wasm / real,
                ours / count as f64,
                real / count as f64
            ),
            Err(problem) => println!("{:<28}{problem}", set.name),
        }
    }
    Ok(())
}

fn measure(real: &Real, set: &DataSet, count: usize) -> Result<[f64; 3], String> {
    let ours = ours(set, count).map_err(|problem| format!("ours says: {problem}"))?;
    let real = theirs(real, set, count).map_err(|problem| format!("redis-server: {problem}"))?;
    Ok([ours as f64, in_wasm(set, count)?, real as f64])
}

/// Not a number without what xtask builds for this.
fn in_wasm(set: &DataSet, count: usize) -> Result<f64, String> {
    let Some(folder) = wasm::folder() else {
        return Ok(f64::NAN);
    };
    let path = folder.join("data-set.resp");
    let mut bytes = Vec::new();
    (0..count).for_each(|at| engine::resp::encode_command(&(set.make)(at), &mut bytes));
    fs::write(&path, bytes).map_err(|error| error.to_string())?;
    let results = wasm::script("memory", &[&path.display().to_string()])?;
    // What cannot be removed lies below the target folder and is replaced by the next run.
    let _ = fs::remove_file(&path);
    let result = results.first().ok_or("no number came from Node")?;
    match result["refusal"].as_str() {
        Some(refusal) => Err(format!("in wasm: {refusal}")),
        None => Ok(result["bytes"].as_f64().unwrap_or(f64::NAN)),
    }
}

fn ours(set: &DataSet, count: usize) -> Result<usize, String> {
    let mut now = Time::WORLD_START;
    let mut engine = Engine::new(1, now);
    let client = engine.connect("127.0.0.1:50000", now);
    // The command table and the like are made at the first use and belong to no key.
    engine.execute(client, &[b"PING"], now);
    let before = live_bytes();
    for at in 0..count {
        let words = (set.make)(at);
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        if let Reply::Error(error) = engine.execute(client, &words, now) {
            return Err(error.to_string());
        }
        if at % 10_000 == 0 {
            // The cron moves buckets, as the real one's does.
            now = now.after(std::time::Duration::from_millis(100));
            engine.advance(now);
        }
    }
    engine.advance(now.after(std::time::Duration::from_secs(60)));
    Ok(live_bytes().saturating_sub(before))
}

fn theirs(real: &Real, set: &DataSet, count: usize) -> Result<usize, String> {
    let mut connection = real.connect();
    connection.call(&["FLUSHALL"]);
    let before = used_memory(real)?;
    for start in (0..count).step_by(10_000) {
        let commands: Vec<_> = (start..count.min(start + 10_000)).map(set.make).collect();
        if let Some(problem) = pipeline(&mut connection, &commands) {
            return Err(problem);
        }
    }
    drop(connection);
    Ok(used_memory(real)?.saturating_sub(before))
}

/// Asked for until it stays: tables that grow hold two arrays for a while, and buffers of clients are let go by the
/// cron.
fn used_memory(real: &Real) -> Result<usize, String> {
    let mut connection = real.connect();
    let mut last = 0;
    for _ in 0..50 {
        std::thread::sleep(std::time::Duration::from_millis(200));
        let used = read_used_memory(&mut connection)?;
        if used.abs_diff(last) < 100 {
            return Ok(used);
        }
        last = used;
    }
    Ok(last)
}

fn read_used_memory(connection: &mut Connection) -> Result<usize, String> {
    let Reply::Bulk(text) = connection.call(&["INFO", "memory"]) else {
        return Err("INFO memory gave no text".to_string());
    };
    String::from_utf8_lossy(&text)
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:")?.trim().parse().ok())
        .ok_or_else(|| "INFO memory names no used_memory".to_string())
}
