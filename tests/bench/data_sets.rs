//! Typical sets of data, as the commands that make them.

pub type Command = Vec<Vec<u8>>;

pub struct DataSet {
    pub name: &'static str,
    pub make: fn(usize) -> Command,
    /// How many commands make it.
    pub commands: usize,
}

pub const DATA_SETS: [DataSet; 6] = [
    DataSet {
        name: "1,000,000 small strings",
        commands: 1_000_000,
        make: |at| words(&["SET", &format!("key:{at}"), &format!("value:{at}")]),
    },
    DataSet {
        name: "100,000 sessions as hashes",
        commands: 100_000,
        make: session,
    },
    DataSet {
        name: "a leaderboard of 500,000",
        commands: 500_000,
        make: |at| {
            let score = (at * 7919) % 1_000_003;
            words(&["ZADD", "board", &score.to_string(), &format!("player:{at}")])
        },
    },
    DataSet {
        name: "5,000 sets of ids",
        commands: 1_000_000,
        make: |at| {
            // A few sets are large: tables; the others have some 100 numbers: intsets.
            let set = if at % 2 == 0 { at / 2 % 5_000 } else { at % 50 };
            words(&[
                "SADD",
                &format!("ids:{set}"),
                &(at * 31 % 9_999_991).to_string(),
            ])
        },
    },
    DataSet {
        name: "10,000 lists of JSON",
        commands: 500_000,
        make: |at| {
            let job = format!(
                "{{\"job\":{at},\"kind\":\"mail\",\"to\":\"user{}@example.com\",\"attempt\":{}}}",
                at * 17 % 100_000,
                at % 4
            );
            words(&["RPUSH", &format!("queue:{}", at % 10_000), &job])
        },
    },
    DataSet {
        name: "100 streams of 5,000",
        commands: 500_000,
        make: |at| {
            let (stream, id) = (
                format!("events:{}", at % 100),
                format!("{}-0", 1_700_000_000_000 + at),
            );
            let (user, total) = ((at * 13 % 9000).to_string(), (at % 500).to_string());
            words(&[
                "XADD", &stream, &id, "kind", "order", "user", &user, "total", &total,
            ])
        },
    },
];

fn session(at: usize) -> Command {
    words(&[
        "HSET",
        &format!("session:{at:08x}"),
        "user",
        &at.to_string(),
        "name",
        &format!("Visitor number {at}"),
        "address",
        &format!("10.{}.{}.{}", at / 65_536 % 256, at / 256 % 256, at % 256),
        "language",
        "en",
        "cart",
        &(at % 12).to_string(),
        "seen",
        &(1_700_000_000 + at).to_string(),
    ])
}

fn words(line: &[&str]) -> Command {
    line.iter().map(|word| word.as_bytes().to_vec()).collect()
}
