use super::*;
use crate::random::Random;
use serde_json::Value;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digits).collect()
}

fn listpack_of(values: &[Vec<u8>]) -> Listpack {
    let mut listpack = Listpack::new();
    values.iter().for_each(|value| listpack.push_back(value));
    listpack
}

fn texts(listpack: &Listpack) -> Vec<Vec<u8>> {
    listpack
        .iter()
        .map(|entry| entry.to_bytes().into_owned())
        .collect()
}

/// A value of any class, boundaries first.
fn value(random: &mut Random) -> Vec<u8> {
    let around = |random: &mut Random, middle: i64| middle.wrapping_add(random.below(5) as i64 - 2);
    match random.below(12) {
        0 => around(random, 128).to_string().into_bytes(),
        1 => around(random, 4096).to_string().into_bytes(),
        2 => around(random, -4096).to_string().into_bytes(),
        3 => around(random, 1 << 15).to_string().into_bytes(),
        4 => around(random, -(1 << 23)).to_string().into_bytes(),
        5 => around(random, 1 << 31).to_string().into_bytes(),
        6 => around(random, i64::MAX).to_string().into_bytes(),
        7 => vec![b'x'; 60 + random.below(8) as usize],
        8 => vec![b'y'; 123 + random.below(8) as usize],
        9 if random.chance(1, 10) => vec![b'z'; 4090 + random.below(10) as usize],
        10 if random.chance(1, 10) => vec![0; 16_376 + random.below(10) as usize],
        _ => format!("{:x}", random.below(40)).into_bytes(),
    }
}

fn check(listpack: &Listpack, model: &[Vec<u8>], seed: u64) {
    assert_eq!(texts(listpack), model, "seed {seed}");
    assert_eq!(
        listpack,
        &listpack_of(model),
        "the bytes have no history, seed {seed}"
    );
    assert_eq!(listpack.len(), model.len(), "seed {seed}");
    assert_eq!(listpack.is_empty(), model.is_empty(), "seed {seed}");
    let mut backward: Vec<Vec<u8>> = listpack
        .iter_rev()
        .map(|entry| entry.to_bytes().into_owned())
        .collect();
    backward.reverse();
    assert_eq!(backward, model, "seed {seed}");
    assert_eq!(
        Listpack::from_bytes(listpack.bytes().to_vec()).as_ref(),
        Some(listpack)
    );
}

#[test]
fn several_entries_at_once_are_the_same_bytes() {
    let mut random = Random::new(3);
    for _ in 0..200 {
        let values: Vec<Vec<u8>> = (0..random.below(20)).map(|_| value(&mut random)).collect();
        let mut listpack = listpack_of(&values);
        listpack.append_with(|pack| {
            pack.int(-5);
            values.iter().for_each(|value| pack.text(value));
        });
        let all = [values.as_slice(), &[b"-5".to_vec()], values.as_slice()].concat();
        assert_eq!(listpack, listpack_of(&all));
    }
}

#[test]
fn recorded_entries() {
    let vectors = vectors(include_str!("../../../tests/vectors/listpack-entries.json"));
    for row in vectors["rows"].as_array().unwrap() {
        let stated = row["value"].as_str().unwrap();
        let value = match stated.strip_prefix("x x ") {
            Some(count) => vec![b'x'; count.parse().unwrap()],
            None => stated.as_bytes().to_vec(),
        };
        let listpack = listpack_of(std::slice::from_ref(&value));
        let entry = listpack.entry_bytes(listpack.first().unwrap());
        assert_eq!(
            entry.len() as u64,
            row["entry_bytes"].as_u64().unwrap(),
            "{row}"
        );
        assert_eq!(entry.len(), Listpack::entry_size_for(&value), "{row}");
        let recorded = row["entry_hex"].as_str().unwrap();
        match recorded.split_once("...") {
            Some((head, tail)) => {
                assert!(
                    hex(entry).starts_with(head) && hex(entry).ends_with(tail),
                    "{row}"
                );
            }
            None => assert_eq!(hex(entry), recorded),
        }
    }
}

#[test]
fn recorded_containers_are_read_and_written_again() {
    let vectors = vectors(include_str!("../../../tests/vectors/raw-containers.json"));
    let mut seen = 0;
    for row in vectors["rows"].as_array().unwrap() {
        let (encoding, container) = (&row["encoding"], &row["container_hex"]);
        if encoding == "listpack" && container.is_string() {
            let bytes = unhex(container.as_str().unwrap());
            let listpack = Listpack::from_bytes(bytes).expect("a server wrote it");
            assert_eq!(listpack_of(&texts(&listpack)), listpack, "{row}");
            seen += 1;
        }
    }
    assert!(seen >= 6, "{seen}");
}

#[test]
fn only_the_one_decimal_form_becomes_a_number() {
    for (text, number) in [
        ("0", Some(0)),
        ("-0", None),
        ("", None),
        ("-", None),
        ("01", None),
        ("+1", None),
        (" 1", None),
        ("1 ", None),
        ("1.0", None),
        ("1e3", None),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("-9223372036854775808", Some(i64::MIN)),
        ("-9223372036854775809", None),
        ("9999999999999999999", None),
        ("18446744073709551616", None),
    ] {
        let listpack = listpack_of(&[text.into()]);
        let entry = listpack.get(listpack.first().unwrap());
        assert_eq!(entry.int(), number, "{text:?}");
        assert!(entry.equals(text.as_bytes()) && !entry.equals(b"other"));
        assert_eq!(
            (entry.len(), &*entry.to_bytes()),
            (text.len(), text.as_bytes())
        );
        assert_eq!(entry.text(&mut [0; 20]), text.as_bytes());
    }
}

#[test]
fn random_operations_match_a_vector() {
    for seed in 0..150 {
        let mut random = Random::new(seed);
        let (mut listpack, mut model) = (Listpack::new(), Vec::<Vec<u8>>::new());
        for _ in 0..120 {
            step(&mut listpack, &mut model, &mut random);
            check(&listpack, &model, seed);
        }
    }
}

fn step(listpack: &mut Listpack, model: &mut Vec<Vec<u8>>, random: &mut Random) {
    let new = value(random);
    let place = random.below(model.len().max(1) as u64) as usize;
    let from_the_end = random.chance(1, 2);
    let index = if from_the_end {
        place as isize - model.len() as isize
    } else {
        place as isize
    };
    let offset = listpack.seek(index);
    assert_eq!(offset.is_some(), place < model.len());
    match (offset, random.below(9)) {
        (None, _) | (_, 0) => {
            listpack.push_back(&new);
            model.push(new);
        }
        (_, 1) => {
            listpack.push_front(&new);
            model.insert(0, new);
        }
        (Some(offset), 2) => {
            assert_eq!(listpack.insert_before(offset, &new), offset);
            model.insert(place, new);
        }
        (Some(offset), 3) => {
            let at = listpack.insert_after(offset, &new);
            assert!(listpack.get(at).equals(&new));
            model.insert(place + 1, new);
        }
        (Some(offset), 4 | 5) => {
            listpack.replace(offset, &new);
            model[place] = new;
        }
        (Some(offset), 6) => {
            let next = listpack.delete(offset);
            model.remove(place);
            assert_eq!(
                next.map(|at| listpack.get(at).to_bytes().into_owned())
                    .as_ref(),
                { model.get(place) }
            );
        }
        (_, 7) => {
            let count = random.below(4) as usize;
            listpack.delete_range(index, count);
            model.drain(place..(place + count).min(model.len()));
        }
        (Some(offset), _) => {
            let found = listpack
                .find(&new, offset, 0)
                .map(|at| listpack.iter_rev_from(at).count() - 1);
            let expected = (place..model.len()).find(|at| model[*at] == new);
            assert_eq!(found, expected);
            let found = listpack
                .find(&new, offset, 1)
                .map(|at| listpack.iter_rev_from(at).count() - 1);
            let expected = (place..model.len()).step_by(2).find(|at| model[*at] == new);
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn two_join_into_one() {
    let mut random = Random::new(4);
    for _ in 0..50 {
        let count = random.below(20);
        let values: Vec<_> = (0..count).map(|_| value(&mut random)).collect();
        let middle = random.below(count + 1) as usize;
        let mut joined = listpack_of(&values[..middle]);
        joined.append(&listpack_of(&values[middle..]));
        check(&joined, &values, 4);
    }
}

#[test]
fn a_count_beyond_the_header_is_counted() {
    let mut listpack = Listpack::new();
    (0..65_534).for_each(|_| listpack.push_back_int(7));
    assert_eq!((listpack.stated_count(), listpack.len()), (65_534, 65_534));
    (0..3).for_each(|_| listpack.push_back(b"8"));
    assert_eq!((listpack.stated_count(), listpack.len()), (65_535, 65_537));
    assert!(listpack.get(listpack.seek(-3).unwrap()).equals(b"8"));
    assert!(listpack.get(listpack.seek(65_534).unwrap()).equals(b"8"));
    assert!(listpack.get(listpack.seek(65_533).unwrap()).equals(b"7"));
    assert_eq!(listpack.seek(65_537), None);
    assert!(Listpack::from_bytes(listpack.into_bytes()).is_some());
}

#[test]
fn hostile_bytes_are_refused() {
    let sound = listpack_of(&[
        b"a".to_vec(),
        b"4096".to_vec(),
        vec![b'x'; 70],
        vec![b'y'; 5000],
    ]);
    for cut in 0..sound.size() {
        assert_eq!(Listpack::from_bytes(sound.bytes()[..cut].to_vec()), None);
    }
    for seed in 0..20_000 {
        let mut random = Random::new(seed);
        let mut bytes = sound.bytes()[..random.below(120) as usize + 1].to_vec();
        *bytes.last_mut().unwrap() = END;
        for _ in 0..random.below(4) {
            let at = random.below(bytes.len() as u64) as usize;
            bytes[at] = random.next_u32() as u8;
        }
        if bytes.len() > 6 && random.chance(3, 4) {
            let total = (bytes.len() as u32).to_le_bytes();
            bytes[..4].copy_from_slice(&total);
            bytes[4..6].copy_from_slice(&[255, 255]);
        }
        if let Some(listpack) = Listpack::from_bytes(bytes) {
            assert_eq!(
                listpack.iter().count(),
                listpack.iter_rev().count(),
                "seed {seed}"
            );
        }
    }
}
