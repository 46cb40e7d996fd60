//! Replies as Lua values, and Lua values as replies. Source: Redis 8.2, `script_lua.c`, `redisProtocolToLuaType` and
//! `luaReplyToRedisReply`.

use lua::lexer::c_string;
use lua::{StringRef, TableRef, Value, Vm};

use super::machine::MEMORY;
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
    let text = c_string(text);
    let message = match text.strip_prefix(b"-") {
        // The sign is the beginning of such a text: line ends behind it stay.
        Some(coded) if coded.contains(&b' ') => without_end(coded).to_vec(),
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

fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

fn trimmed(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !is_line_end(byte));
    without_end(&text[start.unwrap_or(text.len())..])
}

fn without_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !is_line_end(byte));
    &text[..end.map_or(0, |at| at + 1)]
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
    let mut conversion = Conversion {
        vm,
        protocol,
        room: MEMORY,
    };
    let reply = conversion.run(value);
    match conversion.room {
        0 => Err(Error::err("not enough memory")),
        _ => Ok(reply),
    }
}

fn error_of(text: &[u8]) -> Error {
    Error::Raw(String::from_utf8_lossy(c_string(text)).into_owned().into())
}

/// Tables in tables, as many as fit on Lua's stack.
const DEPTH: usize = 7_995;

/// A table that holds itself twice is a reply without end; on a real server it takes all the memory there is.
struct Conversion<'a> {
    vm: &'a mut Vm,
    protocol: Protocol,
    /// Bytes that the rest of the reply may take.
    room: usize,
}

impl Conversion<'_> {
    /// Thousands of tables may lie in each other: they stand in a list, not on the stack.
    fn run(&mut self, value: Value) -> Reply {
        let mut open = Vec::new();
        let mut made = self.begin(value, 0, &mut open);
        while let Some(last) = open.last_mut() {
            if let Some(reply) = made.take() {
                last.add(reply);
            }
            let next = match self.room {
                0 => None,
                _ => last.next(self.vm),
            };
            made = match next {
                Some(value) => {
                    let depth = last.depth;
                    self.begin(value, depth, &mut open)
                }
                None => open.pop().map(Open::close),
            };
        }
        made.unwrap_or(Reply::Null)
    }

    /// The reply, or none if it is a table whose parts come next.
    fn begin(&mut self, value: Value, depth: usize, open: &mut Vec<Open>) -> Option<Reply> {
        self.room = self.room.saturating_sub(size_of::<Reply>());
        Some(match value {
            _ if self.room == 0 => Reply::Null,
            Value::String(string) => self.bulk(string),
            Value::Boolean(yes) if self.protocol == Protocol::Resp3 => Reply::Bool(yes),
            Value::Boolean(true) => Reply::Int(1),
            Value::Number(number) => Reply::Int(lua::native::to_integer(number)),
            Value::Table(_) if depth > DEPTH => Reply::Error(Error::err("reached lua stack limit")),
            Value::Table(table) => match form(self.vm, table) {
                Form::Whole(reply) => reply,
                Form::Parts(parts) => {
                    let (more, held) = match &parts {
                        Parts::Array(..) => (1, 0),
                        Parts::Map { rest, .. } | Parts::Set(rest, _) => (3, rest.len()),
                    };
                    // A list begins with room for four.
                    let held = held * size_of::<(Value, Value)>() + 4 * size_of::<Reply>();
                    self.room = self.room.saturating_sub(held);
                    let depth = depth + more;
                    open.push(Open { depth, parts });
                    return None;
                }
            },
            _ => Reply::Null,
        })
    }

    fn bulk(&mut self, string: StringRef) -> Reply {
        let bytes = self.vm.bytes(string);
        self.room = self.room.saturating_sub(bytes.len());
        match self.room {
            0 => Reply::Null,
            _ => Reply::bulk(bytes),
        }
    }
}

/// A table whose parts are being converted.
struct Open {
    /// How deep its parts lie, in slots of Lua's stack.
    depth: usize,
    parts: Parts,
}

enum Parts {
    Array(TableRef, Vec<Reply>),
    Map {
        rest: std::vec::IntoIter<(Value, Value)>,
        /// Of the key that comes before it.
        value: Option<Value>,
        key: Option<Reply>,
        pairs: Vec<(Reply, Reply)>,
    },
    Set(std::vec::IntoIter<(Value, Value)>, Vec<Reply>),
}

impl Open {
    fn next(&mut self, vm: &mut Vm) -> Option<Value> {
        match &mut self.parts {
            Parts::Array(table, items) => {
                let item = vm.raw_get_index(*table, items.len() + 1);
                (!item.is_nil()).then_some(item)
            }
            Parts::Map { rest, value, .. } => value.take().or_else(|| {
                let (key, its) = rest.next()?;
                *value = Some(its);
                Some(key)
            }),
            Parts::Set(rest, _) => rest.next().map(|(key, _)| key),
        }
    }

    fn add(&mut self, reply: Reply) {
        match &mut self.parts {
            Parts::Array(_, items) | Parts::Set(_, items) => items.push(reply),
            Parts::Map { key, pairs, .. } => match key.take() {
                Some(key) => pairs.push((key, reply)),
                None => *key = Some(reply),
            },
        }
    }

    fn close(self) -> Reply {
        match self.parts {
            Parts::Array(_, items) => Reply::Array(items),
            Parts::Map { pairs, .. } => Reply::Map(pairs),
            Parts::Set(_, items) => Reply::Set(items),
        }
    }
}

/// What a table is as a reply.
enum Form {
    /// This, with nothing in it.
    Whole(Reply),
    Parts(Parts),
}

fn form(vm: &mut Vm, table: TableRef) -> Form {
    if let Some(bytes) = text_field(vm, table, b"err") {
        return Form::Whole(Reply::Error(error_of(&bytes)));
    }
    if let Some(bytes) = text_field(vm, table, b"ok") {
        let text = one_line(c_string(&bytes));
        let text = String::from_utf8_lossy(&text).into_owned();
        return Form::Whole(Reply::StatusText(text));
    }
    if let Value::Number(number) = vm.raw_get_text(table, b"double") {
        return Form::Whole(Reply::Double(number));
    }
    if let Value::Table(map) = vm.raw_get_text(table, b"map") {
        return Form::Parts(Parts::Map {
            rest: entries(vm, map).into_iter(),
            value: None,
            key: None,
            pairs: Vec::new(),
        });
    }
    if let Value::Table(set) = vm.raw_get_text(table, b"set") {
        let rest = entries(vm, set).into_iter();
        return Form::Parts(Parts::Set(rest, Vec::new()));
    }
    if let Some(digits) = text_field(vm, table, b"big_number") {
        let digits = String::from_utf8_lossy(&one_line(&digits)).into_owned();
        return Form::Whole(Reply::BigNumber(digits));
    }
    if let Value::Table(verbatim) = vm.raw_get_text(table, b"verbatim_string")
        && let Some(content) = text_field(vm, verbatim, b"string")
        && let Some(format) = text_field(vm, verbatim, b"format")
    {
        return Form::Whole(verbatim_reply(&format, &content));
    }
    Form::Parts(Parts::Array(table, Vec::new()))
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

/// RESP knows a few formats by name; the wire has place for three letters of any.
fn verbatim_reply(format: &[u8], content: &[u8]) -> Reply {
    let name = match format {
        b"mkd" => "mkd",
        _ => "txt",
    };
    Reply::Verbatim(name, String::from_utf8_lossy(content).into_owned())
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
