//! Bytes from a server: no part of a reply is a reply, and a reply can be written and read again.

use engine::Reply;
use engine::render::render;
use engine::resp::Protocol::{Resp2, Resp3};
use engine::resp::{Protocol, decode, encode};

pub fn check(bytes: &[u8]) {
    let Ok(Some((reply, used))) = decode(bytes) else {
        return;
    };
    assert!((1..=bytes.len()).contains(&used));
    for shorter in [used - 1, used / 2, used / 3] {
        assert_eq!(decode(&bytes[..shorter]), Ok(None), "{shorter} of {used}");
    }
    for protocol in [Resp2, Resp3] {
        let written = in_bytes(&reply, protocol);
        let (again, length) = decode(&written)
            .expect("what is written is well formed")
            .expect("and complete");
        assert_eq!(length, written.len());
        assert_eq!(in_bytes(&again, protocol), written);
        render(&reply, protocol);
    }
}

fn in_bytes(reply: &Reply, protocol: Protocol) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(reply, protocol, &mut bytes);
    bytes
}
