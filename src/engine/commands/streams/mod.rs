//! Commands of the group `stream`. Here: their table, and what the files beside it share.

mod acknowledging;
mod adding;
mod claiming;
mod deleting;
mod groups;
mod info;
mod pending;
mod reading;
mod told;
mod waiting;

use crate::args::Args;
use crate::command::{Begin, Command, Find, KeySpec, flag::*, key};
use crate::commands::help::help;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::structures::listpack::Entry;
use crate::values::stream::{
    ConsumerId, Group, Pending, References, Stream, StreamEntry, StreamId,
};

const READ: u32 = key::RO | key::ACCESS;
const UPDATED: u32 = key::RW | key::UPDATE;
const DELETED: u32 = key::RW | key::DELETE;
const INSERTED: u32 = key::RW | key::INSERT;
/// Keys between STREAMS and their ids.
const AFTER_STREAMS_FROM_1: &[KeySpec] = &[after_streams(1)];
const AFTER_STREAMS_FROM_4: &[KeySpec] = &[after_streams(4)];

const fn after_streams(from: i32) -> KeySpec {
    let find = Find::Range {
        last: -1,
        step: 1,
        limit: 2,
    };
    KeySpec {
        flags: READ,
        begin: Begin::Keyword("STREAMS", from),
        find,
        notes: "",
    }
}

pub(super) const COMMANDS: &[Command] = &[
    Command::new("XACK key group id...", acknowledging::xack)
        .summary("Says that a group is done with entries; they are not pending any more.")
        .cost("O(1) for each id")
        .since("5.0.0")
        .flags(WRITE | FAST)
        .key_flags(&[UPDATED]),
    Command::new(
        "XACKDEL key group [KEEPREF | DELREF | ACKED] IDS (numids:int id...)",
        acknowledging::xackdel,
    )
    .summary("Says that a group is done with entries, and deletes them.")
    .cost("O(1) for each id")
    .since("8.2.0")
    .flags(WRITE | FAST)
    .key_flags(&[UPDATED | key::DELETE]),
    Command::new(
        "XADD key [NOMKSTREAM] [KEEPREF | DELREF | ACKED] \
         [(MAXLEN | MINID) ['=' | '~'] threshold [LIMIT count:int]] ('*' | id) (field value)...",
        adding::xadd,
    )
    .summary("Adds an entry at the end of a stream, which is made if it is not there, and gives the entry's id.")
    .cost("O(1); with trimming O(N), N being the entries removed")
    .since("5.0.0")
    .flags(WRITE | DENYOOM | FAST)
    .key_flags(&[UPDATED])
    .key_notes("UPDATE, not INSERT: entries may be trimmed")
    .tips(&["nondeterministic_output"])
    .history(&[
        ("6.2.0", "The options `NOMKSTREAM`, `MINID` and `LIMIT`."),
        ("7.0.0", "Ids of the form `<ms>-*`."),
        ("8.2.0", "The options `KEEPREF`, `DELREF` and `ACKED`."),
    ]),
    Command::new(
        "XAUTOCLAIM key group consumer min-idle-time start [COUNT count:int] [JUSTID]",
        claiming::xautoclaim,
    )
    .summary("Gives a consumer the pending entries that lay idle for some time, whoever had them.")
    .cost("O(1) if COUNT is small")
    .since("6.2.0")
    .flags(WRITE | FAST)
    .key_flags(&[DELETED])
    .tips(&["nondeterministic_output"])
    .history(&[("7.0.0", "Answers deleted entries, which it takes out of the pending ones.")]),
    Command::new(
        "XCLAIM key group consumer min-idle-time id... [IDLE ms:int] [TIME unix-time-milliseconds:time] \
         [RETRYCOUNT count:int] [FORCE] [JUSTID] [LASTID lastid]",
        claiming::xclaim,
    )
    .summary("Gives a consumer pending entries of another one.")
    .cost("O(log N) for each id, N being the pending entries of the group")
    .since("5.0.0")
    .flags(WRITE | FAST)
    .key_flags(&[UPDATED])
    .tips(&["nondeterministic_output"]),
    Command::new("XDEL key id...", deleting::xdel)
        .summary("Deletes entries, and says how many there were.")
        .cost("O(1) for each id")
        .since("5.0.0")
        .flags(WRITE | FAST)
        .key_flags(&[DELETED]),
    Command::new("XDELEX key [KEEPREF | DELREF | ACKED] IDS (numids:int id...)", deleting::xdelex)
        .summary("Deletes entries with or without what groups know of them, and answers each id.")
        .cost("O(1) for each id")
        .since("8.2.0")
        .flags(WRITE | FAST)
        .key_flags(&[DELETED]),
    Command::container("XGROUP")
        .summary("Commands for consumer groups.")
        .cost("Depends on the subcommand")
        .since("5.0.0"),
    Command::new("XGROUP|CREATE key group (id | '$') [MKSTREAM] [ENTRIESREAD entries-read:int]", groups::create)
        .summary("Makes a consumer group.")
        .since("5.0.0")
        .flags(WRITE | DENYOOM)
        .key_flags(&[INSERTED])
        .history(&[("7.0.0", "The option `ENTRIESREAD`.")]),
    Command::new("XGROUP|CREATECONSUMER key group consumer", groups::create_consumer)
        .summary("Makes a consumer of a group.")
        .since("6.2.0")
        .flags(WRITE | DENYOOM)
        .key_flags(&[INSERTED]),
    Command::new("XGROUP|DELCONSUMER key group consumer", groups::delete_consumer)
        .summary("Removes a consumer with its pending entries, and says how many there were.")
        .since("5.0.0")
        .flags(WRITE)
        .key_flags(&[DELETED]),
    Command::new("XGROUP|DESTROY key group", groups::destroy)
        .summary("Removes a consumer group.")
        .cost("O(N), N being the pending entries")
        .since("5.0.0")
        .flags(WRITE)
        .key_flags(&[DELETED]),
    Command::new("XGROUP|HELP", help).summary("Lists the subcommands.").since("5.0.0").flags(LOADING | STALE),
    Command::new("XGROUP|SETID key group (id | '$') [ENTRIESREAD entriesread:int]", groups::set_id)
        .summary("Says which entry a group was given last.")
        .since("5.0.0")
        .flags(WRITE)
        .key_flags(&[UPDATED])
        .history(&[("7.0.0", "The option `ENTRIESREAD`.")]),
    Command::container("XINFO")
        .summary("Commands that look at streams and their groups.")
        .cost("Depends on the subcommand")
        .since("5.0.0"),
    Command::new("XINFO|CONSUMERS key group", info::consumers)
        .summary("Lists the consumers of a group.")
        .since("5.0.0")
        .flags(READONLY)
        .key_flags(&[READ])
        .tips(&["nondeterministic_output"])
        .history(&[("7.2.0", "The field `inactive`; `idle` counts from the last try to read.")]),
    Command::new("XINFO|GROUPS key", info::groups)
        .summary("Lists the groups of a stream.")
        .since("5.0.0")
        .flags(READONLY)
        .key_flags(&[READ])
        .history(&[("7.0.0", "The fields `entries-read` and `lag`.")]),
    Command::new("XINFO|HELP", help).summary("Lists the subcommands.").since("5.0.0").flags(LOADING | STALE),
    Command::new("XINFO|STREAM key [FULL [COUNT count:int]]", info::stream)
        .summary("Describes a stream.")
        .since("5.0.0")
        .flags(READONLY)
        .key_flags(&[READ])
        .history(&[
            ("6.0.0", "The option `FULL`."),
            (
                "7.0.0",
                "The fields `max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`, `entries-read` and `lag`.",
            ),
            ("7.2.0", "The field `active-time`; `seen-time` is that of the last try to read."),
        ]),
    Command::new("XLEN key", reading::xlen)
        .summary("Gives the number of entries.")
        .since("5.0.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO]),
    Command::new("XPENDING key group [[IDLE min-idle-time:int] start end count:int [consumer]]", pending::xpending)
        .summary("Lists the entries that a group was given and has not acknowledged.")
        .cost("O(N), N being the entries listed; O(M) for the summary, M being the consumers")
        .since("5.0.0")
        .flags(READONLY)
        .key_flags(&[READ])
        .tips(&["nondeterministic_output"])
        .history(&[("6.2.0", "The option `IDLE`, and ranges that exclude their ends.")]),
    Command::new("XRANGE key start end [COUNT count:int]", reading::xrange)
        .summary("Gives the entries between two ids, both included.")
        .cost("O(N), N being the entries given; O(1) if COUNT is small")
        .since("5.0.0")
        .flags(READONLY)
        .key_flags(&[READ])
        .history(&[("6.2.0", "Ranges that exclude their ends.")]),
    Command::new("XREAD [COUNT count:int] [BLOCK milliseconds:int] STREAMS (key... id...)", waiting::xread)
        .summary("Gives the entries of several streams that come after given ids, and can wait for them.")
        .cost("")
        .since("5.0.0")
        .flags(BLOCKING | READONLY | MOVABLEKEYS)
        .key_specs(AFTER_STREAMS_FROM_1),
    Command::new(
        "XREADGROUP GROUP (group consumer) [COUNT count:int] [BLOCK milliseconds:int] [NOACK] \
         STREAMS (key... id...)",
        waiting::xreadgroup,
    )
    .summary("Gives a consumer entries that its group has not had yet, or those that it has not acknowledged.")
    .cost("O(M) for each stream, M being the entries given")
    .since("5.0.0")
    .flags(BLOCKING | WRITE | MOVABLEKEYS)
    .key_specs(AFTER_STREAMS_FROM_4),
    Command::new("XREVRANGE key end start [COUNT count:int]", reading::xrevrange)
        .summary("Gives the entries between two ids, the last first.")
        .cost("O(N), N being the entries given; O(1) if COUNT is small")
        .since("5.0.0")
        .flags(READONLY)
        .key_flags(&[READ])
        .history(&[("6.2.0", "Ranges that exclude their ends.")]),
    Command::new("XSETID key last-id [ENTRIESADDED entries-added:int] [MAXDELETEDID max-deleted-id]", adding::xsetid)
        .summary("Sets what a stream keeps beside its entries; for replicas and the append-only file.")
        .since("5.0.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[UPDATED])
        .history(&[("7.0.0", "The options `ENTRIESADDED` and `MAXDELETEDID`.")]),
    Command::new(
        "XTRIM key ((MAXLEN | MINID) ['=' | '~'] threshold [LIMIT count:int] [KEEPREF | DELREF | ACKED])",
        adding::xtrim,
    )
    .summary("Removes entries from the beginning of a stream.")
    .cost("O(N), N being the entries removed")
    .since("5.0.0")
    .flags(WRITE)
    .key_flags(&[DELETED])
    .tips(&["nondeterministic_output"])
    .history(&[
        ("6.2.0", "The options `MINID` and `LIMIT`."),
        ("8.2.0", "The options `KEEPREF`, `DELREF` and `ACKED`."),
    ]),
];

const INVALID_ID: Error = Error::err("Invalid stream ID specified as stream command argument");

/// An id in digits, with zero for a second part that is not there.
fn id(word: &[u8]) -> Result<StreamId, Error> {
    StreamId::parse(word, 0).ok_or(INVALID_ID)
}

/// An id in digits, or `-` or `+`.
fn id_or_end(word: &[u8], missing: u64) -> Result<StreamId, Error> {
    match word {
        b"-" => Ok(StreamId::MIN),
        b"+" => Ok(StreamId::MAX),
        _ => StreamId::parse(word, missing).ok_or(INVALID_ID),
    }
}

fn ids(words: &[&[u8]]) -> Result<Vec<StreamId>, Error> {
    words.iter().map(|word| id(word)).collect()
}

/// The first id of a range; `(` excludes the one that is given.
fn range_start(word: &[u8]) -> Result<StreamId, Error> {
    match word {
        [b'(', word @ ..] if !word.is_empty() => id(word)?
            .next()
            .ok_or(Error::err("invalid start ID for the interval")),
        word => id_or_end(word, 0),
    }
}

/// The last id of a range. Without a second part it means all ids of its millisecond.
fn range_end(word: &[u8]) -> Result<StreamId, Error> {
    match word {
        [b'(', word @ ..] if !word.is_empty() => StreamId::parse(word, u64::MAX)
            .ok_or(INVALID_ID)?
            .previous()
            .ok_or(Error::err("invalid end ID for the interval")),
        word => id_or_end(word, u64::MAX),
    }
}

fn id_reply(id: StreamId) -> Reply {
    Reply::Bulk(id.to_text())
}

fn entry_reply(entry: StreamEntry) -> Reply {
    let text = |text: Entry| Reply::Bulk(text.to_bytes().into_owned());
    let mut fields = Vec::with_capacity(2 * entry.fields);
    for (name, value) in entry.pairs() {
        fields.push(text(name));
        fields.push(text(value));
    }
    Reply::Array(vec![id_reply(entry.id), Reply::Array(fields)])
}

/// `No such key … or consumer group …`, as most commands say it.
fn no_group(key: &[u8], group: &[u8]) -> Error {
    let (key, group) = (String::from_utf8_lossy(key), String::from_utf8_lossy(group));
    Error::Raw(format!("NOGROUP No such key '{key}' or consumer group '{group}'").into())
}

/// A group for a command that begins as if it only read: hits and misses count.
fn read_group<'a>(
    ctx: &'a mut Context,
    key: &[u8],
    name: &[u8],
) -> Result<Option<&'a Group>, Error> {
    let stream = ctx.keys.get::<Stream>(key)?;
    Ok(stream.and_then(|stream| stream.group(name)))
}

/// The consumer of this name, made if it is not there. Says whether it was made; `groups::consumer_made` tells others.
fn consumer_or_new(group: &mut Group, name: &[u8], now: i64) -> (ConsumerId, bool) {
    let found = group.find(name);
    let id = found.unwrap_or_else(|| group.add_consumer(name, now));
    (id, found.is_none())
}

/// Milliseconds since then.
fn elapsed(since: i64, now: i64) -> i64 {
    now.saturating_sub(since).max(0)
}

/// Words that replicas and the append-only file get instead of a command that reads or claims for a group.
struct Effects<'a> {
    key: &'a [u8],
    group: &'a [u8],
    /// Nobody may want them: then nothing is collected.
    wanted: bool,
    list: Vec<Vec<Vec<u8>>>,
}

impl<'a> Effects<'a> {
    fn new(ctx: &Context, key: &'a [u8], group: &'a [u8]) -> Effects<'a> {
        Effects {
            key,
            group,
            wanted: ctx.server.wants_effects(),
            list: Vec::new(),
        }
    }

    /// `XCLAIM … TIME … RETRYCOUNT … FORCE JUSTID LASTID …`: who has an entry now, and how often it was delivered.
    fn claim(&mut self, group: &Group, id: StreamId, pending: &Pending) {
        if !self.wanted {
            return;
        }
        let delivered = number::i64_to_bytes(pending.delivered);
        let count = number::i64_to_bytes(pending.count as i64);
        let (id, last_id) = (id.to_text(), group.last_id.to_text());
        self.push(&[
            b"XCLAIM",
            self.key,
            self.group,
            &group.consumer(pending.owner).name,
            b"0",
            &id,
            b"TIME",
            &delivered,
            b"RETRYCOUNT",
            &count,
            b"FORCE",
            b"JUSTID",
            b"LASTID",
            &last_id,
        ]);
    }

    /// How far the group has read.
    fn set_id(&mut self, group: &Group) {
        if self.wanted {
            let (last_id, read) = (
                group.last_id.to_text(),
                number::i64_to_bytes(group.entries_read),
            );
            let (key, name) = (self.key, self.group);
            self.push(&[
                b"XGROUP",
                b"SETID",
                key,
                name,
                &last_id,
                b"ENTRIESREAD",
                &read,
            ]);
        }
    }

    fn create_consumer(&mut self, name: &[u8]) {
        if self.wanted {
            self.push(&[b"XGROUP", b"CREATECONSUMER", self.key, self.group, name]);
        }
    }

    fn push(&mut self, words: &[&[u8]]) {
        self.list
            .push(words.iter().map(|word| word.to_vec()).collect());
    }

    /// They stand for the command, even if there are none.
    fn replicate(self, ctx: &mut Context) {
        ctx.effects.get_or_insert_default().extend(self.list);
    }
}

/// How groups are treated that know a deleted entry, if the next word says it.
fn references(args: &mut Args) -> Option<References> {
    if args.token("KEEPREF") {
        Some(References::Keep)
    } else if args.token("DELREF") {
        Some(References::Delete)
    } else if args.token("ACKED") {
        Some(References::Acked)
    } else {
        None
    }
}
