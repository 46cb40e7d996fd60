//! `tests::robust::sources` with bytes that libFuzzer makes up.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tests::robust::sources::check(bytes));
