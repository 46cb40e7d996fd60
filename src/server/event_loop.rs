//! The event loop: accepts, reads, lets the engine run what came, writes. Time passes in the engine as on the wall.
//!
//! Each turn reads one piece of every connection that has something, so that a flood on one of them delays the others
//! by no more than that; nothing here waits for a peer.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use engine::resp::{self, Protocol};
use engine::{ClientId, Engine, Event, Reply, Time};
use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token};

use crate::connection::{Arrival, Connection};
use crate::folder::Folder;
use crate::upstream::{Standing, UPSTREAM, Upstream};

const LISTENER: Token = Token(0);
/// The engine's cron runs at 10 Hz; the loop wakes at least that often.
const TICK: Duration = Duration::from_millis(100);
const READ_BYTES: usize = 64 * 1024;
/// So many peers are let in before those that are here get a turn.
const ACCEPTED_PER_TURN: usize = 500;

pub struct EventLoop {
    poll: Poll,
    listener: TcpListener,
    engine: Engine,
    /// Where the engine's files really are.
    folder: Option<Folder>,
    /// By token; a token is a client's id.
    connections: BTreeMap<Token, Connection>,
    buffer: Vec<u8>,
    /// Somebody may wait to be let in.
    knocking: bool,
    /// Connections that may have more to read.
    readable: Vec<Token>,
    /// Connections whose requests can go on: they waited for a key, or for room in their output.
    ready: VecDeque<Token>,
    /// Connections with something to write since the last flush.
    dirty: Vec<Token>,
    /// The way to the master, if the engine wants one.
    upstream: Upstream,
    /// The engine's time never goes back, even if the wall clock does.
    clock: Time,
}

impl EventLoop {
    pub fn listen(
        address: &str,
        mut engine: Engine,
        folder: Option<Folder>,
    ) -> io::Result<EventLoop> {
        let address: SocketAddr = address
            .parse()
            .map_err(|_| io::Error::new(ErrorKind::InvalidInput, "not an address"))?;
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(address)?;
        // Replicas tell their master where they listen.
        engine
            .server
            .config
            .note_port(listener.local_addr()?.port());
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)?;
        engine
            .server
            .config
            .note_port(listener.local_addr()?.port());
        engine.server.refresh_cluster_address();
        Ok(EventLoop {
            poll,
            listener,
            engine,
            folder,
            connections: BTreeMap::new(),
            buffer: vec![0; READ_BYTES],
            knocking: false,
            readable: Vec::new(),
            ready: VecDeque::new(),
            dirty: Vec::new(),
            upstream: Upstream::default(),
            clock: now(),
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.listener
            .local_addr()
            .expect("a bound listener has an address")
    }

    /// Until the server is told to shut down.
    pub fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        self.write_files()?;
        while !self.engine.server.persistence.exits {
            match self.poll.poll(&mut events, Some(self.patience())) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                result => result?,
            }
            let time = self.time();
            self.engine.advance(time);
            self.knocking |= events.iter().any(|event| event.token() == LISTENER);
            if self.knocking {
                self.accept();
            }
            for event in &events {
                match event.token() {
                    UPSTREAM => self.serve_upstream(event.is_writable() || event.is_error()),
                    _ => self.note(event),
                }
            }
            for token in std::mem::take(&mut self.readable) {
                self.read(token);
            }
            self.settle()?;
        }
        Ok(())
    }

    fn write_files(&mut self) -> io::Result<()> {
        match &mut self.folder {
            Some(folder) => folder.write(&mut self.engine.server.disk),
            None => Ok(()),
        }
    }

    fn time(&mut self) -> Time {
        self.clock = self.clock.max(now());
        self.clock
    }

    fn patience(&self) -> Duration {
        if !self.readable.is_empty() {
            return Duration::ZERO;
        }
        let next = self
            .engine
            .next_deadline()
            .map_or(TICK, |at| now().until(at));
        // A deadline that has just passed still needs the loop to come round once.
        next.clamp(Duration::from_millis(1), TICK)
    }

    fn note(&mut self, event: &mio::event::Event) {
        let token = event.token();
        let Some(connection) = self.connections.get_mut(&token) else {
            return;
        };
        connection.hung_up |= event.is_read_closed() || event.is_error();
        if event.is_readable() || connection.hung_up {
            mark(&mut connection.is_readable, &mut self.readable, token);
        }
        if event.is_writable() && connection.unsent() > 0 {
            mark(&mut connection.is_dirty, &mut self.dirty, token);
        }
    }

    /// Lets peers in. What fails for one of them, or for want of descriptors, must not end the server: then it is
    /// tried again the next turn.
    fn accept(&mut self) {
        for _ in 0..ACCEPTED_PER_TURN {
            let (mut stream, peer) = match self.listener.accept() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.knocking = false;
                    return;
                }
                // A peer that hung up before it was accepted is nobody's loss.
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::ConnectionAborted | ErrorKind::Interrupted
                    ) =>
                {
                    continue;
                }
                Err(_) => return,
            };
            // Replies are small and awaited; without it Nagle's algorithm would hold them back.
            let _ = stream.set_nodelay(true);
            let time = self.time();
            let client = match self.engine.accept(&peer.to_string(), time) {
                Ok(client) => client,
                Err(error) => {
                    // One line, which a new socket always has room for.
                    let _ = stream.write(format!("-{error}\r\n").as_bytes());
                    continue;
                }
            };
            if let Some(client) = self.engine.server.clients.get_mut(client)
                && let Ok(address) = stream.local_addr()
            {
                client.local_address = address.to_string();
            }
            let token = token_of(client);
            let interest = Interest::READABLE | Interest::WRITABLE;
            match self.poll.registry().register(&mut stream, token, interest) {
                Ok(()) => {
                    self.connections
                        .insert(token, Connection::new(stream, client));
                }
                Err(_) => self.engine.disconnect(client),
            }
        }
    }

    fn read(&mut self, token: Token) {
        let time = self.time();
        let Some(connection) = self.connections.get_mut(&token) else {
            return;
        };
        connection.is_readable = false;
        if connection.closing {
            return;
        }
        let count = match connection.read(&mut self.buffer) {
            Arrival::Gone => return self.close(token),
            Arrival::Drained(count) => count,
            Arrival::More(count) => {
                mark(&mut connection.is_readable, &mut self.readable, token);
                count
            }
        };
        self.engine.note_traffic(connection.client, count, 0);
        self.run_requests(token, time);
    }

    /// Runs the requests that a connection holds, until it blocks, closes, has no more or takes no answers.
    fn run_requests(&mut self, token: Token, time: Time) {
        let Some(connection) = self.connections.get_mut(&token) else {
            return;
        };
        let client = connection.client;
        while !connection.closing
            && !self.engine.server.persistence.exits
            && !is_waiting(&self.engine, client)
        {
            connection.paused = connection.is_full();
            if connection.paused {
                break;
            }
            connection.parser.limits = self.engine.request_limits(client);
            match connection.parser.next_command() {
                Ok(None) => break,
                Ok(Some(request)) => {
                    let reply = request.with_words(|words| {
                        if let Some(folder) = &self.folder
                            && reads_edited_files(words)
                        {
                            folder.refresh_edited(&mut self.engine.server);
                        }
                        self.engine.execute(client, words, time)
                    });
                    let after = if self.engine.has_events() {
                        own_messages(&mut self.engine, client)
                    } else {
                        Vec::new()
                    };
                    // HELLO changes the protocol of its own reply.
                    let protocol = self.engine.protocol(client);
                    encode(&reply, protocol, &mut connection.output);
                    for push in after {
                        encode(&push, protocol, &mut connection.output);
                    }
                    let known = self.engine.server.clients.get(client);
                    connection.closing |= known.is_none_or(|client| client.closing);
                }
                Err(error) => {
                    error.encode(&mut connection.output);
                    connection.closing = true;
                }
            }
        }
        connection.parser.rest();
        let unread = connection.parser.held();
        if unread != connection.told_unread {
            connection.told_unread = unread;
            self.engine.note_unread(client, unread, time);
        }
        mark(&mut connection.is_dirty, &mut self.dirty, token);
    }

    /// Sends what the engine emitted and what the connections hold, until nobody can go on.
    fn settle(&mut self) -> io::Result<()> {
        loop {
            self.deliver();
            let time = self.time();
            match self.ready.pop_front() {
                Some(token) => self.run_requests(token, time),
                None => {
                    // What a client is told was done is in the files by then.
                    self.write_files()?;
                    self.flush(time);
                    self.flush_upstream(time);
                }
            }
            if self.ready.is_empty() && self.dirty.is_empty() && !self.engine.has_events() {
                return Ok(());
            }
        }
    }

    /// Hands out what the engine emitted; unblocked clients may have more requests waiting.
    fn deliver(&mut self) {
        for event in self.engine.drain() {
            match event {
                Event::Reply { client, reply } => {
                    self.send(client, &reply);
                    self.ready.push_back(token_of(client));
                }
                Event::Push { client, reply } => self.send(client, &reply),
                Event::Close { client } => {
                    let token = token_of(client);
                    if let Some(connection) = self.connections.get_mut(&token) {
                        connection.closing = true;
                        connection.abandoned = self.engine.server.clients.get(client).is_none();
                        mark(&mut connection.is_dirty, &mut self.dirty, token);
                    }
                }
                Event::Log(text) => log(&text),
                Event::Stream { client, bytes } => self.send_bytes(client, &bytes),
                Event::Dial { host, port } => self.dial(&host, port),
                Event::Upstream(bytes) => self.upstream.say(&bytes),
                Event::HangUp => self.upstream.close(&self.poll),
                Event::Effect { .. } | Event::Key { .. } => {}
            }
        }
    }

    fn send(&mut self, client: ClientId, reply: &Reply) {
        let protocol = self.engine.protocol(client);
        let token = token_of(client);
        let Some(connection) = self.connections.get_mut(&token) else {
            return;
        };
        encode(reply, protocol, &mut connection.output);
        mark(&mut connection.is_dirty, &mut self.dirty, token);
    }

    fn send_bytes(&mut self, client: ClientId, bytes: &[u8]) {
        let token = token_of(client);
        if let Some(connection) = self.connections.get_mut(&token) {
            connection.output.extend_from_slice(bytes);
            mark(&mut connection.is_dirty, &mut self.dirty, token);
        }
    }

    // --- The master -----------------------------------------------------------------------------------------------

    fn dial(&mut self, host: &[u8], port: u16) {
        if self.upstream.dial(&self.poll, host, port) {
            let time = self.time();
            self.engine.link_dialing(time);
        }
    }

    /// Carries bytes between the engine and its master.
    fn serve_upstream(&mut self, writable: bool) {
        let time = self.time();
        if writable && self.upstream.connects() {
            match self.upstream.finish_connecting() {
                Standing::Pending => return,
                Standing::Up => self.engine.link_up(time),
                Standing::Down => return self.lose_upstream(time),
            }
        }
        loop {
            match self.upstream.read(&mut self.buffer) {
                Arrival::Gone => return self.lose_upstream(time),
                Arrival::Drained(0) => return,
                Arrival::Drained(count) | Arrival::More(count) => {
                    self.engine.link_receive(&self.buffer[..count], time);
                    self.deliver();
                }
            }
        }
    }

    fn lose_upstream(&mut self, time: Time) {
        self.upstream.close(&self.poll);
        self.engine.link_down(time);
    }

    fn flush_upstream(&mut self, time: Time) {
        if !self.upstream.write() {
            self.lose_upstream(time);
        }
    }

    fn flush(&mut self, time: Time) {
        for token in std::mem::take(&mut self.dirty) {
            let Some(connection) = self.connections.get_mut(&token) else {
                continue;
            };
            connection.is_dirty = false;
            let Some(sent) = connection.write() else {
                self.close(token);
                continue;
            };
            let (client, unsent) = (connection.client, connection.unsent());
            if connection.abandoned || connection.closing && unsent == 0 {
                self.close(token);
                continue;
            }
            if connection.paused && !connection.is_full() {
                connection.paused = false;
                self.ready.push_back(token);
            }
            self.engine.note_traffic(client, 0, sent);
            if unsent != connection.told_unsent {
                connection.told_unsent = unsent;
                self.engine.note_unsent(client, unsent, time);
            }
        }
    }

    fn close(&mut self, token: Token) {
        let Some(mut connection) = self.connections.remove(&token) else {
            return;
        };
        // Deregistering fails only for a socket that is gone already.
        let _ = self.poll.registry().deregister(&mut connection.stream);
        self.engine.disconnect(connection.client);
    }
}

/// Lists a connection, once.
fn mark(is_listed: &mut bool, list: &mut Vec<Token>, token: Token) {
    if !std::mem::replace(is_listed, true) {
        list.push(token);
    }
}

/// Whether a client's next command has to wait: it is blocked, or paused with a command of its own.
fn is_waiting(engine: &Engine, client: ClientId) -> bool {
    let client = engine.server.clients.get(client);
    client.is_some_and(|client| client.blocked.is_some() || !client.pending.is_empty())
}

/// Whether the command may look at a file that people edit while the server runs: ACL LOAD, CONFIG REWRITE, and
/// transactions that may hold them.
fn reads_edited_files(words: &[&[u8]]) -> bool {
    match words {
        [exec] => exec.eq_ignore_ascii_case(b"exec"),
        [first, second] => {
            let is = |container: &[u8], name: &[u8]| {
                first.eq_ignore_ascii_case(container) && second.eq_ignore_ascii_case(name)
            };
            is(b"acl", b"load") || is(b"config", b"rewrite")
        }
        _ => false,
    }
}

/// Messages that the command caused for its own client, which reads them after the reply. What is for others stays with
/// the engine.
fn own_messages(engine: &mut Engine, own: ClientId) -> Vec<Reply> {
    let (mut messages, mut others) = (Vec::new(), Vec::new());
    for event in engine.drain() {
        match event {
            Event::Push { client, reply } if client == own => messages.push(reply),
            other => others.push(other),
        }
    }
    engine.requeue(others);
    messages
}

fn encode(reply: &Reply, protocol: Protocol, out: &mut Vec<u8>) {
    if !matches!(reply, Reply::Nothing | Reply::Later) {
        resp::encode(reply, protocol, out);
    }
}

fn token_of(client: ClientId) -> Token {
    Token(client.0 as usize)
}

/// A line of the server's log. That nobody reads it any more does not end the server.
pub fn log(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// The wall clock; the engine itself never asks.
pub fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time(since.as_micros() as i64)
}
