//! BITFIELD and BITFIELD_RO: a string as numbers of any width at any bit.

use super::{offset, reaching, told};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::number;
use crate::reply::Reply;
use crate::structures::bits;
use crate::values::string::Str;

/// `i16`, `u8`: at most 64 bits with a sign, 63 without.
#[derive(Debug, Clone, Copy)]
struct Encoding {
    signed: bool,
    width: u32,
}

/// What happens to a number that does not fit.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Overflow {
    /// The bits that fit stay.
    Wrap,
    /// The nearest number that fits.
    Saturate,
    /// Nothing is changed.
    Fail,
}

#[derive(Debug, Clone, Copy)]
enum Verb {
    Get,
    Set(i64),
    Add(i64),
}

struct Operation {
    verb: Verb,
    encoding: Encoding,
    at: usize,
    overflow: Overflow,
}

pub(super) fn bitfield(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let operations = parse(ctx, args)?;
    let written = operations.iter().filter(|operation| operation.writes());
    let last_bit = written
        .map(|operation| operation.at + operation.encoding.width as usize - 1)
        .max();
    match last_bit {
        None => read_all(ctx, key, &operations),
        Some(last_bit) => write_all(ctx, key, &operations, last_bit),
    }
}

pub(super) fn bitfield_ro(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let operations = parse(ctx, args)?;
    if operations.iter().any(Operation::writes) {
        return Err(Error::err("BITFIELD_RO only supports the GET subcommand"));
    }
    read_all(ctx, key, &operations)
}

fn parse(ctx: &Context, args: &mut Args) -> Result<Vec<Operation>, Error> {
    let mut operations = Vec::new();
    let mut overflow = Overflow::Wrap;
    while !args.is_empty() {
        if args.left() >= 2 && args.token("OVERFLOW") {
            overflow = parse_overflow(args)?;
            continue;
        }
        let (verb, has_number): (fn(i64) -> Verb, bool) = match args.left() {
            3.. if args.token("GET") => (|_| Verb::Get, false),
            4.. if args.token("SET") => (Verb::Set, true),
            4.. if args.token("INCRBY") => (Verb::Add, true),
            _ => return Err(Error::Syntax),
        };
        let encoding = parse_encoding(args.word()?)?;
        let at = offset(ctx, args.word()?, Some(encoding.width))?;
        let number = if has_number { args.int()? } else { 0 };
        operations.push(Operation {
            verb: verb(number),
            encoding,
            at,
            overflow,
        });
    }
    Ok(operations)
}

fn parse_overflow(args: &mut Args) -> Result<Overflow, Error> {
    if args.token("WRAP") {
        Ok(Overflow::Wrap)
    } else if args.token("SAT") {
        Ok(Overflow::Saturate)
    } else if args.token("FAIL") {
        Ok(Overflow::Fail)
    } else {
        Err(Error::err("Invalid OVERFLOW type specified"))
    }
}

fn parse_encoding(word: &[u8]) -> Result<Encoding, Error> {
    let (signed, width) = match word {
        [b'i', width @ ..] => (true, width),
        [b'u', width @ ..] => (false, width),
        _ => (false, &b""[..]),
    };
    let width_max = if signed { 64 } else { 63 };
    number::parse_i64(width)
        .filter(|width| (1..=width_max).contains(width))
        .map(|width| Encoding {
            signed,
            width: width as u32,
        })
        .ok_or(Error::err(
            "Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
        ))
}

fn read_all(ctx: &mut Context, key: &[u8], operations: &[Operation]) -> Result<Reply, Error> {
    let value = ctx.keys.get::<Str>(key)?;
    let bytes = value.map(Str::bytes).unwrap_or_default();
    let numbers = operations.iter().map(|operation| {
        let number = operation.encoding.read(&bytes, operation.at);
        if trace::is_on() {
            operation.tell(number, Some(number));
        }
        Reply::Int(number)
    });
    Ok(Reply::array(numbers))
}

fn write_all(
    ctx: &mut Context,
    key: &[u8],
    operations: &[Operation],
    last_bit: usize,
) -> Result<Reply, Error> {
    let (bytes, grew) = reaching(ctx, key, last_bit)?;
    let mut replies = Vec::with_capacity(operations.len());
    let mut changes = 0;
    for operation in operations {
        let before = operation.encoding.read(bytes, operation.at);
        let outcome = operation.outcome(before);
        if trace::is_on() {
            operation.tell(before, outcome.map(|(after, _)| after));
        }
        let Some((after, reply)) = outcome else {
            replies.push(Reply::Null);
            continue;
        };
        replies.push(Reply::Int(reply));
        if operation.writes() {
            bits::write(bytes, operation.at, operation.encoding.width, after as u64);
            changes += u64::from(grew || before != after);
        }
    }
    if changes > 0 {
        ctx.keys.changed(Class::String, "setbit", key);
        ctx.keys.dirty += changes - 1;
    }
    Ok(Reply::Array(replies))
}

impl Operation {
    #[cold]
    fn tell(&self, before: i64, after: Option<i64>) {
        let Encoding { signed, width } = self.encoding;
        let overflow = match self.overflow {
            Overflow::Wrap => "WRAP",
            Overflow::Saturate => "SAT",
            Overflow::Fail => "FAIL",
        };
        let wanted = match self.verb {
            Verb::Get => return told::number_read(signed, width, self.at, before),
            // To an unsigned number a negative one is a very large one.
            Verb::Set(number) if !signed => (number as u64).into(),
            Verb::Set(number) => number.into(),
            Verb::Add(increment) => i128::from(before) + i128::from(increment),
        };
        told::number_set((signed, width, self.at), before, wanted, after, overflow);
    }

    fn writes(&self) -> bool {
        !matches!(self.verb, Verb::Get)
    }

    /// What the number is afterwards, and what is answered; `None` if it does not fit and must.
    fn outcome(&self, before: i64) -> Option<(i64, i64)> {
        let (number, increment) = match self.verb {
            Verb::Get => return Some((before, before)),
            Verb::Set(number) => (number, 0),
            Verb::Add(increment) => (before, increment),
        };
        let after = match self.encoding.beyond(number, increment) {
            None => number.wrapping_add(increment),
            Some(_) if self.overflow == Overflow::Fail => return None,
            Some(_) if self.overflow == Overflow::Wrap => {
                self.encoding.cut(number.wrapping_add(increment))
            }
            Some(limit) => limit,
        };
        match self.verb {
            Verb::Set(_) => Some((after, before)),
            _ => Some((after, after)),
        }
    }
}

impl Encoding {
    fn read(self, bytes: &[u8], at: usize) -> i64 {
        self.cut(bits::read(bytes, at, self.width) as i64)
    }

    /// The lowest bits, read as a number of this encoding.
    fn cut(self, number: i64) -> i64 {
        let above = 64 - self.width;
        if self.signed {
            number << above >> above
        } else {
            ((number as u64) << above >> above) as i64
        }
    }

    /// The limit that the sum of a number and an increment is beyond, if it is.
    fn beyond(self, number: i64, increment: i64) -> Option<i64> {
        if !self.signed {
            let max = u64::MAX >> (64 - self.width);
            // A negative number to set counts as a very large one.
            return if number as u64 > max || i128::from(number) + i128::from(increment) > max.into()
            {
                Some(max as i64)
            } else if i128::from(number) + i128::from(increment) < 0 {
                Some(0)
            } else {
                None
            };
        }
        let max = i64::MAX >> (64 - self.width);
        let min = -max - 1;
        let sum = i128::from(number) + i128::from(increment);
        if sum > max.into() {
            Some(max)
        } else if sum < min.into() {
            // The server asks how far it is to the upper limit, in 64 bits: very far below looks like above.
            let room = max.wrapping_sub(number);
            Some(if self.width < 64 && increment > room {
                max
            } else {
                min
            })
        } else {
            None
        }
    }
}
