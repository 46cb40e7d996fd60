//! An engine behind a TCP port, so that redis-cli, client libraries and other people's tests can talk to it.
//!
//!     server --port 7777 --seed 1
//!
//! One thread, one event loop; the only place where the engine meets a real clock. It is started with the words and
//! files that redis-server takes (`options.rs`). What it prints is a line, `ready on 127.0.0.1:7777`, once it accepts
//! connections, and what redis-server prints then, for those who wait for that.

mod connection;
mod event_loop;
mod options;

use std::process::ExitCode;

use engine::Engine;
use event_loop::EventLoop;
use options::{Options, Problem};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let options = match Options::read(&words) {
        Ok(options) => options,
        Err(Problem::Answer(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(Problem::Fatal(text)) => {
            eprintln!("{text}");
            return ExitCode::FAILURE;
        }
    };
    options.warnings.iter().for_each(|text| eprintln!("{text}"));
    let address = format!("{}:{}", options.bind, options.port);
    let mut engine = Engine::with_config(options.seed, event_loop::now(), options.config);
    engine.server.users = options.users;
    let mut server = match EventLoop::listen(&address, engine) {
        Ok(server) => server,
        Err(error) => {
            eprintln!("cannot listen on {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let process = std::process::id();
    println!("ready on {}", server.address());
    println!("{process}:M * Server initialized");
    println!("{process}:M * Ready to accept connections tcp");
    match server.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the event loop failed: {error}");
            ExitCode::FAILURE
        }
    }
}
