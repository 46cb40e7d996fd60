//! Taking members from either end, and waiting for one.

use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::reply::Reply;
use crate::value::Kind;
use crate::values::sorted_set::SortedSet;

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Min,
    Max,
}

impl End {
    fn take(args: &mut Args) -> Result<End, Error> {
        if args.token("MIN") {
            Ok(End::Min)
        } else if args.token("MAX") {
            Ok(End::Max)
        } else {
            Err(Error::Syntax)
        }
    }

    fn event(self) -> &'static str {
        if self == End::Min {
            "zpopmin"
        } else {
            "zpopmax"
        }
    }

    fn command(self) -> &'static [u8] {
        if self == End::Min {
            b"ZPOPMIN"
        } else {
            b"ZPOPMAX"
        }
    }
}

type Taken = Vec<(Vec<u8>, f64)>;

/// Takes up to `count` members; none if there is no key.
fn pop(ctx: &mut Context, key: &[u8], end: End, count: usize) -> Result<Option<Taken>, Error> {
    let Some(set) = ctx.keys.get_mut::<SortedSet>(key)? else {
        return Ok(None);
    };
    let count = count.min(set.len());
    if count == 0 {
        return Ok(Some(Vec::new()));
    }
    let chosen = set.from_rank(0, end == End::Max).take(count);
    let taken: Taken = chosen
        .map(|(member, score)| (member.into_owned(), score))
        .collect();
    let start = if end == End::Min {
        0
    } else {
        set.len() - count
    };
    set.remove_ranks(start, start + count - 1);
    let empty = set.is_empty();
    ctx.keys.lost(Class::SortedSet, end.event(), key, empty);
    Ok(Some(taken))
}

pub(super) fn zpopmin(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    pop_command(ctx, args, End::Min)
}

pub(super) fn zpopmax(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    pop_command(ctx, args, End::Max)
}

fn pop_command(ctx: &mut Context, args: &mut Args, end: End) -> Result<Reply, Error> {
    let key = args.word()?;
    if args.left() > 1 {
        return Err(Error::Syntax);
    }
    if args.is_empty() {
        let taken = pop(ctx, key, end, 1)?.unwrap_or_default();
        return Ok(Reply::array(taken.into_iter().flat_map(
            |(member, score)| [Reply::Bulk(member), Reply::Double(score)],
        )));
    }
    let count = args.count()?;
    let taken = pop(ctx, key, end, count)?.unwrap_or_default();
    Ok(Reply::Pairs(
        taken
            .into_iter()
            .map(|(member, score)| (Reply::Bulk(member), Reply::Double(score)))
            .collect(),
    ))
}

pub(super) fn bzpopmin(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    pop_or_wait(ctx, args, End::Min)
}

pub(super) fn bzpopmax(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    pop_or_wait(ctx, args, End::Max)
}

fn pop_or_wait(ctx: &mut Context, args: &mut Args, end: End) -> Result<Reply, Error> {
    let keys = args.take(args.left() - 1)?;
    let deadline = ctx.timeout(args.word()?)?;
    for key in keys {
        let Some((member, score)) =
            pop(ctx, key, end, 1)?.and_then(|taken| taken.into_iter().next())
        else {
            continue;
        };
        ctx.replicate_as(&[end.command(), key]);
        return Ok(Reply::Array(vec![
            Reply::bulk(key),
            Reply::Bulk(member),
            Reply::Double(score),
        ]));
    }
    Ok(ctx.wait(Some(SortedSet::NAME), keys, deadline, Reply::NullArray))
}

/// ZMPOP's and BZMPOP's words from `numkeys` on.
struct Several<'a> {
    keys: &'a [&'a [u8]],
    end: End,
    count: usize,
}

impl<'a> Several<'a> {
    fn take(args: &mut Args<'a>) -> Result<Several<'a>, Error> {
        let number = positive(args.word()?, "numkeys should be greater than 0")?;
        let keys = args.take(number)?;
        let end = End::take(args)?;
        let mut count = None;
        while !args.is_empty() {
            if count.is_some() || args.left() < 2 || !args.token("COUNT") {
                return Err(Error::Syntax);
            }
            count = Some(positive(args.word()?, "count should be greater than 0")?);
        }
        Ok(Several {
            keys,
            end,
            count: count.unwrap_or(1),
        })
    }

    fn pop(&self, ctx: &mut Context) -> Result<Option<Reply>, Error> {
        for key in self.keys {
            let Some(taken) = pop(ctx, key, self.end, self.count)? else {
                continue;
            };
            let count = taken.len().to_string();
            ctx.replicate_as(&[self.end.command(), key, count.as_bytes()]);
            let pair =
                |(member, score)| Reply::Array(vec![Reply::Bulk(member), Reply::Double(score)]);
            let members = taken.into_iter().map(pair).collect();
            return Ok(Some(Reply::Array(vec![
                Reply::bulk(key),
                Reply::Array(members),
            ])));
        }
        Ok(None)
    }
}

fn positive(word: &[u8], otherwise: &'static str) -> Result<usize, Error> {
    let number = crate::number::parse_i64(word).and_then(|number| usize::try_from(number).ok());
    number
        .filter(|number| *number > 0)
        .ok_or(Error::err(otherwise))
}

pub(super) fn zmpop(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let several = Several::take(args)?;
    Ok(several.pop(ctx)?.unwrap_or(Reply::NullArray))
}

pub(super) fn bzmpop(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    // The timeout stands first and is looked at last.
    let timeout = args.word()?;
    let several = Several::take(args)?;
    let deadline = ctx.timeout(timeout)?;
    match several.pop(ctx)? {
        Some(reply) => Ok(reply),
        None => Ok(ctx.wait(
            Some(SortedSet::NAME),
            several.keys,
            deadline,
            Reply::NullArray,
        )),
    }
}
