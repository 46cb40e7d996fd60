//! Questions about what one command did: who has the tickets of a consumer that dies, why `~` removed nothing, what a
//! nil means, what the lag is now. What is asked for is not drawn until then.

use messages::drawing::{Ask, Choice};
use messages::format::text_of;
use trace::stream::Kept;
use trace::{Event, Stream as Told};

use super::{entries, kept, state};
use crate::Scene;

/// What is not drawn while the question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    Owners,
    Reason,
    Nil,
    Lag,
}

pub fn question(scene: &Scene) -> Option<(Secret, Ask)> {
    if scene.revealed || !scene.is_over() {
        return None;
    }
    let told: Vec<&Told> = scene
        .frame
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Stream(told) => Some(told),
            _ => None,
        })
        .collect();
    nil(&told)
        .or_else(|| nothing_removed(&told))
        .or_else(|| dead_consumer(&told))
        .or_else(|| unknown_lag(scene, &told))
}

fn choice(text: impl Into<String>, right: bool, why: impl Into<String>) -> Choice {
    Choice {
        text: text.into(),
        right,
        why: why.into(),
    }
}

fn nil(told: &[&Told]) -> Option<(Secret, Ask)> {
    let (id, consumer) = told.iter().find_map(|told| match told {
        Told::Again {
            id,
            consumer,
            gone: true,
            ..
        } => Some((id, text_of(consumer))),
        _ => None,
    })?;
    let ask = Ask {
        question: format!("{consumer} asked for its pending entries, and for {id} got nil. Why?"),
        choices: vec![
            choice(
                "Another consumer has acknowledged it",
                false,
                "Then the ticket would be gone, and with it this row. Only XACK, XCLAIM and their kin take tickets.",
            ),
            choice(
                "The entry was deleted or trimmed, the ticket was not",
                true,
                "XDEL and XTRIM do not look at groups unless DELREF or ACKED say so. XACK ends it, and XAUTOCLAIM finds and drops such tickets.",
            ),
            choice(
                "It was read before, and each entry is given out once",
                false,
                "What is pending may be asked for as often as one likes; each time is counted.",
            ),
        ],
    };
    Some((Secret::Nil, ask))
}

fn nothing_removed(told: &[&Told]) -> Option<(Secret, Ask)> {
    let removed = |told: &&&Told| matches!(told, Told::NodeGone { .. } | Told::Deleted { .. });
    if told.iter().any(|told| removed(&told)) {
        return None;
    }
    let (live, length, why) = told.iter().find_map(|told| match told {
        Told::NodeKept {
            live, length, why, ..
        } => Some((*live, *length, *why)),
        _ => None,
    })?;
    if matches!(why, Kept::MaxLen(most) if length <= most) {
        return None;
    }
    let reason = format!("The first node stays: {}.", kept(live, length, why));
    let ask = Ask {
        question: format!("The trim with ~ removed none of {}. Why?", entries(length)),
        choices: vec![
            choice(
                "It is done in the background, a little later",
                false,
                reason.clone(),
            ),
            choice(
                format!(
                    "Only whole nodes go, and the first one, with {}, may not go",
                    entries(live)
                ),
                true,
                reason.clone(),
            ),
            choice(
                "The entries are still pending in a group",
                false,
                format!("Trimming does not ask groups unless ACKED says so. {reason}"),
            ),
        ],
    };
    Some((Secret::Reason, ask))
}

fn dead_consumer(told: &[&Told]) -> Option<(Secret, Ask)> {
    let given: Vec<(String, String)> = told
        .iter()
        .filter_map(|told| match told {
            Told::Delivered {
                group, consumer, ..
            } => Some((text_of(consumer), text_of(group))),
            _ => None,
        })
        .collect();
    let (consumer, group) = given.last()?;
    let count = given.len() as u64;
    let why = format!(
        "Tickets stay with {consumer}, however long, until somebody claims them: XCLAIM by id, XAUTOCLAIM by how long they lay. XREADGROUP with > gives new entries only."
    );
    let ask = Ask {
        question: format!(
            "{consumer} was given {}. Now its process dies before XACK. Whose are they?",
            entries(count)
        ),
        choices: vec![
            choice(
                format!("Back in {group}: the next XREADGROUP with > gets them"),
                false,
                why.clone(),
            ),
            choice(
                format!("Still {consumer}’s, until XCLAIM or XAUTOCLAIM moves them"),
                true,
                why.clone(),
            ),
            choice("Lost: each is delivered once", false, why),
        ],
    };
    Some((Secret::Owners, ask))
}

fn unknown_lag(scene: &Scene, told: &[&Told]) -> Option<(Secret, Ask)> {
    let deleted = |told: &&&Told| matches!(told, Told::Deleted { .. });
    told.iter().find(deleted)?;
    let (before, after) = (
        state::held(&scene.frame.before)?,
        state::held(&scene.frame.after)?,
    );
    let group = after.groups.iter().find(|group| group.lag.is_none())?;
    let known = before
        .groups
        .iter()
        .find(|own| own.name == group.name)?
        .lag?;
    let why = format!(
        "{} lies ahead of the cursor and is gone. The server keeps two counters, not a count of what lies between, so it says nil until the group has read to the end.",
        after.max_deleted_id
    );
    let ask = Ask {
        question: format!(
            "Group {} had a lag of {known} before this. What does XINFO GROUPS say now?",
            text_of(&group.name)
        ),
        choices: vec![
            choice(known.to_string(), false, why.clone()),
            choice((known - 1).to_string(), false, why.clone()),
            choice("nil: it cannot be told", true, why),
        ],
    };
    Some((Secret::Lag, ask))
}
