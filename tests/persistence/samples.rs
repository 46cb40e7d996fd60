//! Data sets with every type in every encoding: several databases, deadlines of keys and fields, values that compress
//! and values that do not.

use engine::structures::random::Random;

/// A deadline in the year 2100 or so.
const LATER: u64 = 4_102_444_800_000;

type Words = Vec<Vec<u8>>;

/// The commands that make the data set of a seed. None of them depends on chance or on the clock.
pub fn commands(seed: u64) -> Vec<Words> {
    let mut sample = Sample {
        random: Random::new(seed),
        commands: Vec::new(),
    };
    for db in ["0", "3", "15"] {
        sample.line(&["SELECT", db]);
        sample.strings();
        sample.lists();
        sample.sets();
        sample.sorted_sets();
        sample.hashes();
        sample.others();
        sample.streams();
        sample.vectors();
    }
    sample.commands
}

struct Sample {
    random: Random,
    commands: Vec<Words>,
}

impl Sample {
    fn push(&mut self, words: Words) {
        self.commands.push(words);
    }

    fn line(&mut self, words: &[&str]) {
        self.push(words.iter().map(|word| word.as_bytes().to_vec()).collect());
    }

    fn with(&mut self, name: &str, key: &str, rest: impl IntoIterator<Item = Vec<u8>>) {
        let mut words = vec![name.as_bytes().to_vec(), key.as_bytes().to_vec()];
        words.extend(rest);
        self.push(words);
        if self.random.chance(1, 3) {
            let at = LATER + self.random.below(1 << 30);
            self.line(&["PEXPIREAT", key, &at.to_string()]);
        }
    }

    fn number(&mut self, bits: u32) -> Vec<u8> {
        let number = (self.random.next_u64() >> (64 - bits)) as i64;
        let signed = if self.random.chance(1, 2) {
            -number
        } else {
            number
        };
        signed.to_string().into_bytes()
    }

    fn noise(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.random.next_u32() as u8).collect()
    }

    fn text(&mut self, length: usize) -> Vec<u8> {
        let words = ["the ", "quick ", "brown ", "fox ", "jumps ", "over "];
        let mut text = Vec::new();
        while text.len() < length {
            text.extend_from_slice(words[self.random.below(6) as usize].as_bytes());
        }
        text.truncate(length);
        text
    }

    fn strings(&mut self) {
        for bits in [3, 7, 8, 15, 16, 31, 32, 62] {
            for _ in 0..3 {
                let number = self.number(bits);
                self.with("SET", &format!("int{bits}"), [number]);
            }
        }
        for (key, value) in [
            ("empty", ""),
            ("zeros", "007"),
            ("minus", "-0"),
            ("plus", "+1"),
            ("float", "3.25"),
            ("space", " 1"),
            ("least", "-9223372036854775808"),
            ("greatest", "9223372036854775807"),
            ("beyond", "9223372036854775808"),
        ] {
            self.line(&["SET", key, value]);
        }
        for length in [1, 20, 21, 44, 45, 63, 64, 300, 16_383, 16_384, 70_000] {
            let (text, noise) = (self.text(length), self.noise(length));
            self.with("SET", &format!("text{length}"), [text]);
            self.with("SET", &format!("noise{length}"), [noise]);
            self.with("SET", &format!("same{length}"), [vec![b'x'; length]]);
        }
        let binary = vec![b"SET".to_vec(), vec![0, 255, 13, 10], vec![1, 0, 2]];
        self.push(binary);
        self.with("SET", &"k".repeat(300), [b"long key".to_vec()]);
    }

    fn lists(&mut self) {
        for (key, count, length) in [
            ("list-small", 5, 10),
            ("list-full", 600, 9),
            ("list-nodes", 40, 1000),
            ("list-plain", 3, 9000),
            ("list-many", 2000, 30),
        ] {
            let elements: Words = (0..count)
                .map(|index| match index % 3 {
                    0 => self.number(40),
                    1 => self.text(length),
                    _ => self.noise(length),
                })
                .collect();
            self.with("RPUSH", key, elements);
        }
        self.line(&["CONFIG", "SET", "list-compress-depth", "1"]);
        let elements: Words = (0..300).map(|_| self.text(200)).collect();
        self.with("RPUSH", "list-compressed", elements);
        self.line(&["CONFIG", "SET", "list-compress-depth", "0"]);
    }

    fn sets(&mut self) {
        for (key, bits, count) in [
            ("ints16", 14, 100),
            ("ints32", 30, 300),
            ("ints64", 62, 500),
            ("ints-many", 40, 700),
        ] {
            let members: Words = (0..count).map(|_| self.number(bits)).collect();
            self.with("SADD", key, members);
        }
        for (key, count, length) in [
            ("set-small", 50, 12),
            ("set-long", 5, 100),
            ("set-many", 400, 20),
        ] {
            let members: Words = (0..count)
                .map(|index| {
                    if index % 2 == 0 {
                        self.text(length)
                    } else {
                        self.noise(length)
                    }
                })
                .collect();
            self.with("SADD", key, members);
        }
    }

    fn sorted_sets(&mut self) {
        let scores = [
            "inf",
            "-inf",
            "0",
            "-0",
            "0.1",
            "1e-7",
            "1e17",
            "1e300",
            "-123456789.125",
            "3",
            "4.5e-320",
        ];
        for (key, count, length) in [
            ("zset-small", 60, 12),
            ("zset-long", 5, 100),
            ("zset-many", 500, 8),
        ] {
            let mut words = Words::new();
            for index in 0..count {
                let score = match index % 4 {
                    0 => scores[self.random.below(scores.len() as u64) as usize]
                        .as_bytes()
                        .to_vec(),
                    1 => self.number(20),
                    _ => format!("{}.{}", self.random.below(1000), self.random.below(100_000))
                        .into_bytes(),
                };
                words.push(score);
                words.push(format!("{index}:{}", "m".repeat(length)).into_bytes());
            }
            self.with("ZADD", key, words);
        }
    }

    fn hashes(&mut self) {
        for (key, count, length, deadlines) in [
            ("hash-small", 20, 10, 0),
            ("hash-long", 3, 200, 0),
            ("hash-many", 700, 10, 0),
            ("hash-small-ttl", 20, 10, 5),
            ("hash-long-ttl", 3, 200, 1),
            ("hash-many-ttl", 700, 10, 90),
        ] {
            let mut words = Words::new();
            for index in 0..count {
                words.push(format!("field{index}").into_bytes());
                words.push(if index % 2 == 0 {
                    self.number(30)
                } else {
                    self.text(length)
                });
            }
            self.with("HSET", key, words);
            for index in 0..deadlines {
                let at = LATER + self.random.below(1 << 36);
                let field = format!("field{index}");
                self.line(&["HPEXPIREAT", key, &at.to_string(), "FIELDS", "1", &field]);
            }
        }
    }

    /// Types that lie in strings and sorted sets.
    fn others(&mut self) {
        self.line(&["SETBIT", "bits", "100000", "1"]);
        for (key, count) in [("hll-sparse", 20), ("hll-dense", 3000)] {
            let elements: Words = (0..count).map(|_| self.number(40)).collect();
            self.with("PFADD", key, elements);
        }
        self.line(&[
            "GEOADD",
            "places",
            "13.361389",
            "38.115556",
            "Palermo",
            "15.087269",
            "37.502669",
            "Catania",
        ]);
    }

    fn streams(&mut self) {
        for (key, count) in [("stream-small", 5), ("stream-nodes", 350)] {
            for index in 0..count {
                let (id, value) = (
                    format!("{}-{}", 1000 + index / 3, index % 3 + 1),
                    self.text(30),
                );
                // Now and then other fields than those of the node.
                let field: &[u8] = if index % 7 == 0 { b"other" } else { b"field" };
                self.push(vec![
                    b"XADD".to_vec(),
                    key.as_bytes().to_vec(),
                    id.into_bytes(),
                    field.to_vec(),
                    value,
                ]);
            }
            self.line(&["XGROUP", "CREATE", key, "group", "0"]);
            self.line(&["XGROUP", "CREATECONSUMER", key, "group", "idle"]);
            self.line(&[
                "XREADGROUP",
                "GROUP",
                "group",
                "busy",
                "COUNT",
                "3",
                "STREAMS",
                key,
                ">",
            ]);
            self.line(&["XGROUP", "CREATE", key, "later", "$"]);
            self.line(&["XDEL", key, "1000-2"]);
        }
        self.line(&["XADD", "stream-empty", "5-5", "a", "b"]);
        self.line(&["XDEL", "stream-empty", "5-5"]);
    }

    fn vectors(&mut self) {
        for (key, option) in [
            ("vectors-q8", "Q8"),
            ("vectors-floats", "NOQUANT"),
            ("vectors-bits", "BIN"),
        ] {
            for index in 0..40u64 {
                let parts: Vec<String> =
                    (0..3).map(|_| self.random.below(100).to_string()).collect();
                let name = format!("v{index}");
                let mut words = vec![
                    "VADD", key, "VALUES", "3", &parts[0], &parts[1], &parts[2], &name, option,
                ];
                if index % 5 == 0 {
                    words.extend(["SETATTR", "{\"a\":1}"]);
                }
                self.line(&words);
            }
        }
    }
}
