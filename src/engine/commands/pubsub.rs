//! Commands of the group `pubsub`: subscriptions to channels, patterns and shard channels, and messages to them.
//!
//! Confirmations are pushes of their own, one for each channel: a single SUBSCRIBE has several replies.

use crate::args::Args;
use crate::command::{Begin, Command, Find, KeySpec, flag::*, key};
use crate::commands::help::help;
use crate::context::Context;
use crate::error::Error;
use crate::glob;
use crate::pubsub::Kind;
use crate::reply::Reply;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("SUBSCRIBE channel...", subscribe)
        .summary("Listens to channels.")
        .cost("O(N) where N is the number of channels to subscribe to.")
        .since("2.0.0")
        .flags(PUBSUB | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("UNSUBSCRIBE [channel...]", unsubscribe)
        .summary("Stops listening to channels, or to all of them.")
        .cost("O(N) where N is the number of channels to unsubscribe.")
        .since("2.0.0")
        .flags(PUBSUB | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("PSUBSCRIBE pattern:pattern...", psubscribe)
        .summary("Listens to all channels whose names match patterns.")
        .cost("O(N) where N is the number of patterns to subscribe to.")
        .since("2.0.0")
        .flags(PUBSUB | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("PUNSUBSCRIBE [pattern:pattern...]", punsubscribe)
        .summary("Stops listening to patterns, or to all of them.")
        .cost("O(N) where N is the number of patterns to unsubscribe.")
        .since("2.0.0")
        .flags(PUBSUB | NOSCRIPT | LOADING | STALE | SENTINEL),
    Command::new("SSUBSCRIBE shardchannel...", ssubscribe)
        .summary("Listens to shard channels.")
        .cost("O(N) where N is the number of shard channels to subscribe to.")
        .since("7.0.0")
        .flags(PUBSUB | NOSCRIPT | LOADING | STALE)
        .key_specs(SHARD_CHANNELS),
    Command::new("SUNSUBSCRIBE [shardchannel...]", sunsubscribe)
        .summary("Stops listening to shard channels, or to all of them.")
        .cost("O(N) where N is the number of shard channels to unsubscribe.")
        .since("7.0.0")
        .flags(PUBSUB | NOSCRIPT | LOADING | STALE)
        .key_specs(SHARD_CHANNELS),
    Command::new("PUBLISH channel message", publish)
        .summary("Sends a message to all who listen to a channel; counts them.")
        .cost("O(N+M): N clients listen to the channel, M patterns are subscribed to by anyone.")
        .since("2.0.0")
        .flags(PUBSUB | LOADING | STALE | FAST | MAY_REPLICATE | SENTINEL),
    Command::new("SPUBLISH shardchannel message", spublish)
        .summary("Sends a message to all who listen to a shard channel; counts them.")
        .cost("O(N): N clients listen to the shard channel.")
        .since("7.0.0")
        .flags(PUBSUB | LOADING | STALE | FAST | MAY_REPLICATE)
        .key_specs(&[shard_channels(0)]),
    Command::container("PUBSUB")
        .summary("Shows who listens.")
        .cost("Depends on subcommand.")
        .since("2.8.0"),
    Command::new("PUBSUB|CHANNELS [pattern:pattern]", channels)
        .summary("Lists channels that somebody listens to.")
        .cost("O(N) where N is the number of active channels.")
        .since("2.8.0")
        .flags(PUBSUB | LOADING | STALE),
    Command::new("PUBSUB|HELP", help)
        .summary("Lists the subcommands.")
        .since("6.2.0")
        .flags(LOADING | STALE),
    Command::new("PUBSUB|NUMPAT", numpat)
        .summary("Counts the patterns that somebody listens to.")
        .since("2.8.0")
        .flags(PUBSUB | LOADING | STALE),
    Command::new("PUBSUB|NUMSUB [channel...]", numsub)
        .summary("Counts the listeners of channels, patterns aside.")
        .cost("O(N) where N is the number of requested channels.")
        .since("2.8.0")
        .flags(PUBSUB | LOADING | STALE),
    Command::new("PUBSUB|SHARDCHANNELS [pattern:pattern]", shardchannels)
        .summary("Lists shard channels that somebody listens to.")
        .cost("O(N) where N is the number of active shard channels.")
        .since("7.0.0")
        .flags(PUBSUB | LOADING | STALE),
    Command::new("PUBSUB|SHARDNUMSUB [shardchannel...]", shardnumsub)
        .summary("Counts the listeners of shard channels.")
        .cost("O(N) where N is the number of requested shard channels.")
        .since("7.0.0")
        .flags(PUBSUB | LOADING | STALE),
];

/// Shard channels belong to a hash slot, as keys do.
const SHARD_CHANNELS: &[KeySpec] = &[shard_channels(-1)];

const fn shard_channels(last: i32) -> KeySpec {
    KeySpec {
        flags: key::NOT_KEY,
        begin: Begin::Index(1),
        find: Find::Range {
            last,
            step: 1,
            limit: 0,
        },
        notes: "",
    }
}

fn subscribe(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    subscribe_to(ctx, args, Kind::Channel)
}

fn psubscribe(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    subscribe_to(ctx, args, Kind::Pattern)
}

fn ssubscribe(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    subscribe_to(ctx, args, Kind::Shard)
}

fn subscribe_to(ctx: &mut Context, args: &mut Args, kind: Kind) -> Result<Reply, Error> {
    let replies = args
        .rest()
        .iter()
        .map(|name| ctx.server.subscribe(ctx.id, kind, name));
    Ok(Reply::Many(replies.collect()))
}

fn unsubscribe(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    unsubscribe_from(ctx, args, Kind::Channel)
}

fn punsubscribe(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    unsubscribe_from(ctx, args, Kind::Pattern)
}

fn sunsubscribe(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    unsubscribe_from(ctx, args, Kind::Shard)
}

fn unsubscribe_from(ctx: &mut Context, args: &mut Args, kind: Kind) -> Result<Reply, Error> {
    let named: Vec<Vec<u8>> = match args.rest() {
        [] => ctx.client().subscribed(kind).iter().cloned().collect(),
        names => names.iter().map(|name| name.to_vec()).collect(),
    };
    // Even with nothing to leave, the client is told so once.
    if named.is_empty() {
        return Ok(Reply::Many(vec![
            ctx.server.unsubscribe(ctx.id, kind, None),
        ]));
    }
    let replies = named
        .iter()
        .map(|name| ctx.server.unsubscribe(ctx.id, kind, Some(name)));
    Ok(Reply::Many(replies.collect()))
}

fn publish(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (channel, message) = (args.word()?, args.word()?);
    ctx.replicate_as(ctx.words);
    Ok(Reply::from(ctx.server.publish(channel, message)))
}

fn spublish(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (channel, message) = (args.word()?, args.word()?);
    ctx.replicate_as(ctx.words);
    Ok(Reply::from(ctx.server.publish_to_shard(channel, message)))
}

fn channels(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    listened_to(ctx, args, Kind::Channel)
}

fn shardchannels(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    listened_to(ctx, args, Kind::Shard)
}

fn listened_to(ctx: &mut Context, args: &mut Args, kind: Kind) -> Result<Reply, Error> {
    let pattern = args.peek();
    if args.left() > 1 {
        return Err(super::help::wrong_arity_or_unknown(ctx));
    }
    let names = ctx.server.pubsub.of(kind).keys();
    let matching =
        names.filter(|name| pattern.is_none_or(|pattern| glob::matches(pattern, name, false)));
    Ok(Reply::array(matching.map(Reply::bulk)))
}

fn numpat(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::from(ctx.server.pubsub.patterns.len()))
}

fn numsub(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    count_listeners(ctx, args, Kind::Channel)
}

fn shardnumsub(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    count_listeners(ctx, args, Kind::Shard)
}

fn count_listeners(ctx: &mut Context, args: &mut Args, kind: Kind) -> Result<Reply, Error> {
    let listeners = ctx.server.pubsub.of(kind);
    let counts = args.rest().iter().flat_map(|name| {
        let count = listeners.get(*name).map_or(0, Vec::len);
        [Reply::bulk(name), Reply::from(count)]
    });
    Ok(Reply::array(counts))
}
