//! Commands of the group `set`. Here: their table, and what the files beside it share.

mod algebra;
mod chance;
mod members;

use crate::command::{Begin, Command, Find, KeySpec, flag::*, key};
use crate::context::Context;
use crate::reply::Reply;
use crate::values::set::Rules;

const READ: u32 = key::RO | key::ACCESS;
const POPPED: u32 = key::RW | key::ACCESS | key::DELETE;
const STORED: u32 = key::OW | key::UPDATE;
const ANY_ORDER: &[&str] = &["nondeterministic_output_order"];
const BY_CHANCE: &[&str] = &["nondeterministic_output"];
const COUNTED: &[KeySpec] = &[KeySpec {
    flags: READ,
    begin: Begin::Index(1),
    find: Find::Count {
        count_at: 0,
        first: 1,
        step: 1,
    },
    notes: "",
}];

pub(super) const COMMANDS: &[Command] = &[
    Command::new("SADD key member...", members::sadd)
        .summary("Adds members; the set is made if it is not there.")
        .cost("O(1) for each member")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::INSERT])
        .history(&[("2.4.0", "Several members at once.")]),
    Command::new("SCARD key", members::scard)
        .summary("Gives the number of members.")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO]),
    Command::new("SDIFF key...", algebra::sdiff)
        .summary("Gives the members of the first set that are in none of the others.")
        .cost("O(N), N being the members of all sets together")
        .flags(READONLY)
        .key_flags(&[READ])
        .tips(ANY_ORDER),
    Command::new("SDIFFSTORE destination:key key...", algebra::sdiffstore)
        .summary("Stores the members of the first set that are in none of the others.")
        .cost("O(N), N being the members of all sets together")
        .flags(WRITE | DENYOOM)
        .key_flags(&[STORED, READ]),
    Command::new("SINTER key...", algebra::sinter)
        .summary("Gives the members that all sets share.")
        .cost("O(N*M) at worst, N being the members of the smallest set and M the number of sets")
        .flags(READONLY)
        .key_flags(&[READ])
        .tips(ANY_ORDER),
    Command::new(
        "SINTERCARD numkeys:int key... [LIMIT limit:int]",
        algebra::sintercard,
    )
    .summary("Counts the members that all sets share, up to a limit.")
    .cost("O(N*M) at worst, N being the members of the smallest set and M the number of sets")
    .since("7.0.0")
    .flags(READONLY | MOVABLEKEYS)
    .key_specs(COUNTED),
    Command::new("SINTERSTORE destination:key key...", algebra::sinterstore)
        .summary("Stores the members that all sets share.")
        .cost("O(N*M) at worst, N being the members of the smallest set and M the number of sets")
        .flags(WRITE | DENYOOM)
        .key_flags(&[STORED, READ]),
    Command::new("SISMEMBER key member", members::sismember)
        .summary("Says whether something is a member.")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO]),
    Command::new("SMEMBERS key", members::smembers)
        .summary("Gives all members.")
        .cost("O(N), N being the number of members")
        .flags(READONLY)
        .key_flags(&[READ])
        .tips(ANY_ORDER),
    Command::new("SMISMEMBER key member...", members::smismember)
        .summary("Says of several things whether they are members.")
        .cost("O(N), N being the things asked for")
        .since("6.2.0")
        .flags(READONLY | FAST)
        .key_flags(&[READ]),
    Command::new("SMOVE source:key destination:key member", members::smove)
        .summary("Moves a member from one set to another in one step.")
        .flags(WRITE | FAST)
        .key_flags(&[POPPED, key::RW | key::INSERT]),
    Command::new("SPOP key [count:int]", chance::spop)
        .summary("Takes members out by chance, and gives them.")
        .cost("O(N), N being the members taken")
        .flags(WRITE | FAST)
        .key_flags(&[POPPED])
        .tips(BY_CHANCE)
        .history(&[("3.2.0", "The argument `count`.")]),
    Command::new("SRANDMEMBER key [count:int]", chance::srandmember)
        .summary("Gives members by chance; a negative count may give the same one again.")
        .cost("O(N), N being the members given")
        .flags(READONLY)
        .key_flags(&[READ])
        .tips(BY_CHANCE)
        .history(&[("2.6.0", "The argument `count`.")]),
    Command::new("SREM key member...", members::srem)
        .summary("Removes members.")
        .cost("O(N), N being the members to be removed")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::DELETE])
        .history(&[("2.4.0", "Several members at once.")]),
    Command::new(
        "SSCAN key cursor:int [MATCH pattern:pattern] [COUNT count:int]",
        members::sscan,
    )
    .summary("Walks over the members in steps; each call gives the cursor for the next.")
    .cost("O(1) for a step, O(N) for the whole walk, N being the number of members")
    .since("2.8.0")
    .flags(READONLY)
    .key_flags(&[READ])
    .tips(BY_CHANCE),
    Command::new("SUNION key...", algebra::sunion)
        .summary("Gives the members of all sets together.")
        .cost("O(N), N being the members of all sets together")
        .flags(READONLY)
        .key_flags(&[READ])
        .tips(ANY_ORDER),
    Command::new("SUNIONSTORE destination:key key...", algebra::sunionstore)
        .summary("Stores the members of all sets together.")
        .cost("O(N), N being the members of all sets together")
        .flags(WRITE | DENYOOM)
        .key_flags(&[STORED, READ]),
];

fn rules(ctx: &Context) -> Rules {
    Rules {
        limits: ctx.limits(),
        seed: ctx.keys.hash_seed(),
    }
}

fn no_members() -> Reply {
    Reply::Set(Vec::new())
}
