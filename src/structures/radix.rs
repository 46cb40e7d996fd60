//! The shape of a compressed radix tree, without the tree: how many nodes Redis' `rax` has for a set of keys of 16
//! bytes. The keys themselves lie in ordered maps, which answer the same questions.
//!
//! A node branches, or holds a run of bytes without a choice, or ends a key. The shape follows from the keys alone, not
//! from the order in which they came and went.

const KEY_BYTES: usize = 16;
const BITS: u32 = u8::BITS;

/// Nodes of the tree that holds these keys, which come in ascending order and differ. A key is the number that its bytes
/// are, the first the highest.
pub fn node_count(keys: impl Iterator<Item = u128>) -> usize {
    let mut shape = Shape::default();
    keys.for_each(|key| shape.push(key));
    shape.node_count()
}

/// The tree of the keys so far, as much of it as the next key asks for: the path from the root to the last one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    keys: usize,
    /// Nodes that no later key changes, and the branching ones of the path.
    nodes: usize,
    /// Depths of the path's branching nodes, ascending.
    branches: [u8; KEY_BYTES],
    depth: usize,
    last: Option<u128>,
}

impl Shape {
    /// Adds a key that is greater than all before.
    pub fn push(&mut self, key: u128) {
        if let Some(before) = self.last {
            let common_bits = u128::leading_zeros(before ^ key);
            self.branch_at((common_bits / BITS) as u8);
        }
        self.nodes += 1;
        self.keys += 1;
        self.last = Some(key);
    }

    /// How many keys were added.
    pub fn keys(&self) -> usize {
        self.keys
    }

    pub fn node_count(mut self) -> usize {
        if self.last.is_none() {
            // The root is there even if nothing hangs on it.
            return 1;
        }
        let below = self.close_below(0);
        self.run(self.depth.min(1) as u8, below);
        self.nodes
    }

    /// The next key leaves the path at this depth.
    fn branch_at(&mut self, depth: u8) {
        let below = self.close_below(depth);
        if self.deepest() != Some(depth) {
            self.branches[self.depth] = depth;
            self.depth += 1;
            self.nodes += 1;
        }
        self.run(depth + 1, below);
    }

    /// Closes what is deeper; gives the depth of the last node that was closed, the end of the key if none.
    fn close_below(&mut self, depth: u8) -> u8 {
        let mut below = KEY_BYTES as u8;
        while let Some(branch) = self.deepest().filter(|branch| *branch > depth) {
            self.depth -= 1;
            self.run(branch + 1, below);
            below = branch;
        }
        below
    }

    fn deepest(&self) -> Option<u8> {
        self.branches[..self.depth].last().copied()
    }

    /// Bytes without a choice between two depths are one node.
    fn run(&mut self, from: u8, to: u8) {
        self.nodes += usize::from(to > from);
    }
}

#[cfg(test)]
mod tests;
