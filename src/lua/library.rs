//! The standard library and the four that come with Redis: cjson, cmsgpack, struct and bit.

mod base;
mod coroutine;
mod math;
mod os;
mod string;
mod table;

use crate::native::NativeFunction;
use crate::value::{TableRef, Value};
use crate::vm::{Error, Vm};

/// What libraries keep between calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {}

impl State {
    pub fn roots(&self) -> Vec<Value> {
        Vec::new()
    }
}

/// A library's functions by their names.
pub(crate) type Functions<'a> = &'a [(&'a str, NativeFunction)];

impl Vm {
    /// A machine with the whole library, as scripts of Redis see it.
    pub fn with_library(limit: usize) -> Result<Vm, Error> {
        let mut vm = Vm::new(limit)?;
        vm.open_base()?;
        vm.open_table()?;
        vm.open_string()?;
        vm.open_math()?;
        vm.open_coroutine()?;
        vm.open_os()?;
        Ok(vm)
    }

    /// Adds native functions to a table.
    pub(crate) fn register(
        &mut self,
        table: TableRef,
        functions: Functions<'_>,
    ) -> Result<(), Error> {
        for (name, function) in functions {
            let function = self.native(*function, &[])?;
            self.raw_set_text(table, name.as_bytes(), Value::Function(function))?;
        }
        Ok(())
    }

    /// Makes a library: a global table of functions.
    pub(crate) fn open(&mut self, name: &str, functions: Functions<'_>) -> Result<TableRef, Error> {
        let table = self.table(0, functions.len())?;
        let globals = self.globals;
        self.raw_set_text(globals, name.as_bytes(), Value::Table(table))?;
        self.register(table, functions)?;
        Ok(table)
    }
}
