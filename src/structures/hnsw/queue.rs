//! The nearest nodes found so far, in order. A plain array, since it is short; the farthest comes first, so that
//! taking the nearest costs nothing.

/// A node and how far it is from what is searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    pub node: u32,
    pub distance: f32,
}

/// Of equally far nodes the later comes out first; once the queue is full, last. A distance that is not a number counts as nearest.
#[derive(Debug, Clone)]
pub struct Queue {
    items: Vec<Found>,
    capacity: usize,
}

impl Queue {
    /// It keeps so many, the nearest.
    pub fn new(capacity: usize) -> Queue {
        let items = Vec::new();
        Queue { items, capacity }
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// From the nearest on.
    pub fn iter(&self) -> impl Iterator<Item = Found> {
        self.items.iter().rev().copied()
    }

    pub fn nearest(&self) -> Option<Found> {
        self.items.last().copied()
    }

    pub fn take_nearest(&mut self) -> Option<Found> {
        self.items.pop()
    }

    /// Of the farthest; infinite if there is none.
    pub fn farthest_distance(&self) -> f32 {
        self.items.first().map_or(f32::INFINITY, |far| far.distance)
    }

    pub fn push(&mut self, node: u32, distance: f32) {
        let found = Found { node, distance };
        if self.items.len() < self.capacity {
            let nearer = self
                .items
                .iter()
                .rev()
                .take_while(|item| item.distance < distance);
            let at = self.items.len() - nearer.count();
            self.items.insert(at, found);
            return;
        }
        if self.items.is_empty() || distance >= self.items[0].distance {
            return;
        }
        // The farthest makes room.
        let farther = self.items[1..]
            .iter()
            .take_while(|item| item.distance > distance);
        let at = farther.count();
        self.items.copy_within(1..=at, 0);
        self.items[at] = found;
    }
}
