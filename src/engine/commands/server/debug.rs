//! DEBUG: its subcommands are words of one command, not entries of the table, as in the server. What looks inside a
//! value is in `inside.rs`, what changes the server in `switches.rs`.

mod inside;
mod switches;

use crate::aof::load::Loading;
use crate::args::Args;
use crate::command::{Command, flag::*};
use crate::context::Context;
use crate::digest;
use crate::error::Error;
use crate::event::Event;
use crate::exceptions::{self, Exception};
use crate::glob;
use crate::number;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[Command::new("DEBUG", debug)
    .arity(-2)
    .internal()
    .summary("Looks inside the server.")
    .cost("Depends on subcommand.")
    .flags(ADMIN | NOSCRIPT | LOADING | STALE | PROTECTED)];

fn debug(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let subcommand = args.word()?.to_ascii_uppercase();
    match (subcommand.as_slice(), args.left()) {
        (b"HELP", 0) => Ok(Reply::array(HELP.iter().map(|line| Reply::Status(line)))),
        (b"SET-ACTIVE-EXPIRE", 1) => {
            ctx.server.config.active_expire = switches::switch(args)?;
            Ok(Reply::OK)
        }
        (b"PAUSE-CRON", 1) => {
            ctx.server.cron_paused = switches::switch(args)?;
            Ok(Reply::OK)
        }
        (b"OBJECT", 1) => inside::object(ctx, args),
        (b"SDSLEN", 1) => inside::string_lengths(ctx, args),
        (b"LISTPACK", 1) => inside::listpack(ctx, args),
        (b"QUICKLIST", 1 | 2) => inside::quicklist(ctx, args),
        (b"HTSTATS", 1 | 2) => inside::tables_of_database(ctx, args),
        (b"HTSTATS-KEY", 1 | 2) => inside::tables_of_key(ctx, args),
        (b"STRUCTSIZE", 0) => Ok(Reply::bulk(STRUCT_SIZES)),
        (b"POPULATE", 1..=3) => switches::populate(ctx, args),
        (b"QUICKLIST-PACKED-THRESHOLD", 1) => switches::packed_threshold(ctx, args),
        (b"DICT-RESIZING", 1) => switches::dict_resizing(ctx, args),
        (b"REPLICATE", 1..) => switches::replicate(ctx, args),
        (b"REPLYBUFFER", 2) => match switches::reply_buffer(args)? {
            Some(reply) => Ok(reply),
            None => Err(unknown(ctx)),
        },
        (b"LOG", 1) => {
            let text = String::from_utf8_lossy(args.word()?).into_owned();
            ctx.server
                .outbox
                .push(Event::Log(format!("DEBUG LOG: {text}")));
            Ok(Reply::OK)
        }
        (b"STRINGMATCH-TEST", 0) => string_match_test(ctx),
        (b"CHANGE-REPL-ID", 0) => {
            ctx.server.change_replication_id(ctx.random);
            Ok(Reply::OK)
        }
        (b"PROTOCOL", 1) => protocol(ctx, args),
        (b"ERROR", 1) => Err(Error::Raw(
            String::from_utf8_lossy(args.word()?).into_owned().into(),
        )),
        (b"CLIENT-EVICTION", 0)
            if ctx.server.config.get("maxmemory-clients").as_deref() == Some(b"0") =>
        {
            Err(Error::err("maxmemory-clients is disabled."))
        }
        (b"INTERNAL_SECRET", 0) => Err(Error::err("Internal secret is missing")),
        (b"CLUSTERLINK", 3) if ctx.server.cluster.is_none() => Err(Error::err(
            "Debug option only available for cluster mode enabled setup!",
        )),
        (b"REPL-PAUSE", 1)
            if !is_one_of(
                args,
                &[
                    "clear",
                    "after-fork",
                    "before-rdb-channel",
                    "on-streaming-repl-buf",
                ],
            ) =>
        {
            Err(unknown(ctx))
        }
        // Switches for what there is not here: processes, sockets, buffers, statistics of their own, modules.
        (
            b"AOF-FLUSH-SLEEP"
            | b"SET-DISABLE-DENY-SCRIPTS"
            | b"SET-SKIP-CHECKSUM-VALIDATION"
            | b"KEYSIZES-HIST-ASSERT"
            | b"DROP-CLUSTER-PACKET-FILTER"
            | b"REPL-PAUSE",
            1,
        )
        | (b"MARK-INTERNAL-CLIENT", 0 | 1) => Ok(Reply::OK),
        (b"RELOAD", _) => reload(ctx, args),
        (b"LOADAOF", _) => load_append_only(ctx),
        (b"DIGEST", 0) => Ok(Reply::StatusText(digest::of_databases(ctx.keys).to_hex())),
        (b"DIGEST-VALUE", _) => Ok(digest_values(ctx, args)),
        (b"SLEEP", 1) => sleep(ctx, args),
        (word, _) => {
            let refused = exceptions::DEBUG.iter().find(|exception| {
                exception
                    .what
                    .strip_prefix("DEBUG ")
                    .is_some_and(|name| name.as_bytes() == word)
            });
            Err(refused.map_or_else(|| unknown(ctx), Exception::error))
        }
    }
}

fn unknown(ctx: &Context) -> Error {
    let given = String::from_utf8_lossy(ctx.words[1]).into_owned();
    Error::SubcommandSyntax(given, "DEBUG".to_string())
}

fn not_here(why: &str) -> Result<Reply, Error> {
    Err(Error::NotEmulated(why.to_string()))
}

fn is_one_of(args: &Args, names: &[&str]) -> bool {
    args.peek().is_some_and(|word| {
        names
            .iter()
            .any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
    })
}

/// Sizes of the real server's structures.
const STRUCT_SIZES: &str =
    "bits:64 robj:16 dictentry:24 sdshdr5:1 sdshdr8:3 sdshdr16:5 sdshdr32:9 sdshdr64:17 ";

/// Random patterns against random texts: nothing is learned from it but that it ends.
fn string_match_test(ctx: &mut Context) -> Result<Reply, Error> {
    const ROUNDS: usize = 1000;
    let mut draw = |letters: &[u8], count: u64| -> Vec<u8> {
        let length = ctx.random.below(count);
        (0..length)
            .map(|_| letters[ctx.random.below(letters.len() as u64) as usize])
            .collect()
    };
    for _ in 0..ROUNDS {
        let (pattern, text) = (draw(b"ab*?[]^-\\", 8), draw(b"ab-", 8));
        glob::matches(&pattern, &text, false);
    }
    Ok(Reply::Status("Apparently Redis did not crash: test passed"))
}

const HELP: &[&str] = &[
    "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "CHANGE-REPL-ID",
    "    Draws a new replication id.",
    "DICT-RESIZING <0|1>",
    "    Lets the tables of the databases grow and shrink as usual, or only when they must.",
    "DIGEST",
    "    Gives a fingerprint of all databases.",
    "DIGEST-VALUE <key> [<key> ...]",
    "    Gives a fingerprint of each value.",
    "ERROR <string>",
    "    Answers with this error.",
    "HTSTATS <dbid> [full]",
    "    Describes the hash tables of a database.",
    "HTSTATS-KEY <key> [full]",
    "    Describes the hash table inside a value.",
    "LISTPACK <key>",
    "    Writes the listpack inside a value into the log.",
    "LOADAOF",
    "    Empties the databases and reads the append-only file.",
    "LOG <message>",
    "    Writes into the log.",
    "OBJECT <key>",
    "    Describes a value inside.",
    "PAUSE-CRON <0|1>",
    "    Stops what the server does by itself from time to time.",
    "POPULATE <count> [<prefix>] [<size>]",
    "    Makes many keys at once; those that are there stay.",
    "PROTOCOL <type>",
    "    Answers with an example of a protocol type.",
    "QUICKLIST <key> [<0|1>]",
    "    Writes the nodes of a list into the log.",
    "QUICKLIST-PACKED-THRESHOLD <size>",
    "    From this size on an element of a list has a node of its own.",
    "REPLICATE [<target>] <string>",
    "    Sends words to replicas without running them here.",
    "REPLYBUFFER PEAK-RESET-TIME <NEVER|RESET|time>",
    "REPLYBUFFER RESIZING <0|1>",
    "    Taken, and without effect: replies have no buffers of their own here.",
    "SDSLEN <key>",
    "    Lengths and spare bytes of a key and its string.",
    "RELOAD [MERGE] [NOFLUSH] [NOSAVE]",
    "    Saves a snapshot, empties the databases and reads it back.",
    "SLEEP <seconds>",
    "    Counts as a command that takes so long.",
    "SET-ACTIVE-EXPIRE <0|1>",
    "    Lets expired keys be removed before somebody asks for them, or not.",
    "STRINGMATCH-TEST",
    "    Matches random texts with random patterns.",
    "STRUCTSIZE",
    "    Sizes of the real server's structures.",
    "HELP",
    "    Lists the subcommands.",
];

/// The command counts as having taken so long. What time it is then is for whoever drives the engine to say.
fn sleep(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    // What is no number is no time.
    let seconds = number::parse_f64(args.word()?).unwrap_or(0.0);
    const SECONDS_AT_MOST: f64 = 1e6;
    ctx.keys.work += (seconds.clamp(0.0, SECONDS_AT_MOST) * 1e9) as u64;
    Ok(Reply::OK)
}

fn reload(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (mut save, mut flush, mut merge) = (true, true, false);
    for option in args.rest() {
        match option.to_ascii_uppercase().as_slice() {
            b"MERGE" => merge = true,
            b"NOFLUSH" => flush = false,
            b"NOSAVE" => save = false,
            _ => {
                return Err(Error::err(
                    "DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.",
                ));
            }
        }
    }
    if save {
        ctx.server.write_snapshot(ctx.keys, ctx.now);
    }
    if flush {
        empty(ctx);
    }
    let name = ctx.server.config.text("dbfilename");
    loading(ctx)
        .snapshot(&name, merge, false)
        .map_err(|_| Error::err("Error trying to load the RDB dump, check server logs."))?;
    Ok(Reply::OK)
}

fn load_append_only(ctx: &mut Context) -> Result<Reply, Error> {
    empty(ctx);
    let db = ctx.keys.db;
    let result = loading(ctx).append_only(&mut Vec::new());
    ctx.keys.begin(db, ctx.now);
    ctx.server.persistence.saved_changes = ctx.keys.dirty;
    result.map_err(|failure| Error::NotEmulated(format!("the server would end now: {failure}")))?;
    Ok(Reply::OK)
}

/// Without a change that counts or is passed on.
fn empty(ctx: &mut Context) {
    let dirty = ctx.keys.dirty;
    for db in 0..ctx.keys.dbs.len() {
        ctx.keys.flush(db);
    }
    ctx.keys.dirty = dirty;
    ctx.server.persistence.functions.clear();
}

fn loading<'c>(ctx: &'c mut Context) -> Loading<'c> {
    Loading {
        keys: ctx.keys,
        server: ctx.server,
        random: ctx.random,
        now: ctx.now,
    }
}

fn digest_values(ctx: &mut Context, args: &mut Args) -> Reply {
    Reply::array(args.rest().iter().map(|key| {
        let digest = ctx.keys.peek(key).map(digest::of_object);
        Reply::StatusText(digest.unwrap_or_default().to_hex())
    }))
}

/// The server's example of a double, which is not quite pi.
const EXAMPLE: f64 = 3141.0 / 1000.0;

fn protocol(ctx: &Context, args: &mut Args) -> Result<Reply, Error> {
    let numbers = || (0..3).map(Reply::Int).collect::<Vec<Reply>>();
    Ok(match args.word()?.to_ascii_lowercase().as_slice() {
        b"string" => Reply::bulk("Hello World"),
        b"integer" => Reply::Int(12345),
        b"double" => Reply::Double(EXAMPLE),
        b"null" => Reply::Null,
        b"array" => Reply::Array(numbers()),
        b"set" => Reply::Set(numbers()),
        b"map" => Reply::Map(
            (0..3)
                .map(|number| (Reply::Int(number), Reply::Bool(number == 1)))
                .collect(),
        ),
        b"bignum" => Reply::BigNumber("1234567999999999999999999999999999999".to_string()),
        b"true" => Reply::Bool(true),
        b"false" => Reply::Bool(false),
        b"verbatim" => Reply::Verbatim("txt", "This is a verbatim\nstring".to_string()),
        b"push" if !ctx.resp3() => {
            return Err(Error::err("RESP2 is not supported by this command"));
        }
        b"push" => Reply::Many(vec![
            Reply::bulk("Some real reply following the push reply"),
            Reply::Push(vec![Reply::bulk("server-cpu-usage"), Reply::Int(42)]),
        ]),
        b"attrib" if !ctx.resp3() => Reply::bulk("Some real reply following the attribute"),
        b"attrib" => return not_here("replies have no attributes"),
        _ => {
            return Err(Error::err(
                "Wrong protocol type name. Please use one of the following: \
                 string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
            ));
        }
    })
}
