//! What a master does for its replicas: from where one goes on, snapshots, acknowledgements, and the end of it all.

use super::Failover;
use super::replica::{Replica, Stage};
use crate::client::ClientId;
use crate::config::Config;
use crate::engine::Engine;
use crate::keyspace::Keyspace;
use crate::persistence::{Child, Task};
use crate::rdb::file::Origin;
use crate::reply::Reply;
use crate::server::Server;
use crate::structures::random::Random;
use crate::time::Time;

/// How a snapshot is sent: as it is made, with a mark at its end, or as a file of known length.
#[derive(Debug, Clone, PartialEq)]
pub enum Transfer {
    Marked(String),
    Counted,
}

impl Server {
    /// PSYNC: whether the replica can go on from here, and then it does.
    pub fn try_to_continue(&mut self, id: ClientId, history: &[u8], from: i64, now: Time) -> bool {
        let replication = &self.replication;
        let is = |name: &str| history.eq_ignore_ascii_case(name.as_bytes());
        let known = is(&self.replication_id)
            || replication
                .previous
                .as_ref()
                .is_some_and(|(name, before)| is(name) && from <= *before);
        let from = u64::try_from(from).unwrap_or_default();
        let Some(backlog) = &replication.backlog else {
            return false;
        };
        if !known || !backlog.reaches(from) {
            return false;
        }
        let missed = backlog.since(from);
        let (name, offset) = (self.replication_id.clone(), replication.offset);
        let Some(replica) = self.attach(id, Stage::Online, now) else {
            return false;
        };
        replica.sent = offset;
        let line = match replica.knows_renaming {
            true => format!("+CONTINUE {name}\r\n"),
            false => "+CONTINUE\r\n".to_string(),
        };
        self.send_bytes(id, line.into_bytes());
        self.send_bytes(id, missed);
        true
    }

    /// The replica needs everything.
    pub fn begin_full_sync(
        &mut self,
        id: ClientId,
        keys: &Keyspace,
        random: &mut Random,
        now: Time,
    ) {
        self.stats.full_syncs += 1;
        self.attach(id, Stage::Waiting { since: now }, now);
        if self.replication.replicas.len() == 1 {
            self.begin_stream(random);
        }
        if self.join_snapshot(id) || self.persistence.child.is_some() {
            return;
        }
        let delay = self.config.int("repl-diskless-sync-delay").unwrap_or(0);
        let unhurried = self
            .replica_mut(id)
            .is_some_and(|replica| replica.takes_end_mark);
        if !(unhurried && self.config.yes("repl-diskless-sync") && delay > 0) {
            self.start_transfer(keys, random, now);
        }
    }

    fn attach(&mut self, id: ClientId, stage: Stage, now: Time) -> Option<&mut Replica> {
        if !self.replication.replicas.contains(&id) {
            self.replication.replicas.push(id);
        }
        let client = self.clients.get_mut(id)?;
        let replica = client
            .replica
            .get_or_insert_with(|| Box::new(Replica::new(now)));
        replica.stage = Some(stage);
        replica.heard = now;
        Some(replica)
    }

    /// A file that is being written for another replica serves this one too.
    fn join_snapshot(&mut self, id: ClientId) -> bool {
        let for_disk = self
            .persistence
            .child
            .as_ref()
            .is_some_and(|child| matches!(child.task, Task::Snapshot { .. }));
        let mut others = self.replicas();
        let Some(begun) = others.find(|(_, other)| other.stage == Some(Stage::Snapshot)) else {
            return false;
        };
        let sent = begun.1.sent;
        drop(others);
        if for_disk {
            self.announce_full_sync(id, sent);
        }
        for_disk
    }

    fn announce_full_sync(&mut self, id: ClientId, offset: u64) {
        let name = self.replication_id.clone();
        let Some(replica) = self.replica_mut(id) else {
            return;
        };
        replica.stage = Some(Stage::Snapshot);
        replica.sent = offset;
        if !replica.is_old {
            let line = format!("+FULLRESYNC {name} {offset}\r\n");
            self.send_bytes(id, line.into_bytes());
        }
        // Whoever begins here knows of no database that was selected.
        self.replication.selected = None;
    }

    /// Begins a snapshot for those who wait for one.
    pub fn start_transfer(&mut self, keys: &Keyspace, random: &mut Random, now: Time) {
        let waiting = self.waiting_for_snapshot();
        let Some(&(first, _)) = waiting.first() else {
            return;
        };
        let wish = |id: ClientId| {
            let replica = self.clients.get(id)?.replica.as_deref()?;
            Some((replica.snapshot_only, replica.functions_only))
        };
        let wished = wish(first);
        let served: Vec<ClientId> = waiting
            .iter()
            .map(|(id, _)| *id)
            .filter(|id| wish(*id) == wished)
            .collect();
        let functions_only = wished.is_some_and(|(_, functions_only)| functions_only);
        let marked = (self.config.yes("repl-diskless-sync") || functions_only)
            && served.iter().all(|id| {
                let client = self.clients.get(*id);
                let replica = client.and_then(|client| client.replica.as_deref());
                replica.is_some_and(|replica| replica.takes_end_mark)
            });
        let offset = self.replication.offset;
        for id in &served {
            self.announce_full_sync(*id, offset);
        }
        if !marked {
            self.start_save(keys, now);
            return;
        }
        let mark = Server::draw_id(random);
        for id in &served {
            self.send_bytes(*id, format!("$EOF:{mark}\r\n").into_bytes());
        }
        let bytes = self.snapshot_for_replicas(keys, functions_only, now);
        let count = keys.dbs.iter().map(|db| db.keys.len()).sum();
        self.persistence.forks += 1;
        let task = Task::Transfer { mark };
        self.persistence.child = Some(Child::new(task, bytes, count, now));
    }

    fn waiting_for_snapshot(&self) -> Vec<(ClientId, Time)> {
        let waiting = self.replicas().filter_map(|(id, replica)| {
            let Some(Stage::Waiting { since }) = replica.stage else {
                return None;
            };
            Some((id, since))
        });
        waiting.collect()
    }

    /// A snapshot is complete: those it was made for get it.
    pub fn finish_transfer(&mut self, bytes: &[u8], transfer: &Transfer, now: Time) {
        let served = self
            .replicas()
            .filter(|(_, replica)| replica.stage == Some(Stage::Snapshot));
        let served: Vec<ClientId> = served.map(|(id, _)| id).collect();
        for id in served {
            let payload = match transfer {
                Transfer::Marked(mark) => [bytes, mark.as_bytes()].concat(),
                Transfer::Counted => [format!("${}\r\n", bytes.len()).as_bytes(), bytes].concat(),
            };
            self.send_bytes(id, payload);
            let marked = matches!(transfer, Transfer::Marked(_));
            let Some(replica) = self.replica_mut(id) else {
                continue;
            };
            replica.heard = now;
            replica.stage = Some(if marked {
                Stage::Loading
            } else {
                Stage::Online
            });
            if replica.snapshot_only
                && !marked
                && let Some(client) = self.clients.get_mut(id)
            {
                client.closing = true;
                self.outbox.push(crate::event::Event::Close { client: id });
            }
        }
    }

    /// Where the data of a snapshot stands in the stream, if there is one.
    pub fn origin(&self) -> Option<Origin> {
        self.has_stream().then(|| Origin {
            history: self.replication_id.clone(),
            offset: self.replication.offset,
            db: self.replication.selected.unwrap_or(0),
        })
    }

    /// REPLCONF ACK.
    pub fn note_acknowledged(&mut self, id: ClientId, offset: u64, now: Time) {
        let Some(replica) = self.replica_mut(id) else {
            return;
        };
        replica.acknowledged = replica.acknowledged.max(offset);
        replica.heard = now;
        if replica.stage == Some(Stage::Loading) {
            replica.stage = Some(Stage::Online);
        }
    }

    /// How many replicas have what was written up to this offset, and how many of them on disk.
    pub fn count_acknowledged(&self, offset: u64) -> (i64, i64) {
        let online = || self.replicas().filter(|(_, replica)| replica.is_online());
        let has = online().filter(|(_, replica)| replica.acknowledged >= offset);
        let synced = online().filter(|(_, replica)| replica.synced >= offset);
        (has.count() as i64, synced.count() as i64)
    }

    /// Replicas that were heard of lately enough to count.
    pub fn good_replicas(&self, config: &Config, now: Time) -> usize {
        let lag_max = config.int("min-replicas-max-lag").unwrap_or_default();
        let good = |replica: &Replica| replica.is_online() && replica.lag(now) <= lag_max;
        self.replicas().filter(|(_, replica)| good(replica)).count()
    }

    /// The connection of a replica is gone.
    pub fn forget_replica(&mut self, id: ClientId, now: Time) {
        let replicas = &mut self.replication.replicas;
        let before = replicas.len();
        replicas.retain(|replica| *replica != id);
        if replicas.is_empty() && before > 0 {
            self.replication.alone_since = now;
        }
    }

    /// The snapshot that they were to get was given up: they have to ask again.
    pub fn drop_replicas_without_snapshot(&mut self, keys: &mut Keyspace) {
        let deprived = self
            .replicas()
            .filter(|(_, replica)| replica.stage == Some(Stage::Snapshot));
        let deprived: Vec<ClientId> = deprived.map(|(id, _)| id).collect();
        for id in deprived {
            self.cut_off(keys, id);
        }
    }

    pub fn disconnect_replicas(&mut self, keys: &mut Keyspace) {
        for id in self.replication.replicas.clone() {
            self.cut_off(keys, id);
        }
    }

    /// What a master does once a second.
    pub fn master_cron(&mut self, keys: &mut Keyspace, random: &mut Random, now: Time) {
        self.ping_replicas(now);
        self.drop_silent_replicas(keys, now);
        self.forget_stream(random, now);
        self.start_due_transfer(keys, random, now);
    }

    fn ping_replicas(&mut self, now: Time) {
        let period = self.config.int("repl-ping-replica-period").unwrap_or(10);
        let due = self
            .replication
            .cron_rounds
            .is_multiple_of(period.unsigned_abs().max(1));
        if due && !self.replication.replicas.is_empty() && !self.is_paused(now) {
            self.feed_words(&[b"PING"]);
        }
        // A line break keeps those alive who wait for a file.
        let streams = self
            .persistence
            .child
            .as_ref()
            .is_some_and(|child| matches!(child.task, Task::Transfer { .. }));
        let waits = |replica: &Replica| match replica.stage {
            Some(Stage::Waiting { .. }) => true,
            Some(Stage::Snapshot) => !streams,
            _ => false,
        };
        let waiting = self.replicas().filter(|(_, replica)| waits(replica));
        let waiting: Vec<ClientId> = waiting.map(|(id, _)| id).collect();
        for id in waiting {
            self.send_bytes(id, b"\n".to_vec());
        }
    }

    fn drop_silent_replicas(&mut self, keys: &mut Keyspace, now: Time) {
        let timeout = self.config.int("repl-timeout").unwrap_or(60);
        let silent = self.replicas().filter(|(_, replica)| {
            replica.is_online() && !replica.is_old && replica.lag(now) > timeout
        });
        let silent: Vec<ClientId> = silent.map(|(id, _)| id).collect();
        for id in silent {
            self.cut_off(keys, id);
        }
    }

    /// Without replicas the backlog is kept for a while. Who comes later finds another history: this server may since
    /// have done what no stream tells of.
    fn forget_stream(&mut self, random: &mut Random, now: Time) {
        let kept = self.config.int("repl-backlog-ttl").unwrap_or(0);
        let alone = now.secs() - self.replication.alone_since.secs();
        if self.has_stream() && self.replication.replicas.is_empty() && kept > 0 && alone > kept {
            self.change_replication_id(random);
            self.replication.backlog = None;
        }
    }

    fn start_due_transfer(&mut self, keys: &Keyspace, random: &mut Random, now: Time) {
        let waiting = self.waiting_for_snapshot();
        if waiting.is_empty() || self.persistence.child.is_some() {
            return;
        }
        let int = |name: &str| self.config.int(name).unwrap_or_default();
        let longest = waiting
            .iter()
            .map(|(_, since)| now.secs() - since.secs())
            .max();
        let enough = int("repl-diskless-sync-max-replicas");
        let is_due = !self.config.yes("repl-diskless-sync")
            || longest.unwrap_or_default() >= int("repl-diskless-sync-delay")
            || enough > 0 && waiting.len() as i64 >= enough;
        if is_due {
            self.start_transfer(keys, random, now);
        }
    }

    /// The replica that FAILOVER names.
    pub fn find_replica(&self, host: &[u8], port: i64) -> Option<(ClientId, &Replica)> {
        self.replicas().find(|(id, replica)| {
            i64::from(replica.port) == port
                && self.replica_host(*id, replica).eq_ignore_ascii_case(host)
        })
    }

    /// Where a replica can be reached.
    pub fn replica_host(&self, id: ClientId, replica: &Replica) -> Vec<u8> {
        if !replica.address.is_empty() {
            return replica.address.clone();
        }
        let address = self.clients.get(id).map(|client| client.address.as_str());
        let host = address.and_then(|address| address.rsplit_once(':'));
        host.map_or(Vec::new(), |(host, _)| host.as_bytes().to_vec())
    }

    /// A failover goes on once a replica has everything, and ends when its time is over.
    pub fn failover_cron(&mut self, keys: &mut Keyspace, now: Time) {
        let Some(Failover {
            target,
            until,
            force,
            in_progress: false,
        }) = self.replication.failover.clone()
        else {
            return;
        };
        let late = until.is_some_and(|until| until <= now);
        if late && !force {
            self.abort_failover();
            return;
        }
        let has_all = |replica: &Replica| {
            replica.stage == Some(Stage::Online) && replica.acknowledged == self.replication.offset
        };
        let found = match &target {
            Some((host, port)) => self.find_replica(host, i64::from(*port)),
            None => self.replicas().find(|(_, replica)| has_all(replica)),
        };
        let caught_up = found.filter(|(_, replica)| has_all(replica));
        let next = match (caught_up, target) {
            (Some((id, replica)), _) => (self.replica_host(id, replica), replica.port),
            (None, Some(target)) if late => target,
            (None, _) => return,
        };
        if let Some(failover) = &mut self.replication.failover {
            failover.in_progress = true;
            failover.target = Some(next.clone());
        }
        self.follow(&next.0, next.1, now);
        self.free_blocked_clients(keys, ClientId(0));
    }

    pub fn abort_failover(&mut self) {
        self.replication.failover = None;
        self.unpause();
    }
}

impl Engine {
    /// Answers those whose writes have arrived at enough replicas.
    pub(crate) fn answer_waits(&mut self, now: Time) {
        if self.server.replication.replicas.is_empty() {
            return;
        }
        let waits = self.server.clients.iter().filter_map(|client| {
            let words = &client.blocked.as_ref()?.words;
            let of_files = words[0].eq_ignore_ascii_case(b"waitaof");
            let waits = of_files || words[0].eq_ignore_ascii_case(b"wait");
            waits.then_some((client.id, of_files))
        });
        let waits: Vec<(ClientId, bool)> = waits.collect();
        for (id, of_files) in waits {
            let Some(client) = self.server.clients.get(id) else {
                continue;
            };
            let (count, synced) = self.server.count_acknowledged(client.write_offset);
            let here = i64::from(self.server.has_synced(client));
            let wanted = |at: usize| {
                let word = client
                    .blocked
                    .as_ref()
                    .and_then(|blocked| blocked.words.get(at));
                word.and_then(|word| crate::number::parse_i64(word))
                    .unwrap_or_default()
            };
            let (reply, done) = match of_files {
                true => (
                    Reply::Array(vec![Reply::Int(here), Reply::Int(synced)]),
                    here >= wanted(1) && synced >= wanted(2),
                ),
                false => (Reply::Int(count), count >= wanted(1)),
            };
            let client = self.server.clients.get_mut(id);
            if let Some(blocked) = client.and_then(|client| client.blocked.as_mut()) {
                blocked.on_timeout = reply.clone();
            }
            if done && let Some(blocked) = self.server.unblock(&mut self.keys, id) {
                self.server.note_end_of_wait(id, &blocked, false, now);
                self.server.reply_late(id, reply);
            }
        }
    }
}
