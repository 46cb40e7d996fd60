//! The calls of a page, each answered by one value. Nothing here panics on what a page or a link may send.

use engine::structures::ordered::OrderedMap;

use messages::{Answer, Call, Failure, Notice, Ran, Request, Response, ScriptMove};

use crate::blocks;
use crate::complete;
use crate::exercises;
use crate::files;
use crate::inspect;
use crate::scripts;
use crate::show;
use crate::stepping;
use crate::world::World;

/// All worlds of one worker, by name.
#[derive(Default)]
pub struct Session {
    worlds: OrderedMap<String, World>,
}

impl Session {
    pub fn new() -> Session {
        Session::default()
    }

    /// Answers one call. Notices are what it caused for clients other than the caller.
    pub fn handle(&mut self, call: Call) -> (Answer, Vec<Notice>) {
        self.handle_with(call, Vec::new())
    }

    /// Answers a call beside which files lie.
    pub fn handle_with(&mut self, call: Call, files: Vec<Vec<u8>>) -> (Answer, Vec<Notice>) {
        let Call {
            id,
            world: name,
            request,
        } = call;
        let (result, mut notices) = match request {
            Request::Open(setup) => {
                let mut world = World::new(setup);
                let replayed = world.replay(files);
                self.worlds.insert(name.clone(), world);
                (Ok(Response::Opened { replayed }), Vec::new())
            }
            request => match self.worlds.get_mut(&name) {
                None => (Err(Failure::NoWorld), Vec::new()),
                Some(world) => {
                    let result = answer(world, request, files);
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

    /// Works on what is not finished: scripts that run for long. Says whether there is more to do, so that whoever
    /// listens to a page can listen in between. Notices are what came of it.
    pub fn work_on(&mut self) -> (bool, Vec<Notice>) {
        let (mut more, mut notices) = (false, Vec::new());
        let names: Vec<String> = self.worlds.keys().cloned().collect();
        for name in names {
            let Some(world) = self.worlds.get_mut(&name) else {
                continue;
            };
            more |= world.work_on();
            notices.extend(world.take_late().into_iter().map(|mut notice| {
                notice.world.clone_from(&name);
                notice
            }));
        }
        (more, notices)
    }

    pub fn world(&mut self, name: &str) -> Option<&mut World> {
        self.worlds.get_mut(name)
    }
}

fn answer(world: &mut World, request: Request, files: Vec<Vec<u8>>) -> Result<Response, Failure> {
    if let Some(block) = stepping::stands(world)
        && waits_for_scripts(&request)
    {
        return Err(Failure::ScriptStands { block });
    }
    match request {
        Request::Open(_) => Err(Failure::Malformed(
            "a world is opened before it is looked up".to_string(),
        )),
        Request::Run { client, line } => {
            let mut ran = world.type_line(&client, &line);
            shorten(&mut ran);
            Ok(Response::Ran(ran))
        }
        Request::RunBlock { block, text } => {
            let mut run = blocks::run(world, block, text)?;
            run.steps.iter_mut().for_each(shorten);
            Ok(Response::Block(run))
        }
        Request::StepScript(step) => {
            let mut stepped = stepping::step(world, step)?;
            stepped.run.steps.iter_mut().for_each(shorten);
            Ok(Response::Stepped(Box::new(stepped)))
        }
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
        Request::Scripts => Ok(Response::Scripts(scripts::list(world))),
        Request::Show(show) => Ok(Response::Shown(Box::new(show::show(world, show)))),
        Request::Files => Ok(files::list(world)),
        Request::ReadFile { name } => match world.file(&name) {
            Some(_) => Ok(Response::File {
                address: String::new(),
            }),
            None => Err(Failure::NoSuchPart),
        },
        Request::Load { names } => {
            if names.len() != files.len() {
                return Err(Failure::Malformed("a file is missing".to_string()));
            }
            let loaded = files::load(world, names.into_iter().zip(files).collect());
            Ok(Response::Loaded(loaded))
        }
    }
}

/// Whether this is for the server to do, which does nothing else while a script runs.
fn waits_for_scripts(request: &Request) -> bool {
    matches!(
        request,
        Request::Run { .. }
            | Request::RunBlock { .. }
            | Request::StepScript(ScriptMove::Begin { .. })
            | Request::Advance { .. }
            | Request::Load { .. }
    )
}

/// A page that draws the million lines of a KEYS stands still for minutes: it gets the beginning.
fn shorten(ran: &mut Ran) {
    const LINES_MAX: usize = 2_000;
    const BYTES_MAX: usize = 128 * 1024;
    let output = &ran.output;
    let end_of_lines = output.match_indices('\n').nth(LINES_MAX - 1);
    let end = end_of_lines.map_or(output.len(), |(at, _)| at);
    let end = output.floor_char_boundary(end.min(BYTES_MAX));
    if end == output.len() {
        return;
    }
    let rest = &output[end..];
    let left = format!(
        "\n… {} more bytes in {} lines are not shown.",
        rest.len(),
        rest.lines().count()
    );
    ran.output.truncate(end);
    ran.output.push_str(&left);
}
