//! Pipelining: the bytes of the reader's last commands, and how long they take one by one and all at once.
//!
//! Bytes and replies are the engine's. `model.rs` is the rest: a round trip, packets, another client; `drawing.rs` draws
//! both, `ask.rs` asks.

mod ask;
mod drawing;
mod model;

pub use model::{How, Plan, Served};

use messages::drawing::{Control, ControlKind};
use messages::format::counted;
use messages::markup::several;
use trace::Event;

use crate::parts::note;
use crate::xray;
use crate::{Drawing, Scene, Subject, View, run_button};

pub static VIEW: View = View {
    name: "pipelining",
    title: "Pipelining",
    about: "The bytes of your last commands, one by one and all in one write: how many round trips they need, and where another client can come in between.",
    subject: Subject::Server(&[]),
    model: Some(
        "Commands, replies and their bytes are the engine’s. The round trip, packets and the other client are simulated, and the server’s time is its cost model’s.",
    ),
    starter: "SET hits 10\n\
              GET hits\n\
              HSET user:7 name ada visits 1\n\
              HGETALL user:7\n\
              GET nothing\n\
              100 INCR hits",
    key: "",
    steps_over: |event| matches!(event, Event::Exchange(_)),
    say,
    draw,
};

fn say(event: &Event) -> String {
    let Event::Exchange(exchange) = event else {
        return xray::say(event);
    };
    let answer = match exchange.received_bytes {
        0 => "no reply yet".to_owned(),
        bytes => format!(
            "{} come back: {}",
            counted(bytes, "byte"),
            drawing::escaped(&exchange.received, 60)
        ),
    };
    format!(
        "{} go out: {}; {answer}",
        counted(exchange.sent_bytes, "byte"),
        drawing::escaped(&exchange.sent, 60)
    )
}

fn draw(scene: &Scene) -> Drawing {
    let Some(plan) = Plan::of(scene) else {
        return Drawing {
            picture: Some(note("Send a command: its bytes will lie here.")),
            table: Some(drawing::no_table()),
            ask: ask::question(None, scene),
            ..Drawing::default()
        };
    };
    let ask = ask::question(Some(&plan), scene);
    let told = ask.is_none();
    let picture = several([drawing::bytes(&plan)])
        .append(drawing::diagrams(&plan, told))
        .add_if(told.then(|| drawing::served(&plan)));
    Drawing {
        picture: Some(picture),
        table: Some(drawing::table(&plan, told)),
        ask,
        controls: controls(scene, &plan),
        ..Drawing::default()
    }
}

fn controls(scene: &Scene, plan: &Plan) -> Vec<Control> {
    let control = |name: &str, label: &str, kind, value: String| Control {
        name: name.to_owned(),
        label: label.to_owned(),
        kind,
        value,
    };
    let set = |name: &str| scene.options.get(name).unwrap_or_default().to_owned();
    let range = |min, max| ControlKind::Number { min, max, step: 1 };
    let ways = [
        ("", "in a pipeline"),
        ("multi", "in MULTI and EXEC"),
        ("script", "in one script"),
    ];
    let ways = ways.map(|(value, label)| (value.to_owned(), label.to_owned()));
    vec![
        control(
            "rtt",
            "Round trip in ms (MODEL)",
            range(0, 200),
            plan.rtt_millis.to_string(),
        ),
        control(
            "count",
            "Your last commands",
            range(1, model::COMMANDS_MAX as i64),
            plan.commands.len().to_string(),
        ),
        control(
            "batch",
            "Commands in one write",
            range(1, model::COMMANDS_MAX as i64),
            plan.batch.to_string(),
        ),
        control(
            "how",
            "They go",
            ControlKind::Choice(ways.to_vec()),
            set("how"),
        ),
        control(
            "packets",
            "They arrive packet by packet",
            ControlKind::Switch,
            set("packets"),
        ),
        control(
            "other",
            "Another client sends, too",
            ControlKind::Switch,
            set("other"),
        ),
        run_button("10 INCR hits", &["10 INCR hits".to_owned()]),
        run_button("100 INCR hits", &["100 INCR hits".to_owned()]),
    ]
}
