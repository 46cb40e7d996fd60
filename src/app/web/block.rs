//! A block of the page: it runs, its replies come alive under their commands, and it can be edited.
//!
//! Before it runs it looks as printed, with the recorded replies in the quieter tone.

use leptos::prelude::*;

use super::erase::{click, effect, input, key, maybe, part, text};
use lesson::{Action, Block, Content, Output, Step};
use messages::{BlockRun, Ran};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlTextAreaElement, KeyboardEvent};

use super::dom;
use super::draw::Draw;
use super::page::Page;
use super::script::{StepButton, Stepper, script, stopped};
use super::slices::Slices;
use super::steps::{action_line, lanes, output_lines, ran_steps, step_button};
use super::world::BlockState;
use crate::markup::{Markup, el, several};
use crate::{edit, export};

pub fn attach(page: Page, slices: &mut Slices) {
    for element in dom::all(".block[data-block]") {
        let Some(number) = dom::number(&element, "block") else {
            continue;
        };
        let block = page.data(|data| data.blocks.get(number as usize).cloned());
        let Some(block) = block.filter(runs) else {
            continue;
        };
        slices.push(move || {
            listen_to_keys(page, number, &element);
            let host = element.clone();
            dom::fill(
                &element,
                move || view! { <BlockIsland page number block host/> },
            );
        });
    }
}

fn runs(block: &Block) -> bool {
    match &block.content {
        Content::Redis { steps, .. }
        | Content::Shell { host: false, steps }
        | Content::Lua { steps, .. } => !steps.is_empty(),
        Content::Conf { .. } => !export::block_source(block).text.is_empty(),
        _ => false,
    }
}

fn steps_of(block: &Block) -> Vec<Step> {
    match &block.content {
        Content::Redis { steps, .. }
        | Content::Shell { host: false, steps }
        | Content::Lua { steps, .. } => steps.clone(),
        _ => Vec::new(),
    }
}

/// Ctrl-Enter anywhere in the block runs it, as printed or as edited.
fn listen_to_keys(page: Page, number: u32, element: &HtmlElement) {
    let listener = gloo::events::EventListener::new(element, "keydown", move |event| {
        let key = event.unchecked_ref::<KeyboardEvent>();
        let in_editor = event
            .target()
            .is_some_and(|target| target.dyn_ref::<HtmlTextAreaElement>().is_some());
        if key.key() == "Enter" && (key.ctrl_key() || key.meta_key()) && !in_editor {
            key.prevent_default();
            run(page, number);
        }
    });
    listener.forget();
}

pub fn run(page: Page, number: u32) {
    if let BlockState::InScript { .. } = page.block_state(number) {
        return;
    }
    let edited = page
        .record
        .with_untracked(|record| record.edits.get(&number).cloned());
    let is_script = page.data(|data| {
        let block = data.blocks.get(number as usize);
        block.is_some_and(|block| matches!(block.content, Content::Lua { .. }))
    });
    page.run_block(number, edited.map(|text| edit::block(&text, is_script)));
}

#[component]
fn BlockIsland(page: Page, number: u32, block: Block, host: HtmlElement) -> impl IntoView {
    let steps = StoredValue::new(steps_of(&block));
    let editable = !matches!(block.content, Content::Conf { .. });
    let source = match &block.content {
        Content::Lua { source, .. } => Some(source.trim_end().to_string()),
        _ => None,
    };
    let is_script = source.is_some();
    let source = StoredValue::new(source);
    // What stands above the transcript and is not part of it.
    let above = match block.content {
        Content::Conf { text } => Some(text),
        _ => None,
    };
    let editing = RwSignal::new(None::<String>);
    let edited = Memo::new(move |_| {
        page.record
            .with(|record| record.edits.get(&number).cloned())
    });
    let state = Memo::new(move |_| {
        page.world
            .blocks
            .with(|blocks| blocks.get(&number).cloned().unwrap_or_default())
    });
    let label = host.clone();
    effect(move || {
        mark(&label, &state.get(), edited.with(Option::is_some));
    });
    let run_edited = move || {
        if let Some(text) = editing.get_untracked() {
            keep_edit(page, number, &text, &untouched(source, steps));
            editing.set(None);
        }
        run(page, number);
    };
    // Of an edited block: its commands. Its script is drawn by itself.
    let edited_commands = move || {
        let text = edited.get()?;
        Some(edit::parts(&text, is_script).1.to_owned())
    };
    let edited_script = move || {
        let text = edited.get()?;
        Some(edit::parts(&text, is_script).0?.to_owned())
    };
    let actions = move || steps.with_value(|steps| actions_of(edited_commands(), steps));
    // Where one client speaks, or a script, there is nothing between two steps to look at.
    let stepper = move || {
        let all = actions();
        let shown = !is_script && has_lanes(&all) && editing.with(Option::is_none);
        let next = match state.get() {
            BlockState::Stepping { run, .. } => run.steps.len() + 1,
            _ => 1,
        };
        let label = format!("Block {}, step {next} of {}", number + 1, all.len());
        maybe(shown.then(|| {
            let act = move |_| page.step_block(number, untrack(actions));
            step_button(label, click(act))
        }))
    };
    let as_edited = move || edited.get().map(|text| edit::block(&text, is_script));
    let drawn_script = move || {
        let script = edited_script().or_else(|| source.get_value())?;
        let shown = editing.with(Option::is_none);
        shown.then(|| script_of_block(&script, &state.get()))
    };
    view! {
        <button type="button" class="run" on:click=click(move |_| run_edited()) aria-label=format!("Run block {}", number + 1)
            title="Run (Ctrl+Enter inside the block)">
            <svg class="icon solid" viewBox="0 0 16 16" aria-hidden="true"><path d="M4.5 2.6v10.8L13.4 8z"/></svg>
            <span class="run-word">"Run"</span>
        </button>
        {part(stepper)}
        {maybe(is_script.then(|| view! { <StepButton page number text=Signal::derive(as_edited)/> }))}
        {maybe(is_script.then(|| view! {
            {part(move || several(drawn_script()).draw())}
            <Stepper page number state/>
        }))}
        {part(move || match editing.get() {
            Some(_) => editor(editing, is_script, run_edited).into_any(),
            None => {
                let printed = above.clone();
                view! { <pre tabindex="0"><code>
                    {several(printed.map(|text| el("span", "line").say(&text))).draw()}
                    {part(move || lines(&state.get(), edited_commands(), &steps.get_value()).draw())}
                </code></pre> }
                .into_any()
            }
        })}
        <Tools page number editing edited source steps editable/>
        <p class="hush" role="status">{part(move || spoken(&state.get()))}</p>
    }
}

fn script_of_block(source: &str, state: &BlockState) -> Markup {
    el("pre", "script")
        .with("tabindex", "0")
        .append(script(source, state))
}

/// The text with which editing begins.
fn untouched(source: StoredValue<Option<String>>, steps: StoredValue<Vec<Step>>) -> String {
    steps.with_value(|steps| {
        source.with_value(|source| edit::editable_block(source.as_deref(), steps))
    })
}

fn lines(state: &BlockState, edited: Option<String>, steps: &[Step]) -> Markup {
    match state {
        BlockState::Ran(run) => several([ran_steps(&run.steps)])
            .add_if(problem(run))
            .add_if(stopped(run)),
        BlockState::InScript { stepped, .. } => {
            let run = &stepped.run;
            let now = stepped.at.as_ref().map(|at| {
                let badge = Some("stands still");
                action_line(&at.client, &at.command, None, badge)
            });
            several([ran_steps(&run.steps)]).add_if(now)
        }
        BlockState::Stepping { run, .. } => several([
            ran_steps(&run.steps),
            coming(&actions_of(edited, steps), run.steps.len()),
        ]),
        BlockState::Failed(why) => several([
            printed(edited, steps),
            el("span", "line reply error").say(why),
        ]),
        _ => printed(edited, steps),
    }
}

fn problem(run: &BlockRun) -> Option<Markup> {
    let (line, what) = run.problem.as_ref()?;
    Some(el("span", "line reply error").say(&format!(
        "Line {line} cannot be read: {what}. Nothing after it ran."
    )))
}

/// The block without live replies: as written, or the reader's commands alone.
fn printed(edited: Option<String>, steps: &[Step]) -> Markup {
    let steps: Vec<(Action, Vec<Output>)> = match edited {
        Some(text) => edit::actions(&text)
            .into_iter()
            .map(|action| (action, Vec::new()))
            .collect(),
        None => steps
            .iter()
            .map(|step| (step.action.clone(), step.reply.clone()))
            .collect(),
    };
    let pairs: Vec<(String, String)> = steps.iter().map(|(action, _)| said(action)).collect();
    let lanes = lanes(&pairs);
    several(
        steps
            .iter()
            .zip(&pairs)
            .map(|((_, reply), (client, line))| {
                let lane = lanes.iter().position(|name| name == client);
                let reply: Vec<&str> = reply
                    .iter()
                    .map(|output| match output {
                        Output::Text(text) => text.as_str(),
                        Output::Any => "...",
                    })
                    .collect();
                several([
                    action_line(client, line, lane, None),
                    output_lines(&reply.join("\n"), false),
                ])
            }),
    )
}

fn actions_of(edited: Option<String>, steps: &[Step]) -> Vec<Action> {
    match edited {
        Some(text) => edit::actions(&text),
        None => steps.iter().map(|step| step.action.clone()).collect(),
    }
}

/// Whether several clients speak: then it is worth seeing one step at a time.
fn has_lanes(actions: &[Action]) -> bool {
    !lanes(&actions.iter().map(said).collect::<Vec<_>>()).is_empty()
}

/// The steps that did not run yet; the first of them is next.
fn coming(actions: &[Action], done: usize) -> Markup {
    let pairs: Vec<(String, String)> = actions.iter().map(said).collect();
    let lanes = lanes(&pairs);
    let lines = pairs.iter().enumerate().skip(done);
    several(lines.map(|(at, (client, line))| {
        let lane = lanes.iter().position(|name| name == client);
        let badge = (at == done).then_some("next");
        el("span", "coming").append(action_line(client, line, lane, badge))
    }))
}

/// Who does what, as a line.
fn said(action: &Action) -> (String, String) {
    match action {
        Action::Run { client, text } => (client.clone().unwrap_or_default(), text.clone()),
        action => (String::new(), action.to_string()),
    }
}

fn editor(
    editing: RwSignal<Option<String>>,
    is_script: bool,
    run: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let label = match is_script {
        true => {
            "The script of this block, and below the line --- its commands; Ctrl+Enter runs them, Escape leaves"
        }
        false => "Commands of this block; Ctrl+Enter runs them, Escape leaves",
    };
    let field = NodeRef::<leptos::html::Textarea>::new();
    effect(move || {
        if let Some(field) = field.get() {
            dom::focus(&field);
        }
    });
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            run();
        } else if event.key() == "Escape" {
            event.prevent_default();
            editing.set(None);
        }
    };
    let rows =
        move || editing.with(|text| text.as_deref().map_or(1, |text| text.split('\n').count()));
    view! {
        <textarea node_ref=field class="editor" rows=rows spellcheck="false" autocapitalize="off" autocomplete="off"
            aria-label=label
            prop:value=text(move || editing.get().unwrap_or_default())
            on:input=input(move |event| editing.set(Some(event_target_value(&event))))
            on:keydown=key(on_key)></textarea>
    }
}

#[component]
fn Tools(
    page: Page,
    number: u32,
    editing: RwSignal<Option<String>>,
    edited: Memo<Option<String>>,
    source: StoredValue<Option<String>>,
    steps: StoredValue<Vec<Step>>,
    editable: bool,
) -> impl IntoView {
    let begin = move |_| {
        let text = edited
            .get_untracked()
            .unwrap_or_else(|| untouched(source, steps));
        editing.set(Some(text));
    };
    let done = move |_| {
        if let Some(text) = editing.get_untracked() {
            keep_edit(page, number, &text, &untouched(source, steps));
        }
        editing.set(None);
    };
    let reset = move |_| {
        editing.set(None);
        page.change_record(|record| {
            record.edits.remove(&number);
        });
        page.world.blocks.update(|blocks| {
            blocks.remove(&number);
        });
    };
    view! {
        <div class="block-tools">
            {part(move || maybe(edited.with(Option::is_some).then(|| view! {
                <span class="edited"><span class="dot" aria-hidden="true"></span>"edited"</span>
                <button type="button" class="plain" on:click=click(reset)>"Reset"</button>
            })))}
            {part(move || match editing.with(Option::is_some) {
                true => view! { <button type="button" class="plain" on:click=click(done)>"Done"</button> }.into_any(),
                false => maybe(editable.then(|| view! { <button type="button" class="plain when-near" on:click=click(begin)>"Edit"</button> })),
            })}
            <CopyLink number/>
        </div>
    }
}

#[component]
fn CopyLink(number: u32) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let here = dom::window().location().href().unwrap_or_default();
        let link = format!(
            "{}#block-{number}",
            here.split('#').next().unwrap_or_default()
        );
        super::share::copy(&link);
        copied.set(true);
        set_timeout(move || copied.set(false), std::time::Duration::from_secs(2));
    };
    view! {
        <button type="button" class="plain when-near" on:click=click(copy)>
            {part(move || if copied.get() { "Copied" } else { "Copy link" })}
        </button>
    }
}

/// An edit that says the same as the block is none.
fn keep_edit(page: Page, number: u32, text: &str, untouched: &str) {
    let same = edit::transcript(text) == edit::transcript(untouched);
    page.change_record(|record| {
        if same || text.trim().is_empty() {
            record.edits.remove(&number);
        } else {
            record.edits.insert(number, text.to_owned());
        }
    });
    page.world.blocks.update(|blocks| {
        blocks.remove(&number);
    });
}

fn mark(host: &HtmlElement, state: &BlockState, edited: bool) {
    let name = match state {
        BlockState::Unrun => "unrun",
        BlockState::Running => "running",
        BlockState::Ran(_) => "ran",
        BlockState::Stepping { .. } => "stepping",
        BlockState::InScript { .. } => "in-script",
        BlockState::Restored => "restored",
        BlockState::Failed(_) => "failed",
    };
    for (key, value) in [
        ("data-state", name),
        ("data-edited", if edited { "yes" } else { "no" }),
    ] {
        host.set_attribute(key, value)
            .expect("an attribute can be set");
    }
}

/// What a screen reader hears after a run.
fn spoken(state: &BlockState) -> String {
    match state {
        BlockState::Ran(run) => run
            .steps
            .iter()
            .map(spoken_step)
            .collect::<Vec<_>>()
            .join("\n"),
        BlockState::Stepping { run, .. } => run.steps.last().map(spoken_step).unwrap_or_default(),
        BlockState::Failed(why) => why.clone(),
        _ => String::new(),
    }
}

fn spoken_step(step: &Ran) -> String {
    match step.waits {
        true => "waits".to_owned(),
        false => step.output.clone(),
    }
}
