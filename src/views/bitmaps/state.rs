//! The string's bits after so many events: what each event did to the bytes is done to those of the snapshot.

use structures::bits;
use trace::{Bits as Told, Event};

use crate::Scene;
use crate::snapshot::{Body, Key, Snapshot};

/// As much of a body as a snapshot holds.
const WINDOW_BYTES: u64 = 512;

/// Some bytes of a string, and how long it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Board {
    /// Bytes of the whole string.
    pub length: u64,
    /// The place of the first byte that is known.
    pub first: u64,
    pub bytes: Vec<u8>,
}

/// A number that BITFIELD read or wrote: its bits, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    pub signed: bool,
    pub width: u32,
    pub at: u64,
    pub from: i64,
    /// What was asked for and became of it, unless it was only read.
    pub written: Option<(i128, Option<i64>, &'static str)>,
}

impl Board {
    pub fn bit(&self, at: u64) -> Option<bool> {
        let byte = (at / 8).checked_sub(self.first)?;
        let known = byte < self.bytes.len() as u64;
        known.then(|| bits::get(&self.bytes, (at - self.first * 8) as usize))
    }

    fn write(&mut self, at: u64, width: u32, number: u64) {
        for bit in 0..u64::from(width) {
            let set = number >> (u64::from(width) - 1 - bit) & 1 == 1;
            let byte = ((at + bit) / 8).checked_sub(self.first);
            if byte.is_some_and(|byte| byte < self.bytes.len() as u64) {
                bits::set(&mut self.bytes, (at + bit - self.first * 8) as usize, set);
            }
        }
    }

    fn grow(&mut self, length: u64) {
        self.length = length;
        let known = length.saturating_sub(self.first).min(WINDOW_BYTES);
        self.bytes.resize(known as usize, 0);
    }
}

impl Field {
    /// As BITFIELD names the type.
    pub fn encoding(&self) -> String {
        format!("{}{}", if self.signed { 'i' } else { 'u' }, self.width)
    }

    pub fn last(&self) -> u64 {
        self.at + u64::from(self.width) - 1
    }

    /// What each way to treat an overflow makes of the same number: WRAP, then SAT.
    pub fn outcomes(&self, wanted: i128) -> (i64, i64) {
        let above = u64::BITS - self.width;
        let (low, max) = (wanted as i64, (u64::MAX >> above) as i64);
        let (wrapped, min, max) = match self.signed {
            true => {
                let max = i64::MAX >> above;
                (low << above >> above, -max - 1, max)
            }
            false => (((low as u64) << above >> above) as i64, 0, max),
        };
        let limited = if wanted > max.into() {
            max
        } else if wanted < min.into() {
            min
        } else {
            low
        };
        (wrapped, limited)
    }
}

/// A sum of two 64-bit numbers as text.
pub fn exact(number: i128) -> String {
    match (i64::try_from(number), u64::try_from(number.unsigned_abs())) {
        (Ok(number), _) => number.to_string(),
        (_, Ok(size)) if number < 0 => format!("-{size}"),
        (_, Ok(size)) => size.to_string(),
        // Only twice the least number is beyond 64 bits and a sign.
        (Err(_), Err(_)) => "-18446744073709551616".to_owned(),
    }
}

/// The string of this moment; none if there is none.
pub fn at(scene: &Scene) -> Option<Board> {
    let after = board_of(&scene.frame.after, None);
    if scene.is_over() {
        return after.filter(|board| board.length > 0);
    }
    let first = after.as_ref().map(|after| after.first);
    let mut board = board_of(&scene.frame.before, first);
    for event in scene.events() {
        if let Event::Bits(told) = event {
            // The command makes the key.
            let board = board.get_or_insert_with(|| Board {
                first: first.unwrap_or(0),
                ..Board::default()
            });
            apply(board, told, after.as_ref());
        }
    }
    board.filter(|board| board.length > 0)
}

fn apply(board: &mut Board, told: &Told, after: Option<&Board>) {
    match told {
        Told::Grown { to, .. } => board.grow(*to),
        Told::Set { at, to, .. } => board.write(*at, 1, u64::from(*to)),
        Told::NumberSet {
            width,
            at,
            to: Some(to),
            ..
        } => board.write(*at, *width, *to as u64),
        Told::Combined { result, length, .. } => {
            // Of a long result an event tells the beginning only.
            let known = result.len() as u64 == *length;
            *board = match after.filter(|_| !known) {
                Some(after) => after.clone(),
                None => Board {
                    length: *length,
                    first: 0,
                    bytes: result.clone(),
                },
            };
        }
        Told::NumberSet { to: None, .. }
        | Told::Read { .. }
        | Told::NumberRead { .. }
        | Told::Counted { .. }
        | Told::Found { .. } => {}
    }
}

/// What a snapshot knows of a string, from byte `first` on if it can say that.
pub fn board_of(snapshot: &Snapshot, first: Option<u64>) -> Option<Board> {
    let Snapshot::Key(key) = snapshot else {
        return None;
    };
    let bytes = bytes_of(key)?;
    let length = key.row.length;
    if let Some(window) = &key.more.window
        && first.is_none_or(|first| first == window.first)
    {
        return Some(Board {
            length,
            first: window.first,
            bytes: window.bytes.clone(),
        });
    }
    let first = first.unwrap_or(0);
    // All of a short string is known, so any part of it is.
    let first = match bytes.len() as u64 == length {
        true => first,
        false => 0,
    };
    let rest = bytes.get(first as usize..).unwrap_or_default();
    let known = rest.len().min(WINDOW_BYTES as usize);
    Some(Board {
        length,
        first,
        bytes: rest[..known].to_vec(),
    })
}

pub fn bytes_of(key: &Key) -> Option<&[u8]> {
    match &key.body {
        Body::Bytes(bytes) | Body::Hyperloglog(bytes) => Some(bytes),
        _ => None,
    }
}

/// The bits that an event is about: the first and the last.
pub fn reach(told: &Told) -> Option<(u64, u64)> {
    match told {
        Told::Read { at, .. } | Told::Set { at, .. } => Some((*at, *at)),
        Told::NumberRead { at, width, .. } | Told::NumberSet { at, width, .. } => {
            Some((*at, at + u64::from(*width) - 1))
        }
        Told::Counted { first, last, .. } => Some((*first, *last)),
        Told::Found { at, .. } => at.map(|at| (at, at)),
        Told::Grown { .. } | Told::Combined { .. } => None,
    }
}

/// The last event so far that is about bits. At the end of a command that is its last one.
pub fn last<'a>(scene: &'a Scene) -> Option<&'a Told> {
    scene.events().iter().rev().find_map(|event| match event {
        Event::Bits(told) => Some(told),
        _ => None,
    })
}

/// The numbers that BITFIELD has treated so far.
pub fn fields(scene: &Scene) -> Vec<Field> {
    let field = |event: &Event| match *event {
        Event::Bits(Told::NumberRead {
            signed,
            width,
            at,
            value,
        }) => Some(Field {
            signed,
            width,
            at,
            from: value,
            written: None,
        }),
        Event::Bits(Told::NumberSet {
            signed,
            width,
            at,
            from,
            wanted,
            to,
            overflow,
        }) => Some(Field {
            signed,
            width,
            at,
            from,
            written: Some((wanted, to, overflow)),
        }),
        _ => None,
    };
    scene.events().iter().filter_map(field).collect()
}
