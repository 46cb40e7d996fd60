//! The calls of a page, each answered by one value. Nothing here panics on what a page or a link may send.

use std::collections::BTreeMap;

use messages::{Answer, Call, Failure, Notice, Request, Response};

use crate::blocks;
use crate::complete;
use crate::exercises;
use crate::inspect;
use crate::world::World;

/// All worlds of one worker, by name.
#[derive(Default)]
pub struct Session {
    worlds: BTreeMap<String, World>,
}

impl Session {
    pub fn new() -> Session {
        Session::default()
    }

    /// Answers one call. Notices are what it caused for clients other than the caller.
    pub fn handle(&mut self, call: Call) -> (Answer, Vec<Notice>) {
        let Call {
            id,
            world: name,
            request,
        } = call;
        let (result, mut notices) = match request {
            Request::Open(setup) => {
                let mut world = World::new(setup);
                let replayed = world.replay();
                self.worlds.insert(name.clone(), world);
                (Ok(Response::Opened { replayed }), Vec::new())
            }
            request => match self.worlds.get_mut(&name) {
                None => (Err(Failure::NoWorld), Vec::new()),
                Some(world) => {
                    let result = answer(world, request);
                    (result, world.take_late())
                }
            },
        };
        for notice in &mut notices {
            notice.world.clone_from(&name);
        }
        let status = self.worlds.get_mut(&name).map(World::status);
        (
            Answer {
                id,
                world: name,
                result,
                status,
            },
            notices,
        )
    }

    pub fn world(&mut self, name: &str) -> Option<&mut World> {
        self.worlds.get_mut(name)
    }
}

fn answer(world: &mut World, request: Request) -> Result<Response, Failure> {
    match request {
        Request::Open(_) => Err(Failure::Malformed(
            "a world is opened before it is looked up".to_string(),
        )),
        Request::Run { client, line } => Ok(Response::Ran(world.type_line(&client, &line))),
        Request::RunBlock { block, text } => blocks::run(world, block, text).map(Response::Block),
        Request::Check { exercise, answer } => {
            exercises::check(world.setup(), exercise, &answer).map(Response::Checked)
        }
        Request::Prove { quiz } => exercises::prove(world.setup(), quiz)
            .map(|(steps, holds)| Response::Proved { steps, holds }),
        Request::Advance { millis } => {
            world.advance_logged(millis);
            Ok(Response::Advanced)
        }
        Request::Reset => {
            world.reset();
            Ok(Response::Reset)
        }
        Request::Complete { line } => Ok(Response::Completions(complete::complete(world, &line))),
        Request::Keys { limit } => {
            let (rows, total) = inspect::keys(world, limit);
            Ok(Response::Keys { rows, total })
        }
        Request::Inspect { key } => Ok(Response::Key(inspect::key(world, &key))),
    }
}
