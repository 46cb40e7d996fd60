//! JSON read and written through one value type. A derived reader is compiled anew for each type,
//! some kilobytes each; these cost a few hundred bytes.
//!
//! A field that is missing is its type's default; one of another type than it should have makes the
//! whole value unreadable.

use serde_json::{Map, Value};

use crate::map::SmallMap;

pub type Object = Map<String, Value>;

pub trait Json: Sized {
    fn from_json(value: &Value) -> Option<Self>;
    fn to_json(&self) -> Value;
}

/// The value in a field of an object.
pub fn field<T: Json + Default>(object: &Object, name: &str) -> Option<T> {
    match object.get(name) {
        None | Some(Value::Null) => Some(T::default()),
        Some(value) => T::from_json(value),
    }
}

pub fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let mut object = Map::new();
    for (name, value) in fields {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

/// A value with a name before it, as serde writes a variant of an enum: `{"Line": …}`.
pub fn variant(value: &Value) -> Option<(&str, &Value)> {
    let (name, value) = value.as_object()?.iter().next()?;
    Some((name, value))
}

impl Json for bool {
    fn from_json(value: &Value) -> Option<bool> {
        value.as_bool()
    }

    fn to_json(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Json for u64 {
    fn from_json(value: &Value) -> Option<u64> {
        value.as_u64()
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl Json for u32 {
    fn from_json(value: &Value) -> Option<u32> {
        u32::try_from(value.as_u64()?).ok()
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl Json for String {
    fn from_json(value: &Value) -> Option<String> {
        value.as_str().map(str::to_owned)
    }

    fn to_json(&self) -> Value {
        Value::String(self.clone())
    }
}

impl<T: Json> Json for Option<T> {
    fn from_json(value: &Value) -> Option<Option<T>> {
        match value {
            Value::Null => Some(None),
            value => T::from_json(value).map(Some),
        }
    }

    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }
}

impl<T: Json> Json for Vec<T> {
    fn from_json(value: &Value) -> Option<Vec<T>> {
        value.as_array()?.iter().map(T::from_json).collect()
    }

    fn to_json(&self) -> Value {
        Value::Array(self.iter().map(T::to_json).collect())
    }
}

/// A key of a map, as a field's name.
pub trait Name: Ord + Sized {
    fn from_name(name: &str) -> Option<Self>;
    fn to_name(&self) -> String;
}

impl Name for String {
    fn from_name(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    fn to_name(&self) -> String {
        self.clone()
    }
}

impl Name for u32 {
    fn from_name(name: &str) -> Option<u32> {
        name.parse().ok()
    }

    fn to_name(&self) -> String {
        self.to_string()
    }
}

impl<K: Name, V: Json> Json for SmallMap<K, V> {
    fn from_json(value: &Value) -> Option<SmallMap<K, V>> {
        let mut map = SmallMap::new();
        for (name, value) in value.as_object()? {
            map.insert(K::from_name(name)?, V::from_json(value)?);
        }
        Some(map)
    }

    fn to_json(&self) -> Value {
        let mut object = Map::new();
        for (key, value) in self.iter() {
            object.insert(key.to_name(), value.to_json());
        }
        Value::Object(object)
    }
}
