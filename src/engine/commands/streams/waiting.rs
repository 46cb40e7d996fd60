//! XREAD and XREADGROUP, which can wait for entries. The engine runs them again when a key may serve them.

use super::groups::consumer_made;
use super::{Effects, INVALID_ID, consumer_or_new, entry_reply, id_reply, told};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::time::Time;
use crate::value::Kind;
use crate::values::stream::{ConsumerId, Group, Pending, Stream, StreamId};

/// The words of either command.
struct Order<'a> {
    count: usize,
    /// BLOCK, and until when; waits forever without a time.
    block: Option<Option<Time>>,
    reader: Option<Reader<'a>>,
    keys: &'a [&'a [u8]],
    ids: &'a [&'a [u8]],
    /// Where the first id stands among the words.
    ids_at: usize,
}

/// Who reads for a group.
#[derive(Clone, Copy)]
struct Reader<'a> {
    group: &'a [u8],
    consumer: &'a [u8],
    no_ack: bool,
}

/// Where reading begins.
#[derive(Clone, Copy, PartialEq)]
enum Start {
    /// `>`: what the group was not given yet.
    New,
    After(StreamId),
}

impl<'a> Order<'a> {
    fn read(ctx: &Context, args: &mut Args<'a>, for_group: bool) -> Result<Order<'a>, Error> {
        let mut order = Order {
            count: usize::MAX,
            block: None,
            reader: None,
            keys: &[],
            ids: &[],
            ids_at: 0,
        };
        let (mut names, mut no_ack) = (None, false);
        while order.keys.is_empty() {
            let more = args.left().saturating_sub(1);
            if args.is_empty() {
                return Err(Error::Syntax);
            } else if more > 0 && args.token("BLOCK") {
                order.block = Some(ctx.timeout_millis(args.word()?)?);
            } else if more > 0 && args.token("COUNT") {
                order.count = match args.int()? {
                    ..=0 => usize::MAX,
                    count => usize::try_from(count).unwrap_or(usize::MAX),
                };
            } else if more > 0 && args.token("STREAMS") {
                order.read_streams(ctx, args, for_group)?;
            } else if more > 1 && args.token("GROUP") {
                if !for_group {
                    return Err(only_for_groups("GROUP"));
                }
                names = Some((args.word()?, args.word()?));
            } else if args.token("NOACK") {
                if !for_group {
                    return Err(only_for_groups("NOACK"));
                }
                no_ack = true;
            } else {
                return Err(Error::Syntax);
            }
        }
        order.reader = names.map(|(group, consumer)| Reader {
            group,
            consumer,
            no_ack,
        });
        if for_group && order.reader.is_none() {
            return Err(Error::err("Missing GROUP option for XREADGROUP"));
        }
        Ok(order)
    }

    fn read_streams(
        &mut self,
        ctx: &Context,
        args: &mut Args<'a>,
        for_group: bool,
    ) -> Result<(), Error> {
        let words = args.rest();
        if !words.len().is_multiple_of(2) {
            let ids = if for_group {
                "an ID or '>'"
            } else {
                "an ID, '+', or '$'"
            };
            return Err(Error::Err(
                format!(
                    "Unbalanced '{}' list of streams: for each stream key {ids} must be specified.",
                    ctx.name()
                )
                .into(),
            ));
        }
        (self.keys, self.ids) = words.split_at(words.len() / 2);
        self.ids_at = ctx.words.len() - self.ids.len();
        Ok(())
    }
}

fn only_for_groups(option: &str) -> Error {
    Error::Err(
        format!("The {option} option is only supported by XREADGROUP. You called XREAD instead.")
            .into(),
    )
}

pub(super) fn xread(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let order = Order::read(ctx, args, false)?;
    let mut starts = Vec::with_capacity(order.keys.len());
    for (key, word) in order.keys.iter().zip(order.ids) {
        let stream = ctx.keys.get::<Stream>(key)?;
        starts.push(match *word {
            b"$" => stream.map_or(StreamId::MIN, |stream| stream.last_id),
            b"+" => stream.map_or(StreamId::MIN, before_last),
            b">" => {
                return Err(Error::err(
                    "The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
                ));
            }
            word => super::id(word)?,
        });
    }
    let mut found = Vec::new();
    for (key, start) in order.keys.iter().zip(&starts) {
        // Looked up again, and so counted again.
        let Some(stream) = ctx.keys.get::<Stream>(key)? else {
            continue;
        };
        let Some(from) = start.next() else { continue };
        let entries: Vec<Reply> = stream
            .range(from, StreamId::MAX)
            .take(order.count)
            .map(entry_reply)
            .collect();
        if !entries.is_empty() {
            found.push((Reply::bulk(key), Reply::Array(entries)));
        }
    }
    if !found.is_empty() {
        return Ok(by_stream(ctx, found));
    }
    let Some(deadline) = order.block else {
        return Ok(Reply::NullArray);
    };
    // What was last when the wait began must not change when the command runs again.
    let mut words: Vec<Vec<u8>> = ctx.words.iter().map(|word| word.to_vec()).collect();
    for (at, start) in starts.iter().enumerate() {
        let word = &mut words[order.ids_at + at];
        if word == b"$" {
            *word = start.to_text();
        }
    }
    Ok(ctx.wait_with(
        words,
        Some(Stream::NAME),
        order.keys,
        deadline,
        Reply::NullArray,
    ))
}

/// The id before that of the last entry, so that reading after it gives this entry.
fn before_last(stream: &Stream) -> StreamId {
    match stream.last() {
        Some(last) => last.id.previous().unwrap_or_default(),
        None => stream.last_id,
    }
}

pub(super) fn xreadgroup(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let order = Order::read(ctx, args, true)?;
    let reader = order.reader.expect("XREADGROUP has a reader");
    let mut starts = Vec::with_capacity(order.keys.len());
    for (key, word) in order.keys.iter().zip(order.ids) {
        let stream = ctx.keys.get::<Stream>(key)?;
        if stream
            .and_then(|stream| stream.group(reader.group))
            .is_none()
        {
            return Err(no_group_to_read(key, reader.group));
        }
        starts.push(group_start(word)?);
    }
    let mut found = Vec::new();
    let mut told = Vec::new();
    for (key, start) in order.keys.iter().zip(&starts) {
        let mut effects = Effects::new(ctx, key, reader.group);
        let entries = read_for_group(ctx, key, reader, *start, order.count, &mut effects)?;
        told.push(effects);
        if let Some(entries) = entries {
            found.push((Reply::bulk(key), Reply::Array(entries)));
        }
    }
    told.into_iter().for_each(|effects| effects.replicate(ctx));
    match (found.is_empty(), order.block) {
        (false, _) => Ok(by_stream(ctx, found)),
        (true, None) => Ok(Reply::NullArray),
        // Of any type: that the stream or the group is gone ends the wait too.
        (true, Some(deadline)) => Ok(ctx.wait(None, order.keys, deadline, Reply::NullArray)),
    }
}

fn no_group_to_read(key: &[u8], group: &[u8]) -> Error {
    let text = super::no_group(key, group);
    Error::Raw(format!("{text} in XREADGROUP with GROUP option").into())
}

fn group_start(word: &[u8]) -> Result<Start, Error> {
    let meaningless = |id: char| {
        Error::Err(
            format!(
                "The {id} ID is meaningless in the context of XREADGROUP: you want to read the history of this \
                 consumer by specifying a proper ID, or use the > ID to get new messages. The {id} ID would just \
                 return an empty result set."
            )
            .into(),
        )
    };
    match word {
        b">" => Ok(Start::New),
        b"$" => Err(meaningless('$')),
        b"+" => Err(meaningless('+')),
        word => match StreamId::parse(word, 0).ok_or(INVALID_ID)? {
            // Redis says "new" by the greatest id.
            StreamId::MAX => Ok(Start::New),
            id => Ok(Start::After(id)),
        },
    }
}

/// What one stream has for the reader; none if it has to wait.
fn read_for_group(
    ctx: &mut Context,
    key: &[u8],
    reader: Reader,
    start: Start,
    count: usize,
    effects: &mut Effects,
) -> Result<Option<Vec<Reply>>, Error> {
    let now = ctx.now.millis();
    // Looked up again, and so counted again.
    ctx.keys.read(key);
    let Some(stream) = ctx.keys.get_mut::<Stream>(key)? else {
        return Ok(None);
    };
    let Some(group) = stream.group_mut(reader.group) else {
        return Ok(None);
    };
    let (consumer, made) = consumer_or_new(group, reader.consumer, now);
    if made && trace::is_on() {
        told::consumer_made(reader.group, reader.consumer);
    }
    group.consumer_mut(consumer).seen = now;
    if made && reader.no_ack {
        effects.create_consumer(reader.consumer);
    }
    let entries = match start {
        Start::After(id) => Some(history(stream, reader.group, consumer, id, count, now)),
        Start::New => {
            let entries = deliver(stream, reader, consumer, count, now, effects);
            Some(entries).filter(|entries| !entries.is_empty())
        }
    };
    if made {
        consumer_made(ctx.keys, key);
    }
    if matches!(start, Start::New) && entries.is_some() {
        ctx.keys.dirty += 1;
    }
    Ok(entries)
}

/// Entries that the group was not given yet. Unless the reader said NOACK they are pending from now on.
fn deliver(
    stream: &mut Stream,
    reader: Reader,
    consumer: ConsumerId,
    count: usize,
    now: i64,
    effects: &mut Effects,
) -> Vec<Reply> {
    const PRESENT: &str = "the group was just seen";
    let group = stream.group(reader.group).expect(PRESENT);
    let Some(from) = group.last_id.next() else {
        return Vec::new();
    };
    let mut replies = Vec::new();
    let mut delivered = Vec::new();
    let mut at = Group::new(group.last_id, group.entries_read);
    for entry in stream.range(from, StreamId::MAX).take(count) {
        at.entries_read = stream.count_read(&at, entry.id);
        at.last_id = entry.id;
        delivered.push(entry.id);
        replies.push(entry_reply(entry));
    }
    if replies.is_empty() {
        return replies;
    }
    stream.set_last_id(reader.group, at.last_id);
    let group = stream.group_mut(reader.group).expect(PRESENT);
    for id in delivered {
        // Each claim tells how far the group was by then.
        group.last_id = id;
        if !reader.no_ack {
            let pending = Pending {
                owner: consumer,
                delivered: now,
                count: 1,
            };
            group.assign(id, pending);
            group.consumer_mut(consumer).active = now;
            if trace::is_on() {
                told::delivered(reader.group, reader.consumer, id, now);
            }
            effects.claim(group, id, &pending);
        }
    }
    group.entries_read = at.entries_read;
    if trace::is_on() {
        told::cursor(reader.group, group);
    }
    effects.set_id(group);
    replies
}

/// What this consumer was given and has not acknowledged; an entry that is gone has no fields.
fn history(
    stream: &mut Stream,
    group: &[u8],
    consumer: ConsumerId,
    after: StreamId,
    count: usize,
    now: i64,
) -> Vec<Reply> {
    const PRESENT: &str = "the group was just seen";
    let Some(from) = after.next() else {
        return Vec::new();
    };
    let of_group = stream.group(group).expect(PRESENT);
    let ids = of_group.consumer(consumer).pending().range(from..);
    let ids: Vec<StreamId> = ids.take(count).copied().collect();
    let name = trace::is_on().then(|| of_group.consumer(consumer).name.clone());
    let mut replies = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(name) = &name {
            told::again(group, name, id, now, stream.get(id).is_none());
        }
        match stream.get(id) {
            None => replies.push(Reply::Array(vec![id_reply(id), Reply::NullArray])),
            Some(entry) => {
                replies.push(entry_reply(entry));
                let group = stream.group_mut(group).expect(PRESENT);
                group.redeliver(id, now);
            }
        }
    }
    replies
}

/// A map from stream to entries in RESP3, a list of pairs in RESP2.
fn by_stream(ctx: &Context, found: Vec<(Reply, Reply)>) -> Reply {
    if ctx.resp3() {
        return Reply::Map(found);
    }
    let pair = |(key, entries)| Reply::Array(vec![key, entries]);
    Reply::array(found.into_iter().map(pair))
}
