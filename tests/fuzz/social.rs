//! What clients do with each other and with the server: listening, tracking, settings, databases, hanging up.

use engine::structures::random::Random;

use crate::generate::Input;
use crate::play::{CLIENTS, ID_WORDS};
use crate::settings;

/// Most runs begin with clients that listen and track, so that every command after it shows what it announces.
pub fn opening(random: &mut Random) -> Vec<Input> {
    let mut inputs = Vec::new();
    let mut say = |client: usize, line: &str| {
        let words = split(line);
        inputs.push(Input::Command { client, words });
    };
    if random.chance(1, 2) {
        say(3, "HELLO 3");
    }
    if random.chance(3, 4) {
        say(3, "PSUBSCRIBE __key*");
        let classes = pick(random, &["KEAn", "KEAmn", "KEAmnoc"]);
        say(0, &format!("CONFIG SET notify-keyspace-events {classes}"));
    }
    if random.chance(3, 4) {
        say(2, "HELLO 3");
        match random.below(3) {
            0 => say(2, "CLIENT TRACKING ON"),
            1 => say(2, "CLIENT TRACKING ON BCAST"),
            _ => say(2, "CLIENT TRACKING ON BCAST PREFIX s PREFIX z NOLOOP"),
        }
    }
    inputs.reverse();
    inputs
}

/// What a client can sensibly say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Situation {
    Usual,
    /// A RESP2 client with subscriptions is not allowed much else.
    Listening,
    /// Confirmations of subscriptions are more than one reply, and EXEC's array then ends too early, on the server too.
    InMulti,
}

/// One such command.
pub fn words(random: &mut Random, situation: Situation) -> Vec<Vec<u8>> {
    let line = match (situation, random.below(10)) {
        (Situation::Listening, _) => pick(random, LISTENING),
        (_, 0..=1) => return setting(random),
        (_, 2) => pick(random, DATABASES),
        (Situation::InMulti, _) => pick(random, OTHERS),
        (_, 3..=5) => pick(random, TRACKING),
        (_, 6..=7) => pick(random, LISTENING),
        _ => pick(random, OTHERS),
    };
    split(line)
}

/// No two patterns match one channel: the server goes through patterns in hash order.
const LISTENING: &[&str] = &[
    "SUBSCRIBE news",
    "SUBSCRIBE news sport news",
    "SSUBSCRIBE news",
    "PSUBSCRIBE n* *port",
    "PSUBSCRIBE __key*",
    "UNSUBSCRIBE",
    "UNSUBSCRIBE news nothing",
    "UNSUBSCRIBE",
    "PUNSUBSCRIBE",
    "PUNSUBSCRIBE n*",
    "SUNSUBSCRIBE",
    "SUNSUBSCRIBE news sport",
    "PING",
    "PING hello",
    "RESET",
    "RESET",
    "GET s0",
    "PUBLISH news 1",
    "SPUBLISH news 2",
    "PUBSUB NUMSUB news sport",
    "PUBSUB NUMPAT",
    "PUBSUB SHARDNUMSUB news sport",
];

const TRACKING: &[&str] = &[
    "HELLO 3",
    "HELLO 3",
    "HELLO 2",
    "HELLO",
    "HELLO 4",
    "CLIENT TRACKING ON",
    "CLIENT TRACKING ON NOLOOP",
    "CLIENT TRACKING ON OPTIN",
    "CLIENT TRACKING ON OPTOUT",
    "CLIENT TRACKING ON OPTIN NOLOOP",
    "CLIENT TRACKING ON BCAST",
    "CLIENT TRACKING ON BCAST PREFIX s PREFIX l",
    "CLIENT TRACKING ON BCAST PREFIX t NOLOOP",
    "CLIENT TRACKING ON BCAST PREFIX a PREFIX ab",
    "CLIENT TRACKING ON OPTIN OPTOUT",
    "CLIENT TRACKING ON REDIRECT {id D}",
    "CLIENT TRACKING ON REDIRECT {id B} BCAST PREFIX h",
    "CLIENT TRACKING ON REDIRECT 999999",
    "CLIENT TRACKING OFF",
    "CLIENT TRACKING OFF",
    "CLIENT CACHING YES",
    "CLIENT CACHING NO",
    "CLIENT GETREDIR",
    "CLIENT TRACKINGINFO",
    "CLIENT UNBLOCK {id A}",
    "CLIENT UNBLOCK {id B} ERROR",
    "CLIENT UNBLOCK {id C} TIMEOUT",
];

const DATABASES: &[&str] = &[
    "SELECT 0",
    "SELECT 0",
    "SELECT 0",
    "SELECT 1",
    "SELECT 2",
    "SWAPDB 0 1",
    "SWAPDB 1 2",
    "SWAPDB 0 x",
    "MOVE s1 1",
    "COPY l1 l2 DB 1 REPLACE",
    "FLUSHALL",
    "FLUSHDB ASYNC",
];

const OTHERS: &[&str] = &[
    "CLIENT SETNAME me",
    "CLIENT SETNAME",
    "CLIENT GETNAME",
    "CLIENT NO-TOUCH ON",
    "CLIENT NO-TOUCH OFF",
    "CLIENT NO-EVICT ON",
    "RESET",
    "PING",
    "ECHO hello",
    "AUTH x",
    "MULTI",
    "EXEC",
    "DISCARD",
    "WATCH s0 l0 t0 h0 z0",
];

fn setting(random: &mut Random) -> Vec<Vec<u8>> {
    let (name, values) = settings::CHANGED[random.below(settings::CHANGED.len() as u64) as usize];
    if random.chance(1, 4) {
        return vec![b"CONFIG".to_vec(), b"GET".to_vec(), name.into()];
    }
    let value = pick(random, values);
    let words = ["CONFIG", "SET", name].into_iter().chain(value.split(' '));
    words.map(|word| word.as_bytes().to_vec()).collect()
}

fn pick<'a>(random: &mut Random, choices: &[&'a str]) -> &'a str {
    choices[random.below(choices.len() as u64) as usize]
}

/// The words of a line; clients' ids stay in one piece.
fn split(line: &str) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = Vec::new();
    for word in line.split(' ') {
        match words.last_mut() {
            Some(last) if last == b"{id" => {
                last.push(b' ');
                last.extend_from_slice(word.as_bytes());
            }
            _ => words.push(word.into()),
        }
    }
    debug_assert!(ID_WORDS.len() == CLIENTS.len());
    words
}
