//! Commands of the group `bitmap`: bits and numbers of any width inside strings. Here: their table, and what the
//! files beside it share. What they do to bytes is `structures::bits`.

mod counting;
mod fields;
mod operations;
mod single;
mod told;

use crate::command::{Begin, Command, Find, KeySpec, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::value::Value;
use crate::values::string::Str;

const READ: u32 = key::RO | key::ACCESS;
const BYTE_OR_BIT: &[(&str, &str)] = &[("7.0.0", "The option `BYTE|BIT`.")];

pub(super) const COMMANDS: &[Command] = &[
    Command::new("BITCOUNT key [start:int end:int [BYTE | BIT]]", counting::bitcount)
        .summary("Counts the bits that are set, in all of a string or in a range.")
        .cost("O(N), N being the bytes looked at")
        .since("2.6.0")
        .flags(READONLY)
        .key_flags(&[READ])
        .history(BYTE_OR_BIT),
    Command::new(
        "BITFIELD key [GET (encoding offset:int) | [OVERFLOW (WRAP | SAT | FAIL)] (SET (encoding offset:int value:int) | INCRBY (encoding offset:int increment:int))]...",
        fields::bitfield,
    )
    .summary("Reads, sets and adds to numbers of any width, anywhere in a string.")
    .cost("O(1) for each operation")
    .since("3.2.0")
    .flags(WRITE | DENYOOM)
    .key_flags(&[key::RW | key::ACCESS | key::UPDATE | key::VARIABLE_FLAGS])
    .key_notes("RW and ACCESS: operations read and write"),
    Command::new("BITFIELD_RO key [GET (encoding offset:int)]...", fields::bitfield_ro)
        .summary("Reads numbers of any width, anywhere in a string.")
        .cost("O(1) for each operation")
        .since("6.0.0")
        .flags(READONLY | FAST)
        .key_flags(&[READ]),
    Command::new(
        "BITOP (AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE) destkey:key key...",
        operations::bitop,
    )
    .summary("Combines strings bit by bit and stores the result.")
    .cost("O(N), N being the bytes of all strings")
    .since("2.6.0")
    .flags(WRITE | DENYOOM)
    .key_specs(&[
        KeySpec {
            flags: key::OW | key::UPDATE,
            begin: Begin::Index(2),
            find: Find::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
            notes: "",
        },
        KeySpec {
            flags: READ,
            begin: Begin::Index(3),
            find: Find::Range {
                last: -1,
                step: 1,
                limit: 0,
            },
            notes: "",
        },
    ]),
    Command::new("BITPOS key bit:int [start:int [end:int [BYTE | BIT]]]", counting::bitpos)
        .summary("Finds the first bit that is set, or the first that is not.")
        .cost("O(N), N being the bytes looked at")
        .since("2.8.7")
        .flags(READONLY)
        .key_flags(&[READ])
        .history(BYTE_OR_BIT),
    Command::new("GETBIT key offset:int", single::getbit)
        .summary("Gives one bit; beyond the end of the string it is 0.")
        .since("2.2.0")
        .flags(READONLY | FAST)
        .key_flags(&[READ]),
    Command::new("SETBIT key offset:int value:int", single::setbit)
        .summary("Sets one bit and gives what it was; the string grows as far as needed.")
        .since("2.2.0")
        .flags(WRITE | DENYOOM)
        .key_flags(&[key::RW | key::ACCESS | key::UPDATE]),
];

/// A bit's place that a string may have. `#3` is the third number of this width, if a width is given.
fn offset(ctx: &Context, word: &[u8], width: Option<u32>) -> Result<usize, Error> {
    let number = match (width, word) {
        // What is too large wraps around, as on the server.
        (Some(width), [b'#', index @ ..]) => {
            number::parse_i64(index).map(|index| index.wrapping_mul(width.into()))
        }
        _ => number::parse_i64(word),
    };
    number
        .and_then(|number| usize::try_from(number).ok())
        .filter(|at| at / 8 < ctx.server.config.proto_max_bulk_len)
        .ok_or(Error::err("bit offset is not an integer or out of range"))
}

/// The bytes of a string that has at least a bit at this place afterwards, and whether it had to grow for that.
fn reaching<'a>(
    ctx: &'a mut Context,
    key: &[u8],
    at: usize,
) -> Result<(&'a mut Vec<u8>, bool), Error> {
    let needed = at / 8 + 1;
    let mut grew = false;
    let mut before = 0;
    if ctx.keys.get_mut::<Str>(key)?.is_none() {
        ctx.keys
            .insert(key, Value::String(Str::raw(vec![0; needed])));
        grew = true;
    }
    let bytes = ctx
        .keys
        .get_mut::<Str>(key)?
        .expect("there or just inserted")
        .raw_mut();
    if !grew {
        before = bytes.len();
    }
    if bytes.len() < needed {
        bytes.resize(needed, 0);
        grew = true;
    }
    if trace::is_on() {
        told::grown(before, bytes.len());
    }
    Ok((bytes, grew))
}
