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
    let mut before = None;
    for key in keys {
        if let Some(before) = before {
            let common_bits = u128::leading_zeros(before ^ key);
            shape.branch_at((common_bits / BITS) as usize);
        }
        shape.nodes += 1;
        before = Some(key);
    }
    match before {
        // The root is there even if nothing hangs on it.
        None => 1,
        Some(_) => shape.finish(),
    }
}

/// The path from the root to the last key.
#[derive(Default)]
struct Shape {
    nodes: usize,
    /// Depths of its branching nodes, ascending.
    branches: Vec<usize>,
}

impl Shape {
    /// The next key leaves the path at this depth.
    fn branch_at(&mut self, depth: usize) {
        let below = self.close_below(depth);
        if self.branches.last() != Some(&depth) {
            self.branches.push(depth);
            self.nodes += 1;
        }
        self.run(depth + 1, below);
    }

    /// Closes what is deeper; gives the depth of the last node that was closed, the end of the key if none.
    fn close_below(&mut self, depth: usize) -> usize {
        let mut below = KEY_BYTES;
        while let Some(branch) = self.branches.pop_if(|branch| *branch > depth) {
            self.run(branch + 1, below);
            below = branch;
        }
        below
    }

    fn finish(mut self) -> usize {
        let below = self.close_below(0);
        match self.branches.last() {
            Some(_) => self.run(1, below),
            None => self.run(0, below),
        }
        self.nodes
    }

    /// Bytes without a choice between two depths are one node.
    fn run(&mut self, from: usize, to: usize) {
        self.nodes += usize::from(to > from);
    }
}

#[cfg(test)]
mod tests;
