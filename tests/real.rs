//! The real redis-server: started on a loopback port with a clock that we hold, and spoken to.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use engine::config::Config;
use engine::resp;
use engine::{Reply, Time};

/// Among the files of a server, the one that it reads its configuration from.
pub const CONFIG_FILE: &str = "redis.conf";

/// A running server; it ends when this is dropped.
pub struct Real {
    child: Child,
    folder: PathBuf,
    pub port: u16,
    now: Time,
    frozen: bool,
    tick: Duration,
}

/// The configuration of an engine that stands beside the real server: DEBUG is allowed.
pub fn open_config() -> Config {
    Config::starting_with(&[("enable-debug-command", "yes")]).expect("a parameter and its value")
}

/// How the server's clock behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clock {
    /// It stands still at the world's start until `advance` is called.
    Ours,
    /// The machine's own.
    Machine,
}

impl Real {
    /// Starts a server without persistence, with DEBUG allowed.
    ///
    /// # Panics
    /// If it cannot be started: a comparison that did not happen must not pass.
    pub fn start(clock: Clock, options: &[&str]) -> Real {
        Real::start_from(&[], clock, options)
    }

    /// As `start`, with these files in the server's folder: names relative to it, and bytes.
    ///
    /// # Panics
    /// If it cannot be started, and if it refuses the files.
    pub fn start_from(files: &[(String, Vec<u8>)], clock: Clock, options: &[&str]) -> Real {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("redis-mastery-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        for (name, bytes) in files {
            let path = folder.join(name);
            let parent = path.parent().expect("it lies in the folder");
            fs::create_dir_all(parent).expect("a temporary folder can be made");
            fs::write(path, bytes).expect("a temporary file can be written");
        }
        let port = free_port();
        let mut command = Command::new(xtask::oracle::find());
        if files.iter().any(|(name, _)| name == CONFIG_FILE) {
            command.arg(folder.join(CONFIG_FILE));
        }
        command.args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
        ]);
        command
            .arg(&folder)
            .args([
                "--enable-debug-command",
                "yes",
                "--enable-protected-configs",
                "yes",
            ])
            .args(options);
        if options.contains(&"--cluster-enabled") {
            // Ten thousand more than the port may be more than there are.
            command.args(["--cluster-port", &free_port().to_string()]);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let frozen = clock == Clock::Ours;
        if frozen {
            write_clock(&folder, Time::WORLD_START);
            command
                .env("LD_PRELOAD", faketime())
                .env("FAKETIME_TIMESTAMP_FILE", folder.join("clock"));
            command
                .env("FAKETIME_NO_CACHE", "1")
                .env("DONT_FAKE_MONOTONIC", "1")
                .env("TZ", "UTC");
        }
        let child = command.spawn().expect("redis-server can be started");
        let hz = options
            .iter()
            .position(|option| *option == "--hz")
            .and_then(|at| options.get(at + 1)?.parse().ok());
        let tick = Duration::from_secs(1) / hz.unwrap_or(10);
        let real = Real {
            child,
            folder,
            port,
            now: Time::WORLD_START,
            frozen,
            tick,
        };
        real.await_start();
        real
    }

    fn await_start(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if let Ok(mut connection) = Connection::open(self.port)
                && connection.call(&["PING"]) == Reply::StatusText("PONG".to_string())
            {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("redis-server did not answer on port {}", self.port);
    }

    pub fn connect(&self) -> Connection {
        Connection::open(self.port).expect("the server accepts connections")
    }

    pub fn now(&self) -> Time {
        self.now
    }

    /// Where the server's files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files in the server's folder and one folder below.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        for path in entries(&self.folder) {
            for path in if path.is_dir() {
                entries(&path)
            } else {
                vec![path]
            } {
                let name = path.strip_prefix(&self.folder).expect("found below it");
                let bytes = fs::read(&path).expect("the server's file can be read");
                found.push((name.display().to_string(), bytes));
            }
        }
        found
    }

    /// Moves the clock and gives the server real time for three of its cron ticks, which a clock of ours does not make.
    pub fn advance(&mut self, by: Duration) {
        assert!(self.frozen, "only a clock that is ours can be moved");
        self.now = self.now.after(by);
        write_clock(&self.folder, self.now);
        thread::sleep(self.tick * 3 + Duration::from_millis(10));
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        // Ended or gone already: either way nothing is left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the server's folder can be listed");
    entries.flatten().map(|entry| entry.path()).collect()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}

fn faketime() -> PathBuf {
    let places = [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
        "/usr/local/lib/faketime/libfaketime.so.1",
    ];
    let found = places.iter().map(Path::new).find(|path| path.exists());
    found.expect("libfaketime is not installed: run cargo xtask test, or install the package libfaketime").to_path_buf()
}

/// The file is replaced, never written in place: the server may read it at any moment.
fn write_clock(folder: &Path, now: Time) {
    // Half a millisecond more: the library keeps the fraction as a float, and rounding must not lose a millisecond.
    let has_fraction = now.micros().rem_euclid(1_000_000) != 0;
    let now = if has_fraction {
        now.after(Duration::from_micros(500))
    } else {
        now
    };
    let (date, micros) = (civil(now.secs()), now.micros().rem_euclid(1_000_000));
    let draft = folder.join("clock.new");
    fs::write(&draft, format!("{date}.{micros:06}\n")).expect("the clock file can be written");
    fs::rename(&draft, folder.join("clock")).expect("the clock file can be replaced");
}

/// `2026-01-01 00:00:00` from seconds since 1970 (Howard Hinnant's days-to-civil, in integers).
fn civil(secs: i64) -> String {
    let (days, second) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) = (
        day_of_year - (153 * shifted + 2) / 5 + 1,
        if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        },
    );
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// A client of a server that speaks RESP.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    pub fn open(port: u16) -> std::io::Result<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream,
            received: Vec::new(),
        })
    }

    pub fn send<W: AsRef<[u8]>>(&mut self, words: &[W]) {
        let mut bytes = Vec::new();
        resp::encode_command(words, &mut bytes);
        self.send_bytes(&bytes);
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) {
        // A server that closed the connection shows in what is received, or in its absence.
        let _ = self.stream.write_all(bytes);
    }

    /// The next reply; none if it does not come in time.
    pub fn receive(&mut self, patience: Duration) -> Option<Reply> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some((reply, used)) = resp::decode_reply(&self.received) {
                self.received.drain(..used);
                return Some(reply);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let read = self
                .stream
                .set_read_timeout(Some(left.max(Duration::from_micros(1))))
                .and_then(|()| self.read_some());
            match read {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    if left.is_zero() {
                        return None;
                    }
                }
                Err(_) => return None,
            }
        }
    }

    /// Whatever has arrived, replies or not.
    pub fn take_bytes(&mut self) -> Vec<u8> {
        let moment = Duration::from_millis(1);
        if self.stream.set_read_timeout(Some(moment)).is_ok() {
            while matches!(self.read_some(), Ok(count) if count > 0) {}
        }
        std::mem::take(&mut self.received)
    }

    /// Whether a whole reply has arrived.
    pub fn has_reply(&mut self) -> bool {
        if self
            .stream
            .set_read_timeout(Some(Duration::from_micros(1)))
            .is_ok()
        {
            // Nothing to read is the usual answer; a closed connection shows when somebody receives.
            let _ = self.read_some();
        }
        resp::decode_reply(&self.received).is_some()
    }

    /// Whether the server has closed the connection, or does within a moment.
    pub fn is_closed(&mut self) -> bool {
        const PATIENCE: Duration = Duration::from_secs(3);
        if self.stream.set_read_timeout(Some(PATIENCE)).is_err() {
            return true;
        }
        loop {
            match self.read_some() {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => {
                    return !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                }
            }
        }
    }

    fn read_some(&mut self) -> std::io::Result<usize> {
        let mut chunk = [0; 64 * 1024];
        let count = self.stream.read(&mut chunk)?;
        self.received.extend_from_slice(&chunk[..count]);
        Ok(count)
    }

    /// Sends and waits for one reply.
    ///
    /// # Panics
    /// If none comes within ten seconds.
    pub fn call<W: AsRef<[u8]>>(&mut self, words: &[W]) -> Reply {
        self.send(words);
        let shown = || {
            words
                .iter()
                .map(|word| String::from_utf8_lossy(word.as_ref()).into_owned())
                .collect::<Vec<_>>()
        };
        self.receive(Duration::from_secs(10))
            .unwrap_or_else(|| panic!("no reply to {:?}", shown()))
    }
}
