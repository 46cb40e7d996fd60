//! HSCAN.

use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::commands::cursor::{self, Options};
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::values::hash::Hash;

pub(in crate::commands) const COMMANDS: &[Command] = &[Command::new(
    "HSCAN key cursor:int [MATCH pattern:pattern] [COUNT count:int] [NOVALUES]",
    hscan,
)
.summary("Goes through a hash a few fields at a time.")
.cost("O(1) for each call, O(N) for a whole round, N being the size of the hash")
.since("2.8.0")
.flags(READONLY)
.key_flags(&[key::RO | key::ACCESS])
.tips(&["nondeterministic_output"])];

fn hscan(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, cursor) = (args.word()?, cursor::parse(args.word()?)?);
    let now = ctx.now.millis();
    let Some(hash) = ctx.keys.get::<Hash>(key)? else {
        return Ok(cursor::reply(0, Vec::new()));
    };
    // An absent key is answered before the options are looked at.
    let options = Options::take(args, true)?;
    let mut elements = Vec::new();
    let next = options.walk(cursor, |cursor| {
        let mut shown = 0;
        let next = hash.scan(cursor, &mut |field, found| {
            shown += 1;
            if options.matches(field) && !found.is_due(now) {
                elements.push(Reply::bulk(field));
                if options.values {
                    elements.push(Reply::bulk(found.value));
                }
            }
        });
        (next, shown)
    });
    Ok(cursor::reply(next, elements))
}
