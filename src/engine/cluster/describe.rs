//! The cluster as CLUSTER NODES, SLOTS, SHARDS, LINKS and INFO show it.

use super::Cluster;
use super::node::{Health, Node, NodeId, Role};
use super::slot::SLOTS;
use crate::config::Config;
use crate::reply::Reply;
use crate::time::Time;

/// `host:port` as redirections name it.
pub fn endpoint(cluster: &Cluster, id: NodeId, config: &Config) -> String {
    let Some(node) = cluster.node(id) else {
        return String::new();
    };
    let host = match config.get("cluster-preferred-endpoint-type").as_deref() {
        Some(b"hostname") if node.address.hostname.is_empty() => "?",
        Some(b"hostname") => &node.address.hostname,
        Some(b"unknown-endpoint") => "",
        _ => &node.address.ip,
    };
    format!("{host}:{}", node.address.port)
}

/// One line for each node.
pub fn nodes(cluster: &Cluster) -> String {
    let ranges = cluster.ranges();
    cluster
        .nodes()
        .map(|node| line(cluster, node, &ranges) + "\n")
        .collect()
}

/// The lines of a master's replicas.
pub fn replicas(cluster: &Cluster, master: NodeId) -> Vec<Reply> {
    let ranges = cluster.ranges();
    let lines = cluster
        .replicas_of(master)
        .map(|node| line(cluster, node, &ranges));
    lines.map(Reply::bulk).collect()
}

fn line(cluster: &Cluster, node: &Node, ranges: &[(u16, u16, NodeId)]) -> String {
    let is_me = node.id == cluster.my_id();
    let address = &node.address;
    let mut text = format!(
        "{} {}:{}@{}",
        node.id, address.ip, address.port, address.bus_port
    );
    if !address.hostname.is_empty() {
        text.push(',');
        text.push_str(&address.hostname);
    }
    let master = match node.role {
        Role::Replica { of: Some(master) } => master.to_string(),
        _ => "-".to_string(),
    };
    let millis = |at: Option<Time>| at.map_or(0, Time::millis);
    let epoch = match node.role {
        // A replica shows the epoch of its master.
        Role::Replica { of: Some(master) } => cluster
            .node(master)
            .map_or(node.config_epoch, |master| master.config_epoch),
        _ => node.config_epoch,
    };
    let linked = if is_me || node.link.is_some() {
        "connected"
    } else {
        "disconnected"
    };
    text.push_str(&format!(
        " {} {master} {} {} {epoch} {linked}",
        flags(cluster, node),
        millis(node.ping_sent),
        millis(node.pong_received),
    ));
    for (first, last, _) in ranges.iter().filter(|(_, _, owner)| *owner == node.id) {
        match first == last {
            true => text.push_str(&format!(" {first}")),
            false => text.push_str(&format!(" {first}-{last}")),
        }
    }
    if is_me {
        for slot in 0..SLOTS as u16 {
            if let Some(to) = cluster.migrating.get(&slot) {
                text.push_str(&format!(" [{slot}->-{to}]"));
            } else if let Some(from) = cluster.importing.get(&slot) {
                text.push_str(&format!(" [{slot}-<-{from}]"));
            }
        }
    }
    text
}

fn flags(cluster: &Cluster, node: &Node) -> String {
    let names = [
        (node.id == cluster.my_id(), "myself"),
        (node.is_master(), "master"),
        (node.is_replica(), "slave"),
        (node.health == Health::Suspected, "fail?"),
        (node.health == Health::Failed, "fail"),
        (node.handshake, "handshake"),
        (node.no_failover, "nofailover"),
    ];
    let names: Vec<&str> = names
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, name)| name)
        .collect();
    match names.is_empty() {
        true => "noflags".to_string(),
        false => names.join(","),
    }
}

/// CLUSTER SLOTS: each range with its master and those replicas that can be read from.
pub fn slots(cluster: &Cluster, config: &Config, my_offset: u64) -> Reply {
    let preferred = config
        .get("cluster-preferred-endpoint-type")
        .unwrap_or_default();
    let ranges = cluster.ranges();
    Reply::array(ranges.into_iter().filter_map(|(first, last, owner)| {
        let master = cluster.node(owner)?;
        let mut entry = vec![Reply::Int(i64::from(first)), Reply::Int(i64::from(last))];
        entry.push(slots_node(master, &preferred));
        for replica in cluster.replicas_of(owner) {
            let offset = if replica.id == cluster.my_id() {
                my_offset
            } else {
                replica.replication_offset
            };
            if replica.health != Health::Failed && offset != 0 {
                entry.push(slots_node(replica, &preferred));
            }
        }
        Some(Reply::Array(entry))
    }))
}

fn slots_node(node: &Node, preferred: &[u8]) -> Reply {
    let address = &node.address;
    let mut more = Vec::new();
    let endpoint = match preferred {
        b"hostname" if address.hostname.is_empty() => Reply::bulk("?"),
        b"hostname" => Reply::bulk(&address.hostname),
        b"unknown-endpoint" => Reply::Null,
        _ => Reply::bulk(&address.ip),
    };
    if matches!(preferred, b"hostname" | b"unknown-endpoint") {
        more.push((Reply::bulk("ip"), Reply::bulk(&address.ip)));
    }
    if preferred != b"hostname" && !address.hostname.is_empty() {
        more.push((Reply::bulk("hostname"), Reply::bulk(&address.hostname)));
    }
    Reply::Array(vec![
        endpoint,
        Reply::Int(i64::from(address.port)),
        Reply::bulk(node.id.to_string()),
        Reply::Map(more),
    ])
}

/// CLUSTER SHARDS: a master and its replicas, with the slots that the master has.
pub fn shards(cluster: &Cluster, config: &Config, my_offset: u64) -> Reply {
    let mut seen = Vec::new();
    let mut shards = Vec::new();
    for node in cluster.nodes().filter(|node| !node.handshake) {
        if seen.contains(&node.shard) {
            continue;
        }
        seen.push(node.shard);
        let members: Vec<&Node> = cluster
            .nodes()
            .filter(|other| other.shard == node.shard)
            .collect();
        let owner = members
            .iter()
            .find(|member| cluster.slot_count(member.id) > 0);
        let ranges = owner.map(|owner| cluster.ranges_of(owner.id).collect::<Vec<_>>());
        let slots = ranges
            .into_iter()
            .flatten()
            .flat_map(|(first, last)| [first, last]);
        let described = members
            .iter()
            .filter(|member| !member.handshake)
            .map(|member| shards_node(cluster, member, config, my_offset));
        shards.push(Reply::Map(vec![
            (
                Reply::bulk("slots"),
                Reply::array(slots.map(|slot| Reply::Int(i64::from(slot)))),
            ),
            (Reply::bulk("nodes"), Reply::array(described)),
        ]));
    }
    Reply::Array(shards)
}

fn shards_node(cluster: &Cluster, node: &Node, config: &Config, my_offset: u64) -> Reply {
    let address = &node.address;
    let text = |text: &str| Reply::bulk(text);
    let endpoint = endpoint(cluster, node.id, config);
    let endpoint = endpoint.rsplit_once(':').map_or("", |(host, _)| host);
    let is_me = node.id == cluster.my_id();
    let offset = if is_me {
        my_offset
    } else {
        node.replication_offset
    };
    let health = match node.health {
        Health::Fine if node.is_replica() && offset == 0 => "loading",
        Health::Fine => "online",
        _ => "fail",
    };
    let mut fields = vec![
        (text("id"), Reply::bulk(node.id.to_string())),
        (text("port"), Reply::Int(i64::from(address.port))),
        (text("ip"), text(&address.ip)),
        (text("endpoint"), text(endpoint)),
    ];
    if !address.hostname.is_empty() {
        fields.push((text("hostname"), text(&address.hostname)));
    }
    fields.extend([
        (
            text("role"),
            text(if node.is_replica() {
                "replica"
            } else {
                "master"
            }),
        ),
        (text("replication-offset"), Reply::Int(offset as i64)),
        (text("health"), text(health)),
    ]);
    Reply::Map(fields)
}

/// CLUSTER LINKS: the links that stand, one for each direction.
pub fn links(cluster: &Cluster) -> Reply {
    let directions =
        |node: &Node| [("to", node.link), ("from", node.inbound_link)].map(|link| (link, node.id));
    let described = cluster
        .nodes()
        .flat_map(directions)
        .filter_map(|((direction, since), id)| {
            Some(Reply::Map(vec![
                (Reply::bulk("direction"), Reply::bulk(direction)),
                (Reply::bulk("node"), Reply::bulk(id.to_string())),
                (Reply::bulk("create-time"), Reply::Int(since?.millis())),
                (Reply::bulk("events"), Reply::bulk("r")),
                (Reply::bulk("send-buffer-allocated"), Reply::Int(0)),
                (Reply::bulk("send-buffer-used"), Reply::Int(0)),
            ]))
        });
    Reply::array(described)
}

/// The text of CLUSTER INFO.
pub fn info(cluster: &Cluster) -> String {
    let health = |slot: usize| {
        let owner = cluster.owner(slot as u16)?;
        Some(cluster.node(owner)?.health)
    };
    let count = |wanted: Health| {
        (0..SLOTS)
            .filter(|slot| health(*slot) == Some(wanted))
            .count()
    };
    let (fine, suspected, failed) = (
        count(Health::Fine),
        count(Health::Suspected),
        count(Health::Failed),
    );
    let mut lines = vec![
        (
            "cluster_state".to_string(),
            if cluster.healthy { "ok" } else { "fail" }.to_string(),
        ),
        (
            "cluster_slots_assigned".to_string(),
            (fine + suspected + failed).to_string(),
        ),
        ("cluster_slots_ok".to_string(), fine.to_string()),
        ("cluster_slots_pfail".to_string(), suspected.to_string()),
        ("cluster_slots_fail".to_string(), failed.to_string()),
        (
            "cluster_known_nodes".to_string(),
            cluster.nodes().count().to_string(),
        ),
        ("cluster_size".to_string(), cluster.size.to_string()),
        (
            "cluster_current_epoch".to_string(),
            cluster.current_epoch.to_string(),
        ),
        (
            "cluster_my_epoch".to_string(),
            my_epoch(cluster).to_string(),
        ),
    ];
    for (counts, suffix) in [(&cluster.sent, "sent"), (&cluster.received, "received")] {
        for (kind, count) in counts {
            lines.push((
                format!("cluster_stats_messages_{kind}_{suffix}"),
                count.to_string(),
            ));
        }
        let sum: u64 = counts.values().sum();
        lines.push((format!("cluster_stats_messages_{suffix}"), sum.to_string()));
    }
    lines.push((
        "total_cluster_links_buffer_limit_exceeded".to_string(),
        "0".to_string(),
    ));
    lines
        .into_iter()
        .map(|(name, value)| format!("{name}:{value}\r\n"))
        .collect()
}

/// A replica counts with the epoch of its master.
fn my_epoch(cluster: &Cluster) -> u64 {
    let myself = cluster.myself();
    match myself.role {
        Role::Replica { of: Some(master) } => cluster
            .node(master)
            .map_or(myself.config_epoch, |node| node.config_epoch),
        _ => myself.config_epoch,
    }
}
