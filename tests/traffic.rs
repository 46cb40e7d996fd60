//! The program with real connections: what any number of clients may do to it, and what they still get.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running server; it ends with its test.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(options: &[&str]) -> Server {
        let mut process = Command::new(env!("CARGO_BIN_EXE_server"))
            .args(["--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let output = process.stdout.take().expect("it has an output");
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .expect("it says where it listens");
        let address = line.trim().trim_start_matches("ready on ").to_string();
        Server { process, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("the server accepts");
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).expect("a timeout is set");
        stream
    }

    /// What a new client is answered to one inline command.
    fn ask(&self, line: &str, answer_bytes: usize) -> String {
        let mut stream = self.connect();
        send(&mut stream, format!("{line}\r\n").as_bytes());
        receive(&mut stream, answer_bytes)
    }

    fn port(&self) -> &str {
        self.address.rsplit(':').next().unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn send(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).expect("the server reads");
}

fn receive(stream: &mut TcpStream, bytes: usize) -> String {
    let mut answer = vec![0; bytes];
    stream.read_exact(&mut answer).expect("the server answers");
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn requests_that_never_end_disturb_nobody() {
    const UNFINISHED: [&[u8]; 5] = [
        b"*3\r\n$3\r\nSE",
        b"*1000000\r\n",
        b"*2\r\n$3\r\nGET\r\n$536870912\r\nabc",
        b"SET a \"un",
        b"\x00\xff\xfe",
    ];
    let server = Server::start(&[]);
    let mut peers: Vec<TcpStream> = (0..400).map(|_| server.connect()).collect();
    for (peer, bytes) in peers.iter_mut().zip(UNFINISHED.iter().cycle()) {
        send(peer, bytes);
    }
    assert_eq!(server.ask("PING", 7), "+PONG\r\n");
    drop(peers);
    assert_eq!(server.ask("DBSIZE", 4), ":0\r\n");
}

#[test]
fn who_hangs_up_while_waiting_takes_nothing() {
    let server = Server::start(&[]);
    for begun in [
        "BLPOP list 0\r\n",
        "MULTI\r\nRPUSH list queued\r\n",
        "SUBSCRIBE news\r\n",
        "MONITOR\r\n",
        "WATCH list\r\nMULTI\r\nBLPOP list 0",
    ] {
        for _ in 0..20 {
            send(&mut server.connect(), begun.as_bytes());
        }
    }
    // Connections are closed when the server gets to them: nobody listens once that is done.
    let is_quiet = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        server
            .ask("INFO clients", 60)
            .contains("connected_clients:1\r\n")
    });
    assert!(is_quiet, "clients that hung up are still there");
    assert_eq!(server.ask("PUBLISH news 1", 4), ":0\r\n");
    assert_eq!(server.ask("RPUSH list one", 4), ":1\r\n");
    assert_eq!(server.ask("LLEN list", 4), ":1\r\n");
}

#[test]
fn a_pipeline_may_be_written_before_any_answer_is_read() {
    const COMMANDS: usize = 100_000;
    let server = Server::start(&[]);
    let mut stream = server.connect();
    let requests = "*3\r\n$6\r\nAPPEND\r\n$1\r\na\r\n$0\r\n\r\n".repeat(COMMANDS);
    send(&mut stream, requests.as_bytes());
    let answers = receive(&mut stream, COMMANDS * ":0\r\n".len());
    assert_eq!(answers, ":0\r\n".repeat(COMMANDS));
}

#[test]
fn clients_are_told_the_port_that_the_server_listens_on() {
    let server = Server::start(&["--cluster-enabled", "yes"]);
    let port = server.port().to_string();
    let asked = format!("*2\r\n$4\r\nport\r\n${}\r\n{port}\r\n", port.len());
    assert_eq!(server.ask("CONFIG GET port", asked.len()), asked);
    assert_eq!(server.ask("CLUSTER ADDSLOTS 0", 5), "+OK\r\n");
    let slots = format!("*1\r\n*3\r\n:0\r\n:0\r\n*4\r\n$0\r\n\r\n:{port}\r\n");
    assert_eq!(server.ask("CLUSTER SLOTS", slots.len()), slots);
}
