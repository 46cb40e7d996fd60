//! Values as the bytes of an RDB file, and the frame that DUMP puts around them. RDB version 12.
//!
//! Small encodings are written as they lie in memory, large ones element by element. Reading is in `load.rs`.
//! What a file has beside values (header, databases, deadlines, checksum) is in `file.rs`, encodings of older servers
//! in `ziplist.rs`.

pub mod file;
mod load;
mod stream;
#[cfg(test)]
mod tests;
mod vector_set;
mod ziplist;

pub use load::{LoadError, Reader, Rules};

use crate::crc64::crc64;
use crate::lzf;
use crate::number;
use crate::structures::quicklist::Quicklist;
use crate::value::Value;
use crate::values::hash::Hash;
use crate::values::list::List;
use crate::values::set::Set;
use crate::values::sorted_set::SortedSet;
use crate::values::string::Str;

pub const VERSION: u16 = 12;

/// The byte before a value that says what it is. Numbers that only older servers wrote are read, never written.
pub mod kind {
    pub const STRING: u8 = 0;
    pub const LIST: u8 = 1;
    pub const SET: u8 = 2;
    pub const SORTED_SET_TEXT: u8 = 3;
    pub const HASH: u8 = 4;
    pub const SORTED_SET: u8 = 5;
    pub const MODULE: u8 = 7;
    pub const HASH_ZIPMAP: u8 = 9;
    pub const LIST_ZIPLIST: u8 = 10;
    pub const SET_INTSET: u8 = 11;
    pub const SORTED_SET_ZIPLIST: u8 = 12;
    pub const HASH_ZIPLIST: u8 = 13;
    pub const LIST_QUICKLIST_ZIPLISTS: u8 = 14;
    pub const HASH_LISTPACK: u8 = 16;
    pub const SORTED_SET_LISTPACK: u8 = 17;
    pub const STREAM: u8 = 15;
    pub const LIST_QUICKLIST: u8 = 18;
    pub const STREAM_2: u8 = 19;
    pub const SET_LISTPACK: u8 = 20;
    pub const STREAM_3: u8 = 21;
    pub const HASH_DEADLINES_DRAFT: u8 = 22;
    pub const HASH_LISTPACK_DEADLINES_DRAFT: u8 = 23;
    pub const HASH_DEADLINES: u8 = 24;
    pub const HASH_LISTPACK_DEADLINES: u8 = 25;
}

/// How a node of a quicklist is written.
const NODE_PLAIN: u64 = 1;
const NODE_PACKED: u64 = 2;

/// First byte of a string that is a number or compressed.
const INT8: u8 = 0xC0;
const INT16: u8 = 0xC1;
const INT32: u8 = 0xC2;
const LZF: u8 = 0xC3;

/// A string that short may be written as a number.
const NUMBER_LONGEST: usize = 11;
/// A string must be longer to be compressed.
const COMPRESS_LONGER_THAN: usize = 20;

/// Version and checksum at the end of a DUMP.
const FOOTER: usize = 10;

/// What DUMP answers: the value, the RDB version, a checksum over both.
pub fn dump(value: &Value, compress: bool) -> Vec<u8> {
    let mut writer = Writer {
        out: Vec::new(),
        compress,
    };
    writer.value(value);
    framed(writer.out)
}

fn framed(mut payload: Vec<u8>) -> Vec<u8> {
    payload.extend_from_slice(&VERSION.to_le_bytes());
    let checksum = crc64(&payload);
    payload.extend_from_slice(&checksum.to_le_bytes());
    payload
}

/// What FUNCTION DUMP answers: the code of libraries, framed as a value is.
pub fn dump_functions(codes: &[Vec<u8>], compress: bool) -> Vec<u8> {
    let mut writer = Writer {
        out: Vec::new(),
        compress,
    };
    for code in codes {
        writer.out.push(file::FUNCTION);
        writer.string(code);
    }
    framed(writer.out)
}

/// The value's bytes inside a DUMP; none if version or checksum are wrong.
pub fn open_dump(payload: &[u8]) -> Option<&[u8]> {
    let body = payload.len().checked_sub(FOOTER)?;
    let (checked, checksum) = payload.split_at(payload.len() - 8);
    let version = u16::from_le_bytes(checked[body..].try_into().ok()?);
    (version <= VERSION && crc64(checked).to_le_bytes() == checksum).then_some(&payload[..body])
}

/// Writes what an RDB file is made of.
pub struct Writer {
    pub out: Vec<u8>,
    /// The setting `rdbcompression`.
    pub compress: bool,
}

impl Writer {
    /// A value with the byte that says what it is before it.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                self.out.push(kind::STRING);
                self.text(text);
            }
            Value::List(list) => self.list(list),
            Value::Set(set) => self.set(set),
            Value::SortedSet(set) => self.sorted_set(set),
            Value::Hash(hash) => self.hash(hash),
            Value::Stream(stream) => self.stream(stream),
            Value::VectorSet(set) => self.vector_set(set),
        }
    }

    fn text(&mut self, text: &Str) {
        match text {
            Str::Int(number) if self.small_int(*number) => {}
            Str::Int(number) => self.plain(&number::i64_to_bytes(*number)),
            text => self.string(&text.bytes()),
        }
    }

    fn list(&mut self, list: &List) {
        self.out.push(kind::LIST_QUICKLIST);
        match list {
            List::Listpack(pack) => {
                self.length(1);
                self.length(NODE_PACKED);
                self.string(pack.bytes());
            }
            List::Quicklist(list) => self.quicklist(list),
        }
    }

    fn quicklist(&mut self, list: &Quicklist) {
        // What a node has to save at least to lie compressed in memory.
        const SAVED_MIN: usize = 8;
        self.length(list.node_count() as u64);
        let setting = self.compress;
        for node in list.nodes() {
            self.length(if node.plain { NODE_PLAIN } else { NODE_PACKED });
            // A compressed node is written as it lies in memory, whatever the setting says.
            self.compress = setting
                || node.compressible
                    && lzf::compress_within(node.raw, node.bytes - SAVED_MIN).is_some();
            self.string(node.raw);
        }
        self.compress = setting;
    }

    fn set(&mut self, set: &Set) {
        match set {
            Set::Intset(integers) => {
                self.out.push(kind::SET_INTSET);
                self.string(integers.bytes());
            }
            Set::Listpack(pack) => {
                self.out.push(kind::SET_LISTPACK);
                self.string(pack.bytes());
            }
            Set::Table(table) => {
                self.out.push(kind::SET);
                self.length(table.len() as u64);
                table.keys().for_each(|member| self.string(member));
            }
        }
    }

    fn sorted_set(&mut self, set: &SortedSet) {
        if let Some(pack) = set.listpack() {
            self.out.push(kind::SORTED_SET_LISTPACK);
            self.string(pack.bytes());
            return;
        }
        self.out.push(kind::SORTED_SET);
        self.length(set.len() as u64);
        // From the greatest on: a reader that inserts at the front is the faster for it.
        for (member, score) in set.iter_rev() {
            self.string(&member);
            self.out.extend_from_slice(&score.to_le_bytes());
        }
    }

    fn hash(&mut self, hash: &Hash) {
        let nearest = hash.next_deadline();
        match hash {
            Hash::Listpack(pack) => {
                self.out.push(kind::HASH_LISTPACK);
                self.string(pack.bytes());
            }
            Hash::ListpackEx(pack) => {
                self.out.push(kind::HASH_LISTPACK_DEADLINES);
                self.out
                    .extend_from_slice(&nearest.unwrap_or(0).to_le_bytes());
                self.string(pack.bytes());
            }
            Hash::Table(_) => {
                self.out.push(if nearest.is_some() {
                    kind::HASH_DEADLINES
                } else {
                    kind::HASH
                });
                if let Some(nearest) = nearest {
                    self.out.extend_from_slice(&nearest.to_le_bytes());
                }
                self.length(hash.len() as u64);
                for (field, found) in hash.iter() {
                    if let Some(nearest) = nearest {
                        // Counted from the nearest deadline, plus one: zero is "none".
                        self.length(
                            found
                                .deadline
                                .map_or(0, |deadline| (deadline - nearest + 1) as u64),
                        );
                    }
                    self.string(&field);
                    self.string(&found.value);
                }
            }
        }
    }

    pub fn length(&mut self, length: u64) {
        match length {
            0..0x40 => self.out.push(length as u8),
            0x40..0x4000 => self
                .out
                .extend_from_slice(&(0x4000 | length as u16).to_be_bytes()),
            _ => match u32::try_from(length) {
                Ok(length) => {
                    self.out.push(0x80);
                    self.out.extend_from_slice(&length.to_be_bytes());
                }
                Err(_) => {
                    self.out.push(0x81);
                    self.out.extend_from_slice(&length.to_be_bytes());
                }
            },
        }
    }

    /// Bytes: as a number if they are one, compressed if that is worth it.
    pub fn string(&mut self, bytes: &[u8]) {
        if bytes.len() <= NUMBER_LONGEST
            && let Some(number) = number::parse_i64(bytes)
            && self.small_int(number)
        {
            return;
        }
        if self.compress
            && bytes.len() > COMPRESS_LONGER_THAN
            && let Some(compressed) = lzf::compress(bytes)
        {
            self.out.push(LZF);
            self.length(compressed.len() as u64);
            self.length(bytes.len() as u64);
            self.out.extend_from_slice(&compressed);
            return;
        }
        self.plain(bytes);
    }

    fn plain(&mut self, bytes: &[u8]) {
        self.length(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    /// False if the number needs more than 32 bits.
    fn small_int(&mut self, number: i64) -> bool {
        if let Ok(number) = i8::try_from(number) {
            self.out.extend_from_slice(&[INT8, number as u8]);
        } else if let Ok(number) = i16::try_from(number) {
            self.out.push(INT16);
            self.out.extend_from_slice(&number.to_le_bytes());
        } else if let Ok(number) = i32::try_from(number) {
            self.out.push(INT32);
            self.out.extend_from_slice(&number.to_le_bytes());
        } else {
            return false;
        }
        true
    }
}
