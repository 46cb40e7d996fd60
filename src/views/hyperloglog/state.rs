//! Registers, bytes and true counts of a moment.

use structures::hyperloglog as hll;
use structures::order;
use trace::{Event, Hyperloglog as Told};

use crate::Scene;
use crate::snapshot::{Body, Snapshot};

fn held(snapshot: &Snapshot) -> Option<&[u8]> {
    match snapshot {
        Snapshot::Key(key) => match &key.body {
            Body::Hyperloglog(bytes) => Some(bytes),
            _ => None,
        },
        Snapshot::Nothing | Snapshot::Server(_) => None,
    }
}

/// The bytes as they lie before the command, or after it.
pub fn bytes<'a>(scene: &'a Scene) -> Option<&'a [u8]> {
    held(scene.state())
}

/// The registers after so many events; none if the key has none, or its bytes are corrupt.
pub fn registers(scene: &Scene) -> Option<Vec<u8>> {
    if scene.is_over() {
        return hll::registers(held(&scene.frame.after)?).ok();
    }
    let mut registers = match held(&scene.frame.before) {
        Some(bytes) => hll::registers(bytes).ok()?,
        // The command makes the key.
        None => {
            held(&scene.frame.after)?;
            vec![0; hll::REGISTERS]
        }
    };
    for event in scene.events() {
        if let Event::Hyperloglog(Told::Raised { register, to, .. }) = event
            && let Some(own) = registers.get_mut(*register as usize)
        {
            *own = *to;
        }
    }
    Some(registers)
}

/// A sketch that was given `user:1` to `user:n`.
pub fn simulated(elements: u64) -> Vec<u8> {
    let mut registers = vec![0_u8; hll::REGISTERS];
    for at in 1..=elements {
        let (register, run) = hll::place(format!("user:{at}").as_bytes());
        registers[register] = registers[register].max(run);
    }
    registers
}

pub fn register_of(event: &Event) -> Option<u32> {
    match event {
        Event::Hyperloglog(
            Told::Placed { register, .. }
            | Told::Raised { register, .. }
            | Told::Kept { register, .. }
            | Told::Rewritten { register, .. },
        ) => Some(*register),
        _ => None,
    }
}

/// The element that was hashed last: itself, its hash, its register and run.
pub fn hash_of(events: &[Event]) -> Option<(&[u8], u64, u32, u8)> {
    events.iter().rev().find_map(|event| match event {
        Event::Hyperloglog(Told::Placed {
            element,
            hash,
            register,
            run,
        }) => Some((element.as_slice(), *hash, *register, *run)),
        _ => None,
    })
}

/// How many different elements were really added, as long as all commands since the key was made are known.
pub fn exact(scene: &Scene) -> Option<u64> {
    let mut seen: Vec<u64> = Vec::new();
    let mut known = false;
    let frames = scene
        .past
        .iter()
        .map(|frame| (&**frame, frame.events.as_slice()));
    for (frame, events) in frames.chain([(scene.frame, scene.events())]) {
        if held(&frame.before).is_none() {
            seen.clear();
            known = true;
        }
        let placed = |event: &Event| match event {
            Event::Hyperloglog(Told::Placed { hash, .. }) => Some(*hash),
            _ => None,
        };
        let before = seen.len();
        seen.extend(events.iter().filter_map(placed));
        // Registers that rise without an element came from a merge, or bytes were written over.
        let changed = frame.before != frame.after && seen.len() == before;
        let counted = events
            .iter()
            .any(|event| matches!(event, Event::Hyperloglog(Told::Counted { .. })));
        let began = held(&frame.before).is_none();
        known &= frame.lost == 0 && (!changed || counted || began);
    }
    order::sort(&mut seen);
    seen.dedup();
    known.then_some(seen.len() as u64)
}

/// The sparse opcode that speaks of a register: where it stands, and what it says.
pub fn opcode_of(bytes: &[u8], register: usize) -> Option<(usize, String)> {
    let (mut at, mut first) = (hll::HEADER_BYTES, 0);
    for opcode in hll::opcodes(bytes) {
        if register < first + opcode.run() {
            return Some((at, words(opcode)));
        }
        at += opcode.size();
        first += opcode.run();
    }
    None
}

pub fn words(opcode: hll::Opcode) -> String {
    match opcode {
        hll::Opcode::Zero { run } => format!("ZERO {run}"),
        hll::Opcode::XZero { run } => format!("XZERO {run}"),
        hll::Opcode::Value { value, run } => format!("VAL {value} × {run}"),
    }
}
