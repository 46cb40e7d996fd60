//! What the list tells whoever listens (`trace`). A search is told from the path that it found, so that its loop
//! stays as it is: the links it looked along are those from tower to tower, and one more on each level.

use trace::{Event, Skiplist as Told, sample, tell};

use super::{HEADER, NIL, Path, Skiplist};

impl Skiplist {
    #[cold]
    pub(super) fn tell_search(&self, path: &Path) {
        let mut steps = Vec::new();
        let (mut tower, mut from) = (HEADER, 0);
        for level in (0..self.level).rev() {
            loop {
                let link = self.link_at(tower, level);
                if link.tower == NIL {
                    steps.push(Told::End {
                        level: level as u32,
                        from,
                    });
                    break;
                }
                let crosses = from < path.rank[level];
                steps.push(Told::Look {
                    level: level as u32,
                    from,
                    span: link.span,
                    score: link.score,
                    member: sample(self.member(&link)),
                    crosses,
                });
                if !crosses {
                    break;
                }
                (tower, from) = (link.tower, from + link.span);
            }
        }
        tell(Event::Skiplist(Told::Search {
            level: self.level as u32 - 1,
        }));
        steps.into_iter().map(Event::Skiplist).for_each(tell);
    }

    #[cold]
    pub(super) fn tell_inserted(&self, at: u32, rank: u32) {
        let node = self.node(at);
        tell(Event::Skiplist(Told::Inserted {
            rank,
            height: node.tower.height() as u32,
            score: node.score,
            member: sample(&node.member),
        }));
    }

    #[cold]
    pub(super) fn tell_removed(&self, at: u32, rank: u32) {
        let node = self.node(at);
        tell(Event::Skiplist(Told::Removed {
            rank,
            height: node.tower.height() as u32,
            score: node.score,
            member: sample(&node.member),
        }));
    }

    #[cold]
    pub(super) fn tell_rescored(&self, at: u32, rank: u32, to: f64) {
        let node = self.node(at);
        tell(Event::Skiplist(Told::Rescored {
            rank,
            from: node.score,
            to,
            member: sample(&node.member),
        }));
    }
}
