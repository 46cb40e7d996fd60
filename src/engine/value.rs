//! What a key holds. Each type lives in `values/` with its encodings; this is only the choice between them.

use crate::values::{
    hash::Hash, list::List, set::Set, sorted_set::SortedSet, stream::Stream, string::Str,
    vector_set::VectorSet,
};

/// Three pointers large: a database holds millions of these, most of them strings, so what is larger is boxed.
#[derive(Debug, Clone)]
pub enum Value {
    String(Str),
    List(Box<List>),
    Set(Box<Set>),
    SortedSet(Box<SortedSet>),
    Hash(Box<Hash>),
    Stream(Box<Stream>),
    VectorSet(Box<VectorSet>),
}

const _: () = assert!(size_of::<Value>() <= 24, "box the large variants");
// Most collections are small ones, and what their enum is larger than its small variant is lost in each.
const _: () = assert!(size_of::<Hash>() <= 24 && size_of::<SortedSet>() <= 24);
const _: () = assert!(size_of::<Set>() <= 32 && size_of::<List>() <= 24);

impl Value {
    /// As TYPE says it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::String(_) => Str::NAME,
            Value::List(_) => List::NAME,
            Value::Set(_) => Set::NAME,
            Value::SortedSet(_) => SortedSet::NAME,
            Value::Hash(_) => Hash::NAME,
            Value::Stream(_) => Stream::NAME,
            Value::VectorSet(_) => VectorSet::NAME,
        }
    }

    /// As OBJECT ENCODING says it.
    pub fn encoding(&self) -> &'static str {
        match self {
            Value::String(value) => value.encoding(),
            Value::List(value) => value.encoding(),
            Value::Set(value) => value.encoding(),
            Value::SortedSet(value) => value.encoding(),
            Value::Hash(value) => value.encoding(),
            Value::Stream(value) => value.encoding(),
            // The type is a module's: Redis knows nothing of how it is kept.
            Value::VectorSet(_) => "raw",
        }
    }
}

/// One of the types a key can hold; lets `keyspace.get::<List>(key)` check the type in one place.
pub trait Kind: Sized {
    /// As TYPE says it.
    const NAME: &'static str;
    fn of(value: &Value) -> Option<&Self>;
    fn of_mut(value: &mut Value) -> Option<&mut Self>;
    fn into_value(self) -> Value;
}

macro_rules! kinds {
    ($($variant:ident($kind:ty) = $name:literal),*) => {$(
        impl Kind for $kind {
            const NAME: &'static str = $name;
            fn of(value: &Value) -> Option<&Self> {
                if let Value::$variant(inner) = value { Some(inner) } else { None }
            }
            fn of_mut(value: &mut Value) -> Option<&mut Self> {
                if let Value::$variant(inner) = value { Some(inner) } else { None }
            }
            fn into_value(self) -> Value {
                Value::$variant(self.into())
            }
        }
    )*};
}

kinds!(
    String(Str) = "string",
    List(List) = "list",
    Set(Set) = "set",
    SortedSet(SortedSet) = "zset",
    Hash(Hash) = "hash",
    Stream(Stream) = "stream",
    VectorSet(VectorSet) = "vectorset"
);
