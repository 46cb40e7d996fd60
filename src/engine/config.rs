//! The configuration: typed where the engine reads it, text where CONFIG GET only shows it.

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
        }
    }
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
    /// Off only by DEBUG SET-ACTIVE-EXPIRE.
    pub active_expire: bool,
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
            active_expire: true,
        }
    }
}
