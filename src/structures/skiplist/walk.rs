//! Walking the list both ways, removing ranges of it, and its towers as a visualiser sees them.

use super::{HEADER, LexRange, NIL, Path, Position, ScoreRange, Skiplist};

/// Members in order, with their scores.
#[derive(Debug, Clone)]
pub struct IterForward<'a> {
    list: &'a Skiplist,
    at: u32,
}

/// Members in reverse order, with their scores.
#[derive(Debug, Clone)]
pub struct IterBackward<'a> {
    list: &'a Skiplist,
    at: u32,
}

/// One tower for a picture. Nodes are named by rank.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeView<'a> {
    pub member: &'a [u8],
    pub score: f64,
    /// Lowest level first.
    pub levels: Vec<LinkView>,
    /// The rank of the node before, none for the first.
    pub backward: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkView {
    /// The rank of the node this link leads to, none at the end of its level.
    pub forward: Option<usize>,
    /// Nodes crossed, the target counted; at the end of a level, the nodes that follow.
    pub span: usize,
}

impl Skiplist {
    pub fn iter(&self) -> IterForward<'_> {
        IterForward {
            list: self,
            at: self.after(HEADER),
        }
    }

    pub fn iter_rev(&self) -> IterBackward<'_> {
        IterBackward {
            list: self,
            at: self.tail,
        }
    }

    pub fn iter_from_rank(&self, rank: usize) -> IterForward<'_> {
        IterForward {
            list: self,
            at: self.node_by_rank(rank).unwrap_or(NIL),
        }
    }

    pub fn iter_rev_from_rank(&self, rank: usize) -> IterBackward<'_> {
        IterBackward {
            list: self,
            at: self.node_by_rank(rank).unwrap_or(NIL),
        }
    }

    /// From a position found by a range, without another search.
    pub fn iter_from(&self, position: Position) -> IterForward<'_> {
        IterForward {
            list: self,
            at: position.node,
        }
    }

    pub fn iter_rev_from(&self, position: Position) -> IterBackward<'_> {
        IterBackward {
            list: self,
            at: position.node,
        }
    }

    /// Removes `start..=end` (0-based) and shows each member as it goes. Returns how many.
    pub fn remove_range_by_rank(
        &mut self,
        start: usize,
        end: usize,
        removed: &mut dyn FnMut(&[u8], f64),
    ) -> usize {
        let path = self.path(|_, rank| rank as usize <= start);
        let count = (end.saturating_add(1)).saturating_sub(start);
        self.remove_after(path, removed, count, |_, _| true)
    }

    pub fn remove_range_by_score(
        &mut self,
        range: &ScoreRange,
        removed: &mut dyn FnMut(&[u8], f64),
    ) -> usize {
        let path = self.path(|link, _| !range.reaches_min(link.score));
        self.remove_after(path, removed, usize::MAX, |_, score| {
            range.within_max(score)
        })
    }

    pub fn remove_range_by_lex(
        &mut self,
        range: &LexRange,
        removed: &mut dyn FnMut(&[u8], f64),
    ) -> usize {
        let path = self.path(|link, _| !range.reaches_min(self.member(link)));
        self.remove_after(path, removed, usize::MAX, |member, _| {
            range.within_max(member)
        })
    }

    /// The header's links in use, lowest first.
    pub fn header(&self) -> Vec<LinkView> {
        self.links_of(HEADER, 0, self.level)
    }

    /// Every tower in order.
    pub fn nodes(&self) -> impl Iterator<Item = NodeView<'_>> {
        let next = |at: &u32| Some(self.after(*at)).filter(|at| *at != NIL);
        let nodes = std::iter::successors(next(&HEADER), next);
        nodes.enumerate().map(|(rank, at)| NodeView {
            member: &self.node(at).member,
            score: self.node(at).score,
            levels: self.links_of(at, rank + 1, self.node(at).tower.height()),
            backward: rank.checked_sub(1),
        })
    }

    /// The tower of a rank.
    pub fn node_view(&self, rank: usize) -> Option<NodeView<'_>> {
        let at = self.node_by_rank(rank)?;
        let node = self.node(at);
        Some(NodeView {
            member: &node.member,
            score: node.score,
            levels: self.links_of(at, rank + 1, node.tower.height()),
            backward: rank.checked_sub(1),
        })
    }

    /// The ranks that a search for this rank stands on, from the left.
    pub fn ranks_on_the_way(&self, rank: usize) -> Vec<usize> {
        let mut ranks = Vec::new();
        let (mut tower, mut place) = (HEADER, 0);
        for level in (0..self.level).rev() {
            loop {
                let link = self.link_at(tower, level);
                if link.tower == NIL || place + link.span as usize > rank + 1 {
                    break;
                }
                (tower, place) = (link.tower, place + link.span as usize);
                ranks.push(place - 1);
            }
        }
        ranks
    }

    pub(super) fn after(&self, at: u32) -> u32 {
        self.forward(&self.link_at(self.node(at).tower.place(), 0))
    }

    // `place` counts the header as 0, so that place + span is the target's place.
    fn links_of(&self, at: u32, place: usize, height: usize) -> Vec<LinkView> {
        let view = |level| {
            let link = self.link_at(self.node(at).tower.place(), level);
            let span = link.span as usize;
            LinkView {
                forward: (link.tower != NIL).then(|| place + span - 1),
                span,
            }
        };
        (0..height).map(view).collect()
    }

    fn remove_after(
        &mut self,
        path: Path,
        removed: &mut dyn FnMut(&[u8], f64),
        limit: usize,
        inside: impl Fn(&[u8], f64) -> bool,
    ) -> usize {
        let mut count = 0;
        while count < limit {
            let at = self.forward(&self.link_at(path.before[0], 0));
            if at == NIL {
                break;
            }
            let (member, score) = self.pair(at);
            if !inside(member, score) {
                break;
            }
            self.unlink(at, &path);
            removed(&self.release(at), score);
            count += 1;
        }
        count
    }
}

impl<'a> Iterator for IterForward<'a> {
    type Item = (&'a [u8], f64);

    fn next(&mut self) -> Option<Self::Item> {
        if self.at == NIL {
            return None;
        }
        let (list, at) = (self.list, self.at);
        self.at = list.after(at);
        Some(list.pair(at))
    }
}

impl<'a> Iterator for IterBackward<'a> {
    type Item = (&'a [u8], f64);

    fn next(&mut self) -> Option<Self::Item> {
        if self.at == NIL {
            return None;
        }
        let (list, at) = (self.list, self.at);
        self.at = list.node(at).backward;
        Some(list.pair(at))
    }
}
