//! The parameters of snapshots and the append-only file, typed.

use crate::number;

/// How often the append-only file is synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fsync {
    Always,
    EverySecond,
    No,
}

/// `save 900 1`: a snapshot when so much time has passed and so much has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SavePoint {
    pub seconds: i64,
    pub changes: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub append_only: bool,
    pub fsync: Fsync,
    /// Notes of the time between commands.
    pub timestamps: bool,
    /// The base of the append-only file is an RDB file.
    pub preamble: bool,
    /// A last command that is cut off is no error.
    pub load_truncated: bool,
    /// Growth, in percent, that makes a rewrite due; 0 never.
    pub rewrite_percent: u64,
    pub rewrite_min_size: u64,
    pub compress: bool,
    pub checksum: bool,
    pub save_points: Vec<SavePoint>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            append_only: false,
            fsync: Fsync::EverySecond,
            timestamps: false,
            preamble: true,
            load_truncated: true,
            rewrite_percent: 100,
            rewrite_min_size: 64 << 20,
            compress: true,
            checksum: true,
            save_points: Vec::new(),
        }
    }
}

impl Settings {
    /// A parameter was set; the text is valid, and most parameters are none of these.
    pub fn note(&mut self, name: &str, text: &[u8]) {
        let yes = text == b"yes";
        let number = || {
            number::parse_i64(text)
                .and_then(|number| u64::try_from(number).ok())
                .unwrap_or(0)
        };
        match name {
            "appendonly" => self.append_only = yes,
            "appendfsync" => {
                self.fsync = match text {
                    b"always" => Fsync::Always,
                    b"no" => Fsync::No,
                    _ => Fsync::EverySecond,
                }
            }
            "aof-timestamp-enabled" => self.timestamps = yes,
            "aof-use-rdb-preamble" => self.preamble = yes,
            "aof-load-truncated" => self.load_truncated = yes,
            "auto-aof-rewrite-percentage" => self.rewrite_percent = number(),
            "auto-aof-rewrite-min-size" => self.rewrite_min_size = number(),
            "rdbcompression" => self.compress = yes,
            "rdbchecksum" => self.checksum = yes,
            "save" => self.save_points = save_points(text),
            _ => {}
        }
    }
}

fn save_points(text: &[u8]) -> Vec<SavePoint> {
    let numbers: Vec<i64> = text
        .split(|byte| *byte == b' ')
        .filter_map(number::parse_i64)
        .collect();
    numbers
        .chunks_exact(2)
        .map(|pair| SavePoint {
            seconds: pair[0],
            changes: u64::try_from(pair[1]).unwrap_or(0),
        })
        .collect()
}
