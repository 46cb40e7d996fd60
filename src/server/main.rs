//! An engine behind a TCP port, so that redis-cli, client libraries and other people's tests can talk to it.
//!
//!     server --port 7777 --seed 1 --dir data --appendonly yes --save '900 1'
//!
//! Any parameter of CONFIG can be given as an option. With `--dir`, the files of that folder are loaded and kept up to
//! date; without it, files exist only inside the engine.
//!
//! One thread, one event loop; the only place where the engine meets a real clock. It is started with the words and
//! files that redis-server takes (`options.rs`). What it prints is a line, `ready on 127.0.0.1:7777`, once it accepts
//! connections, and what redis-server prints then, for those who wait for that.

mod connection;
mod event_loop;
mod folder;
mod options;
mod upstream;

use std::process::ExitCode;

use engine::disk::Disk;
use engine::{Engine, Time};
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
    let engine = match start_engine(&options, event_loop::now()) {
        Ok(engine) => engine,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let mut server = match EventLoop::listen(&address, engine, options.folder) {
        Ok(server) => server,
        Err(error) => {
            eprintln!("cannot listen on {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let process = std::process::id();
    event_loop::log(&format!("ready on {}", server.address()));
    event_loop::log(&format!("{process}:M * Server initialized"));
    event_loop::log(&format!("{process}:M * Ready to accept connections tcp"));
    match server.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the event loop failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// An engine with the files of a folder, if there is one.
fn start_engine(options: &Options, now: Time) -> Result<Engine, String> {
    let disk = match &options.folder {
        Some(folder) => folder
            .read(&options.config)
            .map_err(|error| format!("the folder cannot be read: {error}"))?,
        None => Disk::default(),
    };
    let mut engine = Engine::with_config(options.seed, now, options.config.clone());
    engine.server.users = options.users.clone();
    engine.server.config_file = options.config_file.clone();
    engine.server.persistence.can_exit = true;
    let notes = engine
        .start(disk, now)
        .map_err(|failure| failure.to_string())?;
    notes.iter().for_each(|note| eprintln!("{note}"));
    if !options.config.text("aclfile").is_empty() {
        read_users(&mut engine, options)?;
    }
    Ok(engine)
}

/// The users of `aclfile`, which are instead of all others.
fn read_users(engine: &mut Engine, options: &Options) -> Result<(), String> {
    if options.declares_users {
        return Err(
            "# Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is \
             invalid. This setup is very likely to lead to configuration errors and security holes, please define \
             either an ACL file or declare users directly in your redis.conf, but not both."
                .to_string(),
        );
    }
    engine.server.users = engine
        .server
        .users_of_file()
        .map_err(|why| format!("# Aborting Redis startup because of ACL errors: {why}"))?;
    Ok(())
}
