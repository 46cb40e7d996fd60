//! Replication between our server and the real one, over TCP: each as the other's master and as its replica. What is
//! compared is the data (DEBUG DIGEST), who answers WAIT, and whether a cut link goes on from where it was.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use engine::Reply;
use tests::real::{Clock, Connection, Real};

/// Our server in a process of its own; it ends when this is dropped.
struct Ours {
    child: Child,
    port: u16,
    /// Open as long as the server may print.
    _output: BufReader<ChildStdout>,
}

impl Ours {
    fn start() -> Ours {
        let mut child = Command::new(env!("CARGO_BIN_EXE_server"))
            .args(["--port", "0", "--seed", "1"])
            .args(["--enable-debug-command", "yes"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server can be started");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output is piped");
        let mut output = BufReader::new(output);
        output.read_line(&mut line).expect("a line");
        let port = line
            .trim()
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        let port = port.expect("it says its port");
        Ours {
            child,
            port,
            _output: output,
        }
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        // Ended or gone already: either way nothing is left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A master and its replica, by a connection to each.
struct Pair {
    master: Connection,
    replica: Connection,
    master_port: u16,
}

impl Pair {
    fn new(master_port: u16, replica_port: u16) -> Pair {
        let open = |port| Connection::open(port).expect("it accepts connections");
        Pair {
            master: open(master_port),
            replica: open(replica_port),
            master_port,
        }
    }

    fn tell_master(&mut self, line: &str) -> Reply {
        let words: Vec<&str> = line.split(' ').collect();
        let reply = self.master.call(&words);
        assert!(!matches!(reply, Reply::Error(_)), "{line}: {reply:?}");
        reply
    }

    fn attach(&mut self) {
        self.tell_master("CONFIG SET repl-diskless-sync-delay 0");
        let port = self.master_port.to_string();
        let reply = self.replica.call(&["REPLICAOF", "127.0.0.1", &port]);
        assert!(!matches!(reply, Reply::Error(_)), "{reply:?}");
        self.await_link();
    }

    fn await_link(&mut self) {
        wait_until("the link stands", || {
            info(&mut self.replica, "master_link_status").as_deref() == Some("up")
        });
    }

    fn await_same_data(&mut self, when: &str) {
        let digest = |connection: &mut Connection| connection.call(&["DEBUG", "DIGEST"]);
        wait_until(when, || {
            digest(&mut self.master) == digest(&mut self.replica)
        });
        let size = |connection: &mut Connection| connection.call(&["DBSIZE"]);
        assert_eq!(size(&mut self.master), size(&mut self.replica), "{when}");
    }

    fn fill(&mut self) {
        for line in [
            "SET text value",
            "SET late x EX 1000",
            "RPUSH list a b c",
            "HSET hash field 1",
            "SADD set a b 3",
            "ZADD sorted 1 a 2.5 b",
            "XADD stream 1-1 field value",
            "PFADD hll a b c",
        ] {
            self.tell_master(line);
        }
        for number in 0..300 {
            self.tell_master(&format!("RPUSH long element:{number}"));
        }
    }

    /// Everything that streams, with effects that differ from the commands.
    fn write_more(&mut self) {
        for line in [
            "INCRBYFLOAT float 0.1",
            "SPOP set",
            "EXPIRE text 500",
            "SELECT 3",
            "INCR elsewhere",
            "MULTI",
            "SET q 1",
            "SET w 2",
            "EXEC",
            "SELECT 0",
            "XADD stream * field value",
            "XTRIM stream MAXLEN 1",
        ] {
            self.tell_master(line);
        }
    }
}

fn info(connection: &mut Connection, field: &str) -> Option<String> {
    let Reply::Bulk(text) = connection.call(&["INFO", "everything"]) else {
        return None;
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    let prefix = format!("{field}:");
    let found = text.lines().find_map(|line| line.strip_prefix(&prefix));
    found.map(|value| value.trim().to_string())
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn replicate(mut pair: Pair) {
    pair.fill();
    pair.attach();
    pair.await_same_data("after the snapshot");
    pair.write_more();
    assert_eq!(pair.tell_master("WAIT 1 5000"), Reply::Int(1));
    pair.await_same_data("after the stream");

    let full = info(&mut pair.master, "sync_full");
    let partial = |pair: &mut Pair| {
        let count = info(&mut pair.master, "sync_partial_ok");
        count
            .and_then(|count| count.parse::<u32>().ok())
            .expect("a number")
    };
    let before = partial(&mut pair);
    assert_eq!(pair.tell_master("CLIENT KILL TYPE replica"), Reply::Int(1));
    pair.tell_master("SET while down");
    wait_until("it goes on from where it was", || {
        partial(&mut pair) > before
    });
    pair.await_link();
    pair.await_same_data("after the link was cut");
    assert_eq!(info(&mut pair.master, "sync_full"), full);

    let offset = info(&mut pair.master, "master_repl_offset");
    assert_eq!(info(&mut pair.replica, "slave_repl_offset"), offset);
    change_places(pair);
}

/// FAILOVER: the replica has everything, so it becomes the master, and the master its replica.
fn change_places(mut pair: Pair) {
    pair.tell_master("FAILOVER");
    wait_until("the roles have changed", || {
        info(&mut pair.master, "role").as_deref() == Some("slave")
            && info(&mut pair.replica, "role").as_deref() == Some("master")
            && info(&mut pair.master, "master_link_status").as_deref() == Some("up")
    });
    let mut back = Pair {
        master: pair.replica,
        replica: pair.master,
        master_port: 0,
    };
    assert_eq!(info(&mut back.master, "sync_full").as_deref(), Some("0"));
    back.tell_master("SET new master");
    back.await_same_data("after the failover");
}

#[test]
fn the_real_server_follows_ours() {
    let ours = Ours::start();
    let real = Real::start(Clock::Machine, &[]);
    replicate(Pair::new(ours.port, real.port));
}

#[test]
fn ours_follows_the_real_server() {
    let ours = Ours::start();
    let real = Real::start(Clock::Machine, &[]);
    replicate(Pair::new(real.port, ours.port));
}
