//! One TCP connection: bytes in, a parser, bytes out.

use std::io::{self, ErrorKind, Read, Write};

use engine::ClientId;
use engine::resp::Parser;
use mio::net::TcpStream;

/// A client that does not read what it is sent is cut off at so many bytes.
const UNREAD_MAX: usize = 1 << 30;

pub struct Connection {
    pub stream: TcpStream,
    pub client: ClientId,
    pub parser: Parser,
    /// Bytes to be written, from `written` on.
    pub output: Vec<u8>,
    written: usize,
    /// Nothing more is read; the connection closes when all is written.
    pub closing: bool,
    /// Waits for room in the socket's buffer.
    pub wants_write: bool,
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
            wants_write: false,
        }
    }

    /// Reads what has arrived into the parser; false when the peer is gone.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<bool> {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    self.parser.feed(&buffer[..count]);
                    if count < buffer.len() {
                        return Ok(true);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes what the socket takes; false when the peer is gone or reads too slowly.
    pub fn write(&mut self) -> bool {
        while self.written < self.output.len() {
            match self.stream.write(&self.output[self.written..]) {
                Ok(0) => return false,
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.wants_write = true;
                    return self.output.len() - self.written <= UNREAD_MAX;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        self.output.clear();
        self.written = 0;
        self.wants_write = false;
        true
    }

    pub fn has_output(&self) -> bool {
        self.written < self.output.len()
    }
}
