//! redis-cli: a connection of its own for each run, and what is printed.

use engine::resp::{Limits, Parser, Protocol};
use engine::{ClientId, Reply, words};

use super::options::{Mode, Options, VERSION};
use super::print::{self, Form};
use super::{Streams, World, survey};
use crate::world::take_repeats;

/// How many commands one line of the shell may send.
const COMMANDS_MAX: usize = 200_000;

/// Commands after which redis-cli prints what comes until somebody presses Ctrl-C.
const ENDLESS: &[&str] = &[
    "MONITOR",
    "PSUBSCRIBE",
    "PSYNC",
    "SSUBSCRIBE",
    "SUBSCRIBE",
    "SYNC",
];

pub(super) struct Connection<'w> {
    pub world: &'w mut World,
    id: ClientId,
    sent: usize,
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.world.engine.disconnect(self.id);
    }
}

/// Whether it succeeded.
pub(super) fn run(
    world: &mut World,
    arguments: &[Vec<u8>],
    input: Option<Vec<u8>>,
    streams: &mut Streams,
) -> bool {
    let (options, taken) = match Options::read(arguments) {
        Ok(read) => read,
        Err(why) => {
            streams.complain(&why);
            return false;
        }
    };
    if options.mode == Mode::Version {
        streams.out(format!("{VERSION}\n").as_bytes());
        return true;
    }
    if options.password.is_some() && options.warns {
        streams.complain(
            "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.",
        );
    }
    if options.port != "6379" {
        let port = &options.port;
        streams.complain(&format!(
            "Could not connect to Redis at 127.0.0.1:{port}: Connection refused"
        ));
        return false;
    }
    let mut connection = Connection::open(world);
    connection.greet(&options, streams);
    let command = arguments[taken..].to_vec();
    match &options.mode {
        Mode::Command if command.is_empty() => connection.run_lines(&options, input, streams),
        Mode::Command => connection.run_command(&options, command, input, streams),
        Mode::Pipe => connection.run_pipe(input, streams),
        Mode::Script { file } => connection.run_script(&options, file, command, streams),
        mode => survey::run(&mut connection, mode, &options, streams),
    }
}

impl<'w> Connection<'w> {
    fn open(world: &'w mut World) -> Connection<'w> {
        let now = world.now();
        let id = world.engine.connect("127.0.0.1:60000", now);
        Connection { world, id, sent: 0 }
    }

    /// Logs in, selects, and chooses the protocol, as far as the options ask for it.
    fn greet(&mut self, options: &Options, streams: &mut Streams) {
        if let Some(password) = &options.password {
            let mut words = vec!["AUTH"];
            words.extend(options.user.as_deref());
            words.push(password);
            if let Some(Reply::Error(error)) = self.send_texts(&words) {
                streams.complain(&format!("AUTH failed: {error}"));
            }
        }
        if options.database != 0 {
            let database = options.database.to_string();
            if let Some(Reply::Error(error)) = self.send_texts(&["SELECT", &database]) {
                streams.complain(&format!("SELECT {database} failed: {error}"));
            }
        }
        if options.resp3 == Some(true)
            && let Some(Reply::Error(error)) = self.send_texts(&["HELLO", "3"])
        {
            streams.complain(&format!("HELLO 3 failed: {error}"));
        }
    }

    pub fn send_texts(&mut self, texts: &[&str]) -> Option<Reply> {
        let words: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        self.send(&words)
    }

    /// The reply; `None` if it does not come at once.
    pub fn send(&mut self, words: &[Vec<u8>]) -> Option<Reply> {
        self.sent += 1;
        if self.sent > COMMANDS_MAX {
            return None;
        }
        let slices: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let now = self.world.now();
        match self.world.engine.execute(self.id, &slices, now) {
            Reply::Later => None,
            reply => Some(reply),
        }
    }

    fn protocol(&self) -> Protocol {
        self.world.engine.protocol(self.id)
    }

    // --- Commands -------------------------------------------------------------------------------------------------

    fn run_command(
        &mut self,
        options: &Options,
        mut command: Vec<Vec<u8>>,
        input: Option<Vec<u8>>,
        streams: &mut Streams,
    ) -> bool {
        if options.last_from_input || options.tag.is_some() {
            let Some(input) = input else {
                streams.complain(
                    "redis-cli -x: not in this emulator: it would wait for what you type; pipe it in",
                );
                return false;
            };
            match &options.tag {
                None => command.push(input),
                Some(tag) => match command.iter_mut().find(|word| *word == tag.as_bytes()) {
                    Some(word) => *word = input,
                    None => {
                        streams.complain("Using -X option but stdin tag not match.");
                        return false;
                    }
                },
            }
        }
        if options.repeats < 0 {
            streams.complain("redis-cli -r -1: not in this emulator: it runs until Ctrl-C");
            return false;
        }
        for _ in 0..options.repeats {
            let succeeded = self.print_reply(options, &command, streams);
            if succeeded.is_none() || (succeeded == Some(false) && options.fails_on_error) {
                return false;
            }
            self.world.pass(options.interval_micros);
        }
        true
    }

    /// Sends and prints; whether the reply was no error. `None`: redis-cli would stand and wait.
    fn print_reply(
        &mut self,
        options: &Options,
        command: &[Vec<u8>],
        streams: &mut Streams,
    ) -> Option<bool> {
        let name = command
            .first()
            .map(|word| String::from_utf8_lossy(word).to_ascii_uppercase())?;
        if ENDLESS.contains(&name.as_str()) {
            streams.complain(&format!(
                "redis-cli {name}: not in this emulator's shell: it prints until Ctrl-C; type `ada> {name} …` instead"
            ));
            return None;
        }
        let Some(reply) = self.send(command) else {
            let why = match self.sent > COMMANDS_MAX {
                true => "a line may send 200,000 commands".to_string(),
                false => format!("{name} waits for somebody else; type `ada> {name} …` instead"),
            };
            streams.complain(&format!("redis-cli: not in this emulator's shell: {why}"));
            return None;
        };
        if options.fails_on_error
            && let Reply::Error(error) = &reply
        {
            streams.complain(&error.to_string());
            return Some(false);
        }
        let form = match options.form {
            Some(form) => form,
            None if streams.is_terminal() => Form::Standard,
            None => Form::Raw,
        };
        let mut text = print::reply(&reply, command, self.protocol(), form);
        if form == Form::Raw && options.ending != "\n" && text.pop().is_some() {
            text.extend_from_slice(options.ending.as_bytes());
        }
        streams.out(&text);
        Some(!matches!(reply, Reply::Error(_)))
    }

    /// Commands from a pipe or a file, a line each.
    fn run_lines(
        &mut self,
        options: &Options,
        input: Option<Vec<u8>>,
        streams: &mut Streams,
    ) -> bool {
        let Some(input) = input else {
            streams.complain(
                "redis-cli: not in this emulator: without a command it waits for lines; this page's console is that",
            );
            return false;
        };
        // `-e` is for one command.
        let options = Options {
            fails_on_error: false,
            ..options.clone()
        };
        for line in input.split(|byte| *byte == b'\n') {
            let Ok(mut command) = words::split(line) else {
                streams.out(b"Invalid argument(s)\n");
                continue;
            };
            let repeats = take_repeats(&mut command);
            match command.first().map(|word| word.to_ascii_lowercase()) {
                None => continue,
                Some(word) if word == b"quit" || word == b"exit" => return true,
                Some(_) => {}
            }
            for _ in 0..repeats {
                if self.print_reply(&options, &command, streams).is_none() {
                    return false;
                }
            }
        }
        true
    }

    /// `--pipe`: requests as they go over the network, or lines.
    fn run_pipe(&mut self, input: Option<Vec<u8>>, streams: &mut Streams) -> bool {
        let Some(input) = input else {
            streams.complain("redis-cli --pipe: not in this emulator: it would wait for what you type; pipe it in");
            return false;
        };
        let mut parser = Parser::new(Limits::default());
        parser.feed(&input);
        let (mut replies, mut errors) = (0, Vec::new());
        loop {
            let words = match parser.next_command() {
                Ok(Some(request)) => request.to_vec(),
                Ok(None) => break,
                Err(_) => {
                    streams.complain(
                        "redis-cli --pipe: not in this emulator: what follows a broken request",
                    );
                    return false;
                }
            };
            if words.is_empty() {
                continue;
            }
            let Some(reply) = self.send(&words) else {
                streams.complain("redis-cli --pipe: not in this emulator: a command that waits");
                return false;
            };
            replies += 1;
            if let Reply::Error(error) = reply {
                errors.push(error.to_string());
            }
        }
        streams.out(b"All data transferred. Waiting for the last reply...\n");
        for error in &errors {
            streams.complain(error);
        }
        let count = errors.len();
        streams.out(
            format!("Last reply received from server.\nerrors: {count}, replies: {replies}\n")
                .as_bytes(),
        );
        errors.is_empty()
    }

    /// `--eval file key … , argument …`
    fn run_script(
        &mut self,
        options: &Options,
        file: &str,
        words: Vec<Vec<u8>>,
        streams: &mut Streams,
    ) -> bool {
        let Some(script) = self.world.files.get(file).cloned() else {
            streams.complain(&format!(
                "Can't open file '{file}': No such file or directory"
            ));
            return false;
        };
        let comma = words.iter().position(|word| word == b",");
        let keys = comma.unwrap_or(words.len());
        let mut command = vec![b"EVAL".to_vec(), script, keys.to_string().into_bytes()];
        command.extend(words.into_iter().filter(|word| word != b","));
        self.print_reply(options, &command, streams)
            .unwrap_or(false)
    }
}
