//! The list after so many events of a command, and the way of its last search.

use trace::{Event, Skiplist as Told};

use super::held_list;
use crate::Scene;
use crate::snapshot::{Link, Skiplist, SkiplistNode};

/// A link that a search looked along.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub level: u32,
    /// Ranks; 0 is the head.
    pub from: u32,
    pub span: u32,
    pub crosses: bool,
}

/// The list of this moment; none if the key has no towers.
pub fn at(scene: &Scene) -> Option<Skiplist> {
    if scene.is_over() {
        return held_list(&scene.frame.after).cloned();
    }
    let mut list = held_list(&scene.frame.before).cloned();
    for event in scene.events() {
        match event {
            Event::Encoding { to: "skiplist", .. } => list = Some(empty()),
            Event::Skiplist(told) => {
                // A command that builds another key, as ZUNIONSTORE does, begins with an empty list.
                apply(list.get_or_insert_with(empty), told);
            }
            _ => {}
        }
    }
    list
}

/// Where the last search of these events went.
pub fn way(events: &[Event]) -> Vec<Step> {
    let mut way = Vec::new();
    for event in events {
        match event {
            Event::Skiplist(Told::Search { .. }) => way.clear(),
            Event::Skiplist(Told::Look {
                level,
                from,
                span,
                crosses,
                ..
            }) => way.push(Step {
                level: *level,
                from: *from,
                span: *span,
                crosses: *crosses,
            }),
            _ => {}
        }
    }
    way
}

pub fn empty() -> Skiplist {
    Skiplist {
        length: 0,
        level: 1,
        head: vec![Link::default()],
        nodes: Vec::new(),
    }
}

/// Does to a snapshot what the engine did to its list. Of a window, what lies inside stays right.
pub fn apply(list: &mut Skiplist, told: &Told) {
    match told {
        Told::Inserted {
            rank,
            height,
            score,
            member,
        } => insert(list, *rank, *height, *score, member),
        Told::Removed { rank, .. } => remove(list, *rank),
        Told::Rescored { rank, to, .. } => {
            let node = list.nodes.iter_mut().find(|node| node.rank == *rank);
            if let Some(node) = node {
                node.score = *to;
            }
        }
        Told::Search { .. } | Told::Look { .. } | Told::End { .. } => {}
    }
}

fn insert(list: &mut Skiplist, rank: u32, height: u32, score: f64, member: &[u8]) {
    list.level = list.level.max(height);
    let nothing = Link {
        to: None,
        span: list.length as u32,
    };
    list.head.resize(list.level as usize, nothing);
    let mut levels = vec![Link::default(); height as usize];
    let length = list.length as u32 + 1;
    for (own, links) in towers(list) {
        for (level, link) in links.iter_mut().enumerate() {
            let crosses = own < rank && link.to.is_none_or(|to| to >= rank);
            let after = link.to.map(|to| if to >= rank { to + 1 } else { to });
            let own_after = if own >= rank { own + 1 } else { own };
            if crosses && level < height as usize {
                levels[level] = between(rank, after, length);
                *link = between(own_after, Some(rank), length);
            } else {
                *link = between(own_after, after, length);
            }
        }
    }
    let at = list.nodes.partition_point(|node| node.rank < rank);
    list.nodes[at..].iter_mut().for_each(|node| node.rank += 1);
    let node = SkiplistNode {
        rank,
        member: member.to_vec(),
        score,
        levels,
    };
    list.nodes.insert(at, node);
    list.length += 1;
}

fn remove(list: &mut Skiplist, rank: u32) {
    let gone = list.nodes.iter().position(|node| node.rank == rank);
    let gone = gone.map(|at| list.nodes.remove(at).levels);
    let length = (list.length as u32).saturating_sub(1);
    for (own, links) in towers(list) {
        for (level, link) in links.iter_mut().enumerate() {
            if link.to == Some(rank) {
                let over = gone.as_ref().and_then(|levels| levels.get(level));
                link.to = over.and_then(|over| over.to);
            }
            let after = link.to.map(|to| if to > rank { to - 1 } else { to });
            let own_after = if own > rank { own - 1 } else { own };
            *link = between(own_after, after, length);
        }
    }
    let later = list.nodes.iter_mut().filter(|node| node.rank > rank);
    later.for_each(|node| node.rank -= 1);
    list.length = length.into();
    let used = list.head.iter().rposition(|link| link.to.is_some());
    list.level = used.map_or(1, |level| level as u32 + 1);
    list.head.truncate(list.level as usize);
}

fn between(from: u32, to: Option<u32>, length: u32) -> Link {
    Link {
        to,
        span: to.unwrap_or(length).saturating_sub(from),
    }
}

/// The head and all nodes, by rank.
fn towers(list: &mut Skiplist) -> impl Iterator<Item = (u32, &mut Vec<Link>)> {
    let nodes = list
        .nodes
        .iter_mut()
        .map(|node| (node.rank, &mut node.levels));
    std::iter::once((0, &mut list.head)).chain(nodes)
}
