//! MEMORY USAGE: of all MEMORY commands the one that is about a key.

use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::memory;
use crate::reply::Reply;

pub(in crate::commands) const COMMANDS: &[Command] = &[Command::new("MEMORY|USAGE key [SAMPLES count:int]", usage)
    .summary("Gives the bytes that a key and what it holds take; of a large collection some elements stand for all.")
    .cost("O(N), N being the number of samples")
    .since("4.0.0")
    .flags(READONLY)
    .key_flags(&[key::RO])];

fn usage(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    const SAMPLES: usize = 5;
    let key = args.word()?;
    let mut samples = SAMPLES;
    while !args.is_empty() {
        if args.left() < 2 || !args.token("SAMPLES") {
            return Err(Error::Syntax);
        }
        samples = match args.int()? {
            ..0 => return Err(Error::Syntax),
            0 => usize::MAX,
            samples => samples as usize,
        };
    }
    Ok(ctx.keys.peek(key).map_or(Reply::Null, |object| {
        Reply::from(memory::usage(key, object, samples))
    }))
}
