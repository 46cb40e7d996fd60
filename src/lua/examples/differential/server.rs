//! As much of a client as EVAL needs.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

pub enum Reply {
    Text(Vec<u8>),
    Error(Vec<u8>),
}

pub struct Server {
    stream: BufReader<TcpStream>,
}

impl Server {
    pub fn connect(port: u16) -> io::Result<Server> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        Ok(Server {
            stream: BufReader::new(stream),
        })
    }

    pub fn eval(&mut self, script: &[u8]) -> io::Result<Reply> {
        let mut command = format!("*3\r\n$4\r\nEVAL\r\n${}\r\n", script.len()).into_bytes();
        command.extend_from_slice(script);
        command.extend_from_slice(b"\r\n$1\r\n0\r\n");
        self.stream.get_mut().write_all(&command)?;
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line)?;
        let text = line.get(1..).unwrap_or_default().trim_ascii_end().to_vec();
        match line.first() {
            Some(b'$') => self.bulk(&text),
            Some(b'-') => Ok(Reply::Error(text)),
            _ => Ok(Reply::Text(text)),
        }
    }

    fn bulk(&mut self, length: &[u8]) -> io::Result<Reply> {
        let length = std::str::from_utf8(length)
            .ok()
            .and_then(|text| text.parse::<usize>().ok());
        let Some(length) = length else {
            return Ok(Reply::Text(b"nil".to_vec()));
        };
        let mut text = vec![0; length + 2];
        self.stream.read_exact(&mut text)?;
        text.truncate(length);
        Ok(Reply::Text(text))
    }
}
