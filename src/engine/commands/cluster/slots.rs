//! CLUSTER commands that give slots to nodes and take them away.

use structures::ordered::OrderedSet;

use super::{ADMIN_OF_CLUSTER, cluster, slot};
use crate::args::Args;
use crate::cluster::node::NodeId;
use crate::command::Command;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;

const RANGES: &str =
    "O(N) where N is the total number of the slots between the start slot and end slot arguments.";

pub const COMMANDS: &[Command] = &[
    Command::new("CLUSTER|ADDSLOTS slot:int...", add)
        .summary("Gives free slots to this node.")
        .cost("O(N) where N is the total number of hash slot arguments")
        .since("3.0.0")
        .flags(ADMIN_OF_CLUSTER),
    Command::new(
        "CLUSTER|ADDSLOTSRANGE (start-slot:int end-slot:int)...",
        add_ranges,
    )
    .summary("Gives ranges of free slots to this node.")
    .cost(RANGES)
    .since("7.0.0")
    .flags(ADMIN_OF_CLUSTER),
    Command::new("CLUSTER|DELSLOTS slot:int...", delete)
        .summary("Makes this node forget who has these slots.")
        .cost("O(N) where N is the total number of hash slot arguments")
        .since("3.0.0")
        .flags(ADMIN_OF_CLUSTER),
    Command::new(
        "CLUSTER|DELSLOTSRANGE (start-slot:int end-slot:int)...",
        delete_ranges,
    )
    .summary("Makes this node forget who has these ranges of slots.")
    .cost(RANGES)
    .since("7.0.0")
    .flags(ADMIN_OF_CLUSTER),
    Command::new("CLUSTER|FLUSHSLOTS", flush)
        .summary("Takes all slots from this node.")
        .since("3.0.0")
        .flags(ADMIN_OF_CLUSTER),
    Command::new(
        "CLUSTER|SETSLOT slot:int (IMPORTING importing | MIGRATING migrating | NODE node | STABLE)",
        set,
    )
    .summary("Says that a slot moves, stays, or belongs to a node.")
    .since("3.0.0")
    .flags(ADMIN_OF_CLUSTER),
];

fn add(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    let slots = single(args.rest())?;
    assign(ctx, slots, None)
}

fn add_ranges(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    let (slots, fault) = ranges(ctx, args.rest())?;
    assign(ctx, slots, fault)
}

fn delete(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    let slots = single(args.rest())?;
    release(ctx, slots, None)
}

fn delete_ranges(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    let (slots, fault) = ranges(ctx, args.rest())?;
    release(ctx, slots, fault)
}

fn single(words: &[&[u8]]) -> Result<Vec<u16>, Error> {
    words.iter().map(|word| slot(word)).collect()
}

/// The slots up to the first fault in the words. What is wrong with these slots is said before the fault.
fn ranges(ctx: &Context, words: &[&[u8]]) -> Result<(Vec<u16>, Option<Error>), Error> {
    if !words.len().is_multiple_of(2) {
        return Err(Error::WrongArity(ctx.name().to_string()));
    }
    let mut slots = Vec::new();
    let mut seen = OrderedSet::new();
    for pair in words.chunks(2) {
        let (first, last) = match slot(pair[0]).and_then(|first| Ok((first, slot(pair[1])?))) {
            Ok((first, last)) if first <= last => (first, last),
            Ok((first, last)) => {
                let text =
                    format!("start slot number {first} is greater than end slot number {last}");
                return Ok((slots, Some(Error::Err(text.into()))));
            }
            Err(error) => return Ok((slots, Some(error))),
        };
        for slot in first..=last {
            slots.push(slot);
            // Enough to be refused: a list of ranges must not grow without end.
            if !seen.insert(slot) {
                return Ok((slots, None));
            }
        }
    }
    Ok((slots, None))
}

/// All slots are looked at before one changes.
fn assign(ctx: &mut Context, slots: Vec<u16>, fault: Option<Error>) -> Result<Reply, Error> {
    let cluster = cluster(ctx)?;
    check(&slots, |slot| match cluster.owner(slot) {
        Some(_) => Err(format!("Slot {slot} is already busy")),
        None => Ok(()),
    })?;
    fault.map_or(Ok(()), Err)?;
    let me = cluster.my_id();
    for slot in slots {
        cluster.importing.remove(&slot);
        cluster.set_owner(slot, Some(me));
    }
    Ok(Reply::OK)
}

fn release(ctx: &mut Context, slots: Vec<u16>, fault: Option<Error>) -> Result<Reply, Error> {
    let cluster = cluster(ctx)?;
    check(&slots, |slot| match cluster.owner(slot) {
        None => Err(format!("Slot {slot} is already unassigned")),
        Some(_) => Ok(()),
    })?;
    fault.map_or(Ok(()), Err)?;
    for slot in slots {
        give_away(ctx, slot, None);
    }
    Ok(Reply::OK)
}

/// In the order given: what is wrong with a slot itself, then whether it was given before.
fn check(slots: &[u16], allowed: impl Fn(u16) -> Result<(), String>) -> Result<(), Error> {
    let mut seen = OrderedSet::new();
    for slot in slots {
        allowed(*slot).map_err(|text| Error::Err(text.into()))?;
        if !seen.insert(*slot) {
            return Err(Error::Err(
                format!("Slot {slot} specified multiple times").into(),
            ));
        }
    }
    Ok(())
}

/// The slot has another owner; who listens to its shard channels here does so no longer.
fn give_away(ctx: &mut Context, slot: u16, to: Option<NodeId>) {
    let Some(cluster) = ctx.server.cluster.as_deref_mut() else {
        return;
    };
    let was_here = cluster.serves(slot);
    cluster.set_owner(slot, to);
    if was_here {
        ctx.server.leave_slot(slot);
    }
}

fn flush(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    if !ctx.keys.dbs[0].keys.is_empty() {
        return Err(Error::err(
            "DB must be empty to perform CLUSTER FLUSHSLOTS.",
        ));
    }
    let cluster = cluster(ctx)?;
    let (ranges, me) = (cluster.ranges(), cluster.my_id());
    for (first, last, _) in ranges.into_iter().filter(|(_, _, owner)| *owner == me) {
        (first..=last).for_each(|slot| give_away(ctx, slot, None));
    }
    Ok(Reply::OK)
}

fn set(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if !cluster(ctx)?.myself().is_master() {
        return Err(Error::err("Please use SETSLOT only with masters."));
    }
    let slot = slot(args.word()?)?;
    let action = args.word()?.to_ascii_uppercase();
    match (action.as_slice(), args.rest()) {
        (b"MIGRATING", [id]) => migrate(ctx, slot, id)?,
        (b"IMPORTING", [id]) => import(ctx, slot, id)?,
        (b"STABLE", []) => {
            let cluster = cluster(ctx)?;
            cluster.migrating.remove(&slot);
            cluster.importing.remove(&slot);
        }
        (b"NODE", [id]) => set_node(ctx, slot, id)?,
        _ => {
            return Err(Error::err(
                "Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP",
            ));
        }
    }
    Ok(Reply::OK)
}

fn migrate(ctx: &mut Context, slot: u16, id: &[u8]) -> Result<(), Error> {
    let cluster = cluster(ctx)?;
    if !cluster.is_mine(slot) {
        return Err(Error::Err(
            format!("I'm not the owner of hash slot {slot}").into(),
        ));
    }
    let to = master(ctx, id, "I don't know about node ")?;
    self::cluster(ctx)?.migrating.insert(slot, to);
    Ok(())
}

fn import(ctx: &mut Context, slot: u16, id: &[u8]) -> Result<(), Error> {
    let cluster = cluster(ctx)?;
    if cluster.is_mine(slot) {
        return Err(Error::Err(
            format!("I'm already the owner of hash slot {slot}").into(),
        ));
    }
    let from = master(ctx, id, "I don't know about node ")?;
    self::cluster(ctx)?.importing.insert(slot, from);
    Ok(())
}

fn master(ctx: &mut Context, id: &[u8], unknown: &str) -> Result<NodeId, Error> {
    let Some(node) = cluster(ctx)?.find(id) else {
        return Err(Error::Err(
            format!("{unknown}{}", String::from_utf8_lossy(id)).into(),
        ));
    };
    match node.is_replica() {
        true => Err(Error::err("Target node is not a master")),
        false => Ok(node.id),
    }
}

fn set_node(ctx: &mut Context, slot: u16, id: &[u8]) -> Result<(), Error> {
    let to = master(ctx, id, "Unknown node ")?;
    let keys = ctx.keys.count_in_slot(slot);
    let follows = ctx.server.config.yes("cluster-allow-replica-migration");
    let cluster = cluster(ctx)?;
    let (me, was_mine) = (cluster.my_id(), cluster.is_mine(slot));
    if was_mine && to != me && keys > 0 {
        return Err(Error::Err(
            format!(
                "Can't assign hashslot {slot} to a different node while I still hold keys for this hash slot."
            )
            .into(),
        ));
    }
    if keys == 0 {
        cluster.migrating.remove(&slot);
    }
    give_away(ctx, slot, Some(to));
    let cluster = self::cluster(ctx)?;
    if to == me && cluster.importing.remove(&slot).is_some() {
        // Moved by hand: without a new epoch the former owner could claim it back.
        cluster.bump_epoch();
    }
    // A master that has given its last slot away follows who has it now.
    if was_mine && to != me && follows && cluster.slot_count(me) == 0 {
        ctx.server.follow_in_cluster(to, ctx.now);
    }
    Ok(())
}
