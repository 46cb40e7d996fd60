//! The files of a world's server, and beginning anew with files that the reader brings.
//!
//! A dump is put where the server looks for one. Append-only files come as one (as servers before 7.0 wrote them) or
//! as a folder with a manifest; then the server is started with `appendonly yes`. Whether they are any good the engine
//! says, in the server's words, and what was there before stays until it has said yes.

use engine::config::{Config, parameters};
use engine::disk::Disk;
use engine::rdb::file as rdb;
use engine::{Engine, Time};
use messages::{FileRow, Response};

use crate::world::World;

/// Names and bytes.
type Files = Vec<(String, Vec<u8>)>;

pub(crate) fn list(world: &World) -> Response {
    let server = &world.engine.server;
    let rows = server.disk.files().map(|(name, file)| FileRow {
        name: name.to_string(),
        bytes: file.len() as u64,
        synced_bytes: file.synced() as u64,
    });
    Response::Files {
        rows: rows.collect(),
        writing: server.persistence.child.is_some(),
    }
}

/// A server with these files in the place of the world's. In the error nothing changed; it says why.
pub(crate) fn load(world: &mut World, files: Files) -> Result<String, String> {
    let now = written(&files).unwrap_or(Time::WORLD_START);
    let (disk, config) = arrange(files)?;
    let mut engine = Engine::with_config(world.seed(), now, config);
    let notes = engine
        .start(disk, now)
        .map_err(|failure| failure.to_string())?;
    let outcome = outcome(&engine, &notes);
    world.replace_server(engine, now);
    Ok(outcome)
}

/// `12 keys in 2 databases.`, and what else the reader should know.
fn outcome(engine: &Engine, notes: &[String]) -> String {
    let counts = engine.keys.dbs.iter().map(|db| db.keys.len());
    let databases = counts.clone().filter(|count| *count > 0).count();
    let mut text = format!(
        "{} in {}.",
        counted(counts.sum(), "key"),
        counted(databases, "database")
    );
    let expired = engine.server.persistence.keys_expired as usize;
    if expired > 0 {
        text += &format!(" {} had expired.", counted(expired, "key"));
    }
    // The rest of the server's log says what the sentence says already.
    for note in notes.iter().filter(|note| note.starts_with('!')) {
        text += &format!(" {note}");
    }
    text
}

fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// The latest time that the files name: deadlines in them are of that time, and the world's clock takes it over. A time
/// before there was Redis, or a century away, is no time.
fn written(files: &Files) -> Option<Time> {
    const EARLIEST: i64 = 1_230_768_000;
    const LATEST: i64 = EARLIEST + 100 * 365 * 86_400;
    let times = files.iter().flat_map(|(_, bytes)| {
        let stamp = last_stamp(bytes);
        [rdb::written_secs(bytes), stamp].into_iter().flatten()
    });
    let time = times.filter(|secs| (EARLIEST..LATEST).contains(secs)).max();
    time.map(|secs| Time(secs * 1_000_000))
}

/// `#TS:1767225600`: a line between the commands of an append-only file.
fn last_stamp(bytes: &[u8]) -> Option<i64> {
    const MARK: &[u8] = b"\n#TS:";
    let at = bytes.windows(MARK.len()).rposition(|part| part == MARK)?;
    let digits = bytes[at + MARK.len()..]
        .split(|byte| *byte == b'\r')
        .next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Each file where a server looks for it, and how that server is configured.
fn arrange(files: Files) -> Result<(Disk, Config), String> {
    let mut config = Config::default();
    let mut disk = Disk::default();
    let manifests = files.iter().filter(|file| is_manifest(&file.0)).count();
    if manifests == 1 {
        append_only(&mut config);
        let folder = config.text("appenddirname");
        let appended = config.text("appendfilename");
        for (name, bytes) in files {
            let name = match is_manifest(&name) {
                // A server with another `appendfilename` wrote another name.
                true => format!("{appended}.manifest"),
                false => name,
            };
            disk.put(&format!("{folder}/{name}"), bytes);
        }
        return Ok((disk, config));
    }
    let Ok([(name, bytes)]) = <[_; 1]>::try_from(files) else {
        return Err(
            "several files belong together only with their manifest, as in an appendonlydir: \
             choose one file, or all files of such a folder"
                .to_string(),
        );
    };
    let appended = match rdb::is_rdb(&bytes) {
        // Servers from 4.0 to 6.2 began this file with a dump.
        true => name.ends_with(".aof"),
        false => name.ends_with(".aof") || bytes.starts_with(b"*") || bytes.starts_with(b"#TS:"),
    };
    let parameter = if appended {
        append_only(&mut config);
        "appendfilename"
    } else {
        "dbfilename"
    };
    disk.put(&config.text(parameter), bytes);
    Ok((disk, config))
}

fn is_manifest(name: &str) -> bool {
    name.ends_with(".manifest")
}

fn append_only(config: &mut Config) {
    let parameter = parameters::find(b"appendonly").expect("a parameter of the server");
    config
        .set(parameter, b"yes")
        .expect("it can be set before the start");
}

#[cfg(test)]
mod tests;
