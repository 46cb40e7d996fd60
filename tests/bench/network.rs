//! Both servers behind TCP, under redis-benchmark: requests a second, and processor time a request. The second says
//! more: with many commands in one packet redis-benchmark itself is the slower end.

use std::process::Stdio;
use std::time::Duration;

use crate::Options;
use crate::servers::{Pair, Server, on_second_core, pipeline, words};

/// A line of the table: its name, what must be there before, and what redis-benchmark sends.
/// `__rand_int__` becomes one of 100,000 numbers.
struct Line {
    name: &'static str,
    /// Requests at 64 in one packet; a twentieth of them one by one.
    requests: usize,
    before: &'static [&'static str],
    words: &'static [&'static str],
}

const MILLION: usize = 1_000_000;

const LINES: &[Line] = &[
    line("SET", 2 * MILLION, &[], &["SET", KEY, "value:__rand_int__"]),
    line("GET", 2 * MILLION, &[], &["GET", KEY]),
    line("INCR", 2 * MILLION, &[], &["INCR", "counter:__rand_int__"]),
    line("LPUSH", 2 * MILLION, &[], &["LPUSH", "list", ITEM]),
    line("RPUSH", 2 * MILLION, &[], &["RPUSH", "list", ITEM]),
    line("LPOP", 2 * MILLION, &[], &["LPOP", "list"]),
    line("RPOP", 2 * MILLION, &[], &["RPOP", "list"]),
    line("SADD", 2 * MILLION, &[], &["SADD", "set", ITEM]),
    line("HSET", 2 * MILLION, &[], &["HSET", "hash", ITEM, "value"]),
    line("HGET", 2 * MILLION, &[], &["HGET", "hash", ITEM]),
    line("SPOP", MILLION / 20, &[], &["SPOP", "set"]),
    line(
        "ZADD",
        MILLION,
        &[],
        &["ZADD", "board", "__rand_int__", ITEM],
    ),
    line("ZRANK", MILLION, &[], &["ZRANK", "board", ITEM]),
    line("ZRANGE 10", MILLION, &[], &["ZRANGE", "board", "0", "9"]),
    line("ZSCORE", 2 * MILLION, &[], &["ZSCORE", "board", ITEM]),
    line("ZPOPMIN", MILLION / 10, &[], &["ZPOPMIN", "board"]),
    line(
        "LRANGE_100",
        MILLION / 5,
        FILL,
        &["LRANGE", "filled", "0", "99"],
    ),
    line(
        "LRANGE_300",
        MILLION / 10,
        FILL,
        &["LRANGE", "filled", "0", "299"],
    ),
    line(
        "LRANGE_500",
        MILLION / 20,
        FILL,
        &["LRANGE", "filled", "0", "499"],
    ),
    line(
        "LRANGE_600",
        MILLION / 20,
        FILL,
        &["LRANGE", "filled", "0", "599"],
    ),
    line(
        "MSET 10",
        MILLION / 4,
        &[],
        &[
            "MSET", KEY, "a", KEY, "b", KEY, "c", KEY, "d", KEY, "e", KEY, "f", KEY, "g", KEY, "h",
            KEY, "i", KEY, "j",
        ],
    ),
    line(
        "XADD",
        MILLION,
        &[],
        &["XADD", "stream", "*", "field", "value"],
    ),
    line("PFADD", MILLION, &[], &["PFADD", "sketch", ITEM]),
    line("PING", 2 * MILLION, &[], &["PING"]),
];

const KEY: &str = "key:__rand_int__";
const ITEM: &str = "item:__rand_int__";
const FILL: &[&str] = &["RPUSH", "filled"];
const KEYS: &str = "100000";
/// The better of so many runs counts: noise only ever adds time.
const RUNS: usize = 3;

const fn line(
    name: &'static str,
    requests: usize,
    before: &'static [&'static str],
    words: &'static [&'static str],
) -> Line {
    Line {
        name,
        requests,
        before,
        words,
    }
}

pub fn run(options: &Options) -> Result<(), String> {
    let pair = Pair::start()?;
    for pipelined in [64, 1] {
        println!(
            "\nredis-benchmark -P {pipelined}: thousand requests a second, and ns of processor time a request"
        );
        println!(
            "{:<12}{:>9}{:>14}{:>8}{:>12}{:>14}{:>8}",
            "", "ours", "redis-server", "ratio", "ours ns", "redis-server", "ratio"
        );
        for line in LINES.iter().filter(|line| options.wants(line.name)) {
            let requests = options.scaled(line.requests) / if pipelined == 1 { 20 } else { 1 };
            match measure_both(&pair, line, pipelined, requests) {
                Ok([ours, real]) => println!(
                    "{:<12}{:>9.0}{:>14.0}{:>8.2}{:>12.0}{:>14.0}{:>8.2}",
                    line.name,
                    ours.per_second / 1e3,
                    real.per_second / 1e3,
                    ours.per_second / real.per_second,
                    ours.nanos,
                    real.nanos,
                    real.nanos / ours.nanos
                ),
                Err(problem) => println!("{:<12}{problem}", line.name),
            }
        }
        pair.both().iter().try_for_each(|server| server.flush())?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
pub struct Measured {
    pub per_second: f64,
    /// Processor time of the server for a request.
    pub nanos: f64,
}

fn measure_both(
    pair: &Pair,
    line: &Line,
    pipelined: usize,
    requests: usize,
) -> Result<[Measured; 2], String> {
    for server in pair.both() {
        prepare(server, line)?;
    }
    let mut best = [Measured {
        per_second: 0.0,
        nanos: f64::INFINITY,
    }; 2];
    for _ in 0..RUNS {
        for (server, best) in pair.both().into_iter().zip(&mut best) {
            let measured = measure(server, line.words, pipelined, requests / RUNS)?;
            best.per_second = best.per_second.max(measured.per_second);
            best.nanos = best.nanos.min(measured.nanos);
        }
    }
    Ok(best)
}

/// Says what a server lacks, and makes what the line needs.
fn prepare(server: &Server, line: &Line) -> Result<(), String> {
    let mut connection = server.connect()?;
    if !line.before.is_empty() {
        connection.call(&["DEL", line.before[1]]);
        let fill = (0..1000).map(|at| [words(line.before), words(&[&format!("item:{at:06}")])]);
        let fill: Vec<Vec<Vec<u8>>> = fill.map(|parts| parts.concat()).collect();
        pipeline(&mut connection, &fill);
    }
    // Only a server's own "no such command" is of interest: other replies depend on what is there.
    let problem = pipeline(&mut connection, &[words(line.words)]);
    match problem {
        Some(text) if text.contains("unknown command") || text.contains("not in this emulator") => {
            Err(format!("{} says: {text}", server.name))
        }
        _ => Ok(()),
    }
}

/// One run of redis-benchmark.
pub fn measure(
    server: &Server,
    words: &[&str],
    pipelined: usize,
    requests: usize,
) -> Result<Measured, String> {
    let before = server.worked();
    let mut command = on_second_core("redis-benchmark");
    command
        .args(["-p", &server.port.to_string(), "-c", "50", "-r", KEYS])
        .args(["-P", &pipelined.to_string(), "-n", &requests.to_string()])
        .arg("--csv")
        .args(words);
    let output = command
        .stderr(Stdio::null())
        .output()
        .map_err(|error| format!("redis-benchmark: {error}"))?;
    let worked: Duration = server.worked() - before;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let per_second = text
        .lines()
        .last()
        .and_then(|line| line.split("\",\"").nth(1)?.trim_matches('"').parse().ok())
        .ok_or("redis-benchmark gave no number")?;
    Ok(Measured {
        per_second,
        nanos: worked.as_nanos() as f64 / requests as f64,
    })
}
