//! Two questions, each about what the command of this moment did: what a SCAN that is under way will miss or repeat now
//! that the table grows or shrinks, and which bucket a mere look-up moves.

use messages::drawing::{Ask, Choice};
use messages::format::counted;
use trace::{Dict as Told, Event};

use super::tables;
use super::walk::{self, Walk};
use crate::Scene;
use crate::snapshot::Dict;

pub fn question(scene: &Scene) -> Option<Ask> {
    if scene.revealed {
        return None;
    }
    about_walk(scene).or_else(|| about_look_up(scene))
}

fn told<'a>(scene: &'a Scene) -> impl Iterator<Item = &'a Told> {
    scene.frame.events.iter().filter_map(|event| match event {
        Event::Dict { told, .. } => Some(told),
        _ => None,
    })
}

fn choice(text: String, right: bool, why: String) -> Choice {
    Choice { text, right, why }
}

fn about_walk(scene: &Scene) -> Option<Ask> {
    let (from, to) = told(scene).find_map(|told| match told {
        Told::Started { from, to, .. } => Some((*from, *to)),
        _ => None,
    })?;
    let dict = tables::held(&scene.frame.after)?;
    let walk = walk::of(scene).filter(|walk| walk.is_open() && walk.whole)?;
    let (_, again) = walk.rest(dict);
    let grows = if to > from { "grows" } else { "shrinks" };
    let shown = walk.shown.len() as u64;
    Some(Ask {
        question: format!(
            "A SCAN stands at cursor {}, and the table {grows} from {from} to {to} buckets. It goes on: what does it miss, what does it show twice?",
            walk.next
        ),
        choices: choices(&walk, dict, grows, again, shown),
    })
}

fn choices(walk: &Walk, dict: &Dict, grows: &str, again: u64, shown: u64) -> Vec<Choice> {
    let behind = "The cursor counts from the left bit, so what is behind it has low bits that are done: a bucket splits into two that are both behind it, or both before it.";
    let merged = "A bucket of the small table takes in several of the large one. If one of them was not shown yet, all of them are shown, some of them again.";
    let why = if grows == "grows" { behind } else { merged };
    let most = walk.rest(dict).0 + again;
    let twice = match again {
        0 => counted(shown, "key"),
        some => counted(some, "key"),
    };
    vec![
        choice(
            "Nothing is missed, nothing comes twice".to_owned(),
            again == 0,
            format!("{why} {} to come.", counted(most, "key")),
        ),
        choice(
            format!("Nothing is missed, {twice} may come twice"),
            again > 0,
            match again {
                0 => format!("That is what may happen when a table shrinks. {behind}"),
                _ => why.to_owned(),
            },
        ),
        choice(
            "Keys that go to another bucket are missed".to_owned(),
            false,
            format!("A key that stays during the whole walk is always shown. {why}"),
        ),
    ]
}

/// A command that looked up once while buckets move, and moved one.
fn about_look_up(scene: &Scene) -> Option<Ask> {
    let before = tables::held(&scene.frame.before).filter(|dict| dict.is_rehashing())?;
    let mut moved = told(scene).filter_map(|told| match told {
        Told::Moved {
            bucket, visited, ..
        } => Some((*bucket, *visited)),
        _ => None,
    });
    let (bucket, visited) = moved.next().filter(|_| moved.next().is_none())?;
    let mut looked = told(scene).filter_map(|told| match told {
        Told::Looked { buckets, .. } => buckets.first().copied(),
        _ => None,
    });
    let own = looked.next().filter(|_| looked.next().is_none())?;
    let index = before.rehash_index?;
    let old = before.tables.first()?;
    let frontier = (index..old.buckets).find(|bucket| !old.chain(*bucket).is_empty())?;
    let command = scene
        .frame
        .line
        .split(' ')
        .next()
        .unwrap_or_default()
        .to_owned();
    let mut choices = vec![choice(
        format!("Bucket {frontier}, the next one at the frontier"),
        bucket == frontier && !visited,
        match visited {
            true => format!(
                "Only if the look-up’s own bucket is empty. This one stands in bucket {own}, which is in the processor’s cache now: it moves instead."
            ),
            false => {
                "The look-up’s own bucket has moved or is empty, so the frontier goes on by one."
                    .to_owned()
            }
        },
    )];
    if own != frontier {
        choices.push(choice(
            format!("Bucket {own}, where the look-up goes"),
            visited,
            match visited {
                true => {
                    "It was looked at just now, so moving it costs the least. The frontier stays."
                        .to_owned()
                }
                false => format!("Bucket {own} of table 0 has nothing to move."),
            },
        ));
    } else if visited {
        choices[0].right = true;
    }
    choices.push(choice(
        format!("None: {command} is no write"),
        false,
        "It changes no entry, but every operation on a table that is being rehashed moves a bucket."
            .to_owned(),
    ));
    Some(Ask {
        question: format!("{command} comes while buckets move. Which bucket of table 0 goes over?"),
        choices,
    })
}
