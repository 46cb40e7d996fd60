//! What the page and the worker say to each other: plain serde types, sent as postcard bytes.
//! No engine, no browser. The page links this crate and never the engine.
//!
//! One `Call` is answered by one `Answer` with the same `id`; a `Notice` comes unasked (a blocked client got its
//! reply, a subscriber got a message). A *world* is one server with its clients, its clock and its seed; it is named
//! by the page (`lesson:strings`, `playground`, `share`).

#![forbid(unsafe_code)]

extern crate alloc;

pub mod drawing;
pub mod format;
pub mod markup;
pub mod share;

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Chosen by the page, unique per worker.
    pub id: u32,
    pub world: String,
    pub request: Request,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Makes the world, or makes it again, from its seed and its log. A world that was never opened answers
    /// every other request with `Failure::NoWorld`.
    Open(Setup),
    /// One line typed at the console by a client. A name that is new connects.
    Run { client: String, line: String },
    /// A block of the page. Blocks before it that did not run yet run first (up to the last `fresh` one).
    /// `text` is the reader's edited transcript, or none for the block as written.
    RunBlock { block: u32, text: Option<String> },
    /// Runs a block line by line of its script. From `Begin` to its end, nothing else is done in this world: the server
    /// serves nobody while a script runs.
    StepScript(ScriptMove),
    /// Judges an answer in a world of its own; the reader's world is not touched.
    Check { exercise: u32, answer: String },
    /// Replays a quiz's proof in a world of its own.
    Prove { quiz: u32 },
    /// Virtual time passes.
    Advance { millis: u64 },
    /// Back to the seed: no keys, no clients, time zero, empty log.
    Reset,
    /// What may come at the end of this line.
    Complete { line: String },
    /// The keys of the selected database, at most `limit`, in key order.
    Keys { limit: u32 },
    /// What scripts the server knows.
    Scripts,
    /// A moment of a visualiser.
    Show(drawing::Show),
    /// What lies in the server's folder.
    Files,
    /// One of these files, to be downloaded.
    ReadFile { name: String },
    /// The server begins anew with these files. Their bytes lie beside the message, in the order of the names, as
    /// they lie beside `Open` for the last `Load` of its log: thirty megabytes are not copied by the page.
    Load { names: Vec<String> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ScriptMove {
    /// Like `RunBlock`, up to the first line of the script.
    Begin { block: u32, text: Option<String> },
    /// To the next line, in this or the next run of the script.
    Next,
    /// To the end of the block.
    Finish,
    /// The script ends where it stands. What it wrote stays; the block's other steps do not run.
    Stop,
}

/// How to make a world.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// Usually the page's path: the same text gives the same world everywhere.
    pub seed: String,
    /// The page's transcripts, in order.
    pub blocks: Vec<BlockSource>,
    pub exercises: Vec<ExerciseSource>,
    /// The proofs of the page's quizzes, in order; empty text where a quiz has none.
    pub proofs: Vec<String>,
    /// What the reader did before, replayed without answers.
    pub log: Vec<LogEntry>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BlockSource {
    /// Transcript text: commands, time, expected replies.
    pub text: String,
    /// Starts a new world.
    pub fresh: bool,
    /// A redis.conf: the new world's server is started with it.
    pub conf: Option<String>,
    /// A Lua script: the transcript runs it as `@script`, or names it by its sum as `@sha`.
    pub script: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExerciseSource {
    /// Commands that make the starting state.
    pub given: String,
    /// A transcript of commands with the replies that must come.
    pub checks: String,
}

/// One thing the reader did. The log is what is stored, shared and undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LogEntry {
    Line {
        client: String,
        line: String,
    },
    Block {
        block: u32,
        text: Option<String>,
    },
    Advance {
        millis: u64,
    },
    /// The server began anew with these files: nothing before it matters any more.
    Load {
        names: Vec<String>,
    },
}

/// From the worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    /// Sent once, when the worker can take calls.
    Ready,
    Answer(Answer),
    Notice(Notice),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub id: u32,
    pub world: String,
    pub result: Result<Response, Failure>,
    /// The world after the request; none if there is no such world.
    pub status: Option<Status>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Response {
    Opened {
        replayed: u32,
    },
    Ran(Ran),
    Block(BlockRun),
    Stepped(Box<Stepped>),
    Checked(Checked),
    Proved {
        steps: Vec<Ran>,
        holds: bool,
    },
    Advanced,
    Reset,
    Completions(Completions),
    Keys {
        rows: Vec<KeyRow>,
        total: u64,
    },
    Scripts(Scripts),
    Shown(Box<drawing::Shown>),
    Files {
        rows: Vec<FileRow>,
        /// A file is written in the background and appears when time passes.
        writing: bool,
    },
    /// Where the page finds the bytes: an address that the worker makes. Empty where there is no worker.
    File {
        address: String,
    },
    /// What the files held, as a sentence; or why the server would not start from them, and nothing changed.
    Loaded(Result<String, String>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Failure {
    NoWorld,
    /// A block, exercise or quiz number that the page does not have; a script to step that does not run.
    NoSuchPart,
    /// The script of this block stands still, and with it the server.
    ScriptStands {
        block: u32,
    },
    /// The call itself was not understood; the text says why.
    Malformed(String),
    /// A file of the reader's could not be read: its name.
    Unreadable(String),
}

/// One command and what redis-cli would print for it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ran {
    pub client: String,
    /// The line as typed, without prompt. `+ 45s` for passing time.
    pub line: String,
    /// Lines as redis-cli prints them, joined by newlines, without the last one. Empty while the client waits.
    pub output: String,
    /// The reply is an error, or the line could not be read.
    pub error: bool,
    /// The client is blocked and its reply comes as a `Notice`.
    pub waits: bool,
    /// The prompt that redis-cli would show next, such as `127.0.0.1:6379[1]> ` or `(TX)> `.
    pub prompt: String,
    /// Outputs that this line caused for others: unblocked clients, subscribers.
    pub late: Vec<Notice>,
    /// For a block's step with a recorded reply: whether it came out so. None where nothing was recorded.
    pub as_recorded: Option<bool>,
    /// The recorded reply, where it differs.
    pub recorded: String,
    /// Where in the block's script its compiling or running failed.
    pub fault: Option<Box<Fault>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    pub line: u32,
    /// What the server says about it, without the place.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub world: String,
    pub client: String,
    pub output: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BlockRun {
    pub block: u32,
    /// Blocks that ran first because the reader had skipped them.
    pub replayed: Vec<u32>,
    pub steps: Vec<Ran>,
    /// A line of the block that could not be read as a transcript: its number (from 1) and what is wrong.
    pub problem: Option<(u32, String)>,
    /// Its script was stopped while it was run line by line: how many commands had written by then.
    pub stopped: Option<u32>,
}

/// A block that is run line by line of its script.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stepped {
    /// The steps that are over.
    pub run: BlockRun,
    /// Where the script stands; none: the block is over.
    pub at: Option<Standing>,
    /// What the world's log gained by it.
    pub log: Vec<LogEntry>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Who runs the script, and by what line.
    pub client: String,
    pub command: String,
    /// The line of the script that comes next; or that is not over yet.
    pub line: u32,
    pub midway: bool,
    pub locals: Vec<Variable>,
    /// Of the functions around the one that runs.
    pub outer: Vec<Variable>,
    /// KEYS and ARGV.
    pub given: Vec<Variable>,
    /// The commands that the script called, without the first ones if there are many.
    pub calls: Vec<ScriptCall>,
    pub earlier_calls: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScriptCall {
    pub line: u32,
    pub command: String,
    /// As redis-cli would print it.
    pub reply: String,
    pub error: bool,
}

/// The script cache and the libraries of functions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scripts {
    pub scripts: Vec<ScriptRow>,
    pub libraries: Vec<LibraryRow>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScriptRow {
    pub sum: String,
    /// Its beginning, if it is long.
    pub text: String,
    pub flags: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LibraryRow {
    pub name: String,
    pub code: String,
    pub functions: Vec<FunctionRow>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FunctionRow {
    pub name: String,
    pub description: String,
    pub flags: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    pub passed: bool,
    /// What the reader's answer printed.
    pub steps: Vec<Ran>,
    /// How many commands the answer took.
    pub commands: u32,
    /// The checks in order, up to the first that failed.
    pub checks: Vec<CheckResult>,
    /// Why the answer could not be judged (unreadable line, too long, no command).
    pub problem: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    pub line: String,
    pub expected: String,
    pub actual: String,
    pub passed: bool,
}

/// What the dock's header shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Keys in the selected database of the page's own client.
    pub keys: u64,
    /// The engine's `used_memory` for its data, in bytes.
    pub memory_bytes: u64,
    /// Virtual time since the world began.
    pub elapsed_millis: u64,
    /// Virtual time as a date: milliseconds since 1970 UTC.
    pub clock_millis: i64,
    pub clients: Vec<ClientState>,
    /// How many log entries the world holds (what the page should store).
    pub log_entries: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClientState {
    pub name: String,
    pub db: u32,
    pub prompt: String,
    /// Waits in a blocking command; the line it waits in.
    pub waits_in: Option<String>,
    pub subscriptions: u32,
    pub in_transaction: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Completions {
    /// Byte position in the line where the completed word begins.
    pub from: u32,
    pub items: Vec<Completion>,
    /// Syntax of the command on this line, what is typed of it already included.
    pub syntax: String,
    pub summary: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    pub text: String,
    /// `command`, `option`, `key`.
    pub kind: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeyRow {
    pub key: Vec<u8>,
    /// As TYPE says it.
    pub kind: String,
    /// As OBJECT ENCODING says it.
    pub encoding: String,
    /// Elements, fields or bytes.
    pub length: u64,
    /// Remaining lifetime; negative if the deadline passed and the key was not yet removed.
    pub ttl_millis: Option<i64>,
    /// As MEMORY USAGE says it, in bytes.
    pub memory_bytes: u64,
}

/// A file of the server's folder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileRow {
    /// Relative to the folder.
    pub name: String,
    pub bytes: u64,
    /// How much of it would survive a loss of power.
    pub synced_bytes: u64,
}

/// The bytes of a message.
pub fn to_bytes<T: Serialize>(message: &T) -> Vec<u8> {
    postcard::to_allocvec(message).expect("messages hold nothing that postcard cannot write")
}

/// A message from bytes; an error for anything else, never a panic.
pub fn from_bytes<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    postcard::from_bytes(bytes).map_err(|error| alloc::format!("not a message: {error}"))
}
