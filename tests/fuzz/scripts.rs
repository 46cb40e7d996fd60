//! Random Lua programs by EVAL, here and on the real server: the replies must be the same to the byte, errors with their
//! place too. Each program runs in slices of another size.

use std::time::Duration;

use engine::config::Config;
use engine::scripting::sum_of;
use engine::{ClientId, Engine, Reply, Time};
use tests::real::{Clock, Connection, Real};

use crate::programs::Generator;

/// So many differences are shown; after that something is wrong in general.
const SHOWN_MAX: u64 = 10;
/// To shrink a program it is run at most so often.
const RUNS_MAX: usize = 4_000;
const PATIENCE: Duration = Duration::from_secs(20);
/// What stands for the reply of a program that does not end.
const ENDLESS: &str = "(endless)";
/// Steps of the machine at a time.
const SLICES: [u64; 4] = [1, 7, 1_000, u64::MAX];

struct Pair {
    real: Real,
    theirs: Connection,
    engine: Engine,
    ours: ClientId,
    now: Time,
}

/// What the two replied, as text.
struct Answers {
    ours: String,
    theirs: String,
}

/// Runs as many programs. Gives how many differ.
pub fn run(first: u64, count: u64, verbose: bool) -> u64 {
    let mut pair = Pair::start();
    let (mut differences, mut failed, mut endless) = (0, 0, 0);
    for seed in first..first + count {
        let program = Generator::new(seed).program();
        if verbose {
            println!("=== seed {seed}\n{program}");
        }
        let answers = pair.run(&program, seed);
        failed += u64::from(answers.theirs.starts_with("(error)"));
        endless += u64::from(answers.ours == ENDLESS);
        if answers.ours != answers.theirs {
            differences += 1;
            show(&mut pair, seed, program, &answers);
        }
        let done = seed + 1 - first;
        if done.is_multiple_of(1_000) || done == count || differences == SHOWN_MAX {
            println!(
                "{done} programs from seed {first}, {failed} ended by an error, {endless} not at all; \
                 {differences} differences"
            );
        }
        if differences == SHOWN_MAX {
            break;
        }
    }
    differences
}

impl Pair {
    fn start() -> Pair {
        let real = Real::start(Clock::Machine, &[]);
        let now = Time::WORLD_START;
        let (engine, ours) = new_engine(now);
        Pair {
            theirs: real.connect(),
            real,
            engine,
            ours,
            now,
        }
    }

    /// The real server is not asked about what does not end here: it would be busy for ever.
    fn run(&mut self, program: &str, seed: u64) -> Answers {
        self.engine.server.scripting.slice = SLICES[(seed % 4) as usize];
        let script = ["EVAL", program, "0"];
        self.execute(&["FLUSHALL"]);
        let ours = self.execute(&script);
        if ours == Reply::Later {
            self.stop();
            return Answers {
                ours: ENDLESS.to_string(),
                theirs: ENDLESS.to_string(),
            };
        }
        self.theirs.send(&["FLUSHALL"]);
        self.theirs.send(&script);
        let flushed = self.theirs.receive(PATIENCE);
        let theirs = flushed.and_then(|_| self.theirs.receive(PATIENCE));
        Answers {
            ours: shown(&ours, program),
            theirs: match theirs {
                Some(reply) => shown(&reply, program),
                None => self.stop_theirs(),
            },
        }
    }

    fn execute(&mut self, words: &[&str]) -> Reply {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        let reply = self.engine.execute(self.ours, &words, self.now);
        self.engine.drain();
        reply
    }

    fn stop(&mut self) {
        let other = self.engine.connect("127.0.0.1:50001", self.now);
        let words: [&[u8]; 2] = [b"SCRIPT", b"KILL"];
        self.engine.execute(other, &words, self.now);
        // Whoever wrote cannot be killed: with a new server nothing is left of it.
        if self.engine.script_is_running() {
            (self.engine, self.ours) = new_engine(self.now);
        } else {
            self.engine.disconnect(other);
        }
        self.engine.drain();
    }

    /// In the middle of a long call of C it cannot be stopped, and no other commands are answered.
    fn stop_theirs(&mut self) -> String {
        self.real = Real::start(Clock::Machine, &[]);
        self.theirs = self.real.connect();
        format!("(no end after {} s)", PATIENCE.as_secs())
    }
}

/// A script that takes long is soon busy.
fn new_engine(now: Time) -> (Engine, ClientId) {
    let config = Config::starting_with(&[("busy-reply-threshold", "200")]);
    let config = config.expect("a parameter and its value");
    let mut engine = Engine::with_config(0, now, config);
    let client = engine.connect("127.0.0.1:50000", now);
    (engine, client)
}

/// As it travels, without the sum of the script: a shorter program has another one.
fn shown(reply: &Reply, program: &str) -> String {
    let text = match reply {
        Reply::Bulk(text) => String::from_utf8_lossy(text).into_owned(),
        Reply::Error(error) => format!("(error) {error}"),
        other => {
            let mut wire = Vec::new();
            engine::resp::encode(other, engine::resp::Protocol::Resp2, &mut wire);
            String::from_utf8_lossy(&wire).into_owned()
        }
    };
    text.replace(&sum_of(program.as_bytes()), "SUM")
}

fn show(pair: &mut Pair, seed: u64, program: String, first: &Answers) {
    println!("=== seed {seed}");
    show_difference(first);
    let again = pair.run(&program, seed);
    if again.ours == again.theirs {
        let whose = if again.ours == first.ours {
            "the server's"
        } else {
            "our"
        };
        println!("--- {whose} reply depends on what ran before\n{program}");
        return;
    }
    let shortest = shrink(pair, seed, program);
    let answers = pair.run(&shortest, seed);
    println!("--- with fewer lines\n{shortest}\n---");
    show_difference(&answers);
}

/// The first lines that differ.
fn show_difference(answers: &Answers) {
    const MOST: usize = 3;
    let (mut ours, mut theirs) = (answers.ours.split('\n'), answers.theirs.split('\n'));
    let mut shown = 0;
    for number in 0.. {
        match (ours.next(), theirs.next()) {
            (None, None) => break,
            (ours, theirs) if ours != theirs => {
                let text = |line: Option<&str>| match line {
                    Some(line) => line.escape_debug().to_string(),
                    None => "(no more)".to_string(),
                };
                println!(
                    "line {number}\n ours: {}\ntheirs: {}",
                    text(ours),
                    text(theirs)
                );
                shown += 1;
            }
            _ => {}
        }
        if shown == MOST {
            break;
        }
    }
}

/// The program with as few of its lines as still differ.
fn shrink(pair: &mut Pair, seed: u64, program: String) -> String {
    let mut lines: Vec<&str> = program.lines().collect();
    let mut runs = 0;
    let mut chunk = lines.len() / 2;
    while chunk > 0 {
        let mut start = 0;
        while start < lines.len() && runs < RUNS_MAX {
            let end = (start + chunk).min(lines.len());
            let fewer = [&lines[..start], &lines[end..]].concat();
            let answers = pair.run(&fewer.join("\n"), seed);
            runs += 1;
            match answers.ours != answers.theirs {
                true => lines = fewer,
                false => start = end,
            }
        }
        // Statements are short and seldom of half the length of what is left.
        chunk = if chunk > 16 { chunk / 2 } else { chunk - 1 };
    }
    lines.join("\n")
}
