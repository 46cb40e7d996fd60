//! MEMORY USAGE. Its declaration stands in the table of the other MEMORY commands.

use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::memory;
use crate::reply::Reply;

pub(in crate::commands) fn memory_usage(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
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
    Ok(ctx.keys.peek(key).map_or(Reply::Null, |object| Reply::from(memory::usage(key, object, samples))))
}
