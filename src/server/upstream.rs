//! The TCP connection to the master that the engine follows. It carries bytes; what they mean is the engine's business.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use mio::net::TcpStream;
use mio::{Interest, Poll, Token};

use crate::connection::Arrival;

/// No client has an id as large.
pub const UPSTREAM: Token = Token(usize::MAX - 1);

#[derive(Default)]
pub struct Upstream {
    stream: Option<TcpStream>,
    /// The connection is made, and it is not known yet whether it stands.
    connecting: bool,
    /// Bytes to be written.
    output: Vec<u8>,
}

/// What has become of a connection that was begun.
pub enum Standing {
    Pending,
    Up,
    Down,
}

impl Upstream {
    /// Begins to connect; says whether that could be begun.
    pub fn dial(&mut self, poll: &Poll, host: &[u8], port: u16) -> bool {
        self.close(poll);
        let Some(address) = resolve(host, port) else {
            return false;
        };
        let Ok(mut stream) = TcpStream::connect(address) else {
            return false;
        };
        let interest = Interest::READABLE | Interest::WRITABLE;
        let registered = poll.registry().register(&mut stream, UPSTREAM, interest);
        if registered.is_err() {
            return false;
        }
        self.stream = Some(stream);
        self.connecting = true;
        true
    }

    pub fn connects(&self) -> bool {
        self.connecting
    }

    pub fn finish_connecting(&mut self) -> Standing {
        let Some(stream) = &self.stream else {
            return Standing::Down;
        };
        if !matches!(stream.take_error(), Ok(None)) {
            return Standing::Down;
        }
        match stream.peer_addr() {
            Ok(_) => {
                self.connecting = false;
                // Acknowledgements are small and awaited.
                let _ = stream.set_nodelay(true);
                Standing::Up
            }
            Err(error) if error.kind() == ErrorKind::NotConnected => Standing::Pending,
            Err(_) => Standing::Down,
        }
    }

    pub fn read(&mut self, buffer: &mut [u8]) -> Arrival {
        let Some(stream) = self.stream.as_mut().filter(|_| !self.connecting) else {
            return Arrival::Drained(0);
        };
        loop {
            match stream.read(buffer) {
                Ok(0) => return Arrival::Gone,
                Ok(count) => return Arrival::More(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Arrival::Drained(0),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Arrival::Gone,
            }
        }
    }

    pub fn say(&mut self, bytes: &[u8]) {
        if self.stream.is_some() {
            self.output.extend_from_slice(bytes);
        }
    }

    /// Writes what the socket takes; false if the connection is broken.
    pub fn write(&mut self) -> bool {
        let Some(stream) = self.stream.as_mut().filter(|_| !self.connecting) else {
            return true;
        };
        while !self.output.is_empty() {
            match stream.write(&self.output) {
                Ok(0) => return false,
                Ok(count) => _ = self.output.drain(..count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
    }

    pub fn close(&mut self, poll: &Poll) {
        if let Some(mut stream) = self.stream.take() {
            // Deregistering fails only for a socket that is gone already.
            let _ = poll.registry().deregister(&mut stream);
        }
        self.connecting = false;
        self.output.clear();
    }
}

/// An address, or a name that the system knows. Looking up a name waits, which a server at its start or at a change of
/// its master can bear.
fn resolve(host: &[u8], port: u16) -> Option<SocketAddr> {
    let host = std::str::from_utf8(host).ok()?;
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, port));
    }
    (host, port).to_socket_addrs().ok()?.next()
}
