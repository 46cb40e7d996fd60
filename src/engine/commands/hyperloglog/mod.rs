//! Commands of the group `hyperloglog`, and how a key's string becomes one. What the bytes mean is
//! `structures::hyperloglog`.

mod debug;

use std::borrow::Cow;

use crate::args::Args;
use crate::command::{Begin, Command, Find, KeySpec, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::reply::Reply;
use crate::structures::hyperloglog::{self as hll, Corrupt, Encoding};
use crate::value::Value;
use crate::values::string::Str;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("PFADD key [element...]", pfadd)
        .summary("Adds elements to a HyperLogLog, which is made if it is not there.")
        .cost("O(1) for each element")
        .since("2.8.9")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::INSERT]),
    Command::new("PFCOUNT key...", pfcount)
        .summary("Estimates how many different elements were added to a HyperLogLog, or to several together.")
        .cost("O(1) for one key, mostly an estimate that is known already; O(N) with a large constant for N keys")
        .since("2.8.9")
        .flags(READONLY | MAY_REPLICATE)
        .key_specs(&[KeySpec {
            flags: key::RW | key::ACCESS,
            begin: Begin::Index(1),
            find: Find::Range {
                last: -1,
                step: 1,
                limit: 0,
            },
            notes: "RW: the estimate is kept in the value, and replicas keep it too",
        }]),
    Command::new("PFDEBUG subcommand key", debug::pfdebug)
        .internal()
        .summary("Shows the inside of a HyperLogLog: its encoding, its opcodes, its registers.")
        .cost("N/A")
        .since("2.8.9")
        .flags(WRITE | DENYOOM | ADMIN)
        .key_flags(&[key::RW | key::ACCESS]),
    Command::new("PFMERGE destkey:key [sourcekey:key...]", pfmerge)
        .summary("Makes a HyperLogLog count what it and several others were given.")
        .cost("O(N) with a large constant, N being the number of keys")
        .since("2.8.9")
        .flags(WRITE | DENYOOM)
        .key_flags(&[key::RW | key::ACCESS | key::INSERT, key::RO | key::ACCESS]),
    Command::new("PFSELFTEST", debug::pfselftest)
        .internal()
        .summary("Tests registers and estimates on HyperLogLogs of its own.")
        .cost("N/A")
        .since("2.8.9")
        .flags(ADMIN),
];

impl From<Corrupt> for Error {
    fn from(_: Corrupt) -> Error {
        Error::Raw("INVALIDOBJ Corrupted HLL object detected".into())
    }
}

fn pfadd(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let sparse_max_bytes = ctx.limits().hll_sparse_max_bytes;
    let made = make_if_absent(ctx, key);
    let bytes = for_writing(ctx, key)?.expect("there or just made");
    let mut changes = u64::from(made);
    for element in args.rest() {
        changes += u64::from(hll::add(bytes, element, sparse_max_bytes)?);
    }
    if changes > 0 {
        hll::forget_estimate(bytes);
        ctx.keys.changed(Class::String, "pfadd", key);
        ctx.keys.dirty += changes - 1;
    }
    Ok((changes > 0).into())
}

fn pfcount(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let keys = args.rest();
    if let [key] = keys {
        return count_one(ctx, key);
    }
    let mut union = vec![0; hll::REGISTERS];
    for key in keys {
        merge(ctx, key, &mut union)?;
    }
    Ok(Reply::Int(hll::estimate(&hll::histogram(&union)) as i64))
}

fn count_one(ctx: &mut Context, key: &[u8]) -> Result<Reply, Error> {
    if for_reading(ctx, key, |_| ())?.is_none() {
        return Ok(Reply::Int(0));
    }
    let bytes = for_writing(ctx, key)?.expect("it was just there");
    if let Some(known) = hll::known_estimate(bytes) {
        if trace::is_on() {
            tell_counted(known, true);
        }
        return Ok(Reply::Int(known as i64));
    }
    let count = hll::count(bytes)?;
    if trace::is_on() {
        tell_counted(count, false);
    }
    hll::keep_estimate(bytes, count);
    // The value changed, so replicas count too and keep what they find; but nobody is notified.
    ctx.keys.touched(key);
    ctx.keys.dirty += 1;
    Ok(Reply::Int(count as i64))
}

#[cold]
fn tell_counted(estimate: u64, cached: bool) {
    let told = trace::Hyperloglog::Counted { estimate, cached };
    trace::tell(trace::Event::Hyperloglog(told));
}

fn pfmerge(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let keys = args.rest();
    let destination = keys[0];
    let sparse_max_bytes = ctx.limits().hll_sparse_max_bytes;
    let mut union = vec![0; hll::REGISTERS];
    let mut dense = false;
    for key in keys {
        dense |= merge(ctx, key, &mut union)? == Some(Encoding::Dense);
    }
    make_if_absent(ctx, destination);
    let bytes = for_writing(ctx, destination)?.expect("there or just made");
    if dense {
        hll::become_dense(bytes)?;
        hll::set_registers(bytes, &union);
    } else {
        let raised = union.iter().enumerate().filter(|(_, count)| **count > 0);
        for (register, count) in raised {
            hll::raise(bytes, register, *count, sparse_max_bytes)?;
        }
    }
    hll::forget_estimate(bytes);
    ctx.keys.changed(Class::String, "pfadd", destination);
    Ok(Reply::OK)
}

/// Raises registers to those of a key; gives its encoding if it is there.
fn merge(ctx: &mut Context, key: &[u8], union: &mut [u8]) -> Result<Option<Encoding>, Error> {
    let merged = for_reading(ctx, key, |bytes| {
        hll::merge(bytes, union).map(|()| hll::encoding(bytes))
    })?;
    Ok(merged.transpose()?)
}

/// Says whether it was absent.
fn make_if_absent(ctx: &mut Context, key: &[u8]) -> bool {
    let absent = ctx.keys.write(key).is_none();
    if absent {
        ctx.keys.insert(key, Value::String(Str::raw(hll::empty())));
    }
    absent
}

fn for_reading<T>(
    ctx: &mut Context,
    key: &[u8],
    read: impl FnOnce(&[u8]) -> T,
) -> Result<Option<T>, Error> {
    match ctx.keys.get::<Str>(key)? {
        None => Ok(None),
        Some(value) => Ok(Some(read(checked(value)?))),
    }
}

/// The bytes to be changed in place: the string is `raw` from now on.
fn for_writing<'a>(ctx: &'a mut Context, key: &[u8]) -> Result<Option<&'a mut Vec<u8>>, Error> {
    match ctx.keys.get_mut::<Str>(key)? {
        None => Ok(None),
        Some(value) => {
            checked(value)?;
            Ok(Some(value.raw_mut()))
        }
    }
}

/// A string's bytes, if they begin as a HyperLogLog does.
fn checked(value: &Str) -> Result<&[u8], Error> {
    match value.bytes() {
        Cow::Borrowed(bytes) if hll::is_valid(bytes) => Ok(bytes),
        _ => Err(Error::Raw(
            "WRONGTYPE Key is not a valid HyperLogLog string value.".into(),
        )),
    }
}
