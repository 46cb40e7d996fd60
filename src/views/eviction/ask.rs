//! "Which key goes?", asked before the victim is drawn.

use messages::drawing::{Ask, Choice};
use messages::format::text_of;
use trace::{Event, Eviction as Told};

use super::drawing::score_words;
use super::{arena, held};
use crate::Scene;
use crate::snapshot::Held;

/// About the last victim of a command that needed memory.
pub fn question(scene: &Scene) -> Option<Ask> {
    if scene.revealed {
        return None;
    }
    let events = &scene.frame.events;
    let told = |event: &Event| match event {
        Event::Eviction { told, .. } => Some(told.clone()),
        _ => None,
    };
    let at = events
        .iter()
        .rposition(|event| matches!(told(event), Some(Told::Evicted { .. })))?;
    let Some(Told::Evicted { key, score }) = told(&events[at]) else {
        return None;
    };
    let state = held(&scene.frame.before).or_else(|| held(&scene.frame.after))?;
    let policy = &held(&scene.frame.after)?.policy;
    let score = score?;
    let draw = events[..at]
        .iter()
        .rev()
        .find_map(|event| match told(event) {
            Some(Told::Drawn { keys }) => Some(keys),
            _ => None,
        })?;
    // Of what was there then, the one that perfect knowledge would choose.
    let mut gone = Vec::new();
    for event in &events[..at] {
        if let Some(Told::Evicted { key, .. } | Told::Gone { key }) = told(event) {
            gone.push(key);
        }
    }
    let there = |held: &&Held| !gone.contains(&held.key);
    let perfect = state
        .held
        .iter()
        .filter(there)
        .max_by_key(|held| held.score);
    let words = |score| score_words(policy, score, state.clock_millis);
    let in_draw = draw.iter().any(|(own, _)| *own == key);
    let why = match in_draw {
        true => "It is the best of the pool, and it came with this very draw.",
        false => {
            "It was not drawn now: it waited in the pool since an earlier eviction, and is still better than all of this draw."
        }
    };
    let mut choices = vec![Choice {
        text: format!("{} ({})", text_of(&key), words(score)),
        right: true,
        why: why.to_owned(),
    }];
    // Of two that are judged alike, nobody could say which one goes.
    let best_drawn = draw
        .iter()
        .filter(|(own, other)| *own != key && *other < score)
        .max_by_key(|(_, score)| *score);
    if let Some((own, score)) = best_drawn {
        choices.push(Choice {
            text: format!("{} ({}), of the draw", text_of(own), words(*score)),
            right: false,
            why: "The pool holds a better one.".to_owned(),
        });
    }
    let listed = |choices: &[Choice], key: &[u8]| {
        choices
            .iter()
            .any(|choice| choice.text.starts_with(&format!("{} ", text_of(key))))
    };
    if let Some(perfect) = perfect
        && perfect.score > score
        && !listed(&choices, &perfect.key)
    {
        choices.push(Choice {
            text: format!(
                "{} ({}), the best of all",
                text_of(&perfect.key),
                words(perfect.score)
            ),
            right: false,
            why: "Nobody knows that one: it was never drawn. Only a few keys are looked at."
                .to_owned(),
        });
    }
    let newest = arena::at(scene).there().last().map(|dot| dot.key.clone());
    if let Some(newest) = newest
        && !listed(&choices, &newest)
    {
        choices.push(Choice {
            text: format!("{} (the newest)", text_of(&newest)),
            right: false,
            why: "It is not what this policy looks at.".to_owned(),
        });
    }
    // So that the right one does not always stand first.
    let turn = key.iter().map(|byte| usize::from(*byte)).sum::<usize>() % choices.len();
    choices.rotate_left(turn);
    let drawn: Vec<String> = draw.iter().map(|(key, _)| text_of(key)).collect();
    Some(Ask {
        question: format!(
            "Memory is used up. The last draw is {}, and the pool holds what earlier draws left. Which key goes last?",
            drawn.join(", ")
        ),
        choices,
    })
}
