//! What the server is started with: words as redis-server takes them, and its configuration files.
//!
//!     server redis.conf --port 6400 --requirepass x --maxmemory 10mb --save ''
//!
//! Errors are in redis-server's words. What only a process of its own kind has (`daemonize`, `loadmodule` …) is told
//! and passed over.

use std::fs;
use std::path::Path;

use engine::acl::Users;
use engine::config::{Config, Refusal, parameters};
use engine::words;

use crate::folder::Folder;

/// How deep configuration files may include one another.
const INCLUDES_MAX: usize = 16;

#[derive(Debug)]
pub struct Options {
    pub bind: String,
    pub port: u16,
    pub seed: u64,
    pub config: Config,
    pub users: Users,
    /// There were `user` directives.
    pub declares_users: bool,
    /// The full name of the configuration file, or nothing.
    pub config_file: String,
    /// Where files are kept: what `dir` says, or the working directory if a file was asked for; otherwise they exist
    /// only inside the engine.
    pub folder: Option<Folder>,
    /// What was asked for and is not done.
    pub warnings: Vec<String>,
}

/// Why the server does not start.
#[derive(Debug, PartialEq)]
pub enum Problem {
    /// Told and done with: `--version`.
    Answer(String),
    /// The whole text, for the error output.
    Fatal(String),
}

/// Directives that make no sense here and harm nobody.
const PASSED_OVER: &[&str] = &[
    "bind-source-addr",
    "daemonize",
    "logfile",
    "loglevel",
    "pidfile",
    "protected-mode",
    "supervised",
    "tcp-backlog",
    "always-show-logo",
    "set-proc-title",
    "proc-title-template",
];

impl Options {
    /// `words` are the command line without the program's name.
    pub fn read(words: &[String]) -> Result<Options, Problem> {
        let mut options = Options {
            bind: "127.0.0.1".to_string(),
            port: 6379,
            seed: 0,
            // A server for tests: DEBUG belongs to it, unless it is told otherwise.
            config: Config::starting_with(&[("enable-debug-command", "yes")])
                .expect("a parameter and its value"),
            users: Users::default(),
            declares_users: false,
            config_file: String::new(),
            folder: None,
            warnings: Vec::new(),
        };
        match words.first().map(String::as_str) {
            Some("-v" | "--version") => {
                let text = format!("Redis server v={} (emulated)", engine::server::VERSION);
                return Err(Problem::Answer(text));
            }
            Some("-h" | "--help") => return Err(Problem::Answer(USAGE.to_string())),
            _ => {}
        }
        let is_file = |word: &&String| !word.starts_with('-');
        let (text, rest) = match words.first().filter(is_file) {
            Some(path) => {
                let text = read_file(path)?;
                options.config_file = full_name(Path::new(path));
                (text, &words[1..])
            }
            None => (String::new(), words),
        };
        options.take_text(&(text + &directives(rest)), 0)?;
        let is_alone = options.config_file.is_empty() && options.config.text("aclfile").is_empty();
        if !is_alone && options.folder.is_none() {
            options.enter(".").map_err(Wrong::fatal)?;
        }
        let password = options.config.requirepass.clone();
        if !password.is_empty() {
            options.users.set_default_password(&password);
        }
        Ok(options)
    }

    fn take_text(&mut self, text: &str, depth: usize) -> Result<(), Problem> {
        for (at, line) in text.lines().enumerate() {
            let line = line.trim_matches([' ', '\t', '\r', '\n']);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fail = |why: &str| {
                let (version, number) = (engine::server::VERSION, at + 1);
                Problem::Fatal(format!(
                    "\n*** FATAL CONFIG FILE ERROR (Redis {version}) ***\nReading the configuration file, at line \
                     {number}\n>>> '{line}'\n{why}"
                ))
            };
            let Ok(split) = words::split(line.as_bytes()) else {
                return Err(fail("Unbalanced quotes in configuration line"));
            };
            let Some((name, values)) = split.split_first() else {
                continue;
            };
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
            match (name.as_str(), values.as_slice()) {
                ("include", [path]) if depth < INCLUDES_MAX => {
                    let text = read_file(&String::from_utf8_lossy(path))?;
                    self.take_text(&text, depth + 1)?;
                }
                (name, values) => self.take(name, values, line).map_err(|wrong| match wrong {
                    Wrong::Directive(why) => fail(&why),
                    Wrong::Unknown(text) => Problem::Fatal(text),
                })?,
            }
        }
        Ok(())
    }

    fn take(&mut self, name: &str, values: &[&[u8]], line: &str) -> Result<(), Wrong> {
        match (name, values) {
            ("port", [port]) => {
                let port = std::str::from_utf8(port)
                    .ok()
                    .and_then(|port| port.parse::<i64>().ok());
                let port = port.ok_or("argument couldn't be parsed into an integer")?;
                self.port = u16::try_from(port)
                    .map_err(|_| "argument must be between 0 and 65535 inclusive")?;
            }
            ("seed", [seed]) => {
                let seed = std::str::from_utf8(seed)
                    .ok()
                    .and_then(|seed| seed.parse().ok());
                self.seed = seed.ok_or("argument couldn't be parsed into an integer")?;
            }
            ("bind", [_, ..]) => self.bind = first_address(values),
            ("user", [_, _, ..]) => {
                self.users.add_directive(values, self.config.user_rules())?;
                self.declares_users = true;
            }
            ("user", _) => return Err("Bad directive or wrong number of arguments".into()),
            ("rename-command" | "loadmodule", [_, ..]) => {
                return Err(format!("not in this emulator: {name}").as_str().into());
            }
            ("save", values) => {
                // Several lines add up; an empty one forgets them.
                let before = self.config.get("save").unwrap_or_default();
                let added = values.join(&b' ');
                let text = match added.is_empty() {
                    true => added,
                    false => [before, added].join(&b' '),
                };
                self.set(name, &text)?;
            }
            ("dir", [folder]) => self.enter(&String::from_utf8_lossy(folder))?,
            (name, [value]) => {
                if parameters::find(name.as_bytes()).is_none() {
                    return Err(unknown(line));
                }
                self.set(name, value)?;
            }
            ("client-output-buffer-limit" | "oom-score-adj-values", values @ [_, ..]) => {
                self.set(name, &values.join(&b' '))?;
            }
            (name, values) => match (parameters::find(name.as_bytes()), values) {
                (Some(_), _) => return Err("wrong number of arguments".into()),
                (None, []) => return Err("Bad directive or wrong number of arguments".into()),
                (None, _) => return Err(unknown(line)),
            },
        }
        Ok(())
    }

    fn enter(&mut self, folder: &str) -> Result<(), Wrong> {
        let path = Path::new(folder);
        if !path.is_dir() {
            return Err("No such file or directory".into());
        }
        self.folder = Some(Folder::new(path));
        self.set("dir", full_name(path).as_bytes())
    }

    fn set(&mut self, name: &str, value: &[u8]) -> Result<(), Wrong> {
        if PASSED_OVER.contains(&name) {
            return Ok(());
        }
        let parameter = parameters::find(name.as_bytes()).ok_or("Bad directive")?;
        match self.config.set(parameter, value) {
            Ok(()) => {}
            Err(Refusal::Invalid(why)) => return Err(why.as_str().into()),
            Err(Refusal::NotEmulated(why)) => {
                self.warnings
                    .push(format!("not in this emulator: {name}: {why}"));
            }
        }
        Ok(())
    }
}

const USAGE: &str = "Usage: server [/path/to/redis.conf] [options]
       server -v or --version
       server -h or --help

Options are those of redis.conf, led by two dashes, and --seed NUMBER.

Examples:
       server --port 7777
       server /etc/redis/6379.conf --maxmemory 10mb --save ''";

enum Wrong {
    Directive(String),
    /// The whole text.
    Unknown(String),
}

impl Wrong {
    fn fatal(self) -> Problem {
        let (Wrong::Directive(text) | Wrong::Unknown(text)) = self;
        Problem::Fatal(text)
    }
}

impl From<&str> for Wrong {
    fn from(why: &str) -> Wrong {
        Wrong::Directive(why.to_string())
    }
}

impl From<String> for Wrong {
    fn from(why: String) -> Wrong {
        Wrong::Directive(why)
    }
}

/// A path from the root, as CONFIG GET shows it.
fn full_name(path: &Path) -> String {
    let full = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    full.to_string_lossy().into_owned()
}

/// The server takes it for a module's.
fn unknown(line: &str) -> Wrong {
    Wrong::Unknown(format!(
        "# Unresolved Configuration(s) Detected:\n# >>> '{line}'\n# Module Configuration detected without loadmodule \
         directive or no ApplyConfig call: aborting"
    ))
}

fn read_file(path: &str) -> Result<String, Problem> {
    let text = fs::read(path).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "No such file or directory".to_string(),
            _ => error.to_string(),
        };
        Problem::Fatal(format!(
            "# Fatal error, can't open config file '{path}': {why}"
        ))
    })?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Words of a command line as lines of a configuration file: `--port 6400 --save ''`. The first word of a line is as
/// it was typed, the others are quoted.
fn directives(words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        match word.strip_prefix("--") {
            Some(name) if !name.is_empty() => {
                text.push('\n');
                text.push_str(name);
            }
            _ => {
                text.push(' ');
                text.push_str(&words::quote(word.as_bytes()));
            }
        }
    }
    text
}

/// One socket is listened on: the first address of `bind`. A star is every interface, a dash says that an address may
/// be missing.
fn first_address(values: &[&[u8]]) -> String {
    let first = values.first().copied().unwrap_or_default();
    let first = first.split(|byte| *byte == b' ').next().unwrap_or(first);
    let first = String::from_utf8_lossy(first.strip_prefix(b"-").unwrap_or(first)).into_owned();
    match first.as_str() {
        "*" | "" => "0.0.0.0".to_string(),
        "::*" => "[::]".to_string(),
        "localhost" => "127.0.0.1".to_string(),
        address if address.contains(':') => format!("[{address}]"),
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, Problem> {
        let words = words::split(line.as_bytes()).expect("balanced quotes");
        let words: Vec<String> = words
            .iter()
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect();
        Options::read(&words)
    }

    #[test]
    fn a_server_is_started_as_redis_server_is() {
        let options = read("--port 6400 --requirepass x --maxmemory-clients 10mb --save '' --bind '* -::*' --daemonize no")
            .expect("all of them good");
        assert_eq!((options.bind.as_str(), options.port), ("0.0.0.0", 6400));
        assert_eq!(
            options.config.get("maxmemory-clients"),
            Some(b"10485760".to_vec())
        );
        assert_eq!(options.config.get("save"), Some(Vec::new()));
        assert!(options.users.login_required());
        let options =
            read("--bind * -::* --user bob on +get ~a --client-output-buffer-limit pubsub 1 2 3")
                .expect("all of them good");
        assert_eq!(options.bind, "0.0.0.0");
        assert!(options.users.find(b"bob").is_some());
        assert_eq!(options.config.output_limits[2].hard, 1);
    }

    #[test]
    fn what_is_wrong_is_told_as_redis_server_tells_it() {
        let fatal = |line: &str| match read(line) {
            Err(Problem::Fatal(text)) => text,
            other => panic!("{line}: {other:?}"),
        };
        let in_file = |line: usize, shown: &str, why: &str| {
            format!(
                "\n*** FATAL CONFIG FILE ERROR (Redis 8.2.3) ***\nReading the configuration file, at line {line}\n>>> \
                 '{shown}'\n{why}"
            )
        };
        for (line, number, shown, why) in [
            (
                "--port 1 --maxmemory zz",
                3,
                "maxmemory \"zz\"",
                "argument must be a memory value",
            ),
            (
                "--port 99999999",
                2,
                "port \"99999999\"",
                "argument must be between 0 and 65535 inclusive",
            ),
            ("--port", 2, "port", "wrong number of arguments"),
            (
                "--nosuch",
                2,
                "nosuch",
                "Bad directive or wrong number of arguments",
            ),
            ("--save 900", 2, "save \"900\"", "Invalid save parameters"),
            (
                "--databases 1 2",
                2,
                "databases \"1\" \"2\"",
                "wrong number of arguments",
            ),
        ] {
            assert_eq!(fatal(line), in_file(number, shown, why), "{line}");
        }
        assert_eq!(
            fatal("--nosuch x"),
            "# Unresolved Configuration(s) Detected:\n# >>> 'nosuch \"x\"'\n# Module Configuration detected without \
             loadmodule directive or no ApplyConfig call: aborting"
        );
        assert_eq!(
            fatal("/nonexistent/redis.conf"),
            "# Fatal error, can't open config file '/nonexistent/redis.conf': No such file or directory"
        );
    }
}
