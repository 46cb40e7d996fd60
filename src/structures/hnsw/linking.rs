//! Choosing links. A link is worth having if it is short and if no neighbor that was chosen before lies in its
//! direction. All links lead both ways, so a new one may have to displace an old one; `Pressure` is how much harm to
//! others a node in need of links may do.

use super::{EFFORT_OF_REPAIR, Graph, Queue};

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Pressure {
    /// Links must be diverse, and better than what they displace.
    None,
    /// Any link, if the displaced node keeps a quarter of what it should have.
    Some,
    /// Any link; if nothing can be displaced, a node takes one more than it should.
    Much,
}

/// What a full node does about one more link.
enum Room {
    Displace(usize),
    OneMore,
}

impl Graph {
    /// Links a new node in all its layers.
    pub(super) fn link(&mut self, node: u32, effort: usize) {
        let top = self.node(node).layers.len() - 1;
        let Some(mut from) = self.descend(&self.node(node).vector, top) else {
            return;
        };
        let top = top.min(self.level);
        // First all searches, then all links: a layer's links must not lead the search in the next.
        let mut found = Vec::with_capacity(top + 1);
        for layer in (0..=top).rev() {
            let vector = &self.node(node).vector;
            let candidates = self.search_layer(vector, from, effort, layer, None);
            from = candidates.nearest().map_or(from, |found| found.node);
            found.push((layer, candidates));
        }
        for (layer, candidates) in found {
            let few = |graph: &Graph, part| graph.links_of(node, 0).len() < graph.links / part;
            self.choose(node, &candidates, layer, self.links, Pressure::None);
            if layer == 0 && few(self, 2) {
                self.choose(node, &candidates, 0, self.links, Pressure::Some);
                if few(self, 4) {
                    self.choose(node, &candidates, 0, self.links / 4, Pressure::Much);
                }
            }
        }
    }

    /// Links a node with candidates, the nearest first, until it has `wanted` links.
    fn choose(
        &mut self,
        node: u32,
        candidates: &Queue,
        layer: usize,
        wanted: usize,
        pressure: Pressure,
    ) {
        for found in candidates.iter() {
            let (candidate, distance) = (found.node, found.distance);
            let own = self.layer(node, layer);
            if own.is_full() || own.links.len() >= wanted {
                return;
            }
            let is_in_layer = layer < self.node(candidate).layers.len();
            if candidate == node || !is_in_layer || own.links.contains(&candidate) {
                continue;
            }
            let is_nearer = |other: &u32| self.distance(candidate, *other) < distance;
            if pressure == Pressure::None && own.links.iter().any(is_nearer) {
                continue;
            }
            if !self.layer(candidate, layer).is_full() {
                self.connect(node, candidate, layer, distance);
                continue;
            }
            match self.room(candidate, layer, distance, pressure) {
                None => {}
                Some(Room::OneMore) => {
                    self.layer_mut(candidate, layer).links_max += 1;
                    self.connect(node, candidate, layer, distance);
                }
                Some(Room::Displace(place)) => {
                    let displaced = self.layer(candidate, layer).links[place];
                    self.unlink(displaced, candidate, layer);
                    self.layer_mut(candidate, layer).links[place] = node;
                    self.find_worst(candidate, layer);
                    self.layer_mut(node, layer).add(candidate, distance);
                }
            }
        }
    }

    /// How a full node takes a link of this length, if it does.
    fn room(&self, full: u32, layer: usize, distance: f32, pressure: Pressure) -> Option<Room> {
        let links = &self.layer(full, layer);
        if pressure == Pressure::None && distance >= links.worst_distance {
            return None;
        }
        let keeps_more_than =
            |node: u32, part| self.links_of(node, layer).len() > self.links / part;
        let worst = links.links[links.worst];
        match pressure {
            Pressure::None => keeps_more_than(worst, 2).then_some(Room::Displace(links.worst)),
            Pressure::Some => keeps_more_than(worst, 4).then_some(Room::Displace(links.worst)),
            Pressure::Much if keeps_more_than(worst, 4) => Some(Room::Displace(links.worst)),
            Pressure::Much => self.displaceable(full, layer).or_else(|| {
                let limit = self.links * if layer == 0 { 3 } else { 2 };
                (links.links_max < limit).then_some(Room::OneMore)
            }),
        }
    }

    /// The longest link to a node that can do without it.
    fn displaceable(&self, full: u32, layer: usize) -> Option<Room> {
        let mut longest: Option<(usize, f32)> = None;
        for (place, linked) in self.links_of(full, layer).iter().enumerate() {
            if self.links_of(*linked, layer).len() <= self.links / 4 {
                continue;
            }
            let distance = self.distance(full, *linked);
            if longest.is_none_or(|(_, best)| distance > best) {
                longest = Some((place, distance));
            }
        }
        longest.map(|(place, _)| Room::Displace(place))
    }

    fn connect(&mut self, a: u32, b: u32, layer: usize, distance: f32) {
        self.layer_mut(a, layer).add(b, distance);
        self.layer_mut(b, layer).add(a, distance);
    }

    /// Takes away one direction of a link.
    pub(super) fn unlink(&mut self, node: u32, gone: u32, layer: usize) {
        let own = self.layer_mut(node, layer);
        let Some(place) = own.links.iter().position(|link| *link == gone) else {
            return;
        };
        own.links.remove(place);
        if place < own.worst {
            own.worst -= 1;
        } else if place == own.worst {
            self.find_worst(node, layer);
        }
    }

    pub(super) fn find_worst(&mut self, node: u32, layer: usize) {
        let (mut worst, mut worst_distance) = (0, 0.0);
        for (place, linked) in self.links_of(node, layer).iter().enumerate() {
            let distance = self.distance(node, *linked);
            if distance > worst_distance {
                (worst, worst_distance) = (place, distance);
            }
        }
        let own = self.layer_mut(node, layer);
        own.worst = worst;
        own.worst_distance = worst_distance;
    }

    /// Nodes that lost a link in this layer get another: from each other first, then from wherever there is one.
    pub(super) fn reconnect(&mut self, nodes: &[u32], layer: usize) {
        // Rounding would give a node a distance from itself.
        let between = |a: &u32, b: &u32| if a == b { 0.0 } else { self.distance(*a, *b) };
        let distances: Vec<Vec<f32>> = nodes
            .iter()
            .map(|a| nodes.iter().map(|b| between(a, b)).collect())
            .collect();
        let paired = self.pair(nodes, &distances, layer);
        for (at, node) in nodes.iter().enumerate() {
            if paired[at] || self.layer(*node, layer).is_full() {
                continue;
            }
            let wanted = self.links_of(*node, layer).len() + 1;
            let mut candidates = Queue::new(nodes.len());
            for (other, candidate) in nodes.iter().enumerate() {
                if other != at && !self.layer(*candidate, layer).is_full() {
                    candidates.push(*candidate, distances[at][other]);
                }
            }
            self.choose(*node, &candidates, layer, wanted, Pressure::Some);
            if self.links_of(*node, layer).len() != wanted {
                self.link_anywhere(*node, layer, wanted);
            }
        }
    }

    fn link_anywhere(&mut self, node: u32, layer: usize, wanted: usize) {
        let vector = &self.node(node).vector;
        let Some(from) = self.descend(vector, layer) else {
            return;
        };
        let candidates = self.search_layer(vector, from, EFFORT_OF_REPAIR, layer, None);
        let pressure = if self.links_of(node, layer).len() > self.links / 2 {
            Pressure::Some
        } else {
            Pressure::Much
        };
        self.choose(node, &candidates, layer, wanted, pressure);
    }

    /// Links pairs, the best pair first; says which nodes are in one.
    fn pair(&mut self, nodes: &[u32], distances: &[Vec<f32>], layer: usize) -> Vec<bool> {
        let scores = self.pair_scores(nodes, distances, layer);
        let mut paired = vec![false; nodes.len()];
        loop {
            let is_open =
                |graph: &Graph, at: usize| !paired[at] && !graph.layer(nodes[at], layer).is_full();
            let mut best: Option<(usize, usize)> = None;
            let mut best_score = -1.0;
            for a in (0..nodes.len()).filter(|a| is_open(self, *a)) {
                for b in (0..nodes.len()).filter(|b| *b != a && is_open(self, *b)) {
                    if scores[a][b] >= 0.0 && scores[a][b] > best_score {
                        best_score = scores[a][b];
                        best = Some((a, b));
                    }
                }
            }
            let Some((a, b)) = best else {
                return paired;
            };
            self.connect(nodes[a], nodes[b], layer, distances[a][b]);
            paired[a] = true;
            paired[b] = true;
        }
    }

    /// How good it would be to link each pair: 0.7 for how near the two are, 0.3 for how far they are from the others,
    /// who are then no longer to be had. Negative if they are linked.
    fn pair_scores(&self, nodes: &[u32], distances: &[Vec<f32>], layer: usize) -> Vec<Vec<f32>> {
        let count = nodes.len();
        let others = |row: &Vec<f32>, except: f32| -> f32 {
            match count {
                0..=2 => 0.0,
                // The node itself is in the row, at distance 0.
                _ => (row.iter().sum::<f32>() - except) / (count - 2) as f32,
            }
        };
        let score = |a: usize, b: usize| {
            if a == b || self.links_of(nodes[a], layer).contains(&nodes[b]) {
                return -1.0;
            }
            let distance = distances[a][b];
            let lost = others(&distances[a], distance) + others(&distances[b], distance);
            0.7 * (2.0 - distance) + 0.3 * (lost / 2.0)
        };
        (0..count)
            .map(|a| (0..count).map(|b| score(a, b)).collect())
            .collect()
    }
}
