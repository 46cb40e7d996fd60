//! Commands and replies as lines: the same look in blocks, exercises, proofs and the console.
//! Everything is made of text nodes.

use leptos::prelude::*;
use lesson::highlight;
use messages::Ran;

use crate::markup::{Markup, el, several, text};

/// A command's text, its parts colored as in the static page.
pub fn command_text(line: &str) -> Markup {
    let mut parts = Vec::new();
    let mut end = 0;
    for span in highlight::spans(line) {
        parts.push(text(&line[end..span.range.start]));
        parts.push(el("span", span.kind.class()).say(&line[span.range.clone()]));
        end = span.range.end;
    }
    parts.push(text(&line[end..]));
    Markup::Several(parts)
}

/// A line that does something: `ada> GET a`, `+ 45s`.
pub fn action_line(client: &str, line: &str, lane: Option<usize>, badge: Option<&str>) -> Markup {
    if line.starts_with("+ ") {
        return el("span", "line wait").say(line);
    }
    if line.starts_with("! ") {
        return el("span", "line world").say(line);
    }
    let mut command = el("span", "line cmd").with("data-client", client);
    if let Some(lane) = lane {
        command = command.with("data-lane", &lane.to_string());
    }
    command
        .append(el("span", "prompt").say(&format!("{client}> ")))
        .append(command_text(line))
        .add_if(badge.map(|words| el("span", "badge").say(words)))
}

/// The lines of an output, each its own box, so that errors are marked where they stand.
pub fn output_lines(output: &str, late: bool) -> Markup {
    if output.is_empty() {
        return several([]);
    }
    several(output.split('\n').map(|line| {
        let class = match (late, line.contains("(error) ")) {
            (false, false) => "line reply",
            (false, true) => "line reply error",
            (true, false) => "line reply late",
            (true, true) => "line reply late error",
        };
        el("span", class).say(line)
    }))
}

/// The clients of some steps, in the order in which they speak. One client alone needs no lane.
pub fn lanes(steps: &[(String, String)]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (client, line) in steps {
        if !line.starts_with("+ ") && !line.starts_with("! ") && !names.contains(client) {
            names.push(client.clone());
        }
    }
    if names.len() < 2 { Vec::new() } else { names }
}

/// What ran, with live replies.
pub fn ran_steps(steps: &[Ran]) -> Markup {
    let pairs: Vec<(String, String)> = steps
        .iter()
        .map(|step| (step.client.clone(), step.line.clone()))
        .collect();
    let lanes = lanes(&pairs);
    several(steps.iter().map(|step| {
        let lane = lanes.iter().position(|name| *name == step.client);
        let badge = step.waits.then(|| waiting_badge(steps, &step.client));
        let late = step.late.iter().map(|notice| {
            let lines = notice
                .output
                .lines()
                .map(|line| format!("{}< {line}", notice.client));
            output_lines(&lines.collect::<Vec<_>>().join("\n"), true)
        });
        several([
            action_line(&step.client, &step.line, lane, badge),
            output_lines(&step.output, false),
        ])
        .add_all(late)
    }))
}

/// Its late reply stands below the step that caused it, or has not come yet.
fn waiting_badge(steps: &[Ran], client: &str) -> &'static str {
    let answered = steps
        .iter()
        .any(|step| step.late.iter().any(|notice| notice.client == client));
    if answered { "waited" } else { "waits…" }
}

/// The button below the one that runs a block.
pub fn step_button(
    label: String,
    act: Box<dyn FnMut(web_sys::MouseEvent)>,
) -> impl IntoView + use<> {
    view! {
        <button type="button" class="step-button" on:click=act aria-label=label.clone() title=label>
            <svg class="icon solid" viewBox="0 0 16 16" aria-hidden="true"><path d="M2.5 2.6v10.8L9.6 8zM11 2.6h2.4v10.8H11z"/></svg>
            <span class="run-word">"Step"</span>
        </button>
    }
}
