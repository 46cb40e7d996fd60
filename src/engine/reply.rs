//! What a command answers, as a value. The bytes on the wire are `resp.rs`'s business,
//! redis-cli's text of it is `render.rs`'s.

use crate::error::Error;

/// A reply, free of any protocol version. `resp::encode` knows how RESP2 flattens what only RESP3 can say.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// A status such as `OK`.
    Status(&'static str),
    /// A status whose text is made at run time (`+Background saving started` is not one of these).
    StatusText(String),
    /// An error inside an array (EXEC); handlers return `Err` instead.
    Error(Error),
    Int(i64),
    Bulk(Vec<u8>),
    /// The absent value: `$-1` in RESP2, `_` in RESP3.
    Null,
    /// The absent array: `*-1` in RESP2, `_` in RESP3.
    NullArray,
    Array(Vec<Reply>),
    /// An array of nothing but bulk strings, as the longest replies are.
    Bulks(Bulks),
    /// Keys with values: a map in RESP3, a flat array in RESP2.
    Map(Vec<(Reply, Reply)>),
    /// Elements without order: a set in RESP3, an array in RESP2.
    Set(Vec<Reply>),
    /// Two-element arrays in RESP3, one flat array in RESP2 (ZRANGE WITHSCORES, HRANDFIELD WITHVALUES).
    Pairs(Vec<(Reply, Reply)>),
    /// A double in RESP3, a bulk string in RESP2.
    Double(f64),
    /// `#t`/`#f` in RESP3, 1/0 in RESP2.
    Bool(bool),
    /// Text with a three-letter format (`txt`, `mkd`): a verbatim string in RESP3, a bulk string in RESP2.
    Verbatim(&'static str, String),
    BigNumber(String),
    /// An out-of-band message: `>` in RESP3, an array in RESP2.
    Push(Vec<Reply>),
    /// Several replies to one command (SUBSCRIBE a b).
    Many(Vec<Reply>),
    /// Nothing is sent (CLIENT REPLY OFF).
    Nothing,
    /// The client waits; the reply comes later as `Event::Reply`.
    Later,
}

/// Many byte strings in one piece: a long reply costs no allocation for each of its elements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bulks {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Bulks {
    pub fn with_capacity(count: usize) -> Bulks {
        Bulks {
            bytes: Vec::with_capacity(16 * count),
            ends: Vec::with_capacity(count),
        }
    }

    pub fn push(&mut self, element: &[u8]) {
        self.bytes.extend_from_slice(element);
        self.ends.push(self.bytes.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let element = &self.bytes[start..*end];
            start = *end;
            element
        })
    }

    /// The same as an array like any other.
    pub fn to_array(&self) -> Reply {
        Reply::array(self.iter().map(Reply::bulk))
    }
}

impl Reply {
    pub const OK: Reply = Reply::Status("OK");

    pub fn bulk(bytes: impl AsRef<[u8]>) -> Reply {
        Reply::Bulk(bytes.as_ref().to_vec())
    }

    pub fn array(items: impl IntoIterator<Item = Reply>) -> Reply {
        Reply::Array(items.into_iter().collect())
    }

    /// An array of bulk strings.
    pub fn bulks(elements: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Reply {
        const FEW: usize = 8;
        let elements = elements.into_iter();
        let mut bulks = Bulks::with_capacity(elements.size_hint().0.max(FEW));
        for element in elements {
            bulks.push(element.as_ref());
        }
        Reply::Bulks(bulks)
    }

    /// The bytes, or the null that stands for their absence.
    pub fn bulk_or_null(bytes: Option<impl AsRef<[u8]>>) -> Reply {
        bytes.map_or(Reply::Null, Reply::bulk)
    }
}

impl From<Error> for Reply {
    fn from(error: Error) -> Reply {
        Reply::Error(error)
    }
}

impl From<i64> for Reply {
    fn from(number: i64) -> Reply {
        Reply::Int(number)
    }
}

impl From<usize> for Reply {
    fn from(count: usize) -> Reply {
        Reply::Int(count as i64)
    }
}

impl From<bool> for Reply {
    /// 1 or 0, as commands answered before RESP3 had booleans.
    fn from(yes: bool) -> Reply {
        Reply::Int(yes as i64)
    }
}
