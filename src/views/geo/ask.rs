//! "Which line lies between them?", and: for how many members was a distance computed?

use messages::drawing::{Ask, Choice};
use messages::format::{counted, text_of};

use structures::order;

use super::drawing::{degrees, grouped, line, meters};
use super::state;
use crate::Scene;

pub fn question(scene: &Scene) -> Option<Ask> {
    if scene.revealed || !scene.is_over() {
        return None;
    }
    match state::pair(&scene.frame.events) {
        Some(pair) => between(&pair),
        None => candidates(scene),
    }
}

/// Places near each other may have scores far apart.
fn between(pair: &state::Pair) -> Option<Ask> {
    let parting = state::parting(pair.from.1, pair.to.1)?;
    let (from, to) = (text_of(pair.from.0), text_of(pair.to.0));
    let gap = state::bits(pair.from.1).abs_diff(state::bits(pair.to.1));
    let why = format!(
        "Bit {} is the first that differs, one of {}: the line {} parts everything on its two sides, however near.",
        parting.bit + 1,
        if parting.is_meridian {
            "longitude"
        } else {
            "latitude"
        },
        degrees(parting.degrees, parting.is_meridian)
    );
    let choice = |text: String, right: bool| Choice {
        text,
        right,
        why: why.clone(),
    };
    let crossing = state::Parting {
        degrees: parting.crossing,
        is_meridian: !parting.is_meridian,
        ..parting
    };
    Some(Ask {
        question: format!(
            "{from} and {to} are {} apart, and their scores differ by {}. What lies between them?",
            meters(pair.distance),
            grouped(gap)
        ),
        choices: vec![
            choice(line(&crossing), false),
            choice(line(&parting), true),
            choice(
                "nothing: scores only seem to follow places".to_owned(),
                false,
            ),
        ],
    })
}

/// Cells are squares, and an area is none.
fn candidates(scene: &Scene) -> Option<Ask> {
    let search = state::search(&scene.frame.events)?;
    let all = state::held(&scene.frame.after)?.row.length as usize;
    let (looked, hits) = (search.candidates().count(), search.hits());
    let cells = search.cells.len();
    let why = format!(
        "{} lay in the {}; the distance of each was computed, and {hits} were inside of the area.",
        counted(looked as u64, "member"),
        counted(cells as u64, "cell")
    );
    let mut counts = vec![hits, looked, all];
    order::sort(&mut counts);
    counts.dedup();
    if counts.len() < 2 {
        return None;
    }
    let choices = counts.into_iter().map(|count| Choice {
        text: match count {
            count if count == all => format!("All {count}"),
            count => count.to_string(),
        },
        right: count == looked,
        why: why.clone(),
    });
    Some(Ask {
        question: format!(
            "The set has {}. For how many of them did this search compute a distance?",
            counted(all as u64, "member")
        ),
        choices: choices.collect(),
    })
}
