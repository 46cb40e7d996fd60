//! What the static page says about itself: its blocks, exercises, quizzes and views. `site` wrote it
//! with serde; here only what the islands use is read, the rest stays empty.

use std::time::Duration;

use lesson::{Action, Block, Choice, Content, Exercise, Output, PageData, Prose, Quiz, Step, View};
use serde_json::Value;

use crate::json::{Object, field, variant};

/// An empty page for anything that is not one.
pub fn read(json: &str) -> PageData {
    let value: Value = serde_json::from_str(json).unwrap_or_default();
    let Some(page) = value.as_object() else {
        return PageData::default();
    };
    PageData {
        slug: text(page, "slug"),
        path: text(page, "path"),
        title: text(page, "title"),
        blocks: list(page.get("blocks"), block),
        exercises: list(page.get("exercises"), exercise),
        quizzes: list(page.get("quizzes"), quiz),
        views: list(page.get("views"), view),
    }
}

fn text(object: &Object, name: &str) -> String {
    field(object, name).unwrap_or_default()
}

fn list<T>(value: Option<&Value>, read: fn(&Value) -> Option<T>) -> Vec<T> {
    value
        .and_then(Value::as_array)
        .map_or_else(Vec::new, |items| items.iter().filter_map(read).collect())
}

fn block(value: &Value) -> Option<Block> {
    let (kind, content) = variant(value.get("content")?)?;
    let content = match (kind, content.as_object()) {
        ("Redis", Some(content)) => Content::Redis {
            fresh: field(content, "fresh")?,
            steps: steps(content.get("steps")),
        },
        ("Conf", Some(content)) => Content::Conf {
            text: text(content, "text"),
        },
        ("Shell", Some(content)) => Content::Shell {
            host: field(content, "host")?,
            steps: steps(content.get("steps")),
        },
        ("Lua", Some(content)) => Content::Lua {
            source: text(content, "source"),
            steps: steps(content.get("steps")),
        },
        // The other kinds are shown and not run.
        _ => Content::Static {
            language: String::new(),
            text: String::new(),
        },
    };
    Some(Block { line: 0, content })
}

fn exercise(value: &Value) -> Option<Exercise> {
    Some(Exercise {
        goal: prose(value.get("goal")?)?,
        given: steps(value.get("given")),
        checks: steps(value.get("checks")),
        hints: list(value.get("hints"), prose),
        solution: steps(value.get("solution")),
        why: list(value.get("why"), prose),
        ..Exercise::default()
    })
}

fn quiz(value: &Value) -> Option<Quiz> {
    Some(Quiz {
        line: 0,
        question: prose(value.get("question")?)?,
        choices: list(value.get("choices"), choice),
        proof: steps(value.get("proof")),
    })
}

fn choice(value: &Value) -> Option<Choice> {
    Some(Choice {
        line: 0,
        text: prose(value.get("text")?)?,
        reason: prose(value.get("reason")?)?,
        right: value.get("right")?.as_bool()?,
    })
}

fn view(value: &Value) -> Option<View> {
    let view = value.as_object()?;
    Some(View {
        line: 0,
        name: text(view, "name"),
        words: field(view, "words")?,
        after_blocks: field::<u32>(view, "after_blocks")? as usize,
    })
}

/// As HTML only.
fn prose(value: &Value) -> Option<Prose> {
    Some(Prose {
        text: String::new(),
        html: text(value.as_object()?, "html"),
    })
}

fn steps(value: Option<&Value>) -> Vec<Step> {
    list(value, |value| {
        let action = action(value.get("action")?)?;
        let reply = list(value.get("reply"), output);
        Some(Step {
            line: 0,
            action,
            reply,
            reply_lines: 0..0,
        })
    })
}

fn action(value: &Value) -> Option<Action> {
    let (kind, value) = variant(value)?;
    match (kind, value) {
        ("Run", Value::Object(run)) => Some(Action::Run {
            client: field(run, "client")?,
            text: text(run, "text"),
        }),
        ("Wait", Value::Object(time)) => Some(Action::Wait(Duration::new(
            field(time, "secs")?,
            field(time, "nanos")?,
        ))),
        ("World", words) => Some(Action::World(list(Some(words), |word| {
            word.as_str().map(str::to_owned)
        }))),
        ("Shell", Value::String(text)) => Some(Action::Shell(text.clone())),
        _ => None,
    }
}

fn output(value: &Value) -> Option<Output> {
    match value {
        Value::Object(object) => Some(Output::Text(text(object, "Text"))),
        _ => Some(Output::Any),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Vec<Step> {
        let steps = lesson::transcript::parse("test", 1, text).expect("a transcript");
        steps
            .into_iter()
            .map(|step| Step {
                line: 0,
                reply_lines: 0..0,
                ..step
            })
            .collect()
    }

    fn prose(html: &str) -> Prose {
        Prose {
            text: String::new(),
            html: html.to_owned(),
        }
    }

    #[test]
    fn what_the_site_wrote_is_read() {
        let redis = Content::Redis {
            fresh: true,
            steps: steps("> SET a 1\nOK\nada> GET a\n...\n+ 1s 5ms\n! cut A B"),
        };
        let conf = Content::Conf {
            text: "maxmemory 2mb".into(),
        };
        let shell = Content::Shell {
            host: false,
            steps: steps("$ redis-cli GET a | wc -l\n1"),
        };
        let shown = Content::Static {
            language: String::new(),
            text: String::new(),
        };
        let exercise = Exercise {
            goal: prose("<p>Goal</p>"),
            given: steps("> SET a 1"),
            checks: steps("> GET a\n\"2\""),
            hints: vec![prose("one"), prose("two")],
            solution: steps("> INCR a"),
            why: vec![prose("because")],
            ..Exercise::default()
        };
        let choice = Choice {
            line: 0,
            text: prose("yes"),
            reason: prose("so"),
            right: true,
        };
        let data = PageData {
            slug: "strings".into(),
            path: "lessons/strings.md".into(),
            title: "Strings".into(),
            blocks: [redis, conf, shell, shown]
                .map(|content| Block { line: 0, content })
                .into(),
            exercises: vec![exercise],
            quizzes: vec![Quiz {
                line: 0,
                question: prose("why?"),
                choices: vec![choice],
                proof: steps("> PING\nPONG"),
            }],
            views: vec![View {
                line: 0,
                name: "skiplist".into(),
                words: vec!["board".into()],
                after_blocks: 2,
            }],
        };
        assert_eq!(
            read(&serde_json::to_string(&data).expect("data is JSON")),
            data
        );
        for broken in ["", "[]", "{\"blocks\":7}"] {
            assert_eq!(read(broken), PageData::default(), "{broken}");
        }
    }
}
