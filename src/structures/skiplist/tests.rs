use super::*;
use std::cmp::Ordering;

type Pair = (f64, Vec<u8>);

fn order(a: &Pair, b: &Pair) -> Ordering {
    a.0.partial_cmp(&b.0).unwrap().then_with(|| a.1.cmp(&b.1))
}

/// The list against a sorted vector: order, ranks, links back, and every span.
fn check(list: &Skiplist, model: &[Pair], seed: u64) {
    let ours: Vec<Pair> = list
        .iter()
        .map(|(member, score)| (score, member.to_vec()))
        .collect();
    assert_eq!(ours, model, "seed {seed}");
    assert_eq!(list.len(), model.len(), "seed {seed}");
    let mut backward: Vec<Pair> = list.iter_rev().map(|(m, s)| (s, m.to_vec())).collect();
    backward.reverse();
    assert_eq!(backward, model, "seed {seed}");
    let nodes: Vec<NodeView> = list.nodes().collect();
    let tallest = nodes
        .iter()
        .map(|node| node.levels.len())
        .max()
        .unwrap_or(1);
    assert_eq!(list.level(), tallest, "seed {seed}");
    for level in 0..tallest {
        let (mut place, mut link) = (0, list.header()[level]);
        while let Some(rank) = link.forward {
            let crossed = &nodes[place..rank];
            assert!(
                crossed.iter().all(|node| node.levels.len() <= level),
                "seed {seed}"
            );
            place = rank + 1;
            link = nodes[rank].levels[level];
        }
        assert_eq!(
            place + link.span,
            model.len(),
            "spans sum to the length, seed {seed}"
        );
    }
    for link in list.links_in_use() {
        let node = list.node(list.forward(&link));
        assert_eq!(
            (link.score, link.tower),
            (node.score, node.tower.place()),
            "seed {seed}"
        );
    }
    for (rank, (score, member)) in model.iter().enumerate().step_by(7) {
        assert_eq!(list.rank(*score, member), Some(rank), "seed {seed}");
        assert_eq!(
            list.by_rank(rank),
            Some((&member[..], *score)),
            "seed {seed}"
        );
        let (first, score) = list.iter_from_rank(rank).next().unwrap();
        assert_eq!((score, first.to_vec()), model[rank], "seed {seed}");
        let (first, score) = list.iter_rev_from_rank(rank).next().unwrap();
        assert_eq!((score, first.to_vec()), model[rank], "seed {seed}");
    }
    assert_eq!(list.by_rank(model.len()), None);
    assert_eq!(list.iter_from_rank(model.len()).count(), 0);
}

impl Skiplist {
    /// Links that lead somewhere, of the header and of every node.
    fn links_in_use(&self) -> Vec<Link> {
        let next = |at: &u32| Some(self.after(*at)).filter(|at| *at != NIL);
        let nodes = std::iter::successors(Some(HEADER), next).map(|at| self.node(at));
        let links = nodes.flat_map(|node| {
            (0..node.tower.height()).map(|level| self.link_at(node.tower.place(), level))
        });
        links.filter(|link| link.tower != NIL).collect()
    }
}

fn check_ranges(list: &Skiplist, model: &[Pair], random: &mut Random, seed: u64) {
    let range = score_range(random);
    let inside: Vec<usize> = (0..model.len())
        .filter(|rank| range.contains(model[*rank].0))
        .collect();
    let first = list
        .first_in_score_range(&range)
        .map(|position| position.rank);
    let last = list
        .last_in_score_range(&range)
        .map(|position| position.rank);
    assert_eq!(first, inside.first().copied(), "seed {seed} {range:?}");
    assert_eq!(last, inside.last().copied(), "seed {seed} {range:?}");
    assert_eq!(
        list.count_in_score_range(&range),
        inside.len(),
        "seed {seed} {range:?}"
    );
    if let Some(position) = list.first_in_score_range(&range) {
        let (member, _) = list.iter_from(position).next().unwrap();
        assert_eq!(member, model[position.rank].1);
    }
}

fn score_range(random: &mut Random) -> ScoreRange {
    ScoreRange {
        min: random.below(22) as f64 - 1.0,
        max: random.below(22) as f64 - 1.0,
        min_exclusive: random.chance(1, 2),
        max_exclusive: random.chance(1, 2),
    }
}

fn lex_bound(random: &mut Random) -> LexBound {
    let member = random.below(400).to_string().into_bytes();
    match random.below(6) {
        0 => LexBound::NegInf,
        1 => LexBound::PosInf,
        2 | 3 => LexBound::Inclusive(member),
        _ => LexBound::Exclusive(member),
    }
}

#[test]
fn random_operations_match_a_sorted_vector() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let mut list = Skiplist::new();
        let mut model: Vec<Pair> = Vec::new();
        for step in 0..800 {
            let member = random.below(400).to_string().into_bytes();
            let score = random.below(20) as f64;
            let old = model.iter().position(|(_, other)| *other == member);
            match (old, random.below(4)) {
                (None, _) => {
                    list.insert(score, &member, &mut random);
                    model.push((score, member));
                    model.sort_by(order);
                }
                (Some(at), 0) => {
                    assert!(!list.remove(100.0, &member));
                    assert!(list.remove(model[at].0, &member), "seed {seed}");
                    model.remove(at);
                }
                (Some(at), _) => {
                    assert!(!list.update_score(100.0, &member, score));
                    let height = list.nodes().nth(at).unwrap().levels.len();
                    assert!(
                        list.update_score(model[at].0, &member, score),
                        "seed {seed}"
                    );
                    model[at].0 = score;
                    model.sort_by(order);
                    let node = list.nodes().find(|node| *node.member == member).unwrap();
                    assert_eq!(node.levels.len(), height, "seed {seed}");
                }
            }
            check_ranges(&list, &model, &mut random, seed);
            if step % 50 == 0 {
                check(&list, &model, seed);
            }
        }
        check(&list, &model, seed);
        remove_ranges(list, model, &mut random, seed);
    }
}

fn remove_ranges(mut list: Skiplist, mut model: Vec<Pair>, random: &mut Random, seed: u64) {
    while !model.is_empty() {
        let mut gone = Vec::new();
        let mut note = |member: &[u8], score: f64| gone.push((score, member.to_vec()));
        let (count, expected): (usize, Vec<Pair>) = if random.chance(1, 2) {
            let start = random.below(model.len() as u64 + 2) as usize;
            let end = start + random.below(20) as usize;
            let expected = model
                .iter()
                .skip(start)
                .take(end + 1 - start)
                .cloned()
                .collect();
            (list.remove_range_by_rank(start, end, &mut note), expected)
        } else {
            let range = score_range(random);
            let inside = |pair: &&Pair| range.contains(pair.0);
            let expected = model.iter().filter(inside).cloned().collect();
            (list.remove_range_by_score(&range, &mut note), expected)
        };
        assert_eq!((count, &gone), (expected.len(), &expected), "seed {seed}");
        model.retain(|pair| !gone.contains(pair));
        check(&list, &model, seed);
    }
}

#[test]
fn lex_ranges_match_a_sorted_vector() {
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let mut list = Skiplist::new();
        let mut model: Vec<Pair> = Vec::new();
        for _ in 0..random.below(60) {
            let member = random.below(400).to_string().into_bytes();
            if model.iter().all(|(_, other)| *other != member) {
                list.insert(0.0, &member, &mut random);
                model.push((0.0, member));
            }
        }
        model.sort_by(order);
        for _ in 0..30 {
            let range = LexRange {
                min: lex_bound(&mut random),
                max: lex_bound(&mut random),
            };
            let inside: Vec<usize> = (0..model.len())
                .filter(|rank| range.contains(&model[*rank].1))
                .collect();
            let first = list
                .first_in_lex_range(&range)
                .map(|position| position.rank);
            let last = list.last_in_lex_range(&range).map(|position| position.rank);
            assert_eq!(first, inside.first().copied(), "seed {seed} {range:?}");
            assert_eq!(last, inside.last().copied(), "seed {seed} {range:?}");
            assert_eq!(list.count_in_lex_range(&range), inside.len(), "seed {seed}");
        }
        let range = LexRange {
            min: lex_bound(&mut random),
            max: lex_bound(&mut random),
        };
        let count = list.remove_range_by_lex(&range, &mut |member, _| {
            assert!(range.contains(member), "seed {seed}");
        });
        let before = model.len();
        model.retain(|(_, member)| !range.contains(member));
        assert_eq!(count, before - model.len(), "seed {seed}");
        check(&list, &model, seed);
    }
}

#[test]
fn ties_go_by_bytes_and_zero_has_no_sign() {
    let mut list = Skiplist::new();
    let mut random = Random::new(0);
    for (score, member) in [
        (0.0, "b"),
        (-0.0, "a"),
        (0.0, ""),
        (0.0, "ab"),
        (f64::INFINITY, "z"),
    ] {
        list.insert(score, member.as_bytes(), &mut random);
    }
    list.insert(f64::NEG_INFINITY, b"last", &mut random);
    let members: Vec<&[u8]> = list.iter().map(|(member, _)| member).collect();
    assert_eq!(members, [&b"last"[..], b"", b"a", b"ab", b"b", b"z"]);
    assert_eq!(list.rank(0.0, b"a"), Some(2));
}

#[test]
fn towers_thin_out_by_four() {
    let mut random = Random::new(7);
    let mut list = Skiplist::new();
    for at in 0..20_000u32 {
        list.insert(f64::from(at), &at.to_be_bytes(), &mut random);
    }
    let links: usize = list.nodes().map(|node| node.levels.len()).sum();
    let tall = list.nodes().filter(|node| node.levels.len() > 1).count();
    assert!((4_700..5_300).contains(&tall), "{tall}");
    assert!(
        (26_000..27_400).contains(&links),
        "4/3 links per node: {links}"
    );
    assert!((6..=14).contains(&list.level()), "{}", list.level());
}

#[test]
fn towers_are_used_again() {
    let mut random = Random::new(8);
    let mut list = Skiplist::new();
    for at in 0..50_000u32 {
        list.insert(f64::from(at), b"m", &mut random);
        assert!(list.remove(f64::from(at), b"m"));
    }
    assert!(list.nodes.len() == 2 && list.links.len() < 32 + 32 * 33 / 2);
    check(&list, &[], 8);
}
