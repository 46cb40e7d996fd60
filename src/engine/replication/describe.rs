//! Replication as INFO and ROLE show it.

use super::Link;
use super::backlog::Backlog;
use super::replica::{Replica, Stage};
use crate::client::ClientId;
use crate::reply::Reply;
use crate::server::Server;
use crate::time::Time;

/// Fields of INFO's section, in order.
pub fn info(server: &Server, now: Time) -> Vec<(String, String)> {
    let replication = &server.replication;
    let config = |name: &str| {
        String::from_utf8_lossy(&server.config.get(name).unwrap_or_default()).into_owned()
    };
    let mut fields = Vec::new();
    match &replication.upstream {
        None => fields.push(("role".to_string(), "master".to_string())),
        Some(_) => {
            let own = as_replica(server, now).into_iter();
            fields.extend(own.map(|(name, value)| (name.to_string(), value)));
        }
    }
    let count = replication.replicas.len();
    fields.push(("connected_slaves".to_string(), count.to_string()));
    let lag_counts = server.config.int("min-replicas-max-lag") != Some(0);
    if server.config.replicas_to_write > 0 && lag_counts {
        let good = server.good_replicas(&server.config, now);
        fields.push(("min_slaves_good_slaves".to_string(), good.to_string()));
    }
    let lines = server.replicas().enumerate();
    fields.extend(lines.map(|(at, (id, replica))| {
        (
            format!("slave{at}"),
            line_of_replica(server, id, replica, now),
        )
    }));
    let backlog = replication.backlog.as_ref();
    let (second_id, second_offset) = match &replication.previous {
        Some((id, offset)) => (id.clone(), *offset),
        None => ("0".repeat(40), -1),
    };
    let failover = match &replication.failover {
        None => "no-failover",
        Some(failover) if failover.in_progress => "failover-in-progress",
        Some(_) => "waiting-for-sync",
    };
    let rest = [
        ("master_failover_state", failover.to_string()),
        ("master_replid", server.replication_id.clone()),
        ("master_replid2", second_id),
        ("master_repl_offset", replication.offset.to_string()),
        ("second_repl_offset", second_offset.to_string()),
        (
            "repl_backlog_active",
            u8::from(backlog.is_some()).to_string(),
        ),
        ("repl_backlog_size", config("repl-backlog-size")),
        (
            "repl_backlog_first_byte_offset",
            backlog.map_or(0, Backlog::first).to_string(),
        ),
        (
            "repl_backlog_histlen",
            backlog.map_or(0, Backlog::len).to_string(),
        ),
    ];
    fields.extend(rest.map(|(name, value)| (name.to_string(), value)));
    fields
}

fn as_replica(server: &Server, now: Time) -> Vec<(&'static str, String)> {
    let replication = &server.replication;
    let Some(upstream) = &replication.upstream else {
        return Vec::new();
    };
    let yes = |name: &str| u8::from(server.config.yes(name)).to_string();
    let since = |at: Option<Time>| at.map_or(-1, |at| now.secs() - at.secs()).to_string();
    let is_up = upstream.link == Link::Connected;
    let mut fields = vec![
        ("role", "slave".to_string()),
        (
            "master_host",
            String::from_utf8_lossy(&upstream.host).into_owned(),
        ),
        ("master_port", upstream.port.to_string()),
        (
            "master_link_status",
            if is_up { "up" } else { "down" }.to_string(),
        ),
        (
            "master_last_io_seconds_ago",
            since(upstream.last_io.filter(|_| is_up)),
        ),
        (
            "master_sync_in_progress",
            u8::from(upstream.link == Link::Sync).to_string(),
        ),
        ("slave_read_repl_offset", replication.offset.to_string()),
        ("slave_repl_offset", replication.offset.to_string()),
        ("replica_full_sync_buffer_size", "0".to_string()),
        ("replica_full_sync_buffer_peak", "0".to_string()),
        (
            "master_current_sync_attempts",
            upstream.attempts.to_string(),
        ),
        (
            "master_total_sync_attempts",
            replication.attempts.to_string(),
        ),
    ];
    match is_up {
        true => fields.push(("master_link_up_since_seconds", since(upstream.up_since))),
        false => fields.push(("master_link_down_since_seconds", since(upstream.down_since))),
    }
    let priority = server.config.int("replica-priority").unwrap_or_default();
    fields.extend([
        ("total_disconnect_time_sec", "0".to_string()),
        ("slave_priority", priority.to_string()),
        ("slave_read_only", yes("replica-read-only")),
        ("replica_announced", yes("replica-announced")),
    ]);
    fields
}

fn line_of_replica(server: &Server, id: ClientId, replica: &Replica, now: Time) -> String {
    let host = server.replica_host(id, replica);
    let state = match replica.stage {
        Some(Stage::Loading | Stage::Online) => "online",
        _ => "wait_bgsave",
    };
    format!(
        "ip={},port={},state={state},offset={},lag={}",
        String::from_utf8_lossy(&host),
        replica.port,
        replica.acknowledged,
        replica.lag(now)
    )
}

/// The reply of ROLE.
pub fn role(server: &Server) -> Reply {
    let replication = &server.replication;
    match &replication.upstream {
        None => Reply::Array(vec![
            Reply::bulk("master"),
            Reply::Int(replication.offset as i64),
            Reply::Array(replicas_of(server)),
        ]),
        Some(upstream) => Reply::Array(vec![
            Reply::bulk("slave"),
            Reply::bulk(&upstream.host),
            Reply::Int(i64::from(upstream.port)),
            Reply::bulk(upstream.link.name()),
            Reply::Int(if upstream.link == Link::Connected {
                replication.offset as i64
            } else {
                -1
            }),
        ]),
    }
}

/// Replicas that have their snapshot, for ROLE.
fn replicas_of(server: &Server) -> Vec<Reply> {
    let online = server.replicas().filter(|(_, replica)| replica.is_online());
    let line = |(id, replica): (ClientId, &Replica)| {
        Reply::Array(vec![
            Reply::bulk(server.replica_host(id, replica)),
            Reply::bulk(replica.port.to_string()),
            Reply::bulk(replica.acknowledged.to_string()),
        ])
    };
    online.map(line).collect()
}
