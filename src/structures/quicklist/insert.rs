//! Inserting beside an element and replacing one: where nodes are split, and where small ones are
//! joined.

use super::{LISTPACK_FRAME, Node, Place, Quicklist, exceeds_limit, packed};

/// On which side of an element something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

impl Quicklist {
    /// Puts `value` before the element at `index`. False if there is none.
    pub fn insert_before(&mut self, index: isize, value: &[u8]) -> bool {
        self.seek(index)
            .map(|place| self.insert(place, value, Side::Before))
            .map(|()| self.recount())
            .is_some()
    }

    /// Puts `value` after the element at `index`. False if there is none.
    pub fn insert_after(&mut self, index: isize, value: &[u8]) -> bool {
        self.seek(index)
            .map(|place| self.insert(place, value, Side::After))
            .map(|()| self.recount())
            .is_some()
    }

    /// Writes `value` over the element at `index`. False if there is none.
    ///
    /// A packed node takes any value that is not large, even if it becomes too full by it.
    pub fn replace(&mut self, index: isize, value: &[u8]) -> bool {
        let Some(place) = self.seek(index) else {
            return false;
        };
        let large = self.is_large(value);
        match &mut self.nodes[place.node] {
            Node::Packed(listpack) if !large && listpack.safe_to_add(value.len()) => {
                listpack.replace(place.offset, value);
            }
            Node::Packed(_) => self.replace_by_node(place, value),
            Node::Plain(text) if large => {
                text.clear();
                text.extend_from_slice(value);
            }
            Node::Plain(_) => {
                self.insert(place, value, Side::After);
                self.nodes.remove(place.node);
                self.length -= 1;
            }
        }
        self.recount();
        true
    }

    fn insert(&mut self, place: Place, value: &[u8], side: Side) {
        self.length += 1;
        let node = &self.nodes[place.node];
        if self.allows_insert(node, value) {
            let listpack = packed(&mut self.nodes[place.node]);
            match side {
                Side::Before => listpack.insert_before(place.offset, value),
                Side::After => listpack.insert_after(place.offset, value),
            };
            return;
        }
        let (edge, neighbor, fresh) = match side {
            Side::Before => (place.index == 0, place.node.checked_sub(1), place.node),
            Side::After => (
                place.index + 1 == node.count(),
                Some(place.node + 1),
                place.node + 1,
            ),
        };
        let neighbor = neighbor.filter(|at| {
            self.nodes
                .get(*at)
                .is_some_and(|neighbor| self.allows_insert(neighbor, value))
        });
        match (edge, neighbor, side) {
            (true, Some(at), Side::Before) => packed(&mut self.nodes[at]).push_back(value),
            (true, Some(at), Side::After) => packed(&mut self.nodes[at]).push_front(value),
            (true, None, _) => self.nodes.insert(fresh, self.node_of(value)),
            (false, _, _) => self.insert_by_split(place, value, side),
        }
    }

    /// Cuts a full node beside the element. A large value comes between the parts as a plain node;
    /// any other joins the part that was cut off.
    fn insert_by_split(&mut self, place: Place, value: &[u8], side: Side) {
        let cut = match side {
            Side::Before => place.index,
            Side::After => place.index + 1,
        };
        self.split(place.node, cut);
        if self.is_large(value) {
            self.nodes.insert(place.node + 1, self.node_of(value));
            return;
        }
        match side {
            Side::Before => {
                packed(&mut self.nodes[place.node]).push_back(value);
                self.join_around(place.node + 1);
            }
            Side::After => {
                packed(&mut self.nodes[place.node + 1]).push_front(value);
                self.join_around(place.node);
            }
        }
    }

    /// The value takes a node of its own between what stands before and after the element.
    fn replace_by_node(&mut self, place: Place, value: &[u8]) {
        let count = self.nodes[place.node].count();
        if place.index + 1 < count {
            self.split(place.node, place.index + 1);
        }
        self.nodes.insert(place.node + 1, self.node_of(value));
        if place.index == 0 {
            self.nodes.remove(place.node);
        } else {
            packed(&mut self.nodes[place.node]).delete(place.offset);
            self.join_around(place.node + 1);
        }
    }

    /// Moves the entries from the `cut`-th on into a node of their own behind this one.
    fn split(&mut self, node: usize, cut: usize) {
        let first = packed(&mut self.nodes[node]);
        let mut second = first.clone();
        first.delete_range(cut as isize, usize::MAX);
        second.delete_range(0, cut);
        self.nodes.insert(node + 1, Node::Packed(second));
    }

    /// Joins the two nodes before, the two after, then this one with what is left beside it.
    fn join_around(&mut self, center: usize) {
        let mut center = center;
        if center >= 2 && self.join(center - 2) {
            center -= 1;
        }
        self.join(center + 1);
        if center >= 1 && self.join(center - 1) {
            center -= 1;
        }
        self.join(center);
    }

    /// Joins a node with its successor if one node may hold both.
    fn join(&mut self, left: usize) -> bool {
        let (Some(Node::Packed(one)), Some(Node::Packed(two))) =
            (self.nodes.get(left), self.nodes.get(left + 1))
        else {
            return false;
        };
        let bytes = one.size() + two.size() - LISTPACK_FRAME;
        if exceeds_limit(self.fill, bytes, one.len() + two.len()) {
            return false;
        }
        if let Some(Node::Packed(two)) = self.nodes.remove(left + 1) {
            packed(&mut self.nodes[left]).append(&two);
        }
        true
    }
}
