//! "How long do they take in one write?", or "can another client come in between?", asked before it is drawn.

use messages::drawing::{Ask, Choice};
use messages::format::counted;

use super::drawing::time;
use super::model::{How, Plan};
use crate::Scene;

pub fn question(plan: Option<&Plan>, scene: &Scene) -> Option<Ask> {
    if scene.revealed {
        return None;
    }
    Some(match plan {
        Some(plan) if plan.other => between(plan),
        // Where nothing travels there is nothing to guess.
        Some(plan) if plan.rtt_millis > 0 => how_long(plan),
        Some(_) => return None,
        None => return None,
    })
}

fn how_long(plan: &Plan) -> Ask {
    let right = plan.together_nanos(plan.how);
    let mut times = vec![
        (
            plan.one_by_one_nanos(),
            "That is what they take one by one: each waits for its own reply.",
        ),
        (
            right,
            "One write goes out, the replies come back together: the way is paid once, not for each command.",
        ),
        (
            plan.work_nanos(),
            "That is the server’s work alone. The replies still have to come back.",
        ),
    ];
    times.dedup_by_key(|(time, _)| *time);
    let choices = times.into_iter().map(|(nanos, why)| Choice {
        text: time(nanos),
        right: nanos == right,
        why: why.to_owned(),
    });
    let way = match plan.how {
        How::Pipeline if plan.trips(How::Pipeline) > 1 => {
            format!("in writes of {}", counted(plan.batch as u64, "command"))
        }
        How::Pipeline => "in one write".to_owned(),
        How::Multi => "in MULTI and EXEC, in one write".to_owned(),
        How::Script => "in one script".to_owned(),
    };
    Ask {
        question: format!(
            "A round trip takes {} ms. How long do your last {} take {way}?",
            plan.rtt_millis,
            counted(plan.commands.len() as u64, "command")
        ),
        choices: choices.collect(),
    }
}

fn between(plan: &Plan) -> Ask {
    let comes = plan.comes_between();
    let why = match (plan.how, comes) {
        (How::Pipeline, true) => {
            "A pipeline is bytes and no transaction: between two reads the server serves others."
        }
        (How::Pipeline, false) => {
            "Here one read takes them all, which is luck: let them arrive packet by packet, or write them in two goes."
        }
        (How::Multi, _) => "Others are served while it is queued; EXEC then runs it in one piece.",
        (How::Script, _) => "A script is one command, whatever it does.",
    };
    let choice = |text: &str, right| Choice {
        text: text.to_owned(),
        right,
        why: why.to_owned(),
    };
    Ask {
        question: "Another client sends a command meanwhile. As things are set below, can it run between two of yours?"
            .to_owned(),
        choices: vec![choice("Yes", comes), choice("No", !comes)],
    }
}
