//! Commands of the group `sorted-set`.

mod adding;
mod algebra;
mod chance;
mod popping;
mod query;
mod ranges;
mod reading;
mod removing;
mod scan;

pub(super) use adding::zadd;

use std::borrow::Cow;

use crate::command::{Begin, Command, Find, KeySpec, flag::*, key};
use crate::context::Context;
use crate::event::Class;
use crate::reply::Reply;
use crate::value::Kind;

const READ: u32 = key::RO | key::ACCESS;
const STORED: u32 = key::OW | key::UPDATE;
const POPPED: u32 = key::RW | key::ACCESS | key::DELETE;

/// `numkeys key…` from word `at` on.
const fn counted(at: i32, flags: u32) -> KeySpec {
    KeySpec {
        flags,
        begin: Begin::Index(at),
        find: Find::Count {
            count_at: 0,
            first: 1,
            step: 1,
        },
        notes: "",
    }
}

const DESTINATION: KeySpec = KeySpec {
    flags: STORED,
    begin: Begin::Index(1),
    find: Find::Range {
        last: 0,
        step: 1,
        limit: 0,
    },
    notes: "",
};

pub(super) const COMMANDS: &[Command] = &[
    Command::new("BZMPOP timeout:float numkeys:int key... (MIN | MAX) [COUNT count:int]", popping::bzmpop)
        .summary("Takes members from one end of the first of several sorted sets that has any, or waits for one.")
        .cost("O(K) + O(M*log(N)), K being the number of keys, N the members and M those that are taken")
        .since("7.0.0")
        .flags(WRITE | BLOCKING | MOVABLEKEYS)
        .key_specs(&[counted(2, POPPED)]),
    Command::new("BZPOPMAX key... timeout:float", popping::bzpopmax)
        .summary("Takes the member with the highest score from the first sorted set that has any, or waits for one.")
        .cost("O(log(N)), N being the number of members")
        .since("5.0.0")
        .flags(WRITE | BLOCKING | FAST)
        .key_flags(&[POPPED])
        .history(&[("6.0.0", "The timeout may have decimals.")]),
    Command::new("BZPOPMIN key... timeout:float", popping::bzpopmin)
        .summary("Takes the member with the lowest score from the first sorted set that has any, or waits for one.")
        .cost("O(log(N)), N being the number of members")
        .since("5.0.0")
        .flags(WRITE | BLOCKING | FAST)
        .key_flags(&[POPPED])
        .history(&[("6.0.0", "The timeout may have decimals.")]),
    Command::new("ZADD key [NX | XX] [GT | LT] [CH] [INCR] (score:float member)...", adding::zadd)
        .summary("Adds members with their scores, or changes the scores of those that are there.")
        .cost("O(log(N)) for each member, N being the number of members")
        .since("1.2.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::UPDATE])
        .history(&[
            ("2.4.0", "Several members at once."),
            ("3.0.2", "The options `XX`, `NX`, `CH` and `INCR`."),
            ("6.2.0", "The options `GT` and `LT`."),
        ]),
    Command::new("ZCARD key", reading::zcard)
        .summary("Gives the number of members.")
        .since("1.2.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO]),
    Command::new("ZCOUNT key min:float max:float", reading::zcount)
        .summary("Counts the members whose scores lie in a range.")
        .cost("O(log(N)), N being the number of members")
        .since("2.0.0")
        .flags(READONLY | FAST)
        .key_flags(&[READ]),
    Command::new("ZDIFF numkeys:int key... [WITHSCORES]", algebra::zdiff)
        .summary("Gives the members of the first sorted set that no other one has.")
        .cost("O(L + (N-K)log(N)) at worst, L being all members, N those of the first set and K those of the result")
        .since("6.2.0")
        .flags(READONLY | MOVABLEKEYS)
        .key_specs(&[counted(1, READ)]),
    Command::new("ZDIFFSTORE destination:key numkeys:int key...", algebra::zdiffstore)
        .summary("Stores the members of the first sorted set that no other one has.")
        .cost("O(L + (N-K)log(N)) at worst, L being all members, N those of the first set and K those of the result")
        .since("6.2.0")
        .flags(WRITE | DENYOOM | MOVABLEKEYS)
        .key_specs(&[DESTINATION, counted(2, READ)]),
    Command::new("ZINCRBY key increment:int member", adding::zincrby)
        .summary("Adds to the score of a member; an absent member counts as 0.")
        .cost("O(log(N)), N being the number of members")
        .since("1.2.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::UPDATE]),
    Command::new(
        "ZINTER numkeys:int key... [WEIGHTS weight:int...] [AGGREGATE (SUM | MIN | MAX)] [WITHSCORES]",
        algebra::zinter,
    )
    .summary("Gives the members that all sorted sets share.")
    .cost("O(N*K)+O(M*log(M)) at worst, N being the smallest set, K the number of sets and M the result")
    .since("6.2.0")
    .flags(READONLY | MOVABLEKEYS)
    .key_specs(&[counted(1, READ)]),
    Command::new("ZINTERCARD numkeys:int key... [LIMIT limit:int]", algebra::zintercard)
        .summary("Counts the members that all sorted sets share.")
        .cost("O(N*K) at worst, N being the smallest set and K the number of sets")
        .since("7.0.0")
        .flags(READONLY | MOVABLEKEYS)
        .key_specs(&[counted(1, READ)]),
    Command::new(
        "ZINTERSTORE destination:key numkeys:int key... [WEIGHTS weight:int...] [AGGREGATE (SUM | MIN | MAX)]",
        algebra::zinterstore,
    )
    .summary("Stores the members that all sorted sets share.")
    .cost("O(N*K)+O(M*log(M)) at worst, N being the smallest set, K the number of sets and M the result")
    .since("2.0.0")
    .flags(WRITE | DENYOOM | MOVABLEKEYS)
    .key_specs(&[DESTINATION, counted(2, READ)]),
    Command::new("ZLEXCOUNT key min max", reading::zlexcount)
        .summary("Counts the members that lie in a range of their bytes.")
        .cost("O(log(N)), N being the number of members")
        .since("2.8.9")
        .flags(READONLY | FAST)
        .key_flags(&[READ]),
    Command::new("ZMPOP numkeys:int key... (MIN | MAX) [COUNT count:int]", popping::zmpop)
        .summary("Takes members from one end of the first of several sorted sets that has any.")
        .cost("O(K) + O(M*log(N)), K being the number of keys, N the members and M those that are taken")
        .since("7.0.0")
        .flags(WRITE | MOVABLEKEYS)
        .key_specs(&[counted(1, POPPED)]),
    Command::new("ZMSCORE key member...", reading::zmscore)
        .summary("Gives the scores of several members.")
        .cost("O(N), N being the number of members asked for")
        .since("6.2.0")
        .flags(READONLY | FAST)
        .key_flags(&[READ]),
    Command::new("ZPOPMAX key [count:int]", popping::zpopmax)
        .summary("Takes the members with the highest scores.")
        .cost("O(log(N)*M), N being the number of members and M of those that are taken")
        .since("5.0.0")
        .flags(WRITE | FAST)
        .key_flags(&[POPPED]),
    Command::new("ZPOPMIN key [count:int]", popping::zpopmin)
        .summary("Takes the members with the lowest scores.")
        .cost("O(log(N)*M), N being the number of members and M of those that are taken")
        .since("5.0.0")
        .flags(WRITE | FAST)
        .key_flags(&[POPPED]),
    Command::new("ZRANDMEMBER key [count:int [WITHSCORES]]", chance::zrandmember)
        .summary("Gives members by chance: different ones, or with a negative count each drawn anew.")
        .cost("O(N), N being the number of members returned")
        .since("6.2.0")
        .flags(READONLY)
        .key_flags(&[READ])
        .tips(&["nondeterministic_output"]),
    Command::new(
        "ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT (offset:int count:int)] [WITHSCORES]",
        ranges::zrange,
    )
    .summary("Gives members in order: a range of ranks, of scores or of the members themselves.")
    .cost("O(log(N)+M), N being the number of members and M of those returned")
    .since("1.2.0")
    .flags(READONLY)
    .key_flags(&[READ])
    .history(&[("6.2.0", "The options `REV`, `BYSCORE`, `BYLEX` and `LIMIT`.")]),
    Command::new("ZRANGEBYLEX key min max [LIMIT (offset:int count:int)]", ranges::zrangebylex)
        .summary("Gives the members that lie in a range of their bytes.")
        .cost("O(log(N)+M), N being the number of members and M of those returned")
        .since("2.8.9")
        .flags(READONLY)
        .key_flags(&[READ])
        .deprecated("6.2.0", "`ZRANGE` with the `BYLEX` argument"),
    Command::new("ZRANGEBYSCORE key min:float max:float [WITHSCORES] [LIMIT (offset:int count:int)]", ranges::zrangebyscore)
        .summary("Gives the members whose scores lie in a range.")
        .cost("O(log(N)+M), N being the number of members and M of those returned")
        .since("1.0.5")
        .flags(READONLY)
        .key_flags(&[READ])
        .history(&[("2.0.0", "The option `WITHSCORES`.")])
        .deprecated("6.2.0", "`ZRANGE` with the `BYSCORE` argument"),
    Command::new(
        "ZRANGESTORE dst:key src:key min max [BYSCORE | BYLEX] [REV] [LIMIT (offset:int count:int)]",
        ranges::zrangestore,
    )
    .summary("Stores a range of members in another key.")
    .cost("O(log(N)+M), N being the number of members and M of those stored")
    .since("6.2.0")
    .flags(WRITE | DENYOOM)
    .key_flags(&[STORED, READ]),
    Command::new("ZRANK key member [WITHSCORE]", reading::zrank)
        .summary("Gives the place of a member, counted from the lowest score.")
        .cost("O(log(N))")
        .since("2.0.0")
        .flags(READONLY | FAST)
        .key_flags(&[READ])
        .history(&[("7.2.0", "The option `WITHSCORE`.")]),
    Command::new("ZREM key member...", removing::zrem)
        .summary("Removes members; the key goes with the last of them.")
        .cost("O(M*log(N)), N being the number of members and M of those to remove")
        .since("1.2.0")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::DELETE])
        .history(&[("2.4.0", "Several members at once.")]),
    Command::new("ZREMRANGEBYLEX key min max", removing::zremrangebylex)
        .summary("Removes the members that lie in a range of their bytes.")
        .cost("O(log(N)+M), N being the number of members and M of those removed")
        .since("2.8.9")
        .flags(WRITE)
        .key_flags(&[key::RW | key::DELETE]),
    Command::new("ZREMRANGEBYRANK key start:int stop:int", removing::zremrangebyrank)
        .summary("Removes the members in a range of ranks.")
        .cost("O(log(N)+M), N being the number of members and M of those removed")
        .since("2.0.0")
        .flags(WRITE)
        .key_flags(&[key::RW | key::DELETE]),
    Command::new("ZREMRANGEBYSCORE key min:float max:float", removing::zremrangebyscore)
        .summary("Removes the members whose scores lie in a range.")
        .cost("O(log(N)+M), N being the number of members and M of those removed")
        .since("1.2.0")
        .flags(WRITE)
        .key_flags(&[key::RW | key::DELETE]),
    Command::new("ZREVRANGE key start:int stop:int [WITHSCORES]", ranges::zrevrange)
        .summary("Gives a range of ranks, the highest score first.")
        .cost("O(log(N)+M), N being the number of members and M of those returned")
        .since("1.2.0")
        .flags(READONLY)
        .key_flags(&[READ])
        .deprecated("6.2.0", "`ZRANGE` with the `REV` argument"),
    Command::new("ZREVRANGEBYLEX key max min [LIMIT (offset:int count:int)]", ranges::zrevrangebylex)
        .summary("Gives the members that lie in a range of their bytes, the last first.")
        .cost("O(log(N)+M), N being the number of members and M of those returned")
        .since("2.8.9")
        .flags(READONLY)
        .key_flags(&[READ])
        .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYLEX` arguments"),
    Command::new(
        "ZREVRANGEBYSCORE key max:float min:float [WITHSCORES] [LIMIT (offset:int count:int)]",
        ranges::zrevrangebyscore,
    )
    .summary("Gives the members whose scores lie in a range, the highest first.")
    .cost("O(log(N)+M), N being the number of members and M of those returned")
    .since("2.2.0")
    .flags(READONLY)
    .key_flags(&[READ])
    .history(&[("2.1.6", "`min` and `max` may be exclusive.")])
    .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYSCORE` arguments"),
    Command::new("ZREVRANK key member [WITHSCORE]", reading::zrevrank)
        .summary("Gives the place of a member, counted from the highest score.")
        .cost("O(log(N))")
        .since("2.0.0")
        .flags(READONLY | FAST)
        .key_flags(&[READ])
        .history(&[("7.2.0", "The option `WITHSCORE`.")]),
    Command::new("ZSCAN key cursor:int [MATCH pattern:pattern] [COUNT count:int]", scan::zscan)
        .summary("Goes through a sorted set a few members at a time.")
        .cost("O(1) for each call, O(N) for a whole round, N being the number of members")
        .since("2.8.0")
        .flags(READONLY)
        .key_flags(&[READ])
        .tips(&["nondeterministic_output"]),
    Command::new("ZSCORE key member", reading::zscore)
        .summary("Gives the score of a member.")
        .since("1.2.0")
        .flags(READONLY | FAST)
        .key_flags(&[READ]),
    Command::new(
        "ZUNION numkeys:int key... [WEIGHTS weight:int...] [AGGREGATE (SUM | MIN | MAX)] [WITHSCORES]",
        algebra::zunion,
    )
    .summary("Gives the members of all sorted sets together.")
    .cost("O(N)+O(M*log(M)), N being all members and M the result")
    .since("6.2.0")
    .flags(READONLY | MOVABLEKEYS)
    .key_specs(&[counted(1, READ)]),
    Command::new(
        "ZUNIONSTORE destination:key numkeys:int key... [WEIGHTS weight:int...] [AGGREGATE (SUM | MIN | MAX)]",
        algebra::zunionstore,
    )
    .summary("Stores the members of all sorted sets together.")
    .cost("O(N)+O(M log(M)), N being all members and M the result")
    .since("2.0.0")
    .flags(WRITE | DENYOOM | MOVABLEKEYS)
    .key_specs(&[DESTINATION, counted(2, READ)]),
];

/// Members as an answer, with or without their scores.
fn members<'a>(members: impl Iterator<Item = (Cow<'a, [u8]>, f64)>, with_scores: bool) -> Reply {
    if with_scores {
        Reply::Pairs(
            members
                .map(|(member, score)| (Reply::bulk(member), Reply::Double(score)))
                .collect(),
        )
    } else {
        Reply::bulks(members.map(|(member, _)| member))
    }
}

/// What a command stores in a destination: nothing stored is the destination removed.
pub(super) fn stored(
    ctx: &mut Context,
    destination: &[u8],
    event: &'static str,
    set: crate::values::sorted_set::SortedSet,
) -> Reply {
    let count = set.len();
    if count > 0 {
        ctx.keys.expire_if_due(destination);
        ctx.keys.insert(destination, set.into_value());
        ctx.keys.changed(Class::SortedSet, event, destination);
    } else if ctx.keys.remove(destination).is_some() {
        ctx.keys.changed(Class::Generic, "del", destination);
    }
    count.into()
}
