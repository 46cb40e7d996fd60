//! The commands, one file for each group. A file begins with its table, which is also its table of contents.

mod bitmaps;
mod cluster;
mod connection;
mod cursor;
mod draw;
mod generic;
mod geo;
mod hashes;
mod help;
mod hyperloglog;
mod lcs;
mod lists;
mod pubsub;
mod scripting;
mod server;
mod sets;
mod sorted_sets;
mod streams;
mod strings;
pub(crate) mod transactions;
mod vector_sets;

use crate::command::Command;

/// Group name, as COMMAND DOCS says it, and the group's commands.
pub const GROUPS: &[(&str, &[Command])] = &[
    ("cluster", cluster::COMMANDS),
    ("cluster", cluster::NODES),
    ("cluster", cluster::SLOT_COMMANDS),
    ("cluster", cluster::SLOT_STATS),
    ("bitmap", bitmaps::COMMANDS),
    ("connection", connection::COMMANDS),
    ("connection", connection::CLIENT),
    ("connection", connection::TRACKING),
    ("generic", generic::copy::COMMANDS),
    ("generic", generic::dump::COMMANDS),
    ("generic", generic::expiry::COMMANDS),
    ("generic", generic::keys::COMMANDS),
    ("generic", generic::object::COMMANDS),
    ("server", generic::dump::OF_A_MOVE),
    ("server", generic::memory_usage::COMMANDS),
    ("generic", generic::scan::COMMANDS),
    ("generic", generic::sort::COMMANDS),
    ("generic", generic::wait::COMMANDS),
    ("geo", geo::COMMANDS),
    ("hash", hashes::basic::COMMANDS),
    ("hash", hashes::chance::COMMANDS),
    ("hash", hashes::field_expiry::COMMANDS),
    ("hash", hashes::get_and_expire::COMMANDS),
    ("hash", hashes::numbers::COMMANDS),
    ("hash", hashes::scan::COMMANDS),
    ("hyperloglog", hyperloglog::COMMANDS),
    ("list", lists::COMMANDS),
    ("pubsub", pubsub::COMMANDS),
    ("scripting", scripting::COMMANDS),
    ("scripting", scripting::function::COMMANDS),
    ("server", server::acl::COMMANDS),
    ("server", server::command::COMMANDS),
    ("server", server::config::COMMANDS),
    ("server", server::databases::COMMANDS),
    ("server", server::debug::COMMANDS),
    ("server", server::identity::COMMANDS),
    ("server", server::info::COMMANDS),
    ("server", server::latency::COMMANDS),
    ("server", server::memory::COMMANDS),
    ("server", server::monitor::COMMANDS),
    ("server", server::persistence::COMMANDS),
    ("server", server::replication::COMMANDS),
    ("server", server::slow_log::COMMANDS),
    ("set", sets::COMMANDS),
    ("sorted-set", sorted_sets::COMMANDS),
    ("stream", streams::COMMANDS),
    ("string", strings::COMMANDS),
    ("string", lcs::COMMANDS),
    ("transactions", transactions::COMMANDS),
    ("vector_set", vector_sets::COMMANDS),
];
