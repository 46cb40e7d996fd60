//! The text of INFO: what is true of this server, under the names that redis-server 8.2.3 uses. Fields about a
//! process, an allocator, sockets or a disk are left out rather than made up.

use crate::command::table;
use crate::keyspace::Keyspace;
use crate::replication::describe;
use crate::server::{Server, VERSION};
use crate::time::Time;

struct Section {
    name: &'static str,
    /// Shown when no section is named.
    by_default: bool,
    write: fn(&mut Text, &Keyspace, &Server, Time),
}

/// In INFO's order.
const SECTIONS: &[Section] = &[
    Section {
        name: "Server",
        by_default: true,
        write: server,
    },
    Section {
        name: "Clients",
        by_default: true,
        write: clients,
    },
    Section {
        name: "Memory",
        by_default: true,
        write: memory,
    },
    Section {
        name: "Persistence",
        by_default: true,
        write: persistence,
    },
    Section {
        name: "Stats",
        by_default: true,
        write: stats,
    },
    Section {
        name: "Replication",
        by_default: true,
        write: replication,
    },
    Section {
        name: "CPU",
        by_default: true,
        write: |_, _, _, _| {},
    },
    Section {
        name: "Modules",
        by_default: true,
        write: modules,
    },
    Section {
        name: "Commandstats",
        by_default: false,
        write: commandstats,
    },
    Section {
        name: "Errorstats",
        by_default: true,
        write: errorstats,
    },
    Section {
        name: "Latencystats",
        by_default: false,
        write: |_, _, _, _| {},
    },
    Section {
        name: "Cluster",
        by_default: true,
        write: cluster,
    },
    Section {
        name: "Keyspace",
        by_default: true,
        write: keyspace,
    },
];

/// The sections that are named, or those shown by default.
pub fn text(keys: &Keyspace, server: &Server, now: Time, names: &[&[u8]]) -> String {
    let is_named = |name: &str| {
        names
            .iter()
            .any(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    };
    let everything = is_named("all") || is_named("everything");
    let default = names.is_empty() || is_named("default");
    let mut text = Text(String::new());
    for section in SECTIONS {
        if everything || default && section.by_default || is_named(section.name) {
            text.begin(section.name);
            (section.write)(&mut text, keys, server, now);
        }
    }
    text.0
}

struct Text(String);

impl Text {
    fn begin(&mut self, section: &str) {
        if !self.0.is_empty() {
            self.0.push_str("\r\n");
        }
        self.0.push_str(&format!("# {section}\r\n"));
    }

    fn field(&mut self, name: &str, value: impl std::fmt::Display) {
        self.0.push_str(&format!("{name}:{value}\r\n"));
    }
}

fn server(text: &mut Text, _: &Keyspace, server: &Server, now: Time) {
    let uptime = now.secs() - server.started.secs();
    text.field("redis_version", VERSION);
    text.field("redis_mode", server.mode());
    text.field("arch_bits", 64);
    text.field("run_id", &server.run_id);
    text.field("server_time_usec", now.micros());
    text.field("uptime_in_seconds", uptime);
    text.field("uptime_in_days", uptime / 86400);
    text.field("hz", server.config.hz);
    text.field("configured_hz", server.config.hz);
    text.field("lru_clock", now.secs() & 0xff_ffff);
    text.field("config_file", "");
}

fn clients(text: &mut Text, keys: &Keyspace, server: &Server, _: Time) {
    let clients = || server.clients.iter().filter(|client| !client.closing);
    text.field("connected_clients", clients().count());
    text.field("cluster_connections", 0);
    text.field("maxclients", config(server, "maxclients"));
    text.field(
        "blocked_clients",
        clients().filter(|client| client.blocked.is_some()).count(),
    );
    text.field("tracking_clients", server.tracking.clients);
    text.field(
        "pubsub_clients",
        clients().filter(|client| client.is_subscriber()).count(),
    );
    text.field(
        "watching_clients",
        clients()
            .filter(|client| !client.watching.is_empty())
            .count(),
    );
    let timed = |wait: &crate::client::Blocked| wait.deadline.is_some();
    text.field(
        "clients_in_timeout_table",
        clients()
            .filter(|client| client.blocked.as_ref().is_some_and(timed))
            .count(),
    );
    text.field("total_watched_keys", keys.watched_count());
    text.field("total_blocking_keys", keys.waited_count());
}

fn memory(text: &mut Text, keys: &Keyspace, server: &Server, _: Time) {
    // What Redis' allocator would hold for the keys; a process around them does not exist here.
    let used = crate::memory::total(keys) as u64;
    text.field("used_memory", used);
    text.field("used_memory_human", human(used));
    text.field("used_memory_dataset", used);
    let maxmemory = server.config.int("maxmemory").unwrap_or_default();
    text.field("maxmemory", maxmemory);
    text.field("maxmemory_human", human(maxmemory as u64));
    text.field("maxmemory_policy", config(server, "maxmemory-policy"));
    text.field("active_defrag_running", 0);
    text.field("lazyfree_pending_objects", 0);
    text.field("lazyfreed_objects", 0);
}

fn persistence(text: &mut Text, keys: &Keyspace, server: &Server, _: Time) {
    text.field("loading", 0);
    text.field("async_loading", 0);
    text.field("rdb_changes_since_last_save", keys.dirty);
    text.field("rdb_bgsave_in_progress", 0);
    text.field("rdb_last_save_time", server.started.secs());
    text.field("rdb_last_bgsave_status", "ok");
    text.field("rdb_last_bgsave_time_sec", -1);
    text.field("rdb_current_bgsave_time_sec", -1);
    text.field("rdb_saves", 0);
    text.field("aof_enabled", 0);
    text.field("aof_rewrite_in_progress", 0);
    text.field("aof_rewrite_scheduled", 0);
    text.field("aof_last_rewrite_time_sec", -1);
    text.field("aof_current_rewrite_time_sec", -1);
    text.field("aof_last_bgrewrite_status", "ok");
    text.field("aof_last_write_status", "ok");
}

fn stats(text: &mut Text, keys: &Keyspace, server: &Server, _: Time) {
    let stats = &server.stats;
    text.field("total_connections_received", stats.connections_received);
    text.field("total_commands_processed", stats.commands_processed);
    text.field("total_net_input_bytes", stats.bytes_received);
    text.field("total_net_output_bytes", stats.bytes_sent);
    text.field("rejected_connections", stats.connections_rejected);
    text.field("sync_full", 0);
    text.field("sync_partial_ok", 0);
    text.field("sync_partial_err", 0);
    text.field("expired_subkeys", keys.stats.expired_fields);
    text.field("expired_keys", keys.stats.expired);
    text.field("evicted_keys", 0);
    text.field("evicted_clients", stats.evicted_clients);
    text.field("evicted_scripts", 0);
    text.field("keyspace_hits", keys.stats.hits);
    text.field("keyspace_misses", keys.stats.misses);
    text.field("pubsub_channels", server.pubsub.channels.len());
    text.field("pubsub_patterns", server.pubsub.patterns.len());
    text.field("pubsubshard_channels", server.pubsub.shard_channels.len());
    text.field("latest_fork_usec", 0);
    text.field("total_forks", 0);
    let tracking = &server.tracking;
    text.field("tracking_total_keys", tracking.keys.len());
    text.field(
        "tracking_total_items",
        tracking
            .keys
            .values()
            .map(|clients| clients.len())
            .sum::<usize>(),
    );
    text.field("tracking_total_prefixes", tracking.prefixes.len());
    text.field("unexpected_error_replies", 0);
    text.field("total_error_replies", stats.error_replies);
    text.field(
        "client_query_buffer_limit_disconnections",
        stats.query_buffers_exceeded,
    );
    text.field(
        "client_output_buffer_limit_disconnections",
        stats.output_buffers_exceeded,
    );
    text.field("acl_access_denied_auth", stats.denied.logins);
    text.field("acl_access_denied_cmd", stats.denied.commands);
    text.field("acl_access_denied_key", stats.denied.keys);
    text.field("acl_access_denied_channel", stats.denied.channels);
}

fn modules(text: &mut Text, _: &Keyspace, _: &Server, _: Time) {
    let options = "options=[handle-io-errors|handle-repl-async-load]";
    text.field(
        "module",
        format!("name=vectorset,ver=1,api=1,filters=0,usedby=[],using=[],{options}"),
    );
}

fn replication(text: &mut Text, _: &Keyspace, server: &Server, now: Time) {
    for (name, value) in describe::info(server, now) {
        text.field(name, value);
    }
}

fn commandstats(text: &mut Text, _: &Keyspace, server: &Server, _: Time) {
    for entry in table().all() {
        let Some(stats) = server.stats.commands.get(entry.index) else {
            continue;
        };
        if stats.calls + stats.rejected > 0 {
            let (calls, rejected, failed) = (stats.calls, stats.rejected, stats.failed);
            let line = format!(
                "calls={calls},usec=0,usec_per_call=0.00,rejected_calls={rejected},failed_calls={failed}"
            );
            text.field(&format!("cmdstat_{}", entry.name), line);
        }
    }
}

fn errorstats(text: &mut Text, _: &Keyspace, server: &Server, _: Time) {
    for (code, count) in &server.stats.errors {
        text.field(&format!("errorstat_{code}"), format!("count={count}"));
    }
}

fn cluster(text: &mut Text, _: &Keyspace, server: &Server, _: Time) {
    text.field("cluster_enabled", u8::from(server.cluster.is_some()));
}

fn keyspace(text: &mut Text, keys: &Keyspace, _: &Server, now: Time) {
    for (index, db) in keys.dbs.iter().enumerate() {
        if db.keys.is_empty() {
            continue;
        }
        let left = db
            .expires
            .keys()
            .filter_map(|key| db.keys.get(key))
            .map(|object| (object.deadline - now.millis()).max(0));
        let average = if db.expires.is_empty() {
            0
        } else {
            left.sum::<i64>() / db.expires.len() as i64
        };
        let counts = (db.keys.len(), db.expires.len(), db.field_deadlines.len());
        let line = format!(
            "keys={},expires={},avg_ttl={average},subexpiry={}",
            counts.0, counts.1, counts.2
        );
        text.field(&format!("db{index}"), line);
    }
}

fn config(server: &Server, name: &str) -> String {
    String::from_utf8_lossy(&server.config.get(name).unwrap_or_default()).into_owned()
}

/// As INFO shows bytes to people: `1.50M`.
pub fn human(bytes: u64) -> String {
    const UNITS: [(u64, char); 4] = [
        (1 << 40, 'T'),
        (1 << 30, 'G'),
        (1 << 20, 'M'),
        (1 << 10, 'K'),
    ];
    let unit = UNITS.iter().find(|(size, _)| bytes >= *size);
    unit.map_or(format!("{bytes}B"), |(size, letter)| {
        format!("{:.2}{letter}", bytes as f64 / *size as f64)
    })
}
