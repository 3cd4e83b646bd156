//! Bytes from libFuzzer, as answers of an ERP.

#![no_main]

mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| checks::check(input));
