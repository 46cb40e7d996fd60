//! Diagrams and exercises that stand in two lessons.

use std::collections::BTreeMap;

use engine::words;
use lesson::{Action, Content, Exercise, Step};

use super::Lesson;

/// A line for each diagram and each exercise that stands above already, in another lesson or the same. Exercises are the
/// same if their solutions are, names aside. Capstones may ask again for what a lesson has taught.
pub fn shared(lessons: &[Lesson]) -> Vec<String> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut meet = |text: String, place: String| match seen.get(&text) {
        Some(first) => problems.push(format!("{place}: the same stands at {first}")),
        None => {
            seen.insert(text, place);
        }
    };
    for page in lessons.iter().map(|lesson| &lesson.page) {
        for block in &page.blocks {
            if let Content::Diagram { text } = &block.content {
                let words: Vec<&str> = text.split_ascii_whitespace().collect();
                meet(words.join(" "), format!("{}:{}", page.path, block.line));
            }
        }
        for exercise in &page.exercises {
            let place = format!("{}:{}", page.path, exercise.line);
            meet(normalized(exercise), place);
        }
    }
    problems
}

/// The solution with a number for each name.
fn normalized(exercise: &Exercise) -> String {
    let mut names: Vec<Vec<u8>> = Vec::new();
    let mut text = String::new();
    for step in &exercise.solution {
        for (index, word) in typed(step).into_iter().enumerate() {
            let is_name = index > 0 && is_name(&word);
            if is_name && !names.contains(&word) {
                names.push(word.clone());
            }
            match names.iter().position(|name| is_name && *name == word) {
                Some(number) => text.push_str(&format!("${number} ")),
                None => text.push_str(&format!(
                    "{} ",
                    String::from_utf8_lossy(&word).to_ascii_uppercase()
                )),
            }
        }
        text.push('\n');
    }
    text
}

/// What has no small letter is an option or a number, and what has parentheses a script: these are the task.
fn is_name(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_lowercase) && !word.contains(&b'(')
}

fn typed(step: &Step) -> Vec<Vec<u8>> {
    match &step.action {
        Action::Run { text, .. } => words::split(text.as_bytes()).unwrap_or_default(),
        other => vec![other.to_string().into_bytes()],
    }
}
