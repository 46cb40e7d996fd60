//! Replies as Lua values, and Lua values as replies. Source: Redis 8.2, `script_lua.c`, `redisProtocolToLuaType` and
//! `luaReplyToRedisReply`.

use lua::{TableRef, Value, Vm};

use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::resp::Protocol;

/// A reply as the script sees it, in the protocol that it chose.
pub fn to_lua(vm: &mut Vm, reply: &Reply, protocol: Protocol) -> Result<Value, lua::Error> {
    let resp3 = protocol == Protocol::Resp3;
    Ok(match reply {
        Reply::Status(text) => field(vm, b"ok", text.as_bytes())?,
        Reply::StatusText(text) => field(vm, b"ok", text.as_bytes())?,
        Reply::Error(error) => counted_error(vm, &error.to_string())?,
        Reply::Int(number) => Value::Number(*number as f64),
        Reply::Bulk(bytes) => Value::String(vm.string(bytes)?),
        Reply::Null | Reply::NullArray if resp3 => Value::Nil,
        Reply::Null | Reply::NullArray => Value::Boolean(false),
        Reply::Array(items) | Reply::Push(items) => array(vm, items, protocol)?,
        Reply::Bulks(elements) => {
            let table = vm.table(elements.len(), 0)?;
            for (at, element) in elements.iter().enumerate() {
                let element = Value::String(vm.string(element)?);
                vm.raw_set_index(table, at + 1, element)?;
            }
            Value::Table(table)
        }
        Reply::Map(pairs) if resp3 => {
            let map = vm.table(0, pairs.len())?;
            for (key, value) in pairs {
                let (key, value) = (to_lua(vm, key, protocol)?, to_lua(vm, value, protocol)?);
                vm.raw_set(map, key, value)?;
            }
            wrapped(vm, b"map", Value::Table(map))?
        }
        Reply::Set(items) if resp3 => {
            let set = vm.table(0, items.len())?;
            for item in items {
                let item = to_lua(vm, item, protocol)?;
                vm.raw_set(set, item, Value::Boolean(true))?;
            }
            wrapped(vm, b"set", Value::Table(set))?
        }
        Reply::Set(items) => array(vm, items, protocol)?,
        Reply::Pairs(pairs) if resp3 => {
            let table = vm.table(pairs.len(), 0)?;
            for (at, (first, second)) in pairs.iter().enumerate() {
                let pair = vm.table(2, 0)?;
                let (first, second) = (to_lua(vm, first, protocol)?, to_lua(vm, second, protocol)?);
                vm.raw_set_index(pair, 1, first)?;
                vm.raw_set_index(pair, 2, second)?;
                vm.raw_set_index(table, at + 1, Value::Table(pair))?;
            }
            Value::Table(table)
        }
        Reply::Map(pairs) | Reply::Pairs(pairs) => {
            let table = vm.table(2 * pairs.len(), 0)?;
            let flat = pairs.iter().flat_map(|(first, second)| [first, second]);
            for (at, item) in flat.enumerate() {
                let item = to_lua(vm, item, protocol)?;
                vm.raw_set_index(table, at + 1, item)?;
            }
            Value::Table(table)
        }
        Reply::Double(number) if resp3 => wrapped(vm, b"double", Value::Number(*number))?,
        Reply::Double(number) => text(vm, &number::format_f64(*number))?,
        Reply::Bool(yes) if resp3 => Value::Boolean(*yes),
        Reply::Bool(yes) => Value::Number(f64::from(u8::from(*yes))),
        Reply::Verbatim(format, content) if resp3 => {
            let table = vm.table(0, 2)?;
            let (format, content) = (text(vm, format)?, text(vm, content)?);
            vm.raw_set_text(table, b"format", format)?;
            vm.raw_set_text(table, b"string", content)?;
            wrapped(vm, b"verbatim_string", Value::Table(table))?
        }
        Reply::Verbatim(_, content) => text(vm, content)?,
        Reply::BigNumber(digits) if resp3 => {
            let digits = text(vm, digits)?;
            wrapped(vm, b"big_number", digits)?
        }
        Reply::BigNumber(digits) => text(vm, digits)?,
        Reply::Many(replies) => match replies.first() {
            Some(reply) => to_lua(vm, reply, protocol)?,
            None => Value::Nil,
        },
        Reply::Nothing | Reply::Later => Value::Nil,
    })
}

fn array(vm: &mut Vm, items: &[Reply], protocol: Protocol) -> Result<Value, lua::Error> {
    let table = vm.table(items.len(), 0)?;
    for (at, item) in items.iter().enumerate() {
        let item = to_lua(vm, item, protocol)?;
        vm.raw_set_index(table, at + 1, item)?;
    }
    Ok(Value::Table(table))
}

fn text(vm: &mut Vm, text: &str) -> Result<Value, lua::Error> {
    vm.string(text.as_bytes()).map(Value::String)
}

fn wrapped(vm: &mut Vm, name: &[u8], value: Value) -> Result<Value, lua::Error> {
    let table = vm.table(0, 1)?;
    vm.raw_set_text(table, name, value)?;
    Ok(Value::Table(table))
}

/// A table with one field, which is a text: `{ok = ...}`.
pub fn field(vm: &mut Vm, name: &[u8], text: &[u8]) -> Result<Value, lua::Error> {
    let text = Value::String(vm.string(text)?);
    wrapped(vm, name, text)
}

/// An error as scripts hold it. `-CODE message` keeps its code, anything else gets the code ERR.
pub fn error_table(vm: &mut Vm, text: &[u8]) -> Result<TableRef, lua::Error> {
    let message = match text.strip_prefix(b"-") {
        Some(coded) if coded.contains(&b' ') => trimmed(coded).to_vec(),
        Some(bare) => [b"ERR ", trimmed(bare)].concat(),
        None => [b"ERR ", trimmed(text)].concat(),
    };
    let table = vm.table(0, 2)?;
    let message = Value::String(vm.string(&message)?);
    vm.raw_set_text(table, b"err", message)?;
    Ok(table)
}

/// As `error_table`, for an error that the statistics know already.
pub fn counted_error(vm: &mut Vm, text: &str) -> Result<Value, lua::Error> {
    let table = error_table(vm, format!("-{text}").as_bytes())?;
    vm.raw_set_text(table, COUNTED, Value::Boolean(true))?;
    Ok(Value::Table(table))
}

/// The field that says so.
const COUNTED: &[u8] = b"ignore_error_stats_update";

fn trimmed(text: &[u8]) -> &[u8] {
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let start = text
        .iter()
        .position(|byte| !is_end(byte))
        .unwrap_or(text.len());
    let end = text
        .iter()
        .rposition(|byte| !is_end(byte))
        .map_or(start, |at| at + 1);
    &text[start..end]
}

/// What a script returned, for a client. `protocol` is the one that the script chose: it decides about booleans. An
/// error that the statistics know already is a reply, any other is an `Err`.
pub fn from_lua(vm: &mut Vm, value: Value, protocol: Protocol) -> Result<Reply, Error> {
    if let Value::Table(table) = value
        && let Some(bytes) = text_field(vm, table, b"err")
        && !vm.raw_get_text(table, COUNTED).truthy()
    {
        return Err(error_of(&bytes));
    }
    Ok(convert(vm, value, protocol, 0))
}

fn error_of(text: &[u8]) -> Error {
    Error::Raw(String::from_utf8_lossy(text).into_owned().into())
}

/// Tables in tables, as many as fit on Lua's stack.
const DEPTH: usize = 7_995;

fn convert(vm: &mut Vm, value: Value, protocol: Protocol, depth: usize) -> Reply {
    match value {
        Value::String(string) => Reply::bulk(vm.bytes(string)),
        Value::Boolean(yes) if protocol == Protocol::Resp3 => Reply::Bool(yes),
        Value::Boolean(true) => Reply::Int(1),
        Value::Number(number) => Reply::Int(lua::native::to_integer(number)),
        Value::Table(_) if depth > DEPTH => Reply::Error(Error::err("reached lua stack limit")),
        Value::Table(table) => from_table(vm, table, protocol, depth),
        _ => Reply::Null,
    }
}

fn from_table(vm: &mut Vm, table: TableRef, protocol: Protocol, depth: usize) -> Reply {
    if let Some(bytes) = text_field(vm, table, b"err") {
        return Reply::Error(error_of(&bytes));
    }
    if let Some(bytes) = text_field(vm, table, b"ok") {
        return Reply::StatusText(String::from_utf8_lossy(&one_line(&bytes)).into_owned());
    }
    if let Value::Number(number) = vm.raw_get_text(table, b"double") {
        return Reply::Double(number);
    }
    if let Value::Table(map) = vm.raw_get_text(table, b"map") {
        let pairs = entries(vm, map).into_iter();
        let convert_both = |(key, value)| {
            let key = convert(vm, key, protocol, depth + 3);
            (key, convert(vm, value, protocol, depth + 3))
        };
        return Reply::Map(pairs.map(convert_both).collect());
    }
    if let Value::Table(set) = vm.raw_get_text(table, b"set") {
        let keys = entries(vm, set).into_iter();
        return Reply::Set(
            keys.map(|(key, _)| convert(vm, key, protocol, depth + 3))
                .collect(),
        );
    }
    if let Some(digits) = text_field(vm, table, b"big_number") {
        return Reply::BigNumber(String::from_utf8_lossy(&one_line(&digits)).into_owned());
    }
    if let Value::Table(verbatim) = vm.raw_get_text(table, b"verbatim_string")
        && let Some(content) = text_field(vm, verbatim, b"string")
        && let Some(format) = text_field(vm, verbatim, b"format")
    {
        return verbatim_reply(&format, &content);
    }
    let mut items = Vec::new();
    loop {
        match vm.raw_get_index(table, items.len() + 1) {
            Value::Nil => return Reply::Array(items),
            item => items.push(convert(vm, item, protocol, depth + 1)),
        }
    }
}

/// RESP knows a few formats by name; the wire has place for three letters of any.
fn verbatim_reply(format: &[u8], content: &[u8]) -> Reply {
    let name = match format {
        b"mkd" => "mkd",
        _ => "txt",
    };
    Reply::Verbatim(name, String::from_utf8_lossy(content).into_owned())
}

fn entries(vm: &Vm, table: TableRef) -> Vec<(Value, Value)> {
    let mut found = Vec::new();
    let mut position = 0;
    while let Some((key, value, next)) = vm.entry_from(table, position) {
        found.push((key, value));
        position = next;
    }
    found
}

fn text_field(vm: &Vm, table: TableRef, name: &[u8]) -> Option<Vec<u8>> {
    match vm.raw_get_text(table, name) {
        Value::String(string) => Some(vm.bytes(string).to_vec()),
        _ => None,
    }
}

fn one_line(text: &[u8]) -> Vec<u8> {
    let clean = |byte: &u8| {
        if matches!(byte, b'\r' | b'\n') {
            b' '
        } else {
            *byte
        }
    };
    text.iter().map(clean).collect()
}
