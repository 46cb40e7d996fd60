//! `tests::robust::programs` with bytes that libFuzzer makes up.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tests::robust::programs::check(bytes));
