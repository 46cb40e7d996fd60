//! The Lua machine of scripts and that of functions: what is global in them, and what was compiled. A machine is made
//! when it is first needed; it holds nothing that could not be made again from the cache and the libraries, so a clone
//! of an engine starts with none. Source: Redis 8.2, `script_lua.c`, `eval.c`, `function_lua.c`.

use std::fmt;

use lua::lexer::c_string;
use lua::{Args, FunctionRef, NativeFunction, NativeResult, Outcome, Pin, TableRef, Value, Vm};

use super::api;
use super::pcall::pcall;
use super::running::Kind;
use crate::structures::ordered::OrderedMap;

/// Bytes that a machine may use. Redis has no such limit; a script that needs more gets "not enough memory".
pub const MEMORY: usize = 256 << 20;

pub struct Machine {
    pub vm: Vm,
    /// Scripts by their sum, functions by their name.
    pub compiled: OrderedMap<Vec<u8>, Pin>,
    /// What a library sees while it is loaded, in the machine of functions.
    globals_while_loading: Option<TableRef>,
    all_globals: TableRef,
}

/// A machine, or the place of one.
#[derive(Default)]
pub struct Place(Option<Box<Machine>>);

impl Clone for Place {
    fn clone(&self) -> Place {
        Place(None)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Machine"
        } else {
            "no machine"
        })
    }
}

impl Place {
    pub fn take(&mut self) -> Option<Box<Machine>> {
        self.0.take()
    }

    pub fn put(&mut self, machine: Box<Machine>) {
        self.0 = Some(machine);
    }
}

impl Machine {
    pub fn new(kind: Kind) -> Result<Machine, lua::Error> {
        let mut vm = Vm::with_library(MEMORY)?;
        let all_globals = vm.globals();
        let redis = api::table(&mut vm)?;
        vm.raw_set_text(all_globals, b"redis", Value::Table(redis))?;
        let protected_call = vm.native(pcall, &[])?;
        vm.raw_set_text(all_globals, b"pcall", Value::Function(protected_call))?;
        let handler = vm.native(error_handler, &[])?;
        vm.raw_set_text(
            all_globals,
            b"__redis__err__handler",
            Value::Function(handler),
        )?;
        refuse_unknown(&mut vm, all_globals)?;
        let mut machine = Machine {
            vm,
            compiled: OrderedMap::new(),
            globals_while_loading: None,
            all_globals,
        };
        if kind == Kind::Function {
            machine.prepare_for_libraries()?;
        }
        machine.protect(all_globals, &mut Vec::new());
        if let Some(metatable) = machine.vm.string_metatable() {
            machine.protect(metatable, &mut Vec::new());
        }
        Ok(machine)
    }

    /// Functions have an empty table of globals of their own; what they find goes through its metatable.
    fn prepare_for_libraries(&mut self) -> Result<(), lua::Error> {
        let vm = &mut self.vm;
        let redis = api::table_while_loading(vm)?;
        refuse_unknown(vm, redis)?;
        let loading = vm.table(0, 1)?;
        vm.raw_set_text(loading, b"redis", Value::Table(redis))?;
        refuse_unknown(vm, loading)?;
        vm.pin(Value::Table(loading));
        vm.pin(Value::Table(self.all_globals));
        self.globals_while_loading = Some(loading);
        self.protect(loading, &mut Vec::new());
        let vm = &mut self.vm;
        let globals = vm.table(0, 0)?;
        let metatable = vm.table(0, 1)?;
        vm.raw_set_text(metatable, b"__index", Value::Table(self.all_globals))?;
        vm.set_metatable(globals, Some(metatable));
        vm.set_readonly(metatable, true);
        vm.set_readonly(globals, true);
        vm.set_globals(globals);
        Ok(())
    }

    /// Library code sees only what it needs to register functions.
    pub fn show_globals_for_loading(&mut self, loading: bool) -> Result<(), lua::Error> {
        let shown = match (loading, self.globals_while_loading) {
            (true, Some(table)) => table,
            _ => self.all_globals,
        };
        match self.vm.metatable(self.vm.globals()) {
            Some(metatable) => self
                .vm
                .raw_set_text(metatable, b"__index", Value::Table(shown)),
            None => Ok(()),
        }
    }

    /// Makes a table read-only, and all that can be reached from it.
    fn protect(&mut self, table: TableRef, seen: &mut Vec<TableRef>) {
        if seen.contains(&table) {
            return;
        }
        seen.push(table);
        self.vm.set_readonly(table, true);
        if let Some(metatable) = self.vm.metatable(table) {
            self.protect(metatable, seen);
        }
        let mut position = 0;
        while let Some((_, value, next)) = self.vm.entry_from(table, position) {
            position = next;
            if let Value::Table(inner) = value {
                self.protect(inner, seen);
            }
        }
    }

    /// The function of a script or of a library's function, if it was compiled.
    pub fn function(&self, name: &[u8]) -> Option<FunctionRef> {
        match self.vm.pinned(*self.compiled.get(name)?) {
            Value::Function(function) => Some(function),
            _ => None,
        }
    }

    /// Compiles a script. The error is the compiler's text.
    pub fn compile(&mut self, sum: &str, code: &[u8]) -> Result<(), Vec<u8>> {
        if self.compiled.contains_key(sum.as_bytes()) {
            return Ok(());
        }
        let loaded = self.vm.load(code, b"@user_script");
        let function = loaded.map_err(|error| self.text_of(error))?;
        let pin = self.vm.pin(Value::Function(function));
        self.compiled.insert(sum.as_bytes().to_vec(), pin);
        Ok(())
    }

    pub fn forget(&mut self, name: &[u8]) {
        if let Some(pin) = self.compiled.remove(name) {
            self.vm.unpin(pin);
        }
    }

    /// The text of an error that no script raised.
    pub fn text_of(&self, error: lua::Error) -> Vec<u8> {
        match error {
            lua::Error::Raised(Value::String(text)) => self.vm.bytes(text).to_vec(),
            _ => b"not enough memory".to_vec(),
        }
    }
}

/// Reading a field that is not there is an error that names it.
fn refuse_unknown(vm: &mut Vm, table: TableRef) -> Result<(), lua::Error> {
    let metatable = vm.table(0, 1)?;
    let refuse = vm.native(unknown_variable as NativeFunction, &[])?;
    vm.raw_set_text(metatable, b"__index", Value::Function(refuse))?;
    vm.set_readonly(metatable, true);
    vm.set_metatable(table, Some(metatable));
    Ok(())
}

fn unknown_variable(vm: &mut Vm, args: Args) -> NativeResult {
    let name = match vm.arg(args, 1) {
        Value::String(name) => vm.bytes(name).to_vec(),
        Value::Number(number) => {
            let text = vm.number_string(number)?;
            vm.bytes(text).to_vec()
        }
        _ => {
            let text = b"Second argument to luaProtectedTableError must be a string or number";
            return Err(vm.error(text));
        }
    };
    let text = [
        b"Script attempted to access nonexistent global variable '",
        c_string(&name),
        b"'",
    ];
    Err(vm.error(&text.concat()))
}

/// Scripts can see the function by which Redis notes where an error came from, and call it.
fn error_handler(vm: &mut Vm, args: Args) -> NativeResult {
    let error = vm.arg(args, 0);
    if let Value::Table(_) = error {
        return Ok(Outcome::One(error));
    }
    let text = vm.describe(error);
    super::convert::field(vm, b"err", &[b"ERR ", &text[..]].concat()).map(Outcome::One)
}
