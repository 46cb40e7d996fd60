//! How large the values of a database are, by type and power of two: INFO's section keysizes. Counted with every
//! change (`Keyspace::recount`), so that nobody has to look at all keys.

use crate::value::Value;

/// The types that are counted, as INFO names them.
pub const NAMES: [&str; 5] = [
    "strings_sizes",
    "lists_items",
    "sets_items",
    "zsets_items",
    "hashes_items",
];

/// 0, then one class for each power of two.
const CLASSES: usize = usize::BITS as usize + 1;

#[derive(Debug, Clone, Default)]
pub struct Sizes {
    /// By type and class; empty before there is a key.
    counts: Vec<u64>,
}

impl Sizes {
    /// A value that was counted in one class (0: in none) is counted in the one that it belongs to now: the result.
    #[inline]
    pub fn count_again(&mut self, value: &Value, before: u8) -> u8 {
        let Some((kind, size)) = measure(value) else {
            return 0;
        };
        let class = (1 + usize::BITS - size.leading_zeros()) as u8;
        if class != before {
            self.count(kind, before, -1);
            self.count(kind, class, 1);
        }
        class
    }

    pub fn forget(&mut self, value: &Value, class: u8) {
        if let Some((kind, _)) = measure(value) {
            self.count(kind, class, -1);
        }
    }

    fn count(&mut self, kind: usize, class: u8, by: i64) {
        if class == 0 {
            return;
        }
        if self.counts.is_empty() {
            self.counts = vec![0; NAMES.len() * CLASSES];
        }
        let count = &mut self.counts[kind * CLASSES + usize::from(class) - 1];
        *count = count.wrapping_add_signed(by);
    }

    /// `1=3,2=1,1K=2` of a type by its place in `NAMES`: the least size of each class, and how many values are in it.
    pub fn line(&self, kind: usize) -> String {
        let counts = self.counts.chunks(CLASSES).nth(kind).unwrap_or_default();
        let classes = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let parts: Vec<String> = classes
            .map(|(class, count)| format!("{}={count}", least(class)))
            .collect();
        parts.join(",")
    }
}

fn least(class: usize) -> String {
    const UNITS: [&str; 7] = ["", "K", "M", "G", "T", "P", "E"];
    match class.checked_sub(1) {
        None => "0".to_string(),
        Some(power) => format!("{}{}", 1u64 << (power % 10), UNITS[power / 10]),
    }
}

/// The place of a value's type in `NAMES`, and its size. Other types are not counted.
#[inline]
fn measure(value: &Value) -> Option<(usize, usize)> {
    Some(match value {
        Value::String(text) => (0, text.len()),
        Value::List(list) => (1, list.len()),
        Value::Set(set) => (2, set.len()),
        Value::SortedSet(set) => (3, set.len()),
        Value::Hash(hash) => (4, hash.len()),
        Value::Stream(_) | Value::VectorSet(_) => return None,
    })
}
