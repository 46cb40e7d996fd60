//! Walking a quicklist both ways, and its nodes as a visualiser or a saver sees them.

use super::{Node, Quicklist};
use crate::listpack::{self, Entry, Listpack};

/// Nodes smaller than this are never worth compressing.
const COMPRESS_MIN_BYTES: usize = 48;

/// One node of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeView<'a> {
    pub count: usize,
    /// The size of the listpack, or of the one element of a plain node.
    pub bytes: usize,
    pub plain: bool,
    /// Whether a server with this `list-compress-depth` would try LZF on it.
    pub compressible: bool,
    /// The listpack's bytes, or the element.
    pub raw: &'a [u8],
}

/// Elements from one place to the end.
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    list: &'a Quicklist,
    node: usize,
    within: Within<listpack::Iter<'a>>,
}

/// Elements from one place back to the first.
#[derive(Debug, Clone)]
pub struct IterBackward<'a> {
    list: &'a Quicklist,
    /// Nodes that have not been begun.
    nodes: usize,
    within: Within<listpack::IterBackward<'a>>,
}

/// What is left of the node being walked.
#[derive(Debug, Clone)]
enum Within<I> {
    Packed(I),
    Plain,
    Done,
}

impl Quicklist {
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            list: self,
            node: 0,
            within: Within::Done,
        }
    }

    pub fn iter_rev(&self) -> IterBackward<'_> {
        IterBackward {
            list: self,
            nodes: self.nodes.len(),
            within: Within::Done,
        }
    }

    /// From the element at `index` on; nothing if there is none.
    pub fn iter_from(&self, index: isize) -> Iter<'_> {
        let Some(place) = self.seek(index) else {
            return Iter {
                list: self,
                node: self.nodes.len(),
                within: Within::Done,
            };
        };
        let within = match &self.nodes[place.node] {
            Node::Packed(listpack) => Within::Packed(listpack.iter_from(place.offset)),
            Node::Plain(_) => Within::Plain,
        };
        let node = place.node + 1;
        Iter {
            list: self,
            node,
            within,
        }
    }

    /// From the element at `index` back; nothing if there is none.
    pub fn iter_rev_from(&self, index: isize) -> IterBackward<'_> {
        let Some(place) = self.seek(index) else {
            return IterBackward {
                list: self,
                nodes: 0,
                within: Within::Done,
            };
        };
        let within = match &self.nodes[place.node] {
            Node::Packed(listpack) => Within::Packed(listpack.iter_rev_from(place.offset)),
            Node::Plain(_) => Within::Plain,
        };
        IterBackward {
            list: self,
            nodes: place.node,
            within,
        }
    }

    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    pub fn nodes(&self) -> impl Iterator<Item = NodeView<'_>> {
        self.nodes
            .iter()
            .enumerate()
            .map(|(at, node)| self.view(at, node))
    }

    /// The listpack of a packed node.
    pub fn listpack(&self, node: usize) -> Option<&Listpack> {
        match self.nodes.get(node)? {
            Node::Packed(listpack) => Some(listpack),
            Node::Plain(_) => None,
        }
    }

    fn view<'a>(&self, at: usize, node: &'a Node) -> NodeView<'a> {
        let (plain, raw) = match node {
            Node::Packed(listpack) => (false, listpack.bytes()),
            Node::Plain(value) => (true, &value[..]),
        };
        let from_end = at.min(self.nodes.len() - 1 - at);
        let inner = self.depth > 0 && from_end >= self.depth;
        let compressible = inner && raw.len() >= COMPRESS_MIN_BYTES;
        NodeView {
            count: node.count(),
            bytes: raw.len(),
            plain,
            compressible,
            raw,
        }
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        loop {
            match &mut self.within {
                Within::Packed(entries) => match entries.next() {
                    Some(entry) => return Some(entry),
                    None => self.within = Within::Done,
                },
                Within::Plain => {
                    self.within = Within::Done;
                    return Some(self.list.nodes[self.node - 1].entry(0));
                }
                Within::Done => {
                    self.within = match self.list.nodes.get(self.node)? {
                        Node::Packed(listpack) => Within::Packed(listpack.iter()),
                        Node::Plain(_) => Within::Plain,
                    };
                    self.node += 1;
                }
            }
        }
    }
}

impl<'a> Iterator for IterBackward<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        loop {
            match &mut self.within {
                Within::Packed(entries) => match entries.next() {
                    Some(entry) => return Some(entry),
                    None => self.within = Within::Done,
                },
                Within::Plain => {
                    self.within = Within::Done;
                    return Some(self.list.nodes[self.nodes].entry(0));
                }
                Within::Done => {
                    self.nodes = self.nodes.checked_sub(1)?;
                    self.within = match &self.list.nodes[self.nodes] {
                        Node::Packed(listpack) => Within::Packed(listpack.iter_rev()),
                        Node::Plain(_) => Within::Plain,
                    };
                }
            }
        }
    }
}

impl<'a> IntoIterator for &'a Quicklist {
    type Item = Entry<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
