//! `tests::robust::replies` with bytes that libFuzzer makes up.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tests::robust::replies::check(bytes));
