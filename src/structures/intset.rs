//! The intset: sorted integers of one width, byte for byte as Redis writes them.
//!
//! A header of two u32 (bytes per integer, count), then the integers, little endian. A value that
//! does not fit widens all of them; nothing ever narrows them. Deliberately not here: the limit of
//! entries beyond which a set leaves the intset. Source: Redis `intset.c`.

use super::random::Random;
use std::cmp::Ordering;

const HEADER_BYTES: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intset(Vec<u8>);

impl Default for Intset {
    fn default() -> Intset {
        Intset::new()
    }
}

impl Intset {
    pub fn new() -> Intset {
        Intset(vec![2, 0, 0, 0, 0, 0, 0, 0])
    }

    /// Takes over bytes from outside; `None` unless width, count and order are true.
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Intset> {
        let intset = Intset(bytes);
        let (width, rest) = intset.0.split_first_chunk::<4>()?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let width = usize::try_from(u32::from_le_bytes(*width)).ok()?;
        let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
        if !matches!(width, 2 | 4 | 8) || count.checked_mul(width)? != rest.len() {
            return None;
        }
        intset.iter().is_sorted_by(|a, b| a < b).then_some(intset)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub fn len(&self) -> usize {
        (self.0.len() - HEADER_BYTES) / self.width()
    }

    pub fn is_empty(&self) -> bool {
        self.0.len() == HEADER_BYTES
    }

    /// Bytes per integer: 2, 4 or 8.
    pub fn width(&self) -> usize {
        usize::from(self.0[0])
    }

    pub fn contains(&self, value: i64) -> bool {
        self.search(value).is_ok()
    }

    /// False if it was there.
    pub fn insert(&mut self, value: i64) -> bool {
        if width_for(value) > self.width() {
            self.widen(width_for(value));
        }
        match self.search(value) {
            Ok(_) => false,
            Err(place) => {
                let (at, end, width) = (self.offset(place), self.0.len(), self.width());
                self.0.resize(end + width, 0);
                self.0.copy_within(at..end, at + width);
                self.0[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
                self.state_count();
                true
            }
        }
    }

    /// False if it was not there.
    pub fn remove(&mut self, value: i64) -> bool {
        match self.search(value) {
            Ok(place) => {
                self.0.drain(self.offset(place)..self.offset(place + 1));
                self.state_count();
                true
            }
            Err(_) => false,
        }
    }

    /// The `index`-th smallest.
    pub fn get(&self, index: usize) -> Option<i64> {
        (index < self.len()).then(|| self.read(index))
    }

    pub fn random(&self, random: &mut Random) -> Option<i64> {
        (!self.is_empty()).then(|| self.read(random.below(self.len() as u64) as usize))
    }

    pub fn min(&self) -> Option<i64> {
        self.get(0)
    }

    pub fn max(&self) -> Option<i64> {
        self.get(self.len().checked_sub(1)?)
    }

    /// From the smallest up.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = i64> + ExactSizeIterator {
        self.0[HEADER_BYTES..]
            .chunks_exact(self.width())
            .map(number)
    }

    fn offset(&self, index: usize) -> usize {
        HEADER_BYTES + index * self.width()
    }

    #[inline]
    fn read(&self, index: usize) -> i64 {
        number(&self.0[self.offset(index)..self.offset(index + 1)])
    }

    /// Where the value is, or where it would go.
    fn search(&self, value: i64) -> Result<usize, usize> {
        let length = self.len();
        // Values often come in order: look at the end first, as Redis does.
        if length == 0 || value > self.read(length - 1) {
            return Err(length);
        }
        let (mut low, mut high) = (0, length);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.read(middle).cmp(&value) {
                Ordering::Equal => return Ok(middle),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    fn widen(&mut self, width: usize) {
        let mut wide = Vec::with_capacity(HEADER_BYTES + (self.len() + 1) * width);
        wide.extend_from_slice(&(width as u32).to_le_bytes());
        wide.extend_from_slice(&self.0[4..HEADER_BYTES]);
        self.iter()
            .for_each(|value| wide.extend_from_slice(&value.to_le_bytes()[..width]));
        self.0 = wide;
    }

    fn state_count(&mut self) {
        let count = u32::try_from(self.len()).expect("a set leaves the intset long before");
        self.0[4..HEADER_BYTES].copy_from_slice(&count.to_le_bytes());
    }
}

fn width_for(value: i64) -> usize {
    if i16::try_from(value).is_ok() {
        2
    } else if i32::try_from(value).is_ok() {
        4
    } else {
        8
    }
}

#[inline]
fn number(bytes: &[u8]) -> i64 {
    match *bytes {
        [a, b] => i64::from(i16::from_le_bytes([a, b])),
        [a, b, c, d] => i64::from(i32::from_le_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => i64::from_le_bytes([a, b, c, d, e, f, g, h]),
        _ => unreachable!("integers are 2, 4 or 8 bytes wide"),
    }
}

#[cfg(test)]
mod tests;
