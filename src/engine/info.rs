//! The text of INFO: what is true of this server, under the names that redis-server 8.2.3 uses. Fields about a
//! process, an allocator, sockets or a disk are left out rather than made up.

use crate::aof::State;
use crate::structures::order;
mod calls;

use crate::command::table;
use crate::keyspace::Keyspace;
use crate::memory::{self, Overhead};
use crate::number;
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
        name: "Threads",
        by_default: true,
        write: |_, _, _, _| {},
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
        write: calls::commandstats,
    },
    Section {
        name: "Errorstats",
        by_default: true,
        write: calls::errorstats,
    },
    Section {
        name: "Latencystats",
        by_default: false,
        write: calls::latencystats,
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
    Section {
        name: "Keysizes",
        by_default: true,
        write: calls::keysizes,
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
    text.field("process_supervised", "no");
    text.field("run_id", &server.run_id);
    text.field("tcp_port", config(server, "port"));
    text.field("server_time_usec", now.micros());
    text.field("uptime_in_seconds", uptime);
    text.field("uptime_in_days", uptime / 86400);
    text.field("hz", server.config.hz);
    text.field("configured_hz", server.config.hz);
    text.field("lru_clock", crate::access::clock(now));
    text.field("config_file", &server.config_file);
    text.field("io_threads_active", 0);
}

fn clients(text: &mut Text, keys: &Keyspace, server: &Server, _: Time) {
    let clients = || server.clients.iter().filter(|client| !client.closing);
    let replicas = server.replication.replicas.len();
    text.field("connected_clients", clients().count() - replicas);
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
    text.field(
        "total_blocking_keys_on_nokey",
        keys_waited_for_to_go(server),
    );
}

/// Keys whose end somebody waits for too: readers of a group end when its stream does.
fn keys_waited_for_to_go(server: &Server) -> usize {
    let waits = server
        .clients
        .iter()
        .filter_map(|client| client.blocked.as_ref());
    let of_groups = waits.filter(|wait| wait.words[0].eq_ignore_ascii_case(b"XREADGROUP"));
    let mut keys: Vec<&(usize, Vec<u8>)> = of_groups.flat_map(|wait| &wait.keys).collect();
    order::sort(&mut keys);
    keys.dedup();
    keys.len()
}

/// What a server with Redis' structures would use; there is no process around them, and no allocator.
fn memory(text: &mut Text, keys: &Keyspace, server: &Server, now: Time) {
    let used = memory::used(keys, &server.clients) as u64;
    let overhead = Overhead::of(keys, &server.clients);
    let mut bytes = |name: &str, bytes: u64| {
        text.field(name, bytes);
        text.field(&format!("{name}_human"), human(bytes));
    };
    bytes("used_memory", used);
    let (peak, peak_at) = server.stats.peak_memory(used, now);
    bytes("used_memory_peak", peak);
    text.field("used_memory_peak_time", peak_at.secs());
    let percent =
        |part: u64, whole: u64| number::format_fixed(part as f64 * 100.0 / whole as f64, 2) + "%";
    text.field("used_memory_peak_perc", percent(used, peak));
    text.field("used_memory_overhead", overhead.total);
    text.field("used_memory_startup", memory::STARTUP);
    let dataset = used.saturating_sub(overhead.total as u64);
    text.field("used_memory_dataset", dataset);
    let since_start = used - memory::STARTUP as u64;
    text.field("used_memory_dataset_perc", percent(dataset, since_start));
    let scripting = &server.scripting;
    text.field("number_of_cached_scripts", scripting.cache.len());
    text.field("number_of_functions", scripting.libraries.function_count());
    text.field("number_of_libraries", scripting.libraries.len());
    let maxmemory = server.config.maxmemory;
    text.field("maxmemory", maxmemory);
    text.field("maxmemory_human", human(maxmemory));
    text.field("maxmemory_policy", server.config.maxmemory_policy.name());
    for nothing in [
        "mem_not_counted_for_evict",
        "mem_replication_backlog",
        "mem_total_replication_buffers",
        "mem_replica_full_sync_buffer",
        "mem_clients_slaves",
    ] {
        text.field(nothing, 0);
    }
    text.field("mem_clients_normal", overhead.clients);
    text.field("mem_cluster_links", 0);
    text.field("mem_aof_buffer", 0);
    text.field("mem_overhead_db_hashtable_rehashing", overhead.rehashing);
    text.field("active_defrag_running", 0);
    text.field("lazyfree_pending_objects", 0);
    text.field("lazyfreed_objects", keys.stats.lazily_freed);
}

/// Fields about copied memory and children's progress are left out: nothing is forked here.
fn persistence(text: &mut Text, keys: &Keyspace, server: &Server, now: Time) {
    let state = &server.persistence;
    let aof = &state.aof;
    let running = |snapshot: bool| {
        let child = state.child.as_ref();
        child.filter(|child| child.is_snapshot() == snapshot)
    };
    let seconds =
        |snapshot: bool| running(snapshot).map_or(-1, |child| now.secs() - child.started.secs());
    text.field("loading", 0);
    text.field("async_loading", 0);
    text.field("current_save_keys_processed", 0);
    let total = state.child.as_ref().map_or(0, |child| child.keys);
    text.field("current_save_keys_total", total);
    let changes = keys.dirty.saturating_sub(state.saved_changes);
    text.field("rdb_changes_since_last_save", changes);
    text.field("rdb_bgsave_in_progress", i32::from(state.is_saving()));
    text.field("rdb_last_save_time", state.last_save.secs());
    text.field("rdb_last_bgsave_status", "ok");
    text.field("rdb_last_bgsave_time_sec", state.last_save_secs);
    text.field("rdb_current_bgsave_time_sec", seconds(true));
    text.field("rdb_saves", state.saves);
    text.field("rdb_last_load_keys_expired", state.keys_expired);
    text.field("rdb_last_load_keys_loaded", state.keys_loaded);
    text.field("aof_enabled", i32::from(aof.state != State::Off));
    let rewriting = running(false).is_some();
    text.field("aof_rewrite_in_progress", i32::from(rewriting));
    text.field("aof_rewrite_scheduled", i32::from(aof.rewrite_scheduled));
    text.field("aof_last_rewrite_time_sec", aof.last_rewrite_secs);
    text.field("aof_current_rewrite_time_sec", seconds(false));
    text.field("aof_last_bgrewrite_status", "ok");
    text.field("aof_rewrites", aof.rewrites);
    text.field("aof_rewrites_consecutive_failures", 0);
    text.field("aof_last_write_status", "ok");
    text.field("module_fork_in_progress", 0);
    if aof.state != State::Off {
        text.field("aof_current_size", aof.size);
        text.field("aof_base_size", aof.base_size);
        text.field("aof_pending_rewrite", 0);
        text.field("aof_buffer_length", 0);
        text.field("aof_pending_bio_fsync", 0);
        text.field("aof_delayed_fsync", 0);
    }
}

fn stats(text: &mut Text, keys: &Keyspace, server: &Server, now: Time) {
    let stats = &server.stats;
    text.field("total_connections_received", stats.connections_received);
    text.field("total_commands_processed", stats.commands_processed);
    text.field("instantaneous_ops_per_sec", stats.pace.per_second());
    text.field("total_net_input_bytes", stats.bytes_received);
    text.field("total_net_output_bytes", stats.bytes_sent);
    text.field(
        "total_net_repl_input_bytes",
        stats.replication_bytes_received,
    );
    text.field("total_net_repl_output_bytes", 0);
    text.field("instantaneous_input_repl_kbps", "0.00");
    text.field("instantaneous_output_repl_kbps", "0.00");
    text.field("rejected_connections", stats.connections_rejected);
    text.field("sync_full", stats.full_syncs);
    text.field("sync_partial_ok", stats.partial_syncs);
    text.field("sync_partial_err", stats.refused_syncs);
    text.field("expired_subkeys", keys.stats.expired_fields);
    text.field("expired_keys", keys.stats.expired);
    text.field(
        "expired_stale_perc",
        number::format_fixed(keys.cycle.stale_percent, 2),
    );
    text.field(
        "expired_time_cap_reached_count",
        keys.cycle.time_cap_reached,
    );
    text.field(
        "expire_cycle_cpu_milliseconds",
        keys.cycle.nanos / 1_000_000,
    );
    text.field("evicted_keys", keys.stats.evicted);
    text.field("evicted_clients", stats.evicted_clients);
    text.field("evicted_scripts", server.scripting.cache.evicted);
    let over = stats.micros_over_limit(now);
    let over_in_all = (stats.over_limit_micros + over) / 1000;
    text.field("total_eviction_exceeded_time", over_in_all);
    text.field("current_eviction_exceeded_time", over / 1000);
    text.field("keyspace_hits", keys.stats.hits);
    text.field("keyspace_misses", keys.stats.misses);
    text.field("pubsub_channels", server.pubsub.channels.len());
    text.field("pubsub_patterns", server.pubsub.patterns.len());
    text.field("pubsubshard_channels", server.pubsub.shard_channels.len());
    text.field("latest_fork_usec", 0);
    text.field("total_forks", server.persistence.forks);
    for nothing in [
        "migrate_cached_sockets",
        "slave_expires_tracked_keys",
        "active_defrag_hits",
        "active_defrag_misses",
        "active_defrag_key_hits",
        "active_defrag_key_misses",
        "total_active_defrag_time",
        "current_active_defrag_time",
    ] {
        text.field(nothing, 0);
    }
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
    for nothing in [
        "io_threaded_reads_processed",
        "io_threaded_writes_processed",
        "io_threaded_total_prefetch_batches",
        "io_threaded_total_prefetch_entries",
    ] {
        text.field(nothing, 0);
    }
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

fn replication(text: &mut Text, _: &Keyspace, server: &Server, now: Time) {
    for (name, value) in describe::info(server, now) {
        text.field(&name, value);
    }
}

/// Redis 8 brings vector sets as a module that is always loaded.
fn modules(text: &mut Text, _: &Keyspace, _: &Server, _: Time) {
    if table().find(b"vadd").is_some() {
        text.field(
            "module",
            "name=vectorset,ver=1,api=1,filters=0,usedby=[],using=[],\
             options=[handle-io-errors|handle-repl-async-load]",
        );
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
        let text = number::format_fixed(bytes as f64 / *size as f64, 2);
        format!("{text}{letter}")
    })
}
