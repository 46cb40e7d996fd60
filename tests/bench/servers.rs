//! The two servers side by side, each on the machine's first core; whoever talks to them is on the second.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use engine::Reply;
use tests::files;
use tests::real::{Clock, Connection, Real};

/// Both servers, started and empty.
pub struct Pair {
    pub ours: Server,
    pub real: Server,
    // They end when these are dropped.
    _child: Ended,
    _real: Real,
}

/// One of them, as it is talked to and measured.
pub struct Server {
    pub name: &'static str,
    pub port: u16,
    process: u64,
}

struct Ended {
    child: Child,
    /// Open as long as the server may print.
    _output: BufReader<ChildStdout>,
}

impl Pair {
    pub fn start() -> Result<Pair, String> {
        let (child, ours) = start_ours()?;
        let real = Real::start(Clock::Machine, &[]);
        let process = process_id(real.port)?;
        let pair = Pair {
            ours,
            real: Server {
                name: "redis-server",
                port: real.port,
                process,
            },
            _child: child,
            _real: real,
        };
        pin(pair.ours.process, 0);
        pin(pair.real.process, 0);
        Ok(pair)
    }

    pub fn both(&self) -> [&Server; 2] {
        [&self.ours, &self.real]
    }
}

impl Server {
    pub fn connect(&self) -> Result<Connection, String> {
        Connection::open(self.port).map_err(|error| format!("{}: {error}", self.name))
    }

    /// Processor time of the serving thread so far. On a busy machine it is steadier than any clock.
    pub fn worked(&self) -> Duration {
        let path = format!("/proc/{0}/task/{0}/schedstat", self.process);
        let text = fs::read_to_string(path).unwrap_or_default();
        let nanos = text.split(' ').next().and_then(|word| word.parse().ok());
        Duration::from_nanos(nanos.unwrap_or(0))
    }

    pub fn flush(&self) -> Result<(), String> {
        match self.connect()?.call(&["FLUSHALL"]) {
            Reply::StatusText(_) => Ok(()),
            other => Err(format!("{}: FLUSHALL: {other:?}", self.name)),
        }
    }
}

/// Sends commands in bulk and reads as many replies. Gives the text of the first error among them.
pub fn pipeline(connection: &mut Connection, commands: &[Vec<Vec<u8>>]) -> Option<String> {
    const AT_ONCE: usize = 200;
    let mut problem = None;
    for chunk in commands.chunks(AT_ONCE) {
        let mut bytes = Vec::new();
        chunk
            .iter()
            .for_each(|words| engine::resp::encode_command(words, &mut bytes));
        connection.send_bytes(&bytes);
        for _ in chunk {
            match connection.receive(Duration::from_secs(60)) {
                Some(Reply::Error(error)) => drop(problem.get_or_insert(error.to_string())),
                Some(_) => {}
                None => return Some("no reply came".to_string()),
            }
        }
    }
    problem
}

pub fn words(line: &[&str]) -> Vec<Vec<u8>> {
    line.iter().map(|word| word.as_bytes().to_vec()).collect()
}

/// A command that runs on the second core, if the machine has one and can pin.
pub fn on_second_core(program: &str) -> Command {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let can_pin = Command::new("taskset")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if cores < 2 || can_pin.is_err() {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", "1", program]);
    command
}

fn pin(process: u64, core: u32) {
    // Without taskset the numbers are noisier and nothing else.
    let _ = Command::new("taskset")
        .args(["-a", "-c", "-p", &core.to_string(), &process.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

fn process_id(port: u16) -> Result<u64, String> {
    let mut connection = Connection::open(port).map_err(|error| error.to_string())?;
    let Reply::Bulk(text) = connection.call(&["INFO", "server"]) else {
        return Err("INFO server gave no text".to_string());
    };
    String::from_utf8_lossy(&text)
        .lines()
        .find_map(|line| line.strip_prefix("process_id:")?.trim().parse().ok())
        .ok_or_else(|| "INFO server names no process".to_string())
}

fn start_ours() -> Result<(Ended, Server), String> {
    let built = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--locked", "-p", "server"])
        .current_dir(files::root())
        .status();
    if !built.is_ok_and(|status| status.success()) {
        return Err("the server cannot be built".to_string());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| files::root().join("target"), Into::into);
    let program = target.join("release/server");
    let mut child = Command::new(&program)
        .args(["--port", "0", "--seed", "1"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
    let port = output
        .read_line(&mut line)
        .ok()
        .and_then(|_| line.trim().rsplit(':').next()?.parse().ok())
        .ok_or("the server did not say its port")?;
    let server = Server {
        name: "ours",
        port,
        process: child.id().into(),
    };
    let child = Ended {
        child,
        _output: output,
    };
    Ok((child, server))
}

impl Drop for Ended {
    fn drop(&mut self) {
        // Ended or gone already: either way nothing is left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
