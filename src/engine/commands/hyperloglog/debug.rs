//! PFDEBUG and PFSELFTEST: the inside of a HyperLogLog, and whether it works.

use super::for_writing;
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::structures::hyperloglog::{self as hll, Encoding, Opcode};

pub(super) fn pfdebug(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (subcommand, key) = (args.word()?, args.word()?);
    let is = |name: &str| subcommand.eq_ignore_ascii_case(name.as_bytes());
    if is("SIMD") {
        return simd(key);
    }
    let bytes = for_writing(ctx, key)?.ok_or(Error::err("The specified key does not exist"))?;
    let sparse = hll::encoding(bytes) == Encoding::Sparse;
    if is("GETREG") {
        hll::become_dense(bytes)?;
        let registers = hll::registers(bytes)?;
        note_change(ctx, sparse);
        let registers = registers.into_iter().map(|count| Reply::Int(count.into()));
        Ok(Reply::array(registers))
    } else if is("DECODE") {
        if !sparse {
            return Err(Error::err("HLL encoding is not sparse"));
        }
        let shown: Vec<String> = hll::opcodes(bytes).map(shown).collect();
        Ok(Reply::bulk(shown.join(" ")))
    } else if is("ENCODING") {
        Ok(Reply::Status(if sparse { "sparse" } else { "dense" }))
    } else if is("TODENSE") {
        hll::become_dense(bytes)?;
        note_change(ctx, sparse);
        Ok(sparse.into())
    } else {
        let name = String::from_utf8_lossy(subcommand);
        Err(Error::Err(
            format!("Unknown PFDEBUG subcommand '{name}'").into(),
        ))
    }
}

/// On the server a switch for processor instructions, in the place of the key; here there are none to switch. After
/// a wrong word the server goes on and answers a second time; we do not.
fn simd(switch: &[u8]) -> Result<Reply, Error> {
    if switch.eq_ignore_ascii_case(b"ON") {
        Ok(Reply::Status("enabled"))
    } else if switch.eq_ignore_ascii_case(b"OFF") {
        Ok(Reply::Status("disabled"))
    } else {
        Err(Error::err("Argument must be ON or OFF"))
    }
}

/// Another encoding holds the same registers; replicas are told, nobody else is.
fn note_change(ctx: &mut Context, changed: bool) {
    ctx.keys.dirty += u64::from(changed);
}

fn shown(opcode: Opcode) -> String {
    match opcode {
        Opcode::Zero { run } => format!("z:{run}"),
        Opcode::XZero { run } => format!("Z:{run}"),
        Opcode::Value { value, run } => format!("v:{value},{run}"),
    }
}

/// The server's own test takes seconds and up to ten million elements; this one asks the same questions of fewer.
pub(super) fn pfselftest(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    registers_keep_their_values(ctx)?;
    estimates_are_near(ctx)?;
    Ok(Reply::OK)
}

fn registers_keep_their_values(ctx: &mut Context) -> Result<(), Error> {
    const ROUNDS: usize = 100;
    const HIGHEST: u64 = 63;
    let mut bytes = hll::empty();
    hll::become_dense(&mut bytes)?;
    for _ in 0..ROUNDS {
        let values = (0..hll::REGISTERS).map(|_| ctx.random.below(HIGHEST + 1) as u8);
        let values: Vec<u8> = values.collect();
        hll::set_registers(&mut bytes, &values);
        if hll::registers(&bytes)? != values {
            return failed("a register does not give back its value");
        }
    }
    Ok(())
}

/// Both encodings count the same, and neither is off by more than six standard errors.
fn estimates_are_near(ctx: &mut Context) -> Result<(), Error> {
    const ELEMENTS: u64 = 100_000;
    const STANDARD_ERROR: f64 = 1.04 / 128.0;
    let first = ctx.random.next_u64();
    let (mut growing, mut dense) = (hll::empty(), hll::empty());
    hll::become_dense(&mut dense)?;
    let mut checkpoint = 1;
    for added in 1..=ELEMENTS {
        let element = first.wrapping_add(added).to_le_bytes();
        hll::add(&mut growing, &element, hll::DENSE_BYTES)?;
        hll::add(&mut dense, &element, 0)?;
        if added != checkpoint {
            continue;
        }
        checkpoint *= 10;
        let (count, other) = (hll::count(&growing)?, hll::count(&dense)?);
        if count != other {
            return failed("sparse and dense registers give different estimates");
        }
        let allowed = (STANDARD_ERROR * 6.0 * added as f64).ceil() as u64 + 1;
        if count.abs_diff(added) > allowed {
            return failed("an estimate is too far from the truth");
        }
    }
    Ok(())
}

fn failed(what: &str) -> Result<(), Error> {
    Err(Error::Err(format!("TESTFAILED {what}").into()))
}
