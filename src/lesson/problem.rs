//! What is wrong with a lesson, and where. Problems are collected, never thrown: a writer wants all
//! of them at once.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One mistake in a source file; prints as `file:line: text`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}

/// The problems of one file, while it is being read.
pub(crate) struct Problems {
    pub file: String,
    pub list: Vec<Problem>,
}

impl Problems {
    pub fn new(file: &str) -> Problems {
        Problems {
            file: file.to_string(),
            list: Vec::new(),
        }
    }

    pub fn add(&mut self, line: usize, text: impl Into<String>) {
        self.list.push(Problem {
            file: self.file.clone(),
            line,
            text: text.into(),
        });
    }
}
