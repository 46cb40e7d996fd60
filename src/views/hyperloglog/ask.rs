//! Before a PFADD is drawn: what will it change?

use messages::drawing::{Ask, Choice};
use structures::hyperloglog as hll;
use trace::{Event, Hyperloglog as Told};

use super::state;
use crate::Scene;

/// About a command that added one element.
pub fn question(scene: &Scene, _registers: &[u8]) -> Option<Ask> {
    if scene.revealed {
        return None;
    }
    let placed: Vec<&Event> = scene
        .frame
        .events
        .iter()
        .filter(|event| matches!(event, Event::Hyperloglog(Told::Placed { .. })))
        .collect();
    let (element, _, register, run) = state::hash_of(&scene.frame.events)?;
    if placed.len() != 1 {
        return None;
    }
    let raised = scene
        .frame
        .events
        .iter()
        .any(|event| matches!(event, Event::Hyperloglog(Told::Raised { .. })));
    let bit = 6 * register as usize;
    let byte = hll::HEADER_BYTES + bit / 8;
    let choice = |text: String, right: bool, why: String| Choice { text, right, why };
    let name = messages::format::text_of(element);
    let kept = format!(
        "Its register {register} holds at least {run} already, so PFADD answers 0 although {name} may be new: the count is one too low from here on."
    );
    Some(Ask {
        question: format!("{name} is added. What changes?"),
        choices: vec![
            choice(
                "One register, and the mark that the cached estimate is stale".to_owned(),
                raised,
                match raised {
                    true => format!(
                        "Register {register} rises; in the dense form that is byte {byte}. Adding it once more would change nothing at all."
                    ),
                    false => kept.clone(),
                },
            ),
            choice(
                "Nothing, not even the estimate".to_owned(),
                !raised,
                match raised {
                    true => {
                        format!("Its run of {run} is longer than what register {register} held.")
                    }
                    false => kept,
                },
            ),
            choice(
                "The element is stored beside the others".to_owned(),
                false,
                "No element is stored anywhere: only how long the longest run of zeros was."
                    .to_owned(),
            ),
        ],
    })
}
