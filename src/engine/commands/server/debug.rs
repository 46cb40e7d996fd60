//! DEBUG: some of its subcommands, for those who look inside. They are words of one command, not entries of the
//! table, as in the server.

use crate::args::Args;
use crate::command::{Command, flag::*};
use crate::context::Context;
use crate::error::Error;
use crate::glob;
use crate::number;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[Command::new("DEBUG", debug)
    .arity(-2)
    .summary("Looks inside the server.")
    .cost("Depends on subcommand.")
    .flags(ADMIN | NOSCRIPT | LOADING | STALE | PROTECTED)];

fn debug(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let subcommand = args.word()?.to_ascii_uppercase();
    match (subcommand.as_slice(), args.left()) {
        (b"HELP", 0) => Ok(Reply::array(HELP.iter().map(|line| Reply::Status(line)))),
        (b"SET-ACTIVE-EXPIRE", 1) => {
            ctx.server.config.active_expire = args.int().unwrap_or(0) != 0;
            Ok(Reply::OK)
        }
        (b"OBJECT", 1 | 2) => object(ctx, args),
        (b"HTSTATS", 1 | 2) => hash_tables(ctx, args),
        (b"STRINGMATCH-LEN", 2) => string_match(args),
        (b"CHANGE-REPL-ID", 0) => {
            ctx.server.change_replication_id(ctx.random);
            Ok(Reply::OK)
        }
        (b"PROTOCOL", 1) => protocol(args),
        (b"ERROR", 1) => Err(Error::Raw(
            String::from_utf8_lossy(args.word()?).into_owned().into(),
        )),
        (b"SLEEP", 1) => not_here("time passes only when you say so, so nobody can sleep"),
        (b"QUICKLIST-PACKED-THRESHOLD", 1) => not_here("this limit is fixed"),
        (
            b"SEGFAULT"
            | b"PANIC"
            | b"RESTART"
            | b"CRASH-AND-RECOVER"
            | b"ASSERT"
            | b"OOM"
            | b"LEAK"
            | b"MALLCTL"
            | b"MALLCTL-STR"
            | b"CLIENT-EVICTION"
            | b"CONFIG-REWRITE-FORCE-ALL"
            | b"MALLOC-STATS",
            _,
        ) => not_here("this server is not a process that could crash or be measured"),
        (
            b"RELOAD"
            | b"LOADAOF"
            | b"CHANGE-RDB-VERSION"
            | b"DICT-RESIZING"
            | b"REPLICATE"
            | b"REPLYBUFFER",
            _,
        ) => not_here("nothing is written to disk, and this switch has no effect"),
        (
            b"DIGEST" | b"DIGEST-VALUE" | b"HTSTATS-KEY" | b"LISTPACK" | b"QUICKLIST" | b"ZIPLIST"
            | b"SDSLEN" | b"STRINGMATCH" | b"POPULATE" | b"JMAP",
            _,
        ) => not_here("this part of DEBUG is missing"),
        _ => {
            let given = String::from_utf8_lossy(ctx.words[1]).into_owned();
            Err(Error::SubcommandSyntax(given, "DEBUG".to_string()))
        }
    }
}

const HELP: &[&str] = &[
    "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "CHANGE-REPL-ID",
    "    Draws a new replication id.",
    "ERROR string",
    "    Answers with this error.",
    "HTSTATS dbid",
    "    Describes the hash tables of a database.",
    "OBJECT key",
    "    Describes a value inside.",
    "PROTOCOL type",
    "    Answers with an example of a protocol type.",
    "SET-ACTIVE-EXPIRE <0|1>",
    "    Lets expired keys be removed before somebody asks for them, or not.",
    "STRINGMATCH-LEN <len> <pattern>",
    "    Matches a long string with a pattern.",
    "HELP",
    "    Lists the subcommands.",
];

fn not_here(why: &str) -> Result<Reply, Error> {
    Err(Error::NotEmulated(why.to_string()))
}

fn object(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let now = ctx.now.millis();
    let object = ctx.keys.peek(key).ok_or(Error::NoSuchKey)?;
    let idle = (now - object.accessed).max(0) / 1000;
    let clock = (object.accessed / 1000) & 0xff_ffff;
    let encoding = object.value.encoding();
    // No address and no serialized length: the value lies nowhere and is not serialized.
    Ok(Reply::StatusText(format!(
        "Value at:0x0 refcount:1 encoding:{encoding} lru:{clock} lru_seconds_idle:{idle}"
    )))
}

fn hash_tables(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let index = args.int()?;
    let db = usize::try_from(index)
        .ok()
        .and_then(|index| ctx.keys.dbs.get(index));
    let db = db.ok_or(Error::err("Out of range database"))?;
    let mut text = "[Dictionary HT]\n".to_string();
    text.push_str(&table_stats(db.keys.table_sizes(), db.keys.table_used()));
    text.push_str("[Expires HT]\n");
    text.push_str(&table_stats(
        db.expires.table_sizes(),
        db.expires.table_used(),
    ));
    Ok(Reply::Verbatim("txt", text))
}

/// Slots and elements of the main table, and of the one it is moved to.
fn table_stats(slots: (usize, usize), elements: (usize, usize)) -> String {
    let tables = [
        (slots.0, elements.0, "main hash table"),
        (slots.1, elements.1, "rehashing target"),
    ];
    let mut text = String::new();
    for (at, (slots, elements, name)) in tables.into_iter().enumerate() {
        if slots > 0 && (elements > 0 || at == 1) {
            text.push_str(&format!("Hash table {at} stats ({name}):\n table size: {slots}\n number of elements: {elements}\n"));
        }
    }
    text
}

fn string_match(args: &mut Args) -> Result<Reply, Error> {
    const LENGTH_AT_MOST: i64 = 1 << 24;
    let length =
        number::parse_i64(args.word()?).filter(|length| (0..=LENGTH_AT_MOST).contains(length));
    let text = vec![b'a'; length.ok_or(Error::NotAnInteger)? as usize];
    Ok(Reply::from(glob::matches(args.word()?, &text, false)))
}

/// The server's example of a double, which is not quite pi.
const EXAMPLE: f64 = 3141.0 / 1000.0;

fn protocol(args: &mut Args) -> Result<Reply, Error> {
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
        b"push" => Reply::Many(vec![
            Reply::bulk("Some real reply following the push reply"),
            Reply::Push(vec![Reply::bulk("server-cpu-usage"), Reply::Int(42)]),
        ]),
        b"attrib" => return not_here("replies have no attributes"),
        _ => {
            return Err(Error::err(
                "Wrong protocol type name. Please use one of the following: \
                 string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
            ));
        }
    })
}
