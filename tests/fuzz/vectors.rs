//! Words for the commands of vector sets: few elements in few dimensions, filters, attributes.
//!
//! Searches see every element (EF is larger than any set), and always answer scores: what is left to chance can then be
//! told from what is not (`normalize.rs`).

use engine::structures::random::Random;

/// A word for the argument of this name.
pub fn word(random: &mut Random, name: &str) -> Vec<u8> {
    if name == "vector" {
        return blob(random);
    }
    let text = match name {
        "component" => component(random).to_string(),
        "attributes" | "json" => attributes(random),
        "expression" => expression(random, 0),
        "dim" => pick(random, "2 2 2 3 1 0 -1 4 x 4294967298"),
        "build-exploration-factor" => pick(random, "200 1 20 0 1000001 x 1000000"),
        "numlinks" => pick(random, "16 16 16 3 5000 8 x"),
        "search-exploration-factor" => pick(random, "100 1000 99999 0 -1 x"),
        "max-filtering-effort" => pick(random, "1000 9999999 4294967299 0 -1 x"),
        "max-distance" => pick(random, "0.1 0.25 0.5 1 2 0 -1 x inf 1e-9"),
        "count" => pick(random, "1 2 3 5 10 30 1000 0 -1 -5 x 100000"),
        _ if random.chance(1, 40) => pick(random, "a 0 17 m"),
        _ => format!("m{}", random.below(25)),
    };
    text.into_bytes()
}

/// Scores are asked for, or equally near elements could not be told from the others. Numbers that the server takes as
/// an amount of memory, and dies of, are made smaller.
pub fn settle(words: &mut Vec<Vec<u8>>) {
    const DEADLY: [&[u8]; 3] = [
        b"4294967296",
        b"9223372036854775807",
        b"-9223372036854775808",
    ];
    let is = |word: &[u8], text: &str| word.eq_ignore_ascii_case(text.as_bytes());
    let name = words[0].clone();
    if ["VADD", "VSIM", "VRANDMEMBER"]
        .iter()
        .any(|text| is(&name, text))
    {
        let deadly = words
            .iter_mut()
            .filter(|word| DEADLY.contains(&word.as_slice()));
        deadly.for_each(|word| *word = b"1000".to_vec());
    }
    if is(&name, "VSIM") && !words.iter().any(|word| is(word, "WITHSCORES")) {
        words.push(b"WITHSCORES".to_vec());
    }
}

fn pick(random: &mut Random, choices: &str) -> String {
    let choices: Vec<&str> = choices.split(' ').collect();
    choices[random.below(choices.len() as u64) as usize].to_string()
}

fn component(random: &mut Random) -> String {
    match random.below(12) {
        0 => pick(random, "0 -0 1e30 1e-30 inf -inf nan x 1e-42 0.1 1e300"),
        1 => format!("0.{}", random.below(100_000)),
        _ => (random.below(9) as i64 - 4).to_string(),
    }
}

/// Mostly three numbers in single precision.
fn blob(random: &mut Random) -> Vec<u8> {
    if random.chance(1, 20) {
        return vec![b'x'; random.below(20) as usize];
    }
    let number = |random: &mut Random| (random.below(2000) as f32 - 1000.0) / 37.0;
    (0..3).flat_map(|_| number(random).to_le_bytes()).collect()
}

fn attributes(random: &mut Random) -> String {
    if random.chance(1, 8) {
        return pick(
            random,
            "x {} {\"a\":1 {\"a\":} {a:1} [1] {\"a\":tru} {\"a\":1}x {\"a\":-} {\"b\":{\"a\":2},\"a\":3}",
        );
    }
    let mut fields = Vec::new();
    for name in ["a", "b", "c"] {
        if random.chance(3, 4) {
            fields.push(format!("\"{name}\":{}", json(random)));
        }
    }
    let space = if random.chance(1, 4) { " " } else { "" };
    format!("{{{space}{}{space}}}", fields.join(&format!(",{space}")))
}

fn json(random: &mut Random) -> String {
    match random.below(10) {
        0..=3 => random.below(6).to_string(),
        4 => pick(random, "1.5 -2 1e2 -0.5 +3 1e400 1.2.3 - 01 1.e"),
        5 => pick(
            random,
            "\"x\" \"y\" \"3\" \"\" \"a\\nb\" \"q\\\"x\" \"\\u0041\" \"0x10\" \"1e400\" \"inf\"",
        ),
        6 => pick(random, "true false null truex nul"),
        7 => pick(random, "[1,2] [] [\"x\",1,null] [1,] [[1],2] [1, [] [true]"),
        8 => pick(random, "{\"a\":1} {} {\"x\":\"}\"}"),
        _ => format!("\"{}\"", pick(random, "x y z")),
    }
}

/// Mostly well formed.
fn expression(random: &mut Random, depth: usize) -> String {
    if random.chance(1, 30) {
        return pick(
            random,
            "( ) 1) (1 'x . ..a $ == and [1 [1,] [x] nulls & | = ! 1e5 1e-5 --1 -.a é",
        );
    }
    if depth > 3 || random.chance(1, 4) {
        return operand(random);
    }
    match random.below(12) {
        0 => format!("({})", expression(random, depth + 1)),
        1 => format!(
            "{}{}",
            pick(random, "! !( not+"),
            expression(random, depth + 1)
        )
        .replace('+', " "),
        2 => format!("{} in {}", operand(random), list(random)),
        _ => {
            let operator = pick(random, "+ - * / % ** > >= < <= == != and or && || in not =");
            let space = if random.chance(1, 3) { "" } else { " " };
            let (a, b) = (expression(random, depth + 1), expression(random, depth + 1));
            format!("{a}{space}{operator}{space}{b}")
        }
    }
}

fn operand(random: &mut Random) -> String {
    match random.below(8) {
        0..=3 => pick(random, ".a .b .c .a .b .nosuch"),
        4 | 5 => random.below(5).to_string(),
        6 => pick(random, "-1 1.5 'x' \"y\" '' null 'q\\'x' -3"),
        _ => list(random),
    }
}

fn list(random: &mut Random) -> String {
    pick(random, "[1,2] [] ['x',3] [\"y\",-1,0] [1,'x']").replace(',', ", ")
}
