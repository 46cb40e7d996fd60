//! An engine behind a TCP port, so that redis-cli, client libraries and other people's tests can talk to it.
//!
//!     server --port 7777 --seed 1 --dir data --appendonly yes --save '900 1'
//!
//! Any parameter of CONFIG can be given as an option. With `--dir`, the files of that folder are loaded and kept up to
//! date; without it, files exist only inside the engine.
//!
//! One thread, one event loop; the only place where the engine meets a real clock. What it prints is one line,
//! `ready on 127.0.0.1:7777`, once it accepts connections.

mod connection;
mod event_loop;
mod folder;

use std::path::Path;
use std::process::ExitCode;

use engine::config::{Config, parameters};
use engine::disk::Disk;
use engine::{Engine, Time};
use event_loop::EventLoop;
use folder::Folder;

const USAGE: &str =
    "usage: server [--port N] [--bind ADDRESS] [--seed N] [--dir FOLDER] [--PARAMETER VALUE]...";

struct Options {
    bind: String,
    port: u16,
    seed: u64,
    config: Config,
    folder: Option<Folder>,
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
    let now = event_loop::now();
    let engine = match start_engine(options.seed, options.config, options.folder.as_ref(), now) {
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
    println!("ready on {}", server.address());
    match server.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the event loop failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// An engine with the files of a folder, if there is one.
fn start_engine(
    seed: u64,
    config: Config,
    folder: Option<&Folder>,
    now: Time,
) -> Result<Engine, String> {
    let disk = match folder {
        Some(folder) => folder
            .read(&config)
            .map_err(|error| format!("the folder cannot be read: {error}"))?,
        None => Disk::default(),
    };
    let mut engine = Engine::with_config(seed, now, config);
    engine.server.persistence.can_exit = true;
    let notes = engine
        .start(disk, now)
        .map_err(|failure| failure.to_string())?;
    notes.iter().for_each(|note| eprintln!("{note}"));
    Ok(engine)
}

fn read_options(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        bind: "127.0.0.1".to_string(),
        port: 6379,
        seed: 0,
        config: Config::default(),
        folder: None,
    };
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
            "--dir" => {
                set(&mut options.config, "dir", &value)?;
                options.folder = Some(Folder::new(Path::new(&value)));
            }
            _ => set(&mut options.config, word.trim_start_matches("--"), &value)?,
        }
    }
    Ok(options)
}

fn set(config: &mut Config, name: &str, value: &str) -> Result<(), String> {
    let parameter = parameters::find(name.as_bytes()).ok_or(format!("{name} is not an option"))?;
    config
        .set(parameter, value.as_bytes())
        .map_err(|refusal| format!("{name} cannot be {value}: {refusal:?}"))
}
