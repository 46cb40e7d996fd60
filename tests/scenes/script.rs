//! What happens in each scene: `client> words`, `hear client`, `wait milliseconds`, `file name`.

pub struct Scene {
    pub title: &'static str,
    /// Parameters that the server starts with.
    pub settings: &'static [(&'static str, &'static str)],
    /// Files that lie in its folder.
    pub files: &'static [(&'static str, &'static str)],
    pub steps: &'static [&'static str],
}

const fn scene(title: &'static str, steps: &'static [&'static str]) -> Scene {
    Scene {
        title,
        settings: &[],
        files: &[],
        steps,
    }
}

/// A snapshot is sent at once, and nothing comes in between that nobody asked for.
const QUIET: &[(&str, &str)] = &[
    ("repl-diskless-sync-delay", "0"),
    ("repl-ping-replica-period", "3600"),
];

pub const SCENES: &[Scene] = &[
    scene(
        "percentiles as INFO names them",
        &[
            "A> PING",
            "A> CONFIG SET latency-tracking-info-percentiles \"50 99 99.9 12.345 100 0.001 0 33.30\"",
            "A> INFO latencystats",
            "A> CONFIG SET latency-tracking-info-percentiles \"\"",
            "A> INFO latencystats",
            "A> CONFIG SET latency-tracking no",
            "A> INFO latencystats",
        ],
    ),
    scene(
        "clients and the commands that they ran",
        &[
            "A> ACL SETUSER u on nopass ~x* +get +exec +multi",
            "B> CLIENT SETNAME me",
            "B> AUTH u p",
            "B> GET y",
            "B> SET x 1",
            "B> AUTH nobody wrong",
            "B> MULTI",
            "B> GET x",
            "B> GET y",
            "B> EXEC",
            "A> EVAL \"redis.call('GET', 'x') redis.call('SET', 'x', 1)\" 0",
            "A> CLIENT LIST",
            "A> ACL LOG",
        ],
    ),
    scene(
        "passwords by chance",
        &[
            "A> ACL GENPASS",
            "A> ACL GENPASS 5",
            "A> ACL GENPASS 1",
            "A> ACL GENPASS 4096",
        ],
    ),
    Scene {
        settings: &[("aclfile", "users.acl")],
        files: &[(
            "users.acl",
            "user default on nopass sanitize-payload ~* &* +@all\nuser alice on >secret ~a:* +get\n",
        )],
        ..scene(
            "users in a file",
            &[
                "A> ACL LIST",
                "A> ACL SETUSER bob on nopass ~b:* +@read -hget (~c:* +set)",
                "A> ACL DELUSER alice",
                "A> ACL SAVE",
                "file users.acl",
                "A> ACL SETUSER carol on >x allkeys allcommands",
                "A> ACL LOAD",
                "A> ACL LIST",
                "B> AUTH carol x",
                "B> AUTH bob x",
                "B> ACL WHOAMI",
            ],
        )
    },
    Scene {
        settings: &[("maxmemory", "100mb"), ("hash-max-listpack-entries", "100")],
        files: &[(
            "redis.conf",
            "# People edit this\nmaxmemory 50mb\n\n\nhash-max-ziplist-entries 100\nmaxmemory 100mb\n\
             # the end\ntimeout 0\n",
        )],
        ..scene(
            "a configuration in a file",
            &[
                "A> CONFIG REWRITE",
                "file redis.conf",
                "A> CONFIG SET maxmemory 200mb maxmemory-policy allkeys-lru maxmemory-samples 7",
                "A> CONFIG SET save '100 1 200 2' notify-keyspace-events KEA repl-backlog-size 2000000",
                "A> CONFIG SET client-output-buffer-limit 'replica 100mb 50000 10' maxmemory-clients 10%",
                "A> CONFIG SET masterauth 'a b' oom-score-adj-values '0 1 2' lfu-log-factor 10",
                "A> ACL SETUSER bob on >x ~a* +get",
                "A> CONFIG REWRITE",
                "file redis.conf",
                "A> CONFIG SET save '' maxmemory-clients 0 notify-keyspace-events '' masterauth ''",
                "A> CONFIG SET client-output-buffer-limit 'replica 256mb 64mb 60' timeout 5",
                "A> ACL DELUSER bob",
                "A> CONFIG REWRITE",
                "file redis.conf",
                "A> CONFIG REWRITE x",
            ],
        )
    },
    scene(
        "memory in numbers",
        &[
            "A> SET a 1",
            "A> SELECT 3",
            "A> SET b 1 EX 100",
            "A> RPUSH l x y z",
            "A> MEMORY STATS",
            "A> HELLO 3",
            "A> MEMORY STATS",
        ],
    ),
    scene(
        "how long commands took",
        &[
            "A> SET a 1",
            "A> SET b 1",
            "A> GET a",
            "A> INCR b",
            "A> CONFIG GET nothing",
            "A> LATENCY HISTOGRAM set get",
            "A> LATENCY HISTOGRAM incr nosuch",
            "A> LATENCY HISTOGRAM config",
            "A> CONFIG RESETSTAT",
            "A> LATENCY HISTOGRAM",
        ],
    ),
    scene(
        "looking on",
        &[
            "M> MONITOR",
            "A> SET a \"x y\\n\\x00\"",
            "A> SELECT 3",
            "A> get a",
            "A> LPUSH a",
            "A> NOSUCH x",
            "A> AUTH secret",
            "A> CONFIG GET save",
            "A> MULTI",
            "A> INCR n",
            "A> EXEC",
            "A> PING",
            "hear M",
            "M> MONITOR",
            "M> RESET",
            "A> PING",
            "hear M",
        ],
    ),
    Scene {
        settings: QUIET,
        ..scene(
            "a replica by hand",
            &[
                "A> SET x 1",
                "R> REPLCONF listening-port 7001 ip-address 10.0.0.1",
                "R> REPLCONF capa eof capa psync2",
                "R> PSYNC ? -1",
                "wait 600",
                "hear R",
                "A> ROLE",
                "A> INFO replication",
                "A> SET k v",
                "hear R",
                "R> REPLCONF ACK 0",
                "hear R",
                "A> INFO replication",
                "A> WAIT 1 50",
                "hear R",
                "R> REPLCONF ACK 87",
                "A> WAIT 1 50",
                "A> WAIT 2 50",
                "A> ROLE",
                "A> SELECT 3",
                "A> INCRBYFLOAT f 0.5",
                "A> SET t v PX 100",
                "A> DEL nothing",
                "A> MULTI",
                "A> SADD s a",
                "A> SPOP s",
                "A> EXEC",
                "A> PUBLISH channel message",
                "A> RPUSH l a b c",
                "B> BLPOP l 1",
                "hear R",
                "wait 600",
                "A> GET t",
                "hear R",
                "R> PSYNC ? -1",
                "R> PING",
                "A> INFO replication",
            ],
        )
    },
    Scene {
        settings: QUIET,
        ..scene(
            "an old replica, and one that goes on",
            &[
                "A> SET x 1",
                "R> SYNC",
                "wait 600",
                "hear R",
                "A> SET y 2",
                "hear R",
                "S> REPLCONF capa psync2",
                "S> PSYNC nobody 1",
                "wait 600",
                "hear S",
                "A> INFO replication",
                "A> DEL x",
                "hear S",
                "hear R",
                "R> GET x",
                "A> INFO replication",
            ],
        )
    },
    Scene {
        settings: QUIET,
        ..scene(
            "changing places in vain",
            &[
                "R> REPLCONF listening-port 7001 ip-address 10.0.0.1",
                "R> PSYNC ? -1",
                "wait 600",
                "hear R",
                "A> SET k v",
                "A> FAILOVER FORCE",
                "A> FAILOVER FORCE TIMEOUT 5",
                "A> FAILOVER TO 10.0.0.1 7002",
                "A> FAILOVER",
                "A> INFO replication",
                "A> FAILOVER",
                "A> GET k",
                "A> FAILOVER ABORT",
                "A> INFO replication",
                "A> FAILOVER TO 10.0.0.1 7001 TIMEOUT 300",
                "wait 1200",
                "A> INFO replication",
                "A> FAILOVER ABORT",
                "A> SET k w",
            ],
        )
    },
];
