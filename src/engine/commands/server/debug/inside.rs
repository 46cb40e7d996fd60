//! DEBUG words that look inside a value: OBJECT, SDSLEN, LISTPACK, QUICKLIST, HTSTATS, HTSTATS-KEY.

use crate::allocation::allocated;
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::event::Event;
use crate::keyspace::Object;
use crate::rdb;
use crate::reply::Reply;
use crate::structures::dict::Dict;
use crate::structures::listpack::Listpack;
use crate::structures::quicklist::Quicklist;
use crate::structures::slotted::Slotted;
use crate::value::Value;
use crate::values::list::List;
use crate::values::set::Set;

fn held<'c>(ctx: &'c mut Context, key: &[u8]) -> Result<&'c Object, Error> {
    ctx.keys.peek(key).ok_or(Error::NoSuchKey)
}

pub(super) fn object(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    // The type before and version and checksum after it are not the value's own.
    const AROUND: usize = 1 + 2 + 8;
    let now = ctx.now;
    let compress = ctx.server.config.persistence.compress;
    let object = held(ctx, args.word()?)?;
    let idle = object.access.idle_seconds(now);
    let clock = object.access.bits();
    let encoding = object.value.encoding();
    let bytes = rdb::dump(&object.value, compress).len() - AROUND;
    // No address: the value lies nowhere that could be named.
    let mut text = format!(
        "Value at:0x0 refcount:1 encoding:{encoding} serializedlength:{bytes} lru:{clock} lru_seconds_idle:{idle}"
    );
    if let Value::List(list) = &object.value
        && let List::Quicklist(list) = &**list
    {
        text.push_str(&nodes(list));
    }
    Ok(Reply::StatusText(text))
}

fn nodes(list: &Quicklist) -> String {
    let (count, bytes) = list.nodes().fold((0, 0), |(count, bytes), node| {
        (count + 1, bytes + node.bytes)
    });
    // Hundredths, rounded.
    let average = (list.len() * 200 + count) / (2 * count).max(1);
    format!(
        " ql_nodes:{count} ql_avg_node:{}.{:02} ql_listpack_max:{} ql_compressed:{} ql_uncompressed_size:{bytes}",
        average / 100,
        average % 100,
        list.fill(),
        u8::from(list.depth() != 0),
    )
}

/// Lengths and spare bytes of the two strings, as an allocator with jemalloc's sizes would leave them.
pub(super) fn string_lengths(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let object = held(ctx, key)?;
    let Value::String(text) = &object.value else {
        return Err(Error::err("Not an sds encoded string."));
    };
    let embedded = match text.encoding() {
        "int" => return Err(Error::err("Not an sds encoded string.")),
        encoding => encoding == "embstr",
    };
    let bytes = text.bytes();
    const OBJECT: usize = 16;
    const KEY_PLACE: usize = 1;
    let deadline = if object.has_deadline() { 8 } else { 0 };
    let beside = OBJECT + deadline + KEY_PLACE + header(key.len()) + key.len() + 1;
    // A value's header is never the smallest one, for the value may grow.
    let own = header(bytes.len()).max(3) + bytes.len() + 1;
    let (key_bytes, value_bytes, room) = match embedded {
        true => (
            allocated(beside + own),
            0,
            allocated(beside + own) - beside - own,
        ),
        false => (allocated(beside), allocated(own), allocated(own) - own),
    };
    Ok(Reply::StatusText(format!(
        "key_sds_len:{}, key_sds_avail:0, key_zmalloc: {key_bytes}, val_sds_len:{}, val_sds_avail:{room}, \
         val_zmalloc: {value_bytes}",
        key.len(),
        bytes.len(),
    )))
}

/// The header of a string of so many bytes.
fn header(bytes: usize) -> usize {
    match bytes {
        0..32 => 1,
        32..256 => 3,
        256..65_536 => 5,
        _ => 9,
    }
}

pub(super) fn listpack(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let object = held(ctx, args.word()?)?;
    let pack = match &object.value {
        Value::List(list) => match &**list {
            List::Listpack(pack) => Some(pack),
            List::Quicklist(_) => None,
        },
        Value::Hash(hash) => hash.listpack(),
        Value::Set(set) => match &**set {
            Set::Listpack(pack) => Some(pack),
            _ => None,
        },
        Value::SortedSet(set) => set.listpack(),
        _ => None,
    };
    let text = pack
        .map(lines)
        .ok_or(Error::err("Not a listpack encoded object."))?;
    ctx.server.outbox.push(Event::Log(text));
    Ok(Reply::Status("Listpack structure printed on stdout"))
}

fn lines(pack: &Listpack) -> String {
    let mut text = format!("listpack: {} bytes, {} entries\n", pack.size(), pack.len());
    let mut at = pack.first();
    while let Some(offset) = at {
        let bytes = pack.entry_bytes(offset).len();
        let value = pack.get(offset).to_bytes().into_owned();
        text.push_str(&format!(
            "{offset}: {bytes} bytes, {}\n",
            String::from_utf8_lossy(&value)
        ));
        at = pack.next(offset);
    }
    text
}

pub(super) fn quicklist(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let object = held(ctx, args.word()?)?;
    let list = match &object.value {
        Value::List(list) => match &**list {
            List::Quicklist(list) => Some(list),
            List::Listpack(_) => None,
        },
        _ => None,
    };
    let list = list.ok_or(Error::err("Not a quicklist encoded object."))?;
    let mut text = format!(
        "quicklist: {} elements, {} nodes\n",
        list.len(),
        list.node_count()
    );
    for node in list.nodes() {
        let kind = if node.plain { "plain" } else { "packed" };
        text.push_str(&format!(
            "{kind}: {} elements, {} bytes\n",
            node.count, node.bytes
        ));
    }
    ctx.server.outbox.push(Event::Log(text));
    Ok(Reply::Status("Quicklist structure printed on stdout"))
}

pub(super) fn tables_of_database(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let index = args.int()?;
    let full = args.token("full");
    let db = usize::try_from(index)
        .ok()
        .and_then(|index| ctx.keys.dbs.get(index));
    let db = db.ok_or(Error::err("Out of range database"))?;
    let text = format!(
        "[Dictionary HT]\n{}[Expires HT]\n{}",
        of_slots(&db.keys, full),
        of_slots(&db.expires, full)
    );
    Ok(Reply::Verbatim("txt", text))
}

pub(super) fn tables_of_key(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let object = held(ctx, args.word()?)?;
    let full = args.token("full");
    let text = match &object.value {
        Value::Hash(hash) => hash.table().map(|dict| of_dict(dict, full)),
        Value::Set(set) => match &**set {
            Set::Table(dict) => Some(of_dict(dict, full)),
            _ => None,
        },
        Value::SortedSet(set) => set.structures().map(|(_, dict)| of_dict(dict, full)),
        _ => None,
    };
    let text = text.ok_or(Error::err(
        "The value stored at the specified key is not represented using an hash table",
    ))?;
    Ok(Reply::Verbatim("txt", text))
}

/// Chains by their length, and how many buckets there are.
#[derive(Default)]
struct Chains {
    buckets: usize,
    elements: usize,
    by_length: Vec<usize>,
}

impl Chains {
    fn add<V>(&mut self, dict: &Dict<V>, table: usize) {
        let (sizes, used) = (dict.table_sizes(), dict.table_used());
        let (buckets, elements) = if table == 0 {
            (sizes.0, used.0)
        } else {
            (sizes.1, used.1)
        };
        self.buckets += buckets;
        self.elements += elements;
        for bucket in 0..buckets {
            let length = dict.bucket(table, bucket).count();
            if self.by_length.len() <= length {
                self.by_length.resize(length + 1, 0);
            }
            self.by_length[length] += 1;
        }
    }

    fn describe(&self, table: usize, full: bool) -> String {
        let name = if table == 0 {
            "main hash table"
        } else {
            "rehashing target"
        };
        let mut text = format!("Hash table {table} stats ({name}):\n");
        if self.elements == 0 {
            return text + "No stats available for empty dictionaries\n";
        }
        text.push_str(&format!(
            " table size: {}\n number of elements: {}\n",
            self.buckets, self.elements
        ));
        if !full {
            return text;
        }
        // The longest chains are counted together.
        const LONGEST: usize = 49;
        let empty = self.by_length.first().copied().unwrap_or(0);
        let used = self.buckets - empty;
        let longest = self.by_length.len().saturating_sub(1);
        let average = hundredths(self.elements, used.max(1));
        text.push_str(&format!(
            " different slots: {used}\n max chain length: {longest}\n avg chain length (counted): {average}\n \
             avg chain length (computed): {average}\n Chain length distribution:\n"
        ));
        for (length, count) in self
            .by_length
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
        {
            let share = hundredths(count * 100, self.buckets.max(1));
            let more = if length > LONGEST { ">= " } else { "" };
            text.push_str(&format!("   {more}{length}: {count} ({share}%)\n"));
        }
        text
    }
}

fn hundredths(number: usize, by: usize) -> String {
    let rounded = (number * 200 + by) / (2 * by);
    format!("{}.{:02}", rounded / 100, rounded % 100)
}

fn of_slots<V>(table: &Slotted<V>, full: bool) -> String {
    let dicts: Vec<&Dict<V>> = table.dicts().collect();
    of_dicts(&dicts, full)
}

fn of_dict<V>(dict: &Dict<V>, full: bool) -> String {
    of_dicts(&[dict], full)
}

fn of_dicts<V>(dicts: &[&Dict<V>], full: bool) -> String {
    let mut text = String::new();
    for table in 0..2 {
        let mut chains = Chains::default();
        dicts.iter().for_each(|dict| chains.add(dict, table));
        // A table that was never needed is not there; one that lost its keys is.
        if chains.buckets > 0 {
            text.push_str(&chains.describe(table, full));
        }
    }
    text
}
