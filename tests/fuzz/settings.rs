//! The parameters that the differential tester changes while it runs, with the values that it gives them.

use engine::Reply;
use tests::real::Connection;

/// Databases that the commands wander through.
pub const DATABASES: usize = 3;

/// Limits of encodings, notifications and what else shows in replies at once. A value may bring another parameter along.
///
/// The limit for sets of integers is never below the other one: of a set that holds both, SUNIONSTORE would make the one
/// or the other encoding by the order in which it meets them, and a server's order is its own, made anew at each start.
pub const CHANGED: &[(&str, &[&str])] = &[
    ("acl-pubsub-default", &["resetchannels", "allchannels"]),
    ("hash-max-listpack-entries", &["512", "4", "0", "128"]),
    ("hash-max-listpack-value", &["64", "8", "0"]),
    ("lazyfree-lazy-user-del", &["yes", "no"]),
    ("lazyfree-lazy-server-del", &["yes", "no"]),
    ("lazyfree-lazy-user-flush", &["yes", "no"]),
    ("list-compress-depth", &["0", "1"]),
    ("list-max-listpack-size", &["-2", "-1", "4", "128", "1"]),
    (
        "notify-keyspace-events",
        &["", "KEA", "Kg$lzxe", "Eshm", "KEAmn", "Egto", "KEc"],
    ),
    (
        "set-max-intset-entries",
        &[
            "512 set-max-listpack-entries 128",
            "512 set-max-listpack-entries 4",
            "4 set-max-listpack-entries 4",
            "0 set-max-listpack-entries 0",
        ],
    ),
    ("set-max-listpack-entries", &["0"]),
    ("set-max-listpack-value", &["64", "8"]),
    ("stream-node-max-entries", &["100", "3", "10"]),
    ("hll-sparse-max-bytes", &["3000", "0", "100"]),
    ("zset-max-listpack-entries", &["128", "4", "0"]),
    ("zset-max-listpack-value", &["64", "8"]),
];

/// What decides about memory; a name that stands here twice is set twice as often.
pub const MEMORY: &[(&str, &[&str])] = &[
    ("maxmemory-policy", POLICIES),
    ("maxmemory-policy", POLICIES),
    (
        "maxmemory",
        &["1", "-1", "10%", "1gb", "18446744073709551615"],
    ),
    ("maxmemory", &["0"]),
    ("maxmemory", &["0"]),
    ("maxmemory-samples", &["1", "5", "10", "0", "65"]),
    ("lfu-decay-time", &["0", "1", "2", "-1"]),
    ("slowlog-max-len", &["0", "10", "128"]),
    ("lazyfree-lazy-eviction", &["yes", "no", "maybe"]),
    // What the real server does while its clock is moved takes it that long: the limit is beyond all that is moved.
    ("latency-monitor-threshold", &["0", "1000000000000"]),
];

const POLICIES: &[&str] = &[
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
    "allkeys-lfu",
    "allkeys-lrm",
];

/// What the server has them set to.
pub fn read_all(connection: &mut Connection) -> Vec<(String, Vec<u8>)> {
    let read = |(name, _): &(&str, _)| {
        let Reply::Array(answer) = connection.call(&["CONFIG", "GET", name]) else {
            panic!("CONFIG GET {name} answers a list");
        };
        let Some(Reply::Bulk(value)) = answer.into_iter().nth(1) else {
            panic!("{name} is a parameter of the server");
        };
        (name.to_string(), value)
    };
    CHANGED.iter().chain(MEMORY).map(read).collect()
}
