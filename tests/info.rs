//! INFO against the fields of redis-server 8.2.3: each is there, or it is said here why not.

use std::collections::BTreeSet;

use engine::{Engine, Reply, Time};
use tests::files;

use crate::conclude;

/// What is left out rather than made up, with the reason.
const ABSENT: &[(&str, &[&str])] = &[
    (
        "there is no such build",
        &[
            "redis_git_sha1",
            "redis_git_dirty",
            "redis_build_id",
            "gcc_version",
            "atomicvar_api",
        ],
    ),
    (
        "there is no process on a machine",
        &[
            "os",
            "monotonic_clock",
            "multiplexing_api",
            "process_id",
            "executable",
            "total_system_memory",
            "total_system_memory_human",
            "used_memory_rss",
            "used_memory_rss_human",
            "rss_overhead_ratio",
            "rss_overhead_bytes",
            "mem_fragmentation_ratio",
            "mem_fragmentation_bytes",
            "used_cpu_sys",
            "used_cpu_user",
            "used_cpu_sys_children",
            "used_cpu_user_children",
            "used_cpu_sys_main_thread",
            "used_cpu_user_main_thread",
            "eventloop_cycles",
            "eventloop_duration_sum",
            "eventloop_duration_cmd_sum",
            "instantaneous_eventloop_cycles_per_sec",
            "instantaneous_eventloop_duration_usec",
            "io_thread_*",
        ],
    ),
    (
        "no memory is copied for a child",
        &[
            "current_cow_peak",
            "current_cow_size",
            "current_cow_size_age",
            "current_fork_perc",
            "rdb_last_cow_size",
            "aof_last_cow_size",
            "module_fork_last_cow_size",
        ],
    ),
    (
        "there is no allocator",
        &[
            "allocator_allocated",
            "allocator_active",
            "allocator_resident",
            "allocator_muzzy",
            "allocator_frag_ratio",
            "allocator_frag_bytes",
            "allocator_rss_ratio",
            "allocator_rss_bytes",
            "mem_allocator",
        ],
    ),
    (
        "bytes and sockets are the business of whoever drives the engine",
        &[
            "listener0",
            "client_recent_max_input_buffer",
            "client_recent_max_output_buffer",
            "instantaneous_input_kbps",
            "instantaneous_output_kbps",
            "total_reads_processed",
            "total_writes_processed",
            "reply_buffer_shrinks",
            "reply_buffer_expands",
        ],
    ),
    (
        "payloads are always checked, so checks are not counted",
        &["dump_payload_sanitizations"],
    ),
    (
        "scripts and functions are counted where they are",
        &[
            "used_memory_lua",
            "used_memory_lua_human",
            "used_memory_vm_eval",
            "used_memory_scripts_eval",
            "used_memory_vm_functions",
            "used_memory_vm_total",
            "used_memory_vm_total_human",
            "used_memory_functions",
            "used_memory_scripts",
            "used_memory_scripts_human",
        ],
    ),
];

/// Section and field, the changing part of a name as a star.
fn fields(text: &str) -> BTreeSet<(String, String)> {
    let mut section = String::new();
    let mut fields = BTreeSet::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("# ") {
            section = name.to_string();
        } else if let Some((name, _)) = line.split_once(':') {
            fields.insert((section.clone(), general(&section, name)));
        }
    }
    fields
}

fn general(section: &str, name: &str) -> String {
    const FAMILIES: [&str; 3] = ["cmdstat_", "errorstat_", "latency_percentiles_usec_"];
    if let Some(family) = FAMILIES.iter().find(|family| name.starts_with(**family)) {
        return format!("{family}*");
    }
    match section {
        "Keyspace" => "db*".to_string(),
        "Keysizes" => "db*_distrib_*".to_string(),
        _ => name.to_string(),
    }
}

fn everything() -> String {
    let mut engine = Engine::new(1, Time::WORLD_START);
    let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
    engine.execute(client, &[b"SET", b"a", b"1"], Time::WORLD_START);
    engine.execute(client, &[b"GET"], Time::WORLD_START);
    match engine.execute(client, &[b"INFO", b"everything"], Time::WORLD_START) {
        Reply::Verbatim(_, text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_field_is_there_or_its_absence_is_explained() {
    let recorded = files::read("tests/vectors/info-fields.txt");
    let text = everything();
    let ours = fields(&text);
    let mut problems = Vec::new();
    let mut known = BTreeSet::new();
    for line in recorded.lines() {
        let (section, name) = line.split_once(' ').expect("a section and a field");
        let field = (section.to_string(), name.to_string());
        let reason = ABSENT.iter().find(|(_, names)| names.contains(&name));
        match (ours.contains(&field), reason) {
            (true, None) => {}
            (false, None) => problems.push(format!("{line}: not there")),
            (true, Some(_)) => problems.push(format!("{line}: there, and said to be absent")),
            (false, Some(_)) => {}
        }
        known.insert(field);
    }
    for (section, name) in ours.difference(&known) {
        problems.push(format!("{section} {name}: no field of the server"));
    }
    conclude("fields", known.len(), problems);
}
