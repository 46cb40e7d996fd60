//! Reading values from RDB bytes that may be damaged or hostile: everything is checked, nothing is reserved beyond
//! what the bytes themselves can fill.

use structures::ordered::OrderedSet;

use super::{INT8, INT16, INT32, LZF, NODE_PACKED, NODE_PLAIN, kind, ziplist};
use crate::config::Limits;
use crate::lzf;
use crate::number;
use crate::structures::intset::Intset;
use crate::structures::listpack::Listpack;
use crate::structures::quicklist::{Quicklist, exceeds_limit};
use crate::structures::random::Random;
use crate::value::{Kind, Value};
use crate::values::hash::{Hash, OldDeadline};
use crate::values::list::{self, List};
use crate::values::set::{self, Set};
use crate::values::sorted_set::{self, SortedSet};
use crate::values::string::Str;

/// The bytes are no value that this engine could hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadError;

pub(super) type Load<T> = Result<T, LoadError>;

/// What a value must know to choose its encoding.
pub struct Rules<'a> {
    pub limits: Limits,
    /// The server's hash seed.
    pub seed: [u8; 16],
    pub random: &'a mut Random,
}

/// A cursor over RDB bytes.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// What was read last is a collection without elements: `value` refuses it, a file's reader passes over it.
    pub empty: bool,
}

/// Where the deadlines of a hash's fields stand.
#[derive(Debug, Clone, Copy)]
enum Deadlines {
    None,
    /// Before each field, counted from the nearest, plus one.
    After(i64),
    /// Before each field, since 1970: what 7.4 wrote before it was released.
    Absolute,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader {
            rest: bytes,
            empty: false,
        }
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// A value with the byte that says what it is before it; never an empty collection. Bytes behind it stay.
    pub fn value(&mut self, rules: &mut Rules) -> Load<Value> {
        let kind = self.byte()?;
        self.value_of(kind, rules)
    }

    /// As `value`, where something else stands between the type's byte and the value.
    pub fn value_of(&mut self, kind: u8, rules: &mut Rules) -> Load<Value> {
        let value = match kind {
            kind::STRING => Value::String(self.text()?),
            kind::LIST => self.list(rules)?.into_value(),
            kind::LIST_QUICKLIST => self.quicklist(rules)?.into_value(),
            kind::SET => self.set(rules)?.into_value(),
            kind::SET_INTSET => self.intset(rules)?.into_value(),
            kind::SET_LISTPACK => self.set_listpack(rules)?.into_value(),
            kind::SORTED_SET_TEXT => self.sorted_set(rules, Reader::score_text)?.into_value(),
            kind::SORTED_SET => self.sorted_set(rules, Reader::score)?.into_value(),
            kind::SORTED_SET_LISTPACK => self.sorted_set_listpack(rules)?.into_value(),
            // A single one stays a large list, however short it is.
            kind::LIST_ZIPLIST => List::Quicklist(Box::new(self.ziplists(rules, 1)?)).into_value(),
            kind::LIST_QUICKLIST_ZIPLISTS => {
                let nodes = self.length()?;
                settle(self.ziplists(rules, nodes)?, &rules.limits).into_value()
            }
            kind::SORTED_SET_ZIPLIST => self.sorted_set_ziplist(rules)?.into_value(),
            kind::HASH_ZIPMAP => self.hash_pairs(rules, ziplist::zipmap)?.into_value(),
            kind::HASH_ZIPLIST => self.hash_pairs(rules, ziplist::ziplist)?.into_value(),
            kind::HASH => self.hash(rules, Deadlines::None)?.into_value(),
            kind::HASH_DEADLINES => {
                let nearest = self.int64()?;
                self.hash(rules, Deadlines::After(nearest))?.into_value()
            }
            kind::HASH_DEADLINES_DRAFT => self.hash(rules, Deadlines::Absolute)?.into_value(),
            kind::HASH_LISTPACK_DEADLINES_DRAFT => {
                self.hash_listpack_deadlines(rules)?.into_value()
            }
            kind::HASH_LISTPACK => self.hash_listpack(rules)?.into_value(),
            kind::HASH_LISTPACK_DEADLINES => {
                self.int64()?;
                self.hash_listpack_deadlines(rules)?.into_value()
            }
            version @ (kind::STREAM | kind::STREAM_2 | kind::STREAM_3) => {
                self.stream(version)?.into_value()
            }
            kind::MODULE => self.vector_set()?.into_value(),
            _ => return Err(LoadError),
        };
        Ok(value)
    }

    // --- Types ----------------------------------------------------------------------------------------------------

    /// The key is not known here: the caller lets the text move out of the key's object where it does not fit.
    fn text(&mut self) -> Load<Str> {
        Ok(Str::new(&self.string()?, b"", false))
    }

    fn list(&mut self, rules: &Rules) -> Load<List> {
        let mut list = Quicklist::new(list::fill(&rules.limits), rules.limits.list_compress_depth);
        for _ in 0..self.length()? {
            list.push_back(&self.string()?);
        }
        self.ensure_filled(!list.is_empty())?;
        Ok(settle(list, &rules.limits))
    }

    fn quicklist(&mut self, rules: &Rules) -> Load<List> {
        let mut list = Quicklist::new(list::fill(&rules.limits), rules.limits.list_compress_depth);
        for _ in 0..self.length()? {
            match self.length()? {
                NODE_PLAIN => match self.string()? {
                    element if element.is_empty() => return Err(LoadError),
                    element => list.append_plain(element),
                },
                NODE_PACKED => {
                    let pack = self.listpack()?;
                    if !pack.is_empty() {
                        list.append_listpack(pack);
                    }
                }
                _ => return Err(LoadError),
            }
        }
        self.ensure_filled(!list.is_empty())?;
        Ok(settle(list, &rules.limits))
    }

    fn set(&mut self, rules: &Rules) -> Load<Set> {
        let count = self.length()?;
        let rules = set::Rules {
            limits: rules.limits,
            seed: rules.seed,
        };
        let many = count > rules.limits.set_max_intset_entries as u64;
        let mut set = if many {
            Set::empty_table(&rules)
        } else {
            Set::default()
        };
        for _ in 0..count {
            ensure(set.insert(&self.string()?, &rules))?;
        }
        self.ensure_filled(!set.is_empty())?;
        Ok(set)
    }

    fn intset(&mut self, rules: &Rules) -> Load<Set> {
        let integers = Intset::from_bytes(self.string()?).ok_or(LoadError)?;
        ensure(!integers.is_empty())?;
        if integers.len() <= rules.limits.set_max_intset_entries {
            return Ok(Set::Intset(integers));
        }
        let rules = set::Rules {
            limits: rules.limits,
            seed: rules.seed,
        };
        let mut set = Set::empty_table(&rules);
        integers
            .iter()
            .for_each(|integer| _ = set.insert(&number::i64_to_bytes(integer), &rules));
        Ok(set)
    }

    fn set_listpack(&mut self, rules: &Rules) -> Load<Set> {
        let pack = self.listpack()?;
        self.ensure_filled(!pack.is_empty())?;
        ensure(firsts_differ(&pack, 1))?;
        if pack.len() <= rules.limits.set_max_listpack_entries {
            return Ok(Set::Listpack(pack));
        }
        let rules = set::Rules {
            limits: rules.limits,
            seed: rules.seed,
        };
        let mut set = Set::empty_table(&rules);
        pack.iter()
            .for_each(|member| _ = set.insert(&member.to_bytes(), &rules));
        Ok(set)
    }

    fn sorted_set(
        &mut self,
        rules: &mut Rules,
        score: fn(&mut Self) -> Load<f64>,
    ) -> Load<SortedSet> {
        let mut members = Vec::new();
        for _ in 0..self.length()? {
            members.push((self.string()?, score(self)?));
        }
        self.ensure_filled(!members.is_empty())?;
        make_sorted_set(&members, rules)
    }

    fn sorted_set_listpack(&mut self, rules: &mut Rules) -> Load<SortedSet> {
        let pack = self.listpack()?;
        self.ensure_filled(!pack.is_empty())?;
        ensure(pack.len().is_multiple_of(2))?;
        let mut entries = pack.iter();
        let mut members = Vec::new();
        while let (Some(member), Some(score)) = (entries.next(), entries.next()) {
            members.push((
                member.to_bytes().into_owned(),
                number::parse_f64(&score.to_bytes()).ok_or(LoadError)?,
            ));
        }
        ensure(members.is_sorted_by(|(a, score_a), (b, score_b)| (score_a, a) < (score_b, b)))?;
        if members.len() <= rules.limits.zset_max_listpack_entries && firsts_differ(&pack, 2) {
            return Ok(SortedSet::Listpack(pack));
        }
        make_sorted_set(&members, rules)
    }

    fn hash(&mut self, rules: &Rules, deadlines: Deadlines) -> Load<Hash> {
        let mut hash = Hash::new();
        if !matches!(deadlines, Deadlines::None) {
            hash.allow_deadlines();
        }
        for _ in 0..self.length()? {
            let deadline = self.field_deadline(deadlines)?;
            let (field, value) = (self.string()?, self.string()?);
            ensure(hash.set(&field, &value, OldDeadline::Drop, &rules.limits, rules.seed))?;
            if deadline.is_some() {
                hash.set_deadline(&field, deadline);
            }
        }
        self.ensure_filled(!hash.is_empty())?;
        Ok(hash)
    }

    fn field_deadline(&mut self, deadlines: Deadlines) -> Load<Option<i64>> {
        let from = match deadlines {
            Deadlines::None => return Ok(None),
            Deadlines::After(nearest) => nearest.checked_sub(1),
            Deadlines::Absolute => Some(0),
        };
        let offset = i64::try_from(self.length()?).map_err(|_| LoadError)?;
        if offset == 0 {
            return Ok(None);
        }
        from.and_then(|from| from.checked_add(offset))
            .filter(|deadline| deadline_fits(*deadline))
            .map(Some)
            .ok_or(LoadError)
    }

    /// Fields and values in turn, packed as older servers did.
    fn hash_pairs(
        &mut self,
        rules: &Rules,
        unpack: fn(&[u8]) -> Option<Vec<Vec<u8>>>,
    ) -> Load<Hash> {
        let words = unpack(&self.string()?).ok_or(LoadError)?;
        self.ensure_filled(!words.is_empty())?;
        ensure(words.len().is_multiple_of(2))?;
        let slices: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let mut hash = Hash::new();
        hash.make_room(&slices, &rules.limits, rules.seed);
        for pair in slices.chunks(2) {
            ensure(hash.set(
                pair[0],
                pair[1],
                OldDeadline::Drop,
                &rules.limits,
                rules.seed,
            ))?;
        }
        Ok(hash)
    }

    /// A list of so many ziplists.
    fn ziplists(&mut self, rules: &Rules, nodes: u64) -> Load<Quicklist> {
        let mut list = Quicklist::new(list::fill(&rules.limits), rules.limits.list_compress_depth);
        for _ in 0..nodes {
            let mut pack = Listpack::new();
            for entry in ziplist::ziplist(&self.string()?).ok_or(LoadError)? {
                pack.push_back(&entry);
            }
            if !pack.is_empty() {
                list.append_listpack(pack);
            }
        }
        self.ensure_filled(!list.is_empty())?;
        Ok(list)
    }

    fn sorted_set_ziplist(&mut self, rules: &mut Rules) -> Load<SortedSet> {
        let words = ziplist::ziplist(&self.string()?).ok_or(LoadError)?;
        self.ensure_filled(!words.is_empty())?;
        ensure(words.len().is_multiple_of(2))?;
        let mut members = Vec::new();
        for pair in words.chunks(2) {
            members.push((
                pair[0].clone(),
                number::parse_f64(&pair[1]).ok_or(LoadError)?,
            ));
        }
        make_sorted_set(&members, rules)
    }

    fn hash_listpack(&mut self, rules: &Rules) -> Load<Hash> {
        let pack = self.listpack()?;
        self.ensure_filled(!pack.is_empty())?;
        ensure(pack.len().is_multiple_of(2) && firsts_differ(&pack, 2))?;
        if pack.len() / 2 <= rules.limits.hash_max_listpack_entries {
            return Ok(Hash::Listpack(pack));
        }
        let mut hash = Hash::new();
        for (field, found) in Hash::Listpack(pack).iter() {
            hash.set(
                &field,
                &found.value,
                OldDeadline::Drop,
                &rules.limits,
                rules.seed,
            );
        }
        Ok(hash)
    }

    fn hash_listpack_deadlines(&mut self, rules: &Rules) -> Load<Hash> {
        let pack = self.listpack()?;
        self.ensure_filled(!pack.is_empty())?;
        ensure(pack.len().is_multiple_of(3) && firsts_differ(&pack, 3))?;
        let deadlines = pack.iter().skip(2).step_by(3);
        let mut latest = i64::MIN;
        for entry in deadlines {
            let deadline = entry.int().ok_or(LoadError)?;
            // Zero is "none", and stands behind all others.
            let rank = if deadline == 0 { i64::MAX } else { deadline };
            ensure(rank >= latest && (deadline == 0 || deadline_fits(deadline)))?;
            latest = rank;
        }
        if pack.len() / 3 <= rules.limits.hash_max_listpack_entries {
            return Ok(Hash::ListpackEx(Box::new(pack)));
        }
        let mut hash = Hash::new();
        for (field, found) in Hash::ListpackEx(Box::new(pack)).iter() {
            hash.set(
                &field,
                &found.value,
                OldDeadline::Drop,
                &rules.limits,
                rules.seed,
            );
            if found.deadline.is_some() {
                hash.set_deadline(&field, found.deadline);
            }
        }
        Ok(hash)
    }

    // --- Parts ----------------------------------------------------------------------------------------------------

    fn ensure_filled(&mut self, filled: bool) -> Load<()> {
        self.empty = !filled;
        ensure(filled)
    }

    pub fn take(&mut self, count: u64) -> Load<&'a [u8]> {
        let count = usize::try_from(count).map_err(|_| LoadError)?;
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(LoadError)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Load<[u8; N]> {
        let bytes = self.take(N as u64)?;
        Ok(bytes.try_into().expect("so many bytes were taken"))
    }

    pub fn byte(&mut self) -> Load<u8> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub fn int64(&mut self) -> Load<i64> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    pub fn length(&mut self) -> Load<u64> {
        match self.byte()? {
            short @ 0..0x40 => Ok(u64::from(short)),
            high @ 0x40..0x80 => Ok(u64::from(high & 0x3F) << 8 | u64::from(self.byte()?)),
            0x80 => Ok(u64::from(u32::from_be_bytes(self.array()?))),
            0x81 => Ok(u64::from_be_bytes(self.array()?)),
            _ => Err(LoadError),
        }
    }

    pub fn string(&mut self) -> Load<Vec<u8>> {
        match self.rest.first().ok_or(LoadError)? {
            0..0xC0 => {
                let length = self.length()?;
                Ok(self.take(length)?.to_vec())
            }
            _ => match self.byte()? {
                INT8 => Ok(number::i64_to_bytes(i64::from(i8::from_le_bytes(
                    self.array()?,
                )))),
                INT16 => Ok(number::i64_to_bytes(i64::from(i16::from_le_bytes(
                    self.array()?,
                )))),
                INT32 => Ok(number::i64_to_bytes(i64::from(i32::from_le_bytes(
                    self.array()?,
                )))),
                LZF => {
                    let (compressed, length) = (self.length()?, self.length()?);
                    let compressed = self.take(compressed)?;
                    let length = usize::try_from(length).map_err(|_| LoadError)?;
                    lzf::decompress(compressed, length).ok_or(LoadError)
                }
                _ => Err(LoadError),
            },
        }
    }

    pub(super) fn listpack(&mut self) -> Load<Listpack> {
        Listpack::from_bytes(self.string()?).ok_or(LoadError)
    }

    fn score(&mut self) -> Load<f64> {
        let score = f64::from_le_bytes(self.array()?);
        if score.is_nan() {
            Err(LoadError)
        } else {
            Ok(score)
        }
    }

    /// As servers before 4.0 wrote it.
    fn score_text(&mut self) -> Load<f64> {
        match self.byte()? {
            253 => Err(LoadError),
            254 => Ok(f64::INFINITY),
            255 => Ok(f64::NEG_INFINITY),
            length => number::parse_f64(self.take(u64::from(length))?).ok_or(LoadError),
        }
    }
}

pub(super) fn ensure(condition: bool) -> Load<()> {
    if condition { Ok(()) } else { Err(LoadError) }
}

/// A list that fits one node becomes a listpack.
fn settle(mut list: Quicklist, limits: &Limits) -> List {
    let fits = list
        .single_listpack()
        .is_some_and(|pack| !exceeds_limit(list::fill(limits), pack.size(), pack.len()));
    if fits && let Some(pack) = list.take_single_listpack() {
        return List::Listpack(pack);
    }
    List::Quicklist(Box::new(list))
}

fn make_sorted_set(members: &[(Vec<u8>, f64)], rules: &mut Rules) -> Load<SortedSet> {
    let mut rules = sorted_set::Rules {
        limits: &rules.limits,
        seed: rules.seed,
        random: rules.random,
    };
    let set = SortedSet::from_members(members, &mut rules);
    // Fewer than were given: a member came twice.
    ensure(!set.is_empty() && set.len() == members.len())?;
    Ok(set)
}

/// No field or member stands there twice; they are the first of each group of `width` entries.
fn firsts_differ(pack: &Listpack, width: usize) -> bool {
    let mut seen = OrderedSet::new();
    pack.iter()
        .step_by(width)
        .all(|entry| seen.insert(entry.to_bytes().into_owned()))
}

/// A field's deadline has 46 bits.
fn deadline_fits(deadline: i64) -> bool {
    (0..1 << 46).contains(&deadline)
}
