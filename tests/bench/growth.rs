//! The same commands on keys of a thousand to a million elements, on both servers: what matters is the shape, how the
//! time of one command grows with the key.

use engine::Reply;
use tests::real::Connection;

use crate::Options;
use crate::servers::{Pair, Server, pipeline, words};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Commands measured at each size.
const SAMPLE: usize = 20_000;

type Fill = fn(usize) -> Vec<Vec<Vec<u8>>>;

/// What is measured: how a key of so many elements comes to be, and what is done with it.
struct Case {
    name: &'static str,
    fill: Fill,
    act: fn(&Server, &mut Connection, usize) -> Result<f64, String>,
}

const CASES: &[Case] = &[
    Case {
        name: "ZADD",
        fill: board,
        act: |server, connection, size| {
            let added = (0..SAMPLE).map(|at| {
                let (score, member) = (scatter(at, size * 10), format!("new:{at}"));
                words(&["ZADD", "grown", &score.to_string(), &member])
            });
            timed(server, connection, &added.collect::<Vec<_>>())
        },
    },
    Case {
        name: "ZRANK",
        fill: board,
        act: |server, connection, size| {
            let asked =
                (0..SAMPLE).map(|at| words(&["ZRANK", "grown", &player(scatter(at, size))]));
            timed(server, connection, &asked.collect::<Vec<_>>())
        },
    },
    Case {
        name: "SCAN, a key",
        fill: |size| {
            let set = |at| words(&["SET", &format!("key:{at}"), "value"]);
            (0..size).map(set).collect()
        },
        act: scan_all,
    },
    Case {
        name: "XREADGROUP 10",
        fill: |size| {
            let mut commands: Vec<Vec<Vec<u8>>> = (1..=size)
                .map(|at| words(&["XADD", "grown", &format!("{at}-0"), "field", "value"]))
                .collect();
            commands.push(words(&["XGROUP", "CREATE", "grown", "group", "0"]));
            commands
        },
        act: |server, connection, size| {
            let read = words(&[
                "XREADGROUP",
                "GROUP",
                "group",
                "one",
                "COUNT",
                "10",
                "STREAMS",
                "grown",
                ">",
            ]);
            timed(server, connection, &vec![read; (size / 10).min(SAMPLE)])
        },
    },
];

pub fn run(options: &Options) -> Result<(), String> {
    let pair = Pair::start()?;
    println!(
        "\nGrowth: ns of processor time a command, by elements in the key; and how often more than at 1,000"
    );
    let sizes = if options.quick { &SIZES[..3] } else { &SIZES };
    print!("{:<28}", "");
    sizes.iter().for_each(|size| print!("{size:>10}"));
    println!();
    for case in CASES.iter().filter(|case| options.wants(case.name)) {
        for server in pair.both() {
            let mut nanos = Vec::new();
            for &size in sizes {
                match measure(server, case, size) {
                    Ok(measured) => nanos.push(measured),
                    Err(problem) => {
                        println!("{:<14}{problem}", case.name);
                        break;
                    }
                }
            }
            if nanos.is_empty() {
                continue;
            }
            print!("{:<14}{:<14}", case.name, server.name);
            nanos.iter().for_each(|nanos| print!("{nanos:>10.0}"));
            let first = nanos.first().copied().unwrap_or(f64::NAN);
            nanos
                .iter()
                .for_each(|nanos| print!("{:>7.2}x", nanos / first));
            println!();
        }
    }
    Ok(())
}

fn measure(server: &Server, case: &Case, size: usize) -> Result<f64, String> {
    server.flush()?;
    let mut connection = server.connect()?;
    for chunk in (case.fill)(size).chunks(10_000) {
        if let Some(problem) = pipeline(&mut connection, chunk) {
            return Err(format!("{} says: {problem}", server.name));
        }
    }
    (case.act)(server, &mut connection, size)
}

/// Processor time for one of the commands, in ns.
fn timed(
    server: &Server,
    connection: &mut Connection,
    commands: &[Vec<Vec<u8>>],
) -> Result<f64, String> {
    let before = server.worked();
    if let Some(problem) = pipeline(connection, commands) {
        return Err(format!("{} says: {problem}", server.name));
    }
    Ok((server.worked() - before).as_nanos() as f64 / commands.len() as f64)
}

/// Processor time for a key, when all are shown.
fn scan_all(server: &Server, connection: &mut Connection, size: usize) -> Result<f64, String> {
    let before = server.worked();
    let mut cursor = b"0".to_vec();
    loop {
        let reply = connection.call(&[&b"SCAN"[..], &cursor, b"COUNT", b"1000"]);
        let Reply::Array(parts) = reply else {
            return Err(format!("{} says: {reply:?}", server.name));
        };
        let Some(Reply::Bulk(next)) = parts.into_iter().next() else {
            return Err(format!("{}: SCAN gave no cursor", server.name));
        };
        if next == b"0" {
            return Ok((server.worked() - before).as_nanos() as f64 / size as f64);
        }
        cursor = next;
    }
}

fn board(size: usize) -> Vec<Vec<Vec<u8>>> {
    let add = |at| {
        words(&[
            "ZADD",
            "grown",
            &scatter(at, size * 10).to_string(),
            &player(at),
        ])
    };
    (0..size).map(add).collect()
}

fn player(at: usize) -> String {
    format!("player:{at}")
}

/// The same numbers in every run, in no order.
fn scatter(at: usize, below: usize) -> usize {
    (at as u64)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .rotate_left(31) as usize
        % below
}
