//! Where a command has to run: here, at another node (MOVED, ASK), later (TRYAGAIN), or nowhere at present.
//! Source: Redis 8.2, `cluster.c`, `getNodeByQuery`.

use super::Cluster;
use super::describe;
use super::node::{NodeId, Role};
use super::slot::key_slot;
use crate::client::Client;
use crate::command::{Entry, flag};
use crate::config::Config;
use crate::error::{Error, Outage};
use crate::keys;
use crate::keyspace::Keyspace;

/// A command and its words; a transaction has several.
type Call<'a> = (&'static Entry, &'a [&'a [u8]]);

/// The one slot of all keys, and what is known of these keys where the slot moves.
struct Target {
    slot: u16,
    owner: NodeId,
    migrating: bool,
    importing: bool,
    several: bool,
    missing: usize,
    existing: usize,
}

/// Whether a client's command may run on this node. EXEC is judged by what is queued.
pub fn check(
    cluster: &Cluster,
    keys: &Keyspace,
    config: &Config,
    client: &Client,
    entry: &'static Entry,
    words: &[&[u8]],
) -> Result<(), Error> {
    if entry.name != "exec" {
        let calls = [(entry, words)];
        return judge(cluster, keys, config, client, entry, entry.flags, &calls);
    }
    let Some(transaction) = &client.transaction else {
        return Ok(());
    };
    let queued: Vec<(&'static Entry, Vec<&[u8]>)> = transaction
        .queue
        .iter()
        .map(|(entry, words)| (*entry, words.iter().map(Vec::as_slice).collect()))
        .collect();
    let calls: Vec<Call> = queued
        .iter()
        .map(|(entry, words)| (*entry, words.as_slice()))
        .collect();
    let flags = calls.iter().fold(entry.flags, |flags, (entry, _)| {
        flags | entry.flags & flag::WRITE
    });
    judge(cluster, keys, config, client, entry, flags, &calls)
}

fn judge(
    cluster: &Cluster,
    keys: &Keyspace,
    config: &Config,
    client: &Client,
    entry: &'static Entry,
    flags: u32,
    calls: &[Call],
) -> Result<(), Error> {
    let on_channels = calls
        .iter()
        .any(|(entry, _)| is_about_shard_channels(entry));
    let Some(target) = find_target(cluster, keys, calls, on_channels)? else {
        return Ok(());
    };
    if !cluster.healthy {
        check_outage(config, flags, on_channels)?;
    }
    let moves = target.migrating || target.importing;
    if moves && entry.name == "migrate" {
        return Ok(());
    }
    if target.migrating && target.missing > 0 {
        return Err(
            match (target.existing, cluster.migrating.get(&target.slot)) {
                (0, Some(to)) => Error::Ask {
                    slot: target.slot,
                    to: describe::endpoint(cluster, *to, config),
                },
                _ => Error::TryAgain,
            },
        );
    }
    if target.importing && (client.asking || flags & flag::ASKING != 0) {
        return match target.several && target.missing > 0 {
            true => Err(Error::TryAgain),
            false => Ok(()),
        };
    }
    let reads_copy = (client.readonly || on_channels)
        && flags & flag::WRITE == 0
        && cluster.myself().role
            == Role::Replica {
                of: Some(target.owner),
            };
    if target.owner == cluster.my_id() || reads_copy {
        return Ok(());
    }
    Err(Error::Moved {
        slot: target.slot,
        to: describe::endpoint(cluster, target.owner, config),
    })
}

/// A cluster that is down may still be allowed to answer questions.
fn check_outage(config: &Config, flags: u32, on_channels: bool) -> Result<(), Error> {
    let allowed = match on_channels {
        true => config.yes("cluster-allow-pubsubshard-when-down"),
        false => config.yes("cluster-allow-reads-when-down"),
    };
    match allowed {
        false => Err(Error::ClusterDown(Outage::Everything)),
        true if !on_channels && flags & flag::WRITE != 0 => Err(Error::ClusterDown(Outage::Writes)),
        true => Ok(()),
    }
}

/// None if there are no keys: such commands run anywhere.
fn find_target(
    cluster: &Cluster,
    keys: &Keyspace,
    calls: &[Call],
    on_channels: bool,
) -> Result<Option<Target>, Error> {
    let mut target: Option<Target> = None;
    let mut first: &[u8] = b"";
    for (entry, words) in calls {
        for found in keys::touched(entry, words) {
            let key = words[found.at];
            let slot = key_slot(key);
            let target = match &mut target {
                None => {
                    first = key;
                    target.insert(begin(cluster, slot)?)
                }
                Some(target) if target.slot != slot => return Err(Error::CrossSlot),
                Some(target) => {
                    target.several |= target.importing && key != first;
                    target
                }
            };
            if (target.migrating || target.importing) && !on_channels {
                let held = keys.dbs[0].keys.contains(key) && !keys.is_due_in(0, key);
                target.existing += usize::from(held);
                target.missing += usize::from(!held);
            }
        }
    }
    Ok(target)
}

fn begin(cluster: &Cluster, slot: u16) -> Result<Target, Error> {
    let owner = cluster
        .owner(slot)
        .ok_or(Error::ClusterDown(Outage::Slot))?;
    let migrating = owner == cluster.my_id() && cluster.migrating.contains_key(&slot);
    Ok(Target {
        slot,
        owner,
        migrating,
        importing: !migrating && cluster.importing.contains_key(&slot),
        several: false,
        missing: 0,
        existing: 0,
    })
}

fn is_about_shard_channels(entry: &Entry) -> bool {
    matches!(entry.name, "ssubscribe" | "sunsubscribe" | "spublish")
}
