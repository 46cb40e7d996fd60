//! A string's bytes, eight a row, with the characters they stand for.

use messages::KeyRow;

use crate::parts::note;
use messages::format;
use messages::markup::{Markup, el, several};

const ROW: usize = 8;
const ROWS_MAX: usize = 32;

pub fn picture(content: &[u8], row: &KeyRow) -> Markup {
    let rows = content.chunks(ROW).take(ROWS_MAX).enumerate();
    let hidden = (row.length as usize).saturating_sub(ROW * ROWS_MAX);
    let kept = match row.encoding.as_str() {
        "int" => "Kept as a 64-bit integer; the bytes are what GET prints.",
        "embstr" => "Object and bytes lie in one allocation.",
        _ => "The object points to its bytes.",
    };
    let dump = el("pre", "hex-dump")
        .with("tabindex", "0")
        .with("aria-label", "Offset, bytes, characters")
        .add_all(rows.map(|(at, bytes)| one(at * ROW, bytes)));
    several([note(kept), dump])
        .add_if((hidden > 0).then(|| note(&format!("and {hidden} bytes more"))))
}

fn one(offset: usize, bytes: &[u8]) -> Markup {
    let character = |byte: &u8| {
        if (0x20..0x7f).contains(byte) {
            *byte as char
        } else {
            '·'
        }
    };
    el("span", "hex-row")
        .append(el("span", "offset").say(&format!("{offset:>4}")))
        .append(el("span", "hex").say(&format::hex(bytes)))
        .append(el("span", "chars").say(&bytes.iter().map(character).collect::<String>()))
}
