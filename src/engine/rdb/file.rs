//! A whole RDB file: header, notes about its origin, functions, databases with keys and deadlines, checksum.
//!
//! A file comes from anywhere, so reading trusts nothing: every length is checked against the bytes that are there,
//! and whatever is wrong is an error that says where. Values themselves are `load.rs`'s business; functions are kept
//! as the bytes they are.

#[cfg(test)]
mod tests;

use std::fmt;

use super::{Reader, Rules, VERSION, Writer};
use crate::access::{Access, Frequency, Tally};
use crate::config::Config;
use crate::crc64::crc64;
use crate::keyspace::{Keyspace, Object};
use crate::number;
use crate::server;
use crate::time::Time;

/// Announces a library of functions.
pub(crate) const FUNCTION: u8 = opcode::FUNCTION;

/// Bytes that announce something other than a key.
mod opcode {
    pub const SLOT_INFO: u8 = 244;
    pub const FUNCTION: u8 = 245;
    pub const FUNCTION_DRAFT: u8 = 246;
    pub const MODULE_AUX: u8 = 247;
    pub const IDLE: u8 = 248;
    pub const FREQUENCY: u8 = 249;
    pub const AUX: u8 = 250;
    pub const RESIZE_DB: u8 = 251;
    pub const DEADLINE_MILLIS: u8 = 252;
    pub const DEADLINE_SECS: u8 = 253;
    pub const SELECT_DB: u8 = 254;
    pub const END: u8 = 255;
}

const MAGIC: &[u8] = b"REDIS";
/// The first version that ends with a checksum.
const CHECKSUM_SINCE: u32 = 5;

/// How a file is written.
#[derive(Debug, Clone)]
pub struct Writing<'a> {
    pub compress: bool,
    pub checksum: bool,
    /// What keys note of their use.
    pub kept: Kept,
    /// The file is the base of an append-only file.
    pub aof_base: bool,
    pub used_memory: u64,
    /// Where in a history of replication the data stands.
    pub origin: Option<Origin>,
    pub functions: &'a [Vec<u8>],
    pub now: Time,
}

/// A place in the stream that replicas receive.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    pub history: String,
    pub offset: u64,
    /// The database that the stream speaks of.
    pub db: usize,
}

/// What a file keeps of how keys were used: what the policy of eviction looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kept {
    Nothing,
    IdleSeconds,
    Counter(Frequency),
}

impl Kept {
    pub fn of(config: &Config) -> Kept {
        match config.tally() {
            Tally::Frequency(frequency) => Kept::Counter(frequency),
            Tally::Recency if config.maxmemory_policy.name().ends_with("-lru") => Kept::IdleSeconds,
            Tally::Recency => Kept::Nothing,
        }
    }
}

/// The databases as a file.
pub fn write(keys: &Keyspace, writing: &Writing) -> Vec<u8> {
    let mut writer = Writer {
        out: format!("REDIS{VERSION:04}").into_bytes(),
        compress: writing.compress,
    };
    writer.aux(b"redis-ver", server::VERSION.as_bytes());
    writer.aux(b"redis-bits", b"64");
    writer.aux(b"ctime", writing.now.secs().to_string().as_bytes());
    writer.aux(b"used-mem", writing.used_memory.to_string().as_bytes());
    if let Some(origin) = &writing.origin {
        writer.aux(b"repl-stream-db", origin.db.to_string().as_bytes());
        writer.aux(b"repl-id", origin.history.as_bytes());
        writer.aux(b"repl-offset", origin.offset.to_string().as_bytes());
    }
    writer.aux(b"aof-base", if writing.aof_base { b"1" } else { b"0" });
    for code in writing.functions {
        writer.out.push(opcode::FUNCTION);
        writer.string(code);
    }
    for (index, db) in keys.dbs.iter().enumerate() {
        if db.keys.is_empty() {
            continue;
        }
        writer.out.push(opcode::SELECT_DB);
        writer.length(index as u64);
        writer.out.push(opcode::RESIZE_DB);
        writer.length(db.keys.len() as u64);
        writer.length(db.expires.len() as u64);
        for (key, object) in db.keys.iter() {
            writer.key(key, object, writing);
        }
    }
    writer.out.push(opcode::END);
    let checksum = if writing.checksum {
        crc64(&writer.out)
    } else {
        0
    };
    writer.out.extend_from_slice(&checksum.to_le_bytes());
    writer.out
}

impl Writer {
    fn aux(&mut self, name: &[u8], value: &[u8]) {
        self.out.push(opcode::AUX);
        self.string(name);
        self.string(value);
    }

    fn key(&mut self, key: &[u8], object: &Object, writing: &Writing) {
        if object.has_deadline() {
            self.out.push(opcode::DEADLINE_MILLIS);
            self.out.extend_from_slice(&object.deadline.to_le_bytes());
        }
        match writing.kept {
            Kept::Nothing => {}
            Kept::IdleSeconds => {
                self.out.push(opcode::IDLE);
                self.length(u64::from(object.access.idle_seconds(writing.now)));
            }
            Kept::Counter(frequency) => {
                let counter = object.access.counter(&frequency, writing.now);
                self.out.extend_from_slice(&[opcode::FREQUENCY, counter]);
            }
        }
        // The type comes before the key, the value after it.
        let start = self.out.len();
        self.value(&object.value);
        let value = self.out.split_off(start + 1);
        self.string(key);
        self.out.extend_from_slice(&value);
    }
}

/// How a file is read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    pub checksum: bool,
    /// Keys past their deadline are kept: commands that follow in an append-only file may need them.
    pub keep_expired: bool,
    /// A key that is there already is replaced; otherwise it is an error.
    pub replace: bool,
    /// How accesses are noted from now on.
    pub tally: Tally,
    pub now: Time,
}

/// What was read, beside the keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loaded {
    pub keys: u64,
    pub expired: u64,
    /// The code of each library of functions.
    pub functions: Vec<Vec<u8>>,
    /// How long the file is; an append-only file goes on behind it.
    pub length: usize,
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub enum Damage {
    /// It does not begin with `REDIS` and four digits.
    NotRdb,
    Version(u32),
    /// It ends too early, or a byte cannot be what it is: where.
    At(usize),
    /// What is there is of a kind that this server does not have: where, and what it is.
    Foreign(usize, String),
    /// A database beyond those that are configured.
    Database(u64),
    Duplicate(Vec<u8>),
    Checksum {
        expected: u64,
        found: u64,
    },
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::NotRdb => f.write_str("it does not begin as an RDB file does"),
            Damage::Version(version) => {
                write!(f, "RDB version {version} is newer than {VERSION}")
            }
            Damage::At(byte) => write!(f, "it is damaged or cut off at byte {byte}"),
            Damage::Foreign(byte, what) => write!(f, "at byte {byte} there is {what}"),
            Damage::Database(index) => write!(f, "it has a database {index}"),
            Damage::Duplicate(key) => {
                write!(f, "the key '{}' comes twice", String::from_utf8_lossy(key))
            }
            Damage::Checksum { expected, found } => {
                write!(f, "its checksum is {found:016x}, not {expected:016x}")
            }
        }
    }
}

/// Whether bytes begin as an RDB file does.
pub fn is_rdb(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// When the file was written, in seconds since 1970, if it says so at its beginning.
pub fn written_secs(bytes: &[u8]) -> Option<i64> {
    let mut reader = Reader::new(bytes.strip_prefix(MAGIC)?.get(4..)?);
    while reader.byte() == Ok(opcode::AUX) {
        let (name, value) = (reader.string().ok()?, reader.string().ok()?);
        if name == b"ctime" {
            return number::parse_i64(&value);
        }
    }
    None
}

/// Adds the keys of a file to the databases. After an error some of them are there.
pub fn read(
    bytes: &[u8],
    keys: &mut Keyspace,
    rules: &mut Rules,
    reading: &Reading,
) -> Result<Loaded, Damage> {
    let version = bytes
        .strip_prefix(MAGIC)
        .and_then(|rest| rest.first_chunk::<4>())
        .and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u32>().ok())
        .ok_or(Damage::NotRdb)?;
    if version < 1 || version > u32::from(VERSION) {
        return Err(Damage::Version(version));
    }
    let header = MAGIC.len() + 4;
    let mut file = File {
        reader: Reader::new(&bytes[header..]),
        total: bytes.len(),
        db: 0,
        keys,
        reading,
        loaded: Loaded::default(),
    };
    file.records(rules)?;
    let body = bytes.len() - file.reader.left();
    if version >= CHECKSUM_SINCE {
        let found = file.int64()? as u64;
        let expected = crc64(&bytes[..body]);
        // Zero says that the writer did not count.
        if reading.checksum && found != 0 && found != expected {
            return Err(Damage::Checksum { expected, found });
        }
    }
    file.loaded.length = bytes.len() - file.reader.left();
    Ok(file.loaded)
}

/// Where reading stands.
struct File<'a, 'k> {
    reader: Reader<'a>,
    total: usize,
    db: usize,
    keys: &'k mut Keyspace,
    reading: &'k Reading,
    loaded: Loaded,
}

/// What stands before a key and is about it.
#[derive(Default)]
struct Before {
    deadline: Option<i64>,
    idle_seconds: Option<u64>,
    counter: Option<u8>,
}

impl<'a> File<'a, '_> {
    fn records(&mut self, rules: &mut Rules) -> Result<(), Damage> {
        let mut before = Before::default();
        loop {
            let at = self.at();
            let mark = self.byte()?;
            match mark {
                opcode::END => return Ok(()),
                opcode::DEADLINE_MILLIS => before.deadline = Some(self.int64()?),
                opcode::DEADLINE_SECS => {
                    let bytes = self.checked(|reader| reader.take(4))?;
                    let seconds = i32::from_le_bytes(bytes.try_into().expect("four were taken"));
                    before.deadline = Some(i64::from(seconds) * 1000);
                }
                opcode::IDLE => before.idle_seconds = Some(self.length()?),
                opcode::FREQUENCY => before.counter = Some(self.byte()?),
                opcode::SELECT_DB => {
                    let index = self.length()?;
                    let known = usize::try_from(index).ok();
                    self.db = known
                        .filter(|db| *db < self.keys.dbs.len())
                        .ok_or(Damage::Database(index))?;
                }
                // Sizes are hints; a wrong one must not reserve anything.
                opcode::RESIZE_DB => _ = (self.length()?, self.length()?),
                opcode::SLOT_INFO => _ = (self.length()?, self.length()?, self.length()?),
                opcode::AUX => _ = (self.string()?, self.string()?),
                opcode::FUNCTION => {
                    let code = self.string()?;
                    self.loaded.functions.push(code);
                }
                opcode::FUNCTION_DRAFT => {
                    let what = "a function in the format of a release candidate";
                    return Err(Damage::Foreign(at, what.to_string()));
                }
                opcode::MODULE_AUX => {
                    let name = module_name(self.length()?);
                    return Err(Damage::Foreign(at, format!("data of the module '{name}'")));
                }
                kind => self.key(kind, std::mem::take(&mut before), rules)?,
            }
        }
    }

    /// The key and its value; the type's byte was read.
    fn key(&mut self, kind: u8, before: Before, rules: &mut Rules) -> Result<(), Damage> {
        let key = self.string()?;
        let at = self.at();
        self.reader.empty = false;
        let value = match self.reader.value_of(kind, rules) {
            Ok(value) => value,
            // A collection without elements is what a defect of an old server left: it is no key.
            Err(_) if self.reader.empty => return Ok(()),
            Err(_) => return Err(Damage::At(at)),
        };
        let now = self.reading.now.millis();
        if !self.reading.keep_expired && before.deadline.is_some_and(|deadline| deadline < now) {
            self.loaded.expired += 1;
            return Ok(());
        }
        if self.keys.dbs[self.db].keys.contains(&key) && !self.reading.replace {
            return Err(Damage::Duplicate(key));
        }
        let now = self.reading.now;
        let access = match (before.counter, before.idle_seconds, &self.reading.tally) {
            (Some(counter), _, Tally::Frequency(_)) => Access::counted(now, counter),
            (_, Some(seconds), Tally::Recency) => {
                Access::idle(now, i64::try_from(seconds).unwrap_or(i64::MAX))
            }
            (_, _, tally) => Access::new(tally, now),
        };
        let deadline = before.deadline.unwrap_or(Object::NEVER);
        let object = Object::new(value, deadline, access);
        self.keys.load(self.db, &key, object);
        self.loaded.keys += 1;
        Ok(())
    }

    fn at(&self) -> usize {
        self.total - self.reader.left()
    }

    fn checked<T>(
        &mut self,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, super::LoadError>,
    ) -> Result<T, Damage> {
        let at = self.at();
        read(&mut self.reader).map_err(|_| Damage::At(at))
    }

    fn byte(&mut self) -> Result<u8, Damage> {
        self.checked(Reader::byte)
    }

    fn int64(&mut self) -> Result<i64, Damage> {
        self.checked(Reader::int64)
    }

    fn length(&mut self) -> Result<u64, Damage> {
        self.checked(Reader::length)
    }

    fn string(&mut self) -> Result<Vec<u8>, Damage> {
        self.checked(Reader::string)
    }
}

/// Nine characters of six bits each, above ten bits of version.
fn module_name(id: u64) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    (0..9)
        .rev()
        .map(|place| char::from(LETTERS[(id >> (10 + 6 * place) & 63) as usize]))
        .collect()
}
