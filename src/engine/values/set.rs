//! Sets: integers alone in an intset, few short members in a listpack, everything else in a table.
//!
//! A set only ever moves to a larger encoding; what goes back makes a new set (`*STORE`, SPOP with a large count).
//! The order of `iter` is that of the structure: ascending, as added, or by bucket. Chance and the choice of
//! algorithms for several sets at once are the commands' business, but for `random_member` and `pop_several`.

use std::borrow::Cow;

use super::told;
use crate::config::Limits;
use crate::number;
use crate::structures::dict::{self, Dict};
use crate::structures::intset::Intset;
use crate::structures::listpack::{self, Entry, Listpack};
use crate::structures::random::Random;
use trace::Of;

#[cfg(test)]
mod tests;

#[derive(Debug, Clone)]
pub enum Set {
    Intset(Intset),
    Listpack(Listpack),
    Table(Box<Dict<()>>),
}

/// What a set must know to choose its encoding, and to make a table.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub limits: Limits,
    /// The server's hash seed.
    pub seed: [u8; 16],
}

/// An intset numbers its integers with 32 bits; Redis stays well below.
const INTSET_MOST: usize = 1 << 30;

impl Default for Set {
    fn default() -> Set {
        Set::Intset(Intset::new())
    }
}

impl Set {
    /// An empty set in the encoding that suits its first member, when about `expected` members are to come.
    pub fn new(first: &[u8], expected: usize, rules: &Rules) -> Set {
        if expected <= rules.limits.set_max_intset_entries && number::parse_i64(first).is_some() {
            return Set::Intset(Intset::new());
        }
        if expected <= rules.limits.set_max_listpack_entries {
            return Set::Listpack(Listpack::new());
        }
        let mut table = Dict::new(rules.seed).told_as(Of::Value);
        table.expand(expected);
        Set::Table(Box::new(table))
    }

    pub fn empty_table(rules: &Rules) -> Set {
        Set::Table(Box::new(Dict::new(rules.seed).told_as(Of::Value)))
    }

    pub fn encoding(&self) -> &'static str {
        match self {
            Set::Intset(_) => "intset",
            Set::Listpack(_) => "listpack",
            Set::Table(_) => "hashtable",
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Set::Intset(integers) => integers.len(),
            Set::Listpack(pack) => pack.len(),
            Set::Table(table) => table.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Somebody looks for this member: in a table that is being rehashed, that moves a bucket.
    pub fn visit(&mut self, member: &[u8]) {
        if let Set::Table(table) = self {
            table.visit(member);
        }
    }

    pub fn contains(&self, member: &[u8]) -> bool {
        self.holds(Entry::Str(member))
    }

    /// `contains` for a member as another set holds it.
    pub fn holds(&self, member: Entry) -> bool {
        match self {
            Set::Intset(integers) => integer(member).is_some_and(|value| integers.contains(value)),
            Set::Listpack(pack) => find(pack, &member.to_bytes()).is_some(),
            Set::Table(table) => table.contains(&member.to_bytes()),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.members().map(Entry::to_bytes)
    }

    /// As `iter`; numbers stay numbers where the encoding has them so.
    pub fn members(&self) -> Members<'_> {
        match self {
            Set::Intset(integers) => Members::Intset { integers, next: 0 },
            Set::Listpack(pack) => Members::Listpack(pack.iter()),
            Set::Table(table) => Members::Table(table.iter()),
        }
    }

    /// When about `expected` members are going to be added, a table is made at once.
    pub fn make_room(&mut self, expected: usize, rules: &Rules) {
        let most = match self {
            Set::Intset(_) => intset_most(&rules.limits),
            Set::Listpack(_) => rules.limits.set_max_listpack_entries,
            Set::Table(_) => return,
        };
        if expected > most {
            if trace::is_on() {
                told::set_outgrew(self.encoding(), "hashtable", expected, 0, &rules.limits);
            }
            self.become_table(expected, rules);
        }
    }

    /// False if it was there.
    pub fn insert(&mut self, member: &[u8], rules: &Rules) -> bool {
        self.insert_entry(Entry::Str(member), rules)
    }

    /// `insert` for a member as another set holds it.
    pub fn insert_entry(&mut self, member: Entry, rules: &Rules) -> bool {
        match self {
            Set::Intset(integers) => match integer(member) {
                Some(value) => {
                    let added = integers.insert(value);
                    if added && integers.len() > intset_most(&rules.limits) {
                        if trace::is_on() {
                            told::set_outgrew(
                                "intset",
                                "hashtable",
                                integers.len(),
                                0,
                                &rules.limits,
                            );
                        }
                        self.become_table(0, rules);
                    }
                    added
                }
                None => {
                    self.leave_intset(&member.to_bytes(), rules);
                    true
                }
            },
            Set::Listpack(pack) => {
                let bytes = member.to_bytes();
                if find(pack, &bytes).is_some() {
                    return false;
                }
                let Limits {
                    set_max_listpack_entries,
                    set_max_listpack_value,
                    ..
                } = rules.limits;
                let fits =
                    pack.len() < set_max_listpack_entries && bytes.len() <= set_max_listpack_value;
                if fits && pack.safe_to_add(bytes.len()) {
                    pack.push_back(&bytes);
                } else {
                    let expected = pack.len() + 1;
                    if trace::is_on() {
                        told::set_outgrew(
                            "listpack",
                            "hashtable",
                            expected,
                            bytes.len(),
                            &rules.limits,
                        );
                    }
                    self.become_table(expected, rules).insert(&bytes, ());
                }
                true
            }
            Set::Table(table) => table.insert(&member.to_bytes(), ()).is_none(),
        }
    }

    /// False if it was not there.
    pub fn remove(&mut self, member: &[u8]) -> bool {
        self.remove_entry(Entry::Str(member))
    }

    /// `remove` for a member as another set holds it.
    pub fn remove_entry(&mut self, member: Entry) -> bool {
        match self {
            Set::Intset(integers) => integer(member).is_some_and(|value| integers.remove(value)),
            Set::Listpack(pack) => match find(pack, &member.to_bytes()) {
                Some(at) => {
                    pack.delete(at);
                    true
                }
                None => false,
            },
            Set::Table(table) => table.remove(&member.to_bytes()).is_some(),
        }
    }

    /// A set of integers that are few enough becomes an intset.
    pub fn become_intset(&mut self, limits: &Limits) {
        if matches!(self, Set::Intset(_)) || self.len() > intset_most(limits) {
            return;
        }
        let mut integers = Intset::new();
        for member in self.members() {
            integers.insert(integer(member).expect("the caller saw only integers"));
        }
        *self = Set::Intset(integers);
    }

    /// Some member, each about equally likely; none of an empty set.
    pub fn random_member(&self, random: &mut Random) -> Option<Entry<'_>> {
        match self {
            Set::Intset(integers) => integers.random(random).map(Entry::Int),
            Set::Listpack(pack) if pack.is_empty() => None,
            Set::Listpack(pack) => {
                let at = pack.seek(random.below(pack.len() as u64) as isize)?;
                Some(pack.get(at))
            }
            Set::Table(table) => table.fair_random_key(random).map(Entry::Str),
        }
    }

    /// Takes some member out.
    pub fn pop_random(&mut self, random: &mut Random) -> Option<Vec<u8>> {
        let member = self.random_member(random)?.to_bytes().into_owned();
        self.remove(&member);
        Some(member)
    }

    /// Takes `count` members out, fewer than there are.
    pub fn pop_several(
        &mut self,
        count: usize,
        rules: &Rules,
        random: &mut Random,
    ) -> Vec<Vec<u8>> {
        // While few are taken, those that go are drawn; else those that stay, into a new set.
        const FEW: usize = 5;
        let remaining = self.len() - count;
        if remaining.saturating_mul(FEW) <= count {
            let stay = self.draw_out(remaining, rules, random);
            let gone = std::mem::replace(self, stay);
            return gone.iter().map(Cow::into_owned).collect();
        }
        let Set::Listpack(pack) = self else {
            return (0..count).filter_map(|_| self.pop_random(random)).collect();
        };
        let (gone, stay) = split(pack, count, random);
        *pack = stay;
        gone.iter()
            .map(|entry| entry.to_bytes().into_owned())
            .collect()
    }

    /// Moves `count` members that chance chooses into a set of their own.
    fn draw_out(&mut self, count: usize, rules: &Rules, random: &mut Random) -> Set {
        if let Set::Listpack(pack) = self {
            let (drawn, left) = split(pack, count, random);
            let mut set = Set::Listpack(Listpack::new());
            for member in &drawn {
                set.insert_entry(member, rules);
            }
            *pack = left;
            return set;
        }
        let mut set = match self {
            Set::Intset(_) => Set::Intset(Intset::new()),
            _ => Set::Listpack(Listpack::new()),
        };
        for _ in 0..count {
            let member = self
                .pop_random(random)
                .expect("fewer are drawn than there are");
            trace::unheard(|| set.insert(&member, rules));
        }
        set
    }

    /// Adds a member that is no integer to an intset.
    fn leave_intset(&mut self, member: &[u8], rules: &Rules) {
        let Set::Intset(integers) = self else { return };
        let limits = &rules.limits;
        let digits = |value: Option<i64>| value.map_or(0, |value| Entry::Int(value).len());
        let longest = digits(integers.min())
            .max(digits(integers.max()))
            .max(member.len());
        if integers.len() < limits.set_max_listpack_entries
            && longest <= limits.set_max_listpack_value
        {
            if trace::is_on() {
                told::set_outgrew("intset", "listpack", integers.len() + 1, longest, limits);
            }
            let mut pack = Listpack::new();
            integers.iter().for_each(|value| pack.push_back_int(value));
            pack.push_back(member);
            *self = Set::Listpack(pack);
        } else {
            let expected = integers.len() + 1;
            if trace::is_on() {
                told::set_outgrew("intset", "hashtable", expected, longest, limits);
            }
            self.become_table(expected, rules).insert(member, ());
        }
    }

    fn become_table(&mut self, expected: usize, rules: &Rules) -> &mut Dict<()> {
        let mut table = Dict::new(rules.seed).told_as(Of::Value);
        table.expand(expected.max(self.len()));
        for member in self.members() {
            table.insert(&member.to_bytes(), ());
        }
        *self = Set::Table(Box::new(table));
        match self {
            Set::Table(table) => table,
            _ => unreachable!("just made a table"),
        }
    }
}

fn integer(member: Entry) -> Option<i64> {
    match member {
        Entry::Int(value) => Some(value),
        Entry::Str(text) => number::parse_i64(text),
    }
}

fn find(pack: &Listpack, member: &[u8]) -> Option<usize> {
    pack.find(member, pack.first()?, 0)
}

fn intset_most(limits: &Limits) -> usize {
    limits.set_max_intset_entries.min(INTSET_MOST)
}

/// `count` entries that chance chooses, and the others; both keep their order.
fn split(pack: &Listpack, count: usize, random: &mut Random) -> (Listpack, Listpack) {
    let (mut chosen, mut others) = (Listpack::new(), Listpack::new());
    let mut wanted = count as u64;
    let mut left = pack.len() as u64;
    for entry in pack {
        let is_chosen = random.below(left) < wanted;
        wanted -= is_chosen as u64;
        left -= 1;
        let side = if is_chosen { &mut chosen } else { &mut others };
        side.push_back(&entry.to_bytes());
    }
    (chosen, others)
}

/// What `Set::members` walks.
#[derive(Debug)]
pub enum Members<'a> {
    Intset { integers: &'a Intset, next: usize },
    Listpack(listpack::Iter<'a>),
    Table(dict::Iter<'a, ()>),
}

impl<'a> Iterator for Members<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        match self {
            Members::Intset { integers, next } => {
                let value = integers.get(*next)?;
                *next += 1;
                Some(Entry::Int(value))
            }
            Members::Listpack(iter) => iter.next(),
            Members::Table(iter) => iter.next().map(|(member, ())| Entry::Str(member)),
        }
    }
}
