use super::*;
use crate::random::Random;
use serde_json::Value;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// `a*9` is the letter nine times.
fn value(short: &Value) -> Vec<u8> {
    let short = short.as_str().unwrap();
    match short.split_once('*') {
        Some((letter, count)) => letter.repeat(count.parse().unwrap()).into_bytes(),
        None => short.as_bytes().to_vec(),
    }
}

fn check(list: &Quicklist, model: &[Vec<u8>], case: &str) {
    let texts = |entry: Entry| entry.to_bytes().into_owned();
    assert!(list.iter().map(texts).eq(model.iter().cloned()), "{case}");
    assert!(
        list.iter_rev().map(texts).eq(model.iter().rev().cloned()),
        "{case}"
    );
    assert_eq!(list.len(), model.len(), "{case}");
    assert_eq!(
        list.nodes().map(|node| node.count).sum::<usize>(),
        model.len(),
        "{case}"
    );
    assert!(list.nodes().all(|node| node.count > 0), "{case}");
    for (at, value) in model.iter().enumerate().step_by(5) {
        let (index, from_end) = (at as isize, at as isize - model.len() as isize);
        assert!(list.get(index).unwrap().equals(value), "{case}");
        assert!(list.get(from_end).unwrap().equals(value), "{case}");
        assert_eq!(list.iter_from(index).count(), model.len() - at, "{case}");
        assert_eq!(list.iter_rev_from(index).count(), at + 1, "{case}");
    }
    let beyond = model.len() as isize;
    assert!(
        list.get(beyond).is_none() && list.get(-beyond - 1).is_none(),
        "{case}"
    );
    assert_eq!(
        list.iter_from(beyond).count() + list.iter_rev_from(beyond).count(),
        0,
        "{case}"
    );
}

fn replay(list: &mut Quicklist, step: &[Value]) {
    let integer = |at: usize| step[at].as_i64().unwrap() as isize;
    match step[0].as_str().unwrap() {
        "RPUSH" => list.push_back(&value(&step[1])),
        "LPUSH" => list.push_front(&value(&step[1])),
        "LINSERT" if step[1] == "BEFORE" => {
            assert!(list.insert_before(integer(2), &value(&step[3])));
        }
        "LINSERT" => assert!(list.insert_after(integer(2), &value(&step[3]))),
        "LSET" => assert!(list.replace(integer(1), &value(&step[2]))),
        "LREM" => {
            let limit = integer(1).unsigned_abs();
            let gone = match integer(1) > 0 {
                true => list.remove_equal(&value(&step[2]), limit),
                false => list.remove_equal_from_back(&value(&step[2]), limit),
            };
            assert!((1..=limit).contains(&gone));
        }
        "LTRIM" => {
            let kept_to = integer(2).unsigned_abs() - 1;
            assert_eq!(
                list.delete_range(0, integer(1).unsigned_abs()),
                integer(1) as usize
            );
            assert_eq!(list.delete_range(-(kept_to as isize), kept_to), kept_to);
        }
        "LPOP" => assert!(list.pop_front().is_some()),
        "RPOP" => assert!(list.pop_back().is_some()),
        other => panic!("{other}"),
    }
}

#[test]
fn nodes_are_those_of_a_server_after_every_command() {
    let vectors = vectors(include_str!("../../../tests/vectors/quicklist-nodes.json"));
    for (at, run) in vectors["runs"].as_array().unwrap().iter().enumerate() {
        let mut list = Quicklist::new(run["fill"].as_i64().unwrap() as i32, 0);
        for node in run["start"].as_array().unwrap() {
            if let Some(values) = node["packed"].as_array() {
                let mut listpack = Listpack::new();
                values
                    .iter()
                    .for_each(|short| listpack.push_back(&value(short)));
                list.append_listpack(listpack);
            } else {
                list.append_plain(value(&node["plain"][0]));
            }
        }
        for (number, step) in run["steps"].as_array().unwrap().iter().enumerate() {
            let (recorded, step) = step.as_array().unwrap().split_last().unwrap();
            let before: Vec<NodeView> = list.nodes().collect();
            let before: Vec<(usize, usize)> = before.iter().map(|n| (n.bytes, n.count)).collect();
            replay(&mut list, step);
            let signed = |node: NodeView| node.bytes as i64 * if node.plain { -1 } else { 1 };
            let ours: Vec<i64> = list.nodes().map(signed).collect();
            let recorded: Vec<i64> = recorded
                .as_array()
                .unwrap()
                .iter()
                .map(|n| n.as_i64().unwrap())
                .collect();
            let fill = list.fill();
            assert_eq!(
                ours, recorded,
                "run {at} fill {fill}, {number}: {step:?} on {before:?}"
            );
        }
    }
}

/// A list as the type builds it: one listpack while that is within the limit, then a quicklist.
fn pushed(fill: i32, values: impl IntoIterator<Item = Vec<u8>>) -> Quicklist {
    let mut list = Quicklist::new(fill, 0);
    let mut converted = false;
    for value in values {
        let small = list.single_listpack().map(|one| (one.size(), one.len()));
        let (bytes, count) = small.unwrap_or((LISTPACK_FRAME, 0));
        converted |= exceeds_limit(fill, bytes + value.len(), count + 1);
        match list.take_single_listpack() {
            Some(mut listpack) if !converted => {
                listpack.push_back(&value);
                list.append_listpack(listpack);
            }
            Some(listpack) => {
                list.append_listpack(listpack);
                list.push_back(&value);
            }
            None => list.push_back(&value),
        }
    }
    list
}

#[test]
fn recorded_node_counts() {
    let vectors = vectors(include_str!("../../../tests/vectors/quicklist.json"));
    let check = |case: &str, list: &Quicklist| {
        let rows = vectors["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["case"] == case).expect(case);
        let nodes = row["ql_nodes"].as_u64().unwrap_or(1);
        assert_eq!(list.node_count() as u64, nodes, "{case}");
        assert_eq!(list.len() as u64, row["llen"].as_u64().unwrap(), "{case}");
        if let Some(bytes) = row["ql_uncompressed_size"].as_u64() {
            assert_eq!(
                list.nodes().map(|node| node.bytes as u64).sum::<u64>(),
                bytes,
                "{case}"
            );
        }
    };
    let tens = |count| pushed(-2, (0..count).map(|_| vec![b'x'; 10]));
    check("100 items of 10 bytes", &tens(100));
    check("1000", &tens(1000));
    check("5000", &tens(5000));
    check(
        "20 items of 1000 bytes",
        &pushed(-2, (0..20).map(|_| vec![b'x'; 1000])),
    );
    let digits = |count: u32| pushed(4, (1..=count).map(|at| at.to_string().into_bytes()));
    check("fill 4: 4 items", &digits(4));
    check("5 items", &digits(5));
    let mut list = digits(12);
    check("12 items", &list);
    list.insert_before(1, b"x");
    check("LINSERT BEFORE 2 x (full node splits)", &list);
    list.push_front(b"0");
    check("LPUSH 0", &list);
    for gone in ["6", "7", "8"] {
        assert_eq!(list.remove_equal(gone.as_bytes(), usize::MAX), 1);
    }
    check("LREM 6 7 8", &list);
    list.delete_range(2, usize::MAX);
    check("LTRIM 0 1", &list);
}

#[test]
fn the_first_listpack_ends_where_recorded() {
    let nodes = |count, bytes| pushed(-2, (0..count).map(|_| vec![b'x'; bytes])).node_count();
    assert_eq!((nodes(682, 10), nodes(683, 10)), (1, 2));
    let single = |bytes| pushed(-2, [vec![b'x'; bytes]]);
    assert!(!single(8192).nodes().next().unwrap().plain);
    assert!(single(8193).nodes().next().unwrap().plain);
    assert!(single(8193).single_listpack().is_none());
}

#[test]
fn a_list_of_one_leaves_the_listpack_where_recorded() {
    let vectors = vectors(include_str!(
        "../../../tests/vectors/encoding-transitions.json"
    ));
    let mut seen = 0;
    for row in vectors["cases"].as_array().unwrap() {
        let case = row["case"].as_str().unwrap();
        let bytes = case
            .strip_prefix("list with one ")
            .and_then(|rest| rest.split_once("-byte"));
        if let Some((bytes, _)) = bytes {
            let listpack = LISTPACK_FRAME + bytes.parse::<usize>().unwrap();
            assert_eq!(
                exceeds_limit(-2, listpack, 1),
                row["encoding"] == "quicklist",
                "{case}"
            );
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen}");
}

#[test]
fn random_operations_match_a_vector() {
    for seed in 0..120 {
        let mut random = Random::new(seed);
        let fill = [-5, -2, -1, 0, 1, 2, 7, 128][seed as usize % 8];
        let (mut list, mut model) = (Quicklist::new(fill, 0), Vec::<Vec<u8>>::new());
        for step in 0..300 {
            let length = [1, 1, 2, 3, 60, 900, 4100, 9000, 70_000];
            let lengths = if random.chance(1, 8) { 9 } else { 5 };
            let choice = random.below(lengths) as usize;
            let new = vec![b'a' + random.below(4) as u8; length[choice]];
            let place = random.below(model.len().max(1) as u64) as usize;
            let back = if random.chance(1, 2) {
                model.len() as isize
            } else {
                0
            };
            let (index, there) = (place as isize - back, !model.is_empty());
            match random.below(12) {
                0 | 1 => {
                    list.push_front(&new);
                    model.insert(0, new);
                }
                2 | 3 => {
                    list.push_back(&new);
                    model.push(new);
                }
                4 => {
                    assert_eq!(list.insert_before(index, &new), there);
                    if there {
                        model.insert(place, new);
                    }
                }
                5 => {
                    assert_eq!(list.insert_after(index, &new), there);
                    if there {
                        model.insert(place + 1, new);
                    }
                }
                6 | 7 => {
                    assert_eq!(list.replace(index, &new), there);
                    if there {
                        model[place] = new;
                    }
                }
                8 => {
                    let expected = (!model.is_empty()).then(|| model.remove(0));
                    assert_eq!(list.pop_front(), expected, "seed {seed}");
                }
                9 => assert_eq!(list.pop_back(), model.pop(), "seed {seed}"),
                10 => {
                    let count = random.below(5) as usize;
                    let end = (place + count).min(model.len());
                    let expected = model.drain(place.min(end)..end).count();
                    assert_eq!(list.delete_range(index, count), expected, "seed {seed}");
                }
                _ => remove_equal(&mut list, &mut model, &new, &mut random),
            }
            if step % 10 == 0 {
                check(&list, &model, &format!("seed {seed}"));
            }
        }
        check(&list, &model, &format!("seed {seed}"));
    }
}

fn remove_equal(list: &mut Quicklist, model: &mut Vec<Vec<u8>>, value: &[u8], random: &mut Random) {
    let limit = random.below(4) as usize;
    let mut hits: Vec<usize> = (0..model.len()).filter(|at| model[*at] == value).collect();
    let gone = if random.chance(1, 2) {
        hits.reverse();
        hits.truncate(limit);
        list.remove_equal_from_back(value, limit)
    } else {
        hits.truncate(limit);
        list.remove_equal(value, limit)
    };
    assert_eq!(gone, hits.len());
    hits.sort_unstable();
    hits.into_iter().rev().for_each(|at| drop(model.remove(at)));
}

#[test]
fn depth_names_the_inner_nodes() {
    let values = (0..15).map(|_| vec![b'y'; 60]);
    let mut list = pushed(3, values);
    list.set_limits(3, 1);
    let inner: Vec<bool> = list.nodes().map(|node| node.compressible).collect();
    assert_eq!(inner, [false, true, true, true, false]);
    list.set_limits(-99, 2);
    assert_eq!(
        (
            list.fill(),
            list.nodes().filter(|node| node.compressible).count()
        ),
        (-5, 1)
    );
}
