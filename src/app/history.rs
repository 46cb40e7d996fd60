//! What was typed at a prompt, for the arrow keys. The line being written is kept while older ones
//! are looked at.

#[derive(Debug, Clone, Default)]
pub struct History {
    lines: Vec<String>,
    /// How many lines back; 0 is the line being written.
    back: usize,
    draft: String,
}

const LINES_MAX: usize = 500;

impl History {
    pub fn push(&mut self, line: &str) {
        self.back = 0;
        self.draft.clear();
        if line.trim().is_empty() || self.lines.last().is_some_and(|last| last == line) {
            return;
        }
        self.lines.push(line.to_owned());
        if self.lines.len() > LINES_MAX {
            self.lines.remove(0);
        }
    }

    /// The line before the one shown, which is `current`.
    pub fn older(&mut self, current: &str) -> Option<String> {
        if self.back == self.lines.len() {
            return None;
        }
        if self.back == 0 {
            self.draft = current.to_owned();
        }
        self.back += 1;
        Some(self.lines[self.lines.len() - self.back].clone())
    }

    pub fn newer(&mut self) -> Option<String> {
        self.back = self.back.checked_sub(1)?;
        match self.back {
            0 => Some(self.draft.clone()),
            back => Some(self.lines[self.lines.len() - back].clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_walk_and_the_draft_survives() {
        let mut history = History::default();
        for line in ["SET a 1", "GET a", "GET a", " "] {
            history.push(line);
        }
        assert_eq!(history.newer(), None);
        assert_eq!(history.older("DEL"), Some("GET a".into()));
        assert_eq!(history.older("GET a"), Some("SET a 1".into()));
        assert_eq!(history.older("SET a 1"), None);
        assert_eq!(history.newer(), Some("GET a".into()));
        assert_eq!(history.newer(), Some("DEL".into()));
    }
}
