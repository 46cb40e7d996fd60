//! GEOADD: a ZADD whose scores are geohashes.

use super::{place, told};
use crate::args::Args;
use crate::commands::sorted_sets::zadd;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::structures::geohash::Place;

pub(super) fn geoadd<'a>(ctx: &mut Context, args: &mut Args<'a>) -> Result<Reply, Error> {
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
        places.push((place(args)?, args.word()?));
    }
    let score =
        |(place, member): &(Place, &'a [u8])| (number::i64_to_bytes(place.bits() as i64), *member);
    let scored: Vec<(Vec<u8>, &[u8])> = places.iter().map(score).collect();
    for (score, member) in &scored {
        words.extend([score, *member]);
    }
    let dirty = ctx.keys.dirty;
    let reply = zadd(ctx, &mut Args::new(&words, 1))?;
    if trace::is_on() {
        told::placed(ctx, words[1], &places);
    }
    if ctx.keys.dirty != dirty {
        ctx.replicate_as(&words);
    }
    Ok(reply)
}
