//! The words before redis-cli's command, as redis-cli 7.0.15 reads them.

use super::print::Form;

/// What `redis-cli --version` says here, and whose behavior is followed.
pub const VERSION: &str = "redis-cli 7.0.15";

/// What to do besides running a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Mode {
    Command,
    Scan,
    /// By elements, or by the bytes that MEMORY USAGE counts with so many samples.
    BigKeys,
    MemoryKeys {
        samples: Option<String>,
    },
    HotKeys,
    Stat,
    Pipe,
    Script {
        file: String,
    },
    Version,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    pub mode: Mode,
    pub port: String,
    pub database: i64,
    pub user: Option<String>,
    pub password: Option<String>,
    /// `-a` warns about passwords in command lines.
    pub warns: bool,
    pub resp3: Option<bool>,
    pub form: Option<Form>,
    /// `-D`: what ends a raw reply.
    pub ending: String,
    pub repeats: i64,
    pub interval_micros: i64,
    /// `-x`: the last word comes from the input.
    pub last_from_input: bool,
    /// `-X tag`: the word that is this tag comes from the input.
    pub tag: Option<String>,
    pub pattern: Option<String>,
    /// `-e`: an error reply is a failure of the program.
    pub fails_on_error: bool,
}

/// Modes and options that need what a page does not have, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("--latency", "it measures a network, and here is none"),
    (
        "--latency-history",
        "it measures a network, and here is none",
    ),
    ("--latency-dist", "it measures a network, and here is none"),
    (
        "--intrinsic-latency",
        "it measures the machine's own pauses",
    ),
    ("--lru-test", "it loads a server for minutes"),
    (
        "--rdb",
        "it writes to your disk; BGSAVE and the page's files give the same dump",
    ),
    ("--functions-rdb", "it writes to your disk"),
    ("--replica", "it listens until Ctrl-C"),
    ("--slave", "it listens until Ctrl-C"),
    ("--cluster", "this page's server is no cluster"),
    ("--tls", "here is no network to protect"),
    ("--askpass", "nobody can be asked in a block"),
    ("--ldb", "it debugs a script line by line"),
    ("--ldb-sync-mode", "it debugs a script line by line"),
    ("--help", "lesson 6 lists what there is"),
    ("-u", "give host and port by -h and -p"),
    ("-s", "here are no Unix sockets"),
    ("-d", "between elements stands a line break"),
    (
        "--quoted-input",
        "write the bytes in a line of commands, which is read with quotes",
    ),
    ("--quoted-pattern", "patterns are taken as they are"),
    ("--quoted-json", "only --json is emulated"),
];

impl Options {
    fn new() -> Options {
        Options {
            mode: Mode::Command,
            port: "6379".to_string(),
            database: 0,
            user: None,
            password: None,
            warns: true,
            resp3: None,
            form: None,
            ending: "\n".to_string(),
            repeats: 1,
            interval_micros: 0,
            last_from_input: false,
            tag: None,
            pattern: None,
            fails_on_error: false,
        }
    }

    /// The options and how many words they took; in the error, what is printed instead.
    pub fn read(arguments: &[Vec<u8>]) -> Result<(Options, usize), String> {
        let mut options = Options::new();
        let mut at = 0;
        while let Some(word) = arguments.get(at) {
            let Ok(word) = std::str::from_utf8(word) else {
                break;
            };
            if !word.starts_with('-') {
                break;
            }
            let value = arguments
                .get(at + 1)
                .map(|value| String::from_utf8_lossy(value).into_owned());
            let taken = match options.flag(word) {
                true => 1,
                false => {
                    options.with_value(word, value)?;
                    2
                }
            };
            at += taken;
        }
        Ok((options, at))
    }

    /// An option that stands alone.
    fn flag(&mut self, word: &str) -> bool {
        match word {
            "--raw" => self.form = Some(Form::Raw),
            "--no-raw" => self.form = Some(Form::Standard),
            "--csv" => self.form = Some(Form::Csv),
            "--json" => {
                self.form = Some(Form::Json);
                self.resp3.get_or_insert(true);
            }
            "-2" => self.resp3 = Some(false),
            "-3" => self.resp3 = Some(true),
            "-x" => self.last_from_input = true,
            "-e" => self.fails_on_error = true,
            // Following MOVED changes nothing where no server says it.
            "-c" | "--verbose" => {}
            "--no-auth-warning" => self.warns = false,
            "--scan" => self.mode = Mode::Scan,
            "--bigkeys" => self.mode = Mode::BigKeys,
            "--memkeys" => self.mode = Mode::MemoryKeys { samples: None },
            "--hotkeys" => self.mode = Mode::HotKeys,
            "--stat" => self.mode = Mode::Stat,
            "--pipe" => self.mode = Mode::Pipe,
            "-v" | "--version" => self.mode = Mode::Version,
            _ => return false,
        }
        true
    }

    fn with_value(&mut self, word: &str, value: Option<String>) -> Result<(), String> {
        if let Some((_, why)) = ELSEWHERE.iter().find(|(name, _)| *name == word) {
            return Err(format!("redis-cli {word}: not in this emulator: {why}"));
        }
        let Some(value) = value else {
            return Err(unknown(word));
        };
        match word {
            "-h" if value == "127.0.0.1" || value == "localhost" => {}
            "-h" => {
                return Err(format!(
                    "redis-cli -h {value}: not in this emulator: its only server is 127.0.0.1"
                ));
            }
            "-p" => self.port = value,
            "-D" => self.ending = value,
            "-n" => self.database = leading_number(&value),
            "-r" => self.repeats = leading_number(&value),
            "-i" => {
                let seconds: f64 = value.parse().unwrap_or(0.0);
                self.interval_micros = (seconds.clamp(0.0, 1e9) * 1e6) as i64;
            }
            "-a" | "--pass" => self.password = Some(value),
            "--user" => self.user = Some(value),
            "-X" => self.tag = Some(value),
            "--pattern" => self.pattern = Some(value),
            "--memkeys-samples" => {
                self.mode = Mode::MemoryKeys {
                    samples: Some(value),
                };
            }
            "--eval" => self.mode = Mode::Script { file: value },
            word => return Err(unknown(word)),
        }
        Ok(())
    }
}

fn unknown(word: &str) -> String {
    format!("Unrecognized option or bad number of args for: '{word}'")
}

/// As C's `atoi`: the digits at the beginning, else 0.
fn leading_number(text: &str) -> i64 {
    let text = text.trim_start();
    let sign = usize::from(text.starts_with('-'));
    let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    text[..sign + digits].parse().unwrap_or(0)
}
