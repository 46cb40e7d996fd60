//! Share links: what is opened can be shared again, and says the same.
//!
//! The first byte says what the others are: a link; or a body, or a deflated body, that gets the right checksum, which
//! no fuzzer would guess.

use data_encoding::BASE64URL_NOPAD;
use messages::share::{BODY_BYTES_MAX, ENTRIES_MAX, decode, encode};
use miniz_oxide::inflate::decompress_to_vec_with_limit;

pub fn check(bytes: &[u8]) {
    let Some((&form, rest)) = bytes.split_first() else {
        return;
    };
    let link = match form {
        b'0' => link('0', rest, rest),
        b'1' => {
            let body = decompress_to_vec_with_limit(rest, 2 * BODY_BYTES_MAX);
            link('1', &body.unwrap_or_default(), rest)
        }
        _ => String::from_utf8_lossy(rest).into_owned(),
    };
    let shared = match decode(&link) {
        Ok(shared) => shared,
        Err(broken) => {
            assert!(!broken.to_string().is_empty());
            return;
        }
    };
    assert!(shared.entries.len() <= ENTRIES_MAX);
    // A carriage return inside a line goes out as a space, once.
    let again = decode(&encode(&shared)).expect("what is encoded can be decoded");
    assert_eq!(again.entries.len(), shared.entries.len());
    assert_eq!(decode(&encode(&again)), Ok(again));
}

fn link(codec: char, body: &[u8], payload: &[u8]) -> String {
    let checksum = adler2::adler32_slice(body).to_be_bytes();
    let bytes = [&checksum, payload].concat();
    format!("s=1{codec}.{}", BASE64URL_NOPAD.encode(&bytes))
}
