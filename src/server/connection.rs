//! One TCP connection: bytes in, a parser, bytes out. It never blocks and never reads more than a piece at a time, so
//! that one busy peer leaves the others their turn.

use std::io::{ErrorKind, Read, Write};

use engine::ClientId;
use engine::resp::Parser;
use mio::net::TcpStream;

/// A client that does not read what it is sent is cut off at so many bytes, whatever the limits of its kind say.
const UNSENT_MAX: usize = 1 << 30;
/// Requests wait while so much of the answers to earlier ones has not been taken. They are still read: a peer may
/// write all of them before it reads the first answer.
const UNSENT_PAUSE: usize = 64 << 20;
/// Buffers larger than this are given back once they are empty.
const SPARE_MAX: usize = 1 << 20;

pub struct Connection {
    pub stream: TcpStream,
    pub client: ClientId,
    pub parser: Parser,
    /// Bytes to be written, from `written` on.
    pub output: Vec<u8>,
    written: usize,
    /// Nothing more is read; the connection closes when all is written.
    pub closing: bool,
    /// The engine has closed it: what the socket does not take at once is lost.
    pub abandoned: bool,
    /// The peer has said that nothing more will come.
    pub hung_up: bool,
    /// Listed for reading, for writing.
    pub is_readable: bool,
    pub is_dirty: bool,
    /// Requests wait until more of the output is taken.
    pub paused: bool,
    /// What the engine was told last.
    pub told_unread: usize,
    pub told_unsent: usize,
}

/// What came of a read.
pub enum Arrival {
    /// So many bytes, and there may be more.
    More(usize),
    /// So many bytes, and those were all for now.
    Drained(usize),
    Gone,
}

impl Connection {
    pub fn new(stream: TcpStream, client: ClientId) -> Connection {
        Connection {
            stream,
            client,
            parser: Parser::default(),
            output: Vec::new(),
            written: 0,
            closing: false,
            abandoned: false,
            hung_up: false,
            is_readable: false,
            is_dirty: false,
            paused: false,
            told_unread: 0,
            told_unsent: 0,
        }
    }

    /// Reads a piece of what has arrived into the parser.
    pub fn read(&mut self, buffer: &mut [u8]) -> Arrival {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return Arrival::Gone,
                Ok(count) => {
                    self.parser.feed(&buffer[..count]);
                    // After a piece that did not fill the buffer only the end can follow, which is told once.
                    return match count < buffer.len() && !self.hung_up {
                        true => Arrival::Drained(count),
                        false => Arrival::More(count),
                    };
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Arrival::Drained(0),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Arrival::Gone,
            }
        }
    }

    /// Writes what the socket takes and says how much that was; none when the peer is gone or reads far too slowly.
    pub fn write(&mut self) -> Option<usize> {
        let before = self.written;
        while self.written < self.output.len() {
            match self.stream.write(&self.output[self.written..]) {
                Ok(0) => return None,
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        let sent = self.written - before;
        self.forget_written();
        (self.unsent() <= UNSENT_MAX).then_some(sent)
    }

    fn forget_written(&mut self) {
        if self.written == self.output.len() {
            self.output.clear();
            self.written = 0;
            if self.output.capacity() > SPARE_MAX {
                self.output = Vec::new();
            }
        } else if self.written > self.output.len() / 2 {
            // A peer that is always a little behind must not make the buffer grow for ever.
            self.output.drain(..self.written);
            self.written = 0;
        }
    }

    /// Bytes that the peer has not taken.
    pub fn unsent(&self) -> usize {
        self.output.len() - self.written
    }

    /// Whether the next request has to wait until answers are taken.
    pub fn is_full(&self) -> bool {
        self.unsent() > UNSENT_PAUSE
    }
}
