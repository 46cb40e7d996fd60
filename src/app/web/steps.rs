//! Commands and replies as lines: the same look in blocks, exercises, proofs and the console.
//! Everything is made of text nodes.

use leptos::prelude::*;
use lesson::highlight;
use messages::Ran;

/// A command's text, its parts colored as in the static page.
pub fn command_text(line: &str) -> impl IntoView + use<> {
    let mut parts = Vec::new();
    let mut end = 0;
    for span in highlight::spans(line) {
        let between = line[end..span.range.start].to_owned();
        let word = line[span.range.clone()].to_owned();
        end = span.range.end;
        parts.push(view! { {between}<span class=span.kind.class()>{word}</span> });
    }
    let rest = line[end..].to_owned();
    view! { {parts}{rest} }
}

/// A line that does something: `ada> GET a`, `+ 45s`.
pub fn action_line(client: &str, line: &str, lane: Option<usize>, badge: Option<&'static str>) -> AnyView {
    let lane = lane.map(|lane| lane.to_string());
    if line.starts_with("+ ") {
        return view! { <span class="line wait">{line.to_owned()}</span> }.into_any();
    }
    if line.starts_with("! ") {
        return view! { <span class="line world">{line.to_owned()}</span> }.into_any();
    }
    let prompt = format!("{client}> ");
    view! {
        <span class="line cmd" data-client=client.to_owned() data-lane=lane>
            <span class="prompt">{prompt}</span>{command_text(line)}
            {badge.map(|text| view! { <span class="badge">{text}</span> })}
        </span>
    }
    .into_any()
}

/// The lines of an output, each its own box, so that errors are marked where they stand.
pub fn output_lines(output: &str, class: &'static str) -> impl IntoView + use<> {
    let lines: Vec<String> = if output.is_empty() { Vec::new() } else { output.split('\n').map(str::to_owned).collect() };
    lines
        .into_iter()
        .map(|line| {
            let error = line.contains("(error) ");
            view! { <span class=format!("line reply {class}") class:error=error>{line}</span> }
        })
        .collect_view()
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
pub fn ran_steps(steps: &[Ran]) -> impl IntoView + use<> {
    let pairs: Vec<(String, String)> = steps.iter().map(|step| (step.client.clone(), step.line.clone())).collect();
    let lanes = lanes(&pairs);
    steps
        .iter()
        .map(|step| {
            let lane = lanes.iter().position(|name| *name == step.client);
            let late = step.late.iter().map(|notice| {
                let lines = notice.output.lines().map(|line| format!("{}< {line}", notice.client));
                output_lines(&lines.collect::<Vec<_>>().join("\n"), "late").into_any()
            });
            let badge = step.waits.then(|| waiting_badge(steps, &step.client));
            view! {
                {action_line(&step.client, &step.line, lane, badge)}
                {output_lines(&step.output, "")}
                {late.collect_view()}
            }
        })
        .collect_view()
}

/// Its late reply stands below the step that caused it, or has not come yet.
fn waiting_badge(steps: &[Ran], client: &str) -> &'static str {
    let answered = steps.iter().any(|step| step.late.iter().any(|notice| notice.client == client));
    if answered { "waited" } else { "waits…" }
}
