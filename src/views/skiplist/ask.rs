//! "Which numbers in the picture add up to the rank?", asked before the way is drawn.

use messages::drawing::{Ask, Choice};

use super::list;
use crate::Scene;
use crate::snapshot::Skiplist;

/// About a command that searched and went some way; others have no question.
pub fn question(list: &Skiplist, scene: &Scene) -> Option<Ask> {
    if scene.revealed {
        return None;
    }
    let way = list::way(&scene.frame.events);
    let crossed: Vec<u32> = way
        .iter()
        .filter(|step| step.crosses)
        .map(|step| step.span)
        .collect();
    let rank: u32 = crossed.iter().sum();
    // Where no tower is high, counting and adding are the same.
    if crossed.len() < 2 || rank as usize == crossed.len() {
        return None;
    }
    let never = list.length.saturating_sub(way.len() as u64);
    let one_by_one = format!("1 for each of the {rank} before it");
    let right = sum(&crossed);
    let turned: Vec<u32> = crossed.iter().map(|span| span + 1).collect();
    let choices = vec![
        Choice {
            text: one_by_one,
            right: false,
            why: "Counting would look at each of them; the towers are there to avoid that."
                .to_owned(),
        },
        Choice {
            text: right,
            right: true,
            why: format!(
                "The search never looked at {never} of the {} nodes.",
                list.length
            ),
        },
        Choice {
            text: sum(&turned),
            right: false,
            why: format!(
                "That is {}, and {rank} stand before the place.",
                turned.iter().sum::<u32>()
            ),
        },
    ];
    Some(Ask {
        question: format!(
            "{} has to know how many stand before the place: {rank}. Which numbers in the picture add up to that?",
            scene.frame.line.split(' ').next().unwrap_or_default()
        ),
        choices,
    })
}

fn sum(spans: &[u32]) -> String {
    spans
        .iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(" + ")
}
