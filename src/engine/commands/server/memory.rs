//! MEMORY, apart from USAGE (`generic/memory_usage.rs`): what there is to say of memory as a whole. It is counted as
//! Redis' structures would take it; there is no allocator, so nothing is lost between its blocks.

use crate::args::Args;
use crate::command::Command;
use crate::command::flag::*;
use crate::commands::help::help;
use crate::context::Context;
use crate::error::Error;
use crate::memory::{self, Overhead};
use crate::replication::backlog::Backlog;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[
    Command::container("MEMORY")
        .summary("Speaks about memory.")
        .cost("Depends on subcommand.")
        .since("4.0.0"),
    Command::new("MEMORY|DOCTOR", doctor)
        .summary("Says what to make of the use of memory.")
        .since("4.0.0")
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_shards",
            "response_policy:special",
        ]),
    Command::new("MEMORY|HELP", help)
        .summary("Lists the subcommands.")
        .since("4.0.0")
        .flags(LOADING | STALE),
    Command::new("MEMORY|MALLOC-STATS", malloc_stats)
        .summary("Gives the allocator's own report.")
        .cost("Depends on how much memory is allocated, could be slow")
        .since("4.0.0")
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_shards",
            "response_policy:special",
        ]),
    Command::new("MEMORY|PURGE", purge)
        .summary("Makes the allocator give back what it does not need.")
        .cost("Depends on how much memory is allocated, could be slow")
        .since("4.0.0")
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Command::new("MEMORY|STATS", stats)
        .summary("Gives the use of memory in numbers.")
        .since("4.0.0")
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_shards",
            "response_policy:special",
        ]),
];

/// As of a server that was built without jemalloc.
fn malloc_stats(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::bulk("Stats not supported for the current allocator"))
}

/// Redis looks at nothing smaller.
const LITTLE: u64 = 5 * 1024 * 1024;
const MUCH_FOR_A_CLIENT: usize = 200 * 1024;

/// Redis' conditions; where something is found, our words. What can be wrong with an allocator or with replicas is not looked for.
fn doctor(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let clients = &ctx.server.clients;
    let used = memory::used(ctx.keys, clients) as u64;
    let (peak, _) = ctx.server.stats.peak_memory(used, ctx.now);
    let overhead = Overhead::of(ctx.keys, clients);
    let text = if used < LITTLE {
        "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these \
         conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be \
         back to our programming as soon as I finished rebooting.\n"
    } else if peak > used + used / 2 {
        "Sam, there is something about the memory of this instance:\n\n \
         * Peak memory: it once used more than one and a half times the memory that it uses now. An allocator may \
         keep what was freed, so the process can be larger than its data. MEMORY PURGE gives back what it can.\n"
    } else if overhead.clients / clients.len().max(1) > MUCH_FOR_A_CLIENT {
        "Sam, there is something about the memory of this instance:\n\n \
         * Big client buffers: clients take more than 200K on average. They may read too slowly, or send very large \
         commands. CLIENT LIST shows which ones.\n"
    } else {
        "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n"
    };
    Ok(Reply::Verbatim("txt", text.to_string()))
}

fn stats(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let clients = &ctx.server.clients;
    let used = memory::used(ctx.keys, clients);
    let (peak, _) = ctx.server.stats.peak_memory(used as u64, ctx.now);
    let overhead = Overhead::of(ctx.keys, clients);
    let count: usize = ctx.keys.dbs.iter().map(|db| db.keys.len()).sum();
    let since_start = used - memory::STARTUP;
    let dataset = used.saturating_sub(overhead.total);
    let mut rows = Rows(Vec::new());
    rows.int("peak.allocated", peak as usize);
    rows.int("total.allocated", used);
    rows.int("startup.allocated", memory::STARTUP);
    let backlog = ctx.server.replication.backlog.as_ref();
    rows.int("replication.backlog", backlog.map_or(0, Backlog::memory));
    rows.int("replica.fullsync.buffer", 0);
    rows.int("clients.slaves", 0);
    rows.int("clients.normal", overhead.clients);
    rows.int("cluster.links", 0);
    rows.int("aof.buffer", 0);
    rows.int("lua.caches", 0);
    rows.int("functions.caches", memory::FUNCTIONS);
    rows.int("script.VMs", memory::SCRIPT_INTERPRETERS);
    for (db, main, expires) in &overhead.databases {
        let mut of_db = Rows(Vec::new());
        of_db.int("overhead.hashtable.main", *main);
        of_db.int("overhead.hashtable.expires", *expires);
        rows.0
            .push((Reply::Bulk(format!("db.{db}").into()), Reply::Map(of_db.0)));
    }
    rows.int("overhead.db.hashtable.lut", overhead.buckets);
    rows.int("overhead.db.hashtable.rehashing", overhead.rehashing);
    rows.int("overhead.total", overhead.total);
    rows.int("db.dict.rehashing.count", overhead.tables_rehashing);
    rows.int("keys.count", count);
    rows.int(
        "keys.bytes-per-key",
        since_start.checked_div(count).unwrap_or(0),
    );
    rows.int("dataset.bytes", dataset);
    rows.ratio(
        "dataset.percentage",
        100.0 * dataset as f32 / since_start as f32,
    );
    rows.ratio("peak.percentage", 100.0 * used as f32 / peak as f32);
    rows.as_if_nothing_were_lost(used);
    Ok(Reply::Map(rows.0))
}

struct Rows(Vec<(Reply, Reply)>);

impl Rows {
    fn int(&mut self, name: &'static str, value: usize) {
        self.0.push((Reply::bulk(name), Reply::from(value)));
    }

    /// Redis keeps these in 32 bits.
    fn ratio(&mut self, name: &'static str, value: f32) {
        self.0
            .push((Reply::bulk(name), Reply::Double(f64::from(value))));
    }

    /// What an allocator holds, and a process around it: here exactly what is used.
    fn as_if_nothing_were_lost(&mut self, used: usize) {
        self.int("allocator.allocated", used);
        self.int("allocator.active", used);
        self.int("allocator.resident", used);
        self.int("allocator.muzzy", 0);
        self.ratio("allocator-fragmentation.ratio", 1.0);
        self.int("allocator-fragmentation.bytes", 0);
        self.ratio("allocator-rss.ratio", 1.0);
        self.int("allocator-rss.bytes", 0);
        self.ratio("rss-overhead.ratio", 1.0);
        self.int("rss-overhead.bytes", 0);
        self.ratio("fragmentation", 1.0);
        self.int("fragmentation.bytes", 0);
    }
}

/// Nothing is kept that could be given back.
fn purge(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::OK)
}
