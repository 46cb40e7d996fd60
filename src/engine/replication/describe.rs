//! Replication as INFO and ROLE show it.

use super::Link;
use crate::reply::Reply;
use crate::server::Server;
use crate::time::Time;

/// Fields of INFO's section, in order.
pub fn info(server: &Server, now: Time) -> Vec<(&'static str, String)> {
    let replication = &server.replication;
    let config = |name: &str| {
        String::from_utf8_lossy(&server.config.get(name).unwrap_or_default()).into_owned()
    };
    let mut fields = Vec::new();
    match &replication.upstream {
        None => fields.push(("role", "master".to_string())),
        Some(_) => fields.extend(as_replica(server, now)),
    }
    fields.push(("connected_slaves", "0".to_string()));
    let (second_id, second_offset) = match &replication.previous {
        Some((id, offset)) => (id.clone(), *offset),
        None => ("0".repeat(40), -1),
    };
    fields.extend([
        ("master_failover_state", "no-failover".to_string()),
        ("master_replid", server.replication_id.clone()),
        ("master_replid2", second_id),
        (
            "master_repl_offset",
            server.replication_offset().to_string(),
        ),
        ("second_repl_offset", second_offset.to_string()),
        ("repl_backlog_active", "0".to_string()),
        ("repl_backlog_size", config("repl-backlog-size")),
        ("repl_backlog_first_byte_offset", "0".to_string()),
        ("repl_backlog_histlen", "0".to_string()),
    ]);
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
    if !is_up {
        fields.push(("master_link_down_since_seconds", since(upstream.down_since)));
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

/// The reply of ROLE.
pub fn role(server: &Server) -> Reply {
    let replication = &server.replication;
    match &replication.upstream {
        None => Reply::Array(vec![
            Reply::bulk("master"),
            Reply::Int(replication.offset),
            Reply::Array(Vec::new()),
        ]),
        Some(upstream) => Reply::Array(vec![
            Reply::bulk("slave"),
            Reply::bulk(&upstream.host),
            Reply::Int(i64::from(upstream.port)),
            Reply::bulk(upstream.link.name()),
            Reply::Int(if upstream.link == Link::Connected {
                replication.offset
            } else {
                -1
            }),
        ]),
    }
}
