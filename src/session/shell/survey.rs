//! redis-cli's walks through the keyspace: `--scan`, `--bigkeys`, `--memkeys`, `--hotkeys`; and `--stat`.

use engine::{Reply, words};

use super::Streams;
use super::cli::Connection;
use super::options::{Mode, Options};
use super::print::Form;

/// Whether it succeeded.
pub(super) fn run(
    connection: &mut Connection,
    mode: &Mode,
    options: &Options,
    streams: &mut Streams,
) -> bool {
    let result = match mode {
        Mode::Scan => scan(connection, options, streams),
        Mode::BigKeys => biggest(connection, None, options, streams),
        Mode::MemoryKeys { samples } => biggest(connection, Some(samples), options, streams),
        Mode::HotKeys => hottest(connection, options, streams),
        Mode::Stat => stat(connection, streams),
        Mode::Command | Mode::Pipe | Mode::Script { .. } | Mode::Version => Ok(()),
    };
    match result {
        Ok(()) => true,
        Err(why) => {
            streams.complain(&why);
            false
        }
    }
}

/// Walks with SCAN and gives each page to `each`.
fn walk(
    connection: &mut Connection,
    pattern: Option<&str>,
    mut each: impl FnMut(&mut Connection, Vec<Vec<u8>>) -> Result<(), String>,
) -> Result<(), String> {
    let mut cursor = "0".to_string();
    loop {
        let mut command = vec!["SCAN", &cursor];
        command.extend(pattern.into_iter().flat_map(|pattern| ["MATCH", pattern]));
        let reply = connection.send_texts(&command);
        let (next, keys) = page(reply)?;
        each(connection, keys)?;
        cursor = next;
        if cursor == "0" {
            return Ok(());
        }
    }
}

fn page(reply: Option<Reply>) -> Result<(String, Vec<Vec<u8>>), String> {
    match reply {
        Some(Reply::Error(error)) => Err(format!("ERROR: {error}")),
        Some(Reply::Array(mut parts)) if parts.len() == 2 => {
            let keys = strings(parts.pop());
            let cursor = strings(parts.pop()).pop().unwrap_or_default();
            Ok((String::from_utf8_lossy(&cursor).into_owned(), keys))
        }
        _ => Err(
            "redis-cli: not in this emulator's shell: a line may send 200,000 commands".to_string(),
        ),
    }
}

fn strings(reply: Option<Reply>) -> Vec<Vec<u8>> {
    match reply {
        Some(Reply::Bulk(bytes)) => vec![bytes],
        Some(Reply::Int(number)) => vec![number.to_string().into_bytes()],
        Some(Reply::StatusText(text)) => vec![text.into_bytes()],
        Some(Reply::Status(text)) => vec![text.as_bytes().to_vec()],
        Some(Reply::Bulks(elements)) => strings(Some(elements.to_array())),
        Some(Reply::Array(items)) => items
            .into_iter()
            .flat_map(|item| strings(Some(item)))
            .collect(),
        _ => Vec::new(),
    }
}

fn scan(
    connection: &mut Connection,
    options: &Options,
    streams: &mut Streams,
) -> Result<(), String> {
    let quoted = match options.form {
        Some(form) => form == Form::Standard,
        None => streams.is_terminal(),
    };
    walk(connection, options.pattern.as_deref(), |_, keys| {
        for key in keys {
            match quoted {
                true => streams.out(words::quote(&key).as_bytes()),
                false => streams.out(&key),
            }
            streams.out(b"\n");
        }
        Ok(())
    })
}

// --- The biggest ----------------------------------------------------------------------------------------------------

/// What is known of one type so far.
struct Kind {
    name: &'static str,
    command: &'static str,
    unit: &'static str,
    count: u64,
    total: u64,
    biggest: u64,
    biggest_key: Option<String>,
}

/// A type that redis-cli 7.0 does not know is put into its table, in front of the others, and not measured.
const OTHER: Kind = Kind {
    name: "vectorset",
    command: "",
    unit: "?",
    count: 0,
    total: 0,
    biggest: 0,
    biggest_key: None,
};

/// In the order of redis-cli's own table as it is once two keys were looked at.
fn kinds() -> Vec<Kind> {
    let kind = |name, command, unit| Kind {
        name,
        command,
        unit,
        count: 0,
        total: 0,
        biggest: 0,
        biggest_key: None,
    };
    vec![
        kind("list", "LLEN", "items"),
        kind("hash", "HLEN", "fields"),
        kind("string", "STRLEN", "bytes"),
        kind("stream", "XLEN", "entries"),
        kind("set", "SCARD", "members"),
        kind("zset", "ZCARD", "members"),
    ]
}

const HEAD: &str = "
# Scanning the entire keyspace to find {} keys as well as
# average sizes per key type.  You can use -i 0.1 to sleep 0.1 sec
# per 100 SCAN commands (not usually needed).

";

fn biggest(
    connection: &mut Connection,
    memory: Option<&Option<String>>,
    options: &Options,
    streams: &mut Streams,
) -> Result<(), String> {
    streams.out(HEAD.replace("{}", "biggest").as_bytes());
    let total = database_size(connection);
    let mut kinds = kinds();
    let (mut sampled, mut name_bytes) = (0_u64, 0);
    walk(
        connection,
        options.pattern.as_deref(),
        |connection, keys| {
            let percent = percent(sampled, total);
            for key in keys {
                sampled += 1;
                name_bytes += key.len();
                let kind_name = kind_of(connection, &key);
                if kind_name == OTHER.name && kinds[0].name != OTHER.name {
                    kinds.insert(0, OTHER);
                }
                let Some(kind) = kinds.iter_mut().find(|kind| kind.name == kind_name) else {
                    continue;
                };
                let (size, unit) = match memory {
                    None if kind.command.is_empty() => (0, kind.unit),
                    None => (
                        size(connection, &[kind.command.as_bytes(), &key]),
                        kind.unit,
                    ),
                    Some(samples) => (memory_of(connection, &key, samples.as_deref()), "bytes"),
                };
                kind.count += 1;
                kind.total += size;
                if size > kind.biggest {
                    let name = words::quote(&key);
                    let line = format!(
                        "[{percent:05.2}%] Biggest {:<6} found so far '{name}' with {size} {unit}\n",
                        kind.name
                    );
                    streams.out(line.as_bytes());
                    kind.biggest = size;
                    kind.biggest_key = Some(name);
                }
            }
            Ok(())
        },
    )?;
    // The table of redis-cli is a dictionary that each key rehashes by a step, and the report walks through it as it is.
    match sampled {
        _ if kinds[0].name == OTHER.name => {}
        0 => kinds.swap(0, 1),
        1 => kinds[..3].rotate_right(1),
        _ => {}
    }
    streams.out(summary(&kinds, sampled, name_bytes, memory.is_some()).as_bytes());
    Ok(())
}

fn summary(kinds: &[Kind], sampled: u64, name_bytes: usize, memory: bool) -> String {
    let unit = |kind: &Kind| if memory { "bytes" } else { kind.unit };
    let average = ratio(name_bytes as u64, sampled);
    let mut text = format!(
        "\n-------- summary -------\n\nSampled {sampled} keys in the keyspace!\n\
         Total key length in bytes is {name_bytes} (avg len {average:.2})\n\n"
    );
    for kind in kinds {
        if let Some(key) = &kind.biggest_key {
            let (name, size) = (kind.name, kind.biggest);
            text += &format!(
                "Biggest {name:>6} found '{key}' has {size} {}\n",
                unit(kind)
            );
        }
    }
    text.push('\n');
    for kind in kinds {
        text += &format!(
            "{} {}s with {} {} ({:05.2}% of keys, avg size {:.2})\n",
            kind.count,
            kind.name,
            kind.total,
            unit(kind),
            percent(kind.count, sampled),
            ratio(kind.total, kind.count)
        );
    }
    text
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    100.0 * ratio(part, whole)
}

fn database_size(connection: &mut Connection) -> u64 {
    size(connection, &[b"DBSIZE"])
}

fn kind_of(connection: &mut Connection, key: &[u8]) -> String {
    let reply = connection.send(&[b"TYPE".to_vec(), key.to_vec()]);
    let text = strings(reply).pop().unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}

fn memory_of(connection: &mut Connection, key: &[u8], samples: Option<&str>) -> u64 {
    let mut words: Vec<&[u8]> = vec![b"MEMORY", b"USAGE", key];
    if let Some(samples) = samples {
        words.extend([b"SAMPLES".as_slice(), samples.as_bytes()]);
    }
    size(connection, &words)
}

/// The number that a command answers; 0 if it answers none.
fn size(connection: &mut Connection, words: &[&[u8]]) -> u64 {
    let words: Vec<Vec<u8>> = words.iter().map(|word| word.to_vec()).collect();
    match connection.send(&words) {
        Some(Reply::Int(number)) => number.max(0) as u64,
        _ => 0,
    }
}

// --- The hottest ----------------------------------------------------------------------------------------------------

/// How many are named in the end.
const HOT_MAX: usize = 16;

fn hottest(
    connection: &mut Connection,
    options: &Options,
    streams: &mut Streams,
) -> Result<(), String> {
    streams.out(HEAD.replace("{}", "hot").as_bytes());
    let total = database_size(connection);
    let mut sampled = 0_u64;
    // The coldest first, as they are pushed out.
    let mut hot: Vec<(u64, String)> = Vec::new();
    walk(
        connection,
        options.pattern.as_deref(),
        |connection, keys| {
            let percent = percent(sampled, total);
            let mut found = Vec::new();
            for key in keys {
                let command = [b"OBJECT".to_vec(), b"FREQ".to_vec(), key.clone()];
                match connection.send(&command) {
                    Some(Reply::Int(number)) => found.push((number.max(0) as u64, key)),
                    Some(Reply::Error(error)) => return Err(format!("Error: {error}")),
                    // It expired meanwhile.
                    _ => {}
                }
            }
            for (count, key) in found {
                sampled += 1;
                let colder = hot.iter().filter(|(other, _)| *other < count).count();
                if count == 0 || (hot.len() == HOT_MAX && colder == 0) {
                    continue;
                }
                let name = words::quote(&key);
                let line = format!(
                    "[{percent:05.2}%] Hot key '{name}' found so far with counter {count}\n"
                );
                streams.out(line.as_bytes());
                hot.insert(colder, (count, name));
                if hot.len() > HOT_MAX {
                    hot.remove(0);
                }
            }
            Ok(())
        },
    )?;
    let mut text =
        format!("\n-------- summary -------\n\nSampled {sampled} keys in the keyspace!\n");
    for (count, name) in hot.iter().rev() {
        text += &format!("hot key found with counter: {count}\tkeyname: {name}\n");
    }
    streams.out(text.as_bytes());
    Ok(())
}

// --- The state ------------------------------------------------------------------------------------------------------

/// One line of the table that a terminal shows once a second.
fn stat(connection: &mut Connection, streams: &mut Streams) -> Result<(), String> {
    let report = match connection.send_texts(&["INFO"]) {
        Some(Reply::Error(error)) => return Err(format!("ERROR: {error}")),
        reply => String::from_utf8_lossy(&report_of(reply)).into_owned(),
    };
    let field = |name: &str| -> u64 {
        let line = report
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    };
    let keys: u64 = report
        .lines()
        .filter_map(|line| {
            line.strip_prefix("db")?
                .split_once(":keys=")?
                .1
                .split(',')
                .next()?
                .parse::<u64>()
                .ok()
        })
        .sum();
    let child = match (
        field("rdb_bgsave_in_progress"),
        field("aof_rewrite_in_progress"),
    ) {
        (0, 0) => "",
        (_, 0) => "SAVE",
        (0, _) => "AOF",
        _ => "SAVE+AOF",
    };
    let requests = format!("{} (+0)", field("total_commands_processed"));
    streams.out(
        format!(
            "------- data ------ --------------------- load -------------------- - child -\n\
             keys       mem      clients blocked requests            connections          \n\
             {keys:<11}{:<8} {:<8}{:<8}{requests:<19} {:<12}{child}\n",
            human(field("used_memory")),
            field("connected_clients"),
            field("blocked_clients"),
            field("total_connections_received"),
        )
        .as_bytes(),
    );
    streams
        .complain("(one line of it: on a real terminal another follows each second until Ctrl-C)");
    Ok(())
}

fn report_of(reply: Option<Reply>) -> Vec<u8> {
    match reply {
        Some(Reply::Verbatim(_, text)) => text.into_bytes(),
        reply => strings(reply).concat(),
    }
}

fn human(bytes: u64) -> String {
    const UNITS: &[(u64, &str)] = &[
        (1 << 40, "T"),
        (1 << 30, "G"),
        (1 << 20, "M"),
        (1 << 10, "K"),
    ];
    match UNITS.iter().find(|(size, _)| bytes >= *size) {
        Some((size, unit)) => format!("{:.2}{unit}", bytes as f64 / *size as f64),
        None => format!("{bytes}B"),
    }
}
