//! The skip list of a sorted set: towers, spans, and the way that each command takes through them.
//!
//! The exemplary visualiser. `list.rs` says what the structure is after so many events, `drawing.rs` draws it, `ask.rs`
//! asks; this file puts them together and words each event.

mod ask;
mod drawing;
mod list;

pub use list::{Step as Looked, at, way};

use messages::drawing::{Control, ControlKind};
use messages::format::{counted, text_of};
use messages::markup::{el, several};
use structures::number::format_f64;
use trace::{Event, Skiplist as Step};

use crate::parts::{head, note, of_another_type};
use crate::snapshot::{Body, Snapshot};
use crate::xray;
use crate::{Drawing, Scene, Subject, View};

pub static VIEW: View = View {
    name: "skiplist",
    title: "Skip list",
    about: "Towers with their spans, and ZRANK as a sum of the spans on its way: why a rank is found without counting.",
    subject: Subject::Key(&["zset"]),
    model: None,
    starter: "CONFIG SET zset-max-listpack-entries 6\n\
              ZADD laps 81.2 ada 79.9 bob 83.4 cyd 80.5 dan 84.1 eve 79.1 fay\n\
              ZADD laps 82.7 gil\n\
              ZADD laps 80.1 hal 79.7 ida 78.6 jim 83.5 kay 81.9 leo 80.8 mia 84.6 ned 79.3 ona\n\
              ZADD laps 82 pam 83.1 quy 83.9 rob 83 sue 84.3 tom 78.9 uma 81 val 84.9 wes 82.2 xia\n\
              ZRANK laps sue",
    key: "laps",
    steps_over,
    say,
    draw,
};

fn steps_over(event: &Event) -> bool {
    matches!(event, Event::Skiplist(_) | Event::Encoding { .. })
}

fn say(event: &Event) -> String {
    match event {
        Event::Skiplist(step) => say_step(step),
        other => xray::say(other),
    }
}

fn say_step(step: &Step) -> String {
    match step {
        Step::Search { level } => format!("A search begins at the head, on level {}.", level + 1),
        Step::Look {
            level,
            from,
            span,
            score,
            member,
            crosses,
        } => {
            let node = format!("{} {}", format_f64(*score), text_of(member));
            match crosses {
                true => format!(
                    "Level {}: {node} comes before the place; move, span {span}: rank {}.",
                    level + 1,
                    from + span
                ),
                false => format!(
                    "Level {}: {node} does not come before the place; down.",
                    level + 1
                ),
            }
        }
        Step::End { level, .. } => format!("Level {} ends here; down.", level + 1),
        Step::Inserted {
            rank,
            height,
            score,
            member,
        } => format!(
            "{} {} is put in at place {rank}; the lot gives it {}.",
            format_f64(*score),
            text_of(member),
            counted((*height).into(), "level")
        ),
        Step::Removed {
            rank,
            score,
            member,
            ..
        } => format!(
            "{} {} is taken out of place {rank}.",
            format_f64(*score),
            text_of(member)
        ),
        Step::Rescored {
            rank,
            from,
            to,
            member,
        } => format!(
            "{} stays at place {rank}; its score changes from {} to {}.",
            text_of(member),
            format_f64(*from),
            format_f64(*to)
        ),
    }
}

fn draw(scene: &Scene) -> Drawing {
    let Some(list) = list::at(scene) else {
        return without_towers(scene);
    };
    let way = list::way(scene.events());
    let hide_spans = scene.options.is_on("spans");
    // At the end the way would be the answer to the question.
    let show_way = scene.revealed || !scene.is_over();
    let way_drawn = if show_way { way.as_slice() } else { &[] };
    let picture = several([])
        .add_if(scene.held().map(|key| head(&key.row)))
        .append(drawing::svg(&list, way_drawn, scene.event(), !hide_spans))
        .add_if(ledger(way_drawn))
        .append(note(
            "Beside the towers a dict leads from each member to its score: ZSCORE asks only that.",
        ));
    Drawing {
        picture: Some(picture),
        table: Some(drawing::table(&list)),
        ask: ask::question(&list, scene),
        controls: vec![Control {
            name: "spans".to_owned(),
            label: "Hide the spans".to_owned(),
            kind: ControlKind::Switch,
            value: scene.options.get("spans").unwrap_or_default().to_owned(),
        }],
        ..Drawing::default()
    }
}

/// What the way of the search adds up to.
fn ledger(way: &[list::Step]) -> Option<messages::markup::Markup> {
    if way.is_empty() {
        return None;
    }
    let spans: Vec<String> = way
        .iter()
        .filter(|step| step.crosses)
        .map(|step| step.span.to_string())
        .collect();
    let rank: u32 = way
        .iter()
        .filter(|step| step.crosses)
        .map(|step| step.span)
        .sum();
    let sum = match spans.len() {
        0 => "no span crossed".to_owned(),
        1 => format!("span {rank} crossed"),
        _ => format!("spans {} = {rank}", spans.join(" + ")),
    };
    let looked = counted(way.len() as u64, "comparison");
    Some(el("p", "picture-note strong").say(&format!("{looked}; {sum}: {rank} before the place.")))
}

/// The key is not there, or it is too small for towers, or no sorted set at all.
fn without_towers(scene: &Scene) -> Drawing {
    let is_small = scene.held().is_some_and(|key| {
        matches!(
            (&key.body, key.row.kind.as_str()),
            (Body::Listpack(_), "zset")
        )
    });
    let why = match is_small {
        true => {
            "So small a sorted set has no towers: members and scores lie in order in one listpack, and ZRANK counts."
        }
        false => "This key is no sorted set.",
    };
    of_another_type(scene, why)
}

fn held_list(snapshot: &Snapshot) -> Option<&crate::snapshot::Skiplist> {
    match snapshot {
        Snapshot::Key(key) => match &key.body {
            Body::Skiplist(list) => Some(list),
            _ => None,
        },
        _ => None,
    }
}
