//! Commands of the group `cluster`. They ask and change this node's view of the cluster (`crate::cluster`); what other
//! nodes make of it is not decided here.

mod nodes;
mod slot_stats;
mod slots;

use crate::args::Args;
use crate::cluster::describe;
use crate::cluster::slot::{SLOTS, key_slot};
use crate::cluster::{Cluster, Rules};
use crate::command::{Command, acl, flag::*};
use crate::commands::help::help;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;

const ADMIN_OF_CLUSTER: u32 = ADMIN | STALE | NO_ASYNC_LOADING;

pub const COMMANDS: &[Command] = &[
    Command::new("ASKING", asking)
        .summary("Lets the next command use a slot that is just moving here.")
        .since("3.0.0")
        .flags(FAST)
        .acl(acl::CONNECTION),
    Command::new("READONLY", readonly)
        .summary("Lets this connection read from a replica of a cluster.")
        .since("3.0.0")
        .flags(FAST | LOADING | STALE)
        .acl(acl::CONNECTION),
    Command::new("READWRITE", readwrite)
        .summary("Ends what READONLY began.")
        .since("3.0.0")
        .flags(FAST | LOADING | STALE)
        .acl(acl::CONNECTION),
    Command::container("CLUSTER")
        .summary("Asks and changes the cluster.")
        .cost("Depends on subcommand.")
        .since("3.0.0"),
    Command::new("CLUSTER|HELP", help)
        .summary("Lists the subcommands.")
        .since("5.0.0")
        .flags(LOADING | STALE),
    Command::new("CLUSTER|COUNTKEYSINSLOT slot:int", count_keys)
        .summary("Counts the keys that this node holds in a slot.")
        .since("3.0.0")
        .flags(STALE),
    Command::new("CLUSTER|GETKEYSINSLOT slot:int count:int", get_keys)
        .summary("Lists some of the keys that this node holds in a slot.")
        .cost("O(N) where N is the number of requested keys")
        .since("3.0.0")
        .flags(STALE)
        .tips(&["nondeterministic_output"]),
    Command::new("CLUSTER|INFO", info)
        .summary("Says how the cluster is, as this node sees it.")
        .since("3.0.0")
        .flags(STALE)
        .tips(&["nondeterministic_output"]),
    Command::new("CLUSTER|KEYSLOT key-name", keyslot)
        .summary("Gives the slot of a key.")
        .cost("O(N) where N is the number of bytes in the key")
        .since("3.0.0")
        .flags(STALE),
    Command::new("CLUSTER|LINKS", links)
        .summary("Lists the links of this node with others.")
        .cost("O(N) where N is the total number of Cluster nodes")
        .since("7.0.0")
        .flags(STALE)
        .tips(&["nondeterministic_output"]),
    Command::new("CLUSTER|MYID", myid)
        .summary("Gives the id of this node.")
        .since("3.0.0")
        .flags(STALE),
    Command::new("CLUSTER|MYSHARDID", myshardid)
        .summary("Gives the id that this node shares with its master and its replicas.")
        .since("7.2.0")
        .flags(STALE)
        .tips(&["nondeterministic_output"]),
    Command::new("CLUSTER|NODES", nodes_text)
        .summary("Lists the nodes with their slots, as this node sees them.")
        .cost("O(N) where N is the total number of Cluster nodes")
        .since("3.0.0")
        .flags(STALE)
        .tips(&["nondeterministic_output"]),
    Command::new("CLUSTER|SHARDS", shards)
        .summary("Lists masters with their replicas and slots.")
        .cost("O(N) where N is the total number of cluster nodes")
        .since("7.0.0")
        .flags(LOADING | STALE)
        .tips(&["nondeterministic_output"]),
    Command::new("CLUSTER|SLOTS", slots_list)
        .summary("Lists ranges of slots with the nodes that serve them.")
        .cost("O(N) where N is the total number of Cluster nodes")
        .since("3.0.0")
        .flags(LOADING | STALE)
        .tips(&["nondeterministic_output"])
        .history(&[
            ("4.0.0", "Tells the ids of the nodes."),
            ("7.0.0", "Tells more about where a node can be reached."),
        ])
        .deprecated("7.0.0", "`CLUSTER SHARDS`"),
];

pub(in crate::commands) use nodes::COMMANDS as NODES;
pub(in crate::commands) use slot_stats::COMMANDS as SLOT_STATS;
pub(in crate::commands) use slots::COMMANDS as SLOT_COMMANDS;

/// The cluster, if this server is a node of one. Its own address is as the configuration says now.
fn cluster<'a>(ctx: &'a mut Context) -> Result<&'a mut Cluster, Error> {
    ctx.server.refresh_cluster_address();
    ctx.server.cluster.as_deref_mut().ok_or(Error::NoCluster)
}

fn rules(ctx: &Context) -> Rules {
    ctx.server.cluster_rules()
}

/// A slot's number, for commands that call every other text out of range.
fn slot(word: &[u8]) -> Result<u16, Error> {
    number::parse_i64(word)
        .and_then(|number| u16::try_from(number).ok())
        .filter(|number| usize::from(*number) < SLOTS)
        .ok_or(Error::err("Invalid or out of range slot"))
}

fn asking(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    ctx.client_mut().asking = true;
    Ok(Reply::OK)
}

fn readonly(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    ctx.client_mut().readonly = true;
    Ok(Reply::OK)
}

fn readwrite(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    ctx.client_mut().readonly = false;
    Ok(Reply::OK)
}

fn count_keys(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    let slot = args.int()?;
    let slot = u16::try_from(slot)
        .ok()
        .filter(|slot| usize::from(*slot) < SLOTS);
    let slot = slot.ok_or(Error::err("Invalid slot"))?;
    Ok(Reply::from(ctx.keys.count_in_slot(slot)))
}

fn get_keys(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    let (slot, count) = (args.int()?, args.int()?);
    let slot = u16::try_from(slot)
        .ok()
        .filter(|slot| usize::from(*slot) < SLOTS);
    let (Some(slot), Ok(count)) = (slot, usize::try_from(count)) else {
        return Err(Error::err("Invalid slot or number of keys"));
    };
    let dict = ctx.keys.dbs[0].keys.slot(slot);
    let keys = dict.into_iter().flat_map(|dict| dict.keys()).take(count);
    Ok(Reply::array(keys.map(Reply::bulk)))
}

fn info(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let text = describe::info(cluster(ctx)?);
    Ok(Reply::Verbatim("txt", text))
}

fn keyslot(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    Ok(Reply::Int(i64::from(key_slot(args.word()?))))
}

fn links(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(describe::links(cluster(ctx)?))
}

fn myid(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::bulk(cluster(ctx)?.my_id().to_string()))
}

fn myshardid(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::bulk(cluster(ctx)?.myself().shard.to_string()))
}

fn nodes_text(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let text = describe::nodes(cluster(ctx)?);
    Ok(Reply::Verbatim("txt", text))
}

fn shards(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    let offset = ctx.server.replication.offset;
    let cluster = ctx.server.cluster.as_deref().ok_or(Error::NoCluster)?;
    Ok(describe::shards(cluster, &ctx.server.config, offset))
}

fn slots_list(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    let offset = ctx.server.replication.offset;
    let cluster = ctx.server.cluster.as_deref().ok_or(Error::NoCluster)?;
    Ok(describe::slots(cluster, &ctx.server.config, offset))
}
