//! Whether keys are there, and their removal: DEL, EXISTS, KEYS, RANDOMKEY, TOUCH, TYPE, UNLINK.

use crate::args::Args;
use crate::cluster::slot::pattern_slot;
use crate::command::{Command, acl, flag::*, key};
use crate::context::Context;
use crate::cost;
use crate::error::Error;
use crate::event::Class;
use crate::glob;
use crate::keyspace::Object;
use crate::reply::Reply;

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::new("DEL key...", del)
        .summary("Removes keys with what they hold, and says how many were there.")
        .cost("O(N), N being the number of keys; for a collection O(M), M being its elements")
        .flags(WRITE)
        .key_flags(&[key::RM | key::DELETE])
        .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
    Command::new("EXISTS key...", exists)
        .summary("Counts how many of the keys are there; a key named twice counts twice.")
        .cost("O(N), N being the number of keys")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO])
        .tips(&["request_policy:multi_shard", "response_policy:agg_sum"])
        .history(&[("3.0.3", "Several keys at once.")]),
    Command::new("KEYS pattern:pattern", keys)
        .summary("Gives all keys that match a glob pattern. It walks the whole database at one go: not for production.")
        .cost("O(N), N being the keys in the database")
        .flags(READONLY)
        .acl(acl::DANGEROUS)
        .tips(&["request_policy:all_shards", "nondeterministic_output_order"]),
    Command::new("RANDOMKEY", randomkey)
        .summary("Gives a key by chance.")
        .flags(READONLY)
        .tips(&["request_policy:all_shards", "response_policy:special", "nondeterministic_output"]),
    Command::new("TOUCH key...", touch)
        .summary("Makes keys count as just used, and says how many are there.")
        .cost("O(N), N being the number of keys")
        .since("3.2.1")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO])
        .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
    Command::new("TYPE key", type_of)
        .summary("Says which type of value a key holds.")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO]),
    Command::new("UNLINK key...", unlink)
        .summary("Removes keys; what they held is freed in another thread if it is large.")
        .cost("O(1) for each key")
        .since("4.0.0")
        .flags(WRITE | FAST)
        .key_flags(&[key::RM | key::DELETE])
        .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
];

fn del(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let lazily = ctx.server.config.lazyfree_lazy_user_del;
    Ok(remove(ctx, args.rest(), lazily))
}

fn unlink(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    Ok(remove(ctx, args.rest(), true))
}

fn remove(ctx: &mut Context, keys: &[&[u8]], lazily: bool) -> Reply {
    let mut removed = 0;
    for key in keys {
        let is_removed = match lazily {
            true => ctx.keys.unlink(key),
            false => ctx.keys.delete(key),
        };
        if is_removed {
            ctx.keys.changed(Class::Generic, "del", key);
            removed += 1;
        }
    }
    Reply::Int(removed)
}

fn exists(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    Ok(args
        .rest()
        .iter()
        .filter(|key| ctx.keys.read_untouched(key).is_some())
        .count()
        .into())
}

fn touch(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    Ok(args
        .rest()
        .iter()
        .filter(|key| ctx.keys.touch(key))
        .count()
        .into())
}

fn type_of(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let object = ctx.keys.read_untouched(args.word()?);
    Ok(Reply::Status(
        object.map_or("none", |object| object.value.kind()),
    ))
}

/// Expired keys are not shown, and not removed either.
fn keys(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let pattern = args.word()?;
    // Said apart because `*` does not match the empty key.
    let all = pattern == b"*";
    let now = ctx.now.millis();
    ctx.keys.work += ctx.keys.current().keys.len() as u64 * cost::WALK;
    let only = if ctx.server.cluster.is_some() {
        pattern_slot(pattern)
    } else {
        None
    };
    let keys = &ctx.keys.current().keys;
    let entries: Box<dyn Iterator<Item = (&[u8], &Object)>> = match only {
        Some(slot) => Box::new(keys.slot(slot).into_iter().flatten()),
        None => Box::new(keys.iter()),
    };
    let found = entries.filter(|(key, object)| {
        (all || glob::matches(pattern, key, false))
            && !(object.has_deadline() && now > object.deadline)
    });
    Ok(Reply::array(found.map(|(key, _)| Reply::bulk(key))))
}

fn randomkey(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    loop {
        let Some(key) = ctx
            .keys
            .current()
            .keys
            .fair_random_key(ctx.random)
            .map(<[u8]>::to_vec)
        else {
            return Ok(Reply::Null);
        };
        if !ctx.keys.expire_if_due(&key) {
            return Ok(Reply::Bulk(key));
        }
    }
}
