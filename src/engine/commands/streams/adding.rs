//! XADD, XTRIM and XSETID: what happens at the two ends of a stream.

use super::{INVALID_ID, id, references};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::keyspace::Keyspace;
use crate::number;
use crate::reply::Reply;
use crate::values::stream::{Bound, References, Refusal, Sequence, Stream, StreamId, Trim, Wanted};

/// What stands between the key and the fields of XADD, and after the key of XTRIM.
#[derive(Default)]
struct Options {
    only_existing: bool,
    bound: Option<Bound>,
    /// Where the threshold stands among the words.
    bound_at: usize,
    approximate: bool,
    limit: Option<i64>,
    references: Option<References>,
    /// None for XTRIM.
    id: Option<Selector>,
    id_at: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Selector {
    Automatic,
    Within(u64),
    Exactly(StreamId),
}

#[derive(Clone, Copy, PartialEq)]
enum Purpose {
    Add,
    Trim,
}

impl Options {
    fn read(ctx: &Context, args: &mut Args, purpose: Purpose) -> Result<Options, Error> {
        let mut options = Options::default();
        while let Some(word) = args.peek() {
            let more = args.left() > 1;
            if purpose == Purpose::Add && word == b"*" {
                options.id = Some(Selector::Automatic);
            } else if more && (args.token("MAXLEN") || args.token("MINID")) {
                options.read_bound(ctx, args, word.len() == "MAXLEN".len())?;
            } else if more && args.token("LIMIT") {
                options.limit = Some(args.int()?);
                if options.limit < Some(0) {
                    return Err(Error::err("The LIMIT argument must be >= 0."));
                }
            } else if purpose == Purpose::Add && args.token("NOMKSTREAM") {
                options.only_existing = true;
            } else if options.references.is_none()
                && let Some(chosen) = references(args)
            {
                options.references = Some(chosen);
            } else if purpose == Purpose::Add {
                options.id = Some(selector(word)?);
            } else {
                return Err(Error::Syntax);
            }
            if options.id.is_some() {
                options.id_at = ctx.words.len() - args.left();
                args.word()?;
                break;
            }
        }
        options.check(purpose)?;
        Ok(options)
    }

    fn read_bound(&mut self, ctx: &Context, args: &mut Args, maxlen: bool) -> Result<(), Error> {
        if self.bound.is_some() {
            return Err(Error::err(
                "syntax error, MAXLEN and MINID options at the same time are not compatible",
            ));
        }
        self.approximate = args.left() >= 2 && args.peek() == Some(b"~");
        if self.approximate || args.left() >= 2 && args.peek() == Some(b"=") {
            args.word()?;
        }
        self.bound_at = ctx.words.len() - args.left();
        self.bound = Some(if maxlen {
            let most = u64::try_from(args.int()?);
            Bound::MaxLen(most.map_err(|_| Error::err("The MAXLEN argument must be >= 0."))?)
        } else {
            Bound::MinId(id(args.word()?)?)
        });
        Ok(())
    }

    fn check(&self, purpose: Purpose) -> Result<(), Error> {
        let limited = self.limit.is_some_and(|limit| limit > 0);
        if limited && self.bound.is_none() {
            return Err(Error::err(
                "syntax error, LIMIT cannot be used without specifying a trimming strategy",
            ));
        }
        if purpose == Purpose::Trim && self.bound.is_none() {
            return Err(Error::err(
                "syntax error, XTRIM must be called with a trimming strategy",
            ));
        }
        if self.limit.is_some() && !self.approximate {
            return Err(Error::err(
                "syntax error, LIMIT cannot be used without the special ~ option",
            ));
        }
        Ok(())
    }

    fn trim(&self, node_entries: u64) -> Option<Trim> {
        // Without a word from the user so many nodes are enough for one command.
        const NODES: u64 = 100;
        const ENTRIES: u64 = 10_000;
        const MOST: u64 = 1_000_000;
        let usual = match node_entries.saturating_mul(NODES) {
            0 => ENTRIES,
            entries => entries.min(MOST),
        };
        Some(Trim {
            bound: self.bound?,
            approximate: self.approximate,
            limit: match self.limit {
                Some(limit) => limit.unsigned_abs(),
                None if self.approximate => usual,
                None => 0,
            },
            references: self.references.unwrap_or_default(),
        })
    }
}

fn selector(word: &[u8]) -> Result<Selector, Error> {
    match StreamId::parse_parts(word).ok_or(INVALID_ID)? {
        (ms, Sequence::Automatic) => Ok(Selector::Within(ms)),
        (ms, Sequence::Missing) => Ok(Selector::Exactly(StreamId::new(ms, 0))),
        (ms, Sequence::Given(seq)) => Ok(Selector::Exactly(StreamId::new(ms, seq))),
    }
}

pub(super) fn xadd(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let options = Options::read(ctx, args, Purpose::Add)?;
    let pairs = args.rest();
    if pairs.is_empty() || !pairs.len().is_multiple_of(2) {
        return Err(Error::WrongArity(ctx.name().to_string()));
    }
    let wanted = match options.id.ok_or(Error::Syntax)? {
        Selector::Automatic => Wanted::Now(ctx.now.millis().unsigned_abs()),
        Selector::Within(ms) => Wanted::Within(ms),
        Selector::Exactly(StreamId::MIN) => {
            return Err(Error::err(
                "The ID specified in XADD must be greater than 0-0",
            ));
        }
        Selector::Exactly(id) => Wanted::Exactly(id),
    };
    let limits = ctx.limits();
    let stream = if options.only_existing {
        match ctx.keys.get_mut::<Stream>(key)? {
            None => return Ok(Reply::Null),
            Some(stream) => stream,
        }
    } else {
        ctx.keys.get_or_insert(key, Stream::default)?
    };
    if stream.is_exhausted() {
        return Err(Error::err(
            "The stream has exhausted the last possible ID, unable to add more items",
        ));
    }
    let added = stream
        .add(wanted, pairs, &limits)
        .map_err(|refusal| match refusal {
            Refusal::NotGreater => Error::err(
                "The ID specified in XADD is equal or smaller than the target stream top item",
            ),
            Refusal::TooLarge => Error::err("Elements are too large to be stored"),
        })?;
    let trim = options.trim(limits.stream_node_max_entries);
    let trimmed = trim.is_some_and(|trim| stream.trim(&trim) > 0);
    let (length, first_id) = (stream.len(), stream.first_id);
    noted(ctx.keys, "xadd", key);
    if trimmed {
        ctx.keys.notify(Class::Stream, "xtrim", key);
    }
    ctx.keys.touched(key);
    ctx.keys.signal_ready(key);
    replicate(ctx, &options, Some(added), length, first_id);
    Ok(Reply::Bulk(added.to_text()))
}

pub(super) fn xtrim(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let options = Options::read(ctx, args, Purpose::Trim)?;
    let limits = ctx.limits();
    let trim = options
        .trim(limits.stream_node_max_entries)
        .ok_or(Error::Syntax)?;
    let Some(stream) = ctx.keys.get_mut::<Stream>(key)? else {
        return Ok(Reply::Int(0));
    };
    let removed = stream.trim(&trim);
    if removed > 0 {
        let (length, first_id) = (stream.len(), stream.first_id);
        ctx.keys.dirty += removed;
        ctx.keys.notify(Class::Stream, "xtrim", key);
        ctx.keys.touched(key);
        replicate(ctx, &options, None, length, first_id);
    }
    Ok(Reply::Int(removed as i64))
}

/// What follows when entries were removed.
pub(super) fn deleted(keys: &mut Keyspace, event: &'static str, key: &[u8], count: u64) {
    keys.touched(key);
    keys.dirty += count;
    keys.notify(Class::Stream, event, key);
}

/// Replicas get the id that was given, and where an approximate trim ended.
fn replicate(
    ctx: &mut Context,
    options: &Options,
    added: Option<StreamId>,
    length: u64,
    first_id: StreamId,
) {
    let own_id = matches!(options.id, Some(Selector::Automatic | Selector::Within(_)));
    if !ctx.server.wants_effects() || !own_id && !options.approximate {
        return;
    }
    let mut words = ctx.words.to_vec();
    let added = added.map(StreamId::to_text);
    if let Some(added) = &added
        && own_id
    {
        words[options.id_at] = added;
    }
    let threshold = match options.bound {
        Some(Bound::MaxLen(_)) => number::i64_to_bytes(length as i64),
        _ => first_id.to_text(),
    };
    if options.approximate {
        words[options.bound_at - 1] = b"=";
        words[options.bound_at] = &threshold;
    }
    ctx.replicate_as(&words);
}

pub(super) fn xsetid(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, last_id) = (args.word()?, id(args.word()?)?);
    let (mut entries_added, mut max_deleted_id) = (None, StreamId::MIN);
    while !args.is_empty() {
        let more = args.left() > 1;
        if more && args.token("ENTRIESADDED") {
            let count = u64::try_from(args.int()?);
            entries_added = Some(count.map_err(|_| Error::err("entries_added must be positive"))?);
        } else if more && args.token("MAXDELETEDID") {
            max_deleted_id = id(args.word()?)?;
            if last_id < max_deleted_id {
                return Err(Error::err(
                    "The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
                ));
            }
        } else {
            return Err(Error::Syntax);
        }
    }
    let stream = ctx.keys.get_mut::<Stream>(key)?.ok_or(Error::NoSuchKey)?;
    if last_id < stream.max_deleted_id {
        return Err(Error::err(
            "The ID specified in XSETID is smaller than current max_deleted_entry_id",
        ));
    }
    if stream.last().is_some_and(|last| last_id < last.id) {
        return Err(Error::err(
            "The ID specified in XSETID is smaller than the target stream top item",
        ));
    }
    if entries_added.is_some_and(|added| added < stream.len()) {
        return Err(Error::err(
            "The entries_added specified in XSETID is smaller than the target stream length",
        ));
    }
    stream.last_id = last_id;
    if let Some(added) = entries_added {
        stream.entries_added = added;
    }
    if max_deleted_id != StreamId::MIN {
        stream.max_deleted_id = max_deleted_id;
    }
    noted(ctx.keys, "xsetid", key);
    Ok(Reply::OK)
}

/// What follows when only the bookkeeping of a stream changed: for WATCH the key is what it was.
pub(super) fn noted(keys: &mut Keyspace, event: &'static str, key: &[u8]) {
    keys.dirty += 1;
    keys.notify(Class::Stream, event, key);
}
