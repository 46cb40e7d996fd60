//! The page's server as the islands see it: what ran, what the console shows, who waits.
//!
//! Every run goes through here, whether from a block, the console or a shared link, so the console
//! shows all of it and the record keeps all of it.

use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use lesson::Action;
use lesson::transcript::{self, Line};
use messages::{
    BlockRun, KeyRow, LogEntry, Notice, Ran, Request, Response, Setup, Status, Stepped,
};

use super::dom;
use super::engine::{Lost, State};
use super::page::{Page, Route};
use crate::export;
use crate::map::SmallMap;

/// Something the console shows, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub id: u32,
    pub kind: Kind,
    pub output: String,
    pub error: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Command {
        client: String,
        prompt: String,
        line: String,
        progress: Progress,
    },
    /// Output that reached a client because of somebody else.
    Late { client: String },
    /// The page's own words.
    Remark,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Progress {
    Running,
    Waiting,
    Answered,
}

/// How a block stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum BlockState {
    #[default]
    Unrun,
    Running,
    Ran(BlockRun),
    /// The first steps of it ran, one by one. Busy: one is under way.
    Stepping {
        run: BlockRun,
        busy: bool,
    },
    /// Its script stands before a line. Busy: the next one is under way.
    InScript {
        stepped: Box<Stepped>,
        /// The last step in words.
        said: String,
        busy: bool,
    },
    /// It ran in an earlier visit; its replies were not kept.
    Restored,
    Failed(String),
}

#[derive(Clone, Copy)]
pub struct World {
    pub engine: RwSignal<State>,
    pub status: RwSignal<Status>,
    pub shown: RwSignal<Vec<Shown>>,
    pub blocks: RwSignal<SmallMap<u32, BlockState>>,
    /// The client at the console's prompt; empty: the page's own.
    pub client: RwSignal<String>,
    /// Clients that were added at the console and may not have said anything yet.
    pub added: RwSignal<Vec<String>>,
    /// Counts what may have changed the keyspace.
    pub changes: RwSignal<u32>,
    /// A line that is put at the console's prompt for the reader.
    pub draft: RwSignal<String>,
    /// What there is to say about the files that the reader loads.
    pub loading: RwSignal<String>,
    /// They are being loaded.
    pub busy: RwSignal<bool>,
    open: RwSignal<bool>,
    opening: StoredValue<bool>,
    next_id: StoredValue<u32>,
}

const SHOWN_MAX: usize = 400;
pub const OWN_PROMPT: &str = "127.0.0.1:6379> ";

impl World {
    pub fn new() -> World {
        World {
            engine: RwSignal::new(State::Cold),
            status: RwSignal::new(Status::default()),
            shown: RwSignal::new(Vec::new()),
            blocks: RwSignal::new(SmallMap::new()),
            client: RwSignal::new(String::new()),
            added: RwSignal::new(Vec::new()),
            changes: RwSignal::new(0),
            draft: RwSignal::new(String::new()),
            loading: RwSignal::new(String::new()),
            busy: RwSignal::new(false),
            open: RwSignal::new(false),
            opening: StoredValue::new(false),
            next_id: StoredValue::new(0),
        }
    }

    pub fn is_open(self) -> bool {
        self.open.get()
    }

    pub fn prompt(self, client: &str) -> String {
        self.status.with(|status| {
            let state = status.clients.iter().find(|state| state.name == client);
            state.map_or_else(|| OWN_PROMPT.to_owned(), |state| state.prompt.clone())
        })
    }

    /// The line in which this client is blocked.
    pub fn waits_in(self, client: &str) -> Option<String> {
        self.status.with(|status| {
            status
                .clients
                .iter()
                .find(|state| state.name == client)?
                .waits_in
                .clone()
        })
    }

    pub fn names(self) -> Vec<String> {
        let mut names = vec![String::new()];
        self.status.with(|status| {
            names.extend(
                status
                    .clients
                    .iter()
                    .map(|state| state.name.clone())
                    .filter(|name| !name.is_empty()),
            );
        });
        self.added.with(|added| {
            for name in added {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        });
        names
    }

    /// The server is another one: nothing ran on it, nobody is connected.
    pub fn begin_anew(self) {
        self.blocks.update(SmallMap::clear);
        self.added.update(Vec::clear);
        self.client.set(String::new());
    }

    pub fn remark(self, text: &str) {
        self.show(Kind::Remark, text, false);
    }

    /// Output that came unasked: a blocked client's reply, a message.
    pub fn late(self, notice: &Notice) {
        self.settle_console(notice);
        self.blocks.update(|blocks| {
            for state in blocks.values_mut() {
                if let BlockState::Ran(run) | BlockState::Stepping { run, .. } = state {
                    settle(&mut run.steps, notice);
                }
            }
        });
        self.changes.update(|count| *count += 1);
    }

    fn settle_console(self, notice: &Notice) {
        let mut settled = false;
        self.shown.update(|shown| {
            for entry in shown.iter_mut().rev() {
                if let Kind::Command {
                    client, progress, ..
                } = &mut entry.kind
                    && *client == notice.client
                    && *progress == Progress::Waiting
                {
                    *progress = Progress::Answered;
                    entry.output.clone_from(&notice.output);
                    entry.error = notice.output.starts_with("(error)");
                    settled = true;
                    break;
                }
            }
        });
        if !settled {
            self.show(
                Kind::Late {
                    client: notice.client.clone(),
                },
                &notice.output,
                false,
            );
        }
    }

    fn show(self, kind: Kind, output: &str, error: bool) -> u32 {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        self.shown.update(|shown| {
            shown.push(Shown {
                id,
                kind,
                output: output.to_owned(),
                error,
            });
            if shown.len() > SHOWN_MAX {
                shown.drain(..shown.len() - SHOWN_MAX);
            }
        });
        id
    }

    pub fn show_ran(self, ran: &Ran) {
        let progress = if ran.waits {
            Progress::Waiting
        } else {
            Progress::Answered
        };
        let kind = Kind::Command {
            client: ran.client.clone(),
            prompt: untracked_prompt(self, &ran.client),
            line: ran.line.clone(),
            progress,
        };
        self.show(kind, &ran.output, ran.error);
        for notice in &ran.late {
            self.late(notice);
        }
    }
}

fn untracked_prompt(world: World, client: &str) -> String {
    world.status.with_untracked(|status| {
        let state = status.clients.iter().find(|state| state.name == client);
        state.map_or_else(|| OWN_PROMPT.to_owned(), |state| state.prompt.clone())
    })
}

/// Puts a late reply to the command that waits for it.
fn settle(steps: &mut [Ran], notice: &Notice) {
    let answered = |step: &Ran| step.late.iter().any(|late| late.client == notice.client);
    if steps.iter().any(answered) {
        return;
    }
    if let Some(step) = steps
        .iter_mut()
        .rev()
        .find(|step| step.waits && step.client == notice.client)
    {
        step.output.clone_from(&notice.output);
        step.waits = false;
    }
}

impl Page {
    /// Makes the world, unless it is there. The record's log is replayed.
    pub async fn open_world(self) -> Result<(), Lost> {
        let world = self.world;
        while world.opening.get_value() {
            dom::sleep(20).await;
        }
        if world.open.get_untracked() {
            return Ok(());
        }
        world.opening.set_value(true);
        let files = self.files_of_session().await;
        let log = self.record.with_untracked(|record| record.log.clone());
        let request = Request::Open(self.setup(log.clone()));
        let answer = self.engine().call(&self.world_name(), request, files).await;
        world.opening.set_value(false);
        let answer = answer?;
        if let Some(status) = answer.status {
            world.status.set(status);
        }
        if let Ok(Response::Opened { replayed }) = answer.result
            && replayed > 0
        {
            self.restored(&log, replayed);
        }
        world.open.set(true);
        world.changes.update(|count| *count += 1);
        Ok(())
    }

    fn setup(self, log: Vec<LogEntry>) -> Setup {
        let seed = self.seed();
        self.data(|data| Setup {
            seed,
            blocks: data.blocks.iter().map(export::block_source).collect(),
            exercises: data.exercises.iter().map(export::exercise_source).collect(),
            proofs: data
                .quizzes
                .iter()
                .map(|quiz| transcript::print(&quiz.proof))
                .collect(),
            log,
        })
    }

    fn restored(self, log: &[LogEntry], replayed: u32) {
        self.world.blocks.update(|blocks| {
            for entry in log {
                if let LogEntry::Block { block, .. } = entry {
                    blocks.insert(*block, BlockState::Restored);
                }
            }
        });
        let when = dom::local_time(self.record.with_untracked(|record| record.saved_at));
        let what = crate::format::counted(u64::from(replayed), "step");
        self.world
            .remark(&format!("Restored from {when}: {what} replayed."));
    }

    /// A line typed at the console, in the forms of a transcript.
    pub fn type_line(self, client: String, line: String) {
        spawn_local(async move { self.run_line(client, line).await });
    }

    pub async fn run_line(self, client: String, line: String) {
        match transcript::read_line(&line) {
            Ok(Line::Action(Action::Wait(time))) => self.run_advance(time.as_millis() as u64).await,
            Ok(Line::Action(Action::Run {
                client: Some(name),
                text,
            })) => self.run_command(name, text).await,
            Ok(Line::Action(Action::Run { client: None, text })) => {
                self.run_command(client, text).await
            }
            Err(problem) if line.starts_with('+') => self.world.remark(&problem),
            _ => self.run_command(client, line).await,
        }
    }

    /// A line that is one, whatever it looks like: from a shared link.
    pub async fn run_line_of(self, client: String, line: String) {
        self.run_command(client, line).await;
    }

    async fn run_command(self, client: String, line: String) {
        let world = self.world;
        let kind = Kind::Command {
            client: client.clone(),
            prompt: untracked_prompt(world, &client),
            line: line.clone(),
            progress: Progress::Running,
        };
        let id = world.show(kind, "", false);
        let request = Request::Run {
            client: client.clone(),
            line: line.clone(),
        };
        match self.ask(request).await {
            Ok(Response::Ran(ran)) => {
                world.shown.update(|shown| {
                    if let Some(entry) = shown.iter_mut().find(|entry| entry.id == id) {
                        answer_entry(entry, &ran);
                    }
                });
                for notice in &ran.late {
                    world.late(notice);
                }
                self.keep(LogEntry::Line { client, line });
            }
            other => self.unanswered(id, other),
        }
    }

    fn unanswered(self, id: u32, result: Result<Response, Problem>) {
        let text = unexpected(result);
        self.world.shown.update(|shown| {
            if let Some(entry) = shown.iter_mut().find(|entry| entry.id == id) {
                entry.output = text;
                entry.error = true;
                if let Kind::Command { progress, .. } = &mut entry.kind {
                    *progress = Progress::Answered;
                }
            }
        });
    }

    pub fn advance(self, millis: u64) {
        spawn_local(async move { self.run_advance(millis).await });
    }

    pub async fn run_advance(self, millis: u64) {
        let kind = Kind::Command {
            client: String::new(),
            prompt: String::new(),
            line: format!("+ {}", export::span(millis)),
            progress: Progress::Answered,
        };
        let id = self.world.show(kind, "", false);
        match self.ask(Request::Advance { millis }).await {
            Ok(Response::Advanced) => self.keep(LogEntry::Advance { millis }),
            other => self.unanswered(id, other),
        }
    }

    pub fn run_block(self, block: u32, text: Option<String>) {
        spawn_local(async move {
            let world = self.world;
            world.blocks.update(|blocks| {
                blocks.insert(block, BlockState::Running);
            });
            let state = match self
                .ask(Request::RunBlock {
                    block,
                    text: text.clone(),
                })
                .await
            {
                Ok(Response::Block(run)) => {
                    self.block_ran(&run, text);
                    BlockState::Ran(run)
                }
                other => BlockState::Failed(unexpected(other)),
            };
            world.blocks.update(|blocks| {
                blocks.insert(block, state);
            });
        });
    }

    pub fn block_state(self, block: u32) -> BlockState {
        let blocks = self.world.blocks;
        blocks.with_untracked(|blocks| blocks.get(&block).cloned().unwrap_or_default())
    }

    pub fn set_block(self, block: u32, state: BlockState) {
        let blocks = self.world.blocks;
        blocks.update(|blocks| blocks.insert(block, state));
    }

    /// Blocks that ran first because the reader had skipped them.
    pub fn mark_replayed(self, run: &BlockRun) {
        self.world.blocks.update(|blocks| {
            for skipped in &run.replayed {
                blocks.insert(*skipped, BlockState::Restored);
            }
        });
    }

    fn block_ran(self, run: &BlockRun, text: Option<String>) {
        let world = self.world;
        self.mark_replayed(run);
        for step in &run.steps {
            world.show_ran(step);
        }
        if run.problem.is_none() {
            self.keep(LogEntry::Block {
                block: run.block,
                text,
            });
        }
    }

    /// Back to the start: no keys, no log. Answers and edited blocks stay unless `all`.
    pub fn reset_world(self, all: bool) {
        spawn_local(async move {
            let world = self.world;
            let reset = self.ask(Request::Reset).await;
            if let Err(problem) = &reset {
                world.remark(&problem.text());
            }
            world.begin_anew();
            world.shown.update(Vec::clear);
            world.loading.set(String::new());
            super::kept::forget(&self.site(), &self.world_name());
            self.change_record(|record| {
                let mut fresh = record.reset();
                if !all {
                    fresh.edits = std::mem::take(&mut record.edits);
                    fresh.solved = std::mem::take(&mut record.solved);
                    fresh.answers = std::mem::take(&mut record.answers);
                }
                *record = fresh;
            });
            world.remark(if all {
                "The lesson begins anew."
            } else {
                "The server begins anew: no keys, time zero."
            });
        });
    }

    pub async fn keys(self, limit: u32) -> Option<(Vec<KeyRow>, u64)> {
        match self.ask(Request::Keys { limit }).await {
            Ok(Response::Keys { rows, total }) => Some((rows, total)),
            _ => None,
        }
    }

    /// Asks about this page's world, which is made first if need be.
    pub async fn ask(self, request: Request) -> Result<Response, Problem> {
        self.ask_with(request, Array::new()).await
    }

    /// The same, with files beside the question.
    pub async fn ask_with(self, request: Request, files: Array) -> Result<Response, Problem> {
        self.open_world().await.map_err(Problem::Lost)?;
        let reading = matches!(
            request,
            Request::Keys { .. }
                | Request::Scripts
                | Request::Show(_)
                | Request::Complete { .. }
                | Request::Files
                | Request::ReadFile { .. }
        );
        let answer = self
            .engine()
            .call(&self.world_name(), request, files)
            .await
            .map_err(Problem::Lost)?;
        if let Some(status) = answer.status {
            self.world.status.set(status);
        }
        if !reading {
            self.world.changes.update(|count| *count += 1);
        }
        answer.result.map_err(Problem::Failed)
    }

    pub fn keep(self, entry: LogEntry) {
        self.change_record(|record| record.log.push(entry));
    }

    /// Starts the engine when the browser has nothing better to do.
    pub fn warm_up_later(self) {
        if self.route() == Route::Other {
            return;
        }
        spawn_local(async move {
            dom::sleep(600).await;
            // A failure shows in the dock.
            let _ = self.open_world().await;
        });
    }
}

fn answer_entry(entry: &mut Shown, ran: &Ran) {
    entry.output.clone_from(&ran.output);
    entry.error = ran.error;
    if let Kind::Command { progress, .. } = &mut entry.kind {
        *progress = if ran.waits {
            Progress::Waiting
        } else {
            Progress::Answered
        };
    }
}

/// Why a request has no response.
#[derive(Debug, Clone)]
pub enum Problem {
    Lost(Lost),
    Failed(messages::Failure),
}

impl Problem {
    pub fn text(&self) -> String {
        match self {
            Problem::Lost(Lost::Rebuilt) => {
                "This did not finish and was left out of the session.".to_owned()
            }
            Problem::Lost(Lost::Absent(why)) => why.clone(),
            Problem::Failed(messages::Failure::NoWorld) => {
                "The session is not there any more. Reload the page.".to_owned()
            }
            Problem::Failed(messages::Failure::Unreadable(name)) => format!(
                "{name} could not be read. A folder cannot be loaded: choose the files in it."
            ),
            Problem::Failed(messages::Failure::NoSuchPart) => {
                "The engine does not know this part of the page.".to_owned()
            }
            Problem::Failed(messages::Failure::ScriptStands { block }) => format!(
                "The script of block {} stands still, and the server serves nobody else while a script runs. Step on, \
                 run it to the end or stop it.",
                block + 1
            ),
            Problem::Failed(messages::Failure::Malformed(why)) => {
                format!("The engine did not understand the page: {why}")
            }
        }
    }
}

/// What to say where the answer is not the one that was asked for.
pub fn unexpected(result: Result<Response, Problem>) -> String {
    match result {
        Err(problem) => problem.text(),
        Ok(_) => "The engine answered something else than was asked.".to_owned(),
    }
}
