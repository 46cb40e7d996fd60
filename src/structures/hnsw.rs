//! A graph in which similar vectors are neighbors: a hierarchical navigable small world.
//!
//! Every node is in layer 0, a quarter of them in layer 1 too, a sixteenth in layer 2, and so on: a search goes down
//! from the few to the many. Links always lead both ways, which is why a node can really be removed. Here: nodes,
//! layers, adding and removing. How links are chosen is in `linking.rs`, how neighbors are found in `search.rs`, what
//! a vector is in `vector.rs`. Only the level of a node is chance. Deliberately not here: what a node stands for
//! beyond a name and a text.
//!
//! Sources: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
//! Navigable Small World graphs" (2016); Redis 8.2 for what it does differently.

mod linking;
mod queue;
mod search;
#[cfg(test)]
mod tests;
pub mod vector;

pub use queue::Found;
pub use search::Filter;
pub use vector::{Components, Quantization, Vector};

use std::collections::BinaryHeap;

use crate::random::Random;
use queue::Queue;

/// No node is in a higher layer.
pub const LEVEL_MAX: usize = 16;
/// So many links a new node looks for, at most and if nothing is said.
pub const LINKS_MAX: usize = 4096;
pub const LINKS_DEFAULT: usize = 16;
/// So many candidates are kept while a lost link is replaced.
const EFFORT_OF_REPAIR: usize = 200;

#[derive(Debug, Clone)]
pub struct Node {
    /// Given once, in order of insertion, from 1 on.
    pub id: u64,
    pub name: Vec<u8>,
    /// Text that filters look at.
    pub attributes: Option<Vec<u8>>,
    pub vector: Vector,
    /// From layer 0 to the node's level.
    pub layers: Vec<Layer>,
}

/// The links of one node in one layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    pub links: Vec<u32>,
    pub links_max: usize,
    /// Which of the links is the longest, and how long it is.
    pub worst: usize,
    pub worst_distance: f32,
}

impl Layer {
    pub fn new(links_max: usize) -> Layer {
        Layer {
            links: Vec::new(),
            links_max,
            worst: 0,
            worst_distance: 0.0,
        }
    }

    fn is_full(&self) -> bool {
        self.links.len() >= self.links_max
    }

    fn add(&mut self, node: u32, distance: f32) {
        self.links.push(node);
        if self.links.len() == 1 || distance > self.worst_distance {
            self.worst = self.links.len() - 1;
            self.worst_distance = distance;
        }
    }
}

/// Nodes are known by their place, which stays the same as long as they are there.
#[derive(Debug, Clone)]
pub struct Graph {
    pub quantization: Quantization,
    pub dimension: usize,
    /// How many links a new node gets in a layer; twice as many fit in layer 0.
    pub links: usize,
    /// Where searches begin: a node of the highest layer.
    pub entry: Option<u32>,
    pub level: usize,
    pub last_id: u64,
    nodes: Vec<Option<Node>>,
    free: Vec<u32>,
    /// All nodes, the oldest first.
    order: Vec<u32>,
}

impl Graph {
    pub fn new(dimension: usize, quantization: Quantization, links: usize) -> Graph {
        Graph {
            quantization,
            dimension,
            links: links.min(LINKS_MAX),
            entry: None,
            level: 0,
            last_id: 0,
            nodes: Vec::new(),
            free: Vec::new(),
            order: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    pub fn node(&self, at: u32) -> &Node {
        self.nodes[at as usize]
            .as_ref()
            .expect("a linked node is there")
    }

    pub fn node_mut(&mut self, at: u32) -> &mut Node {
        self.nodes[at as usize]
            .as_mut()
            .expect("a linked node is there")
    }

    /// From the newest on.
    pub fn places(&self) -> impl Iterator<Item = u32> {
        self.order.iter().rev().copied()
    }

    pub fn distance(&self, a: u32, b: u32) -> f32 {
        self.distance_to(&self.node(a).vector, b)
    }

    fn distance_to(&self, vector: &Vector, node: u32) -> f32 {
        vector.distance(&self.node(node).vector, self.dimension)
    }

    /// Makes a node and links it. `effort` is how many candidates for links are looked for.
    pub fn insert(
        &mut self,
        name: Vec<u8>,
        attributes: Option<Vec<u8>>,
        values: &[f32],
        effort: usize,
        random: &mut Random,
    ) -> u32 {
        let mut level = 0;
        while random.chance(1, 4) && level < LEVEL_MAX {
            level += 1;
        }
        self.last_id += 1;
        let layers = (0..=level).map(|layer| Layer::new(self.links_that_fit(layer)));
        let node = Node {
            id: self.last_id,
            name,
            attributes,
            vector: Vector::new(values, self.quantization),
            layers: layers.collect(),
        };
        let at = self.keep(node);
        self.link(at, effort);
        self.order.push(at);
        if self.entry.is_none() || level > self.level {
            self.entry = Some(at);
            self.level = level;
        }
        at
    }

    /// Takes a node as it was saved, linked by node ids; `relink` makes places of them. No id has more than 32 bits.
    pub fn insert_saved(&mut self, node: Node) -> u32 {
        let (id, level) = (node.id, node.layers.len() - 1);
        let at = self.keep(node);
        self.order.push(at);
        self.last_id = self.last_id.max(id);
        if self.entry.is_none() || level > self.level {
            self.entry = Some(at);
            self.level = level;
        }
        at
    }

    /// Makes places of the node ids that `insert_saved` left as links. False if they do not make a graph: a link that
    /// leads nowhere, to itself, twice to the same node, or only one way.
    pub fn relink(&mut self) -> bool {
        // Id and place in one number; ids have 32 bits, as links do until they are places.
        let numbered = |at: &u32| self.node(*at).id << 32 | u64::from(*at);
        let by_id = sorted(self.order.iter().map(numbered).collect());
        if by_id.windows(2).any(|pair| pair[0] >> 32 == pair[1] >> 32) {
            return false;
        }
        let place = |id: u32| {
            let found = by_id.binary_search_by_key(&id, |both| (both >> 32) as u32);
            found.ok().map(|at| by_id[at] as u32)
        };
        for at in 0..self.nodes.len() {
            for layer in self.nodes[at].iter_mut().flat_map(|node| &mut node.layers) {
                for link in &mut layer.links {
                    let Some(place) = place(*link).filter(|place| *place as usize != at) else {
                        return false;
                    };
                    *link = place;
                }
            }
        }
        self.order.iter().all(|at| self.has_backlinks(*at))
    }

    fn has_backlinks(&self, at: u32) -> bool {
        let layers = self.node(at).layers.iter().enumerate();
        layers.into_iter().all(|(layer, own)| {
            let leads_back = |link: &u32| self.links_of(*link, layer).contains(&at);
            own.links.iter().all(leads_back)
        })
    }

    pub fn links_that_fit(&self, layer: usize) -> usize {
        if layer == 0 {
            self.links * 2
        } else {
            self.links
        }
    }

    fn keep(&mut self, node: Node) -> u32 {
        match self.free.pop() {
            Some(at) => {
                self.nodes[at as usize] = Some(node);
                at
            }
            None => {
                self.nodes.push(Some(node));
                self.nodes.len() as u32 - 1
            }
        }
    }

    /// Takes a node out and links those it was linked to with each other.
    pub fn remove(&mut self, at: u32) -> Node {
        let levels = self.node(at).layers.len();
        for layer in 0..levels {
            for linked in self.links_of(at, layer).to_vec() {
                self.unlink(linked, at, layer);
            }
        }
        self.order.retain(|node| *node != at);
        let node = self.nodes[at as usize]
            .take()
            .expect("a linked node is there");
        if self.entry == Some(at) {
            self.choose_entry(&node);
        }
        for (layer, lost) in node.layers.iter().enumerate() {
            self.reconnect(&lost.links, layer);
        }
        // Not before: searches of the repair must not meet another node in its place.
        self.free.push(at);
        node
    }

    /// A neighbor of the entry that is gone, from as high up as there is one.
    fn choose_entry(&mut self, gone: &Node) {
        let neighbor = gone
            .layers
            .iter()
            .rev()
            .find_map(|layer| layer.links.first());
        self.entry = match neighbor {
            Some(neighbor) => Some(*neighbor),
            // Of those in the highest layer the oldest; `max_by_key` gives the last of equals.
            None => self
                .places()
                .max_by_key(|node| self.node(*node).layers.len()),
        };
        self.level = self
            .entry
            .map_or(0, |entry| self.node(entry).layers.len() - 1);
    }

    /// None if the node is not in so high a layer.
    fn links_of(&self, node: u32, layer: usize) -> &[u32] {
        let layer = self.node(node).layers.get(layer);
        layer.map_or(&[], |layer| &layer.links)
    }

    fn layer(&self, node: u32, layer: usize) -> &Layer {
        &self.node(node).layers[layer]
    }

    fn layer_mut(&mut self, node: u32, layer: usize) -> &mut Layer {
        &mut self.node_mut(node).layers[layer]
    }

    /// A node by chance: a walk along links, random at every fork.
    pub fn random_node(&self, random: &mut Random) -> Option<u32> {
        let mut at = self.entry?;
        for layer in (1..=self.level).rev() {
            at = self.random_neighbor(at, layer, random).unwrap_or(at);
        }
        // Three times the logarithm, or one more: among two nodes the parity of the steps would decide.
        let steps = 3 * (self.len() + 1).ilog2() as u64 + random.below(2);
        for _ in 0..steps {
            at = self.random_neighbor(at, 0, random).unwrap_or(at);
        }
        Some(at)
    }

    fn random_neighbor(&self, node: u32, layer: usize, random: &mut Random) -> Option<u32> {
        let links = self.links_of(node, layer);
        let chosen = random.below(links.len().max(1) as u64) as usize;
        links.get(chosen).copied()
    }
}

/// By a heap: the code of the standard library's sorts is larger than all of this file's.
pub fn sorted(numbers: Vec<u64>) -> Vec<u64> {
    BinaryHeap::from(numbers).into_sorted_vec()
}
