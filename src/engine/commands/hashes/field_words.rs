//! The words that commands on field deadlines share: `FIELDS numfields field…`, and times.

use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::number;

pub(super) const FIELDS_MISSING: Error =
    Error::err("Mandatory argument FIELDS is missing or not at the right position");
pub(super) const COUNT_MISMATCH: Error =
    Error::err("The `numfields` parameter must match the number of arguments");

/// The last millisecond that a field can expire at: 46 bits.
const LAST_DEADLINE: i64 = (1 << 46) - 1;

/// What a time is counted in, and from when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clock {
    /// Milliseconds.
    pub unit: i64,
    /// From now, not from 1970.
    pub relative: bool,
}

impl Clock {
    pub const SECONDS: Clock = Clock {
        unit: 1000,
        relative: true,
    };
    pub const MILLIS: Clock = Clock {
        unit: 1,
        relative: true,
    };
    pub const UNIX_SECONDS: Clock = Clock {
        unit: 1000,
        relative: false,
    };
    pub const UNIX_MILLIS: Clock = Clock {
        unit: 1,
        relative: false,
    };

    /// As options name them.
    pub const OPTIONS: [(&'static str, Clock); 4] = [
        ("EX", Clock::SECONDS),
        ("PX", Clock::MILLIS),
        ("EXAT", Clock::UNIX_SECONDS),
        ("PXAT", Clock::UNIX_MILLIS),
    ];

    /// A deadline in milliseconds since 1970.
    pub fn deadline(self, ctx: &Context, amount: &[u8]) -> Result<i64, Error> {
        let amount = number::parse_i64(amount).ok_or(Error::NotAnInteger)?;
        if amount < 0 {
            return Err(Error::err("invalid expire time, must be >= 0"));
        }
        let start = if self.relative {
            ctx.clock().millis()
        } else {
            0
        };
        let deadline = amount
            .checked_mul(self.unit)
            .and_then(|millis| millis.checked_add(start));
        let deadline = deadline.filter(|deadline| *deadline <= LAST_DEADLINE);
        deadline.ok_or_else(|| Error::InvalidExpireTime(ctx.name().to_string()))
    }
}

/// `FIELDS numfields field…`, the rest of a command; `bad_count` is the text for a number that is none.
pub(super) fn fields<'a>(
    args: &mut Args<'a>,
    bad_count: &'static str,
) -> Result<&'a [&'a [u8]], Error> {
    if !args.token("FIELDS") {
        return Err(FIELDS_MISSING);
    }
    let count = count(args.word()?, i64::MAX).ok_or(Error::err(bad_count))?;
    let fields = args.rest();
    if fields.len() as u64 != count {
        Err(COUNT_MISMATCH)
    } else {
        Ok(fields)
    }
}

/// A number from 1 to `most`.
pub(super) fn count(word: &[u8], most: i64) -> Option<u64> {
    number::parse_i64(word)
        .filter(|count| (1..=most).contains(count))
        .map(i64::unsigned_abs)
}

/// A field whose deadline would be past at once is removed instead.
pub(super) fn is_past(ctx: &Context, deadline: i64) -> bool {
    deadline <= ctx.now.millis()
}
