//! XPENDING.

use super::{elapsed, id_reply, no_group, range_end, range_start, read_group};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::values::stream::{Group, StreamId};

/// Which pending entries are asked for.
struct Order<'a> {
    idle_at_least: i64,
    start: StreamId,
    end: StreamId,
    count: usize,
    consumer: Option<&'a [u8]>,
}

pub(super) fn xpending(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    // START END COUNT, with a consumer after it, with IDLE and a number before it; Redis takes so many words and no
    // closer look.
    const WORDS: std::ops::RangeInclusive<usize> = 3..=6;
    let (key, name) = (args.word()?, args.word()?);
    let order = match args.left() {
        0 => None,
        left if WORDS.contains(&left) => Some(Order::read(args)?),
        _ => return Err(Error::Syntax),
    };
    let now = ctx.now.millis();
    let group = read_group(ctx, key, name)?.ok_or_else(|| no_group(key, name))?;
    Ok(match order {
        None => summary(group),
        Some(order) => order.list(group, now),
    })
}

fn summary(group: &Group) -> Reply {
    let pending = group.pending();
    let total = Reply::Int(pending.len() as i64);
    let (Some((first, _)), Some((last, _))) = (pending.first_key_value(), pending.last_key_value())
    else {
        return Reply::Array(vec![total, Reply::Null, Reply::Null, Reply::NullArray]);
    };
    let consumers = group.consumers().filter(|one| !one.pending().is_empty());
    let consumers = consumers.map(|consumer| {
        let count = number::i64_to_bytes(consumer.pending().len() as i64);
        Reply::Array(vec![Reply::bulk(&consumer.name), Reply::Bulk(count)])
    });
    let consumers = Reply::array(consumers);
    Reply::Array(vec![total, id_reply(*first), id_reply(*last), consumers])
}

impl<'a> Order<'a> {
    fn read(args: &mut Args<'a>) -> Result<Order<'a>, Error> {
        let mut idle_at_least = 0;
        if args.token("IDLE") {
            idle_at_least = args.int()?;
            if args.left() < 3 {
                return Err(Error::Syntax);
            }
        }
        let (start, end) = (args.word()?, args.word()?);
        let count = args.int()?.max(0);
        Ok(Order {
            idle_at_least,
            start: range_start(start)?,
            end: range_end(end)?,
            count: usize::try_from(count).unwrap_or(usize::MAX),
            consumer: args.word().ok(),
        })
    }

    fn list(&self, group: &Group, now: i64) -> Reply {
        if self.start > self.end {
            return Reply::Array(Vec::new());
        }
        let range = self.start..=self.end;
        let row = |id: &StreamId| {
            let pending = group.pending().get(id)?;
            let idle = now.wrapping_sub(pending.delivered);
            (self.idle_at_least == 0 || idle >= self.idle_at_least).then(|| {
                Reply::Array(vec![
                    id_reply(*id),
                    Reply::bulk(&group.consumer(pending.owner).name),
                    Reply::Int(elapsed(pending.delivered, now)),
                    Reply::Int(pending.count as i64),
                ])
            })
        };
        let rows: Vec<Reply> = match self.consumer {
            None => {
                let ids = group.pending().range(range).map(|(id, _)| id);
                ids.filter_map(row).take(self.count).collect()
            }
            Some(name) => match group.find(name) {
                None => Vec::new(),
                Some(consumer) => {
                    let ids = group.consumer(consumer).pending().range(range);
                    ids.filter_map(row).take(self.count).collect()
                }
            },
        };
        Reply::Array(rows)
    }
}
