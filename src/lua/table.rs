//! Tables with 5.1's layout: an array part and a node part whose collisions are chained through free
//! nodes. The order of `next` and the borders that `#` finds follow from it, so it is kept exactly.

use crate::value::{StringRef, TableRef, Value};

const NO_NODE: u32 = u32::MAX;
/// Greatest power of two that an array part may have as its size.
const MAX_BITS: usize = 26;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Node {
    pub key: Value,
    pub value: Value,
    next: u32,
}

#[derive(Debug, Default)]
pub struct Table {
    pub(crate) array: Vec<Value>,
    /// Empty, or a power of two of them.
    pub(crate) nodes: Vec<Node>,
    /// All nodes from here on are taken.
    last_free: u32,
    pub(crate) metatable: Option<TableRef>,
    /// Bit per metamethod that this table, as a metatable, is known to lack.
    pub(crate) absent: u8,
    pub(crate) readonly: bool,
    pub(crate) live: bool,
}

/// Where a value of a table is, valid until the next insertion.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Array(usize),
    Node(usize),
}

/// Sizes that a table must take before another key fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub array: usize,
    pub nodes: usize,
}

impl Sizes {
    pub const fn cost(self) -> usize {
        self.array * size_of::<Value>() + self.nodes * size_of::<Node>()
    }
}

/// Why a key cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadKey {
    Nil,
    Nan,
}

/// The number as an array index counted from one, if it is a whole one.
///
/// Adding 2^52 moves a whole number into the low bits: cheaper than a conversion that saturates.
#[inline(always)]
fn as_index(number: f64) -> Option<usize> {
    let index = (number + 4_503_599_627_370_496.0).to_bits() as u32 & 0x7FFF_FFFF;
    (f64::from(index) == number && index > 0).then_some(index as usize)
}

fn ceil_log2(size: usize) -> u32 {
    size.next_power_of_two().trailing_zeros()
}

impl Table {
    pub(crate) fn with_sizes(array: usize, nodes: usize) -> Table {
        let mut table = Table {
            live: true,
            ..Table::default()
        };
        table.array.resize(array, Value::Nil);
        table.set_nodes(nodes);
        table
    }

    pub(crate) fn cost(&self) -> usize {
        size_of::<Table>() + self.sizes().cost()
    }

    fn sizes(&self) -> Sizes {
        Sizes {
            array: self.array.len(),
            nodes: self.nodes.len(),
        }
    }

    /// The number of nodes for `count` keys.
    pub(crate) fn node_size(count: usize) -> usize {
        if count == 0 { 0 } else { 1 << ceil_log2(count) }
    }

    fn set_nodes(&mut self, count: usize) {
        let size = Table::node_size(count);
        self.nodes = vec![
            Node {
                next: NO_NODE,
                ..Node::default()
            };
            size
        ];
        self.last_free = size as u32;
    }

    #[inline(always)]
    pub(crate) fn get_string(&self, key: StringRef) -> Value {
        let mut at = key.hash as usize & self.nodes.len().wrapping_sub(1);
        while let Some(node) = self.nodes.get(at) {
            if let Value::String(found) = node.key
                && found == key
            {
                return node.value;
            }
            at = node.next as usize;
        }
        Value::Nil
    }

    #[inline(always)]
    pub(crate) fn get_index(&self, index: usize) -> Value {
        match self.array.get(index.wrapping_sub(1)) {
            Some(value) => *value,
            None => self.get_hashed(Value::Number(index as f64)),
        }
    }

    #[inline(always)]
    pub(crate) fn get(&self, key: Value) -> Value {
        match key {
            Value::String(string) => self.get_string(string),
            Value::Number(number) => {
                if let Some(index) = as_index(number)
                    && let Some(value) = self.array.get(index - 1)
                {
                    return *value;
                }
                self.get_hashed(key)
            }
            Value::Nil => Value::Nil,
            _ => self.get_hashed(key),
        }
    }

    fn get_hashed(&self, key: Value) -> Value {
        self.find_node(key)
            .map_or(Value::Nil, |at| self.nodes[at].value)
    }

    fn find_node(&self, key: Value) -> Option<usize> {
        let mut at = self.main_position(key)?;
        while let Some(node) = self.nodes.get(at) {
            if node.key.same(key) {
                return Some(at);
            }
            at = node.next as usize;
        }
        None
    }

    /// The node in which a key belongs if it is free.
    fn main_position(&self, key: Value) -> Option<usize> {
        let size = self.nodes.len();
        if size == 0 {
            return None;
        }
        let odd = (size - 1) | 1;
        Some(match key {
            Value::String(string) => string.hash as usize & (size - 1),
            Value::Boolean(boolean) => usize::from(boolean) & (size - 1),
            Value::Number(0.0) => 0,
            Value::Number(number) => {
                let bits = number.to_bits();
                (bits as u32).wrapping_add((bits >> 32) as u32) as usize % odd
            }
            Value::Table(TableRef(index)) => (index as usize).wrapping_mul(7) % odd,
            Value::Function(function) => (function.0 as usize).wrapping_mul(5) % odd,
            Value::Thread(thread) => (thread.0 as usize).wrapping_mul(3) % odd,
            Value::Light(address) => address as usize % odd,
            Value::Nil | Value::Dead(..) => 0,
        })
    }

    /// Where the value of an existing key is. A key with the value nil may exist.
    #[inline(always)]
    pub(crate) fn place(&self, key: Value) -> Option<Place> {
        match key {
            Value::String(string) => {
                let mut at = string.hash as usize & self.nodes.len().wrapping_sub(1);
                while let Some(node) = self.nodes.get(at) {
                    if let Value::String(found) = node.key
                        && found == string
                    {
                        return Some(Place::Node(at));
                    }
                    at = node.next as usize;
                }
                None
            }
            Value::Number(number) => {
                if let Some(index) = as_index(number)
                    && index <= self.array.len()
                {
                    return Some(Place::Array(index - 1));
                }
                self.find_node(key).map(Place::Node)
            }
            Value::Nil => None,
            _ => self.find_node(key).map(Place::Node),
        }
    }

    #[inline(always)]
    pub(crate) fn at(&self, place: Place) -> Value {
        match place {
            Place::Array(index) => self.array[index],
            Place::Node(index) => self.nodes[index].value,
        }
    }

    #[inline(always)]
    pub(crate) fn put(&mut self, place: Place, value: Value) {
        match place {
            Place::Array(index) => self.array[index] = value,
            Place::Node(index) => self.nodes[index].value = value,
        }
    }

    pub(crate) fn check_key(key: Value) -> Result<(), BadKey> {
        match key {
            Value::Nil => Err(BadKey::Nil),
            Value::Number(number) if number.is_nan() => Err(BadKey::Nan),
            _ => Ok(()),
        }
    }

    /// Makes a place for a key that has none, or says to which sizes the table must first grow.
    pub(crate) fn insert(&mut self, key: Value) -> Result<Place, Sizes> {
        let Some(mut main) = self.main_position(key) else {
            return Err(self.grown(key));
        };
        if !self.nodes[main].value.is_nil() {
            let Some(free) = self.free_node() else {
                return Err(self.grown(key));
            };
            let other = self.main_position(self.nodes[main].key).unwrap_or(main);
            if other == main {
                self.nodes[free].next = self.nodes[main].next;
                self.nodes[main].next = free as u32;
                main = free;
            } else {
                self.move_away(main, other, free);
            }
        }
        self.nodes[main].key = key;
        Ok(Place::Node(main))
    }

    /// The node at `main` collides with a newcomer but belongs to the chain of `other`.
    fn move_away(&mut self, main: usize, other: usize, free: usize) {
        let mut previous = other;
        while self.nodes[previous].next != main as u32 {
            previous = self.nodes[previous].next as usize;
        }
        self.nodes[previous].next = free as u32;
        self.nodes[free] = self.nodes[main];
        self.nodes[main].next = NO_NODE;
        self.nodes[main].value = Value::Nil;
    }

    fn free_node(&mut self) -> Option<usize> {
        while self.last_free > 0 {
            self.last_free -= 1;
            let at = self.last_free as usize;
            if self.nodes[at].key.is_nil() {
                return Some(at);
            }
        }
        None
    }

    /// The sizes that suit the present keys and one more.
    fn grown(&self, key: Value) -> Sizes {
        let mut counts = [0usize; MAX_BITS + 1];
        let mut whole = self.count_array(&mut counts);
        let mut total = whole;
        for node in self.nodes.iter().filter(|node| !node.value.is_nil()) {
            total += 1;
            whole += count_index(node.key, &mut counts);
        }
        whole += count_index(key, &mut counts);
        total += 1;
        let (array, inside) = best_array_size(&counts, whole);
        Sizes {
            array,
            nodes: Table::node_size(total - inside),
        }
    }

    fn count_array(&self, counts: &mut [usize; MAX_BITS + 1]) -> usize {
        let mut total = 0;
        let mut first = 0;
        for (bits, count) in counts.iter_mut().enumerate() {
            let end = (1usize << bits).min(self.array.len());
            let slice = self.array.get(first..end).unwrap_or_default();
            *count = slice.iter().filter(|value| !value.is_nil()).count();
            total += *count;
            first = end;
        }
        total
    }

    /// Takes new sizes and puts every key where it belongs then.
    pub(crate) fn resize(&mut self, sizes: Sizes) {
        let old_nodes = std::mem::take(&mut self.nodes);
        self.set_nodes(sizes.nodes);
        let mut cut = Vec::new();
        if sizes.array < self.array.len() {
            cut = self.array.split_off(sizes.array);
            self.array.shrink_to_fit();
        } else {
            self.array.reserve_exact(sizes.array - self.array.len());
            self.array.resize(sizes.array, Value::Nil);
        }
        for (offset, value) in cut
            .into_iter()
            .enumerate()
            .filter(|(_, value)| !value.is_nil())
        {
            self.put_again(Value::Number((sizes.array + offset + 1) as f64), value);
        }
        for node in old_nodes.iter().rev().filter(|node| !node.value.is_nil()) {
            self.put_again(node.key, node.value);
        }
    }

    fn put_again(&mut self, key: Value, value: Value) {
        let place = match self.place(key) {
            Some(place) => place,
            None => match self.insert(key) {
                Ok(place) => place,
                Err(sizes) => {
                    self.resize(sizes);
                    return self.put_again(key, value);
                }
            },
        };
        self.put(place, value);
    }

    /// A border: `#`.
    pub(crate) fn border(&self) -> usize {
        let mut high = self.array.len();
        if high > 0 && self.array[high - 1].is_nil() {
            let mut low = 0;
            while high - low > 1 {
                let middle = (low + high) / 2;
                if self.array[middle - 1].is_nil() {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            return low;
        }
        if self.nodes.is_empty() {
            high
        } else {
            self.border_beyond(high)
        }
    }

    fn border_beyond(&self, start: usize) -> usize {
        let mut low = start;
        let mut high = start + 1;
        while !self.get_index(high).is_nil() {
            low = high;
            high *= 2;
            if high > i32::MAX as usize - 2 {
                // The table was built to be searched badly.
                return (1..).find(|at| self.get_index(*at).is_nil()).unwrap_or(1) - 1;
            }
        }
        while high - low > 1 {
            let middle = (low + high) / 2;
            if self.get_index(middle).is_nil() {
                high = middle;
            } else {
                low = middle;
            }
        }
        low
    }

    /// The position after a key in the order of `next`; `None` if there is no such key.
    pub(crate) fn position_after(&self, key: Value) -> Option<usize> {
        match key {
            Value::Nil => return Some(0),
            Value::Number(number) => {
                if let Some(index) = as_index(number)
                    && index <= self.array.len()
                {
                    return Some(index);
                }
            }
            _ => {}
        }
        let mut at = self.main_position(key)?;
        while let Some(node) = self.nodes.get(at) {
            let dead = matches!(node.key, Value::Dead(kind, index)
                if key.object() == Some((kind, index)));
            if dead || node.key.same(key) {
                return Some(self.array.len() + at + 1);
            }
            at = node.next as usize;
        }
        None
    }

    /// The first entry at or after a position, with the position after it.
    #[inline]
    pub(crate) fn entry_from(&self, position: usize) -> Option<(Value, Value, usize)> {
        let mut at = position;
        while let Some(value) = self.array.get(at) {
            at += 1;
            if !value.is_nil() {
                return Some((Value::Number(at as f64), *value, at));
            }
        }
        let skipped = at - self.array.len();
        for (offset, node) in self.nodes.iter().enumerate().skip(skipped) {
            if !node.value.is_nil() {
                return Some((node.key, node.value, self.array.len() + offset + 1));
            }
        }
        None
    }
}

/// Counts a key among the whole ones of its power of two; returns 1 if it is one.
fn count_index(key: Value, counts: &mut [usize; MAX_BITS + 1]) -> usize {
    let Value::Number(number) = key else {
        return 0;
    };
    match as_index(number) {
        Some(index) if index <= 1 << MAX_BITS => {
            counts[ceil_log2(index) as usize] += 1;
            1
        }
        _ => 0,
    }
}

/// The greatest power of two more than half of which would be used, and how many keys it holds.
fn best_array_size(counts: &[usize; MAX_BITS + 1], whole: usize) -> (usize, usize) {
    let (mut sum, mut inside, mut best) = (0, 0, 0);
    let mut size = 1;
    for count in counts {
        if size / 2 >= whole {
            break;
        }
        if *count > 0 {
            sum += count;
            if sum > size / 2 {
                best = size;
                inside = sum;
            }
        }
        if sum == whole {
            break;
        }
        size *= 2;
    }
    (best, inside)
}
