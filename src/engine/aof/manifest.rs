//! The manifest of an append-only file: which files make it up, in which order they are read.
//!
//! One line for each file: `file appendonly.aof.1.incr.aof seq 1 type i startoffset 0`. At most one base (type b), then
//! what was appended since (type i); history (type h) is what a rewrite made superfluous and is about to be removed.
//! Unknown pairs of words are passed over, as a newer server may write them.

use std::fmt;

use crate::number;
use crate::words;

#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub name: String,
    pub sequence: u64,
    /// The replication offset at which this file begins.
    pub start: Option<u64>,
    /// The replication offset at which it was closed.
    pub end: Option<u64>,
}

impl Part {
    pub fn new(name: String, sequence: u64) -> Part {
        Part {
            name,
            sequence,
            start: None,
            end: None,
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Manifest {
    pub base: Option<Part>,
    pub history: Vec<Part>,
    pub increments: Vec<Part>,
    /// The highest numbers given so far.
    pub base_sequence: u64,
    pub increment_sequence: u64,
}

/// Why a manifest cannot be read, with the line (counted from 1) if it is one line's fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Invalid {
    pub line: Option<(usize, String)>,
    pub why: &'static str,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((number, line)) = &self.line {
            write!(f, "line {number} of the AOF manifest, '{line}': ")?;
        }
        f.write_str(self.why)
    }
}

const FORMAT: &str = "Invalid AOF manifest file format";
const LINE_MAX: usize = 1024;

impl Manifest {
    pub fn is_empty(&self) -> bool {
        self.base.is_none() && self.increments.is_empty()
    }

    /// What is read, in order.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.base.iter().chain(&self.increments)
    }

    pub fn parse(text: &[u8]) -> Result<Manifest, Invalid> {
        let whole = |why| Invalid { line: None, why };
        if text.is_empty() {
            return Err(whole("Found an empty AOF manifest"));
        }
        let mut manifest = Manifest::default();
        for (index, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            if line.starts_with(b"#") {
                continue;
            }
            if line.last() != Some(&b'\n') || line.len() >= LINE_MAX {
                return Err(whole("The AOF manifest file contains too long line"));
            }
            manifest.read_line(line).map_err(|why| {
                let shown = String::from_utf8_lossy(line.trim_ascii()).into_owned();
                Invalid {
                    line: Some((index + 1, shown)),
                    why,
                }
            })?;
        }
        Ok(manifest)
    }

    fn read_line(&mut self, line: &[u8]) -> Result<(), &'static str> {
        let words = words::split(line.trim_ascii()).map_err(|_| FORMAT)?;
        if words.len() < 6 || !words.len().is_multiple_of(2) {
            return Err(FORMAT);
        }
        let mut part = Part::new(String::new(), 0);
        let mut kind = None;
        for pair in words.chunks(2) {
            let number =
                || number::parse_i64(&pair[1]).and_then(|number| u64::try_from(number).ok());
            match pair[0].to_ascii_lowercase().as_slice() {
                b"file" if pair[1].contains(&b'/') => {
                    return Err("File can't be a path, just a filename");
                }
                b"file" => part.name = String::from_utf8(pair[1].clone()).map_err(|_| FORMAT)?,
                b"seq" => part.sequence = number().unwrap_or(0),
                b"type" => kind = pair[1].first().copied(),
                b"startoffset" => part.start = number(),
                b"endoffset" => part.end = number(),
                _ => {}
            }
        }
        let kind = kind.filter(|_| !part.name.is_empty() && part.sequence > 0);
        match kind.ok_or(FORMAT)? {
            b'b' if self.base.is_some() => return Err("Found duplicate base file information"),
            b'b' => {
                self.base_sequence = part.sequence;
                self.base = Some(part);
            }
            b'h' => self.history.push(part),
            b'i' if part.sequence <= self.increment_sequence => {
                return Err("Found a non-monotonic sequence number");
            }
            b'i' => {
                self.increment_sequence = part.sequence;
                self.increments.push(part);
            }
            _ => return Err("Unknown AOF file type"),
        }
        Ok(())
    }

    pub fn to_text(&self) -> Vec<u8> {
        let mut text = String::new();
        let mut write = |parts: &mut dyn Iterator<Item = &Part>, kind: char| {
            for part in parts {
                let quoted = words::needs_quotes(part.name.as_bytes());
                let name = if quoted {
                    words::quote(part.name.as_bytes())
                } else {
                    part.name.clone()
                };
                text.push_str(&format!("file {name} seq {} type {kind}", part.sequence));
                if let Some(start) = part.start {
                    text.push_str(&format!(" startoffset {start}"));
                }
                if let Some(end) = part.end {
                    text.push_str(&format!(" endoffset {end}"));
                }
                text.push('\n');
            }
        };
        write(&mut self.base.iter(), 'b');
        write(&mut self.history.iter(), 'h');
        write(&mut self.increments.iter(), 'i');
        text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = b"file appendonly.aof.2.base.rdb seq 2 type b\n\
            file appendonly.aof.1.incr.aof seq 1 type h startoffset 0\n\
            file \"with space.2.incr.aof\" seq 2 type i startoffset 12 endoffset 20\n";
        let manifest = Manifest::parse(text).expect("a manifest");
        assert_eq!(manifest.to_text(), text);
        assert_eq!(
            (manifest.base_sequence, manifest.increment_sequence),
            (2, 2)
        );
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let cases: [(&[u8], Option<usize>, &str); 11] = [
            (b"", None, "Found an empty AOF manifest"),
            (b"hello\n", Some(1), FORMAT),
            (b"# note\nfile a seq\n", Some(2), FORMAT),
            (b"file a seq 0 type i\n", Some(1), FORMAT),
            (b"file a type i note x\n", Some(1), FORMAT),
            (b"file a seq 1 type x\n", Some(1), "Unknown AOF file type"),
            (
                b"file a/b seq 1 type b\n",
                Some(1),
                "File can't be a path, just a filename",
            ),
            (
                b"file a seq 1 type b\nfile b seq 2 type b\n",
                Some(2),
                "Found duplicate base file information",
            ),
            (
                b"file a seq 2 type i\nfile b seq 2 type i\n",
                Some(2),
                "Found a non-monotonic sequence number",
            ),
            (
                b"file a seq 1 type b",
                None,
                "The AOF manifest file contains too long line",
            ),
            (b"\n", Some(1), FORMAT),
        ];
        for (text, line, why) in cases {
            let invalid = Manifest::parse(text).expect_err("not a manifest");
            assert_eq!(
                (invalid.line.map(|(number, _)| number), invalid.why),
                (line, why)
            );
        }
        let unknown = b"file a seq 1 type b colour blue\n";
        assert!(Manifest::parse(unknown).is_ok());
    }
}
