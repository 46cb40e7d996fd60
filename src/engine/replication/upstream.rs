//! The way to the master, as bytes in and bytes out: handshake, snapshot, stream.
//!
//! Whoever drives the engine makes the connection that `Event::Dial` asks for and carries bytes: what the master says
//! to `Engine::link_receive`, what `Event::Upstream` holds to the master. A driver without a network ignores both, and
//! the link says for ever that it is to be connected.

use crate::aof::load::Loading;
use crate::client::ClientId;
use crate::engine::Engine;
use crate::event::Event;
use crate::number;
use crate::replication::Link;
use crate::resp::{self, Parser};
use crate::server::Server;
use crate::time::Time;

/// A connection to the master.
#[derive(Debug, Clone)]
pub struct Wire {
    step: Step,
    /// What came and was not used yet.
    received: Vec<u8>,
    /// Reads commands of the stream; what it has consumed is still in `received`.
    parser: Parser,
    /// How much of the stream was parsed, by `Parser::consumed`.
    parsed: u64,
    /// Runs the commands of the stream.
    client: Option<ClientId>,
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// PING was sent.
    Greeting,
    /// So many answers of the handshake are still to come.
    Introduction(usize),
    /// PSYNC was sent.
    Question,
    /// A snapshot is announced next.
    Announcement {
        history: String,
        offset: u64,
    },
    Snapshot {
        history: String,
        offset: u64,
        end: End,
    },
    Stream,
}

#[derive(Debug, Clone, PartialEq)]
enum End {
    Length(usize),
    Mark(Vec<u8>),
}

/// The link has to be given up: what the master said makes no sense here.
struct Broken;

/// What one step found in the bytes.
enum Progress {
    Went,
    NeedsMore,
}

/// Where this server could go on, had it a link: which history, and in which database. The offset is its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Bookmark {
    pub history: String,
    pub db: usize,
}

impl Engine {
    /// Whoever drives the engine has begun to connect.
    pub fn link_dialing(&mut self, now: Time) {
        self.server.set_link(Link::Connecting, now);
    }

    /// The connection to the master stands.
    pub fn link_up(&mut self, now: Time) {
        if self.server.replication.upstream.is_none() {
            return;
        }
        self.server.replication.wire = Some(Box::new(Wire {
            step: Step::Greeting,
            received: Vec::new(),
            parser: Parser::default(),
            parsed: 0,
            client: None,
        }));
        self.server.set_link(Link::Handshake, now);
        self.server.say_to_master(&[b"PING"]);
    }

    /// Bytes of the master.
    pub fn link_receive(&mut self, bytes: &[u8], now: Time) {
        let Some(wire) = &mut self.server.replication.wire else {
            return;
        };
        wire.received.extend_from_slice(bytes);
        if wire.step == Step::Stream {
            wire.parser.feed(bytes);
        }
        self.server.stats.replication_bytes_received += bytes.len() as u64;
        if let Some(upstream) = &mut self.server.replication.upstream {
            upstream.last_io = Some(now);
        }
        loop {
            match self.take_step(now) {
                Ok(Progress::Went) => {}
                Ok(Progress::NeedsMore) => break,
                Err(Broken) => {
                    self.server.outbox.push(Event::HangUp);
                    self.link_down(now);
                    break;
                }
            }
        }
        self.finish_turn(now);
    }

    /// The connection to the master is gone, or was never made.
    pub fn link_down(&mut self, now: Time) {
        let Some(wire) = self.server.replication.wire.take() else {
            self.server.set_link(Link::Connect, now);
            return;
        };
        if let Some(id) = wire.client {
            self.server.bookmark(id);
            self.disconnect(id);
        }
        let was_up = wire.step == Step::Stream;
        self.server.set_link(Link::Connect, now);
        if was_up && let Some(upstream) = &mut self.server.replication.upstream {
            upstream.down_since = Some(now);
        }
    }

    fn take_step(&mut self, now: Time) -> Result<Progress, Broken> {
        let Some(wire) = &mut self.server.replication.wire else {
            return Ok(Progress::NeedsMore);
        };
        match wire.step.clone() {
            Step::Greeting => self.greeted(),
            Step::Introduction(left) => self.introduced(left),
            Step::Question => self.answered(now),
            Step::Announcement { history, offset } => self.announced(history, offset),
            Step::Snapshot {
                history,
                offset,
                end,
            } => self.receive_snapshot(&history, offset, &end, now),
            Step::Stream => self.follow_stream(now),
        }
    }

    // --- The handshake --------------------------------------------------------------------------------------------

    /// A line of the master; lines without anything in them only keep the connection alive.
    fn line(&mut self) -> Option<String> {
        let wire = self.server.replication.wire.as_mut()?;
        loop {
            let end = wire.received.iter().position(|byte| *byte == b'\n')?;
            let line: Vec<u8> = wire.received.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line).trim_end().to_string();
            if !line.is_empty() {
                return Some(line);
            }
        }
    }

    fn set_step(&mut self, step: Step) {
        if let Some(wire) = &mut self.server.replication.wire {
            wire.step = step;
        }
    }

    fn greeted(&mut self) -> Result<Progress, Broken> {
        let Some(line) = self.line() else {
            return Ok(Progress::NeedsMore);
        };
        let welcome = ["+", "-NOAUTH", "-NOPERM", "-ERR operation not permitted"];
        if !welcome.iter().any(|start| line.starts_with(start)) {
            return Err(Broken);
        }
        let server = &mut self.server;
        let config = &server.config;
        let (user, password) = (config.text("masteruser"), config.text("masterauth"));
        let port = match config.int("replica-announce-port") {
            Some(port) if port > 0 => port,
            _ => config.int("port").unwrap_or_default(),
        };
        let address = config.text("replica-announce-ip");
        let mut answers = 2;
        if !password.is_empty() {
            answers += 1;
            match user.is_empty() {
                true => server.say_to_master(&[b"AUTH", password.as_bytes()]),
                false => server.say_to_master(&[b"AUTH", user.as_bytes(), password.as_bytes()]),
            }
        }
        let port = number::i64_to_bytes(port);
        server.say_to_master(&[&b"REPLCONF"[..], b"listening-port", &port]);
        if !address.is_empty() {
            answers += 1;
            server.say_to_master(&[b"REPLCONF", b"ip-address", address.as_bytes()]);
        }
        server.say_to_master(&[b"REPLCONF", b"capa", b"eof", b"capa", b"psync2"]);
        self.set_step(Step::Introduction(answers));
        Ok(Progress::Went)
    }

    fn introduced(&mut self, left: usize) -> Result<Progress, Broken> {
        if left > 0 {
            let Some(line) = self.line() else {
                return Ok(Progress::NeedsMore);
            };
            // A master that does not know a word of REPLCONF is no worse for it.
            if line.starts_with("-WRONGPASS") || line.starts_with("-NOAUTH") {
                return Err(Broken);
            }
            self.set_step(Step::Introduction(left - 1));
            return Ok(Progress::Went);
        }
        let server = &mut self.server;
        let replication = &server.replication;
        let next = number::i64_to_bytes(replication.offset as i64 + 1);
        let takes_over = replication
            .failover
            .as_ref()
            .is_some_and(|failover| failover.in_progress);
        match replication.bookmark.clone() {
            Some(mark) => {
                let mut words: Vec<&[u8]> = vec![b"PSYNC", mark.history.as_bytes(), &next];
                if takes_over {
                    words.push(b"FAILOVER");
                }
                server.say_to_master(&words);
            }
            None => server.say_to_master(&[b"PSYNC", b"?", b"-1"]),
        }
        self.set_step(Step::Question);
        Ok(Progress::Went)
    }

    fn answered(&mut self, now: Time) -> Result<Progress, Broken> {
        let Some(line) = self.line() else {
            return Ok(Progress::NeedsMore);
        };
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["+FULLRESYNC", history, offset] if history.len() == 40 => {
                let offset = offset.parse().map_err(|_| Broken)?;
                let history = history.to_string();
                self.set_step(Step::Announcement { history, offset });
                self.server.set_link(Link::Sync, now);
                Ok(Progress::Went)
            }
            ["+CONTINUE"] | ["+CONTINUE", _] => {
                let server = &mut self.server;
                let mark = server.replication.bookmark.take().ok_or(Broken)?;
                let history = words.get(1).unwrap_or(&mark.history.as_str()).to_string();
                if history != server.replication_id {
                    let before = std::mem::replace(&mut server.replication_id, history);
                    server.replication.previous =
                        Some((before, server.replication.offset as i64 + 1));
                    server.disconnect_replicas(&mut self.keys);
                }
                if server.replication.backlog.is_none() {
                    server.create_backlog();
                }
                self.begin_stream_from_master(mark.db, now);
                Ok(Progress::Went)
            }
            // It cannot now, and may later.
            _ => Err(Broken),
        }
    }

    // --- The snapshot ---------------------------------------------------------------------------------------------

    fn announced(&mut self, history: String, offset: u64) -> Result<Progress, Broken> {
        let Some(line) = self.line() else {
            return Ok(Progress::NeedsMore);
        };
        let end = match line.strip_prefix("$EOF:") {
            Some(mark) if mark.len() == 40 => End::Mark(mark.as_bytes().to_vec()),
            Some(_) => return Err(Broken),
            None => {
                let length = line.strip_prefix('$').and_then(|text| text.parse().ok());
                End::Length(length.ok_or(Broken)?)
            }
        };
        self.set_step(Step::Snapshot {
            history,
            offset,
            end,
        });
        Ok(Progress::Went)
    }

    fn receive_snapshot(
        &mut self,
        history: &str,
        offset: u64,
        end: &End,
        now: Time,
    ) -> Result<Progress, Broken> {
        let Some(wire) = &mut self.server.replication.wire else {
            return Ok(Progress::NeedsMore);
        };
        // Until the snapshot is read nothing but the snapshot comes: the mark is at the end of what there is.
        let (length, whole) = match end {
            End::Length(length) => (*length, *length),
            End::Mark(mark) if wire.received.ends_with(mark) => {
                (wire.received.len() - mark.len(), wire.received.len())
            }
            End::Mark(_) => return Ok(Progress::NeedsMore),
        };
        if wire.received.len() < whole {
            return Ok(Progress::NeedsMore);
        }
        let mut bytes: Vec<u8> = wire.received.drain(..whole).collect();
        bytes.truncate(length);
        self.replace_data(&bytes, now)?;
        let server = &mut self.server;
        server.replication_id = history.to_string();
        server.replication.previous = None;
        server.replication.offset = offset;
        server.disconnect_replicas(&mut self.keys);
        server.create_backlog();
        self.begin_stream_from_master(0, now);
        Ok(Progress::Went)
    }

    /// Everything that was here goes, and the master's data comes in its place.
    fn replace_data(&mut self, bytes: &[u8], now: Time) -> Result<(), Broken> {
        for db in 0..self.keys.dbs.len() {
            self.keys.flush(db);
        }
        self.server.persistence.functions.clear();
        self.server.invalidate_all(None);
        let mut loading = Loading {
            keys: &mut self.keys,
            server: &mut self.server,
            random: &mut self.random,
            now,
        };
        loading.snapshot_of_master(bytes).map_err(|_| Broken)?;
        if self.server.config.persistence.append_only {
            self.server.stop_append_only();
            self.server.start_append_only(&self.keys, now);
        }
        Ok(())
    }

    // --- The stream -----------------------------------------------------------------------------------------------

    fn begin_stream_from_master(&mut self, db: usize, now: Time) {
        let address = self.server.replication.upstream.as_ref().map(|upstream| {
            format!(
                "{}:{}",
                String::from_utf8_lossy(&upstream.host),
                upstream.port
            )
        });
        let id = self.connect_master(&address.unwrap_or_default(), now);
        if let Some(client) = self.server.clients.get_mut(id) {
            client.db = db;
        }
        self.server.set_link(Link::Connected, now);
        if self.server.replication.failover.take().is_some() {
            self.server.unpause();
        }
        let Some(wire) = &mut self.server.replication.wire else {
            return;
        };
        wire.client = Some(id);
        wire.step = Step::Stream;
        wire.parser = Parser::default();
        wire.parsed = 0;
        wire.parser.feed(&wire.received);
        self.server.acknowledge();
    }

    /// Does what one command of the stream says, and passes it on.
    fn follow_stream(&mut self, now: Time) -> Result<Progress, Broken> {
        let Some(wire) = &mut self.server.replication.wire else {
            return Ok(Progress::NeedsMore);
        };
        let Some(id) = wire.client else {
            return Err(Broken);
        };
        let words = match wire.parser.next_command() {
            Ok(Some(request)) => request.to_vec(),
            Ok(None) => return Ok(Progress::NeedsMore),
            Err(_) => return Err(Broken),
        };
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        self.execute(id, &words, now);
        let inside = self
            .server
            .clients
            .get(id)
            .is_none_or(|client| client.transaction.is_some());
        let Some(wire) = &mut self.server.replication.wire else {
            return Ok(Progress::NeedsMore);
        };
        // A transaction counts once it is done: a link that breaks inside must begin it again.
        if !inside {
            let count = wire.parser.consumed() - wire.parsed;
            wire.parsed += count;
            let count = usize::try_from(count)
                .unwrap_or_default()
                .min(wire.received.len());
            let bytes: Vec<u8> = wire.received.drain(..count).collect();
            self.server.feed_bytes(&bytes);
        }
        Ok(Progress::Went)
    }
}

impl Server {
    fn set_link(&mut self, link: Link, now: Time) {
        if let Some(upstream) = &mut self.replication.upstream {
            upstream.link = link;
            upstream.last_io = Some(now);
            if link == Link::Connected {
                upstream.attempts = 0;
                upstream.up_since = Some(now);
                upstream.down_since = None;
            }
        }
    }

    pub fn say_to_master(&mut self, words: &[&[u8]]) {
        let mut bytes = Vec::new();
        resp::encode_command(words, &mut bytes);
        self.outbox.push(Event::Upstream(bytes));
    }

    /// Tells the master how far this replica is.
    pub fn acknowledge(&mut self) {
        let is_up = |upstream: &super::Upstream| upstream.link == Link::Connected;
        if self.replication.upstream.as_ref().is_some_and(is_up) {
            let offset = number::i64_to_bytes(self.replication.offset as i64);
            self.say_to_master(&[&b"REPLCONF"[..], b"ACK", &offset]);
        }
    }

    /// Remembers where the stream stood, so that it can go on there.
    fn bookmark(&mut self, id: ClientId) {
        self.replication.bookmark = self.clients.get(id).map(|client| Bookmark {
            history: self.replication_id.clone(),
            db: client.db,
        });
    }

    /// The connection to the master is no longer wanted.
    pub fn drop_link(&mut self, keys: &mut crate::keyspace::Keyspace) {
        let Some(wire) = self.replication.wire.take() else {
            return;
        };
        if let Some(id) = wire.client {
            self.bookmark(id);
            self.forget_client(keys, id);
        }
        self.outbox.push(Event::HangUp);
    }

    /// Once a second a replica says how far it is, and tries to reach a master that it has no link to.
    pub fn replica_cron(&mut self, now: Time) -> bool {
        let timeout = self.config.int("repl-timeout").unwrap_or(60);
        let replication = &mut self.replication;
        let Some(upstream) = &mut replication.upstream else {
            return false;
        };
        let silence = upstream.last_io.map_or(0, |at| now.secs() - at.secs());
        match upstream.link {
            Link::Connected if silence <= timeout => {
                self.acknowledge();
                false
            }
            Link::Connect => {
                if now.secs() > upstream.last_try.secs() {
                    upstream.last_try = now;
                    upstream.attempts += 1;
                    replication.attempts += 1;
                }
                let (host, port) = (upstream.host.clone(), upstream.port);
                self.outbox.push(Event::Dial { host, port });
                false
            }
            _ => silence > timeout,
        }
    }
}
