//! GEOADD: a ZADD whose scores are geohashes.

use super::place;
use crate::args::Args;
use crate::commands::sorted_sets::zadd;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;

pub(super) fn geoadd(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    // In lower case, as the server writes it into its append-only file.
    let (mut words, mut nx, mut xx) = (vec![&b"zadd"[..], args.word()?], false, false);
    while let Some(option) = args.peek() {
        if args.token("NX") {
            nx = true;
        } else if args.token("XX") {
            xx = true;
        } else if !args.token("CH") {
            break;
        }
        words.push(option);
    }
    if !args.left().is_multiple_of(3) || (nx && xx) {
        return Err(Error::Syntax);
    }
    // All places are read before the first one counts.
    let mut places = Vec::with_capacity(args.left() / 3);
    while !args.is_empty() {
        let bits = place(args)?.bits();
        places.push((number::i64_to_bytes(bits as i64), args.word()?));
    }
    for (score, member) in &places {
        words.extend([score, *member]);
    }
    let dirty = ctx.keys.dirty;
    let reply = zadd(ctx, &mut Args::new(&words, 1))?;
    if ctx.keys.dirty != dirty {
        ctx.replicate_as(&words);
    }
    Ok(reply)
}
