//! Replies as a client reads them off its connection.

use engine::Reply;
use engine::resp::{self, Protocol};

/// The frames that a reply is sent as: one, none, or several for SUBSCRIBE with several channels.
pub fn on_the_wire(reply: &Reply, protocol: Protocol) -> Vec<Reply> {
    let mut bytes = Vec::new();
    resp::encode(reply, protocol, &mut bytes);
    let mut frames = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (frame, used) =
            resp::decode_reply(&bytes[at..]).expect("what was encoded can be decoded");
        frames.push(frame);
        at += used;
    }
    frames
}

/// A reply that is one frame.
pub fn as_read(reply: &Reply, protocol: Protocol) -> Reply {
    on_the_wire(reply, protocol)
        .into_iter()
        .next()
        .unwrap_or(Reply::Nothing)
}

/// The message that a redirection ended names a connection, whose number is the process's own.
pub fn without_target(reply: Reply) -> Reply {
    match &reply {
        Reply::Push(items) if items.first() == Some(&Reply::bulk("tracking-redir-broken")) => {
            with_ints(reply, &|_| 0)
        }
        _ => reply,
    }
}

/// Broadcast invalidations name all keys that changed in one turn of the server's loop; here each has a frame of its own.
pub fn one_key_each(frame: Reply) -> Vec<Reply> {
    let (Reply::Push(items) | Reply::Array(items)) = &frame else {
        return vec![frame];
    };
    match items.as_slice() {
        [before @ .., Reply::Array(keys)] if keys.len() > 1 => keys
            .iter()
            .map(|key| {
                let mut items = before.to_vec();
                items.push(Reply::array([key.clone()]));
                match frame {
                    Reply::Push(_) => Reply::Push(items),
                    _ => Reply::Array(items),
                }
            })
            .collect(),
        _ => vec![frame],
    }
}

/// Every integer in it replaced.
pub fn with_ints(reply: Reply, change: &impl Fn(i64) -> i64) -> Reply {
    let all = |items: Vec<Reply>| -> Vec<Reply> {
        items
            .into_iter()
            .map(|item| with_ints(item, change))
            .collect()
    };
    match reply {
        Reply::Int(number) => Reply::Int(change(number)),
        Reply::Array(items) => Reply::Array(all(items)),
        Reply::Set(items) => Reply::Set(all(items)),
        Reply::Push(items) => Reply::Push(all(items)),
        Reply::Map(entries) => Reply::Map(
            entries
                .into_iter()
                .map(|(key, value)| (with_ints(key, change), with_ints(value, change)))
                .collect(),
        ),
        other => other,
    }
}

/// By their bytes.
pub fn sorted(mut frames: Vec<Reply>) -> Reply {
    frames.sort_by_cached_key(|frame| format!("{frame:?}"));
    Reply::Array(frames)
}

/// Each once, by their bytes.
pub fn distinct(frames: Vec<Reply>) -> Reply {
    match sorted(frames) {
        Reply::Array(mut frames) => {
            frames.dedup();
            Reply::Array(frames)
        }
        other => other,
    }
}

/// Equal, and NaN is equal to itself.
pub fn same(a: &Reply, b: &Reply) -> bool {
    a == b || format!("{a:?}") == format!("{b:?}")
}
