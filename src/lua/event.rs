//! The names of metamethods, and looking for them.

use crate::heap::Heap;
use crate::value::{StringRef, TableRef, Value};
use crate::vm::{Error, Vm};

/// Metamethods; the first eight are remembered by tables that lack them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Event {
    Index,
    NewIndex,
    Mode,
    Eq,
    Metatable,
    Len,
    Call,
    ToString,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Unm,
    Lt,
    Le,
    Concat,
}

const NAMES: [&str; 18] = [
    "__index",
    "__newindex",
    "__mode",
    "__eq",
    "__metatable",
    "__len",
    "__call",
    "__tostring",
    "__add",
    "__sub",
    "__mul",
    "__div",
    "__mod",
    "__pow",
    "__unm",
    "__lt",
    "__le",
    "__concat",
];

/// The names as strings of the heap.
#[derive(Clone, Debug)]
pub(crate) struct Events {
    pub names: [StringRef; NAMES.len()],
    pub not_enough_memory: StringRef,
    pub error_in_handling: StringRef,
    pub empty: StringRef,
    pub arg_count: StringRef,
}

impl Events {
    pub fn new(heap: &mut Heap) -> Result<Events, Error> {
        let empty = heap.string(b"")?;
        let mut names = [empty; NAMES.len()];
        for (place, name) in names.iter_mut().zip(NAMES) {
            *place = heap.string(name.as_bytes())?;
        }
        Ok(Events {
            names,
            not_enough_memory: heap.string(b"not enough memory")?,
            error_in_handling: heap.string(b"error in error handling")?,
            empty,
            arg_count: heap.string(b"n")?,
        })
    }
}

impl Events {
    pub fn all(&self) -> impl Iterator<Item = StringRef> + use<> {
        let others = [
            self.not_enough_memory,
            self.error_in_handling,
            self.empty,
            self.arg_count,
        ];
        self.names.into_iter().chain(others)
    }
}

impl Vm {
    /// A table's metamethod; nil if it has none.
    #[inline(always)]
    pub(crate) fn table_event(&mut self, metatable: Option<TableRef>, event: Event) -> Value {
        match metatable {
            None => Value::Nil,
            Some(metatable) => self.metatable_event(metatable, event),
        }
    }

    pub(crate) fn metatable_event(&mut self, metatable: TableRef, event: Event) -> Value {
        let name = self.events.names[event as usize];
        let table = self.heap.at_mut(metatable);
        let bit = if (event as u8) < 8 {
            1 << event as u8
        } else {
            0
        };
        if table.absent & bit != 0 {
            return Value::Nil;
        }
        let found = table.get_string(name);
        if found.is_nil() {
            table.absent |= bit;
        }
        found
    }

    pub(crate) fn metatable_of(&self, value: Value) -> Option<TableRef> {
        match value {
            Value::Table(table) => self.heap.at(table).metatable,
            Value::String(_) => self.string_metatable,
            _ => None,
        }
    }

    pub(crate) fn event_of(&mut self, value: Value, event: Event) -> Value {
        let metatable = self.metatable_of(value);
        self.table_event(metatable, event)
    }
}
