//! The engine in WebAssembly, in Node and in Chromium, beside kevy, ioredis-mock and the real server. `xtask` has
//! built and installed what this needs into the folder that `BENCH` names; `run.mjs` measures.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tests::files;

use crate::Options;
use crate::network;
use crate::servers::{Pair, on_second_core, pipeline, words};

const LINES: &[(&str, &[&str])] = &[
    ("SET", &["SET", KEY, "value:__rand_int__"]),
    ("GET", &["GET", KEY]),
    ("INCR", &["INCR", "counter:__rand_int__"]),
    ("LPUSH", &["LPUSH", "list", ITEM]),
    ("LPOP", &["LPOP", "list"]),
    ("SADD", &["SADD", "set", ITEM]),
    ("HSET", &["HSET", "hash", ITEM, "value"]),
    ("ZADD", &["ZADD", "board", "__rand_int__", ITEM]),
    ("ZRANK", &["ZRANK", "board", ITEM]),
    ("ZRANGE", &["ZRANGE", "board", "0", "9"]),
    ("XADD", &["XADD", "stream", "*", "field", "value"]),
    ("PFADD", &["PFADD", "sketch", ITEM]),
];

const KEY: &str = "key:__rand_int__";
const ITEM: &str = "item:__rand_int__";

/// By engine, then by line: commands a second, or what it said instead.
type Results = BTreeMap<String, BTreeMap<String, Value>>;

pub fn run(options: &Options) -> Result<(), String> {
    let lines: Vec<&str> = LINES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| options.wants(name))
        .collect();
    let mut results = Results::new();
    results.insert("redis-server".to_string(), real_server(options, &lines)?);
    for place in ["node", "chromium"] {
        results.extend(measure(place, &lines)?);
    }
    let columns = [
        "ours, bytes",
        "ours, bytes, Chromium",
        "kevy, bytes",
        "kevy, bytes, Chromium",
        "redis-server",
    ];
    print_table("Pipelines of 64 as bytes", &results, &columns, &lines);
    let columns = [
        "ours, words",
        "ours, words, Chromium",
        "kevy, words",
        "kevy, words, Chromium",
        "ioredis-mock",
    ];
    print_table(
        "Pipelines of 64 from and to JavaScript's values",
        &results,
        &columns,
        &lines,
    );
    print_million(&results);
    Ok(())
}

/// Whether a page stays alive while a million keys are loaded.
fn print_million(results: &Results) {
    let Some(measured) = results.get("a million keys") else {
        return;
    };
    let number = |name: &str| {
        measured
            .get(name)
            .and_then(Value::as_f64)
            .unwrap_or(f64::NAN)
    };
    println!(
        "\nA million SETs through a worker in Chromium, a thousand in a message: {:.1} s, the longest message {:.0} ms, \
         the page's longest pause {:.0} ms, {:.0} MB",
        number("seconds"),
        number("longestMessage"),
        number("longestPause"),
        number("megabytes")
    );
}

/// The first column's numbers, then the others', and how often more the first has.
fn print_table(title: &str, results: &Results, columns: &[&str], lines: &[&str]) {
    println!("\n{title}: thousand commands a second, and how often as many ours in Node does");
    print!("{:<8}", "");
    columns.iter().for_each(|column| print!("{column:>24}"));
    println!();
    let number = |column: &str, line: &str| results.get(column)?.get(line)?.as_f64();
    for line in lines {
        print!("{line:<8}");
        let own = number(columns[0], line);
        for column in columns {
            match (number(column, line), own) {
                (Some(value), Some(own)) => {
                    print!("{:>14.1}{:>9.2}x", value / 1e3, own / value)
                }
                _ => print!("{:>24}", "-"),
            }
        }
        println!();
    }
    for column in columns {
        for (line, said) in results.get(*column).into_iter().flatten() {
            if let Some(said) = said.as_str() {
                println!("  {column}, {line}: {said}");
            }
        }
    }
}

fn real_server(options: &Options, lines: &[&str]) -> Result<BTreeMap<String, Value>, String> {
    let pair = Pair::start()?;
    let mut results = BTreeMap::new();
    for (name, line) in LINES.iter().filter(|(name, _)| lines.contains(name)) {
        if *name == "ZADD" {
            let mut connection = pair.real.connect()?;
            let add = |at: usize| words(&["ZADD", "board", &at.to_string(), &format!("p{at}")]);
            pipeline(&mut connection, &(0..10_000).map(add).collect::<Vec<_>>());
        }
        // By its processor time, as the engines in Node are measured.
        let mut best = f64::INFINITY;
        for _ in 0..3 {
            let requests = options.scaled(1_000_000);
            best = best.min(network::measure(&pair.real, line, 64, requests)?.nanos);
        }
        results.insert((*name).to_string(), (1e9 / best).into());
    }
    Ok(results)
}

fn measure(place: &str, lines: &[&str]) -> Result<Results, String> {
    let mut results = Results::new();
    for value in script(place, lines)? {
        let engine = value["engine"].as_str().unwrap_or_default().to_string();
        let measured = value["lines"].as_object().into_iter().flatten();
        let measured = measured.map(|(name, value)| (name.clone(), value.clone()));
        results.insert(engine, measured.collect());
    }
    Ok(results)
}

/// What `run.mjs` prints, one JSON value a line.
pub fn script(what: &str, arguments: &[&str]) -> Result<Vec<Value>, String> {
    let output = on_second_core("node")
        .arg(files::root().join("tests/bench/run.mjs"))
        .arg(what)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("node: {error}"))?;
    if !output.status.success() {
        return Err(format!("run.mjs {what}: {}", output.status));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).map_err(|error| format!("{line}: {error}")))
        .collect()
}

/// Where xtask put what the scripts need; nothing if it was not asked to.
pub fn folder() -> Option<PathBuf> {
    std::env::var_os("BENCH").map(PathBuf::from)
}
