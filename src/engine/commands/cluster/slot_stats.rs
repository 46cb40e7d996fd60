//! CLUSTER SLOT-STATS: how much each slot of this node holds and moves.

use super::{cluster, slot};
use crate::args::Args;
use crate::cluster::slot::SLOTS;
use crate::command::{Command, flag::*};
use crate::commands::help::wrong_arity_or_unknown;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::structures::order;

pub const COMMANDS: &[Command] = &[Command::new(
    "CLUSTER|SLOT-STATS (SLOTSRANGE (start-slot:int end-slot:int) | \
     ORDERBY (metric [LIMIT limit:int] [(ASC | DESC)]))",
    slot_stats,
)
.summary("Gives counts for the slots of this node, by slot or by one of the counts.")
.cost("O(N) where N is the total number of slots based on arguments. O(N*log(N)) with ORDERBY subcommand.")
.since("8.2.0")
.flags(LOADING | STALE)
.tips(&["nondeterministic_output", "request_policy:all_shards"])];

/// One slot's counts, in the order shown.
type Row = (u16, Vec<(&'static str, u64)>);

fn slot_stats(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    if args.left() == 3 && args.token("SLOTSRANGE") {
        return by_range(ctx, slot(args.word()?)?, slot(args.word()?)?);
    }
    if args.left() >= 2 && args.token("ORDERBY") {
        return ordered(ctx, args);
    }
    Err(wrong_arity_or_unknown(ctx))
}

fn by_range(ctx: &mut Context, first: u16, last: u16) -> Result<Reply, Error> {
    if first > last {
        return Err(Error::Err(
            format!("Start slot number {first} is greater than end slot number {last}").into(),
        ));
    }
    Ok(shown(rows(ctx, first..=last)))
}

fn ordered(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let detailed = ctx.server.config.yes("cluster-slot-stats-enabled");
    let metric = match args.word()?.to_ascii_lowercase().as_slice() {
        b"key-count" => 0,
        b"cpu-usec" if detailed => 1,
        b"network-bytes-in" if detailed => 2,
        b"network-bytes-out" if detailed => 3,
        _ => return Err(Error::err("Unrecognized sort metric for ORDERBY.")),
    };
    let (mut limit, mut ascending) = (None, None);
    while !args.is_empty() {
        let twice = if args.left() >= 2 && args.token("LIMIT") {
            let count =
                number::parse_i64(args.word()?).filter(|count| (1..=SLOTS as i64).contains(count));
            let count = count.ok_or(Error::err(
                "Limit has to lie in between 1 and 16384 (maximum number of slots).",
            ))?;
            limit.replace(count as usize).is_some()
        } else if args.token("ASC") {
            ascending.replace(true).is_some()
        } else if args.token("DESC") {
            ascending.replace(false).is_some()
        } else {
            return Err(Error::Syntax);
        };
        if twice {
            return Err(Error::err(
                "Multiple filters of the same type are disallowed.",
            ));
        }
    }
    let mut rows = rows(ctx, 0..=(SLOTS - 1) as u16);
    let count = |(_, counts): &Row| counts[metric].1;
    // Equal counts stay in order of slots, whichever way the counts go.
    match ascending {
        Some(true) => order::sort_by(&mut rows, |a, b| count(a).cmp(&count(b))),
        _ => order::sort_by(&mut rows, |a, b| count(b).cmp(&count(a))),
    }
    rows.truncate(limit.unwrap_or(SLOTS));
    Ok(shown(rows))
}

/// The slots of this node, or of its master.
fn rows(ctx: &Context, slots: std::ops::RangeInclusive<u16>) -> Vec<Row> {
    let Some(cluster) = ctx.server.cluster.as_deref() else {
        return Vec::new();
    };
    let detailed = ctx.server.config.yes("cluster-slot-stats-enabled");
    let served = slots.filter(|slot| cluster.serves(*slot));
    let row = |slot: u16| {
        let mut counts = vec![("key-count", ctx.keys.count_in_slot(slot) as u64)];
        if detailed {
            let traffic = cluster.traffic.get(&slot).copied().unwrap_or_default();
            counts.extend([
                ("cpu-usec", 0),
                ("network-bytes-in", traffic.bytes_in),
                ("network-bytes-out", traffic.bytes_out),
            ]);
        }
        (slot, counts)
    };
    served.map(row).collect()
}

fn shown(rows: Vec<Row>) -> Reply {
    Reply::array(rows.into_iter().map(|(slot, counts)| {
        let counts = counts
            .into_iter()
            .map(|(name, count)| (Reply::bulk(name), Reply::Int(count as i64)));
        Reply::Array(vec![
            Reply::Int(i64::from(slot)),
            Reply::Map(counts.collect()),
        ])
    }))
}
