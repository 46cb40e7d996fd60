//! Reading files back: at the start, by DEBUG RELOAD and by DEBUG LOADAOF.
//!
//! An append-only file is a program: its commands run as a client's would, but nobody is told, and nothing expires
//! meanwhile, for a later command may count on a key whose time has come since. So the clock of the databases stands
//! at zero while they run. Files may be cut off or hostile: whatever is wrong is an error with the server's words.

#[cfg(test)]
mod tests;

use std::fmt;

use super::manifest::{Invalid, Manifest, Part};
use crate::access::Access;
use crate::args::Args;
use crate::client::ClientId;
use crate::command::{Entry, table};
use crate::context::Context;
use crate::keyspace::Keyspace;
use crate::number;
use crate::rdb;
use crate::rdb::file::{Damage, Reading};
use crate::server::Server;
use crate::structures::random::Random;
use crate::time::Time;

/// Why a server would not start from its files.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    Manifest(Invalid),
    /// A file of the manifest is not there.
    Missing(String),
    /// It is cut off, and `aof-load-truncated` is off.
    Truncated(String),
    /// It is cut off, and others follow.
    TruncatedBeforeOthers(String),
    Format(String),
    /// The command, and the file.
    UnknownCommand(String, String),
    /// An RDB file: its name, and what is wrong.
    Snapshot(String, Damage),
    /// There is nothing to load.
    Nothing,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Manifest(invalid) => invalid.fmt(f),
            Failure::Missing(file) => {
                write!(
                    f,
                    "Unable to obtain the AOF file {file} length. stat: No such file or directory"
                )
            }
            Failure::Truncated(file) => write!(
                f,
                "Unexpected end of file reading the append only file {file}: repair it, or set 'aof-load-truncated' to yes"
            ),
            Failure::TruncatedBeforeOthers(file) => {
                write!(
                    f,
                    "Fatal error: the truncated file {file} is not the last file"
                )
            }
            Failure::Format(file) => {
                write!(f, "Bad file format reading the append only file {file}")
            }
            Failure::UnknownCommand(name, file) => {
                write!(
                    f,
                    "Unknown command '{name}' reading the append only file {file}"
                )
            }
            Failure::Snapshot(file, damage) => write!(f, "{file} cannot be loaded: {damage}"),
            Failure::Nothing => f.write_str("there is no file to load"),
        }
    }
}

/// Everything that reading changes.
pub struct Loading<'a> {
    pub keys: &'a mut Keyspace,
    pub server: &'a mut Server,
    pub random: &'a mut Random,
    pub now: Time,
}

/// Commands of a transaction whose EXEC has not come yet.
type Queue = Vec<(&'static Entry, Vec<Vec<u8>>)>;

impl Loading<'_> {
    /// As the server does when it starts. Gives notes for the log.
    pub fn start(&mut self) -> Result<Vec<String>, Failure> {
        let result = self.start_from_files();
        if result.is_err() {
            for db in 0..self.keys.dbs.len() {
                self.keys.flush(db);
            }
        }
        self.keys.dirty = 0;
        self.server.persistence.saved_changes = 0;
        self.server.persistence.last_save = self.now;
        result
    }

    fn start_from_files(&mut self) -> Result<Vec<String>, Failure> {
        let mut notes = Vec::new();
        self.read_manifest(&mut notes)?;
        if !self.server.config.persistence.append_only {
            let name = self.server.config.text("dbfilename");
            if self.server.disk.get(&name).is_some() {
                let keys = self.snapshot(&name, false, false)?.keys;
                notes.push(format!("{keys} keys loaded from {name}"));
            }
            return Ok(notes);
        }
        match self.append_only(&mut notes) {
            Ok(()) | Err(Failure::Nothing) => {}
            Err(failure) => return Err(failure),
        }
        self.resume_offset();
        self.server.open_append_only(self.keys, self.now);
        self.server.remove_history();
        Ok(notes)
    }

    // --- Snapshots ------------------------------------------------------------------------------------------------

    /// Adds an RDB file to the databases. With `replace`, its keys win over those that are there.
    pub fn snapshot(
        &mut self,
        name: &str,
        replace: bool,
        keep_expired: bool,
    ) -> Result<rdb::file::Loaded, Failure> {
        let file = self.server.disk.get(name).ok_or(Failure::Nothing)?.clone();
        self.snapshot_bytes(file.bytes(), replace, keep_expired)
            .map_err(|damage| Failure::Snapshot(name.to_string(), damage))
    }

    /// The data of a master, in place of what was here.
    pub fn snapshot_of_master(&mut self, bytes: &[u8]) -> Result<rdb::file::Loaded, Damage> {
        self.snapshot_bytes(bytes, false, true)
    }

    fn snapshot_bytes(
        &mut self,
        bytes: &[u8],
        replace: bool,
        keep_expired: bool,
    ) -> Result<rdb::file::Loaded, Damage> {
        let reading = Reading {
            checksum: self.server.config.persistence.checksum,
            keep_expired,
            replace,
            tally: self.server.config.tally(),
            now: self.now,
        };
        let mut rules = rdb::Rules {
            limits: self.server.config.limits,
            seed: self.keys.hash_seed(),
            random: self.random,
        };
        let loaded = rdb::file::read(bytes, self.keys, &mut rules, &reading)?;
        let persistence = &mut self.server.persistence;
        persistence.keys_loaded = loaded.keys;
        persistence.keys_expired = loaded.expired;
        for code in &loaded.functions {
            if !persistence.functions.contains(code) {
                persistence.functions.push(code.clone());
                persistence.functions_read = true;
            }
        }
        Ok(loaded)
    }

    // --- The append-only file -------------------------------------------------------------------------------------

    /// Adds what the append-only file says to the databases.
    pub fn append_only(&mut self, notes: &mut Vec<String>) -> Result<(), Failure> {
        let manifest = self.server.persistence.aof.manifest.clone();
        if manifest.is_empty() {
            return Err(Failure::Nothing);
        }
        let sizes = self.sizes(&manifest)?;
        let parts: Vec<Part> = manifest.parts().cloned().collect();
        for (index, part) in parts.iter().enumerate() {
            self.part(&part.name, index + 1 == parts.len(), notes)?;
        }
        let aof = &mut self.server.persistence.aof;
        aof.size = sizes.iter().sum();
        aof.base_size = manifest.base.as_ref().map_or(0, |_| sizes[0]);
        Ok(())
    }

    fn read_manifest(&mut self, notes: &mut Vec<String>) -> Result<(), Failure> {
        let path = self.server.manifest_path();
        let mut manifest = match self.server.disk.read(&path) {
            Some(text) => Manifest::parse(text).map_err(Failure::Manifest)?,
            None => Manifest::default(),
        };
        if self.server.config.persistence.append_only {
            self.adopt_single_file(&mut manifest, notes);
        }
        self.server.persistence.aof.manifest = manifest;
        Ok(())
    }

    /// Counting goes on where the last increment ended. Where the server did not close it, its length is the guess.
    fn resume_offset(&mut self) {
        let Some(last) = self.server.persistence.aof.manifest.increments.last() else {
            return;
        };
        let length = self
            .server
            .disk
            .get(&self.server.append_only_path(&last.name));
        let length = length.map_or(0, |file| file.len() as u64);
        let aof = &mut self.server.persistence.aof;
        if let Some(last) = aof.manifest.increments.last_mut() {
            let guess = last.start.map(|start| start.saturating_add(length));
            self.server.replication.offset = last.end.take().or(guess).unwrap_or(0);
        }
    }

    /// Servers before 7.0 had one file and no manifest: it becomes the base.
    fn adopt_single_file(&mut self, manifest: &mut Manifest, notes: &mut Vec<String>) {
        let name = self.server.append_only_name();
        if !manifest.is_empty() || self.server.disk.get(&name).is_none() {
            return;
        }
        manifest.base = Some(Part::new(name.clone(), 1));
        manifest.base_sequence = 1;
        let (to, manifest_path) = (
            self.server.append_only_path(&name),
            self.server.manifest_path(),
        );
        self.server.disk.put(&manifest_path, manifest.to_text());
        self.server.disk.rename(&name, &to);
        notes.push(format!(
            "the old-style AOF file {name} is the base of a new one"
        ));
    }

    fn sizes(&self, manifest: &Manifest) -> Result<Vec<u64>, Failure> {
        let size = |part: &Part| {
            let file = self
                .server
                .disk
                .get(&self.server.append_only_path(&part.name));
            file.map(|file| file.len() as u64)
                .ok_or_else(|| Failure::Missing(part.name.clone()))
        };
        manifest.parts().map(size).collect()
    }

    fn part(&mut self, name: &str, is_last: bool, notes: &mut Vec<String>) -> Result<(), Failure> {
        let path = self.server.append_only_path(name);
        let Some(file) = self.server.disk.get(&path).cloned() else {
            return Err(Failure::Missing(name.to_string()));
        };
        let bytes = file.bytes();
        let mut begin = 0;
        if rdb::file::is_rdb(bytes) {
            begin = self
                .snapshot_bytes(bytes, false, true)
                .map_err(|damage| Failure::Snapshot(name.to_string(), damage))?
                .length;
        }
        let id = self.server.clients.connect_loader(self.now);
        self.server.persistence.loading = Some(self.now);
        let ran = self.commands(id, name, bytes, begin);
        self.server.persistence.loading = None;
        self.server.forget_client(self.keys, id);
        self.forget_what_happened();
        let Some(valid) = ran? else {
            notes.push(format!("loaded {name}"));
            return Ok(());
        };
        if !self.server.config.persistence.load_truncated {
            return Err(Failure::Truncated(name.to_string()));
        }
        self.server.disk.truncate(&path, valid);
        notes.push(format!(
            "!!! Truncating the AOF {name} at offset {valid} !!!"
        ));
        if is_last {
            Ok(())
        } else {
            Err(Failure::TruncatedBeforeOthers(name.to_string()))
        }
    }

    /// Runs the commands from an offset on. If the file is cut off: how much of it is good.
    fn commands(
        &mut self,
        id: ClientId,
        name: &str,
        bytes: &[u8],
        begin: usize,
    ) -> Result<Option<usize>, Failure> {
        let mut at = begin;
        let mut transaction: Option<(usize, Queue)> = None;
        loop {
            let (words, next) = match next_command(&bytes[at..]) {
                Next::Command(words, used) => (words, at + used),
                Next::Note(used) => {
                    at += used;
                    continue;
                }
                // What a transaction has changed counts as nothing before its EXEC.
                Next::End => return Ok(transaction.map(|(before, _)| before)),
                Next::Cut => return Ok(Some(transaction.map_or(at, |(before, _)| before))),
                Next::Bad => return Err(Failure::Format(name.to_string())),
            };
            let entry = self.entry(name, &words)?;
            match (entry.name, &mut transaction) {
                ("multi", None) => transaction = Some((at, Vec::new())),
                ("exec", queued) => {
                    for (entry, words) in queued.take().map(|(_, queue)| queue).unwrap_or_default()
                    {
                        self.run(id, entry, &words);
                    }
                }
                (_, Some((_, queue))) => {
                    queue.push((entry, words.iter().map(|word| word.to_vec()).collect()));
                }
                (_, None) => self.run(id, entry, &words),
            }
            at = next;
        }
    }

    fn entry(&self, file: &str, words: &[&[u8]]) -> Result<&'static Entry, Failure> {
        let unknown = || {
            let name = String::from_utf8_lossy(words[0]).into_owned();
            Failure::UnknownCommand(name, file.to_string())
        };
        let entry = table().resolve(words).map_err(|_| unknown())?;
        if entry.accepts(words.len()) {
            Ok(entry)
        } else {
            Err(Failure::Format(file.to_string()))
        }
    }

    /// What the command answers is of no interest: it succeeded when it was written.
    fn run(&mut self, id: ClientId, entry: &'static Entry, words: &[impl AsRef<[u8]>]) {
        let words: Vec<&[u8]> = words.iter().map(AsRef::as_ref).collect();
        let Some(db) = self.server.clients.get(id).map(|client| client.db) else {
            return;
        };
        self.keys.begin(db, Time(0));
        self.keys.listening = 0;
        self.keys.emit_effects = false;
        let mut context = Context {
            keys: self.keys,
            server: self.server,
            random: self.random,
            now: Time(0),
            id,
            entry,
            words: &words,
            may_block: false,
            resuming: false,
            effects: None,
        };
        let _ = (entry.command.handler)(&mut context, &mut Args::new(&words, entry.name_words()));
    }

    /// Keys count as used now; nobody hears of the changes.
    fn forget_what_happened(&mut self) {
        // What commands made was made at the beginning of time.
        let tally = self.server.config.tally();
        let (loaded, now) = (Access::new(&tally, Time(0)), Access::new(&tally, self.now));
        for db in &mut self.keys.dbs {
            db.keys
                .iter_mut()
                .filter(|(_, object)| object.access == loaded)
                .for_each(|(_, object)| object.access = now);
        }
        self.keys.begin(0, self.now);
        self.keys.facts.clear();
        self.keys.effects.clear();
    }
}

/// What stands next in an append-only file.
enum Next<'a> {
    Command(Vec<&'a [u8]>, usize),
    /// A line that is no command: the time at which the next ones came.
    Note(usize),
    End,
    /// The file ends inside a command.
    Cut,
    Bad,
}

fn next_command(bytes: &[u8]) -> Next<'_> {
    let mut at = 0;
    let Some((line, used)) = line(bytes) else {
        return Next::End;
    };
    match line.first() {
        Some(b'#') => return Next::Note(used),
        Some(b'*') => at += used,
        _ => return Next::Bad,
    }
    let Some(count) = count(line).filter(|count| *count > 0) else {
        return if bytes == b"*" { Next::Cut } else { Next::Bad };
    };
    let mut words = Vec::new();
    for _ in 0..count {
        let Some((line, used)) = self::line(&bytes[at..]) else {
            return Next::Cut;
        };
        if line.first() != Some(&b'$') {
            return Next::Bad;
        }
        at += used;
        let Some(length) = self::count(line) else {
            let is_cut = line == b"$" && at == bytes.len();
            return if is_cut { Next::Cut } else { Next::Bad };
        };
        let Some(word) = bytes[at..].get(..length) else {
            return Next::Cut;
        };
        at += length + 2;
        if at > bytes.len() {
            return Next::Cut;
        }
        words.push(word);
    }
    Next::Command(words, at)
}

/// The next line without its end, and how long it is with it; a last line may have none.
fn line(bytes: &[u8]) -> Option<(&[u8], usize)> {
    // Longer than any header; what a hostile file puts there is not searched to its end.
    const HEADER_MAX: usize = 128;
    if bytes.is_empty() {
        return None;
    }
    let searched = &bytes[..bytes.len().min(HEADER_MAX)];
    let end = searched.iter().position(|byte| *byte == b'\n');
    let used = end.map_or(searched.len(), |end| end + 1);
    Some((bytes[..used].trim_ascii_end(), used))
}

/// The number behind the first byte of a header.
fn count(line: &[u8]) -> Option<usize> {
    number::parse_i64(&line[1..]).and_then(|count| usize::try_from(count).ok())
}
