//! Union, intersection and difference of sorted sets; plain sets may take part, each member with the score 1.

use std::borrow::Cow;
use structures::ordered::OrderedMap;

use super::{members, stored};
use crate::args::Args;
use crate::context::Context;
use crate::cost;
use crate::error::Error;
use crate::keyspace::{Keyspace, Object};
use crate::number;
use crate::reply::Reply;
use crate::structures::order;
use crate::value::Value;
use crate::values::set::Set;
use crate::values::sorted_set::{Rules, SortedSet};

/// Members with their scores, in any order.
type Scored = Vec<(Vec<u8>, f64)>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operation {
    Union,
    Intersection,
    Difference,
}

/// How the scores of one member in several sets become one.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Aggregate {
    Sum,
    Min,
    Max,
}

impl Aggregate {
    fn of(self, score: f64, other: f64) -> f64 {
        match self {
            Aggregate::Sum => not_nan(score + other),
            Aggregate::Min => {
                if other < score {
                    other
                } else {
                    score
                }
            }
            Aggregate::Max => {
                if other > score {
                    other
                } else {
                    score
                }
            }
        }
    }
}

/// Infinities that cancel each other out make 0.
fn not_nan(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

pub(super) fn zunion(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    answer(ctx, args, Operation::Union)
}

pub(super) fn zinter(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    answer(ctx, args, Operation::Intersection)
}

pub(super) fn zdiff(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    answer(ctx, args, Operation::Difference)
}

pub(super) fn zunionstore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    store(ctx, args, Operation::Union, "zunionstore")
}

pub(super) fn zinterstore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    store(ctx, args, Operation::Intersection, "zinterstore")
}

pub(super) fn zdiffstore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    store(ctx, args, Operation::Difference, "zdiffstore")
}

fn answer(ctx: &mut Context, args: &mut Args, operation: Operation) -> Result<Reply, Error> {
    let names = keys(ctx, args)?;
    let options = Options::take(args, names.len(), operation, true)?;
    let result = options.combine(ctx.keys, names, operation);
    let ordered = result
        .into_iter()
        .map(|(member, score)| (Cow::Owned(member), score));
    Ok(members(ordered, options.with_scores))
}

fn store(
    ctx: &mut Context,
    args: &mut Args,
    operation: Operation,
    event: &'static str,
) -> Result<Reply, Error> {
    let destination = args.word()?;
    let names = keys(ctx, args)?;
    let options = Options::take(args, names.len(), operation, false)?;
    let result = options.combine(ctx.keys, names, operation);
    let (limits, seed) = (ctx.limits(), ctx.keys.hash_seed());
    let set = SortedSet::from_members(
        &result,
        &mut Rules {
            limits: &limits,
            seed,
            random: ctx.random,
        },
    );
    Ok(stored(ctx, destination, event, set))
}

pub(super) fn zintercard(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let names = keys(ctx, args)?;
    let mut limit = 0;
    while !args.is_empty() {
        if args.left() < 2 || !args.token("LIMIT") {
            return Err(Error::Syntax);
        }
        limit = args
            .count()
            .map_err(|_| Error::err("LIMIT can't be negative"))?;
    }
    let most = if limit == 0 { usize::MAX } else { limit };
    let sources = smallest_first(sources(ctx.keys, names, &[]));
    let shared = sources[0].iter().filter(|(member, _)| {
        sources[1..]
            .iter()
            .all(|source| source.score(member).is_some())
    });
    Ok(shared.take(most).count().into())
}

/// `numkeys key…`. All keys are looked up, and must hold sorted sets or sets, before an option is read.
fn keys<'a>(ctx: &mut Context, args: &mut Args<'a>) -> Result<&'a [&'a [u8]], Error> {
    let count = args.int()?;
    if count < 1 {
        return Err(Error::Err(
            format!(
                "at least 1 input key is needed for '{}' command",
                ctx.name()
            )
            .into(),
        ));
    }
    let names = args.take(usize::try_from(count).unwrap_or(usize::MAX))?;
    let (mut all, mut smallest) = (0, usize::MAX);
    for name in names {
        let members = match ctx.keys.read(name).map(|object| &object.value) {
            None => 0,
            Some(Value::SortedSet(set)) => set.len(),
            Some(Value::Set(set)) => set.len(),
            Some(_) => return Err(Error::WrongType),
        };
        all += members;
        smallest = smallest.min(members);
    }
    // An intersection looks the members of the smallest up in the others, anything else takes all of them.
    ctx.keys.work += match ctx.name() {
        "zinter" | "zinterstore" | "zintercard" => (smallest * names.len()) as u64 * cost::LOOK_UP,
        _ => all as u64 * cost::INSERT_SORTED,
    };
    Ok(names)
}

struct Options {
    /// One for each key, or none: all 1.
    weights: Vec<f64>,
    aggregate: Aggregate,
    with_scores: bool,
}

impl Options {
    fn take(
        args: &mut Args,
        keys: usize,
        operation: Operation,
        answers: bool,
    ) -> Result<Options, Error> {
        let mut options = Options {
            weights: Vec::new(),
            aggregate: Aggregate::Sum,
            with_scores: false,
        };
        let combines_scores = operation != Operation::Difference;
        while !args.is_empty() {
            if combines_scores && args.left() > keys && args.token("WEIGHTS") {
                let weight = |word: &&[u8]| {
                    number::parse_f64(word).ok_or(Error::err("weight value is not a float"))
                };
                options.weights = args
                    .take(keys)?
                    .iter()
                    .map(weight)
                    .collect::<Result<_, _>>()?;
            } else if combines_scores && args.left() >= 2 && args.token("AGGREGATE") {
                options.aggregate = aggregate(args)?;
            } else if answers && args.token("WITHSCORES") {
                options.with_scores = true;
            } else {
                return Err(Error::Syntax);
            }
        }
        Ok(options)
    }

    /// The result in order.
    fn combine(&self, keys: &Keyspace, names: &[&[u8]], operation: Operation) -> Scored {
        let sources = sources(keys, names, &self.weights);
        let mut result = match operation {
            Operation::Union => self.union(&smallest_first(sources)),
            Operation::Intersection => self.intersection(&smallest_first(sources)),
            Operation::Difference => difference(&sources),
        };
        let by_score = |(a, x): &(Vec<u8>, f64), (b, y): &(Vec<u8>, f64)| {
            x.partial_cmp(y)
                .expect("no score is not-a-number")
                .then_with(|| a.cmp(b))
        };
        order::sort_by(&mut result, by_score);
        result
    }

    fn union(&self, sources: &[Source]) -> Scored {
        let mut scores: OrderedMap<Cow<[u8]>, f64> = OrderedMap::new();
        for source in sources {
            for (member, score) in source.iter() {
                let score = not_nan(source.weight * score);
                match scores.get_mut(&member) {
                    Some(sum) => *sum = self.aggregate.of(*sum, score),
                    None => drop(scores.insert(member, score)),
                }
            }
        }
        scores
            .into_iter()
            .map(|(member, score)| (member.into_owned(), score))
            .collect()
    }

    fn intersection(&self, sources: &[Source]) -> Scored {
        let (first, others) = (&sources[0], &sources[1..]);
        let shared = first.iter().filter_map(|(member, score)| {
            let score = not_nan(first.weight * score);
            let add = |sum, other: &Source| {
                let score = other.score(&member)?;
                Some(self.aggregate.of(sum, other.weight * score))
            };
            let score = others.iter().try_fold(score, add)?;
            Some((member.into_owned(), score))
        });
        shared.collect()
    }
}

fn difference(sources: &[Source]) -> Scored {
    let (first, others) = (&sources[0], &sources[1..]);
    let left = first
        .iter()
        .filter(|(member, _)| others.iter().all(|other| other.score(member).is_none()));
    left.map(|(member, score)| (member.into_owned(), score))
        .collect()
}

fn aggregate(args: &mut Args) -> Result<Aggregate, Error> {
    if args.token("SUM") {
        Ok(Aggregate::Sum)
    } else if args.token("MIN") {
        Ok(Aggregate::Min)
    } else if args.token("MAX") {
        Ok(Aggregate::Max)
    } else {
        Err(Error::Syntax)
    }
}

/// One of the sets that are combined.
struct Source<'a> {
    members: Input<'a>,
    weight: f64,
}

enum Input<'a> {
    SortedSet(&'a SortedSet),
    Set(&'a Set),
    Absent,
}

/// The sets of these keys; the keys were looked up before.
fn sources<'a>(keys: &'a Keyspace, names: &[&[u8]], weights: &[f64]) -> Vec<Source<'a>> {
    let db = &keys.dbs[keys.db].keys;
    let input = |object: Option<&'a Object>| match object.map(|object| &object.value) {
        Some(Value::SortedSet(set)) => Input::SortedSet(set),
        Some(Value::Set(set)) => Input::Set(set),
        _ => Input::Absent,
    };
    let weight = |at: usize| weights.get(at).copied().unwrap_or(1.0);
    names
        .iter()
        .enumerate()
        .map(|(at, name)| Source {
            members: input(db.get(name)),
            weight: weight(at),
        })
        .collect()
}

/// The order in which Redis adds scores up: it shows in the last digits of sums.
fn smallest_first(mut sources: Vec<Source>) -> Vec<Source> {
    order::sort_by(&mut sources, |a, b| a.len().cmp(&b.len()));
    sources
}

impl<'a> Source<'a> {
    fn len(&self) -> usize {
        match self.members {
            Input::SortedSet(set) => set.len(),
            Input::Set(set) => set.len(),
            Input::Absent => 0,
        }
    }

    fn iter(&self) -> Box<dyn Iterator<Item = (Cow<'a, [u8]>, f64)> + 'a> {
        match self.members {
            Input::SortedSet(set) => Box::new(set.iter()),
            Input::Set(set) => Box::new(set.iter().map(|member| (member, 1.0))),
            Input::Absent => Box::new(std::iter::empty()),
        }
    }

    fn score(&self, member: &[u8]) -> Option<f64> {
        match self.members {
            Input::SortedSet(set) => set.score(member),
            Input::Set(set) => set.contains(member).then_some(1.0),
            Input::Absent => None,
        }
    }
}
