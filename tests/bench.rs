//! `cargo xtask bench`: the engine behind TCP against the real server, with redis-benchmark, in one run and as ratios.
//! Nothing here passes or fails: a number on a busy machine proves nothing, a ratio in one run says something.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use tests::files;
use tests::real::{Clock, Real};

/// What redis-benchmark sends; `__rand_int__` becomes one of 100,000 numbers.
const CASES: &[(&str, &[&str])] = &[
    ("SET", &["SET", "key:__rand_int__", "value:__rand_int__"]),
    ("GET", &["GET", "key:__rand_int__"]),
    ("INCR", &["INCR", "counter:__rand_int__"]),
    ("LPUSH", &["LPUSH", "list", "item:__rand_int__"]),
    ("LPOP", &["LPOP", "list"]),
    ("SADD", &["SADD", "set", "member:__rand_int__"]),
    ("HSET", &["HSET", "hash", "field:__rand_int__", "value"]),
    (
        "ZADD",
        &["ZADD", "board", "__rand_int__", "player:__rand_int__"],
    ),
    ("ZRANK", &["ZRANK", "board", "player:__rand_int__"]),
    ("ZRANGE 10", &["ZRANGE", "board", "0", "9"]),
];

const KEYS: &str = "100000";

fn main() -> ExitCode {
    let real = Real::start(Clock::Machine, &[]);
    let Some(ours) = Ours::start() else {
        eprintln!("the server did not start: cargo build --release -p server");
        return ExitCode::FAILURE;
    };
    for pipeline in ["1", "64"] {
        let requests = if pipeline == "1" { "100000" } else { "1000000" };
        println!("\nredis-benchmark -P {pipeline}, {requests} requests, requests a second");
        println!(
            "{:<12}{:>14}{:>14}{:>8}",
            "", "engine", "redis-server", "ratio"
        );
        for (name, words) in CASES {
            let (a, b) = (
                measure(ours.port, pipeline, requests, words),
                measure(real.port, pipeline, requests, words),
            );
            match (a, b) {
                (Some(a), Some(b)) => println!("{name:<12}{a:>14.0}{b:>14.0}{:>8.2}", a / b),
                _ => println!("{name:<12}  redis-benchmark gave no number"),
            }
        }
    }
    ExitCode::SUCCESS
}

/// Requests a second, as redis-benchmark's CSV says.
fn measure(port: u16, pipeline: &str, requests: &str, words: &[&str]) -> Option<f64> {
    let mut command = Command::new("redis-benchmark");
    command
        .args([
            "-p",
            &port.to_string(),
            "-P",
            pipeline,
            "-n",
            requests,
            "-r",
            KEYS,
            "-c",
            "50",
            "--csv",
        ])
        .args(words);
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let fields: Vec<&str> = text.lines().last()?.split("\",\"").collect();
    fields.get(1)?.trim_matches('"').parse().ok()
}

/// Our own server, on a free port; it ends when this is dropped.
struct Ours {
    child: Child,
    port: u16,
}

impl Ours {
    fn start() -> Option<Ours> {
        let built = Command::new("cargo")
            .args(["build", "--release", "-p", "server"])
            .current_dir(files::root())
            .status();
        if !built.is_ok_and(|status| status.success()) {
            return None;
        }
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| files::root().join("target"), Into::into);
        let mut child = Command::new(target.join("release/server"))
            .args(["--port", "0", "--seed", "1"])
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take()?)
            .read_line(&mut line)
            .ok()?;
        let port = line.trim().rsplit(':').next()?.parse().ok()?;
        Some(Ours { child, port })
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        // Ended or gone already: either way nothing is left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
