//! Payloads of RESTORE: a key that is made of one can be used as any other, and dumped and restored again.

use engine::crc64::crc64;
use engine::rdb::VERSION;
use engine::{Engine, Reply, Time};

use super::loaded::{Keys, NOW};

pub fn check(bytes: &[u8]) {
    let mut engine = Engine::new(1, NOW);
    let client = engine.connect("127.0.0.1:50000", NOW);
    let mut keys = Keys::new(&mut engine, client);
    // As it is; and as a body with the right version and checksum, which no fuzzer would guess.
    keys.run(&[b"RESTORE", b"raw", b"0", bytes]);
    if keys.run(&[b"RESTORE", b"key", b"0", &payload(bytes)]) != Reply::OK {
        return;
    }
    let Reply::Bulk(dumped) = keys.run(&[b"DUMP", b"key"]) else {
        panic!("a key that is there can be dumped");
    };
    let restored = keys.run(&[b"RESTORE", b"again", b"0", &dumped]);
    assert_eq!(restored, Reply::OK, "what was dumped can be restored");
    let digest = |keys: &mut Keys, key: &[u8]| keys.run(&[b"DEBUG", b"DIGEST-VALUE", key]);
    assert_eq!(digest(&mut keys, b"key"), digest(&mut keys, b"again"));
    assert_eq!(keys.stream(b"key"), keys.stream(b"again"));
    keys.read(b"key");
    keys.change(b"key");
    engine.advance(Time::from_millis(NOW.millis() + 1000));
}

fn payload(body: &[u8]) -> Vec<u8> {
    let checked = [body, &VERSION.to_le_bytes()].concat();
    let checksum = crc64(&checked).to_le_bytes();
    [checked.as_slice(), &checksum].concat()
}
