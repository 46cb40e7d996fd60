use super::{Rules, SortedSet};
use crate::config::Limits;
use crate::structures::random::Random;
use crate::structures::skiplist::{LexBound, LexRange, ScoreRange};

type Model = Vec<(Vec<u8>, f64)>;

fn sort(model: &mut Model) {
    model.sort_by(|(a, x), (b, y)| x.partial_cmp(y).unwrap().then_with(|| a.cmp(b)));
}

fn all(set: &SortedSet) -> Model {
    set.iter()
        .map(|(member, score)| (member.into_owned(), score))
        .collect()
}

#[test]
fn scores_are_kept_as_redis_writes_them() {
    let limits = Limits::default();
    let mut random = Random::new(1);
    let mut rules = Rules {
        limits: &limits,
        seed: [7; 16],
        random: &mut random,
    };
    let mut set = SortedSet::new();
    for (member, score) in [
        ("third", 0.1),
        ("fourth", 3.0),
        ("first", f64::NEG_INFINITY),
        ("second", -0.0),
        ("last", 1e20),
    ] {
        assert_eq!(set.set(member.as_bytes(), score, &mut rules), None);
    }
    let pack = set.listpack().expect("five members are few");
    let entries: Vec<String> = pack
        .iter()
        .map(|entry| String::from_utf8_lossy(&entry.to_bytes()).into_owned())
        .collect();
    assert_eq!(
        entries.join(" "),
        "first -inf second 0 third 0.1 fourth 3 last 1e+20"
    );
    assert!(
        set.score(b"second").is_some_and(f64::is_sign_positive),
        "whole numbers are integers, and those have no -0"
    );
}

#[test]
fn encodings_only_grow() {
    let limits = Limits {
        zset_max_listpack_entries: 3,
        zset_max_listpack_value: 5,
        ..Limits::default()
    };
    let mut random = Random::new(1);
    let mut rules = Rules {
        limits: &limits,
        seed: [7; 16],
        random: &mut random,
    };
    let mut set = SortedSet::new();
    for (at, member) in ["a", "b", "c", "d"].into_iter().enumerate() {
        set.set(member.as_bytes(), 1.0, &mut rules);
        assert_eq!(set.encoding(), if at < 3 { "listpack" } else { "skiplist" });
    }
    set.remove_ranks(0, 2);
    assert_eq!((set.encoding(), set.len()), ("skiplist", 1));
    assert_eq!(
        SortedSet::from_members(&all(&set), &mut rules).encoding(),
        "listpack"
    );
    assert_eq!(
        SortedSet::with_capacity(1, 6, &rules).encoding(),
        "skiplist"
    );
    let mut set = SortedSet::new();
    set.set(b"longer", 1.0, &mut rules);
    assert_eq!(set.encoding(), "skiplist");
}

#[test]
fn a_sorted_set_is_sorted_in_every_encoding() {
    for seed in 1..60 {
        let limits = Limits {
            zset_max_listpack_entries: if seed % 2 == 0 { 4 } else { 128 },
            ..Limits::default()
        };
        let (mut random, mut choices) = (Random::new(1000 + seed), Random::new(seed));
        let mut rules = Rules {
            limits: &limits,
            seed: [7; 16],
            random: &mut random,
        };
        let mut set = SortedSet::new();
        let mut model = Model::new();
        for _ in 0..200 {
            step(&mut set, &mut model, &mut rules, &mut choices);
            compare(&set, &model, &mut choices, seed);
        }
    }
}

fn step(set: &mut SortedSet, model: &mut Model, rules: &mut Rules, random: &mut Random) {
    let member = random.below(25).to_string().into_bytes();
    let score = random.below(6) as f64 - 2.5;
    let old = model.iter().position(|(other, _)| *other == member);
    let old_score = old.map(|at| model[at].1);
    match random.below(12) {
        0..=7 => {
            assert_eq!(set.set(&member, score, rules), old_score);
            match old {
                Some(at) => model[at].1 = score,
                None => model.push((member, score)),
            }
        }
        8 | 9 => {
            assert_eq!(set.remove(&member), old_score);
            model.retain(|(other, _)| *other != member);
        }
        10 => {
            let (start, end) = (random.below(4) as usize, random.below(6) as usize);
            let removed = model.len();
            *model = model
                .iter()
                .enumerate()
                .filter(|(at, _)| !(start..=end).contains(at))
                .map(|(_, pair)| pair.clone())
                .collect();
            assert_eq!(set.remove_ranks(start, end), removed - model.len());
        }
        _ => {
            let range = score_range(random);
            let removed = model.len();
            model.retain(|(_, score)| !range.contains(*score));
            assert_eq!(set.remove_scores(&range), removed - model.len());
        }
    }
    sort(model);
}

fn score_range(random: &mut Random) -> ScoreRange {
    ScoreRange {
        min: random.below(6) as f64 - 2.5,
        max: random.below(6) as f64 - 2.5,
        min_exclusive: random.chance(1, 2),
        max_exclusive: random.chance(1, 2),
    }
}

fn compare(set: &SortedSet, model: &Model, random: &mut Random, seed: u64) {
    assert_eq!(all(set), *model, "seed {seed}");
    assert!(
        set.iter_rev()
            .map(|(member, score)| (member.into_owned(), score))
            .eq(model.iter().rev().cloned()),
        "seed {seed}"
    );
    for (rank, (member, score)) in model.iter().enumerate() {
        assert_eq!(set.rank(member), Some((rank, *score)), "seed {seed}");
    }
    let range = score_range(random);
    let inside: Model = model
        .iter()
        .filter(|(_, score)| range.contains(*score))
        .cloned()
        .collect();
    assert_eq!(
        set.count_in_score_range(&range),
        inside.len(),
        "seed {seed}"
    );
    let skip = random.below(3) as usize;
    let forward = set
        .from_score(&range, false, skip)
        .take_while(|(_, score)| range.within_max(*score));
    assert!(
        forward
            .map(|(member, score)| (member.into_owned(), score))
            .eq(inside.iter().skip(skip).cloned()),
        "seed {seed}"
    );
    let backward = set
        .from_score(&range, true, skip)
        .take_while(|(_, score)| range.reaches_min(*score));
    assert!(
        backward
            .map(|(member, score)| (member.into_owned(), score))
            .eq(inside.iter().rev().skip(skip).cloned())
    );
}

#[test]
fn ranges_of_members() {
    let limits = Limits::default();
    let mut random = Random::new(3);
    let mut rules = Rules {
        limits: &limits,
        seed: [7; 16],
        random: &mut random,
    };
    for filler in [0, 200] {
        let mut set = SortedSet::with_capacity(filler, 1, &rules);
        for member in ["a", "aa", "b", "c", "d"] {
            set.set(member.as_bytes(), 0.0, &mut rules);
        }
        let inclusive = |text: &str| LexBound::Inclusive(text.as_bytes().to_vec());
        let exclusive = |text: &str| LexBound::Exclusive(text.as_bytes().to_vec());
        for (min, max, expected) in [
            (LexBound::NegInf, LexBound::PosInf, 5),
            (LexBound::PosInf, LexBound::NegInf, 0),
            (LexBound::NegInf, LexBound::NegInf, 0),
            (inclusive("a"), exclusive("c"), 3),
            (exclusive("a"), inclusive("c"), 3),
            (exclusive("a"), exclusive("a"), 0),
            (inclusive("a"), inclusive("a"), 1),
            (inclusive("e"), LexBound::PosInf, 0),
        ] {
            let range = LexRange { min, max };
            assert_eq!(set.count_in_lex_range(&range), expected, "{range:?}");
            assert_eq!(set.clone().remove_lex(&range), expected, "{range:?}");
        }
    }
}
