//! An engine behind a TCP port, so that redis-cli, client libraries and other people's tests can talk to it.
//!
//!     server --port 7777 --seed 1
//!
//! One thread, one event loop; the only place where the engine meets a real clock. What it prints is one line,
//! `ready on 127.0.0.1:7777`, once it accepts connections.

mod connection;
mod event_loop;

use std::process::ExitCode;

use engine::config::Config;
use event_loop::EventLoop;

const USAGE: &str = "usage: server [--port N] [--bind ADDRESS] [--seed N] [--PARAMETER VALUE]...";

struct Options {
    bind: String,
    port: u16,
    seed: u64,
    config: Config,
}

fn main() -> ExitCode {
    let options = match read_options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    let address = format!("{}:{}", options.bind, options.port);
    let mut server = match EventLoop::listen(&address, options.seed, options.config) {
        Ok(server) => server,
        Err(error) => {
            eprintln!("cannot listen on {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("ready on {}", server.address());
    match server.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the event loop failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read_options(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        bind: "127.0.0.1".to_string(),
        port: 6379,
        seed: 0,
        config: Config::default(),
    };
    // A server for tests, on the loopback interface unless told otherwise: DEBUG belongs to it.
    let mut settings = vec![("enable-debug-command".to_string(), "yes".to_string())];
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        match word.as_str() {
            "--port" => {
                options.port = value
                    .parse()
                    .map_err(|_| format!("{value} is not a port"))?
            }
            "--seed" => {
                options.seed = value
                    .parse()
                    .map_err(|_| format!("{value} is not a seed"))?
            }
            "--bind" => options.bind = value,
            _ => match word.strip_prefix("--") {
                Some(name) => settings.push((name.to_string(), value)),
                None => return Err(format!("{word} is not an option")),
            },
        }
    }
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    options.config = Config::starting_with(&settings)?;
    Ok(options)
}
