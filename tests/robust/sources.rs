//! Lua source: it compiles, or there is an error that names the chunk; what compiled can be listed and dumped.

use lua::compile::{Limits, compile};
use lua::listing::listing;

/// As long as a script that somebody types; longer ones say nothing new.
const BYTES_MAX: usize = 1 << 16;

pub fn check(bytes: &[u8]) {
    let source = &bytes[..bytes.len().min(BYTES_MAX)];
    match compile(source, b"@script", Limits::default()) {
        Ok(proto) => {
            let listed = listing(&proto);
            assert!(!listed.is_empty());
            let again = compile(source, b"@script", Limits::default()).expect("it compiled before");
            assert_eq!(listing(&again), listed, "compiled twice");
        }
        Err(message) => assert!(
            message.starts_with(b"script:"),
            "{}",
            String::from_utf8_lossy(&message)
        ),
    }
}
