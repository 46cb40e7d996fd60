//! Commands of the group `server`, by topic.

pub mod acl;
pub mod command;
pub mod config;
pub mod databases;
pub mod debug;
pub mod docs;
pub mod identity;
pub mod info;
mod labels;
pub mod latency;
pub mod memory;
pub mod monitor;
pub mod persistence;
pub mod replication;
pub mod slow_log;
