//! Commands of the group `server`, by topic.

pub mod acl;
pub mod command;
pub mod config;
pub mod databases;
pub mod debug;
pub mod docs;
pub mod identity;
pub mod info;
pub mod memory;
pub mod observe;
pub mod persistence;
pub mod replication;
