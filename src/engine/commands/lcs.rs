//! LCS: the longest common subsequence of two strings, its length or where it lies.

use crate::args::Args;
use crate::command::{Begin, Command, Find, KeySpec, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::values::string::Str;

pub(super) const COMMANDS: &[Command] = &[Command::new(
    "LCS key1:key key2:key [LEN] [IDX] [MINMATCHLEN min-match-len:int] [WITHMATCHLEN]",
    lcs,
)
.summary("Finds the longest common subsequence of two strings.")
.cost("O(N*M), N and M being the lengths of the two strings")
.since("7.0.0")
.flags(READONLY)
// One specification covers both keys.
.key_specs(&[KeySpec {
    flags: key::RO | key::ACCESS,
    begin: Begin::Index(1),
    find: Find::Range {
        last: 1,
        step: 1,
        limit: 0,
    },
    notes: "",
}])];

/// A stretch that both strings share: first and last position in each.
struct Match {
    a: (usize, usize),
    b: (usize, usize),
}

fn lcs(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let keys = [args.word()?, args.word()?];
    // Both are looked up before either's type matters.
    let read = keys.map(|key| {
        let value = ctx.keys.get::<Str>(key);
        value.map(|value| value.map(Str::to_bytes).unwrap_or_default())
    });
    let mut strings: Vec<Vec<u8>> = Vec::new();
    for value in read {
        strings
            .push(value.map_err(|_| Error::err("The specified keys must contain string values"))?);
    }
    let (mut length_only, mut positions, mut with_length) = (false, false, false);
    let mut shortest = 0;
    while !args.is_empty() {
        if args.token("IDX") {
            positions = true;
        } else if args.token("LEN") {
            length_only = true;
        } else if args.token("WITHMATCHLEN") {
            with_length = true;
        } else if args.left() >= 2 && args.token("MINMATCHLEN") {
            shortest = args.int()?.max(0) as usize;
        } else {
            return Err(Error::Syntax);
        }
    }
    if length_only && positions {
        return Err(Error::err(
            "If you want both the length and indexes, please just use IDX.",
        ));
    }
    let (a, b) = (&strings[0], &strings[1]);
    let cells = (a.len() + 1).saturating_mul(b.len() + 1);
    if cells.saturating_mul(size_of::<u32>()) > ctx.server.config.proto_max_bulk_len {
        return Err(Error::err(
            "Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
        ));
    }
    let lengths = Lengths::of(a, b);
    if length_only {
        return Ok(lengths.at(a.len(), b.len()).into());
    }
    let (text, matches) = walk(a, b, &lengths);
    if !positions {
        return Ok(Reply::Bulk(text));
    }
    let shown = matches
        .into_iter()
        .filter(|found| found.a.1 - found.a.0 + 1 >= shortest);
    let shown = shown
        .map(|found| match_reply(&found, with_length))
        .collect();
    Ok(Reply::Map(vec![
        (Reply::bulk("matches"), Reply::Array(shown)),
        (Reply::bulk("len"), lengths.at(a.len(), b.len()).into()),
    ]))
}

fn match_reply(found: &Match, with_length: bool) -> Reply {
    let range = |(first, last): (usize, usize)| Reply::Array(vec![first.into(), last.into()]);
    let mut parts = vec![range(found.a), range(found.b)];
    if with_length {
        parts.push((found.a.1 - found.a.0 + 1).into());
    }
    Reply::Array(parts)
}

/// The length of the common subsequence of every pair of beginnings.
struct Lengths {
    cells: Vec<u32>,
    width: usize,
}

impl Lengths {
    fn of(a: &[u8], b: &[u8]) -> Lengths {
        let width = b.len() + 1;
        let mut cells = vec![0u32; (a.len() + 1) * width];
        for i in 1..=a.len() {
            for j in 1..=b.len() {
                cells[i * width + j] = if a[i - 1] == b[j - 1] {
                    cells[(i - 1) * width + j - 1] + 1
                } else {
                    cells[(i - 1) * width + j].max(cells[i * width + j - 1])
                };
            }
        }
        Lengths { cells, width }
    }

    fn at(&self, i: usize, j: usize) -> usize {
        self.cells[i * self.width + j] as usize
    }
}

/// Walks back from the ends: the subsequence, and its stretches from last to first, as the server lists them.
fn walk(a: &[u8], b: &[u8], lengths: &Lengths) -> (Vec<u8>, Vec<Match>) {
    let (mut i, mut j) = (a.len(), b.len());
    let mut text = Vec::with_capacity(lengths.at(i, j));
    let mut matches: Vec<Match> = Vec::new();
    while i > 0 && j > 0 {
        if a[i - 1] == b[j - 1] {
            text.push(a[i - 1]);
            match matches.last_mut() {
                Some(last) if last.a.0 == i && last.b.0 == j => {
                    (last.a.0, last.b.0) = (i - 1, j - 1)
                }
                _ => matches.push(Match {
                    a: (i - 1, i - 1),
                    b: (j - 1, j - 1),
                }),
            }
            i -= 1;
            j -= 1;
        } else if lengths.at(i - 1, j) > lengths.at(i, j - 1) {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    text.reverse();
    (text, matches)
}
