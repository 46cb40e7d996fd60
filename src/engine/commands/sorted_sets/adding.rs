//! ZADD and ZINCRBY.

use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::number;
use crate::reply::Reply;
use crate::values::sorted_set::{Rules, SortedSet};

/// ZADD's options.
#[derive(Debug, Clone, Copy, Default)]
struct How {
    only_new: bool,
    only_present: bool,
    only_greater: bool,
    only_less: bool,
    count_changed: bool,
    increment: bool,
}

impl How {
    fn take(args: &mut Args) -> How {
        let mut how = How::default();
        loop {
            if args.token("NX") {
                how.only_new = true;
            } else if args.token("XX") {
                how.only_present = true;
            } else if args.token("CH") {
                how.count_changed = true;
            } else if args.token("INCR") {
                how.increment = true;
            } else if args.token("GT") {
                how.only_greater = true;
            } else if args.token("LT") {
                how.only_less = true;
            } else {
                return how;
            }
        }
    }

    fn check(self, words: usize) -> Result<(), Error> {
        if words == 0 || words % 2 == 1 {
            return Err(Error::Syntax);
        }
        if self.only_new && self.only_present {
            return Err(Error::err(
                "XX and NX options at the same time are not compatible",
            ));
        }
        if [self.only_greater, self.only_less, self.only_new]
            .into_iter()
            .filter(|set| *set)
            .count()
            > 1
        {
            return Err(Error::err(
                "GT, LT, and/or NX options at the same time are not compatible",
            ));
        }
        if self.increment && words > 2 {
            return Err(Error::err(
                "INCR option supports a single increment-element pair",
            ));
        }
        Ok(())
    }
}

/// What became of one member.
enum Outcome {
    Added(f64),
    Changed(f64),
    Same(f64),
    Refused,
}

pub(in crate::commands) fn zadd(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let how = How::take(args);
    let words = args.rest();
    how.check(words.len())?;
    add(ctx, key, how, words)
}

pub(super) fn zincrby(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    add(
        ctx,
        key,
        How {
            increment: true,
            ..How::default()
        },
        args.rest(),
    )
}

/// `words` are scores and members in turn.
fn add(ctx: &mut Context, key: &[u8], how: How, words: &[&[u8]]) -> Result<Reply, Error> {
    // All scores are read before the first one counts.
    let parse = |pair: &[&[u8]]| number::parse_f64(pair[0]).ok_or(Error::NotAFloat);
    let pairs = words.chunks_exact(2);
    let scores: Vec<f64> = pairs.clone().map(parse).collect::<Result<_, _>>()?;
    // Redis looks at the first member only to guess how long they are.
    let length = words[1].len();
    if how.only_present && ctx.keys.get_mut::<SortedSet>(key)?.is_none() {
        return Ok(if how.increment {
            Reply::Null
        } else {
            Reply::Int(0)
        });
    }
    let (limits, seed) = (ctx.limits(), ctx.keys.hash_seed());
    let mut rules = Rules {
        limits: &limits,
        seed,
        random: ctx.random,
    };
    let set = ctx.keys.get_or_insert(key, || {
        SortedSet::with_capacity(scores.len(), length, &rules)
    })?;
    set.make_room(scores.len(), &mut rules);
    let (mut added, mut changed) = (0, 0);
    let mut result = Reply::Null;
    for (pair, score) in pairs.zip(&scores) {
        let outcome = add_one(set, pair[1], *score, how, &mut rules)?;
        match outcome {
            Outcome::Added(_) => added += 1,
            Outcome::Changed(_) => changed += 1,
            _ => {}
        }
        if let (true, Outcome::Added(score) | Outcome::Changed(score) | Outcome::Same(score)) =
            (how.increment, outcome)
        {
            result = Reply::Double(score);
        }
    }
    if added + changed > 0 {
        ctx.keys.changed(
            Class::SortedSet,
            if how.increment { "zincr" } else { "zadd" },
            key,
        );
    }
    Ok(match how {
        How {
            increment: true, ..
        } => result,
        How {
            count_changed: true,
            ..
        } => Reply::Int(added + changed),
        _ => Reply::Int(added),
    })
}

fn add_one(
    set: &mut SortedSet,
    member: &[u8],
    score: f64,
    how: How,
    rules: &mut Rules,
) -> Result<Outcome, Error> {
    let always =
        !(how.only_new || how.only_present || how.only_greater || how.only_less || how.increment);
    let old = if always {
        set.set(member, score, rules)
    } else {
        set.score(member)
    };
    let Some(old) = old else {
        if how.only_present {
            return Ok(Outcome::Refused);
        }
        if !always {
            set.set(member, score, rules);
        }
        return Ok(Outcome::Added(score));
    };
    if how.only_new {
        return Ok(Outcome::Refused);
    }
    let score = if how.increment { old + score } else { score };
    if score.is_nan() {
        return Err(Error::err("resulting score is not a number (NaN)"));
    }
    if (how.only_less && score >= old) || (how.only_greater && score <= old) {
        return Ok(Outcome::Refused);
    }
    if score == old {
        return Ok(Outcome::Same(score));
    }
    if !always {
        set.set(member, score, rules);
    }
    Ok(Outcome::Changed(score))
}
