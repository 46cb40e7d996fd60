//! The configuration: typed where the engine reads it at every turn, text where CONFIG GET shows it.
//! Which parameters there are is `parameters.rs`'s business.

pub mod parameters;
pub mod rewrite;
mod settings;

use std::time::Duration;

use structures::ordered::OrderedMap;

use crate::access::{Frequency, Tally};
use crate::acl::Rules;
use crate::event::{Class, NOTIFY_KEYEVENT, NOTIFY_KEYSPACE};
use crate::eviction::Policy;
use crate::number;
use parameters::{Kind, PARAMETERS, Parameter, Standing};
pub use settings::{Fsync, SavePoint, Settings};

/// When a small encoding gives way to a large one. Named as in redis.conf.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    pub hash_max_listpack_entries: usize,
    pub hash_max_listpack_value: usize,
    pub set_max_intset_entries: usize,
    pub set_max_listpack_entries: usize,
    pub set_max_listpack_value: usize,
    pub zset_max_listpack_entries: usize,
    pub zset_max_listpack_value: usize,
    /// Positive: entries per node. -1 to -5: 4, 8, 16, 32, 64 KiB per node.
    pub list_max_listpack_size: i64,
    pub list_compress_depth: usize,
    /// Elements of a list that are so large have a node of their own; 0: what the node's limit says. Set only by
    /// DEBUG QUICKLIST-PACKED-THRESHOLD.
    pub list_packed_threshold: usize,
    pub hll_sparse_max_bytes: usize,
    /// Zero is no limit, here and below.
    pub stream_node_max_bytes: u64,
    pub stream_node_max_entries: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            hash_max_listpack_entries: 512,
            hash_max_listpack_value: 64,
            set_max_intset_entries: 512,
            set_max_listpack_entries: 128,
            set_max_listpack_value: 64,
            zset_max_listpack_entries: 128,
            zset_max_listpack_value: 64,
            list_max_listpack_size: -2,
            list_compress_depth: 0,
            list_packed_threshold: 0,
            hll_sparse_max_bytes: 3000,
            stream_node_max_bytes: 4096,
            stream_node_max_entries: 100,
        }
    }
}

/// How much output may wait for a client. 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutputLimit {
    /// So many bytes, and the connection is closed.
    pub hard: usize,
    /// So many bytes for more than `secs` seconds, and it is closed too.
    pub soft: usize,
    pub secs: i64,
}

/// Memory in bytes, or as a part of `maxmemory`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    Bytes(usize),
    Percent(usize),
}

#[derive(Debug, Clone)]
pub struct Config {
    pub limits: Limits,
    pub databases: usize,
    /// Bits of `Class`, `NOTIFY_KEYSPACE` and `NOTIFY_KEYEVENT`.
    pub notify_keyspace_events: u32,
    /// Empty: no password.
    pub requirepass: Vec<u8>,
    /// Cron ticks a second.
    pub hz: u32,
    /// 1 to 10.
    pub active_expire_effort: u32,
    pub proto_max_bulk_len: usize,
    /// `min-replicas-to-write`: writes are refused with fewer.
    pub replicas_to_write: usize,
    /// `client-query-buffer-limit`
    pub query_buffer_limit: usize,
    /// `client-output-buffer-limit` of normal clients, replicas and subscribers: by `ClientType`.
    pub output_limits: [OutputLimit; 4],
    /// `maxclients`
    pub clients_max: usize,
    /// `timeout`: clients that are silent for more seconds are closed; 0 never.
    pub idle_secs: i64,
    /// `maxmemory-clients`
    pub client_memory: Share,
    /// Off only by DEBUG SET-ACTIVE-EXPIRE.
    pub active_expire: bool,
    /// What the writers of files read at every turn; the texts have it too.
    pub persistence: Settings,
    /// In bytes; 0 is no limit.
    pub maxmemory: u64,
    pub maxmemory_policy: Policy,
    pub maxmemory_samples: usize,
    pub maxmemory_eviction_tenacity: u32,
    /// In microseconds; negative is never.
    pub slowlog_log_slower_than: i64,
    pub slowlog_max_len: usize,
    /// How long a script may keep others waiting before they are told so.
    pub busy_reply_threshold: Duration,
    /// In milliseconds; 0 is never.
    pub latency_monitor_threshold: i64,
    pub latency_tracking: bool,
    pub lazyfree_lazy_user_del: bool,
    pub lazyfree_lazy_server_del: bool,
    pub lazyfree_lazy_eviction: bool,
    pub lazyfree_lazy_expire: bool,
    pub lfu_log_factor: u32,
    pub lfu_decay_minutes: u32,
    /// Parameters that are not typed above and were set, by name.
    texts: OrderedMap<&'static str, Vec<u8>>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            limits: Limits::default(),
            databases: 16,
            notify_keyspace_events: 0,
            requirepass: Vec::new(),
            hz: 10,
            active_expire_effort: 1,
            proto_max_bulk_len: 512 * 1024 * 1024,
            replicas_to_write: 0,
            query_buffer_limit: 1024 * 1024 * 1024,
            output_limits: output_limits(DEFAULT_OUTPUT_LIMITS),
            clients_max: 10_000,
            idle_secs: 0,
            client_memory: Share::Bytes(0),
            active_expire: true,
            persistence: Settings::default(),
            maxmemory: 0,
            maxmemory_policy: Policy::NoEviction,
            maxmemory_samples: 5,
            maxmemory_eviction_tenacity: 10,
            slowlog_log_slower_than: 10_000,
            slowlog_max_len: 128,
            busy_reply_threshold: Duration::from_secs(5),
            latency_monitor_threshold: 0,
            latency_tracking: true,
            lazyfree_lazy_user_del: false,
            lazyfree_lazy_server_del: false,
            lazyfree_lazy_eviction: false,
            lazyfree_lazy_expire: false,
            lfu_log_factor: 10,
            lfu_decay_minutes: 1,
            texts: OrderedMap::new(),
        }
    }
}

/// Why a parameter was not set.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// In the server's words, after the parameter's name.
    Invalid(String),
    /// This engine has no such effect: the reason.
    NotEmulated(&'static str),
}

impl Config {
    /// A configuration as given at the start, where also those parameters are set that cannot be set later.
    pub fn starting_with(settings: &[(&str, &str)]) -> Result<Config, String> {
        let mut config = Config::default();
        for (name, text) in settings {
            let parameter = parameters::find(name.as_bytes())
                .ok_or_else(|| format!("there is no parameter {name}"))?;
            config
                .set(parameter, text.as_bytes())
                .map_err(|refusal| match refusal {
                    Refusal::Invalid(why) => format!("{name}: {why}"),
                    Refusal::NotEmulated(why) => format!("{name}: {why}"),
                })?;
        }
        Ok(config)
    }

    /// Whoever drives the engine listens there.
    pub fn note_port(&mut self, port: u16) {
        self.texts.insert("port", port.to_string().into_bytes());
    }

    /// A parameter as CONFIG GET shows it; `None` if there is none of this name.
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        parameters::find(name.as_bytes()).map(|parameter| self.show(parameter))
    }

    /// A parameter that there is, as text.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.get(name).unwrap_or_default()).into_owned()
    }

    /// A parameter that is a number.
    pub fn int(&self, name: &str) -> Option<i64> {
        number::parse_i64(&self.get(name)?)
    }

    /// A parameter that is `yes` or `no`.
    pub fn yes(&self, name: &str) -> bool {
        self.get(name).is_some_and(|text| text == b"yes")
    }

    /// The least level that is logged: 0 debug, 1 verbose, 2 notice, 3 warning, 4 nothing.
    pub fn log_level(&self) -> i64 {
        const LEVELS: [&[u8]; 5] = [b"debug", b"verbose", b"notice", b"warning", b"nothing"];
        let level = self.get("loglevel").unwrap_or_default();
        let found = LEVELS.iter().position(|name| level == *name);
        found.map_or(2, |at| at as i64)
    }

    /// What holds for new users: `acl-pubsub-default`.
    pub fn user_rules(&self) -> Rules {
        Rules {
            all_channels: self
                .get("acl-pubsub-default")
                .is_some_and(|text| text == b"allchannels"),
        }
    }

    /// Sets a parameter, typed or not. Whether it may be set while the server runs is `check_standing`'s business.
    pub fn set(&mut self, parameter: &Parameter, text: &[u8]) -> Result<(), Refusal> {
        let text = match parameter.name {
            "client-output-buffer-limit" => canonical_buffer_limits(&self.show(parameter), text)?,
            _ => canonical(parameter, text)?,
        };
        if parameter.name == "dbfilename" && text.contains(&b'/') {
            return Err(invalid("dbfilename can't be a path, just a filename"));
        }
        if let Standing::Refused(why) = parameter.standing
            && text != self.show(parameter)
        {
            return Err(Refusal::NotEmulated(why));
        }
        self.persistence.note(parameter.name, &text);
        if !self.set_typed(parameter.name, &text)? {
            self.texts.insert(parameter.name, text);
        }
        Ok(())
    }

    pub fn show(&self, parameter: &Parameter) -> Vec<u8> {
        let limits = &self.limits;
        let number = match parameter.name {
            "requirepass" => return self.requirepass.clone(),
            "latency-tracking" => return yes_or_no(self.latency_tracking),
            "lazyfree-lazy-user-del" => return yes_or_no(self.lazyfree_lazy_user_del),
            "lazyfree-lazy-server-del" => return yes_or_no(self.lazyfree_lazy_server_del),
            "lazyfree-lazy-eviction" => return yes_or_no(self.lazyfree_lazy_eviction),
            "lazyfree-lazy-expire" => return yes_or_no(self.lazyfree_lazy_expire),
            "maxmemory-policy" => return self.maxmemory_policy.name().into(),
            "notify-keyspace-events" => {
                return notify_letters(self.notify_keyspace_events).into_bytes();
            }
            "hash-max-listpack-entries" => limits.hash_max_listpack_entries as i64,
            "hash-max-listpack-value" => limits.hash_max_listpack_value as i64,
            "set-max-intset-entries" => limits.set_max_intset_entries as i64,
            "set-max-listpack-entries" => limits.set_max_listpack_entries as i64,
            "set-max-listpack-value" => limits.set_max_listpack_value as i64,
            "zset-max-listpack-entries" => limits.zset_max_listpack_entries as i64,
            "zset-max-listpack-value" => limits.zset_max_listpack_value as i64,
            "list-max-listpack-size" => limits.list_max_listpack_size,
            "list-compress-depth" => limits.list_compress_depth as i64,
            "hll-sparse-max-bytes" => limits.hll_sparse_max_bytes as i64,
            "stream-node-max-bytes" => limits.stream_node_max_bytes as i64,
            "stream-node-max-entries" => limits.stream_node_max_entries as i64,
            "databases" => self.databases as i64,
            "hz" => i64::from(self.hz),
            "active-expire-effort" => i64::from(self.active_expire_effort),
            "proto-max-bulk-len" => self.proto_max_bulk_len as i64,
            "min-replicas-to-write" => self.replicas_to_write as i64,
            "slowlog-log-slower-than" => self.slowlog_log_slower_than,
            "slowlog-max-len" => self.slowlog_max_len as i64,
            "busy-reply-threshold" => self.busy_reply_threshold.as_millis() as i64,
            "latency-monitor-threshold" => self.latency_monitor_threshold,
            "maxmemory" => self.maxmemory as i64,
            "maxmemory-samples" => self.maxmemory_samples as i64,
            "maxmemory-eviction-tenacity" => i64::from(self.maxmemory_eviction_tenacity),
            "lfu-log-factor" => i64::from(self.lfu_log_factor),
            "lfu-decay-time" => i64::from(self.lfu_decay_minutes),
            name => {
                return self
                    .texts
                    .get(name)
                    .cloned()
                    .unwrap_or_else(|| parameter.default.into());
            }
        };
        number.to_string().into_bytes()
    }

    /// Says whether the parameter is one of the typed ones. The text is valid.
    fn set_typed(&mut self, name: &str, text: &[u8]) -> Result<bool, Refusal> {
        let int = number::parse_i64(text).unwrap_or_default();
        let size = usize::try_from(int).unwrap_or_default();
        let limits = &mut self.limits;
        match name {
            "requirepass" => self.requirepass = text.to_vec(),
            "notify-keyspace-events" => {
                self.notify_keyspace_events = notify_bits(text).unwrap_or_default()
            }
            "hash-max-listpack-entries" => limits.hash_max_listpack_entries = size,
            "hash-max-listpack-value" => limits.hash_max_listpack_value = size,
            "set-max-intset-entries" => limits.set_max_intset_entries = size,
            "set-max-listpack-entries" => limits.set_max_listpack_entries = size,
            "set-max-listpack-value" => limits.set_max_listpack_value = size,
            "zset-max-listpack-entries" => limits.zset_max_listpack_entries = size,
            "zset-max-listpack-value" => limits.zset_max_listpack_value = size,
            "list-max-listpack-size" => limits.list_max_listpack_size = int,
            "list-compress-depth" => limits.list_compress_depth = size,
            "hll-sparse-max-bytes" => limits.hll_sparse_max_bytes = size,
            "stream-node-max-bytes" => limits.stream_node_max_bytes = int.unsigned_abs(),
            "stream-node-max-entries" => limits.stream_node_max_entries = int.unsigned_abs(),
            "databases" => self.databases = size.max(1),
            "hz" => self.hz = int.clamp(1, 500) as u32,
            "active-expire-effort" => self.active_expire_effort = int as u32,
            "proto-max-bulk-len" => self.proto_max_bulk_len = size,
            "min-replicas-to-write" => self.replicas_to_write = size,
            "slowlog-log-slower-than" => self.slowlog_log_slower_than = int,
            "slowlog-max-len" => self.slowlog_max_len = size,
            "busy-reply-threshold" => {
                self.busy_reply_threshold = Duration::from_millis(int.unsigned_abs());
            }
            "latency-monitor-threshold" => self.latency_monitor_threshold = int,
            "latency-tracking" => self.latency_tracking = text == b"yes",
            "lazyfree-lazy-user-del" => self.lazyfree_lazy_user_del = text == b"yes",
            "lazyfree-lazy-server-del" => self.lazyfree_lazy_server_del = text == b"yes",
            "lazyfree-lazy-eviction" => self.lazyfree_lazy_eviction = text == b"yes",
            "lazyfree-lazy-expire" => self.lazyfree_lazy_expire = text == b"yes",
            "maxmemory" => self.maxmemory = int as u64,
            "maxmemory-policy" => self.maxmemory_policy = Policy::named(text).unwrap_or_default(),
            "maxmemory-samples" => self.maxmemory_samples = size,
            "maxmemory-eviction-tenacity" => self.maxmemory_eviction_tenacity = int as u32,
            "lfu-log-factor" => self.lfu_log_factor = int as u32,
            "lfu-decay-time" => self.lfu_decay_minutes = int as u32,
            // These are shown as the text they were made from.
            name => {
                match name {
                    "client-query-buffer-limit" => self.query_buffer_limit = size,
                    "client-output-buffer-limit" => self.output_limits = output_limits(text),
                    "maxclients" => self.clients_max = size,
                    "timeout" => self.idle_secs = int,
                    "maxmemory-clients" => {
                        self.client_memory = match text.strip_suffix(b"%") {
                            Some(percent) => {
                                let percent = number::parse_i64(percent).unwrap_or_default();
                                Share::Percent(percent as usize)
                            }
                            None => Share::Bytes(size),
                        }
                    }
                    _ => {}
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How the keyspace notes accesses.
    pub fn tally(&self) -> Tally {
        if self.maxmemory_policy.by_frequency() {
            Tally::Frequency(Frequency {
                log_factor: self.lfu_log_factor,
                decay_minutes: self.lfu_decay_minutes,
            })
        } else {
            Tally::Recency
        }
    }

    /// Names and texts of what differs from the defaults, for CONFIG REWRITE and snapshots of a server.
    pub fn changes(&self) -> Vec<(&'static str, Vec<u8>)> {
        let shown = PARAMETERS
            .iter()
            .map(|parameter| (parameter, self.show(parameter)));
        shown
            .filter(|(parameter, text)| text != parameter.default.as_bytes())
            .map(|(p, text)| (p.name, text))
            .collect()
    }
}

fn yes_or_no(yes: bool) -> Vec<u8> {
    if yes { b"yes".to_vec() } else { b"no".to_vec() }
}

/// Whether CONFIG SET may touch a parameter at all.
pub fn check_standing(config: &Config, parameter: &Parameter) -> Result<(), Refusal> {
    match parameter.standing {
        Standing::Fixed => Err(invalid("can't set immutable config")),
        // `local` trusts clients of the same machine, as all are here.
        Standing::Protected if config.text("enable-protected-configs") != "no" => Ok(()),
        Standing::Protected => Err(invalid("can't set protected config")),
        Standing::Kept | Standing::Refused(_) => Ok(()),
    }
}

fn invalid(text: impl Into<String>) -> Refusal {
    Refusal::Invalid(text.into())
}

/// The text as CONFIG GET will show it.
fn canonical(parameter: &Parameter, text: &[u8]) -> Result<Vec<u8>, Refusal> {
    match parameter.kind {
        Kind::Text => Ok(text.to_vec()),
        Kind::Bool => {
            one_of(&["yes", "no"], text).ok_or_else(|| invalid("argument must be 'yes' or 'no'"))
        }
        Kind::Choice(names) => one_of(names, text).ok_or_else(|| {
            invalid(format!(
                "argument(s) must be one of the following: {}",
                names.join(", ")
            ))
        }),
        Kind::Int(low, high) => {
            let number = parse_int(text)?;
            // What the server keeps without a sign is checked for one first.
            if number < 0 && high == i64::from(u32::MAX) {
                return Err(invalid("argument must be greater or equal to 0"));
            }
            if !(low..=high).contains(&number) {
                return Err(invalid(format!(
                    "argument must be between {low} and {high} inclusive"
                )));
            }
            Ok(number.to_string().into_bytes())
        }
        Kind::Unsigned => {
            let number = parse_int(text)?;
            if number < 0 {
                return Err(invalid("argument must be greater or equal to 0"));
            }
            Ok(number.to_string().into_bytes())
        }
        Kind::Memory => {
            let bytes = parse_memory(text).ok_or_else(not_memory)?;
            if parameter.name == "maxmemory" && i64::try_from(bytes).is_err() {
                return Err(invalid("argument must be greater or equal to 0"));
            }
            Ok(bytes.to_string().into_bytes())
        }
        Kind::MemoryFrom(low) => {
            let bytes = parse_memory(text).ok_or_else(not_memory)?;
            let bytes = i64::try_from(bytes)
                .map_err(|_| invalid("argument must be greater or equal to 0"))?;
            if bytes < low {
                return Err(invalid(format!(
                    "argument must be between {low} and {} inclusive",
                    i64::MAX
                )));
            }
            Ok(bytes.to_string().into_bytes())
        }
        Kind::Special => canonical_special(parameter.name, text),
    }
}

fn not_memory() -> Refusal {
    invalid("argument must be a memory value")
}

fn one_of(names: &[&str], text: &[u8]) -> Option<Vec<u8>> {
    names
        .iter()
        .find(|name| text.eq_ignore_ascii_case(name.as_bytes()))
        .map(|name| name.as_bytes().to_vec())
}

fn parse_int(text: &[u8]) -> Result<i64, Refusal> {
    number::parse_i64(text).ok_or_else(|| invalid("argument couldn't be parsed into an integer"))
}

/// `64mb` is 64 times 1024 times 1024, `64m` 64 million.
pub fn parse_memory(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let factor: u64 = match text[digits..].to_ascii_lowercase().as_slice() {
        b"" | b"b" => 1,
        b"k" => 1000,
        b"kb" => 1024,
        b"m" => 1_000_000,
        b"mb" => 1024 * 1024,
        b"g" => 1_000_000_000,
        b"gb" => 1024 * 1024 * 1024,
        _ => return None,
    };
    let number: u64 = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    number.checked_mul(factor)
}

fn canonical_special(name: &str, text: &[u8]) -> Result<Vec<u8>, Refusal> {
    let words: Vec<&[u8]> = text
        .split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty())
        .collect();
    match name {
        "notify-keyspace-events" => {
            notify_bits(text)
                .ok_or_else(|| invalid("Invalid event class character. Use 'Ag$lshzxeKEtmdn'."))?;
            Ok(text.to_vec())
        }
        "save" => {
            let numbers = words
                .iter()
                .map(|word| number::parse_i64(word).filter(|number| *number >= 0));
            let numbers: Option<Vec<i64>> = numbers.collect();
            let are_pairs = |numbers: &Vec<i64>| {
                numbers.len().is_multiple_of(2) && numbers.iter().step_by(2).all(|secs| *secs > 0)
            };
            numbers
                .filter(are_pairs)
                .ok_or_else(|| invalid("Invalid save parameters"))?;
            Ok(words.join(&b' '))
        }
        "oom-score-adj-values" => {
            if words.len() != 3 {
                return Err(invalid("wrong number of arguments"));
            }
            let numbers: Option<Vec<i64>> =
                words.iter().map(|word| number::parse_i64(word)).collect();
            let in_range =
                |numbers: &Vec<i64>| numbers.iter().all(|number| (-2000..=2000).contains(number));
            numbers.filter(in_range).ok_or_else(|| {
                invalid("Invalid oom-score-adj-values, elements must be between -2000 and 2000.")
            })?;
            Ok(words.join(&b' '))
        }
        "latency-tracking-info-percentiles" => {
            for word in &words {
                let percent = number::parse_f64(word).ok_or_else(|| {
                    invalid("Invalid latency-tracking-info-percentiles parameters")
                })?;
                if !(0.0..=100.0).contains(&percent) {
                    return Err(invalid(
                        "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]",
                    ));
                }
            }
            Ok(words.join(&b' '))
        }
        _ => canonical_share(text),
    }
}

/// `class hard soft seconds`, for one class or several: what is not named stays as it is.
fn canonical_buffer_limits(before: &[u8], text: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut shown: Vec<Vec<u8>> = before
        .split(|byte| *byte == b' ')
        .map(<[u8]>::to_vec)
        .collect();
    if text.is_empty() {
        return Ok(before.to_vec());
    }
    let words: Vec<&[u8]> = text.split(|byte| *byte == b' ').collect();
    if !words.len().is_multiple_of(4) {
        return Err(invalid(
            "Wrong number of arguments in buffer limit configuration.",
        ));
    }
    for limit in words.chunks(4) {
        let at = match limit[0].to_ascii_lowercase().as_slice() {
            b"normal" => 0,
            b"slave" | b"replica" => 4,
            b"pubsub" => 8,
            _ => {
                return Err(invalid(
                    "Invalid client class specified in buffer limit configuration.",
                ));
            }
        };
        let error = || {
            invalid("Error in hard, soft or soft_seconds setting in buffer limit configuration.")
        };
        let hard = parse_memory(limit[1]).ok_or_else(error)?;
        let soft = parse_memory(limit[2]).ok_or_else(error)?;
        let seconds = number::parse_i64(limit[3])
            .filter(|seconds| *seconds >= 0)
            .ok_or_else(error)?;
        // Seconds are kept in 32 bits.
        let numbers = [
            hard.to_string(),
            soft.to_string(),
            (seconds as i32).to_string(),
        ];
        for (place, number) in shown[at + 1..].iter_mut().zip(numbers) {
            *place = number.into_bytes();
        }
    }
    Ok(shown.join(&b' '))
}

const DEFAULT_OUTPUT_LIMITS: &[u8] =
    b"normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60";

/// The limits of a canonical text, by `ClientType`: a primary is limited as a normal client is.
fn output_limits(text: &[u8]) -> [OutputLimit; 4] {
    let mut limits = [OutputLimit::default(); 4];
    let words: Vec<&[u8]> = text.split(|byte| *byte == b' ').collect();
    for (limit, words) in limits.iter_mut().zip(words.chunks(4)) {
        let number = |at: usize| words.get(at).and_then(|word| number::parse_i64(word));
        let size = |at: usize| number(at).and_then(|size| usize::try_from(size).ok());
        limit.hard = size(1).unwrap_or_default();
        limit.soft = size(2).unwrap_or_default();
        limit.secs = number(3).unwrap_or_default();
    }
    limits[3] = limits[0];
    limits
}

/// Memory, or a part of `maxmemory`.
fn canonical_share(text: &[u8]) -> Result<Vec<u8>, Refusal> {
    let error = || invalid("argument must be a memory or percent value");
    let Some(percent) = text.strip_suffix(b"%") else {
        let bytes = parse_memory(text).ok_or_else(error)?;
        return Ok(bytes.to_string().into_bytes());
    };
    match number::parse_i64(percent) {
        Some(0) => Ok(b"0".to_vec()),
        Some(1..=100) => Ok(text.to_vec()),
        Some(101..) => Err(invalid("percentage argument must be less or equal to 100")),
        _ => Err(error()),
    }
}

/// Letters of `notify-keyspace-events`: first those that `A` stands for.
const NOTIFY_LETTERS: &[(u8, u32)] = &[
    (b'g', Class::Generic as u32),
    (b'$', Class::String as u32),
    (b'l', Class::List as u32),
    (b's', Class::Set as u32),
    (b'h', Class::Hash as u32),
    (b'z', Class::SortedSet as u32),
    (b'x', Class::Expired as u32),
    (b'e', Class::Evicted as u32),
    (b't', Class::Stream as u32),
    (b'd', NOTIFY_MODULE),
];

const NOTIFY_REST: &[(u8, u32)] = &[
    (b'K', NOTIFY_KEYSPACE),
    (b'E', NOTIFY_KEYEVENT),
    (b'm', Class::KeyMiss as u32),
];

/// Not among those that `A` stands for.
const NOTIFY_BESIDE_ALL: &[(u8, u32)] = &[
    (b'n', Class::New as u32),
    (b'o', Class::Overwritten as u32),
    (b'c', Class::TypeChanged as u32),
];

/// Events of modules: there are none, but the letter exists.
const NOTIFY_MODULE: u32 = 1 << 13;

fn notify_all() -> u32 {
    NOTIFY_LETTERS.iter().map(|(_, bit)| bit).sum()
}

fn notify_bits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |bits, letter| {
        let known = NOTIFY_LETTERS
            .iter()
            .chain(NOTIFY_REST)
            .chain(NOTIFY_BESIDE_ALL)
            .find(|(known, _)| known == letter);
        match known {
            Some((_, bit)) => Some(bits | bit),
            None if *letter == b'A' => Some(bits | notify_all()),
            None => None,
        }
    })
}

fn notify_letters(bits: u32) -> String {
    let mut text = String::new();
    if bits & notify_all() == notify_all() {
        // What stands beside `A` is not shown, although it holds: so does the server.
        text.push('A');
    } else {
        text.extend(
            NOTIFY_LETTERS
                .iter()
                .chain(NOTIFY_BESIDE_ALL)
                .filter(|(_, bit)| bits & bit != 0)
                .map(|(letter, _)| char::from(*letter)),
        );
    }
    text.extend(
        NOTIFY_REST
            .iter()
            .filter(|(_, bit)| bits & bit != 0)
            .map(|(letter, _)| char::from(*letter)),
    );
    text
}
