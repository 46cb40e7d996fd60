//! The cluster as one of its nodes sees it: nodes, epochs, who owns which slot, which slots move.
//!
//! Plain values. CLUSTER commands change them for this server; what other nodes say (gossip, votes, failovers) comes in
//! through the same functions, from whoever drives several servers. Nothing here sends anything.
//! Which slot a key has is in `slot.rs`, where a command has to go in `redirect.rs`, the texts of CLUSTER NODES and its
//! kind in `describe.rs`.

pub mod describe;
mod membership;
pub mod node;
pub mod redirect;
pub use structures::slot;

use std::time::Duration;
use structures::ordered::OrderedMap;

use crate::structures::order;
use crate::structures::random::Random;
use crate::time::Time;
use node::{Address, Health, Node, NodeId, Role};
use slot::SLOTS;

/// A master does not call its cluster healthy so soon after its start: others may know better.
const WRITABLE_DELAY: Duration = Duration::from_secs(2);
/// Limits of the time after which a node that was in the minority trusts the cluster again.
const REJOIN_MIN: Duration = Duration::from_millis(500);
const REJOIN_MAX: Duration = Duration::from_secs(5);
/// A forgotten node is not met again by hearsay for so long.
const FORGOTTEN_FOR: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
pub struct Cluster {
    myself: NodeId,
    nodes: OrderedMap<NodeId, Node>,
    owners: Vec<Option<NodeId>>,
    /// Slots of ours that move away, and to whom.
    pub migrating: OrderedMap<u16, NodeId>,
    /// Slots that move here, and from whom.
    pub importing: OrderedMap<u16, NodeId>,
    pub current_epoch: u64,
    /// The last epoch in which this node gave its vote.
    pub last_vote_epoch: u64,
    /// Whether keys are served.
    pub healthy: bool,
    /// Masters with slots, as of the last `update`.
    pub size: usize,
    /// Messages by their kind.
    pub sent: OrderedMap<&'static str, u64>,
    pub received: OrderedMap<&'static str, u64>,
    /// Forgotten nodes, and until when.
    pub forgotten: OrderedMap<NodeId, Time>,
    /// CLUSTER FAILOVER was accepted; `force` does not wait for the master.
    pub failover: Option<ManualFailover>,
    /// Something changed on which `healthy` depends.
    pub update_due: bool,
    started: Time,
    minority_since: Option<Time>,
    last_cron: Time,
    /// Bytes that commands moved, by the slot of their keys; counted only if the configuration wants it.
    pub traffic: OrderedMap<u16, Traffic>,
}

/// Bytes of commands and of their replies.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Traffic {
    pub bytes_in: u64,
    pub bytes_out: u64,
}

/// A failover that somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ManualFailover {
    pub until: Time,
    pub force: bool,
}

/// What the configuration says about a cluster.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub node_timeout: Duration,
    pub require_full_coverage: bool,
}

impl Cluster {
    /// A node that knows no other.
    pub fn new(address: Address, random: &mut Random, now: Time) -> Cluster {
        let (id, shard) = (NodeId::draw(random), NodeId::draw(random));
        Cluster::with_id(id, shard, address, now)
    }

    /// A node that was there before and keeps its id.
    pub fn with_id(id: NodeId, shard: NodeId, address: Address, now: Time) -> Cluster {
        Cluster {
            myself: id,
            nodes: [(id, Node::new(id, shard, address, now))]
                .into_iter()
                .collect(),
            owners: vec![None; SLOTS],
            migrating: OrderedMap::new(),
            importing: OrderedMap::new(),
            current_epoch: 0,
            last_vote_epoch: 0,
            healthy: false,
            size: 0,
            sent: OrderedMap::new(),
            received: OrderedMap::new(),
            forgotten: OrderedMap::new(),
            failover: None,
            update_due: true,
            started: now,
            minority_since: None,
            last_cron: now,
            traffic: OrderedMap::new(),
        }
    }

    // --- Nodes ---

    pub fn my_id(&self) -> NodeId {
        self.myself
    }

    pub fn myself(&self) -> &Node {
        self.nodes.get(&self.myself).expect("a node knows itself")
    }

    pub fn myself_mut(&mut self) -> &mut Node {
        self.nodes
            .get_mut(&self.myself)
            .expect("a node knows itself")
    }

    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(&id)
    }

    pub fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(&id)
    }

    /// As typed.
    pub fn find(&self, id: &[u8]) -> Option<&Node> {
        self.nodes.get(&NodeId::parse(id)?)
    }

    /// In order of their ids.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    pub fn replicas_of(&self, master: NodeId) -> impl Iterator<Item = &Node> {
        self.nodes().filter(move |node| node.is_replica_of(master))
    }

    pub fn add(&mut self, node: Node) {
        self.update_due = true;
        self.nodes.insert(node.id, node);
    }

    /// A node somebody told us of. It has a guessed id until it answers; false if that is already tried.
    pub fn meet(&mut self, address: Address, random: &mut Random, now: Time) -> bool {
        let tried = self.nodes().any(|node| {
            node.handshake
                && node.address.ip == address.ip
                && node.address.bus_port == address.bus_port
        });
        if tried {
            return false;
        }
        let mut node = Node::new(NodeId::draw(random), NodeId::draw(random), address, now);
        node.handshake = true;
        self.add(node);
        true
    }

    /// The node is unknown from now on, and its slots are nobody's.
    pub fn remove(&mut self, id: NodeId) {
        self.update_due = true;
        self.nodes.remove(&id);
        for owner in &mut self.owners {
            if *owner == Some(id) {
                *owner = None;
            }
        }
        self.migrating.retain(|_, to| *to != id);
        self.importing.retain(|_, from| *from != id);
        for node in self.nodes.values_mut() {
            node.failure_reports.remove(&id);
            if node.is_replica_of(id) {
                node.role = Role::Replica { of: None };
            }
        }
    }

    /// As `remove`, and for a while hearsay does not bring it back.
    pub fn forget(&mut self, id: NodeId, now: Time) {
        self.remove(id);
        self.forgotten.insert(id, now.after(FORGOTTEN_FOR));
    }

    /// This node follows that one. Its own slots must have been given away before.
    pub fn follow(&mut self, master: NodeId) {
        self.migrating.clear();
        self.importing.clear();
        self.failover = None;
        self.update_due = true;
        let shard = self.nodes.get(&master).map(|node| node.shard);
        let myself = self.myself_mut();
        myself.role = Role::Replica { of: Some(master) };
        myself.shard = shard.unwrap_or(myself.shard);
    }

    /// This node follows nobody any more.
    pub fn become_master(&mut self) {
        self.myself_mut().role = Role::Master;
        self.failover = None;
        self.update_due = true;
    }

    /// Takes over all slots of the own master, in an epoch that nobody voted for.
    pub fn take_over(&mut self) {
        let Role::Replica { of: Some(master) } = self.myself().role else {
            return;
        };
        self.bump_epoch();
        self.become_master();
        let me = self.myself;
        for owner in &mut self.owners {
            if *owner == Some(master) {
                *owner = Some(me);
            }
        }
    }

    /// Reports about a node that are recent enough to count.
    pub fn failure_reports(&mut self, id: NodeId, rules: &Rules, now: Time) -> usize {
        let validity = rules.node_timeout.saturating_mul(2);
        let Some(node) = self.nodes.get_mut(&id) else {
            return 0;
        };
        node.failure_reports
            .retain(|_, at| now <= at.after(validity));
        node.failure_reports.len()
    }

    // --- Slots ---

    pub fn owner(&self, slot: u16) -> Option<NodeId> {
        self.owners[usize::from(slot)]
    }

    pub fn is_mine(&self, slot: u16) -> bool {
        self.owner(slot) == Some(self.myself)
    }

    pub fn set_owner(&mut self, slot: u16, owner: Option<NodeId>) {
        self.owners[usize::from(slot)] = owner;
        self.update_due = true;
    }

    pub fn slot_count(&self, id: NodeId) -> usize {
        self.owners
            .iter()
            .filter(|owner| **owner == Some(id))
            .count()
    }

    /// Runs of slots with the same owner: first, last, owner.
    pub fn ranges(&self) -> Vec<(u16, u16, NodeId)> {
        let mut ranges: Vec<(u16, u16, NodeId)> = Vec::new();
        for (slot, owner) in self.owners.iter().enumerate() {
            let (slot, Some(owner)) = (slot as u16, owner) else {
                continue;
            };
            match ranges.last_mut() {
                Some((_, last, same)) if same == owner && *last + 1 == slot => *last = slot,
                _ => ranges.push((slot, slot, *owner)),
            }
        }
        ranges
    }

    pub fn ranges_of(&self, id: NodeId) -> impl Iterator<Item = (u16, u16)> {
        let own = self
            .ranges()
            .into_iter()
            .filter(move |(_, _, owner)| *owner == id);
        own.map(|(first, last, _)| (first, last))
    }

    /// Another node says which epoch it has, and that it has these slots: they are its own unless their owner here has
    /// a greater epoch. Gives the slots of this node that are lost by this.
    pub fn claim(
        &mut self,
        id: NodeId,
        epoch: u64,
        slots: impl IntoIterator<Item = u16>,
    ) -> Vec<u16> {
        self.current_epoch = self.current_epoch.max(epoch);
        if let Some(node) = self.nodes.get_mut(&id) {
            node.config_epoch = epoch;
        }
        let mut lost = Vec::new();
        for slot in slots {
            let owner = self.owner(slot);
            let known = owner
                .and_then(|owner| self.nodes.get(&owner))
                .map(|node| node.config_epoch);
            if owner == Some(id)
                || self.importing.contains_key(&slot)
                || known.is_some_and(|known| known >= epoch)
            {
                continue;
            }
            if owner == Some(self.myself) {
                lost.push(slot);
            }
            self.migrating.remove(&slot);
            self.set_owner(slot, Some(id));
        }
        lost
    }

    // --- Epochs ---

    /// A new epoch for this node without asking anybody, unless it has the greatest one already.
    pub fn bump_epoch(&mut self) -> bool {
        let greatest = self
            .nodes()
            .map(|node| node.config_epoch)
            .max()
            .unwrap_or(0);
        let greatest = greatest.max(self.current_epoch);
        let mine = self.myself().config_epoch;
        if mine != 0 && mine == greatest {
            return false;
        }
        self.current_epoch += 1;
        self.myself_mut().config_epoch = self.current_epoch;
        true
    }

    // --- Health ---

    /// What the cron does ten times a second: handshakes and bans end, health is looked at while it is bad.
    pub fn cron(&mut self, rules: &Rules, now: Time) {
        const PERIOD: Duration = Duration::from_millis(100);
        if self.last_cron.until(now) < PERIOD {
            return;
        }
        self.last_cron = now;
        let patience = rules.node_timeout.max(Duration::from_secs(1));
        let late = |node: &&Node| node.handshake && now > node.known_since.after(patience);
        let late: Vec<NodeId> = self.nodes().filter(late).map(|node| node.id).collect();
        late.into_iter().for_each(|id| self.remove(id));
        self.forgotten.retain(|_, until| *until > now);
        if self.failover.is_some_and(|failover| failover.until < now) {
            self.failover = None;
        }
        if !self.healthy {
            self.update(rules, now);
        }
    }

    /// Decides whether keys are served: every slot has an owner that answers, and most masters do.
    pub fn update(&mut self, rules: &Rules, now: Time) {
        self.update_due = false;
        let is_master = self.myself().is_master();
        if is_master && !self.healthy && now < self.started.after(WRITABLE_DELAY) {
            self.update_due = true;
            return;
        }
        let mut healthy = true;
        if rules.require_full_coverage {
            healthy = self.owners.iter().all(|owner| {
                let node = owner.and_then(|id| self.nodes.get(&id));
                node.is_some_and(|node| node.health != Health::Failed)
            });
        }
        let mut owning: Vec<NodeId> = self.owners.iter().flatten().copied().collect();
        owning.dedup();
        order::sort(&mut owning);
        owning.dedup();
        let masters = owning
            .iter()
            .filter_map(|id| self.nodes.get(id))
            .filter(|node| node.is_master());
        let (size, reachable) = masters.fold((0, 0), |(size, reachable), node| {
            (
                size + 1,
                reachable + usize::from(node.health == Health::Fine),
            )
        });
        self.size = size;
        if reachable < size / 2 + 1 {
            healthy = false;
            self.minority_since = Some(now);
        }
        if healthy == self.healthy {
            return;
        }
        let delay = rules.node_timeout.clamp(REJOIN_MIN, REJOIN_MAX);
        let rejoins_early = self
            .minority_since
            .is_some_and(|since| now < since.after(delay));
        if healthy && is_master && rejoins_early {
            return;
        }
        self.healthy = healthy;
    }

    /// Forgets all other nodes, all slots and, if `hard`, also who this one is.
    pub fn reset(&mut self, hard: bool, random: &mut Random) {
        self.become_master();
        self.migrating.clear();
        self.importing.clear();
        self.owners.fill(None);
        let mut myself = self
            .nodes
            .remove(&self.myself)
            .expect("a node knows itself");
        myself.failure_reports.clear();
        if hard {
            (myself.id, myself.shard) = (NodeId::draw(random), NodeId::draw(random));
            myself.config_epoch = 0;
            self.current_epoch = 0;
            self.last_vote_epoch = 0;
        }
        self.myself = myself.id;
        self.nodes = [(myself.id, myself)].into_iter().collect();
        self.update_due = true;
    }
}
