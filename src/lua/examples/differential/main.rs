//! Random programs, run by this machine and by a real redis-server's EVAL: `differential PORT SEED
//! COUNT [SLICE]`. Both must return the same text. A program that differs is printed with both.

mod generate;
mod server;

use std::io;
use std::process::ExitCode;

use generate::Generator;
use lua::{Error, Run, Value, Vm};
use server::{Reply, Server};

const MEMORY: usize = 256 << 20;
/// As many differences are shown; after that something is wrong in general.
const MOST_SHOWN: u64 = 10;

fn main() -> io::Result<ExitCode> {
    let words: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    let [port, first, count, rest @ ..] = words.as_slice() else {
        eprintln!("differential PORT SEED COUNT [SLICE]");
        return Ok(ExitCode::FAILURE);
    };
    let slice = rest.first().copied().unwrap_or(u64::MAX);
    let mut server = Server::connect(*port as u16)?;
    let mut differences = 0;
    let mut failed = 0;
    let mut count_run = 0;
    for seed in *first..*first + *count {
        count_run += 1;
        let program = Generator::new(seed).program();
        let expected = match server.eval(program.as_bytes())? {
            Reply::Text(text) => without_lost_nil(&text),
            Reply::Error(text) => error_text(&text),
        };
        let made = run(program.as_bytes(), slice);
        let made = without_lost_nil(&made);
        failed += u64::from(expected.starts_with(b"error "));
        if made != expected {
            differences += 1;
            show(seed, &program, &made, &expected);
        }
        if differences >= MOST_SHOWN {
            break;
        }
    }
    println!(
        "{count_run} programs from seed {first}, {failed} ended by an error, {differences} differences"
    );
    Ok(if differences == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn show(seed: u64, program: &str, made: &[u8], expected: &[u8]) {
    println!("=== seed {seed}\n{program}\n--- first difference");
    let made = String::from_utf8_lossy(made);
    let expected = String::from_utf8_lossy(expected);
    let mut lines = made.lines().zip(expected.lines()).enumerate();
    match lines.find(|(_, (made, expected))| made != expected) {
        Some((line, (made, expected))) => println!("{line}\n ours: {made}\ntheirs: {expected}"),
        None => println!("one is longer\n ours: {made}\ntheirs: {expected}"),
    }
}

/// Redis' own `pcall` returns a nil after an error that is a table without `err`.
fn without_lost_nil(text: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(text)
        .replace("false table nil", "false table")
        .into_bytes()
}

/// The error of the program itself, without what Redis says around it.
fn error_text(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let text = text.strip_prefix("ERR ").unwrap_or(&text);
    let text = text
        .strip_prefix("Error compiling script (new function): ")
        .unwrap_or(text);
    let end = text.find(" script: ").unwrap_or(text.len());
    format!("error {}", &text[..end]).into_bytes()
}

fn run(program: &[u8], slice: u64) -> Vec<u8> {
    let mut vm = match Vm::with_library(MEMORY) {
        Ok(vm) => vm,
        Err(error) => return format!("{error:?}").into_bytes(),
    };
    let failed = |vm: &mut Vm, value: Value| [b"error ".as_slice(), &vm.describe(value)].concat();
    let started = vm
        .load(program, b"@user_script")
        .and_then(|chunk| vm.start(chunk, &[]));
    match started {
        Ok(()) => {}
        Err(Error::Raised(value)) => return failed(&mut vm, value),
        Err(error) => return format!("{error:?}").into_bytes(),
    }
    loop {
        match vm.run(slice) {
            Run::Pending | Run::Line | Run::Host { .. } => {}
            Run::Done(values) => {
                return match values.first() {
                    Some(value) => vm.describe(*value),
                    None => b"nothing".to_vec(),
                };
            }
            Run::Failed(failure) => return failed(&mut vm, failure.value),
        }
    }
}
