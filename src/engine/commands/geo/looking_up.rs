//! GEODIST, GEOHASH and GEOPOS: what is known of single places.

use super::{coordinates, distance_text, place_of, told, unit};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::structures::geohash::{self, Place};
use crate::values::sorted_set::SortedSet;

pub(super) fn geodist(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, from, to) = (args.word()?, args.word()?, args.word()?);
    let meters = match args.left() {
        0 => 1.0,
        1 => unit(args)?,
        _ => return Err(Error::Syntax),
    };
    let set = ctx.keys.get::<SortedSet>(key)?;
    let places = set.and_then(|set| Some((place_of(set, from)?, place_of(set, to)?)));
    let distance = places.map(|(from, to)| geohash::distance(from, to));
    if trace::is_on()
        && let (Some(set), Some(distance)) = (set, distance)
    {
        let score = |member| set.score(member).unwrap_or_default();
        told::between((from, score(from)), (to, score(to)), distance);
    }
    Ok(distance.map_or(Reply::Null, |distance| distance_text(distance / meters)))
}

pub(super) fn geohash(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    each_place(ctx, args, Reply::Null, |place| {
        Reply::Bulk(place.letters().into_bytes())
    })
}

pub(super) fn geopos(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    each_place(ctx, args, Reply::NullArray, coordinates)
}

fn each_place(
    ctx: &mut Context,
    args: &mut Args,
    absent: Reply,
    show: fn(Place) -> Reply,
) -> Result<Reply, Error> {
    let set = ctx.keys.get::<SortedSet>(args.word()?)?;
    let members = args.rest().iter();
    Ok(Reply::array(members.map(|member| {
        set.and_then(|set| place_of(set, member))
            .map_or(absent.clone(), show)
    })))
}
