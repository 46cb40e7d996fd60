//! How a command is declared, and the table of all of them.

use std::sync::OnceLock;
use structures::ordered::OrderedMap;

use crate::args::Args;
use crate::commands;
use crate::context::Context;
use crate::error::Error;
use crate::keys;
use crate::reply::Reply;
use crate::structures::order;
use crate::syntax::Syntax;

pub type Handler = fn(&mut Context, &mut Args) -> Result<Reply, Error>;

/// A command as its file declares it: one syntax line, a few facts and a function.
#[derive(Clone, Copy)]
pub struct Command {
    pub syntax: &'static str,
    pub handler: Handler,
    /// One sentence, our own words.
    pub summary: &'static str,
    /// Its cost as documentation states it: `O(1)`.
    pub cost: &'static str,
    pub since: &'static str,
    /// Only the name before subcommands.
    pub container: bool,
    pub flags: u32,
    /// Where the syntax line implies a different number than the server reports.
    pub arity: Option<i32>,
    /// ACL categories beyond those that flags and group imply; the group's own, if the command does not have it.
    pub acl: u32,
    /// Where the syntax line does not say it: how COMMAND describes the keys. See `keys.rs`.
    pub key_specs: Option<&'static [KeySpec]>,
    /// Flags of the keys found from the syntax line (`RO`, `RW`, `ACCESS` …), in their order.
    pub key_flags: &'static [u32],
    /// What is to be said of the first of them.
    pub key_notes: &'static str,
    /// COMMAND's tips, such as `nondeterministic_output`.
    pub tips: &'static [&'static str],
    /// COMMAND DOCS' history: version and what changed.
    pub history: &'static [(&'static str, &'static str)],
    /// Since when not to be used, and what to use instead.
    pub deprecated: Option<(&'static str, &'static str)>,
    /// Of servers among themselves, or for their makers (COMMAND DOCS' `syscmd`).
    pub internal: bool,
}

/// One way to find keys among the words, as COMMAND INFO reports it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeySpec {
    pub flags: u32,
    pub begin: Begin,
    pub find: Find,
    pub notes: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Begin {
    Index(i32),
    Keyword(&'static str, i32),
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Find {
    Range {
        last: i32,
        step: i32,
        limit: i32,
    },
    Count {
        count_at: i32,
        first: i32,
        step: i32,
    },
    Unknown,
}

/// Command flags, named as COMMAND INFO names them.
pub mod flag {
    /// What COMMAND INFO shows of them, in its order; it keeps some to itself.
    pub(crate) const NAMES: &[(u32, &str)] = &[
        (WRITE, "write"),
        (READONLY, "readonly"),
        (DENYOOM, "denyoom"),
        (MODULE, "module"),
        (ADMIN, "admin"),
        (PUBSUB, "pubsub"),
        (NOSCRIPT, "noscript"),
        (BLOCKING, "blocking"),
        (LOADING, "loading"),
        (STALE, "stale"),
        (SKIP_MONITOR, "skip_monitor"),
        (SKIP_SLOWLOG, "skip_slowlog"),
        (ASKING, "asking"),
        (FAST, "fast"),
        (NO_AUTH, "no_auth"),
        (NO_MANDATORY_KEYS, "no_mandatory_keys"),
        (NO_ASYNC_LOADING, "no_async_loading"),
        (NO_MULTI, "no_multi"),
        (MOVABLEKEYS, "movablekeys"),
        (ALLOW_BUSY, "allow_busy"),
    ];

    pub const WRITE: u32 = 1;
    pub const READONLY: u32 = 1 << 1;
    pub const DENYOOM: u32 = 1 << 2;
    pub const MODULE: u32 = 1 << 3;
    pub const ADMIN: u32 = 1 << 4;
    pub const PUBSUB: u32 = 1 << 5;
    pub const NOSCRIPT: u32 = 1 << 6;
    pub const BLOCKING: u32 = 1 << 7;
    pub const LOADING: u32 = 1 << 8;
    pub const STALE: u32 = 1 << 9;
    pub const SKIP_MONITOR: u32 = 1 << 10;
    pub const SKIP_SLOWLOG: u32 = 1 << 11;
    pub const ASKING: u32 = 1 << 12;
    pub const FAST: u32 = 1 << 13;
    pub const NO_AUTH: u32 = 1 << 14;
    pub const MAY_REPLICATE: u32 = 1 << 15;
    pub const NO_MULTI: u32 = 1 << 16;
    pub const MOVABLEKEYS: u32 = 1 << 17;
    pub const ALLOW_BUSY: u32 = 1 << 18;
    pub const NO_ASYNC_LOADING: u32 = 1 << 19;
    pub const NO_MANDATORY_KEYS: u32 = 1 << 20;
    pub const PROTECTED: u32 = 1 << 21;
    pub const TOUCHES_ARBITRARY_KEYS: u32 = 1 << 22;
    pub const SENTINEL: u32 = 1 << 23;
    pub const ONLY_SENTINEL: u32 = 1 << 24;
}

/// What a command does with a key, named as COMMAND INFO names it; used in `Command::key_flags` and `KeySpec::flags`.
pub mod key {
    /// Reads the value and leaves it alone.
    pub const RO: u32 = 1;
    /// Reads and changes the value.
    pub const RW: u32 = 1 << 1;
    /// Overwrites the value.
    pub const OW: u32 = 1 << 2;
    /// Removes the key.
    pub const RM: u32 = 1 << 3;
    /// Returns, copies or uses what is stored in the key.
    pub const ACCESS: u32 = 1 << 4;
    /// Changes what is stored.
    pub const UPDATE: u32 = 1 << 5;
    /// Adds data without reading or changing what is there.
    pub const INSERT: u32 = 1 << 6;
    /// Removes some of what is stored.
    pub const DELETE: u32 = 1 << 7;
    /// Looks like a key, and is none (a channel).
    pub const NOT_KEY: u32 = 1 << 8;
    /// The spec may miss some keys.
    pub const INCOMPLETE: u32 = 1 << 9;
    /// Which of these hold depends on the arguments.
    pub const VARIABLE_FLAGS: u32 = 1 << 10;

    pub(crate) const NAMES: &[(u32, &str)] = &[
        (RO, "RO"),
        (RW, "RW"),
        (OW, "OW"),
        (RM, "RM"),
        (ACCESS, "access"),
        (UPDATE, "update"),
        (INSERT, "insert"),
        (DELETE, "delete"),
        (NOT_KEY, "not_key"),
        (INCOMPLETE, "incomplete"),
        (VARIABLE_FLAGS, "variable_flags"),
    ];
}

/// ACL categories, in the order in which COMMAND INFO lists them.
pub mod acl {
    pub const KEYSPACE: u32 = 1;
    pub const READ: u32 = 1 << 1;
    pub const WRITE: u32 = 1 << 2;
    pub const SET: u32 = 1 << 3;
    pub const SORTEDSET: u32 = 1 << 4;
    pub const LIST: u32 = 1 << 5;
    pub const HASH: u32 = 1 << 6;
    pub const STRING: u32 = 1 << 7;
    pub const BITMAP: u32 = 1 << 8;
    pub const HYPERLOGLOG: u32 = 1 << 9;
    pub const GEO: u32 = 1 << 10;
    pub const STREAM: u32 = 1 << 11;
    pub const PUBSUB: u32 = 1 << 12;
    pub const ADMIN: u32 = 1 << 13;
    pub const FAST: u32 = 1 << 14;
    pub const SLOW: u32 = 1 << 15;
    pub const BLOCKING: u32 = 1 << 16;
    pub const DANGEROUS: u32 = 1 << 17;
    pub const CONNECTION: u32 = 1 << 18;
    pub const TRANSACTION: u32 = 1 << 19;
    pub const SCRIPTING: u32 = 1 << 20;

    pub(crate) const NAMES: &[&str] = &[
        "keyspace",
        "read",
        "write",
        "set",
        "sortedset",
        "list",
        "hash",
        "string",
        "bitmap",
        "hyperloglog",
        "geo",
        "stream",
        "pubsub",
        "admin",
        "fast",
        "slow",
        "blocking",
        "dangerous",
        "connection",
        "transaction",
        "scripting",
    ];

    /// The bit of a category, by name.
    pub(crate) fn find(name: &[u8]) -> Option<u32> {
        NAMES
            .iter()
            .position(|known| name.eq_ignore_ascii_case(known.as_bytes()))
            .map(|at| 1 << at)
    }
}

impl Command {
    pub const fn new(syntax: &'static str, handler: Handler) -> Command {
        Command {
            syntax,
            handler,
            summary: "",
            cost: "O(1)",
            since: "1.0.0",
            container: false,
            flags: 0,
            arity: None,
            acl: 0,
            key_specs: None,
            key_flags: &[],
            key_notes: "",
            tips: &[],
            history: &[],
            deprecated: None,
            internal: false,
        }
    }

    /// A command that is only the name before its subcommands (`CLIENT`).
    pub const fn container(name: &'static str) -> Command {
        let mut command = Command::new(name, missing_subcommand).arity(-2);
        command.container = true;
        command
    }

    pub const fn summary(mut self, summary: &'static str) -> Command {
        self.summary = summary;
        self
    }

    pub const fn cost(mut self, cost: &'static str) -> Command {
        self.cost = cost;
        self
    }

    pub const fn since(mut self, version: &'static str) -> Command {
        self.since = version;
        self
    }

    pub const fn flags(mut self, flags: u32) -> Command {
        self.flags = flags;
        self
    }

    pub const fn arity(mut self, arity: i32) -> Command {
        self.arity = Some(arity);
        self
    }

    pub const fn acl(mut self, categories: u32) -> Command {
        self.acl = categories;
        self
    }

    pub const fn key_specs(mut self, specs: &'static [KeySpec]) -> Command {
        self.key_specs = Some(specs);
        self
    }

    pub const fn key_flags(mut self, flags: &'static [u32]) -> Command {
        self.key_flags = flags;
        self
    }

    pub const fn tips(mut self, tips: &'static [&'static str]) -> Command {
        self.tips = tips;
        self
    }

    pub const fn history(mut self, history: &'static [(&'static str, &'static str)]) -> Command {
        self.history = history;
        self
    }

    pub const fn internal(mut self) -> Command {
        self.internal = true;
        self
    }

    pub const fn key_notes(mut self, notes: &'static str) -> Command {
        self.key_notes = notes;
        self
    }

    pub const fn deprecated(mut self, since: &'static str, instead: &'static str) -> Command {
        self.deprecated = Some((since, instead));
        self
    }
}

fn missing_subcommand(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    unreachable!("the ladder resolves subcommands before it calls a container")
}

/// A declared command with what follows from its declaration.
pub struct Entry {
    pub command: &'static Command,
    /// COMMAND DOCS' group: `sorted-set`.
    pub group: &'static str,
    /// Full name, lower case: `client|kill`; upper case for a module's command.
    pub name: &'static str,
    pub syntax: Syntax,
    words_of_name: usize,
    /// Words including the name; negative means "at least".
    pub arity: i32,
    /// A number of its own, from 0 on without gaps.
    pub index: usize,
    /// Declared flags and what follows from the key specifications.
    pub flags: u32,
    pub key_specs: Vec<KeySpec>,
    /// ACL categories, bits of `acl`.
    pub categories: u32,
    /// By lower-case last part of the name.
    pub subcommands: OrderedMap<&'static str, &'static Entry>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Entry {
    pub fn has(&self, flags: u32) -> bool {
        self.flags & flags != 0
    }

    /// How many words the name takes: 2 for a subcommand.
    pub fn name_words(&self) -> usize {
        self.words_of_name
    }

    /// Whether so many words (name included) may be given.
    pub fn accepts(&self, words: usize) -> bool {
        let words = words as i32;
        if self.arity >= 0 {
            words == self.arity
        } else {
            words >= -self.arity
        }
    }
}

/// All commands.
pub struct Table {
    /// In order of name, subcommands not included.
    entries: Vec<&'static Entry>,
    /// The same for looking one up, which every command begins with: an open hash table, at most half full.
    places: Vec<Option<&'static Entry>>,
}

/// The table is made once a process; entries live as long as it does.
pub fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(Table::new)
}

impl Table {
    fn new() -> Table {
        let declared = commands::GROUPS
            .iter()
            .flat_map(|(group, commands)| commands.iter().map(move |command| (group, command)));
        let (children, mut entries): (Vec<Entry>, Vec<Entry>) = declared
            .enumerate()
            .map(|(index, (group, command))| entry(group, command, index))
            .partition(|entry| entry.name.contains('|'));
        order::sort_by(&mut entries, |a, b| key_of(a).cmp(key_of(b)));
        for pair in entries.windows(2) {
            let name = pair[1].name;
            assert!(pair[0].name != name, "a command is declared twice: {name}");
        }
        for child in children {
            let (parent, last) = child
                .name
                .split_once('|')
                .expect("a child's name has two parts");
            let parent = entries.iter_mut().find(|entry| entry.name == parent);
            let parent = parent.expect("a subcommand's container is declared");
            parent.subcommands.insert(last, Box::leak(Box::new(child)));
        }
        let entries: Vec<&'static Entry> = entries
            .into_iter()
            .map(|entry| &*Box::leak(Box::new(entry)))
            .collect();
        let mut places = vec![None; (2 * entries.len()).next_power_of_two()];
        for &entry in &entries {
            let mut at = place(entry.name.as_bytes(), places.len());
            while places[at].is_some() {
                at = (at + 1) % places.len();
            }
            places[at] = Some(entry);
        }
        Table { entries, places }
    }

    /// A command without regard to its subcommands.
    pub fn find(&self, name: &[u8]) -> Option<&'static Entry> {
        let mut at = place(name, self.places.len());
        // It ends: half of the places are empty.
        while let Some(entry) = self.places[at] {
            if entry.name.as_bytes().eq_ignore_ascii_case(name) {
                return Some(entry);
            }
            at = (at + 1) % self.places.len();
        }
        None
    }

    /// The entry that these words call: a subcommand if the command has any and one is given.
    pub fn resolve(&self, words: &[&[u8]]) -> Result<&'static Entry, Error> {
        let name = words.first().copied().unwrap_or_default();
        let Some(entry) = self.find(name) else {
            return Err(unknown_command(words));
        };
        let Some(given) = words.get(1) else {
            return Ok(entry);
        };
        if entry.subcommands.is_empty() {
            return Ok(entry);
        }
        let lower = given.to_ascii_lowercase();
        let found = std::str::from_utf8(&lower)
            .ok()
            .and_then(|lower| entry.subcommands.get(lower));
        found.copied().ok_or_else(|| {
            let shown = String::from_utf8_lossy(&given[..given.len().min(128)]).into_owned();
            Error::UnknownSubcommand(shown, entry.name.to_ascii_uppercase())
        })
    }

    /// In order of name, each followed by its subcommands.
    pub fn all(&self) -> impl Iterator<Item = &'static Entry> {
        self.iter()
            .flat_map(|entry| std::iter::once(entry).chain(entry.subcommands.values().copied()))
    }

    /// By full name, in any case: `client|kill` too.
    pub fn find_full(&self, name: &[u8]) -> Option<&'static Entry> {
        let lower = String::from_utf8(name.to_ascii_lowercase()).ok()?;
        match lower.split_once('|') {
            None => self.find(name),
            Some((parent, last)) => self.find(parent.as_bytes())?.subcommands.get(last).copied(),
        }
    }

    /// In order of name, subcommands not included.
    pub fn iter(&self) -> impl Iterator<Item = &'static Entry> {
        self.entries.iter().copied()
    }
}

/// Where to look for a name first, in any case. No name that is known is longer than what counts here, so a long
/// one costs no more.
fn place(name: &[u8], places: usize) -> usize {
    const BYTES: usize = 32;
    let step = |hash: u32, byte: &u8| (hash ^ u32::from(byte | 0x20)).wrapping_mul(0x0100_0193);
    let hash = name.iter().take(BYTES).fold(0x811c_9dc5, step);
    (hash ^ hash >> 15) as usize & (places - 1)
}

/// What orders the commands: a module's name is shown in upper case and sorted in lower.
fn key_of(entry: &Entry) -> &str {
    if entry.has(flag::MODULE) {
        &entry.syntax.name
    } else {
        entry.name
    }
}

fn entry(group: &'static str, command: &'static Command, index: usize) -> Entry {
    let syntax = Syntax::parse(command.syntax);
    let mut key_specs = match command.key_specs {
        Some(specs) => specs.to_vec(),
        None => keys::specs(&syntax, command.key_flags),
    };
    if let Some(first) = key_specs.first_mut()
        && !command.key_notes.is_empty()
    {
        first.notes = command.key_notes;
    }
    let movable = if keys::are_movable(&key_specs) {
        flag::MOVABLEKEYS
    } else {
        0
    };
    let of_group = if command.container {
        0
    } else {
        group_category(group)
    };
    Entry {
        flags: command.flags | movable,
        categories: if command.flags & flag::MODULE != 0 {
            0
        } else {
            implied_categories(command.flags, command.acl ^ of_group)
        },
        key_specs,
        command,
        group,
        index,
        name: String::leak(if command.flags & flag::MODULE != 0 {
            syntax.name.to_ascii_uppercase()
        } else {
            syntax.name.clone()
        }),
        words_of_name: 1 + usize::from(syntax.name.contains('|')),
        arity: command.arity.unwrap_or_else(|| syntax.arity()),
        syntax,
        subcommands: OrderedMap::new(),
    }
}

/// The category that all commands of a group have, unless `Command::acl` names it too.
fn group_category(group: &str) -> u32 {
    match group {
        "bitmap" => acl::BITMAP,
        "connection" => acl::CONNECTION,
        "generic" => acl::KEYSPACE,
        "geo" => acl::GEO,
        "hash" => acl::HASH,
        "hyperloglog" => acl::HYPERLOGLOG,
        "list" => acl::LIST,
        "scripting" => acl::SCRIPTING,
        "set" => acl::SET,
        "sorted-set" => acl::SORTEDSET,
        "stream" => acl::STREAM,
        "string" => acl::STRING,
        "transactions" => acl::TRANSACTION,
        _ => 0,
    }
}

/// What flags say about a command's categories.
fn implied_categories(flags: u32, given: u32) -> u32 {
    let implied = [
        (flag::WRITE, acl::WRITE),
        (
            flag::READONLY,
            if given & acl::SCRIPTING == 0 {
                acl::READ
            } else {
                0
            },
        ),
        (flag::ADMIN, acl::ADMIN | acl::DANGEROUS),
        (flag::PUBSUB, acl::PUBSUB),
        (flag::BLOCKING, acl::BLOCKING),
        (flag::FAST, acl::FAST),
    ];
    let mut categories = given;
    for (flag, category) in implied {
        if flags & flag != 0 {
            categories |= category;
        }
    }
    if flags & flag::FAST == 0 {
        categories | acl::SLOW
    } else {
        categories
    }
}

/// The name is cut at 128 bytes, and so is the list of arguments; a word ends at its first zero byte.
fn unknown_command(words: &[&[u8]]) -> Error {
    const ROOM: usize = 128;
    let shown = |word: &[u8], room: usize| {
        let end = word
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(word.len());
        String::from_utf8_lossy(&word[..end.min(room)]).into_owned()
    };
    let mut beginning = String::new();
    for word in words.iter().skip(1) {
        if beginning.len() >= ROOM {
            break;
        }
        beginning.push_str(&format!("'{}' ", shown(word, ROOM - beginning.len())));
    }
    Error::UnknownCommand(
        shown(words.first().copied().unwrap_or_default(), ROOM),
        beginning,
    )
}
