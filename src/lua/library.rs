//! The standard library and the four that come with Redis: cjson, cmsgpack, struct and bit.

mod base;
mod bit;
mod cjson;
mod cmsgpack;
mod coroutine;
mod math;
mod os;
mod packing;
mod string;
mod table;

use crate::native::NativeFunction;
use crate::value::{TableRef, Value};
use crate::vm::{Error, Vm};

/// What libraries keep between calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    cjson: Vec<cjson::Config>,
    /// `collectgarbage`'s two numbers, which change nothing here.
    pub(super) pause: Option<f64>,
    pub(super) step: Option<f64>,
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
        vm.open_cjson()?;
        vm.open_struct()?;
        vm.open_cmsgpack()?;
        vm.open_bit()?;
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
