//! What a page asks of a visualiser and what it gets: elements, a sentence, a question, controls. The page draws them and
//! knows nothing else about any visualiser; what they mean is decided in the worker, in the crate `views`.

use serde::{Deserialize, Serialize};

use crate::markup::Markup;

/// Which moment of which visualiser.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Show {
    /// The visualiser's name; empty: the one that fits the key. One that does not exist shows how the key is stored.
    pub view: String,
    /// The key it is about; empty for those that are about the whole server.
    pub key: Vec<u8>,
    /// None: the present, after the last command.
    pub at: Option<Position>,
    /// The same commands under other luck: towers, lots and tables fall out otherwise.
    pub seed: Option<String>,
    /// What the reader set: a control's name and value.
    pub options: Vec<(String, String)>,
    /// The answer may be drawn.
    pub revealed: bool,
}

/// A moment: a command, counted from 0 among those that concern the visualiser, and how much of it has happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    pub command: u32,
    /// 0: before it. From 1: so many of its events have happened. At the last step it is over.
    pub step: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// As it was found: a name that exists.
    pub view: String,
    /// Names and titles of others that fit the same key.
    pub others: Vec<(String, String)>,
    pub title: String,
    /// What is simulated and not the engine's own; none: everything is what the engine really holds.
    pub model: Option<String>,
    /// How many commands concern it.
    pub commands: u32,
    /// Earlier ones are not kept.
    pub first: u32,
    pub at: Position,
    /// The last step of this command.
    pub steps: u32,
    /// The command of this moment. Empty if there is none yet.
    pub client: String,
    pub line: String,
    /// What redis-cli prints for it, once it is over.
    pub output: Option<String>,
    pub picture: Markup,
    pub board: Option<Board>,
    /// What just happened, as a sentence.
    pub said: String,
    /// Everything up to this moment of this command, a sentence each: the picture for those who read it.
    pub log: Vec<String>,
    /// The structure as it stands now, as a table.
    pub table: Option<Markup>,
    pub ask: Option<Ask>,
    pub controls: Vec<Control>,
}

/// Cells of one size in rows: drawn as one image. Each cell names a color of the palette.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// What a screen reader calls it.
    pub label: String,
    pub columns: u32,
    /// Row by row; as many as fill whole rows.
    pub cells: Vec<u8>,
    /// What stands for each number: a color of the style sheet (`--data-1`) and how much of it, of 255.
    pub palette: Vec<Ink>,
    /// The cell that is looked at. Arrow keys set the option `cell`.
    pub cursor: Option<u32>,
    /// Drawn over the cells, in units of one cell: outlines, hatches and names, so that no color stands alone.
    pub over: Markup,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ink {
    pub color: String,
    pub strength: u8,
}

/// A question before the answer is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    pub question: String,
    pub choices: Vec<Choice>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub text: String,
    pub right: bool,
    /// Said when it is chosen.
    pub why: String,
}

/// Something the reader may set; the value comes back in `Show::options` under its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Control {
    pub name: String,
    pub label: String,
    pub kind: ControlKind,
    /// As it is now.
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ControlKind {
    /// `yes` or empty.
    Switch,
    Number {
        min: i64,
        max: i64,
        step: i64,
    },
    /// Values with their names.
    Choice(Vec<(String, String)>),
    Text,
    /// Runs these lines at the console when pressed.
    Run(Vec<String>),
}
