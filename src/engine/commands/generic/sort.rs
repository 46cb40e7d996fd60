//! SORT: the elements of a list, set or sorted set in another order, by themselves or by what other keys hold.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::args::Args;
use crate::cluster::slot::{key_slot, pattern_slot};
use crate::command::{Begin, Command, Find, KeySpec, acl, flag::*, key};
use crate::context::Context;
use crate::cost;
use crate::error::Error;
use crate::event::Class;
use crate::number;
use crate::reply::Reply;
use crate::structures::order;
use crate::structures::quicklist::{Quicklist, exceeds_limit};
use crate::value::{Kind, Value};
use crate::values::list::{self, List};
use crate::values::sorted_set;

const COST: &str =
    "O(N + M log M), N being the elements and M what is returned; O(N) if nothing is sorted";
const CATEGORIES: u32 = acl::KEYSPACE | acl::SET | acl::SORTEDSET | acl::LIST | acl::DANGEROUS;
const SOURCE: KeySpec = KeySpec {
    flags: key::RO | key::ACCESS,
    begin: Begin::Index(1),
    find: Find::Range {
        last: 0,
        step: 1,
        limit: 0,
    },
    notes: "",
};
const PATTERNS: KeySpec = KeySpec {
    flags: key::RO | key::ACCESS,
    begin: Begin::Unknown,
    find: Find::Unknown,
    notes: "The keys of BY and GET follow from what the sorted key holds.",
};
const DESTINATION: KeySpec = KeySpec {
    flags: key::OW | key::UPDATE,
    begin: Begin::Unknown,
    find: Find::Unknown,
    notes: "STORE may stand anywhere among the options.",
};

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::new(
        "SORT key [BY by-pattern:pattern] [LIMIT (offset:int count:int)] [GET get-pattern:pattern]... [ASC | DESC] [ALPHA] \
         [STORE destination:key]",
        sort,
    )
    .summary("Gives the elements of a list, set or sorted set in order, or stores them as a list.")
    .cost(COST)
    .arity(-2)
    .flags(WRITE | DENYOOM | MOVABLEKEYS)
    .acl(CATEGORIES)
    .key_specs(&[SOURCE, PATTERNS, DESTINATION]),
    Command::new(
        "SORT_RO key [BY by-pattern:pattern] [LIMIT (offset:int count:int)] [GET get-pattern:pattern]... [ASC | DESC] [ALPHA]",
        sort_ro,
    )
    .summary("As SORT, without STORE: for replicas.")
    .cost(COST)
    .since("7.0.0")
    .arity(-2)
    .flags(READONLY | MOVABLEKEYS)
    .acl(CATEGORIES)
    .key_specs(&[SOURCE, PATTERNS]),
];

fn sort(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let request = Request::read(args, true, &scope(ctx, key))?;
    run(ctx, key, request)
}

fn sort_ro(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let request = Request::read(args, false, &scope(ctx, key))?;
    run(ctx, key, request)
}

/// Which keys BY and GET may read, that nobody names.
struct Scope {
    /// In a cluster, the slot in which all of them have to be.
    slot: Option<u16>,
    /// Whether the user may read all keys.
    all_keys: bool,
}

fn scope(ctx: &Context, key: &[u8]) -> Scope {
    Scope {
        slot: ctx.server.cluster.as_ref().map(|_| key_slot(key)),
        all_keys: ctx.may_read_all_keys(),
    }
}

impl Scope {
    fn check(&self, option: &str, pattern: &[u8]) -> Result<(), Error> {
        if self.slot.is_some() && pattern_slot(pattern) != self.slot {
            let text = format!(
                "{option} option of SORT denied in Cluster mode when keys formed by the pattern may be in different \
                 slots."
            );
            return Err(Error::Err(text.into()));
        }
        match self.all_keys {
            true => Ok(()),
            false => Err(denied(option)),
        }
    }
}

fn denied(option: &str) -> Error {
    let text = format!("{option} option of SORT denied due to insufficient ACL permissions.");
    Error::Err(text.into())
}

#[derive(Default)]
struct Request<'a> {
    by: Option<&'a [u8]>,
    /// BY a pattern without `*`: nothing is sorted.
    as_it_lies: bool,
    gets: Vec<&'a [u8]>,
    limit: Option<(i64, i64)>,
    descending: bool,
    alpha: bool,
    store: Option<&'a [u8]>,
}

impl<'a> Request<'a> {
    fn read(args: &mut Args<'a>, may_store: bool, scope: &Scope) -> Result<Request<'a>, Error> {
        let mut request = Request::default();
        while !args.is_empty() {
            if args.token("ASC") {
                request.descending = false;
            } else if args.token("DESC") {
                request.descending = true;
            } else if args.token("ALPHA") {
                request.alpha = true;
            } else if args.left() >= 3 && args.token("LIMIT") {
                request.limit = Some((args.int()?, args.int()?));
            } else if may_store && args.left() >= 2 && args.token("STORE") {
                request.store = Some(args.word()?);
            } else if args.left() >= 2 && args.token("BY") {
                let pattern = args.word()?;
                request.by = Some(pattern);
                // Once said it stays, even if a pattern with a star follows.
                request.as_it_lies |= !pattern.contains(&b'*');
                if pattern.contains(&b'*') {
                    scope.check("BY", pattern)?;
                }
            } else if args.left() >= 2 && args.token("GET") {
                let pattern = args.word()?;
                match pattern {
                    b"#" if scope.all_keys => {}
                    b"#" => return Err(denied("GET")),
                    _ => scope.check("GET", pattern)?,
                }
                request.gets.push(pattern);
            } else {
                return Err(Error::Syntax);
            }
        }
        Ok(request)
    }

    /// The part of `count` elements that LIMIT leaves.
    fn range(&self, count: usize) -> std::ops::Range<usize> {
        let (offset, limit) = self.limit.unwrap_or((0, -1));
        let start = usize::try_from(offset.max(0))
            .unwrap_or(usize::MAX)
            .min(count);
        let taken = usize::try_from(limit).unwrap_or(usize::MAX);
        start..start.saturating_add(taken).min(count)
    }
}

fn run(ctx: &mut Context, key: &[u8], mut request: Request) -> Result<Reply, Error> {
    let (elements, is_set) = load(ctx, key, &request)?;
    if request.as_it_lies && is_set && request.store.is_some() {
        // A set's own order is chance: what is stored must be the same on every replica.
        request.as_it_lies = false;
        request.alpha = true;
        request.by = None;
    }
    let elements_walked = elements.len();
    let range = request.range(elements_walked);
    let sorted = if request.as_it_lies {
        elements
    } else {
        order(ctx, elements, &request)?
    };
    let chosen = &sorted[range];
    let mut output = Vec::with_capacity(chosen.len() * request.gets.len().max(1));
    ctx.keys.work += elements_walked as u64 * cost::SKIP;
    ctx.keys.work += (chosen.len() * request.gets.len()) as u64 * cost::LOOK_UP;
    for element in chosen {
        if request.gets.is_empty() {
            output.push(Some(element.clone()));
        }
        for pattern in &request.gets {
            output.push(look_up(ctx, pattern, element));
        }
    }
    match request.store {
        None => Ok(Reply::array(output.into_iter().map(Reply::bulk_or_null))),
        Some(destination) => Ok(store(ctx, destination, output)),
    }
}

/// The elements as they lie, and whether it is a set.
fn load(ctx: &mut Context, key: &[u8], request: &Request) -> Result<(Vec<Vec<u8>>, bool), Error> {
    let limits = ctx.limits();
    let seed = ctx.keys.hash_seed();
    let Some(object) = ctx.keys.read(key) else {
        return Ok((Vec::new(), false));
    };
    match &object.value {
        Value::List(list) => {
            let elements = list.iter().map(|entry| entry.to_bytes().into_owned());
            let mut elements: Vec<Vec<u8>> = elements.collect();
            if request.as_it_lies && request.descending {
                elements.reverse();
            }
            Ok((elements, false))
        }
        Value::Set(set) => Ok((set.iter().map(Cow::into_owned).collect(), true)),
        Value::SortedSet(_) => {
            let object = ctx.keys.write(key).expect("the key was just read");
            let Value::SortedSet(set) = &mut object.value else {
                unreachable!("the type was just seen")
            };
            // A surprise of Redis': sorting a small sorted set makes it a large one.
            set.become_large(&mut sorted_set::Rules {
                limits: &limits,
                seed,
                random: ctx.random,
            });
            let members = if request.descending && request.as_it_lies {
                set.iter_rev()
            } else {
                set.iter()
            };
            let mut elements: Vec<Vec<u8>> =
                members.map(|(member, _)| member.into_owned()).collect();
            if !request.as_it_lies
                && let Some((_, scores)) = set.structures()
            {
                elements = scores.keys().map(<[u8]>::to_vec).collect();
            }
            Ok((elements, false))
        }
        _ => Err(Error::WrongType),
    }
}

/// What an element is ordered by.
enum Weight {
    Number(f64),
    /// None comes first: the key of BY is not there.
    Text(Option<Vec<u8>>),
}

fn order(
    ctx: &mut Context,
    elements: Vec<Vec<u8>>,
    request: &Request,
) -> Result<Vec<Vec<u8>>, Error> {
    let looked_up = u64::from(request.by.is_some()) * elements.len() as u64;
    ctx.keys.work += cost::of_sorting(elements.len()) + looked_up * cost::LOOK_UP;
    let mut weighed = Vec::with_capacity(elements.len());
    let mut all_numbers = true;
    for element in elements {
        let by = match request.by {
            Some(pattern) => look_up(ctx, pattern, &element),
            None => Some(element.clone()),
        };
        let weight = match by {
            by if request.alpha => Weight::Text(by),
            None => Weight::Number(0.0),
            Some(text) => {
                let number = number::parse_range_bound(&text);
                all_numbers &= number.is_some();
                Weight::Number(number.unwrap_or(0.0))
            }
        };
        weighed.push((weight, element));
    }
    if !all_numbers {
        return Err(Error::err(
            "One or more scores can't be converted into double",
        ));
    }
    let stored = request.store.is_some();
    order::sort_by(&mut weighed, |(a, element_a), (b, element_b)| {
        let order = match (a, b) {
            // Equal weights are told apart by the elements, so that the order never depends on chance.
            (Weight::Number(a), Weight::Number(b)) => a
                .partial_cmp(b)
                .unwrap_or(Ordering::Equal)
                .then_with(|| element_a.cmp(element_b)),
            (Weight::Text(Some(a)), Weight::Text(Some(b))) if !stored => {
                until_zero(a).cmp(until_zero(b))
            }
            (Weight::Text(a), Weight::Text(b)) => a.cmp(b),
            _ => Ordering::Equal,
        };
        if request.descending {
            order.reverse()
        } else {
            order
        }
    });
    Ok(weighed.into_iter().map(|(_, element)| element).collect())
}

/// Texts that are not stored are compared as C strings, which end at a zero byte.
fn until_zero(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// What BY and GET find for an element: `#` is the element, `*` stands for it in a key's name, and `->` goes on to
/// a field of a hash.
fn look_up(ctx: &mut Context, pattern: &[u8], element: &[u8]) -> Option<Vec<u8>> {
    if pattern == b"#" {
        return Some(element.to_vec());
    }
    let star = pattern.iter().position(|byte| *byte == b'*')?;
    let arrow = pattern[star + 1..]
        .windows(2)
        .position(|two| two == b"->")
        .map(|at| star + 1 + at);
    // An arrow without a field is part of the name.
    let arrow = arrow.filter(|at| at + 2 < pattern.len());
    let name = [
        &pattern[..star],
        element,
        &pattern[star + 1..arrow.unwrap_or(pattern.len())],
    ]
    .concat();
    let now = ctx.now.millis();
    match (&ctx.keys.read(&name)?.value, arrow) {
        (Value::String(text), None) => Some(text.to_bytes()),
        (Value::Hash(hash), Some(arrow)) => {
            let found = hash
                .get(&pattern[arrow + 2..])
                .filter(|found| !found.is_due(now));
            found.map(|found| found.value.into_owned())
        }
        _ => None,
    }
}

fn store(ctx: &mut Context, destination: &[u8], output: Vec<Option<Vec<u8>>>) -> Reply {
    let count = output.len();
    if count == 0 {
        if ctx.keys.remove(destination).is_some() {
            ctx.keys.changed(Class::Generic, "del", destination);
        }
        return Reply::Int(0);
    }
    let limits = ctx.limits();
    let fill = list::fill(&limits);
    // Made as a large list and made small at the end if it fits one node.
    let mut large = Quicklist::new(fill, limits.list_compress_depth);
    output
        .iter()
        .for_each(|element| large.push_back(element.as_deref().unwrap_or_default()));
    let fits = large
        .single_listpack()
        .is_some_and(|pack| !exceeds_limit(fill, pack.size(), pack.len()));
    let list = if fits {
        List::Listpack(large.take_single_listpack().expect("it fits one node"))
    } else {
        List::Quicklist(Box::new(large))
    };
    ctx.keys.expire_if_due(destination);
    ctx.keys.insert(destination, list.into_value());
    ctx.keys.changed(Class::List, "sortstore", destination);
    ctx.keys.dirty += count as u64 - 1;
    Reply::Int(count as i64)
}
