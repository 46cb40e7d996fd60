//! What SCAN and its siblings share: the cursor, the options, and how long one call goes on.

use crate::args::Args;
use crate::error::Error;
use crate::glob;
use crate::number;
use crate::reply::Reply;

/// The options of HSCAN, SSCAN and ZSCAN.
pub(super) struct Options<'a> {
    /// How many elements one call should look at, roughly.
    pub count: u64,
    pattern: Option<&'a [u8]>,
    /// NOVALUES was not given.
    pub values: bool,
}

/// Reads a cursor. As lax as C's `strtoull`: blanks and a sign may stand before the digits, `-05` wraps around.
pub(super) fn parse(word: &[u8]) -> Result<u64, Error> {
    let invalid = Error::err("invalid cursor");
    if let Some(cursor) = number::parse_i64(word) {
        return u64::try_from(cursor).map_err(|_| invalid);
    }
    let blanks = word
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r'))
        .count();
    let (negative, digits) = match &word[blanks..] {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(invalid);
    }
    let text = std::str::from_utf8(digits).expect("digits are ASCII");
    let cursor: u64 = text.parse().map_err(|_| invalid)?;
    Ok(if negative {
        cursor.wrapping_neg()
    } else {
        cursor
    })
}

impl<'a> Options<'a> {
    /// `novalues` says whether the type has values to leave out.
    pub fn take(args: &mut Args<'a>, novalues: bool) -> Result<Options<'a>, Error> {
        let mut options = Options {
            count: 10,
            pattern: None,
            values: true,
        };
        while !args.is_empty() {
            if args.left() >= 2 && args.token("COUNT") {
                options.count = u64::try_from(args.int()?)
                    .ok()
                    .filter(|count| *count > 0)
                    .ok_or(Error::Syntax)?;
            } else if args.left() >= 2 && args.token("MATCH") {
                options.pattern = Some(args.word()?).filter(|pattern| *pattern != b"*");
            } else if args.token("NOVALUES") {
                options.values = false;
                if !novalues {
                    return Err(Error::err("NOVALUES option can only be used in HSCAN"));
                }
            } else {
                return Err(Error::Syntax);
            }
        }
        Ok(options)
    }

    pub fn matches(&self, element: &[u8]) -> bool {
        self.pattern
            .is_none_or(|pattern| glob::matches(pattern, element, false))
    }

    /// Goes from bucket to bucket until enough was seen or too many buckets were empty. `step` shows what is at a
    /// cursor and returns the next one with how many elements it showed.
    pub fn walk(&self, mut cursor: u64, mut step: impl FnMut(u64) -> (u64, u64)) -> u64 {
        let mut steps_left = self.count.saturating_mul(10);
        let mut seen = 0u64;
        loop {
            let (next, shown) = step(cursor);
            cursor = next;
            seen += shown;
            if cursor == 0 || steps_left == 0 || seen >= self.count {
                return cursor;
            }
            steps_left -= 1;
        }
    }
}

pub(super) fn reply(cursor: u64, elements: Vec<Reply>) -> Reply {
    Reply::Array(vec![
        Reply::bulk(cursor.to_string()),
        Reply::Array(elements),
    ])
}
