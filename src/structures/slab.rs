//! A list that grows in pieces: no element ever moves once a piece is full, so growing neither stops the world for a
//! copy of millions nor holds twice the memory meanwhile.

use std::ops::{Index, IndexMut};

const SHIFT: usize = 10;
const PIECE: usize = 1 << SHIFT;

#[derive(Debug, Clone)]
pub struct Slab<T> {
    pieces: Vec<Vec<T>>,
}

impl<T> Default for Slab<T> {
    fn default() -> Slab<T> {
        Slab { pieces: Vec::new() }
    }
}

impl<T> Slab<T> {
    pub fn len(&self) -> usize {
        match self.pieces.split_last() {
            Some((last, full)) => full.len() * PIECE + last.len(),
            None => 0,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Adds an element and gives its number.
    pub fn push(&mut self, element: T) -> usize {
        let pieces = self.pieces.len();
        match self.pieces.last_mut() {
            Some(last) if last.len() < PIECE => {
                if last.len() == last.capacity() {
                    // By a quarter: most lists are small, and their reserve counts.
                    let more = (last.len() / 4).max(4).min(PIECE - last.len());
                    last.reserve_exact(more);
                }
                last.push(element);
            }
            _ => {
                // The first piece begins small; whoever needs a second has use for a whole one.
                let room = if pieces == 0 { 4 } else { PIECE };
                let mut piece = Vec::with_capacity(room);
                piece.push(element);
                self.pieces.push(piece);
            }
        }
        self.len() - 1
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flatten()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.pieces.iter_mut().flatten()
    }
}

impl<T> Index<usize> for Slab<T> {
    type Output = T;

    #[inline]
    fn index(&self, at: usize) -> &T {
        &self.pieces[at >> SHIFT][at & (PIECE - 1)]
    }
}

impl<T> IndexMut<usize> for Slab<T> {
    #[inline]
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.pieces[at >> SHIFT][at & (PIECE - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_where_they_were_put() {
        let mut slab = Slab::default();
        assert!(slab.is_empty());
        for at in 0..3 * PIECE + 5 {
            assert_eq!(slab.push(at), at);
            assert_eq!(slab.len(), at + 1);
        }
        slab.iter_mut().for_each(|element| *element += 1);
        assert!((0..slab.len()).all(|at| slab[at] == at + 1));
        slab[PIECE] = 0;
        assert_eq!(slab.iter().filter(|element| **element == 0).count(), 1);
    }
}
