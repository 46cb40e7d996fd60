//! Transactions: who sends what when, the one lane in which the server does it, watched keys as wires that end where
//! somebody touches them; and two clients in every order.
//!
//! `state.rs` says what clients have begun after so many events, `timeline.rs` draws commands in lanes, `orders.rs` all
//! the orders that the session has run, `ask.rs` asks how many of them lose something.

mod ask;
mod orders;
mod state;
mod timeline;

pub use state::at;

use messages::drawing::{Control, ControlKind};
use messages::format::{counted, text_of};
use messages::markup::{Markup, el, several};
use trace::{Event, Transaction as Told};

use crate::parts::{self, line_of, who};
use crate::snapshot::{Beside, Orders, Pending};
use crate::xray;
use crate::{Drawing, Options, Part, Scene, Subject, View, run_button};

pub static VIEW: View = View {
    name: "transactions",
    title: "Transactions",
    about: "Clients in lanes, watched keys as wires, and two clients in every order that they can come in: which of them lose an update, and what makes that impossible.",
    subject: Subject::Server(&[Part::Transactions]),
    model: None,
    starter: "SET stock 10\n\
              ada> WATCH stock\n\
              ada> GET stock\n\
              bob> DECR stock\n\
              ada> MULTI\n\
              ada> SET stock 9\n\
              ada> EXEC\n\
              bob> MULTI\n\
              bob> DECR stock\n\
              bob> INCR sold\n\
              bob> EXEC",
    key: "",
    steps_over: |event| matches!(event, Event::Transaction(_)),
    say,
    draw,
};

/// The two clients that come in every order.
pub const CLIENTS: [&str; 2] = ["ada", "bob"];

/// What the two clients say, and what their server holds before: as the reader chose. Also whether it is the reader's
/// own.
pub fn scripts(options: &Options) -> (Vec<String>, [Vec<String>; 2], bool) {
    let own = |name: &str, default: &str| {
        let text = options.get(name).unwrap_or(default).split(';');
        let lines = text.map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let given = vec!["SET balance 100".to_owned()];
    if options.get("how") == Some("own") {
        return (given, [own("ada", OWN[0]), own("bob", OWN[1])], true);
    }
    let script = |amount: u32| match options.get("how") {
        Some("multi") => lines(&[
            "GET balance",
            "MULTI",
            &format!("SET balance read+{amount}"),
            "EXEC",
        ]),
        Some("watch") => lines(&[
            "WATCH balance",
            "GET balance",
            "MULTI",
            &format!("SET balance read+{amount}"),
            "EXEC",
        ]),
        Some("script") => lines(&[&format!(
            "EVAL \"redis.call('SET', KEYS[1], redis.call('GET', KEYS[1]) + ARGV[1])\" 1 balance {amount}"
        )]),
        Some("incr") => lines(&[&format!("INCRBY balance {amount}")]),
        _ => lines(&["GET balance", &format!("SET balance read+{amount}")]),
    };
    (given, [script(10), script(20)], false)
}

const OWN: [&str; 2] = [
    "WATCH balance; GET balance; MULTI; SET balance read+10; EXEC",
    "GET balance; SET balance read+20",
];

fn lines(all: &[&str]) -> Vec<String> {
    all.iter().map(|line| (*line).to_owned()).collect()
}

fn say(event: &Event) -> String {
    let Event::Transaction(told) = event else {
        return xray::say(event);
    };
    match told {
        Told::Watched { client, key, .. } => format!(
            "{} watches {}: once it is written, the next EXEC does nothing.",
            who(client),
            text_of(key)
        ),
        Told::Touched { client, key, .. } => format!(
            "{} is written, and {} watches it: that EXEC is lost, whatever the value is now.",
            text_of(key),
            who(client)
        ),
        Told::Expired { client, key, .. } => format!(
            "{}, which {} watches, is past its deadline: as good as written.",
            text_of(key),
            who(client)
        ),
        Told::Unwatched { client } => format!("{} watches nothing any more.", who(client)),
        Told::Began { client } => format!(
            "What {} sends from now on is queued and not run.",
            who(client)
        ),
        Told::Queued {
            client,
            words,
            kept: true,
        } => format!(
            "{} waits in the queue of {}; nothing has run.",
            line_of(words),
            who(client)
        ),
        Told::Queued { client, words, .. } => format!(
            "{} is answered QUEUED and not even kept: the EXEC of {} can only fail.",
            line_of(words),
            who(client)
        ),
        Told::Refused { client } => format!(
            "The command is refused, so the EXEC of {} will be, too.",
            who(client)
        ),
        Told::Executes { client, commands } => format!(
            "EXEC runs {} of {}; nobody else is served in between.",
            counted((*commands).into(), "queued command"),
            who(client)
        ),
        Told::Runs { number, of, words } => format!("{number} of {of}: {}.", line_of(words)),
        Told::Nothing { client, refused } => {
            let why = match refused {
                true => "a command was refused while it was queued",
                false => "a watched key was touched",
            };
            format!("EXEC runs nothing of {}: {why}.", who(client))
        }
        Told::Dropped { client } => {
            format!("The queue and the watches of {} are dropped.", who(client))
        }
    }
}

fn draw(scene: &Scene) -> Drawing {
    let state = state::at(scene);
    let orders = match &scene.frame.beside {
        Some(Beside::Orders(orders)) => Some(&**orders),
        _ => None,
    };
    let ask = orders.and_then(|orders| ask::question(orders, scene));
    let told = ask.is_none();
    let live = timeline::Rows::live(scene);
    let picture =
        several([])
            .add_if((!live.is_empty()).then(|| {
                timeline::svg(&live, "Commands in the order in which the server ran them")
            }))
            .add_if(standing(&state))
            .add_all(orders.map(|orders| orders::picture(orders, told)));
    let orders_table = orders.map(|orders| orders::table(orders, told));
    Drawing {
        picture: Some(picture),
        table: Some(several([timeline::table(&live), state_table(&state)]).add_if(orders_table)),
        ask,
        controls: controls(scene, orders, told),
        ..Drawing::default()
    }
}

/// Who has begun something, in a sentence each.
fn standing(state: &[Pending]) -> Option<Markup> {
    if state.is_empty() {
        return None;
    }
    let items = state.iter().map(|one| {
        let mut parts = Vec::new();
        if one.begun {
            parts.push(format!("{} queued", one.queue.len()));
        }
        if !one.watching.is_empty() {
            parts.push(format!("watches {}", watched(one)));
        }
        parts.push(outlook(one).to_owned());
        el("li", "")
            .append(el("b", "").say(&who(&one.client)))
            .say(&format!(": {}", parts.join(", ")))
    });
    Some(el("ul", "standing").add_all(items))
}

fn watched(one: &Pending) -> String {
    let keys = one.watching.iter().map(|(db, key)| match db {
        0 => text_of(key),
        _ => format!("{} in database {db}", text_of(key)),
    });
    keys.collect::<Vec<_>>().join(", ")
}

/// What EXEC would answer now.
fn outlook(one: &Pending) -> &'static str {
    match (one.refused, one.broken, one.begun) {
        (true, ..) => "EXEC will be refused",
        (_, true, _) => "EXEC will do nothing",
        (.., true) => "EXEC will run",
        _ => "no MULTI yet",
    }
}

fn state_table(state: &[Pending]) -> Markup {
    let rows = state.iter().map(|one| {
        let queue: Vec<String> = one.queue.iter().map(|words| line_of(words)).collect();
        vec![
            who(&one.client),
            watched(one),
            queue.join("; "),
            outlook(one).to_owned(),
        ]
    });
    parts::table(&["Client", "Watches", "Queue", "EXEC now"], rows)
}

fn controls(scene: &Scene, orders: Option<&Orders>, told: bool) -> Vec<Control> {
    let set = |name: &str| scene.options.get(name).unwrap_or_default().to_owned();
    let ways = [
        ("", "read, then write"),
        ("multi", "the same, inside MULTI"),
        ("watch", "WATCH before it"),
        ("script", "one script"),
        ("incr", "INCRBY"),
        ("own", "as you write it"),
    ];
    let ways = ways.map(|(value, label)| (value.to_owned(), label.to_owned()));
    let mut controls = vec![Control {
        name: "how".to_owned(),
        label: "Each client adds to the balance by".to_owned(),
        kind: ControlKind::Choice(ways.to_vec()),
        value: set("how"),
    }];
    if scene.options.get("how") == Some("own") {
        for (name, default) in CLIENTS.iter().zip(OWN) {
            controls.push(Control {
                name: (*name).to_owned(),
                label: format!("{name} says, parted by ;"),
                kind: ControlKind::Text,
                value: scene.options.get(name).unwrap_or(default).to_owned(),
            });
        }
    }
    if let Some(orders) = orders.filter(|orders| !orders.all.is_empty()) {
        controls.push(Control {
            name: "order".to_owned(),
            label: format!("Order, of {}", orders.all.len()),
            kind: ControlKind::Number {
                min: 1,
                max: orders.all.len() as i64,
                step: 1,
            },
            // The first that loses something is looked at first, which would be an answer.
            value: match told {
                true => (orders.chosen + 1).to_string(),
                false => "1".to_owned(),
            },
        });
        if told {
            let lines = orders::to_run(orders);
            controls.push(run_button("Run this order on your server", &lines));
        }
    }
    controls
}
