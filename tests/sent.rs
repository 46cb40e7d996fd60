//! Which commands the differential tester sends.

use engine::command::Entry;

/// Commands that are not made from their syntax lines: `social.rs` makes them, their reply or effect is the process's own
/// (ids, time, memory), they wait for other servers
/// or for seconds, or they would end the comparison. Each has tests of its own.
const NOT_SENT: &[&str] = &[
    "acl",
    "auth",
    "bgrewriteaof",
    "bgsave",
    "client",
    "cluster",
    "command",
    "config|get",
    "config|help",
    "config|rewrite",
    "debug",
    "failover",
    "function",
    "hello",
    "info",
    "lastsave",
    "latency|doctor",
    "latency|help",
    "latency|histogram",
    "lolwut",
    "memory|doctor",
    "memory|help",
    "memory|malloc-stats",
    "memory|stats",
    "migrate",
    "module",
    "monitor",
    "pfselftest",
    "psync",
    "quit",
    "replconf",
    "replicaof",
    "reset",
    "restore",
    "restore-asking",
    "role",
    "save",
    "script",
    "shutdown",
    "slaveof",
    "slowlog|get",
    "slowlog|help",
    "slowlog|len",
    "sync",
    "time",
    "wait",
    "waitaof",
    "object|help",
    "pfselftest",
    "pubsub|help",
    "swapdb",
    "readonly",
    "readwrite",
    "asking",
    "select",
    "object|refcount",
    "subscribe",
    "psubscribe",
    "ssubscribe",
    "unsubscribe",
    "punsubscribe",
    "sunsubscribe",
    "flushall",
    "xgroup|help",
    "xinfo|help",
];

/// Whether the differential tester sends this command.
pub fn is_sent(entry: &Entry) -> bool {
    let container = entry.name.split('|').next().unwrap_or_default();
    entry.subcommands.is_empty()
        && !NOT_SENT.contains(&entry.name)
        && !NOT_SENT.contains(&container)
}
