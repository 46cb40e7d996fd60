//! What the cluster means for the rest of a server: its address, its shard channels, whom it replicates.

use super::node::{Address, NodeId};
use super::slot::key_slot;
use super::{Cluster, Rules};
use crate::keyspace::Keyspace;
use crate::pubsub::Kind;
use crate::server::Server;
use crate::time::Time;
use std::time::Duration;

const BUS_PORT_ABOVE: u16 = 10_000;

impl Cluster {
    /// Whether this node, or its master, has the slot.
    pub fn serves(&self, slot: u16) -> bool {
        self.owner(slot)
            .is_some_and(|owner| owner == self.my_id() || self.myself().is_replica_of(owner))
    }
}

impl Server {
    /// Where others reach this node, by its configuration.
    pub fn cluster_address(&self) -> Address {
        let number = |name: &str| {
            let number = self.config.int(name).unwrap_or_default();
            u16::try_from(number).unwrap_or_default()
        };
        let text = |name: &str| {
            String::from_utf8_lossy(&self.config.get(name).unwrap_or_default()).into_owned()
        };
        let or = |announced: u16, own: u16| if announced == 0 { own } else { announced };
        let own_port = number("port");
        let own_bus = or(
            number("cluster-port"),
            own_port.wrapping_add(BUS_PORT_ABOVE),
        );
        Address {
            ip: text("cluster-announce-ip"),
            port: or(number("cluster-announce-port"), own_port),
            bus_port: or(number("cluster-announce-bus-port"), own_bus),
            hostname: text("cluster-announce-hostname"),
        }
    }

    /// Takes up what the configuration says now. An address that others told stays if none is announced.
    pub fn refresh_cluster_address(&mut self) {
        let mut address = self.cluster_address();
        let Some(cluster) = self.cluster.as_deref_mut() else {
            return;
        };
        let myself = cluster.myself_mut();
        if address.ip.is_empty() {
            address.ip = std::mem::take(&mut myself.address.ip);
        }
        myself.address = address;
    }

    pub fn cluster_rules(&self) -> Rules {
        let millis = self.config.int("cluster-node-timeout").unwrap_or_default();
        Rules {
            node_timeout: Duration::from_millis(u64::try_from(millis).unwrap_or_default()),
            require_full_coverage: self.config.yes("cluster-require-full-coverage"),
        }
    }

    /// Ten times a second.
    pub fn cluster_cron(&mut self, now: Time) {
        if self.cluster.is_some() {
            let rules = self.cluster_rules();
            if let Some(cluster) = self.cluster.as_deref_mut() {
                cluster.cron(&rules, now);
            }
        }
    }

    /// After each command: what it changed may have made the cluster healthy or not.
    pub fn settle_cluster(&mut self, now: Time) {
        if self
            .cluster
            .as_deref()
            .is_some_and(|cluster| cluster.update_due)
        {
            let rules = self.cluster_rules();
            if let Some(cluster) = self.cluster.as_deref_mut() {
                cluster.update(&rules, now);
            }
        }
    }

    /// The slot is not served here any more: listeners of its shard channels are told so.
    pub fn leave_slot(&mut self, slot: u16) {
        let gone: Vec<Vec<u8>> = self
            .pubsub
            .of(Kind::Shard)
            .keys()
            .filter(|channel| key_slot(channel) == slot)
            .cloned()
            .collect();
        for channel in gone {
            for client in self
                .pubsub
                .of(Kind::Shard)
                .get(&channel)
                .cloned()
                .unwrap_or_default()
            {
                let notice = self.unsubscribe(client, Kind::Shard, Some(&channel));
                self.push(client, notice);
            }
        }
    }

    /// As `leave_slot`, for all slots that are not served here.
    pub fn leave_all_slots(&mut self) {
        let slots: Vec<u16> = self
            .pubsub
            .of(Kind::Shard)
            .keys()
            .map(|channel| key_slot(channel))
            .collect();
        for slot in slots {
            if !self
                .cluster
                .as_deref()
                .is_some_and(|cluster| cluster.serves(slot))
            {
                self.leave_slot(slot);
            }
        }
    }

    /// This node becomes a replica of that one.
    pub fn follow_in_cluster(&mut self, master: NodeId, now: Time) {
        let Some(cluster) = self.cluster.as_deref_mut() else {
            return;
        };
        cluster.follow(master);
        let address = cluster
            .node(master)
            .map(|node| node.address.clone())
            .unwrap_or_default();
        self.leave_all_slots();
        self.follow(address.ip.as_bytes(), address.port, now);
    }
}

impl Keyspace {
    /// Keys of a slot, in a server that is a node of a cluster.
    pub fn count_in_slot(&self, slot: u16) -> usize {
        self.dbs[0].keys.slot(slot).map_or(0, |dict| dict.len())
    }

    /// Removes what a slot holds, because another node has it now. Gives how many keys that were.
    pub fn remove_slot(&mut self, slot: u16) -> usize {
        self.db = 0;
        let dict = self.dbs[0].keys.slot(slot);
        let keys: Vec<Vec<u8>> = dict
            .into_iter()
            .flat_map(|dict| dict.keys().map(<[u8]>::to_vec))
            .collect();
        for key in &keys {
            self.remove(key);
            self.touched(key);
            self.notify(crate::event::Class::Generic, "del", key);
            if self.emit_effects {
                self.effects.push((0, vec![b"DEL".to_vec(), key.clone()]));
            }
        }
        keys.len()
    }
}
