//! Random users and rules. One client makes them; the others log in as them and are refused.

use engine::command::table;
use engine::structures::random::Random;

use crate::play::CLIENTS;

/// Who changes users, and never logs in as one of them.
pub const ADMIN: usize = CLIENTS.len() - 1;

/// Users that may exist. `default` stays as it is, for the comparison itself needs it.
pub const USERS: [&str; 4] = ["ann", "ben", "cy", "eve"];

pub fn command(random: &mut Random, client: usize) -> Vec<Vec<u8>> {
    let mut below = |n: usize| random.below(n as u64) as usize;
    let user = USERS[below(USERS.len())].to_string();
    let chosen = if client == ADMIN {
        below(14)
    } else {
        20 + below(6)
    };
    let mut words: Vec<String> = match chosen {
        0..=5 => {
            let mut words = split("ACL SETUSER");
            words.push(user);
            for _ in 0..1 + below(4) {
                words.push(rule(random));
            }
            words
        }
        // A user who can do something, so that there is something to refuse.
        6 => split(&format!("ACL SETUSER {user} on nopass +@all ~* &*")),
        7 => split(&format!("ACL GETUSER {user}")),
        8 => split("ACL LIST"),
        9 if below(4) == 0 => split(&format!("ACL DELUSER {user} nobody")),
        9 | 10 => {
            let mut words = split(&format!("ACL DRYRUN {user}"));
            words.extend(split(call(random)));
            words
        }
        11 => split("ACL LOG"),
        12 if below(8) == 0 => split("ACL LOG RESET"),
        12 => split("ACL USERS"),
        13 => split(
            [
                "CONFIG SET acl-pubsub-default allchannels",
                "CONFIG SET acl-pubsub-default resetchannels",
            ][below(2)],
        ),
        20 => split("ACL WHOAMI"),
        21 => split("RESET"),
        22 => split(&format!("AUTH default {user}")),
        _ => split(&format!("AUTH {user} {}", ["x", "y", "z"][below(3)])),
    };
    if words.len() > 1 && random.chance(1, 100) {
        words.truncate(words.len() - 1);
    }
    words.into_iter().map(String::into_bytes).collect()
}

fn split(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_string).collect()
}

fn call(random: &mut Random) -> &'static str {
    const CALLS: &[&str] = &[
        "GET s1",
        "SET s1 1",
        "SET s1 1 GET",
        "MGET s1 s2 l1",
        "COPY s1 s2",
        "PUBLISH news x",
        "SUBSCRIBE news sport",
        "PSUBSCRIBE n*",
        "CONFIG GET x",
        "CONFIG SET x y",
        "SELECT 1",
        "PING",
        "AUTH x",
        "GET",
        "NOSUCH x",
        "SORT s1 BY w_*",
        "LMPOP 2 l1 l2 LEFT",
        "OBJECT ENCODING s1",
        "EXISTS s1",
        "DEL s1 s2",
        "CONFIG",
        "CONFIG NOSUCH",
        "ACL LIST",
    ];
    CALLS[random.below(CALLS.len() as u64) as usize]
}

fn rule(random: &mut Random) -> String {
    const OTHERS: &[&str] = &[
        "on",
        "on",
        "off",
        "nopass",
        "resetpass",
        ">x",
        ">y",
        "<x",
        "<y",
        "#abc",
        "reset",
        "allkeys",
        "resetkeys",
        "resetkeys",
        "allchannels",
        "resetchannels",
        "allcommands",
        "nocommands",
        "clearselectors",
        "sanitize-payload",
        "skip-sanitize-payload",
        "(+get ~s*)",
        "(+@all",
        "~l*)",
        "(-@all +set %W~s1)",
        "(",
        ")",
        "~s*",
        "~l?",
        "~*",
        "%R~s*",
        "%W~s*",
        "%R~z1",
        "%RW~h*",
        "%rw~t[1-2]",
        "%Q~x",
        "~",
        "&news",
        "&s*",
        "&*",
        "&n*",
        "foo",
        "",
        "+select|0",
        "+select|1",
        "+object|encoding",
        "+config|get|x",
        "+get|",
        "-select|0",
        "ON",
        "+",
        "-@",
        "~a b",
    ];
    const CATEGORIES: &[&str] = &[
        "all",
        "read",
        "write",
        "string",
        "list",
        "slow",
        "fast",
        "keyspace",
        "dangerous",
        "connection",
        "pubsub",
        "transaction",
        "nosuch",
        "READ",
    ];
    let sign = ["+", "+", "-"][random.below(3) as usize];
    match random.below(10) {
        0..=2 => {
            let entries: Vec<_> = table().all().map(|entry| entry.name).collect();
            format!(
                "{sign}{}",
                entries[random.below(entries.len() as u64) as usize]
            )
        }
        3 | 4 => {
            let category = CATEGORIES[random.below(CATEGORIES.len() as u64) as usize];
            format!("{sign}@{category}")
        }
        _ => OTHERS[random.below(OTHERS.len() as u64) as usize].to_string(),
    }
}
