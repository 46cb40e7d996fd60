//! Transcripts, replayed step by step on the engine (as the page does it) or on the real server.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use engine::config::Config;
use engine::render;
use engine::resp::Protocol;
use engine::{Reply, words};
use lesson::{Action, Content, Page, Step};
use messages::Setup;
use session::World;

use crate::real::{Clock, Connection, Real};
use crate::shell::Shell;

/// Something that runs the steps of a transcript one after the other.
pub trait Player {
    /// What redis-cli would print for the step: its own output, then that of others, each line led by `name< `.
    fn play(&mut self, step: &Step) -> String;

    /// Whether it can run lines of the shell.
    fn has_shell(&self) -> bool;

    /// Another server, as new, with these parameters besides those that every test has.
    fn begin(&mut self, settings: &[(&str, &str)]);
}

/// Plays the transcripts of a page from top to bottom. A block marked `fresh` begins a new server; so does a block of
/// redis.conf, with what it says.
pub fn play_blocks<P: Player>(page: &Page, player: &mut P, each: &mut dyn FnMut(&mut P, &[Step])) {
    for block in &page.blocks {
        match &block.content {
            Content::Conf { text } => {
                let lines = text
                    .lines()
                    .map(str::trim)
                    .filter(|line| !line.starts_with('#'));
                let settings = lines.filter_map(|line| line.split_once(' '));
                player.begin(&settings.collect::<Vec<_>>());
            }
            Content::Shell { host: false, steps } if player.has_shell() => each(player, steps),
            Content::Redis { fresh, steps } => {
                if *fresh {
                    player.begin(&[]);
                }
                each(player, steps);
            }
            Content::Lua { source, steps } => each(player, &with_script(source, steps)),
            _ => {}
        }
    }
}

/// The steps below a script, with the script for `@script` and its digest for `@sha`.
fn with_script(source: &str, steps: &[Step]) -> Vec<Step> {
    let script = source.trim_end();
    let quoted = script
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    let sha = sha1_smol::Sha1::from(script).digest().to_string();
    let mut steps = steps.to_vec();
    for step in &mut steps {
        if let Action::Run { text, .. } = &mut step.action {
            *text = text
                .replace("@script", &format!("\"{quoted}\""))
                .replace("@sha", &sha);
        }
    }
    steps
}

/// The engine, in a world as the page makes it.
pub struct Emulated {
    seed: String,
    world: World,
}

impl Emulated {
    pub fn new(seed: &str) -> Emulated {
        Emulated {
            seed: seed.to_string(),
            world: world(seed, &[]),
        }
    }

    /// How often each command has run without an error since its server began.
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        self.world.calls()
    }
}

impl Player for Emulated {
    fn play(&mut self, step: &Step) -> String {
        self.world.play(step)
    }

    fn has_shell(&self) -> bool {
        true
    }

    fn begin(&mut self, settings: &[(&str, &str)]) {
        self.world = world(&self.seed, settings);
    }
}

fn world(seed: &str, settings: &[(&str, &str)]) -> World {
    let all = [&[("enable-debug-command", "yes")], settings].concat();
    let config = Config::starting_with(&all).unwrap_or_else(|problem| panic!("{problem}"));
    let setup = Setup {
        seed: seed.to_string(),
        ..Setup::default()
    };
    World::with_config(setup, config)
}

/// The real server with one connection for each client of the transcript.
pub struct Recorded {
    real: Real,
    admin: Connection,
    clients: BTreeMap<String, Client>,
    shell: Shell,
}

struct Client {
    connection: Connection,
    id: i64,
    protocol: Protocol,
    waits: bool,
    silence: Silence,
}

impl Recorded {
    pub fn start() -> Recorded {
        Recorded::start_with(&[])
    }

    fn start_with(options: &[&str]) -> Recorded {
        let real = Real::start(Clock::Ours, options);
        let admin = real.connect();
        let shell = Shell::for_server(real.port);
        Recorded {
            real,
            admin,
            clients: BTreeMap::new(),
            shell,
        }
    }

    fn run(&mut self, name: &str, text: &str) -> String {
        let Ok(words) = words::split(text.as_bytes()) else {
            return "Invalid argument(s)".to_string();
        };
        if !self.clients.contains_key(name) {
            let mut connection = self.real.connect();
            let id = match connection.call(&["CLIENT", "ID"]) {
                Reply::Int(id) => id,
                // It has to log in first; it is the last that came.
                _ => self.newest_client(),
            };
            let client = Client {
                connection,
                id,
                protocol: Protocol::Resp2,
                waits: false,
                silence: Silence::None,
            };
            self.clients.insert(name.to_string(), client);
        }
        let client = self.clients.get_mut(name).expect("just made");
        assert!(!client.waits, "{name} still waits and cannot run {text}");
        if words.len() > 1 && words[0].eq_ignore_ascii_case(b"hello") && words[1] == b"3" {
            client.protocol = Protocol::Resp3;
        }
        client.connection.send(&words);
        let silent = client.silence.covers(&words);
        let mut own = self.replies(name, &words, silent);
        own.extend(self.others(name));
        own.join("\n")
    }

    fn newest_client(&mut self) -> i64 {
        let Reply::Bulk(lines) = self.admin.call(&["CLIENT", "LIST"]) else {
            panic!("the first connection may list the others")
        };
        let lines = String::from_utf8_lossy(&lines).into_owned();
        let ids = lines.lines().filter_map(|line| {
            let id = line.strip_prefix("id=")?.split(' ').next()?;
            id.parse().ok()
        });
        ids.max().expect("at least the first connection is listed")
    }

    /// The replies to what was just sent; none if the client waits now. Nothing comes to a client that asked for
    /// silence, so it is not waited for as long.
    fn replies(&mut self, name: &str, words: &[Vec<u8>], silent: bool) -> Vec<String> {
        let tries = if silent { 50 } else { 2000 };
        for _ in 0..tries {
            self.barrier();
            let replies = self.available(name);
            if !replies.is_empty() {
                let protocol = self.clients[name].protocol;
                let raw = render::is_raw(words);
                let texts = replies.iter().map(|reply| match raw {
                    true => render::render_raw(reply, protocol),
                    false => render::render(reply, protocol),
                });
                return texts
                    .map(|text| text.trim_end_matches('\n').to_string())
                    .collect();
            }
            // FLUSHALL blocks its client for the moment that the flush takes; only who stays blocked waits.
            let waits = (0..3).all(|_| {
                let blocked = self.is_blocked(name);
                thread::sleep(Duration::from_millis(2 * u64::from(blocked)));
                blocked
            });
            if waits && self.available_now(name) {
                continue;
            }
            if waits {
                self.clients.get_mut(name).expect("it runs a command").waits = true;
                return Vec::new();
            }
            thread::sleep(Duration::from_micros(500));
        }
        Vec::new()
    }

    /// Whether something for a client has arrived meanwhile.
    fn available_now(&mut self, name: &str) -> bool {
        self.clients
            .get_mut(name)
            .expect("a client of the transcript")
            .connection
            .has_reply()
    }

    /// Everything that a client has received so far.
    fn available(&mut self, name: &str) -> Vec<Reply> {
        let client = self
            .clients
            .get_mut(name)
            .expect("a client of the transcript");
        std::iter::from_fn(|| client.connection.receive(Duration::ZERO)).collect()
    }

    /// A round trip on a connection of its own: what the server wrote before it has arrived after it.
    fn barrier(&mut self) {
        self.admin.call(&["PING"]);
        self.admin.call(&["PING"]);
    }

    fn is_blocked(&mut self, name: &str) -> bool {
        let id = self.clients[name].id.to_string();
        let Reply::Bulk(line) = self.admin.call(&["CLIENT", "LIST", "ID", &id]) else {
            return false;
        };
        let line = String::from_utf8_lossy(&line).into_owned();
        let flags = line
            .split(' ')
            .find_map(|field| field.strip_prefix("flags="));
        flags.is_some_and(|flags| flags.contains('b'))
    }

    /// What other clients received because of the step.
    fn others(&mut self, but: &str) -> Vec<String> {
        self.barrier();
        let names: Vec<String> = self.clients.keys().cloned().collect();
        let mut lines = Vec::new();
        for name in names {
            if name == but {
                continue;
            }
            for reply in self.available(&name) {
                let client = self.clients.get_mut(&name).expect("listed");
                client.waits = false;
                let text = render::render(&reply, client.protocol);
                lines.extend(
                    text.trim_end_matches('\n')
                        .split('\n')
                        .map(|line| format!("{name}< {line}")),
                );
            }
        }
        lines
    }
}

impl Player for Recorded {
    fn begin(&mut self, settings: &[(&str, &str)]) {
        let names: Vec<String> = settings
            .iter()
            .map(|(name, _)| format!("--{name}"))
            .collect();
        let texts = settings.iter().map(|(_, text)| *text);
        let options: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .zip(texts)
            .flat_map(|(name, text)| [name, text])
            .collect();
        *self = Recorded::start_with(&options);
    }

    fn play(&mut self, step: &Step) -> String {
        match &step.action {
            Action::Run { client, text } => self.run(client.as_deref().unwrap_or(""), text),
            Action::Wait(duration) => {
                self.real.advance(*duration);
                // No client acts, so nobody is left out.
                self.others("\u{0}").join("\n")
            }
            Action::World(words) => panic!("the real server cannot play `! {}`", words.join(" ")),
            Action::Shell(text) => {
                let output = self.shell.run(text);
                let others = self.others("\u{0}");
                let mut lines = Vec::from_iter((!output.is_empty()).then_some(output));
                lines.extend(others);
                lines.join("\n")
            }
        }
    }

    fn has_shell(&self) -> bool {
        Shell::runs_here()
    }
}

/// Which replies CLIENT REPLY has taken away.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Silence {
    None,
    /// The next one only.
    Once,
    Lasting,
}

impl Silence {
    /// Whether this command is answered with nothing, and what holds for the next one.
    fn covers(&mut self, words: &[Vec<u8>]) -> bool {
        let word = |at: usize| words.get(at).map(|word| word.to_ascii_lowercase());
        let is_reply =
            (word(0).as_deref(), word(1).as_deref()) == (Some(b"client"), Some(b"reply"));
        let next = match word(2).as_deref() {
            Some(b"off") if is_reply => Silence::Lasting,
            Some(b"skip") if is_reply => Silence::Once,
            Some(b"on") if is_reply => Silence::None,
            _ if *self == Silence::Lasting => Silence::Lasting,
            _ => Silence::None,
        };
        let answered_now = next == Silence::None && (is_reply || *self == Silence::None);
        *self = next;
        !answered_now
    }
}
