//! Keys that came from bytes nobody vouches for, used in every way that shows whether they are what they say.

use engine::aof::load::Failure;
use engine::config::{Config, parameters};
use engine::digest;
use engine::disk::Disk;
use engine::value::Value;
use engine::{ClientId, Engine, Reply, Time};

/// Before most deadlines that files in the corpora have.
pub const NOW: Time = Time::WORLD_START;

/// More keys than this are not looked at one by one.
const KEYS_MAX: usize = 64;

/// An engine that found these files when it started.
pub fn start(
    files: &[(String, Vec<u8>)],
    settings: &[(&str, &str)],
    now: Time,
) -> Result<Engine, Failure> {
    let mut config = Config::default();
    for (name, value) in settings {
        let parameter = parameters::find(name.as_bytes()).expect("a parameter");
        config
            .set(parameter, value.as_bytes())
            .expect("a good value");
    }
    let mut disk = Disk::default();
    for (name, bytes) in files {
        disk.put(name, bytes.clone());
    }
    let mut engine = Engine::with_config(1, now, config);
    match engine.start(disk, now) {
        Ok(_) => Ok(engine),
        Err(failure) => {
            let empty = engine.keys.dbs.iter().all(|db| db.keys.is_empty());
            assert!(empty, "what failed left nothing: {failure}");
            Err(failure)
        }
    }
}

/// Everything that must hold of an engine that started from files.
pub fn check_all(mut engine: Engine) {
    if has_empty_attributes(&engine) {
        engine = through_a_file(&engine, true);
    }
    let before = digest::of_databases(&engine.keys);
    for preamble in [true, false] {
        let mut again = through_a_file(&engine, preamble);
        let after = digest::of_databases(&again.keys);
        assert_eq!(before, after, "written (as RDB: {preamble}) and read again");
        if preamble {
            assert_eq!(streams(&mut engine), streams(&mut again));
        }
    }
    let client = engine.connect("127.0.0.1:50000", NOW);
    for db in 0..engine.keys.dbs.len() {
        let keys = engine.keys.dbs[db].keys.iter();
        let names: Vec<Vec<u8>> = keys.take(KEYS_MAX).map(|(key, _)| key.to_vec()).collect();
        let mut keys = Keys::new(&mut engine, client);
        keys.run(&[b"SELECT", db.to_string().as_bytes()]);
        for name in names {
            keys.read(&name);
            keys.change(&name);
        }
    }
    engine.advance(Time::from_millis(NOW.millis() + 1000));
}

/// A file cannot tell an empty attribute of a vector from none, in the real server's files neither.
fn has_empty_attributes(engine: &Engine) -> bool {
    let objects = engine.keys.dbs.iter().flat_map(|db| db.keys.iter());
    objects.into_iter().any(|(_, object)| match &object.value {
        Value::VectorSet(set) => {
            let mut nodes = set.graph.places().map(|place| set.graph.node(place));
            nodes.any(|node| node.attributes.as_ref().is_some_and(|text| text.is_empty()))
        }
        _ => false,
    })
}

/// What digests of streams leave out, such as their groups, of all databases.
fn streams(engine: &mut Engine) -> Vec<Reply> {
    let client = engine.connect("127.0.0.1:50001", NOW);
    let mut told = Vec::new();
    for db in 0..engine.keys.dbs.len() {
        let of_db = engine.keys.dbs[db].keys.iter();
        let mut names: Vec<Vec<u8>> = of_db
            .filter(|(_, object)| matches!(object.value, Value::Stream(_)))
            .map(|(key, _)| key.to_vec())
            .collect();
        names.sort();
        let mut keys = Keys::new(engine, client);
        keys.run(&[b"SELECT", db.to_string().as_bytes()]);
        told.extend(names.iter().map(|name| keys.stream(name)));
    }
    engine.disconnect(client);
    told
}

/// The databases as the base of an append-only file, read by another engine.
fn through_a_file(engine: &Engine, preamble: bool) -> Engine {
    let name = "appendonly.aof.1.base.rdb";
    let base = if preamble {
        engine.server.snapshot(&engine.keys, true, NOW)
    } else {
        engine::aof::rewrite::commands(&engine.keys, &[], None)
    };
    let manifest = format!("file {name} seq 1 type b\n").into_bytes();
    let files = [
        (
            "appendonlydir/appendonly.aof.manifest".to_string(),
            manifest,
        ),
        (format!("appendonlydir/{name}"), base),
    ];
    start(&files, &[("appendonly", "yes")], NOW)
        .unwrap_or_else(|failure| panic!("what we wrote we cannot read: {failure}"))
}

/// A client at the keys of an engine.
pub struct Keys<'a> {
    engine: &'a mut Engine,
    client: ClientId,
}

impl Keys<'_> {
    pub fn new(engine: &mut Engine, client: ClientId) -> Keys<'_> {
        Keys { engine, client }
    }

    pub fn run(&mut self, words: &[&[u8]]) -> Reply {
        self.engine.execute(self.client, words, NOW)
    }

    /// Each line as a command, with the key where `@` stands.
    fn lines(&mut self, key: &[u8], lines: &str) {
        for line in lines.lines() {
            let words: Vec<&[u8]> = line
                .split_whitespace()
                .map(|word| if word == "@" { key } else { word.as_bytes() })
                .collect();
            self.run(&words);
        }
    }

    /// Everything that can be told about a stream.
    pub fn stream(&mut self, key: &[u8]) -> Reply {
        self.run(&[b"XINFO", b"STREAM", key, b"FULL", b"COUNT", b"0"])
    }

    fn kind(&mut self, key: &[u8]) -> String {
        match self.run(&[b"TYPE", key]) {
            Reply::Status(kind) => kind.to_string(),
            Reply::StatusText(kind) => kind,
            other => panic!("TYPE answered {other:?}"),
        }
    }

    /// Looks at a key in every way that its type has.
    pub fn read(&mut self, key: &[u8]) {
        let lines = match self.kind(key).as_str() {
            "string" => READ_STRING,
            "list" => READ_LIST,
            "set" => READ_SET,
            "zset" => READ_SORTED_SET,
            "hash" => READ_HASH,
            "stream" => READ_STREAM,
            "vectorset" => READ_VECTOR_SET,
            _ => "",
        };
        self.lines(key, READ_ANY);
        self.lines(key, lines);
    }

    /// Changes a key in every way that its type has.
    pub fn change(&mut self, key: &[u8]) {
        let lines = match self.kind(key).as_str() {
            "string" => CHANGE_STRING,
            "list" => CHANGE_LIST,
            "set" => CHANGE_SET,
            "zset" => CHANGE_SORTED_SET,
            "hash" => CHANGE_HASH,
            "stream" => CHANGE_STREAM,
            "vectorset" => CHANGE_VECTOR_SET,
            _ => "",
        };
        self.lines(key, lines);
        self.lines(key, CHANGE_ANY);
    }
}

const READ_ANY: &str = "\
OBJECT ENCODING @
OBJECT IDLETIME @
OBJECT FREQ @
MEMORY USAGE @ SAMPLES 0
DEBUG DIGEST-VALUE @
DEBUG OBJECT @
DEBUG LISTPACK @
DEBUG HTSTATS-KEY @
PTTL @
DUMP @
SORT @ ALPHA DESC";

const READ_STRING: &str = "\
GET @
STRLEN @
GETRANGE @ 1 -2
BITCOUNT @
BITPOS @ 1
GETBIT @ 5
BITFIELD_RO @ GET u7 3
PFCOUNT @
PFDEBUG GETREG @
PFDEBUG ENCODING @
LCS @ other";

const READ_LIST: &str = "\
LRANGE @ 0 -1
LRANGE @ -3 -2
LINDEX @ 1
LINDEX @ -2
LLEN @
LPOS @ a RANK -1 COUNT 0";

const READ_SET: &str = "\
SMEMBERS @
SCARD @
SISMEMBER @ a
SISMEMBER @ 7
SSCAN @ 0 COUNT 1000
SRANDMEMBER @ 3
SRANDMEMBER @ -3
SUNION @ other
SINTER @ @";

const READ_SORTED_SET: &str = "\
ZRANGE @ 0 -1 WITHSCORES
ZRANGE @ 1 -2 REV
ZRANGEBYSCORE @ -inf (5
ZREVRANGEBYSCORE @ +inf -inf LIMIT 1 2
ZRANGEBYLEX @ - +
ZLEXCOUNT @ [a (z
ZCOUNT @ 0 inf
ZRANK @ a
ZREVRANK @ a WITHSCORE
ZSCORE @ a
ZSCAN @ 0 COUNT 1000
ZRANDMEMBER @ -3 WITHSCORES
ZUNION 2 @ @ WITHSCORES
GEOSEARCH @ FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHCOORD WITHDIST
GEOPOS @ a";

const READ_HASH: &str = "\
HGETALL @
HLEN @
HGET @ a
HSTRLEN @ a
HSCAN @ 0 COUNT 1000
HRANDFIELD @ -3 WITHVALUES
HPTTL @ FIELDS 1 a
HPEXPIRETIME @ FIELDS 1 a";

const READ_STREAM: &str = "\
XLEN @
XRANGE @ - +
XREVRANGE @ + - COUNT 2
XINFO STREAM @
XINFO STREAM @ FULL COUNT 0
XINFO GROUPS @
XINFO CONSUMERS @ group
XPENDING @ group
XPENDING @ group - + 10
XREAD COUNT 2 STREAMS @ 0";

const READ_VECTOR_SET: &str = "\
VCARD @
VDIM @
VINFO @
VEMB @ a
VEMB @ a RAW
VLINKS @ a WITHSCORES
VRANDMEMBER @ -3
VSIM @ ELE a COUNT 5 WITHSCORES WITHATTRIBS
VSIM @ VALUES 3 1 2 3 COUNT 5 EPSILON 0.5
VSIM @ ELE a FILTER .a>0 TRUTH
VRANGE @ - +
VGETATTR @ a";

const CHANGE_ANY: &str = "\
COPY @ copied-key REPLACE
RENAME copied-key moved-key
PEXPIRE @ 500
PERSIST @
MOVE moved-key 9
UNLINK @";

const CHANGE_STRING: &str = "\
APPEND @ xyz
SETRANGE @ 3 abc
PFADD @ a b c
PFMERGE merged @
PFDEBUG TODENSE @
BITFIELD @ SET i8 4 9 INCRBY u3 0 5
BITOP NOT flipped @
INCRBYFLOAT @ 1.5
INCR @";

const CHANGE_LIST: &str = "\
LPUSH @ one 2
RPUSH @ three 4
LINSERT @ BEFORE one zero
LSET @ 1 other
LSET @ -1 -12345678
LREM @ -1 zero
LMOVE @ @ LEFT RIGHT
LTRIM @ 1 -2
LPOP @
RPOP @ 2
RPUSH @ last";

const CHANGE_SET: &str = "\
SADD @ 7 70000 text
SREM @ 7 a
SMOVE @ other text
SADD @ fresh
SPOP @ 2
SDIFFSTORE kept @ other
SADD @ 1 2 3";

const CHANGE_SORTED_SET: &str = "\
ZADD @ 1 a 2.5 b -inf c
ZINCRBY @ 3 a
ZADD @ GT CH 7 b
ZREM @ c
ZPOPMIN @
ZPOPMAX @ 2
ZADD @ 4 d 4 e 4 f
ZREMRANGEBYRANK @ 1 1
ZREMRANGEBYSCORE @ -5 -1
ZREMRANGEBYLEX @ [d [d
ZRANGESTORE kept @ 0 -1
ZUNIONSTORE kept 2 @ kept WEIGHTS 2 -1";

const CHANGE_HASH: &str = "\
HSET @ a 1 fresh text
HINCRBY @ a 5
HINCRBYFLOAT @ a 0.5
HPEXPIRE @ 100000 FIELDS 2 a fresh
HPERSIST @ FIELDS 1 a
HDEL @ fresh
HGETEX @ PX 70000 FIELDS 1 a
HSETEX @ PX 80000 FIELDS 1 b 2
HGETDEL @ FIELDS 1 b
HSET @ last 1";

const CHANGE_STREAM: &str = "\
XADD @ * field value
XADD @ MAXLEN ~ 100 * other 1
XGROUP CREATE @ made 0
XREADGROUP GROUP group busy COUNT 2 STREAMS @ >
XREADGROUP GROUP group busy STREAMS @ 0
XREADGROUP GROUP made new COUNT 5 STREAMS @ >
XAUTOCLAIM @ group thief 0 0 COUNT 3
XCLAIM @ group thief 0 1-1 FORCE
XACK @ group 1-1 1000-1
XACKDEL @ group DELREF IDS 1 1000-2
XDELEX @ ACKED IDS 1 1000-3
XDEL @ 1-1 1000-1
XTRIM @ MAXLEN = 2
XGROUP SETID @ group 0
XGROUP DELCONSUMER @ group busy
XGROUP DESTROY @ group
XSETID @ 99999999999999-1
XADD @ * last 1";

const CHANGE_VECTOR_SET: &str = "\
VADD @ VALUES 3 1 2 3 fresh
VADD @ VALUES 2 1 2 flat
VSETATTR @ a {\"a\":2}
VSIM @ ELE fresh COUNT 9
VREM @ a
VREM @ fresh
VADD @ VALUES 3 3 2 1 last SETATTR {\"b\":1}
VREM @ last";
