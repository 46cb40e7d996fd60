//! Vector sets as modules write values: every part has a byte before it that says what it is.
//!
//! The graph is saved as it is, links as node ids. What the real server leaves uninitialized (the range of vectors
//! that are not rounded to bytes) is zero here.

use super::load::{Load, LoadError, Reader, ensure};
use super::{Writer, kind};
use crate::structures::hnsw::vector::{bytes_of, floats};
use crate::structures::hnsw::{
    Graph, LEVEL_MAX, LINKS_DEFAULT, LINKS_MAX, Layer, Node, Quantization, Vector, sorted,
};
use crate::values::vector_set::{Projection, VectorSet};

/// `vectorset` in six bits for each letter, and ten bits for the version 0.
const MODULE_ID: u64 = 0xbde7_2da2_bb1e_b400;

const END: u64 = 0;
const UNSIGNED: u64 = 2;
const STRING: u64 = 5;

const HAS_PROJECTION: u64 = 1;
const HAS_ATTRIBUTES: u64 = 2;

/// Of a node; version 0 does not know the worst links.
const NODE_VERSION: u64 = 1;

/// Longer vectors are no vectors but damage.
const DIMENSION_MAX: u64 = 1 << 24;

impl Writer {
    pub(super) fn vector_set(&mut self, set: &VectorSet) {
        let graph = &set.graph;
        self.out.push(kind::MODULE);
        self.length(MODULE_ID);
        self.unsigned(graph.dimension as u64);
        self.unsigned(graph.len() as u64);
        self.unsigned(code(graph.quantization) | (graph.links as u64) << 8);
        let with_attributes = set.attributed() > 0;
        let flags = if set.projection.is_some() {
            HAS_PROJECTION
        } else {
            0
        };
        self.unsigned(flags | if with_attributes { HAS_ATTRIBUTES } else { 0 });
        if let Some(projection) = &set.projection {
            self.unsigned(projection.input as u64);
            self.buffer(&bytes_of(&projection.matrix));
        }
        for at in graph.places() {
            let node = graph.node(at);
            self.buffer(&node.name);
            if with_attributes {
                self.buffer(node.attributes.as_deref().unwrap_or_default());
            }
            self.buffer(&node.vector.to_bytes());
            let numbers = numbers_of(graph, node);
            self.unsigned(numbers.len() as u64);
            numbers.iter().for_each(|number| self.unsigned(*number));
        }
        self.length(END);
    }

    fn unsigned(&mut self, number: u64) {
        self.length(UNSIGNED);
        self.length(number);
    }

    fn buffer(&mut self, bytes: &[u8]) {
        self.length(STRING);
        self.string(bytes);
    }
}

fn code(quantization: Quantization) -> u64 {
    match quantization {
        Quantization::None => 0,
        Quantization::Int8 => 1,
        Quantization::Binary => 2,
    }
}

/// What there is of a node beside name, attributes and components.
fn numbers_of(graph: &Graph, node: &Node) -> Vec<u64> {
    let level = node.layers.len() as u64 - 1;
    let mut numbers = vec![node.id, NODE_VERSION << 24 | level];
    for layer in &node.layers {
        numbers.push(layer.links.len() as u64);
        numbers.push(layer.links_max as u64);
        numbers.extend(layer.links.iter().map(|link| graph.node(*link).id));
        numbers.push(two_in_one(layer.worst as u32, layer.worst_distance));
    }
    numbers.push(two_in_one(
        node.vector.length.to_bits(),
        node.vector.range(),
    ));
    numbers
}

fn two_in_one(low: u32, high: f32) -> u64 {
    u64::from(high.to_bits()) << 32 | u64::from(low)
}

fn high(number: u64) -> f32 {
    f32::from_bits((number >> 32) as u32)
}

impl Reader<'_> {
    pub(super) fn vector_set(&mut self) -> Load<VectorSet> {
        ensure(self.length()? == MODULE_ID)?;
        let dimension = self.unsigned()?;
        let count = self.unsigned()?;
        let config = self.unsigned()?;
        let flags = self.unsigned()?;
        ensure((1..=DIMENSION_MAX).contains(&dimension) && count > 0)?;
        let dimension = dimension as usize;
        let quantization = match config & 0xff {
            0 => Quantization::None,
            1 => Quantization::Int8,
            2 => Quantization::Binary,
            _ => return Err(LoadError),
        };
        let links = match (config >> 8 & 0xffff) as usize {
            // The first version had no other number, and did not write it.
            0 => LINKS_DEFAULT,
            links => links,
        };
        let projection = match flags & HAS_PROJECTION {
            0 => None,
            _ => Some(self.projection(dimension)?),
        };
        let mut set = VectorSet::new(Graph::new(dimension, quantization, links), projection);
        for _ in 0..count {
            let node = self.node(&set.graph, flags & HAS_ATTRIBUTES != 0)?;
            ensure(set.add_saved(node))?;
        }
        ensure(set.graph.relink() && self.length()? == END)?;
        Ok(set)
    }

    fn unsigned(&mut self) -> Load<u64> {
        ensure(self.length()? == UNSIGNED)?;
        self.length()
    }

    fn buffer(&mut self) -> Load<Vec<u8>> {
        ensure(self.length()? == STRING)?;
        self.string()
    }

    fn projection(&mut self, output: usize) -> Load<Projection> {
        let input = self.unsigned()?;
        ensure((1..=DIMENSION_MAX).contains(&input))?;
        let input = input as usize;
        let matrix = self.buffer()?;
        ensure(matrix.len() as u64 == input as u64 * output as u64 * 4)?;
        Ok(Projection {
            input,
            matrix: floats(&matrix),
        })
    }

    fn node(&mut self, graph: &Graph, with_attributes: bool) -> Load<Node> {
        let name = self.buffer()?;
        let attributes = match with_attributes {
            true => Some(self.buffer()?).filter(|text| !text.is_empty()),
            false => None,
        };
        let components = self.buffer()?;
        ensure(components.len() == graph.quantization.bytes(graph.dimension))?;
        let mut numbers = Vec::new();
        for _ in 0..self.unsigned()? {
            numbers.push(self.unsigned()?);
        }
        let mut numbers = numbers.into_iter();
        let mut next = || numbers.next().ok_or(LoadError);
        let id = next()?;
        let described = next()?;
        let (level, version) = ((described & 0xff) as usize, described >> 24 & 0xff);
        ensure((1..1 << 32).contains(&id) && level <= LEVEL_MAX && version <= NODE_VERSION)?;
        let mut layers = Vec::with_capacity(level + 1);
        for layer in 0..=level {
            let mut layer = Layer::new(graph.links_that_fit(layer));
            read_links(&mut layer, version, &mut next)?;
            layers.push(layer);
        }
        let length_and_range = next()?;
        ensure(next().is_err())?;
        let (length, range) = (
            f32::from_bits(length_and_range as u32),
            high(length_and_range),
        );
        Ok(Node {
            id,
            name,
            attributes,
            vector: Vector::from_bytes(&components, length, range, graph.quantization),
            layers,
        })
    }
}

/// The ids of the nodes that are linked, in their order.
fn read_links(layer: &mut Layer, version: u64, next: &mut dyn FnMut() -> Load<u64>) -> Load<()> {
    let (count, links_max) = (next()?, next()?);
    ensure(count <= links_max && links_max <= LINKS_MAX as u64 * 4)?;
    layer.links_max = layer.links_max.max(links_max as usize);
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(next()?);
    }
    for id in sorted(ids) {
        ensure(id < 1 << 32 && layer.links.last() != Some(&(id as u32)))?;
        layer.links.push(id as u32);
    }
    if version > 0 {
        let worst = next()?;
        layer.worst_distance = high(worst);
        // Which link is the worst is said in the order before sorting, here as in the real server: no harm is done,
        // for it is only a link that may be given up.
        layer.worst = worst as u32 as usize;
        ensure(count == 0 || layer.worst < count as usize)?;
    }
    Ok(())
}
