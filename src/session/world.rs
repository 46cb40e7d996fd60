//! A world: one server, its clients by name, and a clock that moves only when somebody says so.
//! The same setup and the same log give the same world, reply for reply.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::structures::ordered::{OrderedMap, OrderedSet};

use engine::command::table;
use engine::config::Config;
use engine::disk::Disk;
use engine::render;
use engine::resp;
use engine::scripting::NANOS_PER_STEP;
use engine::words;
use engine::{ClientId, Engine, Event, Reply, Time};
use lesson::Output;
use lesson::transcript::{self, Action, Step};
use messages::{ClientState, LogEntry, Notice, Ran, Setup, Status};
use trace::Exchange;

use crate::blocks;
use crate::fault;
use crate::files;
use crate::shell;
use crate::stepping::Stepping;
use crate::tape::{Replay, Tape};

/// The name of the page's own client in messages and logs.
const OWN: &str = "";

/// A line that repeats a command (`1000 INCR n`) may do so at most so often.
const REPEATS_MAX: usize = 1000;

/// What one client may leave unread before older output is dropped.
const LATE_NOTICES_MAX: usize = 1000;

/// What a script does at a time, so that a worker can listen in between.
pub(crate) const SCRIPT_STEPS: u64 = 1_000_000;

pub struct World {
    pub(crate) engine: Engine,
    began: Time,
    now: Time,
    clients: OrderedMap<String, ClientId>,
    names: OrderedMap<ClientId, String>,
    setup: Setup,
    /// What every new server begins with.
    config: Config,
    /// What was done since the beginning, for the page to store.
    log: Vec<LogEntry>,
    /// Blocks that ran since the last `fresh` one.
    pub(crate) ran: OrderedSet<u32>,
    /// Which `fresh` block began the present server; 0 also stands for none.
    pub(crate) segment: u32,
    late: Vec<Notice>,
    /// Somebody watches: what each command does is kept.
    pub(crate) tape: Option<Box<Tape>>,
    /// Replays of this world for its visualisers.
    pub(crate) replays: Vec<Replay>,
    /// What was worked out last for the transaction timeline.
    pub(crate) orders: Option<std::rc::Rc<views::snapshot::Orders>>,
    /// Counts the resets: a log that began anew is another log.
    pub(crate) resets: u32,
    /// What the shell's redirections wrote.
    pub(crate) files: shell::Files,
    /// What `@script` stands for in the block that runs.
    pub(crate) script: Option<Vec<u8>>,
    /// A block that is run line by line of its script.
    pub(crate) stepping: Option<Box<Stepping>>,
}

impl World {
    pub fn new(setup: Setup) -> World {
        World::with_config(setup, open_config())
    }

    /// A world whose servers begin with this configuration.
    pub fn with_config(setup: Setup, config: Config) -> World {
        let seed = seed_of(&setup.seed);
        World {
            engine: patient(Engine::with_config(seed, Time::WORLD_START, config.clone())),
            config,
            began: Time::WORLD_START,
            now: Time::WORLD_START,
            clients: OrderedMap::new(),
            names: OrderedMap::new(),
            setup,
            log: Vec::new(),
            ran: OrderedSet::new(),
            segment: 0,
            late: Vec::new(),
            script: None,
            stepping: None,
            tape: None,
            replays: Vec::new(),
            orders: None,
            resets: 0,
            files: shell::Files::new(),
        }
    }

    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Does again what the setup's log says; gives how many entries that were. With files, it begins where they were
    /// loaded; without those that it needs, nothing is done, for what came after them would come out otherwise.
    pub fn replay(&mut self, mut files: Vec<Vec<u8>>) -> u32 {
        let mut log = std::mem::take(&mut self.setup.log);
        let is_load = |entry: &LogEntry| matches!(entry, LogEntry::Load { .. });
        if let Some(at) = log.iter().rposition(is_load) {
            log.drain(..at);
        }
        for entry in &log {
            match entry {
                LogEntry::Load { names } => {
                    let loaded = names.iter().cloned().zip(std::mem::take(&mut files));
                    let loaded: Vec<_> = loaded.collect();
                    if loaded.len() < names.len() || files::load(self, loaded).is_err() {
                        return 0;
                    }
                }
                entry => self.repeat(entry),
            }
        }
        self.late.clear();
        log.len() as u32
    }

    /// Does what an entry of a log says. Files are not in it.
    pub(crate) fn repeat(&mut self, entry: &LogEntry) {
        match entry {
            LogEntry::Line { client, line } => drop(self.type_line(client, line)),
            LogEntry::Block { block, text } => drop(blocks::run(self, *block, text.clone())),
            LogEntry::Advance { millis } => self.advance_logged(*millis),
            LogEntry::Load { .. } => {}
        }
    }

    /// Whose connections these are.
    pub(crate) fn names(&self) -> &OrderedMap<ClientId, String> {
        &self.names
    }

    pub(crate) fn entries(&self) -> &[LogEntry] {
        &self.log
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Back to the seed, with an empty log.
    pub fn reset(&mut self) {
        self.fresh_server();
        self.log.clear();
        self.resets += 1;
    }

    /// A new server from the same seed; the log stays, for it says how we came here.
    pub(crate) fn fresh_server(&mut self) {
        self.fresh_server_with(self.config.clone());
    }

    /// The same, but for how it is configured.
    pub(crate) fn fresh_server_with(&mut self, config: Config) {
        let mut engine = Engine::with_config(self.seed(), Time::WORLD_START, config);
        // An empty folder has nothing to refuse; but an append-only file that is configured begins here.
        let _ = engine.start(Disk::default(), Time::WORLD_START);
        self.replace_server(engine, Time::WORLD_START);
    }

    /// Another server, at another time. Nobody is connected to it yet.
    pub(crate) fn replace_server(&mut self, engine: Engine, now: Time) {
        self.engine = patient(engine);
        self.began = now;
        self.now = now;
        self.clients.clear();
        self.names.clear();
        self.ran.clear();
        self.segment = 0;
        self.late.clear();
        self.files.clear();
        self.stepping = None;
    }

    pub(crate) fn log(&mut self, entry: LogEntry) {
        self.log.push(entry);
    }

    /// Outputs for clients that did not ask just now.
    pub(crate) fn take_late(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.late)
    }

    pub(crate) fn seed(&self) -> u64 {
        seed_of(&self.setup.seed)
    }

    /// How often each command has run without an error since the server began; what scripts and the shell called
    /// counts too.
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        let stats = &self.engine.server.stats.commands;
        let calls = table().all().filter_map(|entry| {
            let stats = stats.get(entry.index)?;
            Some((entry.name, stats.calls.saturating_sub(stats.failed)))
        });
        calls.filter(|(_, calls)| *calls > 0).collect()
    }

    /// The bytes of a file in the server's folder.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.engine.server.disk.read(name)
    }

    // --- Lines ----------------------------------------------------------------------------------------------------

    /// A line typed at the console: `+ 45s` lets time pass, anything else is a command.
    pub fn type_line(&mut self, client: &str, line: &str) -> Ran {
        self.log(LogEntry::Line {
            client: client.to_string(),
            line: line.to_string(),
        });
        let (client, action) = match transcript::read_line(line) {
            Ok(transcript::Line::Action(Action::Run {
                client: named,
                text,
            })) => (
                named.unwrap_or_else(|| client.to_string()),
                Action::Run { client: None, text },
            ),
            Ok(transcript::Line::Action(action)) => (client.to_string(), action),
            _ => (
                client.to_string(),
                Action::Run {
                    client: None,
                    text: line.to_string(),
                },
            ),
        };
        self.act(&client, &action, line)
    }

    /// One step of a transcript, judged if a reply was recorded.
    pub(crate) fn step(&mut self, step: &Step) -> Ran {
        let (client, line) = match &step.action {
            Action::Run { client, text } => (client.as_deref().unwrap_or(OWN), text.clone()),
            other => (OWN, other.to_string()),
        };
        let mut ran = self.act(client, &step.action, &line);
        judge(step, &mut ran);
        ran
    }

    /// One step of a block, in which the block's script has a name.
    pub(crate) fn step_of(&mut self, script: Option<&str>, step: &Step) -> Ran {
        self.script = script.map(|script| script.as_bytes().to_vec());
        let ran = self.step(step);
        self.script = None;
        ran
    }

    /// The step whose script was run line by line and is over.
    pub(crate) fn end_step(&mut self, script: Option<&str>, step: &Step, mut ran: Ran) -> Ran {
        let reply = self.clients.get(&ran.client).copied().and_then(|id| {
            let reply = self.take_reply(id)?;
            Some((reply, self.engine.protocol(id)))
        });
        if let Some((reply, protocol)) = reply {
            ran.waits = false;
            ran.error = matches!(reply, Reply::Error(_));
            ran.output = render::render(&reply, protocol)
                .trim_end_matches('\n')
                .to_string();
            self.script = script.map(|script| script.as_bytes().to_vec());
            let words = words::split(ran.line.as_bytes()).unwrap_or_default();
            self.find_fault(&words, &mut ran);
            self.script = None;
        }
        ran.late.extend(self.collect());
        ran.prompt = self.prompt(&ran.client);
        judge(step, &mut ran);
        ran
    }

    /// The whole text of a step, as transcripts write it.
    pub fn play(&mut self, step: &Step) -> String {
        whole_output(&self.step(step))
    }

    fn act(&mut self, client: &str, action: &Action, line: &str) -> Ran {
        match self.tape.take() {
            None => self.act_unseen(client, action, line),
            Some(mut tape) => {
                let ran = tape.record(self, line, |world| world.act_unseen(client, action, line));
                self.tape = Some(tape);
                ran
            }
        }
    }

    fn act_unseen(&mut self, client: &str, action: &Action, line: &str) -> Ran {
        let mut ran = Ran {
            client: client.to_string(),
            line: line.to_string(),
            ..Ran::default()
        };
        match action {
            Action::Run { text, .. } => self.run_command(client, text, &mut ran),
            Action::Wait(duration) => {
                self.advance(duration.as_micros().min(i64::MAX as u128) as i64)
            }
            Action::World(words) => refuse(
                &mut ran,
                &format!("not in this emulator yet: ! {}", words.join(" ")),
            ),
            Action::Shell(text) => {
                let outcome = shell::run(self, text);
                ran.output = outcome.output;
                ran.error = outcome.failed;
            }
        }
        ran.late = self.collect();
        ran.prompt = self.prompt(client);
        ran
    }

    /// Whether a command runs or compiles the script of the block that runs.
    pub(crate) fn concerns_script(&self, words: &[Vec<u8>]) -> bool {
        let Some(script) = &self.script else {
            return false;
        };
        let named = |word: &Vec<u8>| matches!(word.as_slice(), b"@script" | b"@sha");
        words.iter().any(named) || {
            let is_call = words.first().is_some_and(|name| {
                name.eq_ignore_ascii_case(b"fcall") || name.eq_ignore_ascii_case(b"fcall_ro")
            });
            let libraries = &self.engine.server.scripting.libraries;
            let function = words.get(1).and_then(|name| libraries.function(name));
            is_call && function.is_some_and(|(library, _)| library.code == *script)
        }
    }

    fn find_fault(&self, words: &[Vec<u8>], ran: &mut Ran) {
        if ran.error && self.concerns_script(words) {
            ran.fault = fault::of(&ran.output).map(Box::new);
        }
    }

    /// The words that stand for the script of the block that runs.
    fn fill_in_script(&self, words: &mut [Vec<u8>]) {
        let Some(script) = &self.script else {
            return;
        };
        for word in words {
            match word.as_slice() {
                b"@script" => word.clone_from(script),
                b"@sha" => *word = engine::scripting::sum_of(script).into_bytes(),
                _ => {}
            }
        }
    }

    fn run_command(&mut self, client: &str, text: &str, ran: &mut Ran) {
        let Ok(mut words) = words::split(text.as_bytes()) else {
            // redis-cli's own text: the line never reaches the server.
            ran.output = "Invalid argument(s)".to_string();
            ran.error = true;
            return;
        };
        let repeats = take_repeats(&mut words);
        if words.is_empty() {
            return;
        }
        let as_typed = words.clone();
        self.fill_in_script(&mut words);
        let mut outputs = Vec::new();
        for _ in 0..repeats {
            if self.is_blocked(client) {
                refuse(
                    ran,
                    &format!(
                        "this client still waits in {}",
                        self.waits_in(client).unwrap_or_default()
                    ),
                );
                return;
            }
            let (output, error, waits) = self.send(client, &words);
            ran.error |= error;
            ran.waits = waits;
            if !output.is_empty() {
                outputs.push(output);
            }
        }
        ran.output = outputs.join("\n");
        self.find_fault(&as_typed, ran);
    }

    /// Sends words as a client; gives what redis-cli prints, whether it is an error, whether the client waits.
    fn send(&mut self, client: &str, words: &[Vec<u8>]) -> (String, bool, bool) {
        let id = self.client(client);
        // What others send while a script runs is looked at when it has ended or counts as busy.
        while self.go_on_with_script() {}
        let slices: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let reply = self.engine.execute(id, &slices, self.now);
        let reply = self.finish_soon(id, reply);
        if trace::is_on() {
            self.tell_exchange(id, words, &reply);
        }
        let error = matches!(reply, Reply::Error(_));
        let waits = reply == Reply::Later;
        let protocol = self.engine.protocol(id);
        let output = match reply {
            Reply::Later | Reply::Nothing => String::new(),
            reply if render::is_raw(words) => render::render_raw(&reply, protocol),
            reply => render::render(&reply, protocol),
        };
        (output.trim_end_matches('\n').to_string(), error, waits)
    }

    /// The bytes of a command and of its reply.
    #[cold]
    fn tell_exchange(&self, id: ClientId, words: &[Vec<u8>], reply: &Reply) {
        let (mut sent, mut received) = (Vec::new(), Vec::new());
        resp::encode_command(words, &mut sent);
        resp::encode(reply, self.engine.protocol(id), &mut received);
        let (sent_bytes, received_bytes) = (sent.len() as u64, received.len() as u64);
        sent.truncate(Exchange::KEPT_BYTES);
        received.truncate(Exchange::KEPT_BYTES);
        trace::tell(trace::Event::Exchange(Exchange {
            client: trace::Client::of(id.0),
            sent,
            sent_bytes,
            received,
            received_bytes,
            took_nanos: self.engine.took().as_nanos() as u64,
        }));
    }

    /// A script's reply belongs to its line, if it comes within a second of the server's time.
    fn finish_soon(&mut self, id: ClientId, reply: Reply) -> Reply {
        const TURNS: u64 = 1_000_000_000 / (NANOS_PER_STEP * SCRIPT_STEPS);
        if reply != Reply::Later || !self.engine.script_is_running() {
            return reply;
        }
        for _ in 0..TURNS {
            if !self.go_on_with_script() {
                break;
            }
        }
        self.take_reply(id).unwrap_or(Reply::Later)
    }

    /// A reply that came late for a client.
    fn take_reply(&mut self, id: ClientId) -> Option<Reply> {
        let mut events = self.engine.drain();
        let own = |event: &Event| matches!(event, Event::Reply { client, .. } if *client == id);
        let found = events.iter().position(own).map(|at| events.remove(at));
        self.engine.requeue(events);
        match found {
            Some(Event::Reply { reply, .. }) => Some(reply),
            _ => None,
        }
    }

    /// Lets a long script go on for about ten milliseconds. Says whether it wants more; one that counts as busy does
    /// not, it goes on as time passes.
    pub(crate) fn go_on_with_script(&mut self) -> bool {
        self.engine.run_script(SCRIPT_STEPS, self.now)
    }

    /// As `go_on_with_script`; what came of it waits in `take_late`.
    pub(crate) fn work_on(&mut self) -> bool {
        if !self.engine.script_is_running() {
            return false;
        }
        let goes_on = self.go_on_with_script();
        let notices = self.collect();
        self.late.extend(notices);
        goes_on
    }

    fn client(&mut self, name: &str) -> ClientId {
        if let Some(id) = self.clients.get(name) {
            return *id;
        }
        let port = 50_000 + self.clients.len();
        let id = self.engine.connect(&format!("127.0.0.1:{port}"), self.now);
        self.clients.insert(name.to_string(), id);
        self.names.insert(id, name.to_string());
        id
    }

    /// Turns what the engine emitted into texts, in order.
    fn collect(&mut self) -> Vec<Notice> {
        let mut notices = Vec::new();
        for event in self.engine.drain() {
            let (id, reply) = match event {
                Event::Reply { client, reply } | Event::Push { client, reply } => (client, reply),
                Event::Close { client } => {
                    self.close(client);
                    continue;
                }
                // Whoever asked for it by hand sees what a replica would read.
                Event::Stream { client, bytes } => (client, Reply::StatusText(as_text(&bytes))),
                // A world has one server: no master can be reached.
                Event::Dial { .. } | Event::Upstream(_) | Event::HangUp => continue,
                Event::Effect { .. } | Event::Key { .. } | Event::Log(_) => continue,
            };
            let Some(name) = self.names.get(&id) else {
                continue;
            };
            let output = render::render(&reply, self.engine.protocol(id))
                .trim_end_matches('\n')
                .to_string();
            notices.push(Notice {
                world: String::new(),
                client: name.clone(),
                output,
            });
        }
        notices
    }

    /// The server closed the connection; the next line of that name connects anew, as redis-cli does.
    fn close(&mut self, id: ClientId) {
        self.engine.disconnect(id);
        if let Some(name) = self.names.remove(&id) {
            self.clients.remove(&name);
        }
    }

    // --- Time -----------------------------------------------------------------------------------------------------

    pub(crate) fn advance_logged(&mut self, millis: u64) {
        if let Some(mut tape) = self.tape.take() {
            let line = format!(
                "+ {}",
                transcript::print_duration(Duration::from_millis(millis))
            );
            tape.record(self, &line, |world| {
                world.advance_logged(millis);
                Ran {
                    line: line.clone(),
                    ..Ran::default()
                }
            });
            self.tape = Some(tape);
            return;
        }
        self.log(LogEntry::Advance { millis });
        self.advance(
            i64::try_from(millis)
                .unwrap_or(i64::MAX)
                .saturating_mul(1000),
        );
        // Nobody typed a line that could carry these in its answer.
        let notices = self.collect();
        self.late.extend(notices);
        let excess = self.late.len().saturating_sub(LATE_NOTICES_MAX);
        self.late.drain(..excess);
    }

    fn advance(&mut self, micros: i64) {
        // A thousand years are enough: beyond them milliseconds since 1970 would overflow.
        const LATEST: i64 = 1_000 * 365 * 86_400 * 1_000_000;
        self.now = Time(
            self.now
                .0
                .saturating_add(micros)
                .min(Time::WORLD_START.0 + LATEST),
        );
        self.engine.advance(self.now);
        // The clock stands still until the next line, a server's cron does not: it has two ticks, which walk all of a
        // small keyspace, before anybody can type. Recording gives the real server as much.
        self.engine.tick(self.now);
        self.engine.tick(self.now);
    }

    /// Time that passes because a program sleeps.
    pub(crate) fn pass(&mut self, micros: i64) {
        if micros > 0 {
            self.advance(micros);
        }
    }

    pub(crate) fn now(&self) -> Time {
        self.now
    }

    // --- What the page shows --------------------------------------------------------------------------------------

    fn is_blocked(&self, name: &str) -> bool {
        self.waits_in(name).is_some()
    }

    fn waits_in(&self, name: &str) -> Option<String> {
        let id = *self.clients.get(name)?;
        let client = self.engine.server.clients.get(id)?;
        let script = self.engine.server.scripting.parked.get();
        let script = script.filter(|running| running.client == id);
        let words = match (script, client.blocked.as_ref()) {
            (Some(running), _) => &running.words,
            (None, Some(blocked)) => &blocked.words,
            (None, None) => return None,
        };
        let shown = words
            .iter()
            .map(|word| shown_word(word))
            .collect::<Vec<_>>();
        Some(shown.join(" "))
    }

    /// The database that the page's own client has selected.
    pub(crate) fn own_db(&self) -> usize {
        let own = self
            .clients
            .get(OWN)
            .and_then(|id| self.engine.server.clients.get(*id));
        own.map_or(0, |client| client.db)
    }

    fn prompt(&self, name: &str) -> String {
        let Some(client) = self
            .clients
            .get(name)
            .and_then(|id| self.engine.server.clients.get(*id))
        else {
            return "127.0.0.1:6379> ".to_string();
        };
        let db = if client.db == 0 {
            String::new()
        } else {
            format!("[{}]", client.db)
        };
        let mode = match (&client.transaction, client.is_subscriber()) {
            (Some(_), _) => "(TX)",
            (None, true) => "(subscribed mode)",
            (None, false) => "",
        };
        format!("127.0.0.1:6379{db}{mode}> ")
    }

    pub fn status(&mut self) -> Status {
        let db = self.own_db();
        let clients = self.clients.iter().filter_map(|(name, id)| {
            let client = self.engine.server.clients.get(*id)?;
            Some(ClientState {
                name: name.clone(),
                db: client.db as u32,
                prompt: self.prompt(name),
                waits_in: self.waits_in(name),
                subscriptions: client.subscriptions() as u32,
                in_transaction: client.transaction.is_some(),
            })
        });
        Status {
            keys: self.engine.keys.dbs[db].keys.len() as u64,
            memory_bytes: engine::memory::used(&self.engine.keys, &self.engine.server.clients)
                as u64,
            elapsed_millis: self.now.0.saturating_sub(self.began.0) as u64 / 1000,
            clock_millis: self.now.millis(),
            clients: clients.collect(),
            log_entries: self.log.len() as u32,
        }
    }
}

/// Compares what a step printed with what was recorded, if anything was.
fn judge(step: &Step, ran: &mut Ran) {
    if step.reply.is_empty() {
        return;
    }
    let holds = step.compare(&whole_output(ran)).is_ok();
    ran.as_recorded = Some(holds);
    if !holds {
        let recorded: Vec<String> = step.reply.iter().map(Output::to_string).collect();
        ran.recorded = recorded.join("\n");
    }
}

/// An engine whose scripts come back soon, finished or not.
fn patient(mut engine: Engine) -> Engine {
    engine.server.scripting.patience = Some(Duration::from_nanos(SCRIPT_STEPS * NANOS_PER_STEP));
    engine
}

/// Nothing here can be harmed, so a reader may look inside with DEBUG.
pub(crate) fn open_config() -> Config {
    Config::starting_with(&[("enable-debug-command", "yes")]).expect("a parameter and its value")
}

/// The whole text of a step: its own output, then what it caused for others, line by line as transcripts write it.
pub(crate) fn whole_output(ran: &Ran) -> String {
    let mut lines: Vec<String> = Vec::new();
    if !ran.output.is_empty() {
        lines.push(ran.output.clone());
    }
    for notice in &ran.late {
        for line in notice.output.split('\n') {
            lines.push(format!("{}< {line}", notice.client));
        }
    }
    lines.join("\n")
}

fn refuse(ran: &mut Ran, why: &str) {
    ran.output = format!("(error) ERR {why}");
    ran.error = true;
}

pub(crate) fn shown_word(word: &[u8]) -> String {
    if words::needs_quotes(word) {
        words::quote(word)
    } else {
        String::from_utf8_lossy(word).into_owned()
    }
}

/// redis-cli repeats a command that follows a number: `5 INCR n`.
pub(crate) fn take_repeats(words: &mut Vec<Vec<u8>>) -> usize {
    let number = words
        .first()
        .and_then(|word| std::str::from_utf8(word).ok()?.parse::<usize>().ok());
    match number {
        Some(count) if words.len() > 1 => {
            words.remove(0);
            count.min(REPEATS_MAX)
        }
        _ => 1,
    }
}

/// FNV-1a: spreads the page's name over 64 bits, the same everywhere.
fn seed_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A stream of bytes for the terminal: its lines, and what cannot be printed by its number. Of a large snapshot only the
/// beginning.
fn as_text(bytes: &[u8]) -> String {
    const SHOWN: usize = 4096;
    let shown = &bytes[..bytes.len().min(SHOWN)];
    let text = shown.escape_ascii().to_string().replace("\\r\\n", "\n");
    match bytes.len() - shown.len() {
        0 => text,
        more => format!("{text}... ({more} more bytes)"),
    }
}
