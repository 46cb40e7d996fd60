//! Finding the nodes nearest to a vector.

use super::{Graph, Node, Queue, Vector};
use crate::hnsw::Found;

/// Which nodes may be results, and after how many nodes looked at to give up (0 is never).
#[derive(Clone, Copy)]
pub struct Filter<'a> {
    pub accepts: &'a dyn Fn(&Node) -> bool,
    pub effort: u32,
}

/// So many nodes are remembered to go on from.
const CANDIDATES_MAX: usize = 256;

impl Graph {
    /// Up to `wanted` nodes near to a vector, the nearest first. Good ones, not always the best ones.
    pub fn search(&self, values: &[f32], wanted: usize, filter: Option<Filter>) -> Vec<Found> {
        let query = Vector::new(values, self.quantization);
        let Some(from) = self.descend(&query, 0) else {
            return Vec::new();
        };
        let found = self.search_layer(&query, from, wanted, 0, filter);
        found.iter().collect()
    }

    /// The best ones, by looking at every node.
    pub fn search_all(&self, values: &[f32], wanted: usize, filter: Option<Filter>) -> Vec<Found> {
        let query = Vector::new(values, self.quantization);
        let mut found = Queue::new(wanted);
        for at in self.places() {
            if filter.is_none_or(|filter| (filter.accepts)(self.node(at))) {
                found.push(at, self.distance_to(&query, at));
            }
        }
        found.iter().collect()
    }

    /// From the entry down to the layer above `layer`, each time to the nearest node.
    pub(super) fn descend(&self, query: &Vector, layer: usize) -> Option<u32> {
        let mut at = self.entry?;
        for above in (layer + 1..=self.level).rev() {
            let nearest = self.search_layer(query, at, 1, above, None).nearest();
            at = nearest.map_or(at, |found| found.node);
        }
        Some(at)
    }

    /// Walks from node to nearer node within a layer, and keeps the nearest `wanted`.
    pub(super) fn search_layer(
        &self,
        query: &Vector,
        from: u32,
        wanted: usize,
        layer: usize,
        filter: Option<Filter>,
    ) -> Queue {
        let mut seen = vec![0u64; self.nodes.len().div_ceil(64)];
        let mut candidates = Queue::new(CANDIDATES_MAX);
        let mut results = Queue::new(wanted);
        let accepts = |at: u32| filter.is_none_or(|filter| (filter.accepts)(self.node(at)));
        let distance = self.distance_to(query, from);
        candidates.push(from, distance);
        if accepts(from) {
            results.push(from, distance);
        }
        see(&mut seen, from);
        let mut looked_at = 1u32;
        loop {
            if filter.is_some_and(|filter| filter.effort != 0 && looked_at >= filter.effort) {
                break;
            }
            let Some(nearest) = candidates.take_nearest() else {
                break;
            };
            looked_at += 1;
            if results.len() >= wanted && nearest.distance > results.farthest_distance() {
                break;
            }
            for neighbor in self.links_of(nearest.node, layer) {
                if !see(&mut seen, *neighbor) {
                    continue;
                }
                let distance = self.distance_to(query, *neighbor);
                let is_near = distance < results.farthest_distance();
                // What does not pass the filter may still lead to what does.
                let kept = if filter.is_some() {
                    &candidates
                } else {
                    &results
                };
                if is_near || kept.len() < wanted {
                    candidates.push(*neighbor, distance);
                }
                if (is_near || results.len() < wanted) && accepts(*neighbor) {
                    results.push(*neighbor, distance);
                }
            }
        }
        results
    }
}

/// False if the node was seen before.
fn see(seen: &mut [u64], node: u32) -> bool {
    let (word, bit) = (node as usize / 64, 1u64 << (node % 64));
    let is_new = seen[word] & bit == 0;
    seen[word] |= bit;
    is_new
}
