//! The active expiry cycle: finds keys whose time has come although nobody asks for them.
//!
//! As in Redis it does not look at all deadlines. It walks the table of keys with deadlines with a cursor, a sample
//! at a time, and goes on with a database only while more than a tenth of a sample was due: a server may keep a few
//! percent of expired keys for long, and that is by design. Source: Redis 8.2, `expire.c`.
//!
//! Redis stops a cycle by the clock. Time stands still here, so work has a price instead (`NANOS_PER_KEY` …), fitted
//! to what a real server does: it removes 15,000 to 30,000 keys in a slow cycle of 25 ms and 1,300 in a fast one of
//! 1 ms.

#[cfg(test)]
mod tests;
mod told;

use crate::config::Config;
use crate::keyspace::Keyspace;
use crate::time::Time;

const KEYS_PER_LOOP: usize = 20;
const BUCKETS_PER_KEY: usize = 20;
const DATABASES_PER_CALL: usize = 16;
/// The budget of a slow cycle, in percent of a tick, and what each step of effort adds. With 300,000 keys due at once
/// a server's capped cycles, slow and fast ones in turn, took 13, 19 and 24 ms on average at efforts 1, 5 and 10: that
/// is half of 25 + 1, 33 + 2 and 43 + 3.
const SLOW_PERCENT: u64 = 25;
const SLOW_PERCENT_PER_STEP: u64 = 2;
const FAST_MICROS: u64 = 1000;
/// A database is left alone when no more than so many percent of a sample were due.
const ACCEPTABLE_STALE_PERCENT: usize = 10;
/// How often the budget is looked at.
const LOOPS_BETWEEN_CHECKS: u32 = 16;
/// Hash fields removed a second in each database.
const FIELDS_PER_SECOND: usize = 10_000;

const NANOS_PER_KEY: u64 = 130;
const NANOS_PER_REMOVAL: u64 = 900;
const NANOS_PER_BUCKET: u64 = 40;

/// What a look-up does with a key past its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpiredKeys {
    Removed,
    /// A replica does not show it, and removes it only when its master says so.
    Hidden,
    /// A replica that does what its master says finds what the master found.
    Alive,
}

/// Where the cycle stands between two calls, and what INFO tells of it.
#[derive(Debug, Clone, Default)]
pub struct Cycle {
    /// The database to begin with.
    db: usize,
    /// The last cycle ran out of time.
    out_of_time: bool,
    last_fast: Time,
    /// Moving average: how many percent of the keys with a deadline are past it (`expired_stale_perc`).
    pub stale_percent: f64,
    /// `expired_time_cap_reached_count`.
    pub time_cap_reached: u64,
    /// What all cycles took together (`expire_cycle_cpu_milliseconds`).
    pub nanos: u64,
}

impl Cycle {
    /// CONFIG RESETSTAT.
    pub fn forget_statistics(&mut self) {
        self.stale_percent = 0.0;
        self.time_cap_reached = 0;
        self.nanos = 0;
    }
}

/// What `active-expire-effort` makes of the constants above; 0 is the least effort.
struct Effort {
    keys_per_loop: usize,
    fast_micros: u64,
    slow_percent: u64,
    acceptable_stale_percent: usize,
}

impl Effort {
    fn of(config: &Config) -> Effort {
        let extra = config.active_expire_effort.clamp(1, 10) - 1;
        Effort {
            keys_per_loop: KEYS_PER_LOOP + KEYS_PER_LOOP / 4 * extra as usize,
            fast_micros: FAST_MICROS + FAST_MICROS / 4 * u64::from(extra),
            slow_percent: SLOW_PERCENT + SLOW_PERCENT_PER_STEP * u64::from(extra),
            acceptable_stale_percent: ACCEPTABLE_STALE_PERCENT - extra as usize,
        }
    }
}

/// The slow cycle of one cron tick. Returns what it took, in nanoseconds of the cost model.
pub fn slow_cycle(keys: &mut Keyspace, config: &Config, now: Time) -> u64 {
    let effort = Effort::of(config);
    let hz = u64::from(config.hz.max(1));
    let db = keys.db;
    expire_fields(keys, FIELDS_PER_SECOND / hz as usize, now);
    let nanos = walk(
        keys,
        &effort,
        now,
        (effort.slow_percent * 1_000_000 / hz / 100).max(1),
    );
    keys.db = db;
    nanos
}

/// Whether a fast cycle is due before the server waits for the next command: there is reason to think that many
/// keys are due, and the last one was not just now.
pub fn is_fast_cycle_due(cycle: &Cycle, config: &Config, now: Time) -> bool {
    let effort = Effort::of(config);
    let many = cycle.out_of_time || cycle.stale_percent >= effort.acceptable_stale_percent as f64;
    many && now.micros()
        >= cycle
            .last_fast
            .micros()
            .saturating_add(2 * effort.fast_micros as i64)
}

/// As `slow_cycle`, between two commands.
pub fn fast_cycle(keys: &mut Keyspace, config: &Config, now: Time) -> u64 {
    let effort = Effort::of(config);
    keys.cycle.last_fast = now;
    let db = keys.db;
    let nanos = walk(keys, &effort, now, effort.fast_micros);
    keys.db = db;
    nanos
}

/// What one cycle has done so far.
#[derive(Default)]
struct Work {
    nanos: u64,
    sampled: usize,
    expired: usize,
    loops: u32,
}

fn walk(keys: &mut Keyspace, effort: &Effort, now: Time, budget_micros: u64) -> u64 {
    let count = keys.dbs.len();
    let wanted = if keys.cycle.out_of_time {
        count
    } else {
        DATABASES_PER_CALL.min(count)
    };
    keys.cycle.out_of_time = false;
    let mut work = Work::default();
    let mut visited = 0;
    for _ in 0..count {
        if visited >= wanted || keys.cycle.out_of_time {
            break;
        }
        let db = keys.cycle.db % count;
        // Moved on before the work: a database that takes all the time is not the first one next time.
        keys.cycle.db = db + 1;
        if keys.dbs[db].expires.is_empty() {
            continue;
        }
        visited += 1;
        keys.begin(db, now);
        if trace::is_on() {
            told::begins(keys, effort, budget_micros);
        }
        while sample(keys, effort, &mut work) {
            work.loops += 1;
            if work.loops.is_multiple_of(LOOPS_BETWEEN_CHECKS) && work.nanos > budget_micros * 1000
            {
                keys.cycle.out_of_time = true;
                keys.cycle.time_cap_reached += 1;
                break;
            }
        }
    }
    let stale = if work.sampled == 0 {
        0.0
    } else {
        work.expired as f64 * 100.0 / work.sampled as f64
    };
    keys.cycle.stale_percent = stale * 0.05 + keys.cycle.stale_percent * 0.95;
    if visited > 0 && trace::is_on() {
        told::over(keys, &work);
    }
    work.nanos
}

/// Looks at the next keys with a deadline and removes those that are due. True if it is worth going on here.
fn sample(keys: &mut Keyspace, effort: &Effort, work: &mut Work) -> bool {
    let db = keys.db;
    let with_deadline = keys.dbs[db].expires.len();
    // A table that is nearly empty is not worth walking; it will shrink soon.
    let (small, large) = keys.dbs[db].expires.table_sizes();
    if with_deadline == 0 || (small.max(large) > 4 && with_deadline * 100 / small.max(large) < 1) {
        return false;
    }
    let wanted = with_deadline.min(effort.keys_per_loop);
    let (mut sampled, mut expired) = (0, 0);
    let mut wrapped = false;
    let is_told = trace::is_on();
    let (mut looked, mut buckets) = (Vec::new(), 0);
    for _ in 0..wanted * BUCKETS_PER_KEY {
        if sampled >= wanted || wrapped {
            break;
        }
        let mut bucket = Vec::new();
        let cursor = keys.dbs[db].expires_cursor;
        keys.dbs[db].expires_cursor = keys.dbs[db]
            .expires
            .scan(cursor, &mut |key, _| bucket.push(key.to_vec()));
        wrapped = keys.dbs[db].expires_cursor == 0;
        sampled += bucket.len();
        if is_told {
            looked.extend_from_slice(&bucket);
            buckets += 1;
        }
        work.nanos += NANOS_PER_BUCKET;
        for key in bucket {
            if keys.deadline_passed(&key) {
                keys.expire(&key);
                expired += 1;
            }
        }
    }
    work.nanos += sampled as u64 * NANOS_PER_KEY + expired as u64 * NANOS_PER_REMOVAL;
    work.sampled += sampled;
    work.expired += expired;
    let again =
        !wrapped && (sampled == 0 || expired * 100 / sampled > effort.acceptable_stale_percent);
    if is_told {
        told::sampled(keys, &looked, expired, buckets, (again, wrapped));
    }
    again
}

/// Removes hash fields whose time has come, those of the hash with the nearest deadline first, at most so many in
/// each database.
fn expire_fields(keys: &mut Keyspace, at_most: usize, now: Time) {
    for db in 0..keys.dbs.len() {
        let mut left = at_most;
        while let Some((deadline, key)) = keys.dbs[db].field_deadlines.first().cloned() {
            if deadline > now.millis() || left == 0 {
                break;
            }
            keys.begin(db, now);
            let removed = keys.expire_fields(&key, left);
            if removed == 0 {
                // The entry is out of date: without this the walk would not end.
                keys.dbs[db].field_deadlines.remove(&(deadline, key));
            }
            left -= removed.min(left);
        }
    }
}
