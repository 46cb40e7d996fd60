//! CLUSTER commands about nodes: meeting and forgetting them, epochs, who follows whom.

use std::time::Duration;

use super::{ADMIN_OF_CLUSTER, cluster, rules};
use crate::args::Args;
use crate::cluster::ManualFailover;
use crate::cluster::describe;
use crate::cluster::node::{Address, Health, NodeId, Role};
use crate::command::{Command, flag::*};
use crate::commands::help::wrong_arity_or_unknown;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;

/// How far the bus port lies above the port, unless somebody says otherwise.
const BUS_PORT_ABOVE: i64 = 10_000;
/// A failover that somebody asked for is given up after so long.
const FAILOVER_PATIENCE: Duration = Duration::from_secs(5);

pub const COMMANDS: &[Command] = &[
    Command::new("CLUSTER|BUMPEPOCH", bump_epoch)
        .summary("Gives this node a new epoch, unless it has the greatest one.")
        .since("3.0.0")
        .flags(ADMIN_OF_CLUSTER)
        .tips(&["nondeterministic_output"]),
    Command::new("CLUSTER|COUNT-FAILURE-REPORTS node-id", count_failure_reports)
        .summary("Counts the masters that said of a node that it does not answer.")
        .cost("O(N) where N is the number of failure reports")
        .since("3.0.0")
        .flags(ADMIN | STALE)
        .tips(&["nondeterministic_output"]),
    Command::new("CLUSTER|FAILOVER [(FORCE | TAKEOVER)]", failover)
        .summary("Makes this replica the master of its shard.")
        .since("3.0.0")
        .flags(ADMIN_OF_CLUSTER),
    Command::new("CLUSTER|FORGET node-id", forget)
        .summary("Removes a node from what this node knows.")
        .since("3.0.0")
        .flags(ADMIN_OF_CLUSTER),
    Command::new("CLUSTER|MEET ip port:int [cluster-bus-port:int]", meet)
        .summary("Makes this node get in touch with another.")
        .since("3.0.0")
        .flags(ADMIN_OF_CLUSTER)
        .history(&[("4.0.0", "The argument `cluster-bus-port`.")]),
    Command::new("CLUSTER|REPLICAS node-id", replicas)
        .summary("Lists the replicas of a master.")
        .cost("O(N) where N is the number of replicas.")
        .since("5.0.0")
        .flags(ADMIN | STALE)
        .tips(&["nondeterministic_output"]),
    Command::new("CLUSTER|REPLICATE node-id", replicate)
        .summary("Makes this node a replica of a master.")
        .since("3.0.0")
        .flags(ADMIN_OF_CLUSTER),
    Command::new("CLUSTER|RESET [(HARD | SOFT)]", reset)
        .summary("Makes this node as new: it knows no other and has no slots.")
        .cost("O(N) where N is the number of known nodes. The command may execute a FLUSHALL as a side effect.")
        .since("3.0.0")
        .flags(ADMIN | STALE | NOSCRIPT),
    Command::new("CLUSTER|SAVECONFIG", save_config)
        .summary("Writes what this node knows of the cluster into its file.")
        .since("3.0.0")
        .flags(ADMIN_OF_CLUSTER),
    Command::new("CLUSTER|SET-CONFIG-EPOCH config-epoch:int", set_config_epoch)
        .summary("Gives a new node its first epoch.")
        .since("3.0.0")
        .flags(ADMIN_OF_CLUSTER),
    Command::new("CLUSTER|SLAVES node-id", replicas)
        .summary("Lists the replicas of a master.")
        .cost("O(N) where N is the number of replicas.")
        .since("3.0.0")
        .flags(ADMIN | STALE)
        .tips(&["nondeterministic_output"])
        .deprecated("5.0.0", "`CLUSTER REPLICAS`"),
];

fn unknown_node(id: &[u8]) -> Error {
    Error::Err(format!("Unknown node {}", String::from_utf8_lossy(id)).into())
}

fn bump_epoch(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let cluster = cluster(ctx)?;
    let verb = if cluster.bump_epoch() {
        "BUMPED"
    } else {
        "STILL"
    };
    Ok(Reply::StatusText(format!(
        "{verb} {}",
        cluster.myself().config_epoch
    )))
}

fn count_failure_reports(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (rules, now) = (rules(ctx), ctx.now);
    let cluster = cluster(ctx)?;
    let id = args.word()?;
    let node = cluster.find(id).ok_or_else(|| unknown_node(id))?.id;
    Ok(Reply::from(cluster.failure_reports(node, &rules, now)))
}

fn failover(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    let (mut force, mut takeover) = (false, false);
    match args.rest() {
        [] => {}
        [word] if word.eq_ignore_ascii_case(b"FORCE") => force = true,
        [word] if word.eq_ignore_ascii_case(b"TAKEOVER") => takeover = true,
        [_] => return Err(Error::Syntax),
        _ => return Err(wrong_arity_or_unknown(ctx)),
    }
    let now = ctx.now;
    let cluster = cluster(ctx)?;
    let Role::Replica { of } = cluster.myself().role else {
        return Err(Error::err("You should send CLUSTER FAILOVER to a replica"));
    };
    let Some(master) = of.and_then(|id| cluster.node(id)) else {
        return Err(Error::err("I'm a replica but my master is unknown to me"));
    };
    if (master.health == Health::Failed || master.link.is_none()) && !force && !takeover {
        return Err(Error::err(
            "Master is down or failed, please use CLUSTER FAILOVER FORCE",
        ));
    }
    if takeover {
        cluster.take_over();
        ctx.server.follow_nobody(ctx.keys, ctx.random, ctx.now);
    } else {
        cluster.failover = Some(ManualFailover {
            until: now.after(FAILOVER_PATIENCE),
            force,
        });
    }
    Ok(Reply::OK)
}

fn forget(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let now = ctx.now;
    let cluster = cluster(ctx)?;
    let text = args.word()?;
    let Some(id) = cluster.find(text).map(|node| node.id) else {
        // Others may have told of it before.
        let forgotten = NodeId::parse(text).is_some_and(|id| cluster.forgotten.contains_key(&id));
        return if forgotten {
            Ok(Reply::OK)
        } else {
            Err(unknown_node(text))
        };
    };
    if id == cluster.my_id() {
        return Err(Error::err("I tried hard but I can't forget myself..."));
    }
    if cluster.myself().is_replica_of(id) {
        return Err(Error::err("Can't forget my master!"));
    }
    cluster.forget(id, now);
    Ok(Reply::OK)
}

fn meet(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    let words = args.rest();
    let ([ip, port] | [ip, port, _]) = words else {
        return Err(wrong_arity_or_unknown(ctx));
    };
    let number = |word: &[u8], what: &str| {
        let shown = || {
            format!(
                "Invalid {what} port specified: {}",
                String::from_utf8_lossy(word)
            )
        };
        number::parse_i64(word).ok_or_else(|| Error::Err(shown().into()))
    };
    let base = number(port, "base")?;
    let bus = match words.get(2) {
        Some(word) => number(word, "bus")?,
        None => base.saturating_add(BUS_PORT_ABOVE),
    };
    let valid = |number: i64| u16::try_from(number).ok().filter(|port| *port > 0);
    let ip = std::str::from_utf8(ip).unwrap_or_default();
    let parsed: Option<std::net::IpAddr> = ip.parse().ok();
    let (Some(parsed), Some(port), Some(bus_port)) = (parsed, valid(base), valid(bus)) else {
        return Err(Error::Err(
            format!(
                "Invalid node address specified: {}:{}",
                String::from_utf8_lossy(words[0]),
                String::from_utf8_lossy(words[1])
            )
            .into(),
        ));
    };
    let address = Address {
        ip: parsed.to_string(),
        port,
        bus_port,
        hostname: String::new(),
    };
    let now = ctx.now;
    if let Some(cluster) = ctx.server.cluster.as_deref_mut() {
        cluster.meet(address, ctx.random, now);
    }
    Ok(Reply::OK)
}

fn replicas(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let cluster = cluster(ctx)?;
    let id = args.word()?;
    let node = cluster.find(id).ok_or_else(|| unknown_node(id))?;
    if node.is_replica() {
        return Err(Error::err("The specified node is not a master"));
    }
    Ok(Reply::Array(describe::replicas(cluster, node.id)))
}

fn replicate(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let text = args.word()?;
    let no_keys = ctx.keys.dbs[0].keys.is_empty();
    let cluster = cluster(ctx)?;
    let node = cluster.find(text).ok_or_else(|| unknown_node(text))?;
    if node.id == cluster.my_id() {
        return Err(Error::err("Can't replicate myself"));
    }
    if node.is_replica() {
        return Err(Error::err("I can only replicate a master, not a replica."));
    }
    let is_empty = no_keys && cluster.slot_count(cluster.my_id()) == 0;
    if cluster.myself().is_master() && !is_empty {
        return Err(Error::err(
            "To set a master the node must be empty and without assigned slots.",
        ));
    }
    let id = node.id;
    ctx.server.follow_in_cluster(id, ctx.now);
    ctx.server.free_blocked_clients(ctx.keys, ctx.id);
    Ok(Reply::OK)
}

fn reset(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    let hard = match args.rest() {
        [] => false,
        [word] if word.eq_ignore_ascii_case(b"HARD") => true,
        [word] if word.eq_ignore_ascii_case(b"SOFT") => false,
        [_] => return Err(Error::Syntax),
        _ => return Err(wrong_arity_or_unknown(ctx)),
    };
    let is_empty = ctx.keys.dbs[0].keys.is_empty();
    if cluster(ctx)?.myself().is_master() {
        if !is_empty {
            return Err(Error::err(
                "CLUSTER RESET can't be called with master nodes containing keys",
            ));
        }
    } else {
        ctx.server.follow_nobody(ctx.keys, ctx.random, ctx.now);
        ctx.keys.flush(0);
    }
    if let Some(cluster) = ctx.server.cluster.as_deref_mut() {
        cluster.reset(hard, ctx.random);
    }
    ctx.server.leave_all_slots();
    Ok(Reply::OK)
}

/// The file is the driver's business; what would be in it is this value.
fn save_config(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    cluster(ctx)?;
    Ok(Reply::OK)
}

fn set_config_epoch(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let cluster = cluster(ctx)?;
    let epoch = args.int()?;
    let Ok(epoch) = u64::try_from(epoch) else {
        return Err(Error::Err(
            format!("Invalid config epoch specified: {epoch}").into(),
        ));
    };
    if cluster.nodes().count() > 1 {
        return Err(Error::err(
            "The user can assign a config epoch only when the node does not know any other node.",
        ));
    }
    if cluster.myself().config_epoch != 0 {
        return Err(Error::err("Node config epoch is already non-zero"));
    }
    cluster.myself_mut().config_epoch = epoch;
    cluster.current_epoch = cluster.current_epoch.max(epoch);
    Ok(Reply::OK)
}
