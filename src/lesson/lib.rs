//! Lessons as data: the outline, pages, transcripts, exercises and quizzes.
//!
//! A lesson is a Markdown file; `lessons/README.md` is the reference for its writers, with every
//! line form. `read_page` turns one into a [`Page`], `Course::parse` reads the outline, and
//! `transcript` holds the line forms shared by lessons, the command reference and the tests.
//!
//! Nothing here knows Redis beyond the look of a command line: transcripts are run elsewhere and
//! compared here. No file is opened and nothing is printed; callers bring text and get values and
//! [`Problem`]s back.
//!
//! The feature `parse` (on by default) brings the Markdown parser. Without it the crate is the
//! plain types, transcripts, highlighting and HTML of blocks, which is what the browser links.

#[cfg(feature = "parse")]
mod check;
mod exercise;
pub mod highlight;
pub mod html;
pub mod lua;
mod outline;
mod page;
mod problem;
#[cfg(feature = "parse")]
mod prose;
mod quiz;
#[cfg(feature = "parse")]
mod read;
#[cfg(feature = "parse")]
mod shape;
mod topology;
pub mod transcript;

#[cfg(feature = "parse")]
pub use check::{check_page, check_title, reading_minutes, replace_minutes};
pub use exercise::Exercise;
pub use outline::{Course, Lesson, Phase};
pub use page::{Block, Content, Heading, Page, PageData, Paragraph, Prose, Section, Shown, View};
pub use problem::Problem;
pub use quiz::{Choice, Quiz};
#[cfg(feature = "parse")]
pub use read::{read_page, read_spec, resolve};
#[cfg(feature = "parse")]
pub use shape::{Shape, check_shape};
pub use topology::{Node, Role, Setting, Topology};
pub use transcript::{Action, Difference, Line, Output, Step};

#[cfg(all(test, feature = "parse"))]
mod tests;
