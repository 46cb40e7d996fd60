//! The first line of a script or library: `#!lua flags=no-writes` or `#!lua name=mylib`. Source: Redis 8.2, `eval.c`,
//! `evalExtractShebangFlags`, and `functions.c`, `functionExtractLibMetaData`.

use crate::command::flag;
use crate::error::Error;
use crate::words;

/// What a script says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    pub no_writes: bool,
    pub allow_oom: bool,
    pub allow_stale: bool,
    pub no_cluster: bool,
    pub allow_cross_slot_keys: bool,
    /// There is no first line: as scripts ran before there were flags.
    pub unflagged: bool,
}

const UNFLAGGED: Flags = Flags {
    no_writes: false,
    allow_oom: false,
    allow_stale: false,
    no_cluster: false,
    allow_cross_slot_keys: false,
    unflagged: true,
};

impl Flags {
    /// Says whether there is a flag of that name.
    pub fn set(&mut self, name: &[u8]) -> bool {
        let flag = match name {
            b"no-writes" => &mut self.no_writes,
            b"allow-oom" => &mut self.allow_oom,
            b"allow-stale" => &mut self.allow_stale,
            b"no-cluster" => &mut self.no_cluster,
            b"allow-cross-slot-keys" => &mut self.allow_cross_slot_keys,
            _ => return false,
        };
        *flag = true;
        true
    }

    /// The flags of a command that runs such a program, instead of its own. Source: Redis 8.2, `script.c`,
    /// `scriptFlagsToCmdFlags`.
    pub fn of_command(&self, own: u32) -> u32 {
        if self.unflagged {
            return own;
        }
        let declared = [
            (!self.no_writes, flag::WRITE),
            (!self.no_writes && !self.allow_oom, flag::DENYOOM),
            (self.allow_stale, flag::STALE),
        ];
        let replaced = flag::WRITE | flag::DENYOOM | flag::STALE | flag::MAY_REPLICATE;
        declared
            .iter()
            .filter(|(set, _)| *set)
            .fold(own & !replaced, |flags, (_, flag)| flags | flag)
    }

    /// Names of those that are set, in Redis' order.
    pub fn names(&self) -> Vec<&'static str> {
        let all = [
            (self.no_writes, "no-writes"),
            (self.allow_oom, "allow-oom"),
            (self.allow_stale, "allow-stale"),
            (self.no_cluster, "no-cluster"),
            (self.allow_cross_slot_keys, "allow-cross-slot-keys"),
        ];
        all.iter()
            .filter(|(set, _)| *set)
            .map(|(_, name)| *name)
            .collect()
    }
}

/// A script's flags, and its code: the first line is cut off, the line break stays so that lines keep their numbers.
pub fn of_script(body: &[u8]) -> Result<(Flags, &[u8]), Error> {
    if !body.starts_with(b"#!") {
        return Ok((UNFLAGGED, body));
    }
    let (line, code) = first_line(body).ok_or(Error::err("Invalid script shebang"))?;
    let parts = words::split(line).unwrap_or_default();
    let Some((engine, options)) = parts.split_first() else {
        return Err(Error::err("Invalid engine in script shebang"));
    };
    if engine != b"#!lua" {
        return Err(about("Unexpected engine in script shebang: ", engine));
    }
    let mut flags = Flags::default();
    for option in options {
        let Some(list) = option.strip_prefix(b"flags=") else {
            return Err(about("Unknown lua shebang option: ", option));
        };
        // An empty list has no names, not one that is empty.
        let names = list
            .split(|byte| *byte == b',')
            .filter(|_| !list.is_empty());
        for name in names {
            if !flags.set(name) {
                return Err(about("Unexpected flag in script shebang: ", name));
            }
        }
    }
    Ok((flags, code))
}

/// What a library's first line says, and its code as `of_script` gives it.
pub struct Header<'a> {
    pub engine: Vec<u8>,
    pub name: Vec<u8>,
    pub code: &'a [u8],
}

pub fn of_library(code: &[u8]) -> Result<Header<'_>, Error> {
    if !code.starts_with(b"#!") {
        return Err(Error::err("Missing library metadata"));
    }
    let invalid = || Error::err("Invalid library metadata");
    let (line, rest) = first_line(code).ok_or_else(invalid)?;
    let parts = words::split(line).map_err(|_| invalid())?;
    let (engine, options) = parts.split_first().ok_or_else(invalid)?;
    let mut found: Option<&[u8]> = None;
    for option in options {
        let Some((head, name)) = option.split_at_checked(5) else {
            return Err(about("Invalid metadata value given: ", option));
        };
        if !head.eq_ignore_ascii_case(b"name=") {
            return Err(about("Invalid metadata value given: ", option));
        }
        if found.replace(name).is_some() {
            return Err(Error::err(
                "Invalid metadata value, name argument was given multiple times",
            ));
        }
    }
    let name = found.ok_or(Error::err("Library name was not given"))?;
    Ok(Header {
        engine: engine[2..].to_vec(),
        name: name.to_vec(),
        code: rest,
    })
}

fn first_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    Some(text.split_at(end))
}

fn about(what: &str, word: &[u8]) -> Error {
    Error::Err(format!("{what}{}", String::from_utf8_lossy(word)).into())
}
