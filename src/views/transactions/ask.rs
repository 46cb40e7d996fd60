//! "How many orders lose an update?", asked before any of them is marked.

use messages::drawing::{Ask, Choice};

use super::orders::Counts;
use crate::Scene;
use crate::snapshot::Orders;

/// Not asked of a reader who tries orders one by one.
pub fn question(orders: &Orders, scene: &Scene) -> Option<Ask> {
    if scene.revealed || scene.options.is_on("order") || orders.all.is_empty() {
        return None;
    }
    let counts = Counts::of(orders);
    let all = orders.all.len();
    let own = scene.options.get("how") == Some("own");
    let question = match own {
        true => format!(
            "{all} orders are possible. In how many of them is an update lost and nobody told?"
        ),
        false => format!(
            "The balance is 100; ada adds 10, bob adds 20. Their commands can reach the server in {all} orders. In how many of them is a payment lost and nobody told?"
        ),
    };
    let why_lost =
        "Where both read before either has written, the later write is computed from what is old.";
    let mut numbers = vec![0, counts.lost, all, all / 2, all - 2];
    numbers.sort_unstable();
    numbers.dedup();
    // The nearest other numbers are the hardest to tell from the right one; three choices are enough.
    numbers.sort_by_key(|number| number.abs_diff(counts.lost));
    numbers.truncate(3);
    numbers.sort_unstable();
    let choices = numbers.into_iter().map(|number| Choice {
        text: match number {
            0 => "In none".to_owned(),
            _ if number == all => format!("In all {all}"),
            _ => format!("In {number}"),
        },
        right: number == counts.lost,
        why: match counts.lost {
            0 if counts.told > 0 => format!(
                "None is lost; in {} a client is told by EXEC’s nil, and tries again.",
                counts.told
            ),
            0 => "Whatever comes first, the other sees what it made.".to_owned(),
            lost => format!("It is {lost}. {why_lost}"),
        },
    });
    Some(Ask {
        question,
        choices: choices.collect(),
    })
}
