//! The console: a log of what ran, and a prompt. The prompt is a plain text field; Tab leaves it
//! unless a list of completions is open.

use leptos::prelude::*;

use super::erase::{click, effect, flag, input, list, part, text};
use leptos::task::spawn_local;
use messages::{Completions, Request, Response};
use web_sys::{HtmlInputElement, KeyboardEvent, SubmitEvent};

use super::dom;
use super::draw::Draw;
use super::engine::State;
use super::page::{Page, Route};
use super::steps::{command_text, output_lines};
use super::world::{Kind, Progress, Shown};
use crate::history::History;
use crate::markup::{el, several};

#[component]
pub fn Console(page: Page) -> impl IntoView {
    let world = page.world;
    let log = NodeRef::<leptos::html::Div>::new();
    // The newest line stays in view.
    effect(move || {
        world.shown.track();
        if let Some(log) = log.get() {
            request_animation_frame(move || log.set_scroll_top(log.scroll_height()));
        }
    });
    view! {
        <div class="console">
            <Clients page/>
            <div class="log" node_ref=log role="log" aria-live="polite" aria-label="Console output" tabindex="0">
                {part(move || several(world.shown.with(Vec::is_empty).then(|| el("p", "empty").say(welcome(page)))).draw())}
                <For each=move || world.shown.get() key=|entry| (entry.id, stage(entry)) let:entry>
                    {entry_lines(page, entry)}
                </For>
            </div>
            <EngineTrouble page/>
            <Prompt page/>
        </div>
    }
}

fn welcome(page: Page) -> &'static str {
    match page.route() {
        Route::Lesson => "What runs on this page shows here. Type a command, or run a block.",
        _ => "Type a command. + 45s lets time pass; name> in front of a command is another client.",
    }
}

/// An entry is drawn again when its reply comes.
fn stage(entry: &Shown) -> u8 {
    match &entry.kind {
        Kind::Command { progress, .. } => *progress as u8,
        _ => 0,
    }
}

fn entry_lines(page: Page, entry: Shown) -> AnyView {
    let output = |late| output_lines(&entry.output, late);
    match entry.kind {
        Kind::Remark => el("p", "entry remark").say(&entry.output).draw().into_any(),
        Kind::Late { client } => {
            let who = el("span", "line")
                .append(el("span", "who").say(&named(&client)))
                .say(" receives");
            el("div", "entry late-entry")
                .append(who)
                .append(output(true))
                .draw()
                .into_any()
        }
        Kind::Command { line, .. } if line.starts_with("+ ") => el("div", "entry")
            .append(el("span", "line wait").say(&line))
            .append(output(false))
            .draw()
            .into_any(),
        Kind::Command {
            client,
            prompt,
            line,
            progress,
        } => {
            let failed = entry.error && !entry.output.contains("(error)");
            let waits = (progress == Progress::Waiting).then(|| el("span", "badge").say("waits…"));
            let who = named(&client);
            let command =
                several([el("span", "prompt").say(&prompt), command_text(&line)]).add_if(waits);
            let lines = output(false);
            // With one client its name says nothing.
            part(move || {
                let who = (page.world.names().len() > 1).then(|| el("span", "who").say(&who));
                el(
                    "div",
                    if failed {
                        "entry failed-entry"
                    } else {
                        "entry"
                    },
                )
                .with("data-client", &client)
                .append(el("span", "line cmd").add_if(who).append(command.clone()))
                .append(lines.clone())
                .draw()
            })
            .into_any()
        }
    }
}

fn named(client: &str) -> String {
    if client.is_empty() {
        "you".to_owned()
    } else {
        client.to_owned()
    }
}

/// One tab per client of this server.
#[component]
fn Clients(page: Page) -> impl IntoView {
    let world = page.world;
    let add = move |_| {
        let taken = untrack(|| world.names());
        let free = ('A'..='Z')
            .map(String::from)
            .find(|name| !taken.contains(name));
        if let Some(name) = free {
            world.added.update(|added| added.push(name.clone()));
            world.client.set(name);
            focus_input();
        }
    };
    view! {
        <div class="clients" role="group" aria-label="Clients of this server">
            {part(move || list(world.names().into_iter().map(|name| {
                let (own, shown, waiting) = (name.clone(), named(&name), name.clone());
                let choose = name.clone();
                view! {
                    <button type="button" class="client" aria-pressed=text(move || (world.client.get() == own).to_string())
                        on:click=click(move |_| { world.client.set(choose.clone()); focus_input(); })>
                        {shown}
                        {several(world.waits_in(&waiting).map(|_| el("span", "badge").say("waits"))).draw()}
                    </button>
                }
            })))}
            <button type="button" class="client add" on:click=click(add) title="Connect another client">"+ client"</button>
        </div>
    }
}

fn focus_input() {
    if let Some(input) = dom::all(".console-input").into_iter().next() {
        dom::focus(&input);
    }
}

#[component]
pub fn EngineTrouble(page: Page) -> impl IntoView {
    move || {
        match page.world.engine.get() {
        State::Slow(what) => view! {
            <div class="notice warn" role="status">
                <p>{format!("Still running: {what}")}</p>
                <button type="button" class="button" on:click=click(move |_| page.engine().stop())>"Stop"</button>
            </div>
        }
        .into_any(),
        State::Absent(why) => el("div", "notice bad")
            .with("role", "alert")
            .append(el("p", "").say(&format!("{why} The text and what you did are not affected.")))
            .draw()
            .into_any(),
        _ => ().into_any(),
    }
    }
}

#[derive(Clone, Copy)]
struct Line {
    text: RwSignal<String>,
    completions: RwSignal<Completions>,
    /// The chosen completion while the list is open.
    chosen: RwSignal<Option<usize>>,
    history: StoredValue<History>,
}

#[component]
fn Prompt(page: Page) -> impl IntoView {
    let world = page.world;
    let line = Line {
        text: RwSignal::new(String::new()),
        completions: RwSignal::new(Completions::default()),
        chosen: RwSignal::new(None),
        history: StoredValue::new(History::default()),
    };
    let field = NodeRef::<leptos::html::Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send(page, line);
    };
    effect(move || {
        let draft = world.draft.get();
        if !draft.is_empty() {
            typed(page, line, draft);
        }
    });
    let client = move || world.client.get();
    let waiting = move || world.waits_in(&client());
    view! {
        {part(move || several(waiting().map(|line| {
            let words = format!("{} waits in {line}. Let another client or the clock wake it.", named(&client()));
            el("p", "waiting").with("role", "status").say(&words)
        })).draw())}
        <form class="prompt-row" on:submit=submit>
            <label class="prompt" for="console-input">{part(move || world.prompt(&client()))}<span class="hush">"Command"</span></label>
            <input node_ref=field id="console-input" class="console-input" type="text" autocomplete="off" autocapitalize="off"
                spellcheck="false" enterkeyhint="send" role="combobox" aria-autocomplete="list"
                aria-expanded=text(move || line.chosen.get().is_some().to_string()) aria-controls="completions" aria-describedby="hint"
                aria-activedescendant=text(move || line.chosen.get().map(|at| format!("completion-{at}")).unwrap_or_default())
                prop:value=text(move || line.text.get())
                on:input=input(move |event| typed(page, line, event_target_value(&event)))
                on:focus=move |_| page.engine().warm_up()
                on:blur=move |_| line.chosen.set(None)
                on:keydown=move |event| pressed(page, line, &event)/>
            <button type="submit" class="send plain" aria-label="Run the command">"↵"</button>
        </form>
        <div class="under-prompt">
            <ul id="completions" class="completions" role="listbox" aria-label="Completions" hidden=flag(move || line.chosen.get().is_none())>
                {part(move || line.completions.with(|completions| completions.items.iter().enumerate().map(|(at, item)| {
                    let (word, kind, take) = (item.text.clone(), item.kind.clone(), item.text.clone());
                    view! {
                        <li id=format!("completion-{at}") role="option" aria-selected=text(move || (line.chosen.get() == Some(at)).to_string())
                            on:mousedown=click(move |event| { event.prevent_default(); complete(page, line, &take) })>
                            <span>{word}</span><small>{kind}</small>
                        </li>
                    }
                }).collect_view()))}
            </ul>
            <p id="hint" class="hint-line">{part(move || hint(line))}</p>
            <SoftKeys page line input=field/>
        </div>
    }
}

fn hint(line: Line) -> String {
    line.completions
        .with(|completions| match line.text.with(String::is_empty) {
            true => String::new(),
            false => completions.syntax.clone(),
        })
}

fn send(page: Page, line: Line) {
    let text = line.text.get_untracked();
    let text = text.trim();
    line.text.set(String::new());
    line.chosen.set(None);
    line.completions.set(Completions::default());
    if text.is_empty() {
        return;
    }
    line.history.update_value(|history| history.push(text));
    if text.eq_ignore_ascii_case("clear") {
        page.world.shown.update(Vec::clear);
        return;
    }
    page.type_line(page.world.client.get_untracked(), text.to_owned());
}

fn typed(page: Page, line: Line, text: String) {
    line.text.set(text.clone());
    line.chosen.set(None);
    if text.trim().is_empty() {
        line.completions.set(Completions::default());
        return;
    }
    spawn_local(async move {
        let answer = page.ask(Request::Complete { line: text.clone() }).await;
        // The reader may have typed on.
        if let Ok(Response::Completions(completions)) = answer
            && line.text.get_untracked() == text
        {
            let open = !completions.items.is_empty() && !is_complete(&text, &completions);
            line.completions.set(completions);
            line.chosen.set(open.then_some(0));
        }
    });
}

/// Whether the only completion is what stands there already.
fn is_complete(text: &str, completions: &Completions) -> bool {
    let word = text.get(completions.from as usize..).unwrap_or_default();
    matches!(completions.items.as_slice(), [only] if only.text.eq_ignore_ascii_case(word.trim()))
        || word.is_empty()
}

fn pressed(page: Page, line: Line, event: &KeyboardEvent) {
    if event.is_composing() || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let open = line.chosen.get_untracked();
    let count = line
        .completions
        .with_untracked(|completions| completions.items.len());
    let acted = match (event.key().as_str(), open) {
        ("ArrowDown", Some(at)) if count > 1 => {
            line.chosen.set(Some((at + 1) % count));
            true
        }
        ("ArrowUp", Some(at)) if count > 1 && at > 0 => {
            line.chosen.set(Some(at - 1));
            true
        }
        ("ArrowUp", _) => recall(line, true),
        ("ArrowDown", None) => recall(line, false),
        ("Tab", Some(at)) if !event.shift_key() => take(page, line, at),
        ("ArrowRight", Some(at)) if at_end(event) => take(page, line, at),
        ("Escape", Some(_)) => {
            line.chosen.set(None);
            true
        }
        ("Escape", None) => leave(event),
        _ => false,
    };
    if acted {
        event.prevent_default();
        event.stop_propagation();
    }
}

fn leave(event: &KeyboardEvent) -> bool {
    let input: HtmlInputElement = event_target(event);
    // The focus goes back to the page.
    let _ = input.blur();
    true
}

fn at_end(event: &KeyboardEvent) -> bool {
    let input: HtmlInputElement = event_target(event);
    input.selection_start().ok().flatten() == Some(input.value().encode_utf16().count() as u32)
}

fn take(page: Page, line: Line, at: usize) -> bool {
    let text = line
        .completions
        .with_untracked(|completions| completions.items.get(at).map(|item| item.text.clone()));
    if let Some(text) = text {
        complete(page, line, &text);
    }
    true
}

fn complete(page: Page, line: Line, word: &str) {
    let from = line
        .completions
        .with_untracked(|completions| completions.from as usize);
    let text = line.text.get_untracked();
    let before = text.get(..from).unwrap_or(&text);
    typed(page, line, format!("{before}{word} "));
}

fn recall(line: Line, older: bool) -> bool {
    let current = line.text.get_untracked();
    let found = line.history.try_update_value(|history| {
        if older {
            history.older(&current)
        } else {
            history.newer()
        }
    });
    if let Some(text) = found.flatten() {
        line.text.set(text);
        line.chosen.set(None);
    }
    true
}

/// Keys that phones hide.
#[component]
fn SoftKeys(page: Page, line: Line, input: NodeRef<leptos::html::Input>) -> impl IntoView {
    let put = move |what: &'static str| {
        line.text.update(|text| text.push_str(what));
        if let Some(input) = input.get_untracked() {
            dom::focus(&input);
        }
    };
    view! {
        <div class="soft-keys" role="group" aria-label="Keys">
            <button type="button" aria-label="Earlier line" on:click=click(move |_| { recall(line, true); })>"↑"</button>
            <button type="button" on:click=click(move |_| {
                let first = line.chosen.get_untracked().unwrap_or(0);
                take(page, line, first);
            })>"Tab"</button>
            {list(["\"", "'", "{", "}"].map(|what| view! {
                <button type="button" on:click=click(move |_| put(what))>{what}</button>
            }))}
        </div>
    }
}
