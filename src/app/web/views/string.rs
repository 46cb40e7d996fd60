//! A string's bytes, eight a row, with the characters they stand for.

use leptos::prelude::*;
use messages::KeyRow;

const ROW: usize = 8;
const ROWS_MAX: usize = 32;

pub fn picture(content: &[u8], row: &KeyRow) -> AnyView {
    let rows = content.chunks(ROW).take(ROWS_MAX).enumerate().map(|(at, bytes)| {
        let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
        let text: String = bytes.iter().map(|&byte| if (0x20..0x7f).contains(&byte) { byte as char } else { '·' }).collect();
        view! { <span class="hex-row"><span class="offset">{format!("{:>4}", at * ROW)}</span><span class="hex">{hex}</span><span class="chars">{text}</span></span> }
    });
    let rows = rows.collect_view();
    let hidden = (row.length as usize).saturating_sub(ROW * ROWS_MAX);
    let note = match row.encoding.as_str() {
        "int" => "Kept as a 64-bit integer; the bytes are what GET prints.",
        "embstr" => "Object and bytes lie in one allocation.",
        _ => "The object points to its bytes.",
    };
    view! {
        <p class="picture-note">{note}</p>
        <pre class="hex-dump" tabindex="0" aria-label="Offset, bytes, characters">{rows}</pre>
        {(hidden > 0).then(|| view! { <p class="picture-note">{format!("and {hidden} bytes more")}</p> })}
    }
    .into_any()
}
