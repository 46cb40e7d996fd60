//! Maps and sets in the order of their keys, with one routine for all types: what is kept in order are numbers of
//! entries, by asking who owns the entries. The standard library's trees are as quick and come as four kilobytes of
//! code for each pair of types that some map has.

use std::borrow::Borrow;
use std::ops::{Bound, RangeBounds};

/// Numbers in pieces, none of which is empty.
#[derive(Debug, Clone, Default)]
struct Order {
    pieces: Vec<Vec<u32>>,
}

/// So many numbers a piece has at most: what is added moves no more of them.
const PIECE: usize = 256;

/// Between two numbers; the end lies before a piece that is not there.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Place {
    piece: usize,
    at: usize,
}

impl Order {
    const START: Place = Place { piece: 0, at: 0 };

    fn end(&self) -> Place {
        let piece = self.pieces.len();
        Place { piece, at: 0 }
    }

    /// Where the numbers end that lie `before` something.
    fn place(&self, before: &dyn Fn(u32) -> bool) -> Place {
        let all_before = |piece: &Vec<u32>| piece.last().is_some_and(|&last| before(last));
        let piece = self.pieces.partition_point(all_before);
        let numbers = self.pieces.get(piece).map_or(&[][..], Vec::as_slice);
        let at = numbers.partition_point(|&number| before(number));
        Place { piece, at }
    }

    fn get(&self, place: Place) -> Option<u32> {
        self.pieces.get(place.piece)?.get(place.at).copied()
    }

    fn insert(&mut self, mut place: Place, number: u32) {
        if place.piece > 0 && place.piece == self.pieces.len() {
            place.piece -= 1;
            place.at = self.pieces[place.piece].len();
        }
        let Some(piece) = self.pieces.get_mut(place.piece) else {
            self.pieces.push(vec![number]);
            return;
        };
        if piece.len() < PIECE {
            piece.insert(place.at, number);
            return;
        }
        // What grows at its end leaves full pieces behind, anything else halves.
        let half = if place.at == PIECE { PIECE } else { PIECE / 2 };
        let mut upper = piece.split_off(half);
        if place.at < half {
            piece.insert(place.at, number);
        } else {
            upper.insert(place.at - half, number);
        }
        self.pieces.insert(place.piece + 1, upper);
    }

    fn remove(&mut self, place: Place) {
        let piece = &mut self.pieces[place.piece];
        piece.remove(place.at);
        if piece.is_empty() {
            self.pieces.remove(place.piece);
        }
    }
}

/// The numbers between two places, from both ends.
#[derive(Debug, Clone)]
struct Numbers<'a> {
    order: &'a Order,
    from: Place,
    to: Place,
}

impl Iterator for Numbers<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.from >= self.to {
            return None;
        }
        let piece = &self.order.pieces[self.from.piece];
        let number = piece[self.from.at];
        self.from.at += 1;
        if self.from.at == piece.len() {
            self.from = Place {
                piece: self.from.piece + 1,
                at: 0,
            };
        }
        Some(number)
    }
}

impl DoubleEndedIterator for Numbers<'_> {
    fn next_back(&mut self) -> Option<u32> {
        if self.from >= self.to {
            return None;
        }
        if self.to.at == 0 {
            self.to.piece -= 1;
            self.to.at = self.order.pieces[self.to.piece].len();
        }
        self.to.at -= 1;
        self.order.get(self.to)
    }
}

/// As the standard library's `BTreeMap`, as far as it is used.
#[derive(Debug, Clone)]
pub struct OrderedMap<K, V> {
    /// An entry stays where it is; what is removed leaves its place to the next one.
    entries: Vec<Option<(K, V)>>,
    vacant: Vec<u32>,
    order: Order,
}

impl<K, V> Default for OrderedMap<K, V> {
    fn default() -> OrderedMap<K, V> {
        OrderedMap::new()
    }
}

impl<K, V> OrderedMap<K, V> {
    pub const fn new() -> OrderedMap<K, V> {
        OrderedMap {
            entries: Vec::new(),
            vacant: Vec::new(),
            order: Order { pieces: Vec::new() },
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len() - self.vacant.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.pieces.is_empty()
    }

    pub fn clear(&mut self) {
        *self = OrderedMap::new();
    }

    fn entry_at(&self, number: u32) -> &(K, V) {
        let entry = self.entries[number as usize].as_ref();
        entry.expect("what is in order has an entry")
    }

    fn take_at(&mut self, number: u32) -> (K, V) {
        self.vacant.push(number);
        let entry = self.entries[number as usize].take();
        entry.expect("what is in order has an entry")
    }

    pub fn iter(&self) -> Iter<'_, K, V> {
        self.between(Order::START, self.order.end())
    }

    fn between(&self, from: Place, to: Place) -> Iter<'_, K, V> {
        let order = &self.order;
        Iter {
            numbers: Numbers { order, from, to },
            map: self,
        }
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// In no order.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().flatten().map(|(_, value)| value)
    }

    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }

    pub fn last_key_value_mut(&mut self) -> Option<(&K, &mut V)> {
        let number = self.iter().numbers.next_back()?;
        let entry = self.entries[number as usize].as_mut();
        entry.map(|(key, value)| (&*key, value))
    }

    pub fn pop_first(&mut self) -> Option<(K, V)> {
        let number = self.order.get(Order::START)?;
        self.order.remove(Order::START);
        Some(self.take_at(number))
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        for piece in &mut self.order.pieces {
            piece.retain(|&number| {
                let entry = &mut self.entries[number as usize];
                let shown = |(key, value): &mut (K, V)| keep(key, value);
                let kept = entry.as_mut().is_some_and(shown);
                if !kept {
                    *entry = None;
                    self.vacant.push(number);
                }
                kept
            });
        }
        self.order.pieces.retain(|piece| !piece.is_empty());
    }
}

impl<K: Ord, V> OrderedMap<K, V> {
    /// The place of a key, and its entry's number if it is there.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> (Place, Option<u32>)
    where
        K: Borrow<Q>,
    {
        let place = self.below(key);
        let next = self.order.get(place);
        let found = next.filter(|&number| self.entry_at(number).0.borrow() == key);
        (place, found)
    }

    fn below<Q: Ord + ?Sized>(&self, key: &Q) -> Place
    where
        K: Borrow<Q>,
    {
        self.order
            .place(&|number| self.entry_at(number).0.borrow() < key)
    }

    fn up_to<Q: Ord + ?Sized>(&self, key: &Q) -> Place
    where
        K: Borrow<Q>,
    {
        self.order
            .place(&|number| self.entry_at(number).0.borrow() <= key)
    }

    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let number = self.find(key).1?;
        Some(&self.entry_at(number).1)
    }

    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let number = self.find(key).1?;
        let entry = self.entries[number as usize].as_mut();
        entry.map(|(_, value)| value)
    }

    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).1.is_some()
    }

    /// Gives the value that the key had before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let (place, found) = self.find(&key);
        match found {
            Some(number) => {
                let entry = self.entries[number as usize].as_mut();
                entry.map(|(_, old)| std::mem::replace(old, value))
            }
            None => {
                self.insert_at(place, key, value);
                None
            }
        }
    }

    /// The key's value, which is made if it is not there.
    pub fn get_or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        let (place, found) = self.find(&key);
        let number = found.unwrap_or_else(|| self.insert_at(place, key, value()));
        let entry = self.entries[number as usize].as_mut();
        &mut entry.expect("it was found or made").1
    }

    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        self.get_or_insert_with(key, V::default)
    }

    fn insert_at(&mut self, place: Place, key: K, value: V) -> u32 {
        let entry = Some((key, value));
        let number = match self.vacant.pop() {
            Some(number) => {
                self.entries[number as usize] = entry;
                number
            }
            None => {
                self.entries.push(entry);
                self.entries.len() as u32 - 1
            }
        };
        self.order.insert(place, number);
        number
    }

    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (place, found) = self.find(key);
        let number = found?;
        self.order.remove(place);
        Some(self.take_at(number).1)
    }

    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let from = match range.start_bound() {
            Bound::Included(key) => self.below(key),
            Bound::Excluded(key) => self.up_to(key),
            Bound::Unbounded => Order::START,
        };
        let to = match range.end_bound() {
            Bound::Included(key) => self.up_to(key),
            Bound::Excluded(key) => self.below(key),
            Bound::Unbounded => self.order.end(),
        };
        self.between(from, to)
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for OrderedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> OrderedMap<K, V> {
        let mut map = OrderedMap::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for OrderedMap<K, V> {
    fn eq(&self, other: &OrderedMap<K, V>) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<K, V> IntoIterator for OrderedMap<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> IntoIter<K, V> {
        IntoIter(self)
    }
}

/// Entries in order, each handed over.
pub struct IntoIter<K, V>(OrderedMap<K, V>);

impl<K, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.0.pop_first()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

impl<'a, K, V> IntoIterator for &'a OrderedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

/// Entries in order, from both ends.
#[derive(Debug, Clone)]
pub struct Iter<'a, K, V> {
    numbers: Numbers<'a>,
    map: &'a OrderedMap<K, V>,
}

impl<'a, K, V> Iter<'a, K, V> {
    fn entry(&self, number: u32) -> (&'a K, &'a V) {
        let (key, value) = self.map.entry_at(number);
        (key, value)
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<(&'a K, &'a V)> {
        let number = self.numbers.next()?;
        Some(self.entry(number))
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let number = self.numbers.next_back()?;
        Some(self.entry(number))
    }
}

/// As the standard library's `BTreeSet`, as far as it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderedSet<T> {
    map: OrderedMap<T, ()>,
}

impl<T> Default for OrderedSet<T> {
    fn default() -> OrderedSet<T> {
        OrderedSet::new()
    }
}

impl<T> OrderedSet<T> {
    pub const fn new() -> OrderedSet<T> {
        OrderedSet {
            map: OrderedMap::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.map.len()
    }

    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    pub fn clear(&mut self) {
        self.map.clear();
    }

    pub fn iter(&self) -> Elements<'_, T> {
        Elements(self.map.iter())
    }

    pub fn first(&self) -> Option<&T> {
        self.iter().next()
    }

    pub fn pop_first(&mut self) -> Option<T> {
        self.map.pop_first().map(|(element, ())| element)
    }
}

impl<T: Ord> OrderedSet<T> {
    pub fn contains<Q: Ord + ?Sized>(&self, element: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.map.contains_key(element)
    }

    /// Whether it was not there before.
    pub fn insert(&mut self, element: T) -> bool {
        self.map.insert(element, ()).is_none()
    }

    /// Whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, element: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.map.remove(element).is_some()
    }

    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Elements<'_, T>
    where
        T: Borrow<Q>,
    {
        Elements(self.map.range(range))
    }
}

impl<T: Ord> FromIterator<T> for OrderedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> OrderedSet<T> {
        OrderedSet {
            map: elements.into_iter().map(|element| (element, ())).collect(),
        }
    }
}

impl<T: Ord> Extend<T> for OrderedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        elements.into_iter().for_each(|element| {
            self.insert(element);
        });
    }
}

impl<T> IntoIterator for OrderedSet<T> {
    type Item = T;
    type IntoIter = std::iter::Map<IntoIter<T, ()>, fn((T, ())) -> T>;

    fn into_iter(self) -> Self::IntoIter {
        self.map.into_iter().map(|(element, ())| element)
    }
}

impl<'a, T> IntoIterator for &'a OrderedSet<T> {
    type Item = &'a T;
    type IntoIter = Elements<'a, T>;

    fn into_iter(self) -> Elements<'a, T> {
        self.iter()
    }
}

/// A set's elements in order, from both ends.
#[derive(Debug, Clone)]
pub struct Elements<'a, T>(Iter<'a, T, ()>);

impl<'a, T> Iterator for Elements<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.0.next().map(|(element, ())| element)
    }
}

impl<T> DoubleEndedIterator for Elements<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(element, ())| element)
    }
}

#[cfg(test)]
mod tests;
