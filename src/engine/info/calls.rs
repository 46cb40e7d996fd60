//! The sections of INFO with a line for each command, each error or each type.

use super::Text;
use crate::command::table;
use crate::keyspace::Keyspace;
use crate::number;
use crate::server::Server;
use crate::sizes;
use crate::time::Time;

pub(super) fn commandstats(text: &mut Text, _: &Keyspace, server: &Server, _: Time) {
    for entry in table().all() {
        let Some(stats) = server.stats.commands.get(entry.index) else {
            continue;
        };
        if stats.calls + stats.rejected + stats.failed == 0 {
            continue;
        }
        let micros = stats.nanos / 1000;
        let each = stats.nanos as f64 / 1000.0 / stats.calls.max(1) as f64;
        let each = number::format_fixed(each, 2);
        let line = format!(
            "calls={},usec={micros},usec_per_call={each},rejected_calls={},failed_calls={}",
            stats.calls, stats.rejected, stats.failed
        );
        text.field(&format!("cmdstat_{}", entry.name), line);
    }
}

pub(super) fn errorstats(text: &mut Text, _: &Keyspace, server: &Server, _: Time) {
    for (code, count) in &server.stats.errors {
        text.field(&format!("errorstat_{code}"), format!("count={count}"));
    }
}

pub(super) fn latencystats(text: &mut Text, _: &Keyspace, server: &Server, _: Time) {
    let percentiles = server.config.get("latency-tracking-info-percentiles");
    let percentiles = percentiles.unwrap_or_default();
    let percentiles: Vec<f64> = percentiles
        .split(|byte| *byte == b' ')
        .filter_map(number::parse_f64)
        .collect();
    if !server.config.latency_tracking {
        return;
    }
    for entry in table().all() {
        let Some(stats) = server.stats.commands.get(entry.index) else {
            continue;
        };
        if stats.durations.total() == 0 {
            continue;
        }
        let parts: Vec<String> = percentiles
            .iter()
            .map(|percent| {
                let micros = stats.durations.percentile(*percent) as f64 / 1000.0;
                let percent = number::format_fixed(*percent, 6);
                let percent = percent.trim_end_matches('0').trim_end_matches('.');
                format!("p{percent}={}", number::format_fixed(micros, 3))
            })
            .collect();
        text.field(
            &format!("latency_percentiles_usec_{}", entry.name),
            parts.join(","),
        );
    }
}

pub(super) fn keysizes(text: &mut Text, keys: &Keyspace, _: &Server, _: Time) {
    for (index, db) in keys.dbs.iter().enumerate() {
        for (kind, name) in sizes::NAMES.iter().enumerate() {
            let line = db.sizes.line(kind);
            if !line.is_empty() {
                text.field(&format!("db{index}_distrib_{name}"), line);
            }
        }
    }
}
