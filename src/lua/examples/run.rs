//! Runs a Lua file: `run FILE [SLICE]`. `print` writes to the standard output.

use std::io::Write;
use std::process::ExitCode;

use lua::{Error, Run, Value, Vm};

const MEMORY: usize = 512 << 20;
const PRINT: u32 = 1;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(file) = words.next() else {
        return ExitCode::FAILURE;
    };
    let slice = words
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(u64::MAX);
    let source = std::fs::read(&file).unwrap_or_default();
    let name = format!("@{file}");
    match run(&source, name.as_bytes(), slice) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

fn run(source: &[u8], name: &[u8], slice: u64) -> Result<ExitCode, Error> {
    let mut vm = Vm::with_library(MEMORY)?;
    let globals = vm.globals();
    let print = vm.host_function(PRINT)?;
    vm.raw_set_text(globals, b"print", print.into())?;
    let chunk = match vm.load(source, name) {
        Ok(chunk) => chunk,
        Err(Error::Raised(value)) => {
            println!("{}", String::from_utf8_lossy(&vm.describe(value)));
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error),
    };
    vm.start(chunk, &[])?;
    let mut out = std::io::BufWriter::new(std::io::stdout());
    loop {
        match vm.run(slice) {
            Run::Pending | Run::Line => {}
            Run::Host { args, .. } => {
                let words: Vec<_> = (0..args.len())
                    .map(|index| vm.describe(vm.arg(args, index)))
                    .collect();
                let line = words.join(&b"\t"[..]);
                let _ = out.write_all(&line).and_then(|()| out.write_all(b"\n"));
                vm.answer(&[])?;
            }
            Run::Done(_) => return Ok(ExitCode::SUCCESS),
            Run::Failed(failure) => {
                let text = match failure.value {
                    Value::Nil => format!("{:?}", failure.error).into_bytes(),
                    value => vm.describe(value),
                };
                let _ = out.write_all(&text).and_then(|()| out.write_all(b"\n"));
                return Ok(ExitCode::FAILURE);
            }
        }
    }
}
