//! A lesson page as data. What the browser gets is [`PageData`]; what the site prerenders and the
//! tests replay is the whole [`Page`]. Reading Markdown is `read.rs`'s business.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{Exercise, Output, Quiz, Step, Topology};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The file, from the root of the repository: `lessons/advanced/16-expiration-ttl.md`. It is
    /// also the name from which the page's world takes its seed.
    pub path: String,
    pub title: String,
    pub summary: String,
    pub minutes: u32,
    /// The line of `minutes:`, for the test that measures the page.
    pub minutes_line: usize,
    pub headings: Vec<Heading>,
    /// The article without its title: everything below the front matter.
    pub html: String,
    pub blocks: Vec<Block>,
    pub exercises: Vec<Exercise>,
    pub quizzes: Vec<Quiz>,
    pub views: Vec<View>,
    /// Sorted, in capitals, with the subcommand where there is one: `OBJECT ENCODING`.
    pub commands_used: Vec<String>,
    /// The prose by heading, for search and for counting words. The first one, without an id,
    /// stands above the first heading.
    pub sections: Vec<Section>,
    pub paragraphs: Vec<Paragraph>,
    /// Which blocks show which claims, in the order of the page.
    pub shown: Vec<Shown>,
}

impl Page {
    /// What the page in the browser needs to run.
    pub fn data(&self, slug: &str) -> PageData {
        PageData {
            slug: slug.to_string(),
            path: self.path.clone(),
            title: self.title.clone(),
            blocks: self.blocks.clone(),
            exercises: self.exercises.clone(),
            quizzes: self.quizzes.clone(),
            views: self.views.clone(),
        }
    }

    /// The words of the prose; code, exercises and quizzes do not count.
    pub fn prose_words(&self) -> usize {
        let words = |text: &str| text.split_ascii_whitespace().count();
        self.sections
            .iter()
            .map(|section| words(&section.title) + words(&section.text))
            .sum()
    }
}

/// The part of a page that travels with its HTML, as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PageData {
    pub slug: String,
    pub path: String,
    pub title: String,
    pub blocks: Vec<Block>,
    pub exercises: Vec<Exercise>,
    pub quizzes: Vec<Quiz>,
    pub views: Vec<View>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heading {
    /// 2 to 6; the page's title is level 1.
    pub level: u8,
    pub id: String,
    pub text: String,
    pub line: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    pub id: String,
    pub title: String,
    pub text: String,
}

/// A paragraph of prose, or an item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Paragraph {
    pub line: usize,
    pub words: usize,
}

/// A block's mark `shows=fifo-list`: its replies are the evidence for that claim. It is for those who keep the course
/// true; a reader's page does not get it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub claim: String,
    /// An index of `blocks`.
    pub block: usize,
}

/// A fence that shows code. `blocks[n]` is the element with `data-block="n"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// The line of the opening fence.
    pub line: usize,
    pub content: Content,
}

impl Block {
    /// The steps it runs, as written; none for blocks that are applied or only shown.
    pub fn steps(&self) -> &[Step] {
        match &self.content {
            Content::Redis { steps, .. }
            | Content::Shell { steps, host: false }
            | Content::Lua { steps, .. } => steps,
            _ => &[],
        }
    }

    /// Whether it begins a new world, so that nothing above it needs to run first.
    pub fn is_fresh(&self) -> bool {
        matches!(
            self.content,
            Content::Redis { fresh: true, .. } | Content::Topology(_) | Content::Conf { .. }
        )
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// A transcript on the page's world; `fresh` begins with an empty one.
    Redis {
        fresh: bool,
        steps: Vec<Step>,
    },
    /// Begins a new world with these servers.
    Topology(Topology),
    /// A redis.conf: the page's server is started anew with it.
    Conf {
        text: String,
    },
    /// `host`: only a real machine can run it, so it is shown and not run.
    Shell {
        host: bool,
        steps: Vec<Step>,
    },
    /// A script; the steps below its `---` run it as `@script` (its text) or `@sha` (its digest).
    Lua {
        source: String,
        steps: Vec<Step>,
    },
    /// A snippet, and below its `---` the commands it sends and the replies it gets.
    Java {
        source: String,
        trace: Vec<Output>,
        trace_lines: Range<usize>,
    },
    Diagram {
        text: String,
    },
    /// Only shown: `json`, `yaml`, `text` and the like.
    Static {
        language: String,
        text: String,
    },
}

/// A picture of the live keyspace: `skiplist board` draws the skip list of the key `board`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    pub line: usize,
    pub name: String,
    pub words: Vec<String>,
    /// How many blocks of the page stand above it: it draws the world as they leave it.
    pub after_blocks: usize,
}

/// A short text of the writer's, such as a hint: as plain words and as HTML.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Prose {
    pub text: String,
    pub html: String,
}
