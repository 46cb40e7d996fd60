//! The MODEL: when commands leave, arrive, and are answered. A client and a server with nothing between them but a round
//! trip; the network is as wide as it has to be.
//!
//! What is taken from Redis: a server reads at most 16 KB at a time from a connection (`PROTO_IOBUF_LEN`), runs all whole
//! commands of what it has read before it turns to another client, and writes the replies after that.

use trace::{Event, Exchange};

use crate::Scene;

pub const COMMANDS_MAX: usize = 100;
/// What one read takes at most.
const READ_BYTES: u64 = 16 * 1024;
/// What a packet of Ethernet carries of TCP.
const PACKET_BYTES: u64 = 1_460;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Pipeline,
    Multi,
    Script,
}

/// What the reader chose, and the commands that it is about.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    pub commands: Vec<&'a Exchange>,
    pub rtt_millis: u64,
    pub batch: usize,
    pub how: How,
    pub by_packet: bool,
    pub other: bool,
}

/// What the server does, in its order. Commands count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// One read, and the commands that it completes.
    Read { first: usize, last: usize },
    /// A command of the other client.
    Other,
}

impl<'a> Plan<'a> {
    /// About the last commands of the client of this moment; none if there are none.
    pub fn of(scene: &'a Scene) -> Option<Plan<'a>> {
        let past = scene
            .past
            .iter()
            .map(|frame| (&frame.client, &frame.events[..]));
        let all = past.chain([(&scene.frame.client, scene.events())]);
        let own = all.filter(|(client, _)| **client == scene.frame.client);
        let exchanges = own
            .flat_map(|(_, events)| events)
            .filter_map(|event| match event {
                Event::Exchange(exchange) => Some(exchange),
                _ => None,
            });
        let all: Vec<&Exchange> = exchanges.collect();
        // A repeated command is what the reader wants to see whole.
        let usual = scene.frame.events.len().max(5);
        let most = COMMANDS_MAX.min(all.len().max(1));
        let count = scene
            .options
            .number("count", usual as i64, 1, COMMANDS_MAX as i64) as usize;
        let commands = all[all.len() - count.min(all.len()).min(most)..].to_vec();
        if commands.is_empty() {
            return None;
        }
        let batch = scene
            .options
            .number("batch", COMMANDS_MAX as i64, 1, COMMANDS_MAX as i64);
        Some(Plan {
            batch: (batch as usize).min(commands.len()),
            commands,
            rtt_millis: scene.options.number("rtt", 10, 0, 200) as u64,
            how: match scene.options.get("how") {
                Some("multi") => How::Multi,
                Some("script") => How::Script,
                _ => How::Pipeline,
            },
            by_packet: scene.options.is_on("packets"),
            other: scene.options.is_on("other"),
        })
    }

    pub fn rtt_nanos(&self) -> u64 {
        self.rtt_millis * 1_000_000
    }

    /// What the server works on all commands together.
    pub fn work_nanos(&self) -> u64 {
        self.commands.iter().map(|command| command.took_nanos).sum()
    }

    /// Each command waits for the reply of the one before.
    pub fn one_by_one_nanos(&self) -> u64 {
        self.commands.len() as u64 * self.rtt_nanos() + self.work_nanos()
    }

    /// Writes that wait for replies, when the commands go together.
    pub fn trips(&self, how: How) -> u64 {
        match how {
            How::Pipeline => self.commands.len().div_ceil(self.batch) as u64,
            How::Multi | How::Script => 1,
        }
    }

    pub fn together_nanos(&self, how: How) -> u64 {
        self.trips(how) * self.rtt_nanos() + self.work_nanos()
    }

    /// Bytes of what is sent, command by command. A script is one, whose length is its author's.
    pub fn sent(&self, how: How) -> Vec<u64> {
        const MULTI: u64 = b"*1\r\n$5\r\nMULTI\r\n".len() as u64;
        const EXEC: u64 = b"*1\r\n$4\r\nEXEC\r\n".len() as u64;
        let own = self.commands.iter().map(|command| command.sent_bytes);
        match how {
            How::Pipeline | How::Script => own.collect(),
            How::Multi => [MULTI].into_iter().chain(own).chain([EXEC]).collect(),
        }
    }

    pub fn received_bytes(&self, how: How) -> u64 {
        const OK: u64 = b"+OK\r\n".len() as u64;
        const QUEUED: u64 = b"+QUEUED\r\n".len() as u64;
        let own: u64 = self
            .commands
            .iter()
            .map(|command| command.received_bytes)
            .sum();
        let count = self.commands.len();
        match how {
            How::Pipeline | How::Script => own,
            How::Multi => {
                let header = format!("*{count}\r\n").len() as u64;
                own + OK + QUEUED * count as u64 + header
            }
        }
    }

    /// What the server reads and runs, in its order. The other client comes where the server first turns away from this
    /// connection: after the first read.
    pub fn served(&self) -> Vec<Served> {
        let sent = self.sent(self.how);
        let batch = match self.how {
            How::Pipeline => self.batch,
            How::Multi => sent.len(),
            How::Script => return self.with_other(vec![Served::Read { first: 1, last: 1 }]),
        };
        let at_once = if self.by_packet {
            PACKET_BYTES
        } else {
            READ_BYTES
        };
        let mut reads = Vec::new();
        let mut done = 0;
        for write in sent.chunks(batch) {
            let end = done + write.len();
            let (mut arrived, mut needed) = (0, 0);
            let total: u64 = write.iter().sum();
            let mut next = 0;
            while arrived < total {
                arrived = (arrived + at_once).min(total);
                let first = next;
                while next < write.len() && needed + write[next] <= arrived {
                    needed += write[next];
                    next += 1;
                }
                if next > first {
                    reads.push(Served::Read {
                        first: done + first + 1,
                        last: done + next,
                    });
                }
            }
            done = end;
        }
        self.with_other(reads)
    }

    fn with_other(&self, mut reads: Vec<Served>) -> Vec<Served> {
        if self.other {
            reads.insert(1.min(reads.len()), Served::Other);
        }
        reads
    }

    /// Whether the other client's command ran between two of these. Inside MULTI nothing runs before EXEC.
    pub fn comes_between(&self) -> bool {
        let served = self.served();
        let at = served.iter().position(|one| *one == Served::Other);
        self.how == How::Pipeline && at.is_some_and(|at| at > 0 && at + 1 < served.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(commands: &[Exchange], how: How, batch: usize, by_packet: bool) -> Plan<'_> {
        Plan {
            commands: commands.iter().collect(),
            rtt_millis: 10,
            batch,
            how,
            by_packet,
            other: true,
        }
    }

    fn commands(count: usize, sent_bytes: u64) -> Vec<Exchange> {
        let one = Exchange {
            client: trace::Client::default(),
            sent: Vec::new(),
            sent_bytes,
            received: Vec::new(),
            received_bytes: 5,
            took_nanos: 1_000,
        };
        vec![one; count]
    }

    #[test]
    fn a_pipeline_waits_once_for_each_write() {
        let hundred = commands(100, 30);
        let all = plan(&hundred, How::Pipeline, 100, false);
        assert_eq!(all.one_by_one_nanos(), 100 * 10_000_000 + 100_000);
        assert_eq!(all.together_nanos(How::Pipeline), 10_000_000 + 100_000);
        let tens = plan(&hundred, How::Pipeline, 10, false);
        assert_eq!(tens.together_nanos(How::Pipeline), 100_000_000 + 100_000);
        assert_eq!(tens.together_nanos(How::Multi), 10_000_000 + 100_000);
        assert_eq!(all.received_bytes(How::Multi), 500 + 5 + 900 + 6);
        assert_eq!(all.sent(How::Multi).len(), 102);
    }

    #[test]
    fn another_client_comes_between_reads_and_never_into_one() {
        let hundred = commands(100, 30);
        let read = |first, last| Served::Read { first, last };
        let whole = plan(&hundred, How::Pipeline, 100, false);
        assert_eq!(whole.served(), [read(1, 100), Served::Other]);
        assert!(!whole.comes_between());
        let packets = plan(&hundred, How::Pipeline, 100, true);
        assert_eq!(
            packets.served(),
            [read(1, 48), Served::Other, read(49, 97), read(98, 100)]
        );
        assert!(packets.comes_between());
        let batches = plan(&hundred, How::Pipeline, 50, false);
        assert!(batches.comes_between());
        assert!(!plan(&hundred, How::Multi, 100, true).comes_between());
        assert!(!plan(&hundred, How::Script, 100, true).comes_between());
        // A command that is longer than a read is run by the read that completes it.
        let long = commands(2, 20_000);
        let slow = plan(&long, How::Pipeline, 2, false);
        assert_eq!(slow.served(), [read(1, 1), Served::Other, read(2, 2)]);
    }
}
