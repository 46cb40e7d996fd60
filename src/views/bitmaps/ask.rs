//! "Which byte does GET show now?", asked before the byte is drawn; after a bit far away, what it costs.

use messages::drawing::{Ask, Choice};
use structures::order;
use trace::{Bits as Told, Event};

use super::state::Board;
use crate::Scene;

/// Bytes by which a string has to grow for the question about memory.
const FAR: u64 = 1_000;

pub fn question(scene: &Scene, board: &Board) -> Option<Ask> {
    if scene.revealed || !scene.is_over() {
        return None;
    }
    let (at, to) = written(scene)?;
    match far(scene) {
        Some((from, to)) => Some(price(at, from, to)),
        None => order(at, to, board),
    }
}

/// From and to how many bytes the string grew, if that is worth a question.
pub fn far(scene: &Scene) -> Option<(u64, u64)> {
    grown(scene).filter(|(from, to)| to - from >= FAR)
}

/// The byte whose value is asked for.
pub fn byte(scene: &Scene) -> Option<u64> {
    written(scene).map(|(at, _)| at / 8)
}

/// The one bit that a SETBIT wrote.
fn written(scene: &Scene) -> Option<(u64, bool)> {
    let mut found = scene.frame.events.iter().filter_map(|event| match event {
        Event::Bits(Told::Set { at, to, .. }) => Some((*at, *to)),
        _ => None,
    });
    found.next().filter(|_| found.next().is_none())
}

fn grown(scene: &Scene) -> Option<(u64, u64)> {
    scene.frame.events.iter().find_map(|event| match event {
        Event::Bits(Told::Grown { from, to }) => Some((*from, *to)),
        _ => None,
    })
}

/// The byte as it is, with the bits counted from the other end, and with the bit's number as its value.
fn order(at: u64, to: bool, board: &Board) -> Option<Ask> {
    let known = (at / 8).checked_sub(board.first)? as usize;
    let own = *board.bytes.get(known)?;
    let bit = at % 8;
    let before = match to {
        true => own & !(0x80 >> bit),
        false => own | 0x80 >> bit,
    };
    let turned = match to {
        true => before | 1 << bit,
        false => before & !(1 << bit),
    };
    let digits = |byte: u8| format!("\\x{byte:02x} ({byte:08b})");
    let choice = |byte: u8, why: String| Choice {
        text: digits(byte),
        right: byte == own,
        why,
    };
    let mut choices = vec![choice(
        own,
        format!(
            "Bit {at} is place {bit} of byte {}, counted from its left: the value {}.",
            at / 8,
            0x80u8 >> bit
        ),
    )];
    if turned != own {
        choices.push(choice(
            turned,
            format!("That counts bits from the right, as arithmetic does. Redis counts from the left, so bit {bit} of a byte is worth {}.", 0x80u8 >> bit),
        ));
    }
    let reversed = own.reverse_bits();
    if reversed != own && reversed != turned {
        choices.push(choice(
            reversed,
            "All eight bits the other way round: so it would be if the lowest bit came first."
                .to_owned(),
        ));
    }
    // Always in the same order, whatever is right.
    order::sort_by(&mut choices, |one, other| one.text.cmp(&other.text));
    (choices.len() > 1).then(|| Ask {
        question: format!(
            "Byte {} was {before:08b}. Bit {at} was set to {}. What does GET show there now?",
            at / 8,
            u8::from(to)
        ),
        choices,
    })
}

/// What one bit far away costs.
fn price(at: u64, from: u64, to: u64) -> Ask {
    let why = |text: &str| {
        format!(
            "{text} The string now has {to} bytes, of which {} are new.",
            to - from
        )
    };
    Ask {
        question: format!("One bit was set, at offset {at}. By how much did the string grow?"),
        choices: vec![
            Choice {
                text: "By 1 byte: only bytes with a set bit are stored".to_owned(),
                right: false,
                why: why("A string is one piece of memory, from bit 0 to its last one."),
            },
            Choice {
                text: format!("By {} bytes: everything up to the bit, as zeros", to - from),
                right: true,
                why: why(
                    "One large id pays for all the ids below it: number users from 1 on, or keep sparse ids in a set.",
                ),
            },
            Choice {
                text: "Not at all until GET is called".to_owned(),
                right: false,
                why: why("The memory is taken at once, by the SETBIT itself."),
            },
        ],
    }
}
