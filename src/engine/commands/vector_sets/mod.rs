//! Commands of the module `vectorset`. Here: their table, and what the files beside it share.
//!
//! As commands of a module they look after their number of words themselves, and what opens a key for writing touches
//! it, whatever comes of it.

mod adding;
mod members;
mod searching;
mod structure;
mod vectors;

use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::context::Context;
use crate::error::Error;

const MODULE_KEY: &[u32] = &[key::RW | key::ACCESS | key::UPDATE];

/// Every command of a module reports this.
const fn of_module(command: Command) -> Command {
    command.arity(-1).key_flags(MODULE_KEY).since("8.0.0")
}

pub(super) const COMMANDS: &[Command] = &[
    of_module(
        Command::new(
            "VADD key [REDUCE dim:int] (FP32 vector | VALUES num:int component:float...) element [CAS] \
             [NOQUANT | Q8 | BIN] [EF build-exploration-factor:int] [SETATTR attributes] [M numlinks:int]",
            adding::vadd,
        )
        .summary("Adds an element with its vector, or gives it another vector.")
        .cost("O(log(N)), N being the number of elements")
        .flags(WRITE | DENYOOM | MODULE),
    ),
    of_module(
        Command::new("VCARD key", members::vcard)
            .summary("Gives the number of elements.")
            .flags(READONLY | FAST | MODULE),
    ),
    of_module(
        Command::new("VDIM key", structure::vdim)
            .summary("Gives the number of components that vectors have.")
            .flags(READONLY | FAST | MODULE),
    ),
    of_module(
        Command::new("VEMB key element [RAW]", vectors::vemb)
            .summary("Gives an element's vector, as far as it was kept.")
            .flags(READONLY | FAST | MODULE),
    ),
    of_module(
        Command::new("VGETATTR key element", members::vgetattr)
            .summary("Gives an element's attributes.")
            .flags(READONLY | FAST | MODULE),
    ),
    of_module(
        Command::new("VINFO key", structure::vinfo)
            .summary("Says how a vector set is kept.")
            .flags(READONLY | FAST | MODULE),
    ),
    of_module(
        Command::new("VISMEMBER key element", members::vismember)
            .summary("Says whether something is an element.")
            .flags(READONLY | MODULE),
    ),
    of_module(
        Command::new("VLINKS key element [WITHSCORES]", structure::vlinks)
            .summary("Gives an element's neighbors in the graph, layer by layer, the highest first.")
            .flags(READONLY | FAST | MODULE),
    ),
    of_module(
        Command::new("VRANDMEMBER key [count:int]", members::vrandmember)
            .summary("Gives elements by chance; a negative count may give the same one again.")
            .cost("O(N), N being the elements given")
            .flags(READONLY | MODULE),
    ),
    of_module(
        Command::new("VREM key element", members::vrem)
            .summary("Removes an element.")
            .cost("O(log(N)), N being the number of elements")
            .flags(WRITE | MODULE),
    ),
    of_module(
        Command::new("VSETATTR key element json", members::vsetattr)
            .summary("Gives an element attributes, or takes them away.")
            .flags(WRITE | FAST | MODULE),
    ),
    of_module(
        Command::new(
            "VSIM key (ELE element | FP32 vector | VALUES num:int component:float...) [WITHSCORES] [WITHATTRIBS] \
             [COUNT count:int] [EPSILON max-distance:float] [EF search-exploration-factor:int] \
             [FILTER expression] [FILTER-EF max-filtering-effort:int] [TRUTH] [NOTHREAD]",
            searching::vsim,
        )
        .summary("Finds the elements most similar to a vector or to an element.")
        .cost("O(log(N)), N being the number of elements")
        .flags(READONLY | MODULE),
    ),
];

/// So many words after the name, or the error that the real server gives once it is called.
fn take<'a, const N: usize>(ctx: &Context, args: &mut Args<'a>) -> Result<[&'a [u8]; N], Error> {
    match args.left() {
        left if left == N => Ok(args.take(N)?.try_into().expect("so many were taken")),
        _ => Err(wrong_arity(ctx)),
    }
}

fn wrong_arity(ctx: &Context) -> Error {
    Error::WrongArity(ctx.name().to_string())
}
