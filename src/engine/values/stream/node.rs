//! One node of a stream: a listpack with a master entry and the entries behind it, as Redis writes them.
//!
//! ```text
//! live  deleted  fields  name… 0                               the master entry
//! flags  ms  seq  [fields]  (name value)… or value…  pieces    an entry
//! ```
//!
//! `ms` and `seq` are counted from the node's own id. An entry with the names of the master entry leaves them out.
//! `pieces` says how many entries of the listpack came before it, so that a reader can come from the right.

use super::id::StreamId;
use crate::structures::listpack::{self, Listpack};

const DELETED: i64 = 1;
const SAME_FIELDS: i64 = 2;
/// Redis makes a new listpack that large at once, so that it need not grow with every entry.
const ROOM: u64 = 4096;

#[derive(Debug, Clone)]
pub struct Node {
    pack: Listpack,
    /// What the server's allocator would hold for it beyond its size; none once it is full.
    room: usize,
}

/// An entry where it lies in its node.
#[derive(Debug, Clone, Copy)]
pub struct StreamEntry<'a> {
    pub id: StreamId,
    pub deleted: bool,
    /// The names are those of the master entry and are not written again.
    pub same_fields: bool,
    /// How many fields it has.
    pub fields: usize,
    pack: &'a Listpack,
    /// Where it begins.
    at: usize,
    /// The first name, or the first value if the names are the master's.
    data: usize,
}

/// Names and values of an entry, in the order in which they were added.
pub struct Pairs<'a> {
    left: usize,
    names: Option<listpack::Iter<'a>>,
    data: listpack::Iter<'a>,
}

impl Node {
    /// A node for its first entry. `pairs` are names and values in turn. So many bytes are `expected` in the end: taken
    /// at once they leave no holes of all sizes behind, as growing step by step does.
    pub fn new(id: StreamId, pairs: &[&[u8]], max_bytes: u64, expected: usize) -> Node {
        let room = match max_bytes {
            1..ROOM => max_bytes,
            _ => ROOM,
        } as usize;
        let mut pack = Listpack::with_capacity((expected + expected / 64).min(room));
        pack.append_with(|pack| {
            pack.int(1);
            pack.int(0);
            pack.int((pairs.len() / 2) as i64);
            pairs.iter().step_by(2).for_each(|name| pack.text(name));
            pack.int(0);
        });
        let mut node = Node { pack, room };
        node.write(id, id, pairs, true);
        node
    }

    /// A node from outside; `None` unless everything in it is where it belongs, and in order.
    pub fn from_listpack(own: StreamId, pack: Listpack) -> Option<Node> {
        let node = Node { pack, room: 0 };
        check(own, &node.pack)?;
        Some(node)
    }

    pub fn listpack(&self) -> &Listpack {
        &self.pack
    }

    /// Entries that are not deleted.
    pub fn live(&self) -> u64 {
        number(&self.pack, self.first()) as u64
    }

    /// Entries that are only marked as deleted.
    pub fn dead(&self) -> u64 {
        number(&self.pack, self.second()) as u64
    }

    /// Bytes that the server would hold for it.
    pub fn allocated(&self) -> usize {
        self.room.max(self.pack.size())
    }

    /// No more entries will come: the room beyond them is given back. Returns its bytes.
    pub fn seal(&mut self) -> usize {
        self.room = 0;
        self.pack.shrink();
        self.pack.size()
    }

    /// Adds an entry that is later than all others. `own` is the node's id.
    pub fn push(&mut self, own: StreamId, id: StreamId, pairs: &[&[u8]]) {
        let first = self.first();
        self.pack.replace_int(first, self.live() as i64 + 1);
        let same = self.has_names(pairs);
        self.write(own, id, pairs, same);
    }

    /// All entries, deleted ones too. `own` is the node's id.
    pub fn entries(&self, own: StreamId) -> impl Iterator<Item = StreamEntry<'_>> {
        let (master, fields) = self.master();
        let mut at = self.after_master(master, fields);
        std::iter::from_fn(move || {
            let entry = self.decode(own, at?, fields);
            at = entry.end();
            Some(entry)
        })
    }

    /// As `entries`, from the last to the first.
    pub fn entries_rev(&self, own: StreamId) -> impl Iterator<Item = StreamEntry<'_>> {
        let (_, fields) = self.master();
        let mut last = self.pack.last();
        std::iter::from_fn(move || {
            let pieces = last?;
            let steps = number(&self.pack, pieces);
            // The master entry ends with a zero where entries say how long they are.
            if steps == 0 {
                return None;
            }
            let back = |at: usize, _| self.pack.prev(at);
            let at = (0..steps).try_fold(pieces, back)?;
            last = self.pack.prev(at);
            Some(self.decode(own, at, fields))
        })
    }

    /// The entry of this id, deleted or not.
    pub fn find(&self, own: StreamId, id: StreamId) -> Option<StreamEntry<'_>> {
        let entry = self.entries(own).find(|entry| entry.id >= id)?;
        (entry.id == id).then_some(entry)
    }

    /// Marks the entries that begin there as deleted.
    pub fn mark_deleted(&mut self, offsets: impl Iterator<Item = usize>) {
        let mut count = 0;
        for at in offsets {
            // As large as it was: what comes behind stays where it is.
            let flags = number(&self.pack, at);
            self.pack.replace_int(at, flags | DELETED);
            count += 1;
        }
        self.count_deleted(count);
    }

    fn count_deleted(&mut self, count: u64) {
        let (live, dead) = (self.live() - count, self.dead() + count);
        let before = self.pack.size();
        self.pack.replace_int(self.first(), live as i64);
        self.pack.replace_int(self.second(), dead as i64);
        if self.pack.size() < before {
            // The server gives back the room as well when a listpack shrinks.
            self.room = 0;
        }
    }

    fn first(&self) -> usize {
        self.pack.first().expect("a node has a master entry")
    }

    fn second(&self) -> usize {
        next(&self.pack, self.first())
    }

    /// Where the master entry's names begin, and how many there are.
    fn master(&self) -> (usize, usize) {
        let at = next(&self.pack, self.second());
        (next(&self.pack, at), number(&self.pack, at) as usize)
    }

    fn after_master(&self, names: usize, fields: usize) -> Option<usize> {
        let end = (0..fields).fold(names, |at, _| next(&self.pack, at));
        self.pack.next(end)
    }

    fn has_names(&self, pairs: &[&[u8]]) -> bool {
        let (names, fields) = self.master();
        let mut given = pairs.iter().step_by(2);
        fields == pairs.len() / 2
            && self
                .pack
                .iter_from(names)
                .take(fields)
                .all(|name| given.next().is_some_and(|given| name.equals(given)))
    }

    fn write(&mut self, own: StreamId, id: StreamId, pairs: &[&[u8]], same: bool) {
        const ALWAYS: usize = 3;
        let fields = pairs.len() / 2;
        self.pack.append_with(|pack| {
            pack.int(if same { SAME_FIELDS } else { 0 });
            pack.int(id.ms.wrapping_sub(own.ms) as i64);
            pack.int(id.seq.wrapping_sub(own.seq) as i64);
            if same {
                let values = pairs.iter().skip(1).step_by(2);
                values.for_each(|value| pack.text(value));
                pack.int((ALWAYS + fields) as i64);
            } else {
                pack.int(fields as i64);
                pairs.iter().for_each(|text| pack.text(text));
                pack.int((ALWAYS + 1 + 2 * fields) as i64);
            }
        });
    }

    fn decode(&self, own: StreamId, at: usize, master_fields: usize) -> StreamEntry<'_> {
        let pack = &self.pack;
        let flags = number(pack, at);
        let ms = next(pack, at);
        let seq = next(pack, ms);
        let after = next(pack, seq);
        let same_fields = flags & SAME_FIELDS != 0;
        let id = StreamId {
            ms: own.ms.wrapping_add(number(pack, ms) as u64),
            seq: own.seq.wrapping_add(number(pack, seq) as u64),
        };
        StreamEntry {
            id,
            deleted: flags & DELETED != 0,
            same_fields,
            fields: if same_fields {
                master_fields
            } else {
                number(pack, after) as usize
            },
            pack,
            at,
            data: if same_fields {
                after
            } else {
                next(pack, after)
            },
        }
    }
}

impl<'a> StreamEntry<'a> {
    /// Where it begins in its listpack.
    pub fn offset(&self) -> usize {
        self.at
    }

    pub fn pairs(&self) -> Pairs<'a> {
        let names = self.same_fields.then(|| {
            let mut names = self.pack.iter();
            // live, deleted, fields
            names.nth(2);
            names
        });
        Pairs {
            left: self.fields,
            names,
            data: self.pack.iter_from(self.data),
        }
    }

    /// Where the next entry begins.
    fn end(&self) -> Option<usize> {
        let texts = if self.same_fields {
            self.fields
        } else {
            2 * self.fields
        };
        let pieces = (0..texts).fold(self.data, |at, _| next(self.pack, at));
        self.pack.next(pieces)
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (listpack::Entry<'a>, listpack::Entry<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let name = match &mut self.names {
            Some(names) => names.next()?,
            None => self.data.next()?,
        };
        Some((name, self.data.next()?))
    }
}

fn number(pack: &Listpack, at: usize) -> i64 {
    pack.get(at)
        .int()
        .expect("a node has numbers where they belong")
}

fn next(pack: &Listpack, at: usize) -> usize {
    pack.next(at).expect("an entry of a node is complete")
}

/// Walks a listpack that nobody has checked.
struct Check<'a> {
    entries: listpack::Iter<'a>,
}

impl Check<'_> {
    fn number(&mut self) -> Option<i64> {
        self.entries.next()?.int()
    }

    /// A count of things that follow.
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn texts(&mut self, count: usize) -> Option<()> {
        match count {
            0 => Some(()),
            count => self.entries.nth(count - 1).map(|_| ()),
        }
    }
}

/// Whether a listpack is a whole node: some entries, as many of each kind as it states, in ascending order.
fn check(own: StreamId, pack: &Listpack) -> Option<()> {
    let mut walk = Check {
        entries: pack.iter(),
    };
    let (live, dead, fields) = (walk.count()?, walk.count()?, walk.count()?);
    walk.texts(fields)?;
    let (mut last, mut found_dead) = (None, 0);
    let entries = live.checked_add(dead).filter(|entries| *entries > 0)?;
    if walk.number()? != 0 {
        return None;
    }
    for _ in 0..entries {
        let flags = walk.number()?;
        let id = StreamId {
            ms: own.ms.wrapping_add(walk.number()? as u64),
            seq: own.seq.wrapping_add(walk.number()? as u64),
        };
        let pieces = if flags & SAME_FIELDS != 0 {
            walk.texts(fields)?;
            fields.checked_add(3)?
        } else {
            let fields = walk.count()?;
            let texts = fields.checked_mul(2)?;
            walk.texts(texts)?;
            texts.checked_add(4)?
        };
        let known = flags & !(DELETED | SAME_FIELDS) == 0;
        let ascends = id >= own && last.is_none_or(|last| last < id);
        if !known || !ascends || walk.count()? != pieces {
            return None;
        }
        last = Some(id);
        found_dead += (flags & DELETED) as usize;
    }
    (walk.entries.next().is_none() && found_dead == dead).then_some(())
}
