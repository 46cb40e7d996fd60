//! Where a command's keys stand among its words: key specifications, derived from the syntax line or declared, and
//! the search by them. Who may have which key, and which server it lives on, is decided elsewhere.

use crate::command::{Begin, Entry, Find, KeySpec, key};
use crate::number;
use crate::syntax::{Node, Syntax, Type};

/// A key among the words, and what is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub at: usize,
    pub flags: u32,
}

/// The keys of a command. `None` if the words do not fit the specifications.
pub fn of(entry: &Entry, words: &[&[u8]]) -> Option<Vec<Found>> {
    let reliable = entry
        .key_specs
        .iter()
        .all(|spec| spec.flags & key::VARIABLE_FLAGS == 0);
    if !entry.key_specs.is_empty()
        && reliable
        && let Some(found) = by_specs(&entry.key_specs, words)
    {
        return Some(found);
    }
    match entry.name {
        "set" => Some(of_set(words)),
        "bitfield" => Some(of_bitfield(words)),
        "sort" | "sort_ro" => Some(of_sort(entry, words)),
        "migrate" => Some(of_migrate(words)),
        _ => None,
    }
}

/// The keys that tracking and a cluster see: there, a command's own function goes before its specifications. Source:
/// Redis 8.2, `db.c`, `getKeysFromCommand`.
pub fn touched(entry: &Entry, words: &[&[u8]]) -> Vec<Found> {
    match entry.name {
        "xread" | "xreadgroup" if !reads_streams(words) => Vec::new(),
        _ => of(entry, words).unwrap_or_default(),
    }
}

/// Whether only options stand before STREAMS, and streams and ids after it are in pairs. Source: `xreadGetKeys`.
fn reads_streams(words: &[&[u8]]) -> bool {
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let is = |token: &str| word.eq_ignore_ascii_case(token.as_bytes());
        at += match () {
            () if is("BLOCK") || is("COUNT") => 2,
            () if is("GROUP") => 3,
            () if is("NOACK") => 1,
            () => return is("STREAMS") && (words.len() - at - 1).is_multiple_of(2),
        };
    }
    false
}

fn by_specs(specs: &[KeySpec], words: &[&[u8]]) -> Option<Vec<Found>> {
    let mut found = Vec::new();
    for spec in specs {
        let Some(first) = begin(spec, words)? else {
            continue;
        };
        let (first, last, step) = range(spec, words, first)?;
        let count = words.len() as i64;
        if last >= count || last < first || first >= count || spec.flags & key::INCOMPLETE != 0 {
            return None;
        }
        let places = (first..=last).step_by(step.max(1) as usize);
        found.extend(places.map(|at| Found {
            at: at as usize,
            flags: spec.flags,
        }));
    }
    Some(found)
}

/// Where a specification begins; inside, `None` if its keyword is not among the words.
fn begin(spec: &KeySpec, words: &[&[u8]]) -> Option<Option<i64>> {
    match spec.begin {
        Begin::Index(at) => Some(Some(i64::from(at))),
        Begin::Keyword(keyword, from) => {
            let is_keyword = |at: &usize| words[*at].eq_ignore_ascii_case(keyword.as_bytes());
            let at = if from >= 0 {
                (from as usize..words.len().saturating_sub(1)).find(is_keyword)
            } else {
                let start = (words.len() as i64 + i64::from(from)).max(0) as usize;
                (2..=start).rev().find(is_keyword)
            };
            Some(at.map(|at| at as i64 + 1))
        }
        Begin::Unknown => None,
    }
}

/// First, last and step.
fn range(spec: &KeySpec, words: &[&[u8]], first: i64) -> Option<(i64, i64, i64)> {
    let count = words.len() as i64;
    match spec.find {
        Find::Range { last, step, limit } => {
            let last = match (last, limit) {
                (0.., _) => first + i64::from(last),
                (_, 0) => count + i64::from(last),
                (_, limit) => first + (count - first) / i64::from(limit) + i64::from(last),
            };
            Some((first, last, i64::from(step)))
        }
        Find::Count {
            count_at,
            first: offset,
            step,
        } => {
            let word = words.get((first + i64::from(count_at)) as usize)?;
            let keys = number::parse_i64(word).filter(|keys| (0..=count).contains(keys))?;
            let first = first + i64::from(offset);
            Some((first, first + (keys - 1) * i64::from(step), i64::from(step)))
        }
        Find::Unknown => None,
    }
}

fn of_set(words: &[&[u8]]) -> Vec<Found> {
    let gets = words
        .iter()
        .skip(3)
        .any(|word| word.eq_ignore_ascii_case(b"GET"));
    let flags = if gets {
        key::RW | key::ACCESS | key::UPDATE
    } else {
        key::OW | key::UPDATE
    };
    vec![Found { at: 1, flags }]
}

fn of_bitfield(words: &[&[u8]]) -> Vec<Found> {
    let mut at = 2;
    let mut reads_only = true;
    while at < words.len() && reads_only {
        let is = |token: &str| words[at].eq_ignore_ascii_case(token.as_bytes());
        let left = words.len() - at - 1;
        // What is no operation may be a mistake; taking it for a write is the safe side.
        match () {
            () if is("GET") && left >= 2 => at += 3,
            () if is("OVERFLOW") && left >= 1 => at += 2,
            () => reads_only = false,
        }
    }
    let flags = if reads_only {
        key::RO | key::ACCESS
    } else {
        key::RW | key::ACCESS | key::UPDATE
    };
    vec![Found { at: 1, flags }]
}

fn of_sort(entry: &Entry, words: &[&[u8]]) -> Vec<Found> {
    let mut found = vec![Found {
        at: 1,
        flags: key::RO | key::ACCESS,
    }];
    let mut store = None;
    let mut at = 2;
    while at < words.len() && entry.name == "sort" {
        let is = |token: &str| words[at].eq_ignore_ascii_case(token.as_bytes());
        match () {
            () if is("LIMIT") => at += 2,
            () if is("GET") || is("BY") => at += 1,
            // The last STORE counts.
            () if is("STORE") && at + 1 < words.len() => {
                store = Some(at + 1);
                at += 1;
            }
            () => {}
        }
        at += 1;
    }
    found.extend(store.map(|at| Found {
        at,
        flags: key::OW | key::UPDATE,
    }));
    found
}

fn of_migrate(words: &[&[u8]]) -> Vec<Found> {
    const FLAGS: u32 = key::RW | key::ACCESS | key::DELETE;
    let mut at = 6;
    while at < words.len() {
        let is = |token: &str| words[at].eq_ignore_ascii_case(token.as_bytes());
        match () {
            // One key or several: both is a mistake that the command itself will tell.
            () if is("KEYS") && !words[3].is_empty() => return Vec::new(),
            () if is("KEYS") => {
                return (at + 1..words.len())
                    .map(|at| Found { at, flags: FLAGS })
                    .collect();
            }
            () if is("AUTH") => at += 1,
            () if is("AUTH2") => at += 2,
            () => {}
        }
        at += 1;
    }
    vec![Found {
        at: 3,
        flags: FLAGS,
    }]
}

/// The specifications that follow from a syntax line: keys at fixed places, key lists up to a fixed distance from
/// the end, and lists that `numkeys` counts. `flags` are those of the keys in their order.
pub fn specs(syntax: &Syntax, flags: &[u32]) -> Vec<KeySpec> {
    let mut specs = Vec::new();
    let mut at = syntax.name.split('|').count() as i32;
    let arguments = &syntax.arguments;
    let mut rest = arguments.iter().enumerate();
    while let Some((index, node)) = rest.next() {
        let after = &arguments[index + 1..];
        let find = match node {
            Node::Value(name, _)
                if name == "numkeys" && matches!(after.first(), Some(Node::Repeat(_))) =>
            {
                rest.next();
                Some(Find::Count {
                    count_at: 0,
                    first: 1,
                    step: 1,
                })
            }
            node => find_keys(node, after),
        };
        if let Some(find) = find {
            let flags = flags.get(specs.len()).copied().unwrap_or_default();
            specs.push(KeySpec {
                flags,
                begin: Begin::Index(at),
                find,
                notes: "",
            });
        }
        if !matches!(node, Node::Token(_) | Node::Value(..))
            || matches!(find, Some(Find::Count { .. }))
        {
            // What follows stands at no fixed place.
            break;
        }
        at += 1;
    }
    specs
}

fn find_keys(node: &Node, after: &[Node]) -> Option<Find> {
    let words_after = || -> i32 { after.iter().map(Node::min_words).sum() };
    match node {
        Node::Value(_, Type::Key) => Some(Find::Range {
            last: 0,
            step: 1,
            limit: 0,
        }),
        Node::Optional(inner) => find_keys(inner, after),
        Node::Repeat(inner) => {
            let starts_with_key = match &**inner {
                Node::Sequence(nodes) => matches!(nodes.first(), Some(Node::Value(_, Type::Key))),
                inner => matches!(inner, Node::Value(_, Type::Key)),
            };
            starts_with_key.then(|| Find::Range {
                last: -1 - words_after(),
                step: inner.min_words(),
                limit: 0,
            })
        }
        _ => None,
    }
}

/// First, last and step as the first COMMAND reported them: the keys at fixed places, if they lie without gaps.
pub fn legacy_range(specs: &[KeySpec]) -> (i32, i32, i32) {
    if let [
        KeySpec {
            begin: Begin::Index(first),
            find: Find::Range { last, step, .. },
            ..
        },
    ] = specs
    {
        return (*first, if *last >= 0 { first + last } else { *last }, *step);
    }
    let (mut first, mut last) = (i32::MAX, 0);
    for spec in specs {
        let (
            Begin::Index(begin),
            Find::Range {
                last: relative,
                step,
                ..
            },
        ) = (spec.begin, spec.find)
        else {
            continue;
        };
        if step != 1 || (last != 0 && last != begin - 1) {
            break;
        }
        first = first.min(begin);
        let absolute = if relative >= 0 {
            begin + relative
        } else {
            relative
        };
        // Negative ones count from the end: they are beyond all others.
        last = (last as u32).max(absolute as u32) as i32;
    }
    if first == i32::MAX {
        (0, 0, 0)
    } else {
        (first, last, 1)
    }
}

/// Whether the keys cannot be found by first, last and step.
pub fn are_movable(specs: &[KeySpec]) -> bool {
    specs.iter().any(|spec| {
        !matches!(
            (spec.begin, spec.find),
            (Begin::Index(_), Find::Range { .. })
        )
    })
}
