//! Scripts: the same EVAL on both servers and on the engine in WebAssembly, in Node. The server's time is its
//! processor time, as everywhere here; what Node takes is its process's.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::Options;
use crate::servers::{Pair, Server, words};
use crate::wasm;

const SCRIPTS: &[(&str, &str)] = &[
    (
        "FIB",
        "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end return fib(27)",
    ),
    (
        "LOOP",
        "local x = 0 for i = 1, 1e7 do x = x + i % 7 end return x",
    ),
    (
        "STRINGS",
        "local parts = {} for i = 1, 200000 do parts[#parts + 1] = tostring(i) .. ':' end return #table.concat(parts)",
    ),
    (
        "TABLE",
        "local t = {} for i = 1, 1e6 do t[i] = i end local sum = 0 for _, v in ipairs(t) do sum = sum + v end return sum",
    ),
    (
        "PATTERNS",
        "local text, sum = ('key:123 value=abc; '):rep(5800), 0 \
         for word, number in text:gmatch('(%a+):(%d+)') do sum = sum + #word + number end \
         return sum + #text:gsub('%a+', string.upper)",
    ),
    (
        "CALLS",
        "for i = 1, 300000 do redis.call('INCR', 'counter') end return redis.call('GET', 'counter')",
    ),
];

/// The best of so many runs counts: noise only ever adds time.
const RUNS: usize = 6;

/// By script: milliseconds.
type Times = BTreeMap<String, f64>;

pub fn run(options: &Options) -> Result<(), String> {
    let scripts: Vec<(&str, &str)> = SCRIPTS
        .iter()
        .copied()
        .filter(|(name, _)| options.wants(name))
        .collect();
    let pair = Pair::start()?;
    let runs = if options.quick { 1 } else { RUNS };
    // In turns, so that all of them meet the same machine.
    let mut columns = [Times::new(), Times::new(), Times::new()];
    for script in &scripts {
        for _ in 0..runs {
            for (column, server) in pair.both().into_iter().enumerate() {
                keep(&mut columns[column], script.0, on_server(server, script)?);
            }
        }
        keep(&mut columns[2], script.0, in_node(script, runs)?);
    }
    println!("\nScripts: milliseconds, and how many times as fast as redis-server");
    println!(
        "{:<12}{:>9}{:>8}{:>14}{:>8}{:>14}",
        "", "ours", "ratio", "wasm, Node", "ratio", "redis-server"
    );
    for (name, _) in &scripts {
        let [ours, real, wasm] = columns
            .each_ref()
            .map(|times| times.get(*name).copied().unwrap_or(f64::NAN));
        println!(
            "{name:<12}{ours:>9.1}{:>8.2}{wasm:>14.1}{:>8.2}{real:>14.1}",
            real / ours,
            real / wasm
        );
    }
    Ok(())
}

fn keep(times: &mut Times, name: &str, millis: f64) {
    let best = times.entry(name.to_string()).or_insert(f64::INFINITY);
    *best = best.min(millis);
}

fn on_server(server: &Server, (name, source): &(&str, &str)) -> Result<f64, String> {
    const PATIENCE: Duration = Duration::from_secs(120);
    server.flush()?;
    let mut connection = server.connect()?;
    let before = server.worked();
    connection.send(&words(&["EVAL", source, "0"]));
    match connection.receive(PATIENCE) {
        Some(engine::Reply::Error(error)) => {
            return Err(format!("{name} on {}: {error}", server.name));
        }
        Some(_) => {}
        None => return Err(format!("{name} on {}: no reply", server.name)),
    }
    Ok((server.worked() - before).as_secs_f64() * 1e3)
}

fn in_node((name, source): &(&str, &str), runs: usize) -> Result<f64, String> {
    let said = wasm::script("script", &[source, &runs.to_string()])?;
    let millis = said.first().and_then(|said| said["millis"].as_f64());
    millis.ok_or_else(|| {
        let refusal = said.first().map_or(&Value::Null, |said| &said["refusal"]);
        format!("{name} in Node: {refusal}")
    })
}
