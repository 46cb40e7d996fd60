//! The event loop: accepts, reads, lets the engine run what came, writes. Time passes in the engine as on the wall.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use engine::config::Config;
use engine::resp::{self, Protocol};
use engine::{ClientId, Engine, Event, Reply, Time};
use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token};

use crate::connection::Connection;

const LISTENER: Token = Token(0);
/// The engine's cron runs at 10 Hz; the loop wakes at least that often.
const TICK: Duration = Duration::from_millis(100);
const READ_BYTES: usize = 64 * 1024;

pub struct EventLoop {
    poll: Poll,
    listener: TcpListener,
    engine: Engine,
    /// By token; a token is a client's id.
    connections: BTreeMap<Token, Connection>,
    buffer: Vec<u8>,
    /// Connections with something to write since the last flush.
    dirty: Vec<Token>,
}

impl EventLoop {
    pub fn listen(address: &str, seed: u64, config: Config) -> io::Result<EventLoop> {
        let address: SocketAddr = address
            .parse()
            .map_err(|_| io::Error::new(ErrorKind::InvalidInput, "not an address"))?;
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(address)?;
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)?;
        Ok(EventLoop {
            poll,
            listener,
            engine: Engine::with_config(seed, now(), config),
            connections: BTreeMap::new(),
            buffer: vec![0; READ_BYTES],
            dirty: Vec::new(),
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.listener
            .local_addr()
            .expect("a bound listener has an address")
    }

    pub fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        loop {
            match self.poll.poll(&mut events, Some(self.patience())) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                result => result?,
            }
            self.engine.advance(now());
            for event in &events {
                match event.token() {
                    LISTENER => self.accept()?,
                    token => {
                        if event.is_readable() {
                            self.read(token);
                        }
                        if event.is_writable() {
                            self.dirty.push(token);
                        }
                    }
                }
            }
            self.deliver();
            self.flush();
        }
    }

    fn patience(&self) -> Duration {
        let next = self
            .engine
            .next_deadline()
            .map_or(TICK, |at| now().until(at));
        // A deadline that has just passed still needs the loop to come round once.
        next.clamp(Duration::from_millis(1), TICK)
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            let (mut stream, peer) = match self.listener.accept() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                // A peer that hung up before it was accepted is nobody's loss.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
                Err(error) => return Err(error),
            };
            // Replies are small and awaited; without it Nagle's algorithm would hold them back.
            let _ = stream.set_nodelay(true);
            let client = self.engine.connect(&peer.to_string(), now());
            let token = Token(client.0 as usize);
            self.poll.registry().register(
                &mut stream,
                token,
                Interest::READABLE | Interest::WRITABLE,
            )?;
            self.connections
                .insert(token, Connection::new(stream, client));
        }
    }

    fn read(&mut self, token: Token) {
        let Some(connection) = self.connections.get_mut(&token) else {
            return;
        };
        let alive = matches!(connection.read(&mut self.buffer), Ok(true));
        if alive {
            self.run_requests(token);
        } else {
            self.close(token);
        }
    }

    /// Runs the requests that a connection holds, until it blocks, closes or has no more.
    fn run_requests(&mut self, token: Token) {
        let Some(connection) = self.connections.get_mut(&token) else {
            return;
        };
        let client = connection.client;
        let time = now();
        while !connection.closing {
            if self
                .engine
                .server
                .clients
                .get(client)
                .is_some_and(|client| client.blocked.is_some())
            {
                break;
            }
            match connection.parser.next_command() {
                Ok(None) => break,
                Ok(Some(request)) => {
                    let reply =
                        request.with_words(|words| self.engine.execute(client, words, time));
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
                    connection.closing |= self
                        .engine
                        .server
                        .clients
                        .get(client)
                        .is_some_and(|client| client.closing);
                }
                Err(error) => {
                    error.encode(&mut connection.output);
                    connection.closing = true;
                }
            }
        }
        self.dirty.push(token);
        self.deliver();
    }

    /// Sends what the engine emitted; unblocked clients may have more requests waiting.
    fn deliver(&mut self) {
        loop {
            let events = self.engine.drain();
            if events.is_empty() {
                return;
            }
            let mut unblocked = Vec::new();
            for event in events {
                match event {
                    Event::Reply { client, reply } => {
                        self.send(client, &reply);
                        unblocked.push(client);
                    }
                    Event::Push { client, reply } => self.send(client, &reply),
                    Event::Close { client } => {
                        if let Some(connection) = self.connections.get_mut(&token_of(client)) {
                            connection.closing = true;
                            self.dirty.push(token_of(client));
                        }
                    }
                    Event::Log(text) => println!("{text}"),
                    Event::Effect { .. } | Event::Key { .. } => {}
                }
            }
            for client in unblocked {
                self.run_requests(token_of(client));
            }
        }
    }

    fn send(&mut self, client: ClientId, reply: &Reply) {
        let protocol = self.engine.protocol(client);
        let Some(connection) = self.connections.get_mut(&token_of(client)) else {
            return;
        };
        encode(reply, protocol, &mut connection.output);
        self.dirty.push(token_of(client));
    }

    fn flush(&mut self) {
        for token in std::mem::take(&mut self.dirty) {
            let Some(connection) = self.connections.get_mut(&token) else {
                continue;
            };
            let alive = connection.write();
            if !alive || (connection.closing && !connection.has_output()) {
                self.close(token);
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

/// The wall clock; the engine itself never asks.
fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time(since.as_micros() as i64)
}
