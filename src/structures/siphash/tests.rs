use super::*;

#[test]
fn recorded_hashes() {
    let text = include_str!("../../../tests/vectors/siphash-1-2.json");
    let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
    let key = std::array::from_fn(|at| at as u8);
    let rows = vectors["rows"].as_array().unwrap();
    assert!(rows.len() > 20);
    for row in rows {
        let input = row[0].as_str().unwrap().as_bytes();
        let hex = |column: usize| u64::from_str_radix(row[column].as_str().unwrap(), 16).unwrap();
        assert_eq!(siphash_1_2(&key, input), hex(1), "{row}");
        assert_eq!(siphash_1_2_nocase(&key, input), hex(2), "{row}");
    }
}

#[test]
fn letters_only_fold() {
    let key = [7; 16];
    for length in 0..40 {
        let mixed: Vec<u8> = (0..length).map(|at| b"aB[`zZ0\xc4"[at % 8]).collect();
        let small = mixed.to_ascii_lowercase();
        assert_eq!(siphash_1_2_nocase(&key, &mixed), siphash_1_2(&key, &small));
    }
}
