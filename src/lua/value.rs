//! Values: sixteen bytes, copied freely. What lives in the heap is named by a number.

/// A string in the heap. Equal strings are one string, so references compare by `index` alone; the
/// hash travels along so that a table is searched without a look at the string.
#[derive(Clone, Copy, Debug)]
pub struct StringRef {
    pub(crate) index: u32,
    pub(crate) hash: u32,
}

impl PartialEq for StringRef {
    #[inline(always)]
    fn eq(&self, other: &StringRef) -> bool {
        self.index == other.index
    }
}

impl Eq for StringRef {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableRef(pub(crate) u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionRef(pub(crate) u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadRef(pub(crate) u32);

#[derive(Clone, Copy, Debug, Default)]
pub enum Value {
    #[default]
    Nil,
    Boolean(bool),
    Number(f64),
    String(StringRef),
    Table(TableRef),
    Function(FunctionRef),
    Thread(ThreadRef),
    /// A bare address, such as `cjson.null`.
    Light(u32),
    /// A key of a table whose value went away and that may itself be collected. Scripts never see it.
    #[doc(hidden)]
    Dead(u8, u32),
}

impl Value {
    #[inline(always)]
    pub fn is_nil(self) -> bool {
        matches!(self, Value::Nil)
    }

    #[inline(always)]
    pub fn truthy(self) -> bool {
        !matches!(self, Value::Nil | Value::Boolean(false))
    }

    /// What `type` returns.
    pub fn type_name(self) -> &'static str {
        match self {
            Value::Nil | Value::Dead(..) => "nil",
            Value::Boolean(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Table(_) => "table",
            Value::Function(_) => "function",
            Value::Thread(_) => "thread",
            Value::Light(_) => "userdata",
        }
    }

    /// Equality without metamethods.
    #[inline(always)]
    pub fn same(self, other: Value) -> bool {
        match (self, other) {
            (Value::Nil, Value::Nil) => true,
            (Value::Boolean(a), Value::Boolean(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Table(a), Value::Table(b)) => a == b,
            (Value::Function(a), Value::Function(b)) => a == b,
            (Value::Thread(a), Value::Thread(b)) => a == b,
            (Value::Light(a), Value::Light(b)) => a == b,
            _ => false,
        }
    }

    /// Kind and number of what the collector may free; `None` for plain values.
    pub(crate) fn object(self) -> Option<(u8, u32)> {
        match self {
            Value::String(string) => Some((0, string.index)),
            Value::Table(table) => Some((1, table.0)),
            Value::Function(function) => Some((2, function.0)),
            Value::Thread(thread) => Some((3, thread.0)),
            _ => None,
        }
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Value {
        Value::Boolean(boolean)
    }
}

impl From<StringRef> for Value {
    fn from(string: StringRef) -> Value {
        Value::String(string)
    }
}

impl From<TableRef> for Value {
    fn from(table: TableRef) -> Value {
        Value::Table(table)
    }
}

impl From<FunctionRef> for Value {
    fn from(function: FunctionRef) -> Value {
        Value::Function(function)
    }
}
