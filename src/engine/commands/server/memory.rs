//! MEMORY, apart from USAGE (`generic/memory_usage.rs`): what there is to say of memory as a whole. There is no allocator of ours to speak of.

use crate::args::Args;
use crate::command::Command;
use crate::command::flag::*;
use crate::commands::help::help;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[
    Command::container("MEMORY")
        .summary("Speaks about memory.")
        .cost("Depends on subcommand.")
        .since("4.0.0"),
    Command::new("MEMORY|DOCTOR", no_allocator)
        .summary("Says what to make of the use of memory.")
        .since("4.0.0")
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_shards",
            "response_policy:special",
        ]),
    Command::new("MEMORY|HELP", help)
        .summary("Lists the subcommands.")
        .since("4.0.0")
        .flags(LOADING | STALE),
    Command::new("MEMORY|MALLOC-STATS", no_allocator)
        .summary("Gives the allocator's own report.")
        .cost("Depends on how much memory is allocated, could be slow")
        .since("4.0.0")
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_shards",
            "response_policy:special",
        ]),
    Command::new("MEMORY|PURGE", purge)
        .summary("Makes the allocator give back what it does not need.")
        .cost("Depends on how much memory is allocated, could be slow")
        .since("4.0.0")
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Command::new("MEMORY|STATS", no_allocator)
        .summary("Gives the use of memory in numbers.")
        .since("4.0.0")
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_shards",
            "response_policy:special",
        ]),
];

fn no_allocator(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Err(Error::NotEmulated(
        "there is no allocator to report on".to_string(),
    ))
}

/// Without an allocator there is nothing that could be kept: as with any but jemalloc, OK.
fn purge(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::OK)
}
