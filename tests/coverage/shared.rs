//! Diagrams and exercises that stand in two places.

use std::collections::BTreeMap;

use lesson::{Action, Content, Exercise, Page};

/// A line for each diagram and each exercise that another page, or the same one above, has already. Exercises are the same
/// if their solutions are, names aside.
pub fn shared(pages: &[(String, Page)]) -> Vec<String> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut meet = |what: &str, text: String, place: String| {
        if let Some(first) = seen.get(&text) {
            problems.push(format!("{place}: this {what} stands at {first} too"));
        }
        seen.entry(text).or_insert(place);
    };
    for (path, page) in pages {
        for block in &page.blocks {
            if let Content::Diagram { text } = &block.content {
                let words: Vec<&str> = text.split_ascii_whitespace().collect();
                meet("diagram", words.join(" "), format!("{path}:{}", block.line));
            }
        }
        for exercise in &page.exercises {
            meet(
                "exercise",
                normalized(exercise),
                format!("{path}:{}", exercise.line),
            );
        }
    }
    problems
}

/// The steps of the solution and of the checks.
fn normalized(exercise: &Exercise) -> String {
    let steps = exercise.solution.iter().chain(&exercise.checks);
    let texts = steps.map(|step| match &step.action {
        Action::Run { text, .. } => text.to_ascii_lowercase(),
        other => other.to_string(),
    });
    texts.collect::<Vec<_>>().join("\n")
}
