//! Bytes from a client: it makes no difference in which pieces they arrive, and what was read can be written and read
//! again.
//!
//! The first byte is not sent. It chooses the limits and how large the pieces are.

use engine::resp::{Limits, Parser, ProtocolError, encode_command};

type Requests = Vec<Vec<Vec<u8>>>;

/// All requests in the bytes, and why there are no more.
struct Read {
    requests: Requests,
    consumed: u64,
    failure: Option<ProtocolError>,
}

pub fn check(bytes: &[u8]) {
    let Some((&choice, sent)) = bytes.split_first() else {
        return;
    };
    let limits = Limits {
        bulk_bytes: if choice & 1 == 0 { 1 << 20 } else { 64 },
        authenticated: choice & 2 == 0,
    };
    let whole = read([sent].into_iter(), limits);
    let pieces = read(sent.chunks(1 + usize::from(choice >> 2)), limits);
    assert!(whole.consumed <= sent.len() as u64);
    assert_eq!(whole.requests, pieces.requests, "in pieces as in one");
    assert_eq!(whole.failure, pieces.failure, "in pieces as in one");
    if whole.failure.is_none() {
        assert_eq!(whole.consumed, pieces.consumed, "in pieces as in one");
    }

    let mut written = Vec::new();
    for words in &whole.requests {
        encode_command(words, &mut written);
    }
    let again = read([written.as_slice()].into_iter(), Limits::default());
    assert_eq!(again.requests, whole.requests, "written and read again");
    assert_eq!(again.failure, None);
}

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>, limits: Limits) -> Read {
    let mut parser = Parser::new(limits);
    let mut read = Read {
        requests: Vec::new(),
        consumed: 0,
        failure: None,
    };
    for piece in pieces {
        parser.feed(piece);
        loop {
            let before = parser.consumed();
            match parser.next_command() {
                Ok(Some(request)) => {
                    assert!(request.len() > 0);
                    let words = request.words().map(<[u8]>::to_vec).collect();
                    read.requests.push(words);
                }
                Ok(None) => break,
                Err(failure) => {
                    failure.encode(&mut Vec::new());
                    assert_eq!(parser.next_command().err(), Some(failure), "it stays");
                    read.failure = Some(failure);
                    read.consumed = parser.consumed();
                    return read;
                }
            }
            assert!(parser.consumed() > before, "a request has bytes");
        }
        // Never more than was sent, whatever lengths were announced.
        assert!(parser.pending().len() <= parser.held());
        parser.rest();
    }
    read.consumed = parser.consumed();
    read
}
