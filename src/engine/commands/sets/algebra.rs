//! Union, intersection and difference of several sets.
//!
//! The order in which a server looks at the sets and the encoding it begins a result with are Redis', because both
//! show: in the order of a reply, and in what OBJECT ENCODING says of a stored result.

use super::{no_members, rules};
use crate::args::Args;
use crate::context::Context;
use crate::cost;
use crate::error::Error;
use crate::event::Class;
use crate::keyspace::Keyspace;
use crate::number;
use crate::reply::Reply;
use crate::structures::intset::Intset;
use crate::structures::listpack::{Entry, Listpack};
use crate::structures::order;
use crate::value::Kind;
use crate::values::set::{Rules, Set};

pub(super) fn sunion(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let rules = rules(ctx);
    let sets = sets(ctx.keys, args.rest(), false)?;
    Ok(members(&trace::unheard(|| union(&sets, false, &rules))))
}

pub(super) fn sunionstore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (destination, rules) = (args.word()?, rules(ctx));
    let sets = sets(ctx.keys, args.rest(), false)?;
    let result = trace::unheard(|| union(&sets, true, &rules));
    Ok(store(ctx, destination, result, "sunionstore"))
}

pub(super) fn sdiff(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let rules = rules(ctx);
    let sets = sets(ctx.keys, args.rest(), false)?;
    Ok(members(&trace::unheard(|| {
        difference(&sets, false, &rules)
    })))
}

pub(super) fn sdiffstore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (destination, rules) = (args.word()?, rules(ctx));
    let sets = sets(ctx.keys, args.rest(), false)?;
    let result = trace::unheard(|| difference(&sets, true, &rules));
    Ok(store(ctx, destination, result, "sdiffstore"))
}

pub(super) fn sinter(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let Some(sets) = smallest_first(sets(ctx.keys, args.rest(), true)?) else {
        return Ok(no_members());
    };
    Ok(Reply::Set(
        shared(&sets)
            .map(|member| Reply::Bulk(member.to_bytes().into_owned()))
            .collect(),
    ))
}

pub(super) fn sinterstore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (destination, rules) = (args.word()?, rules(ctx));
    let sets = smallest_first(sets(ctx.keys, args.rest(), true)?);
    let result = sets
        .map(|sets| trace::unheard(|| intersection(&sets, &rules)))
        .unwrap_or_default();
    Ok(store(ctx, destination, result, "sinterstore"))
}

pub(super) fn sintercard(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    const NO_KEYS: Error = Error::err("numkeys should be greater than 0");
    let count = args
        .count()
        .ok()
        .filter(|count| *count > 0)
        .ok_or(NO_KEYS)?;
    if count > args.left() {
        return Err(Error::err(
            "Number of keys can't be greater than number of args",
        ));
    }
    let names = args.take(count)?;
    let mut limit = 0;
    while !args.is_empty() {
        if args.left() < 2 || !args.token("LIMIT") {
            return Err(Error::Syntax);
        }
        limit = args
            .count()
            .map_err(|_| Error::err("LIMIT can't be negative"))?;
    }
    let Some(sets) = smallest_first(sets(ctx.keys, names, true)?) else {
        return Ok(Reply::Int(0));
    };
    let most = if limit == 0 { usize::MAX } else { limit };
    Ok(shared(&sets).take(most).count().into())
}

// --- Algorithms ---------------------------------------------------------------------------------------------------

/// The sets of these keys, none for a key that is not there. All are looked up before one is used.
fn sets<'a>(
    keys: &'a mut Keyspace,
    names: &[&[u8]],
    intersects: bool,
) -> Result<Vec<Option<&'a Set>>, Error> {
    let (mut all, mut smallest) = (0, usize::MAX);
    for name in names {
        let members = keys.get::<Set>(name)?.map_or(0, Set::len);
        all += members;
        smallest = smallest.min(members);
    }
    // An intersection looks the members of the smallest up in the others, anything else takes all of them.
    keys.work += match intersects {
        true => (smallest * names.len()) as u64 * cost::LOOK_UP,
        false => all as u64 * cost::INSERT,
    };
    let db = &keys.dbs[keys.db].keys;
    Ok(names
        .iter()
        .map(|name| db.get(name).and_then(|object| Set::of(&object.value)))
        .collect())
}

fn same(a: Option<&Set>, b: Option<&Set>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if std::ptr::eq(a, b))
}

/// What a union or a difference is collected in: an intset if it is to be stored or all sets are intsets.
/// To look members up while collecting a mere reply, a table is quicker than a listpack.
fn collector(sets: &[Option<&Set>], stored: bool, rules: &Rules) -> Set {
    let integers = sets
        .iter()
        .flatten()
        .all(|set| matches!(set, Set::Intset(_)));
    if stored || integers {
        Set::Intset(Intset::new())
    } else {
        Set::empty_table(rules)
    }
}

pub(super) fn union(sets: &[Option<&Set>], stored: bool, rules: &Rules) -> Set {
    let mut result = collector(sets, stored, rules);
    for member in sets.iter().flatten().flat_map(|set| set.members()) {
        result.insert_entry(member, rules);
    }
    result
}

fn difference(sets: &[Option<&Set>], stored: bool, rules: &Rules) -> Set {
    let mut result = collector(sets, stored, rules);
    let (Some(first), others) = (sets[0], &sets[1..]) else {
        return result;
    };
    if others.iter().any(|other| same(*other, Some(first))) {
        return result;
    }
    // Either each member of the first set is looked for in the others, or all members of the others are taken
    // away from a copy of it. The first way may stop early, so it counts half.
    let others: Vec<&Set> = others.iter().copied().flatten().collect();
    let look_ups = first.len() * (others.len() + 1) / 2;
    let removals = first.len() + others.iter().map(|other| other.len()).sum::<usize>();
    if look_ups <= removals {
        let left = first
            .members()
            .filter(|member| !others.iter().any(|other| other.holds(*member)));
        left.for_each(|member| {
            result.insert_entry(member, rules);
        });
        return result;
    }
    first.members().for_each(|member| {
        result.insert_entry(member, rules);
    });
    for other in others {
        if result.is_empty() {
            break;
        }
        other.members().for_each(|member| {
            result.remove_entry(member);
        });
    }
    result
}

/// The sets by size, so that the smallest is walked; none if one is not there, and the result therefore empty.
fn smallest_first(sets: Vec<Option<&Set>>) -> Option<Vec<&Set>> {
    let mut sets: Vec<&Set> = sets.into_iter().collect::<Option<_>>()?;
    order::sort_by(&mut sets, |a, b| a.len().cmp(&b.len()));
    Some(sets)
}

/// Members of the first set that all others hold.
fn shared<'a>(sets: &'a [&'a Set]) -> impl Iterator<Item = Entry<'a>> {
    let (first, others) = (sets[0], &sets[1..]);
    let holds = move |other: &&Set, member| std::ptr::eq(*other, first) || other.holds(member);
    first
        .members()
        .filter(move |member| others.iter().all(|other| holds(other, *member)))
}

/// An intersection to be stored.
fn intersection(sets: &[&Set], rules: &Rules) -> Set {
    let mut result = match sets[0] {
        Set::Intset(_) => Set::Intset(Intset::new()),
        _ => Set::Listpack(Listpack::new()),
    };
    let mut only_integers = true;
    for member in shared(sets) {
        only_integers &= match member {
            Entry::Int(_) => true,
            // A table holds integers as text; a listpack would not.
            Entry::Str(text) => number::parse_i64(text).is_some(),
        };
        result.insert_entry(member, rules);
    }
    if only_integers {
        result.become_intset(&rules.limits);
    }
    result
}

// --- Answers ------------------------------------------------------------------------------------------------------

fn members(set: &Set) -> Reply {
    Reply::Set(
        set.iter()
            .map(|member| Reply::Bulk(member.into_owned()))
            .collect(),
    )
}

/// Makes the result the value of a key, whatever it held; an empty result removes the key.
fn store(ctx: &mut Context, destination: &[u8], result: Set, event: &'static str) -> Reply {
    let length = result.len();
    if length > 0 {
        ctx.keys.expire_if_due(destination);
        ctx.keys.insert(destination, result.into_value());
        ctx.keys.changed(Class::Set, event, destination);
    } else if ctx.keys.remove(destination).is_some() {
        ctx.keys.changed(Class::Generic, "del", destination);
    }
    length.into()
}
