//! Two clients' commands in every order in which they can reach a server, each order run on a server of its own. The
//! reader's keys stay as they are.
//!
//! Whether an order is right is not read off the commands: it is compared with what the clients make one after the
//! other. So it holds for whatever the reader has them say.

use std::rc::Rc;

use engine::words;
use messages::{Ran, Setup};
use views::snapshot::{Fate, Order, Orders};
use views::transactions::{self, CLIENTS};
use views::{Frame, Options};

use crate::tape::Tape;
use crate::world::World;

/// Commands of one client: with more of them there are too many orders to look at.
const COMMANDS_MAX: usize = 5;
/// What a client of the reader's own may say. Nothing here waits, sleeps, or takes long.
const ALLOWED: &[&str] = &[
    "APPEND",
    "DECR",
    "DECRBY",
    "DEL",
    "DISCARD",
    "EXEC",
    "EXISTS",
    "GET",
    "GETDEL",
    "GETSET",
    "HGET",
    "HINCRBY",
    "HSET",
    "INCR",
    "INCRBY",
    "LLEN",
    "LPOP",
    "LPUSH",
    "MGET",
    "MSET",
    "MULTI",
    "RPOP",
    "RPUSH",
    "SADD",
    "SCARD",
    "SET",
    "SETNX",
    "SISMEMBER",
    "SREM",
    "STRLEN",
    "UNWATCH",
    "WATCH",
    "ZADD",
    "ZINCRBY",
    "ZSCORE",
];

/// All orders of what the reader chose, worked out anew only if that is something else than last time.
pub(crate) fn of(world: &mut World, options: &Options) -> Rc<Orders> {
    let (given, scripts, own) = transactions::scripts(options);
    let kept = world.orders.clone();
    let kept = kept.filter(|kept| kept.given == given && kept.scripts == scripts);
    let mut orders = match kept {
        Some(kept) => kept,
        None => Rc::new(Bench { world, given }.try_all(scripts, own)),
    };
    let lost = |order: &Order| order.fate == Fate::Lost;
    let first = orders.all.iter().position(lost).unwrap_or_default() as i64 + 1;
    let count = orders.all.len().max(1) as i64;
    let chosen = options.number("order", first, 1, count) as usize - 1;
    if orders.frames.is_empty() || orders.chosen != chosen {
        let bench = Bench {
            world,
            given: orders.given.clone(),
        };
        let mut with_frames = (*orders).clone();
        with_frames.chosen = chosen;
        with_frames.frames = match orders.all.get(chosen) {
            Some(order) => bench.watch(&orders.scripts, &order.turns),
            None => Vec::new(),
        };
        orders = Rc::new(with_frames);
    }
    world.orders = Some(orders.clone());
    orders
}

/// Where each order begins: with these commands, on a server like the world's.
struct Bench<'w> {
    world: &'w World,
    given: Vec<String>,
}

/// What became of one order.
struct Outcome {
    /// Tells whether two servers hold the same.
    digest: String,
    left: String,
    /// For each client, whether an EXEC told it that nothing was done.
    told: [bool; 2],
}

impl Bench<'_> {
    fn try_all(&self, scripts: [Vec<String>; 2], own: bool) -> Orders {
        let mut orders = Orders {
            given: self.given.clone(),
            refused: match own {
                true => objection(&scripts),
                false => String::new(),
            },
            ..Orders::default()
        };
        if orders.refused.is_empty() {
            let one_by_one = OneByOne::new(self, &scripts);
            let all = turns([scripts[0].len(), scripts[1].len()]);
            orders.all = all
                .into_iter()
                .map(|turns| {
                    let outcome = self.run(&scripts, &turns);
                    Order {
                        fate: one_by_one.fate(&outcome),
                        left: outcome.left,
                        turns,
                    }
                })
                .collect();
        }
        orders.scripts = scripts;
        orders
    }

    fn server(&self) -> World {
        let setup = Setup {
            seed: self.world.setup().seed.clone(),
            ..Setup::default()
        };
        let mut server = World::with_config(setup, self.world.config().clone());
        for line in &self.given {
            server.type_line("", line);
        }
        server
    }

    fn run(&self, scripts: &[Vec<String>; 2], turns: &[bool]) -> Outcome {
        let mut server = self.server();
        let mut told = [false; 2];
        play(&mut server, scripts, turns, |client, ran| {
            let is_exec = ran.line.eq_ignore_ascii_case("exec");
            told[client] |= is_exec && (ran.error || ran.output == "(nil)");
        });
        Outcome {
            digest: server.type_line("", "DEBUG DIGEST").output,
            left: left(&mut server),
            told,
        }
    }

    /// One order once more, with what happened in each of its commands.
    fn watch(&self, scripts: &[Vec<String>; 2], turns: &[bool]) -> Vec<Rc<Frame>> {
        let mut server = self.server();
        server.tape = Some(Box::new(Tape::of(&transactions::VIEW)));
        play(&mut server, scripts, turns, |_, _| {});
        let tape = server.tape.take();
        tape.map_or_else(Vec::new, |tape| tape.frames().cloned().collect())
    }
}

/// What both clients, one of them, or none would leave behind, one after the other.
struct OneByOne {
    both: [String; 2],
    alone: [String; 2],
    none: String,
}

impl OneByOne {
    fn new(bench: &Bench, scripts: &[Vec<String>; 2]) -> OneByOne {
        let [first, second] = [scripts[0].len(), scripts[1].len()];
        let turns = |parts: &[(bool, usize)]| -> Vec<bool> {
            let parts = parts.iter();
            parts
                .flat_map(|(second, count)| std::iter::repeat_n(*second, *count))
                .collect()
        };
        let digest = |parts: &[(bool, usize)]| bench.run(scripts, &turns(parts)).digest;
        OneByOne {
            both: [
                digest(&[(false, first), (true, second)]),
                digest(&[(true, second), (false, first)]),
            ],
            alone: [digest(&[(false, first)]), digest(&[(true, second)])],
            none: digest(&[]),
        }
    }

    fn fate(&self, outcome: &Outcome) -> Fate {
        let found = &outcome.digest;
        let right = match outcome.told {
            [false, false] => self.both.contains(found),
            [false, true] => self.alone[0] == *found,
            [true, false] => self.alone[1] == *found,
            [true, true] => self.none == *found,
        };
        match (right, outcome.told) {
            (false, _) => Fate::Lost,
            (true, [false, false]) => Fate::Kept,
            (true, _) => Fate::Told,
        }
    }
}

/// Lets two clients say what they have to, in this order. `read+10` stands for what a client read last, plus ten: that
/// is how a client computes.
fn play(
    server: &mut World,
    scripts: &[Vec<String>; 2],
    turns: &[bool],
    mut see: impl FnMut(usize, &Ran),
) {
    let mut next = [0, 0];
    let mut read = [0i64, 0];
    for turn in turns {
        let client = usize::from(*turn);
        let Some(line) = scripts[client].get(next[client]) else {
            continue;
        };
        next[client] += 1;
        let ran = server.type_line(CLIENTS[client], &computed(line, read[client]));
        if let Ok(number) = ran.output.trim_matches('"').parse() {
            read[client] = number;
        }
        see(client, &ran);
    }
}

fn computed(line: &str, read: i64) -> String {
    let words = line.split(' ').map(|word| {
        let by = word.strip_prefix("read").filter(|by| !by.is_empty());
        let by: Option<i64> = by.and_then(|by| by.parse().ok());
        by.map_or_else(|| word.to_owned(), |by| read.saturating_add(by).to_string())
    });
    words.collect::<Vec<_>>().join(" ")
}

/// All ways in which two clients can take turns, in order: the first client's first.
fn turns(left: [usize; 2]) -> Vec<Vec<bool>> {
    if left == [0, 0] {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for client in 0..2 {
        if left[client] == 0 {
            continue;
        }
        let mut rest = left;
        rest[client] -= 1;
        for mut turns in turns(rest) {
            turns.insert(0, client == 1);
            all.push(turns);
        }
    }
    all
}

/// Why what the reader wrote is not run.
fn objection(scripts: &[Vec<String>; 2]) -> String {
    for (script, name) in scripts.iter().zip(CLIENTS) {
        if script.is_empty() || script.len() > COMMANDS_MAX {
            return format!(
                "{name} has {} commands: one to {COMMANDS_MAX} can be tried in every order.",
                script.len()
            );
        }
        for line in script {
            let words = words::split(line.as_bytes()).unwrap_or_default();
            let name = words.first().map(|word| word.to_ascii_uppercase());
            let allowed =
                name.is_some_and(|name| ALLOWED.iter().any(|allowed| allowed.as_bytes() == name));
            if !allowed {
                return format!(
                    "{line} is not tried here: plain reads, writes and transactions are."
                );
            }
        }
    }
    String::new()
}

/// `balance = 130`: what the first few keys hold.
fn left(server: &mut World) -> String {
    const KEYS_MAX: u32 = 3;
    const VALUE_CHARS: usize = 24;
    let (rows, _) = crate::inspect::keys(server, KEYS_MAX);
    let held: Vec<String> = rows
        .iter()
        .map(|row| {
            let key = messages::format::word(&row.key);
            let value = match row.kind.as_str() {
                "string" => server.type_line("", &format!("GET {key}")).output,
                kind => messages::format::counted(row.length, &format!("{kind} element")),
            };
            let value = messages::format::cut(value.trim_matches('"'), VALUE_CHARS);
            format!("{} = {value}", messages::format::text_of(&row.key))
        })
        .collect();
    match held.is_empty() {
        true => "nothing".to_owned(),
        false => held.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(options: &[(&str, &str)]) -> Rc<Orders> {
        let options = options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        of(
            &mut World::new(Setup::default()),
            &Options(options.collect()),
        )
    }

    fn fates(options: &[(&str, &str)]) -> [usize; 3] {
        let orders = orders(options);
        [Fate::Kept, Fate::Told, Fate::Lost]
            .map(|fate| orders.all.iter().filter(|order| order.fate == fate).count())
    }

    #[test]
    fn reading_and_writing_loses_in_four_of_six_orders() {
        assert_eq!(fates(&[]), [2, 0, 4]);
        let orders = orders(&[]);
        let left: Vec<&str> = orders.all.iter().map(|order| order.left.as_str()).collect();
        assert_eq!(
            left,
            [
                "balance = 130",
                "balance = 120",
                "balance = 110",
                "balance = 120",
                "balance = 110",
                "balance = 130"
            ]
        );
        assert_eq!(orders.chosen, 1, "the first that loses");
        let lines: Vec<(&str, &str)> = orders
            .frames
            .iter()
            .map(|frame| (frame.client.as_str(), frame.line.as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                ("ada", "GET balance"),
                ("bob", "GET balance"),
                ("ada", "SET balance 110"),
                ("bob", "SET balance 120")
            ]
        );
    }

    #[test]
    fn every_remedy_is_judged_by_running_it() {
        let [kept, told, lost] = fates(&[("how", "multi")]);
        assert_eq!((kept + told + lost, told), (70, 0));
        assert!(lost > 0, "MULTI alone does not help: what was read is old");
        let [kept, told, lost] = fates(&[("how", "watch")]);
        assert_eq!((kept + told, lost), (252, 0));
        assert!(told > 0 && kept >= 2, "{kept} {told}");
        assert_eq!(fates(&[("how", "script")]), [2, 0, 0]);
        assert_eq!(fates(&[("how", "incr")]), [2, 0, 0]);
    }

    #[test]
    fn what_the_reader_wrote_is_tried_or_refused() {
        let own = |first, second| [("how", "own"), ("ada", first), ("bob", second)];
        assert_eq!(
            fates(&own("SADD s a", "SADD s b ; SREM s b")),
            [3, 0, 0],
            "a set does not mind"
        );
        assert_eq!(fates(&own("SET k 1", "SET k 2")), [2, 0, 0]);
        for refused in [
            "",
            "BLPOP q 0",
            "+ 5s",
            "$ redis-cli PING",
            "EVAL x 0",
            "a;b;c;d;e;f",
        ] {
            let orders = orders(&own(refused, "SET k 1"));
            assert!(
                orders.all.is_empty() && !orders.refused.is_empty(),
                "{refused}"
            );
        }
    }

    #[test]
    fn what_was_worked_out_is_kept() {
        let mut world = World::new(Setup::default());
        let first = of(&mut world, &Options::default());
        assert!(Rc::ptr_eq(&first, &of(&mut world, &Options::default())));
        let fourth = Options(vec![("order".to_owned(), "4".to_owned())]);
        let other = of(&mut world, &fourth);
        assert_eq!((other.chosen, &other.all), (3, &first.all));
        assert_eq!(other.frames.len(), 4);
    }
}
