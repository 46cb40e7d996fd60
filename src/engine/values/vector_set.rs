//! Vector sets: a graph of vectors, and an order of names to find one by.
//!
//! Here also: the projection that brings long vectors to fewer components. `filter.rs` is the language in which a
//! search says what it wants, `json.rs` reads what it asks for.

pub mod filter;
mod json;
#[cfg(test)]
mod tests;

use crate::structures::hnsw::vector::Quantization;
use crate::structures::hnsw::{Graph, Node};
use crate::structures::random::Random;

#[derive(Debug, Clone)]
pub struct VectorSet {
    pub graph: Graph,
    pub projection: Option<Projection>,
    /// How many vector sets the server had made before this one; none before it is under a key.
    pub number: Option<u64>,
    /// How many elements have attributes, as the real server counts: see `attributed`.
    attributed: u64,
    /// The nodes in order of their names.
    names: Vec<u32>,
}

/// A matrix that makes vectors shorter, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// Components of a vector before.
    pub input: usize,
    pub matrix: Vec<f32>,
}

impl Projection {
    /// A row for each component after. The signs are those of a Hadamard matrix: any two rows of a whole one are at
    /// right angles, so that distances suffer little, and replicas need no common chance.
    pub fn new(input: usize, output: usize) -> Projection {
        let scale = (1.0 / (input as f64).sqrt()) as f32;
        let mut matrix = Vec::with_capacity(input * output);
        for row in 0..output {
            for column in 0..input {
                let is_odd = (row & column).count_ones() % 2 == 1;
                matrix.push(if is_odd { -scale } else { scale });
            }
        }
        Projection { input, matrix }
    }

    pub fn apply(&self, vector: &[f32]) -> Vec<f32> {
        let product = |row: &[f32]| row.iter().zip(vector).fold(0.0, |sum, (a, b)| sum + a * b);
        self.matrix.chunks(self.input).map(product).collect()
    }
}

impl VectorSet {
    pub fn new(graph: Graph, projection: Option<Projection>) -> VectorSet {
        VectorSet {
            graph,
            projection,
            number: None,
            attributed: 0,
            names: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.graph.len()
    }

    pub fn is_empty(&self) -> bool {
        self.graph.is_empty()
    }

    /// How many elements have attributes. Empty ones count if they came with a new element, and those that came with
    /// CAS do not, and are still taken off when they go: the number may pass below 0 to the highest there is.
    pub fn attributed(&self) -> u64 {
        self.attributed
    }

    /// An element that has just been added is not counted among those with attributes.
    pub fn forget_attributed(&mut self) {
        self.attributed = self.attributed.wrapping_sub(1);
    }

    fn count_attributes(&mut self, before: bool, after: bool) {
        let more = self.attributed.wrapping_add(after as u64);
        self.attributed = more.wrapping_sub(before as u64);
    }

    pub fn find(&self, name: &[u8]) -> Option<u32> {
        self.position(name).ok().map(|at| self.names[at])
    }

    pub fn node(&self, name: &[u8]) -> Option<&Node> {
        self.find(name).map(|at| self.graph.node(at))
    }

    /// Where the name is in the order, or would be.
    fn position(&self, name: &[u8]) -> Result<usize, usize> {
        self.names
            .binary_search_by(|at| self.graph.node(*at).name.as_slice().cmp(name))
    }

    /// Adds an element, or gives it another vector; true if it is new. Without attributes it keeps those it has, empty
    /// ones take them away. `effort` is the graph's.
    pub fn add(
        &mut self,
        name: &[u8],
        attributes: Option<&[u8]>,
        values: &[f32],
        effort: usize,
        random: &mut Random,
    ) -> bool {
        let attributes = attributes.map(<[u8]>::to_vec);
        match self.position(name) {
            Err(at) => {
                self.count_attributes(false, attributes.is_some());
                let name = name.to_vec();
                let node = self.graph.insert(name, attributes, values, effort, random);
                self.names.insert(at, node);
                true
            }
            Ok(at) => {
                let old = self.graph.remove(self.names[at]);
                let node = self
                    .graph
                    .insert(old.name, old.attributes, values, effort, random);
                self.names[at] = node;
                if let Some(attributes) = attributes {
                    self.set_attributes(node, attributes);
                }
                false
            }
        }
    }

    /// Empty ones are none.
    pub fn set_attributes(&mut self, node: u32, attributes: Vec<u8>) {
        let attributes = Some(attributes).filter(|text| !text.is_empty());
        let has = attributes.is_some();
        let before = std::mem::replace(&mut self.graph.node_mut(node).attributes, attributes);
        self.count_attributes(before.is_some(), has);
    }

    /// False if it was not there.
    pub fn remove(&mut self, name: &[u8]) -> bool {
        let Ok(at) = self.position(name) else {
            return false;
        };
        let node = self.names.remove(at);
        let had = self.graph.remove(node).attributes.is_some();
        self.count_attributes(had, false);
        true
    }

    /// Takes an element as it was saved; false if the name is taken. See `Graph::insert_saved`.
    pub fn add_saved(&mut self, node: Node) -> bool {
        let Err(at) = self.position(&node.name) else {
            return false;
        };
        self.count_attributes(false, node.attributes.is_some());
        let node = self.graph.insert_saved(node);
        self.names.insert(at, node);
        true
    }

    /// As VINFO says it.
    pub fn quantization(&self) -> Quantization {
        self.graph.quantization
    }
}
