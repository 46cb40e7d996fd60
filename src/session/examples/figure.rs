//! A moment of a visualiser as a page of its own, with the real style sheets, to be looked at without building the
//! site: `cargo run -p session --example figure -- bitmaps > figure.html`. Further words: `key=K`, `at=COMMAND.STEP`,
//! `answered`, `text`, `dark`, `set=NAME=VALUE`, `lines` (commands come from the standard input, one a line).

use std::io::Read;

use messages::drawing::{Board, Control, ControlKind, Position, Show, Shown};
use messages::markup::Markup;
use messages::{Call, Request, Response, Setup};
use session::Session;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, words)) = words.split_first() else {
        let names: Vec<&str> = views::ALL.iter().map(|view| view.name).collect();
        eprintln!("Which visualiser? {}", names.join(", "));
        return;
    };
    let view = views::named(name);
    let value = |wanted: &str| {
        let found = words.iter().find_map(|word| word.strip_prefix(wanted));
        found
            .and_then(|rest| rest.strip_prefix('='))
            .map(str::to_owned)
    };
    let says = |wanted: &str| words.iter().any(|word| word == wanted);
    let mut lines = view.starter.to_owned();
    if says("lines") {
        lines.clear();
        std::io::stdin().read_to_string(&mut lines).expect("lines");
    }
    let mut session = Session::new();
    let mut ask = |request| {
        let (answer, _) = session.handle(Call {
            id: 0,
            world: "figure".to_owned(),
            request,
        });
        answer.result
    };
    let seed = format!("views/{}", view.name);
    let opened = ask(Request::Open(Setup {
        seed,
        ..Setup::default()
    }));
    opened.expect("a world");
    for line in lines.lines() {
        let client = String::new();
        // `ada> GET k` is another client.
        let (client, line) = line
            .split_once("> ")
            .map_or((client, line), |(who, rest)| (who.to_owned(), rest));
        let ran = ask(Request::Run {
            client,
            line: line.to_owned(),
        });
        if let Ok(Response::Ran(ran)) = ran {
            eprintln!("{line}\n{}", ran.output);
        }
    }
    let at = value("at").and_then(|at| {
        let (command, step) = at.split_once('.')?;
        Some(Position {
            command: command.parse().ok()?,
            step: step.parse().ok()?,
        })
    });
    let options = words
        .iter()
        .filter_map(|word| word.strip_prefix("set=")?.split_once('='));
    let shown = ask(Request::Show(Show {
        view: view.name.to_owned(),
        key: value("key").unwrap_or(view.key.to_owned()).into_bytes(),
        at,
        seed: None,
        options: options
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        revealed: says("answered"),
    }));
    let Ok(Response::Shown(shown)) = shown else {
        panic!("nothing is shown")
    };
    println!("{}", page(&shown, says("text"), says("dark")));
}

fn page(shown: &Shown, as_text: bool, dark: bool) -> String {
    let sheets = [
        "tokens", "base", "prose", "layout", "blocks", "dock", "views",
    ];
    let style: String = sheets
        .iter()
        .map(|sheet| {
            let path = format!("{}/../../style/{sheet}.css", env!("CARGO_MANIFEST_DIR"));
            std::fs::read_to_string(path).expect("a style sheet")
        })
        .collect();
    let mut body = String::new();
    let truth = if shown.model.is_some() {
        ("model", "MODEL")
    } else {
        ("live", "LIVE")
    };
    body.push_str(&format!(
        "<p class=\"visualiser-line\"><span class=\"truth {}\">{}</span><code>&gt; {}</code></p>",
        truth.0,
        truth.1,
        escaped(&shown.line)
    ));
    if let Some(ask) = &shown.ask {
        body.push_str(&format!(
            "<div class=\"visualiser-ask\"><p>{}</p><div class=\"choices\">",
            escaped(&ask.question)
        ));
        for choice in &ask.choices {
            body.push_str(&format!(
                "<button class=\"button small\">{}</button>",
                escaped(&choice.text)
            ));
        }
        body.push_str("</div></div>");
    }
    write(&shown.picture, &mut body);
    if let Some(board) = &shown.board {
        body.push_str(&drawn(board));
    }
    body.push_str(&format!(
        "<p class=\"visualiser-said\">{}</p>",
        escaped(&shown.said)
    ));
    if as_text {
        body.push_str("<div class=\"visualiser-text\"><ol class=\"visualiser-log\">");
        for line in &shown.log {
            body.push_str(&format!("<li>{}</li>", escaped(line)));
        }
        body.push_str("</ol>");
        if let Some(table) = &shown.table {
            write(table, &mut body);
        }
        body.push_str("</div>");
    }
    body.push_str("<div class=\"visualiser-controls\">");
    shown
        .controls
        .iter()
        .for_each(|control| body.push_str(&drawn_control(control)));
    body.push_str("</div>");
    let theme = if dark { "dark" } else { "light" };
    format!(
        "<!doctype html><html lang=\"en\" data-theme=\"{theme}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{style}</style>\
         <body><main style=\"padding: 16px; max-width: 900px\"><figure class=\"view\"><div class=\"visualiser\">\
         {body}</div></figure></main></body></html>"
    )
}

fn drawn_control(control: &Control) -> String {
    let label = escaped(&control.label);
    match &control.kind {
        ControlKind::Run(_) | ControlKind::Switch => {
            format!("<button class=\"button small\">{label}</button>")
        }
        ControlKind::Number { .. } => format!(
            "<label class=\"control\">{label}<input type=\"range\"><output>{}</output></label>",
            control.value
        ),
        ControlKind::Text => format!(
            "<label class=\"control\">{label}<input type=\"text\" value=\"{}\"></label>",
            escaped(&control.value)
        ),
        ControlKind::Choice(choices) => {
            let choices: String = choices
                .iter()
                .map(|(value, name)| {
                    let selected = if *value == control.value {
                        " selected"
                    } else {
                        ""
                    };
                    format!("<option{selected}>{}</option>", escaped(name))
                })
                .collect();
            format!("<label class=\"control\">{label}<select>{choices}</select></label>")
        }
    }
}

/// Cells as rectangles: here there is no script to paint an image.
fn drawn(board: &Board) -> String {
    let rows = board.cells.len() as u32 / board.columns.max(1);
    let size = format!("0 0 {} {rows}", board.columns);
    let mut cells = String::new();
    for (cell, at) in board.cells.iter().zip(0u32..) {
        if let Some(ink) = board.palette.get(*cell as usize) {
            cells.push_str(&format!(
                "<rect x=\"{}\" y=\"{}\" width=\"1.02\" height=\"1.02\" fill=\"var({})\" fill-opacity=\"{}\"/>",
                at % board.columns,
                at / board.columns,
                ink.color,
                f64::from(ink.strength) / 255.0
            ));
        }
    }
    let mut over = String::new();
    write(&board.over, &mut over);
    if let Some(at) = board.cursor {
        over.push_str(&format!(
            "<rect class=\"cursor\" x=\"{}\" y=\"{}\" width=\"1\" height=\"1\"/>",
            at % board.columns,
            at / board.columns
        ));
    }
    format!(
        "<div class=\"board\"><svg style=\"display: block; width: 100%; border: 1px solid var(--edge)\" viewBox=\"{size}\">{cells}</svg>\
         <svg class=\"board-over\" viewBox=\"{size}\">{over}</svg></div>"
    )
}

fn write(markup: &Markup, out: &mut String) {
    match markup {
        Markup::Text(text) => out.push_str(&escaped(text)),
        Markup::Several(parts) => parts.iter().for_each(|part| write(part, out)),
        Markup::Element {
            tag,
            attributes,
            children,
        } => {
            out.push_str(&format!("<{tag}"));
            for (name, value) in attributes {
                out.push_str(&format!(" {name}=\"{}\"", escaped(value)));
            }
            out.push('>');
            children.iter().for_each(|child| write(child, out));
            if tag != "br" && tag != "input" {
                out.push_str(&format!("</{tag}>"));
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
