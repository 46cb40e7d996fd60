//! XINFO: streams, groups and consumers as they are.

use super::groups::no_group_for_key;
use super::{elapsed, entry_reply, id_reply};
use crate::args::Args;
use crate::commands::help::wrong_arity_or_unknown;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::values::stream::{Consumer, Group, Stream, StreamId};

type Field = (Reply, Reply);

fn field(name: &str, value: impl Into<Reply>) -> Field {
    (Reply::bulk(name), value.into())
}

fn stream_of<'a>(ctx: &'a mut Context, key: &[u8]) -> Result<&'a Stream, Error> {
    ctx.keys.get::<Stream>(key)?.ok_or(Error::NoSuchKey)
}

pub(super) fn consumers(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, name) = (args.word()?, args.word()?);
    let now = ctx.now.millis();
    let group = stream_of(ctx, key)?.group(name);
    let group = group.ok_or_else(|| no_group_for_key(key, name))?;
    let row = |consumer: &Consumer| {
        let inactive = match consumer.active {
            Consumer::NEVER => Consumer::NEVER,
            active => elapsed(active, now),
        };
        Reply::Map(vec![
            field("name", Reply::bulk(&consumer.name)),
            field("pending", consumer.pending().len()),
            field("idle", elapsed(consumer.seen, now)),
            field("inactive", inactive),
        ])
    };
    Ok(Reply::array(group.consumers().map(row)))
}

pub(super) fn groups(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let stream = stream_of(ctx, args.word()?)?;
    let row = |(name, group): (&Vec<u8>, &Group)| {
        let mut row = vec![
            field("name", Reply::bulk(name)),
            field("consumers", group.consumers().count()),
            field("pending", group.pending().len()),
        ];
        row.extend(progress(stream, group));
        Reply::Map(row)
    };
    Ok(Reply::array(stream.groups().iter().map(row)))
}

/// How far a group has come.
fn progress(stream: &Stream, group: &Group) -> [Field; 3] {
    let number = |number: Option<i64>| number.map_or(Reply::Null, Reply::Int);
    let read = Some(group.entries_read).filter(|read| *read != Group::UNKNOWN);
    [
        field("last-delivered-id", id_reply(group.last_id)),
        field("entries-read", number(read)),
        field("lag", number(stream.lag(group))),
    ]
}

pub(super) fn stream(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    const COUNT: i64 = 10;
    let key = args.word()?;
    stream_of(ctx, key)?;
    let full = match args.left() {
        0 => false,
        1 | 3 if args.token("FULL") => true,
        _ => return Err(wrong_arity_or_unknown(ctx)),
    };
    let mut count = COUNT;
    if !args.is_empty() {
        if !args.token("COUNT") {
            return Err(wrong_arity_or_unknown(ctx));
        }
        count = Some(args.int()?)
            .filter(|count| *count >= 0)
            .unwrap_or(COUNT);
    }
    // Zero is no limit.
    let count = match count {
        0 => usize::MAX,
        count => usize::try_from(count).unwrap_or(usize::MAX),
    };
    // Looked up already, and that counted.
    let stream = ctx.keys.get_mut::<Stream>(key)?.expect("just seen");
    let mut fields = vec![
        field("length", stream.len() as i64),
        field("radix-tree-keys", stream.node_count()),
        field("radix-tree-nodes", stream.radix_node_count()),
        field("last-generated-id", id_reply(stream.last_id)),
        field("max-deleted-entry-id", id_reply(stream.max_deleted_id)),
        field("entries-added", stream.entries_added as i64),
        field("recorded-first-entry-id", id_reply(stream.first_id)),
    ];
    fields.extend(if full {
        contents(stream, count)
    } else {
        ends(stream)
    });
    Ok(Reply::Map(fields))
}

fn ends(stream: &Stream) -> Vec<Field> {
    let entry = |entry: Option<_>| entry.map_or(Reply::Null, entry_reply);
    vec![
        field("groups", stream.groups().len()),
        field("first-entry", entry(stream.first())),
        field("last-entry", entry(stream.last())),
    ]
}

fn contents(stream: &Stream, count: usize) -> Vec<Field> {
    let entries = stream.range(StreamId::MIN, StreamId::MAX).take(count);
    let groups = stream.groups().iter();
    vec![
        field("entries", Reply::array(entries.map(entry_reply))),
        field(
            "groups",
            Reply::array(groups.map(|(name, group)| full_group(stream, name, group, count))),
        ),
    ]
}

fn full_group(stream: &Stream, name: &[u8], group: &Group, count: usize) -> Reply {
    let pending = group.pending().iter().take(count).map(|(id, pending)| {
        Reply::Array(vec![
            id_reply(*id),
            Reply::bulk(&group.consumer(pending.owner).name),
            Reply::Int(pending.delivered),
            Reply::Int(pending.count as i64),
        ])
    });
    let consumers = group
        .consumers()
        .map(|one| full_consumer(group, one, count));
    let mut fields = vec![field("name", Reply::bulk(name))];
    fields.extend(progress(stream, group));
    fields.push(field("pel-count", group.pending().len()));
    fields.push(field("pending", Reply::array(pending)));
    fields.push(field("consumers", Reply::array(consumers)));
    Reply::Map(fields)
}

fn full_consumer(group: &Group, consumer: &Consumer, count: usize) -> Reply {
    let row = |id: &StreamId| {
        let pending = group.pending().get(id)?;
        Some(Reply::Array(vec![
            id_reply(*id),
            Reply::Int(pending.delivered),
            Reply::Int(pending.count as i64),
        ]))
    };
    let pending = consumer.pending().iter().take(count).filter_map(row);
    Reply::Map(vec![
        field("name", Reply::bulk(&consumer.name)),
        field("seen-time", consumer.seen),
        field("active-time", consumer.active),
        field("pel-count", consumer.pending().len()),
        field("pending", Reply::array(pending)),
    ])
}
