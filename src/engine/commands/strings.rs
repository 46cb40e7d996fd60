//! Commands of the group `string`.

use crate::args::Args;
use crate::command::{Command, flag::*};
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::values::string::Str;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("GET key", get).summary("Gives the value of a string.").flags(READONLY | FAST),
];

fn get(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let value = ctx.keys.get::<Str>(args.word()?)?;
    Ok(value.map_or(Reply::Null, |value| Reply::Bulk(value.to_bytes())))
}
