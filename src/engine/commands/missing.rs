//! Commands that redis-server 8.2.3 has and this engine has not yet. They are answered honestly: an "unknown
//! command" would say that Redis lacks them.

use crate::error::Error;

/// Names by group. Whoever adds a command to the table may
/// leave its name here: the table is asked first.
pub const MISSING: &[(&str, &[&str])] = &[
    ("bitmap", &["bitcount", "bitfield", "bitfield_ro", "bitop", "bitpos", "getbit", "setbit"]),
    ("cluster", &["asking", "cluster", "readonly", "readwrite"]),
    (
        "generic",
        &[
            "copy", "del", "dump", "exists", "expire", "expireat", "expiretime", "keys", "migrate", "move",
            "object", "persist", "pexpire", "pexpireat", "pexpiretime", "pttl", "randomkey", "rename",
            "renamenx", "restore", "scan", "sort", "sort_ro", "touch", "ttl", "type", "unlink", "wait",
            "waitaof",
        ],
    ),
    (
        "geo",
        &[
            "geoadd", "geodist", "geohash", "geopos", "georadius", "georadius_ro", "georadiusbymember",
            "georadiusbymember_ro", "geosearch", "geosearchstore",
        ],
    ),
    (
        "hash",
        &[
            "hdel", "hexists", "hexpire", "hexpireat", "hexpiretime", "hget", "hgetall", "hgetdel", "hgetex",
            "hincrby", "hincrbyfloat", "hkeys", "hlen", "hmget", "hmset", "hpersist", "hpexpire", "hpexpireat",
            "hpexpiretime", "hpttl", "hrandfield", "hscan", "hset", "hsetex", "hsetnx", "hstrlen", "httl",
            "hvals",
        ],
    ),
    ("hyperloglog", &["pfadd", "pfcount", "pfdebug", "pfmerge", "pfselftest"]),
    (
        "list",
        &[
            "blmove", "blmpop", "blpop", "brpop", "brpoplpush", "lindex", "linsert", "llen", "lmove", "lmpop",
            "lpop", "lpos", "lpush", "lpushx", "lrange", "lrem", "lset", "ltrim", "rpop", "rpoplpush", "rpush",
            "rpushx",
        ],
    ),
    ("scripting", &["eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro", "function", "script"]),
    ("server", &["failover", "psync", "replconf", "replicaof", "restore-asking", "slaveof", "sync"]),
    (
        "set",
        &[
            "sadd", "scard", "sdiff", "sdiffstore", "sinter", "sintercard", "sinterstore", "sismember",
            "smembers", "smismember", "smove", "spop", "srandmember", "srem", "sscan", "sunion", "sunionstore",
        ],
    ),
    (
        "sorted-set",
        &[
            "bzmpop", "bzpopmax", "bzpopmin", "zadd", "zcard", "zcount", "zdiff", "zdiffstore", "zincrby",
            "zinter", "zintercard", "zinterstore", "zlexcount", "zmpop", "zmscore", "zpopmax", "zpopmin",
            "zrandmember", "zrange", "zrangebylex", "zrangebyscore", "zrangestore", "zrank", "zrem",
            "zremrangebylex", "zremrangebyrank", "zremrangebyscore", "zrevrange", "zrevrangebylex",
            "zrevrangebyscore", "zrevrank", "zscan", "zscore", "zunion", "zunionstore",
        ],
    ),
    (
        "stream",
        &[
            "xack", "xackdel", "xadd", "xautoclaim", "xclaim", "xdel", "xdelex", "xgroup", "xinfo", "xlen",
            "xpending", "xrange", "xread", "xreadgroup", "xrevrange", "xsetid", "xtrim",
        ],
    ),
    (
        "string",
        &[
            "append", "decr", "decrby", "get", "getdel", "getex", "getrange", "getset", "incr", "incrby",
            "incrbyfloat", "lcs", "mget", "mset", "msetnx", "psetex", "set", "setex", "setnx", "setrange",
            "strlen", "substr",
        ],
    ),
    (
        "vector_set",
        &[
            "vadd", "vcard", "vdim", "vemb", "vgetattr", "vinfo", "vismember", "vlinks", "vrandmember", "vrem",
            "vsetattr", "vsim",
        ],
    ),
];

/// The honest answer to a command that is not in the table, if Redis has it.
pub fn explain(name: &[u8]) -> Option<Error> {
    let lower = String::from_utf8(name.to_ascii_lowercase()).ok()?;
    let (group, _) = MISSING.iter().find(|(_, names)| names.contains(&lower.as_str()))?;
    let upper = lower.to_ascii_uppercase();
    Some(Error::NotEmulated(format!("{upper} (group {group}) is a command of Redis that is missing here")))
}
