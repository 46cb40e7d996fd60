//! What is told to whoever listens (`trace`): each element's way into a register.

use trace::{Event, Hyperloglog as Told, sample};

use super::{Corrupt, Encoding, SEED, encoding, murmur_hash_64a, raise_unseen, registers};

fn tell(told: Told) {
    trace::tell(Event::Hyperloglog(told));
}

#[cold]
pub fn placed(element: &[u8], register: usize, run: u8) {
    tell(Told::Placed {
        element: sample(element),
        hash: murmur_hash_64a(element, SEED),
        register: register as u32,
        run,
    });
}

/// Raises a register, and tells what came of it by comparing before and after.
#[cold]
pub fn raise(
    bytes: &mut Vec<u8>,
    register: usize,
    count: u8,
    sparse_max_bytes: usize,
) -> Result<bool, Corrupt> {
    let from = registers(bytes)?[register];
    let (before, was) = (bytes.clone(), encoding(bytes));
    let changed = raise_unseen(bytes, register, count, sparse_max_bytes)?;
    let register = register as u32;
    let (length, now) = (before.len() as u32, bytes.len() as u32);
    if was == Encoding::Sparse && encoding(bytes) == Encoding::Dense {
        tell(Told::Promoted {
            before: length,
            after: now,
            most: sparse_max_bytes as u32,
        });
    } else if changed && was == Encoding::Sparse {
        tell(Told::Rewritten {
            register,
            before: length,
            after: now,
        });
    }
    tell(match changed {
        true => Told::Raised {
            register,
            from,
            to: count,
        },
        false => Told::Kept {
            register,
            value: from,
        },
    });
    Ok(changed)
}

/// A merge writes all registers at once.
#[cold]
pub fn all_raised(bytes: &[u8], new: &[u8]) {
    let Ok(old) = registers(bytes) else { return };
    for (register, (from, to)) in old.into_iter().zip(new).enumerate() {
        if from != *to {
            tell(Told::Raised {
                register: register as u32,
                from,
                to: *to,
            });
        }
    }
}
