//! The engine as the worker has it, for `cargo xtask bench` and for what `tests/browser` runs in Node: whole pipelines of
//! commands in, their replies out, both as RESP in this module's memory. No messages, no session, no glue.

#![expect(
    unsafe_code,
    reason = "exported names must be unmangled; no two of them are the same, nor any of the runtime's"
)]

use std::cell::RefCell;

use engine::resp::{self, Parser};
use engine::{ClientId, Engine, Event, Time};

struct State {
    engine: Engine,
    client: ClientId,
    parser: Parser,
    input: Vec<u8>,
    output: Vec<u8>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::new());
}

impl State {
    fn new() -> State {
        let now = Time::WORLD_START;
        let mut engine = Engine::new(1, now);
        let client = engine.connect("127.0.0.1:50000", now);
        State {
            engine,
            client,
            parser: Parser::default(),
            input: Vec::new(),
            output: Vec::new(),
        }
    }

    fn run(&mut self, length: usize, now: Time) {
        self.engine.advance(now);
        self.output.clear();
        self.parser.feed(&self.input[..length]);
        while let Ok(Some(request)) = self.parser.next_command() {
            let reply = request.with_words(|words| self.engine.execute(self.client, words, now));
            resp::encode(&reply, self.engine.protocol(self.client), &mut self.output);
        }
        self.engine.drain();
    }

    /// Ends the script that runs, as another client would; its reply is the output.
    fn stop_script(&mut self, now: Time) {
        let killer = self.engine.connect("127.0.0.1:50001", now);
        self.engine.execute(killer, &[b"SCRIPT", b"KILL"], now);
        self.engine.disconnect(killer);
        self.output.clear();
        let protocol = self.engine.protocol(self.client);
        for event in self.engine.drain() {
            match event {
                Event::Reply { client, reply } if client == self.client => {
                    resp::encode(&reply, protocol, &mut self.output);
                }
                _ => {}
            }
        }
    }
}

/// Where to write that many bytes of commands.
// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
pub extern "C" fn input(length: usize) -> *const u8 {
    STATE.with_borrow_mut(|state| {
        state.input.resize(length, 0);
        state.input.as_ptr()
    })
}

/// Runs the commands in the first bytes of the input; gives how many bytes the replies have.
// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
pub extern "C" fn run(length: usize, now_millis: f64) -> usize {
    STATE.with_borrow_mut(|state| {
        state.run(length, Time::from_millis(now_millis as i64));
        state.output.len()
    })
}

/// Where the replies begin.
// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    STATE.with_borrow(|state| state.output.as_ptr())
}

/// Scripts run so many steps at a time from now on: it makes no difference to them.
// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
pub extern "C" fn set_slice(steps: f64) {
    STATE.with_borrow_mut(|state| state.engine.server.scripting.slice = steps as u64);
}

/// SCRIPT KILL for a script that was not answered; gives how many bytes its reply has.
// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
pub extern "C" fn stop_script(now_millis: f64) -> usize {
    STATE.with_borrow_mut(|state| {
        state.stop_script(Time::from_millis(now_millis as i64));
        state.output.len()
    })
}
