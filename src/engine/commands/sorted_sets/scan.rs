//! ZSCAN.

use crate::args::Args;
use crate::commands::cursor::{self, Options};
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::values::sorted_set::SortedSet;

pub(super) fn zscan(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, cursor) = (args.word()?, cursor::parse(args.word()?)?);
    let Some(set) = ctx.keys.get::<SortedSet>(key)? else {
        return Ok(cursor::reply(0, Vec::new()));
    };
    // An absent key is answered before the options are looked at.
    let options = Options::take(args, false)?;
    let text = if set.structures().is_some() {
        seventeen_digits
    } else {
        number::format_f64
    };
    let mut elements = Vec::new();
    let next = options.walk(cursor, |cursor| {
        let mut shown = 0;
        let next = set.scan(cursor, &mut |member, score| {
            shown += 1;
            if options.matches(member) {
                elements.extend([Reply::bulk(member), Reply::bulk(text(score))]);
            }
        });
        (next, shown)
    });
    Ok(cursor::reply(next, elements))
}

/// C's `%.17g`: here, and only for large sets, Redis writes more digits than needed, 0.1 as 0.10000000000000001.
fn seventeen_digits(score: f64) -> String {
    if !score.is_finite() || score == 0.0 {
        return number::format_f64(score);
    }
    let sign = if score < 0.0 { "-" } else { "" };
    let (digits, exponent) = number::format_precise(score.abs());
    let digits = digits.trim_end_matches('0');
    let with_point = |digits: &str, at: usize| match digits.len() > at {
        true => format!("{}.{}", &digits[..at], &digits[at..]),
        false => format!("{digits:0<at$}"),
    };
    match exponent {
        0..17 => format!("{sign}{}", with_point(digits, exponent as usize + 1)),
        -4..0 => format!("{sign}0.{}{digits}", "0".repeat(-exponent as usize - 1)),
        _ => {
            let exponent_sign = if exponent < 0 { '-' } else { '+' };
            format!(
                "{sign}{}e{exponent_sign}{:02}",
                with_point(digits, 1),
                exponent.abs()
            )
        }
    }
}
