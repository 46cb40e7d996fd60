//! Lua programs: they end, or can be stopped; slices make no difference; no more memory than allowed; and the machine
//! runs the next one whatever happened.
//!
//! The first byte chooses the slice, and whether garbage is collected whenever it may. `ask` is a function of the host that gives back what it gets.

use lua::{Error, Run, Value, Vm};

const MEMORY: usize = 4 << 20;
/// Steps after which a program counts as endless.
const STEPS: u64 = 100_000;
/// As many at most where each allocation may be followed by a collection.
const STEPS_EAGER: u64 = 2_000;
const EAGER: u8 = 4;
const SOURCE_MAX: usize = 1 << 14;
const SLICES: [u64; 4] = [1, 7, 100, 4_096];

pub fn check(bytes: &[u8]) {
    let Some((&choice, source)) = bytes.split_first() else {
        return;
    };
    let source = &source[..source.len().min(SOURCE_MAX)];
    let slice = SLICES[usize::from(choice) % SLICES.len()];
    let eager = choice & EAGER != 0 && !sees_collector(source);
    let (whole, steps) = run(source, STEPS, false);
    if eager && steps > STEPS_EAGER {
        return;
    }
    let (parts, _) = run(source, slice, eager);
    // Near the end of its steps a program may end in one and not in the other: a pause is paid for twice.
    if whole != Ended::Endless && steps < STEPS / 4 {
        assert_eq!(parts, whole, "in slices of {slice} as in one");
    }
}

#[derive(Debug, PartialEq)]
enum Ended {
    Refused,
    Done(Vec<Vec<u8>>),
    Failed(Vec<u8>),
    Endless,
}

/// Whether a program may reply something else if garbage is collected at another time.
fn sees_collector(source: &[u8]) -> bool {
    let has = |word: &[u8]| source.windows(word.len()).any(|part| part == word);
    has(b"collectgarbage") || has(b"gcinfo") || has(b"mode")
}

/// How it ended, and after how many steps.
fn run(source: &[u8], slice: u64, eager: bool) -> (Ended, u64) {
    let mut vm = machine().expect("an empty machine fits");
    if eager {
        vm.collect_eagerly();
    }
    let mut steps = 0;
    let begun = vm
        .load(source, b"@script")
        .and_then(|chunk| vm.start(chunk, &[]));
    let ended = match begun {
        Ok(()) => go(&mut vm, slice, &mut steps),
        Err(_) => Ended::Refused,
    };
    assert!(vm.memory() <= MEMORY, "{} bytes", vm.memory());
    assert_alive(&mut vm);
    (ended, steps)
}

fn machine() -> Result<Vm, Error> {
    let mut vm = Vm::with_library(MEMORY)?;
    let ask = vm.host_function(0)?;
    let globals = vm.globals();
    vm.raw_set_text(globals, b"ask", ask.into())?;
    Ok(vm)
}

fn go(vm: &mut Vm, slice: u64, steps: &mut u64) -> Ended {
    loop {
        let ran = vm.run(slice);
        *steps += vm.used();
        match ran {
            Run::Done(values) => {
                return Ended::Done(values.iter().map(|value| vm.describe(*value)).collect());
            }
            Run::Failed(failure) => return Ended::Failed(vm.describe(failure.value)),
            Run::Host { args, .. } => {
                let value = vm.arg(args, 0);
                // Without room for the answer the script gets the error, as any host would do it.
                if let Err(error) = vm.answer(&[value]) {
                    vm.answer_error(error);
                }
            }
            Run::Pending => {}
            Run::Line => panic!("nobody steps"),
        }
        assert!(vm.memory() <= MEMORY, "{} bytes", vm.memory());
        if *steps > STEPS {
            vm.kill();
            let end = vm.run(slice);
            assert!(
                matches!(&end, Run::Failed(failure) if matches!(failure.error, Error::Killed)),
                "killed, and then {end:?}"
            );
            return Ended::Endless;
        }
    }
}

fn assert_alive(vm: &mut Vm) {
    vm.collect();
    // Globals may keep all the memory there is: then it says so, and says it properly.
    let next = vm
        .load(b"return 1", b"@next")
        .and_then(|chunk| vm.start(chunk, &[]));
    if next.is_err() {
        return;
    }
    match vm.run(STEPS) {
        Run::Done(values) => assert!(matches!(values[..], [Value::Number(1.0)]), "{values:?}"),
        Run::Failed(failure) => assert!(
            matches!(failure.error, Error::Memory),
            "{:?}",
            failure.error
        ),
        other => panic!("{other:?}"),
    }
}
