//! What the collector owns, and the account of its memory. Whatever allocates asks first.

use std::ops::Range;

use crate::function::{Closure, NativeClosure, Upvalue};
use crate::strings::{self, Strings};
use crate::table::{Place, Sizes, Table};
use crate::thread::ThreadState;
use crate::value::{FunctionRef, StringRef, TableRef, ThreadRef, Value};
use crate::vm::Error;

pub(crate) const NONE: u32 = u32::MAX;
/// Below this no collection is worth its time.
const FIRST_COLLECTION: usize = 256 * 1024;

#[derive(Debug)]
pub(crate) struct Heap {
    pub strings: Strings,
    pub tables: Vec<Table>,
    pub free_table: Vec<u32>,
    pub table_marks: Vec<bool>,
    pub closures: Vec<Closure>,
    pub free_closure: u32,
    pub upvalues: Vec<Upvalue>,
    pub upvalue_marks: Vec<bool>,
    pub closure_marks: Vec<bool>,
    pub free_upvalue: u32,
    pub threads: Vec<Option<Box<ThreadState>>>,
    pub free_threads: Vec<u32>,
    pub thread_marks: Vec<bool>,
    /// Bytes in use, as accounted.
    pub used: usize,
    pub limit: usize,
    /// Bytes that the running native holds outside of the heap.
    pub held: usize,
    /// At how many bytes in use the next collection is due.
    pub threshold: usize,
    /// It is always due.
    pub eager: bool,
}

impl Heap {
    pub fn new(limit: usize) -> Heap {
        Heap {
            strings: Strings::default(),
            tables: Vec::new(),
            free_table: Vec::new(),
            table_marks: Vec::new(),
            closures: Vec::new(),
            free_closure: NONE,
            upvalues: Vec::new(),
            upvalue_marks: Vec::new(),
            closure_marks: Vec::new(),
            free_upvalue: NONE,
            threads: Vec::new(),
            free_threads: Vec::new(),
            thread_marks: Vec::new(),
            used: 0,
            held: 0,
            limit,
            threshold: FIRST_COLLECTION,
            eager: false,
        }
    }

    /// Accounts for bytes about to be allocated.
    #[inline(always)]
    pub fn reserve(&mut self, bytes: usize) -> Result<(), Error> {
        let used = self.used.saturating_add(bytes);
        if used > self.limit {
            return Err(Error::Memory);
        }
        self.used = used;
        Ok(())
    }

    pub fn release(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
    }

    /// Sets when to collect again, after a collection left `used` bytes.
    pub fn settle(&mut self, used: usize) {
        self.used = used;
        let room = self.limit.saturating_sub(used) / 2;
        self.threshold = match self.eager {
            true => 0,
            false => used + used.max(FIRST_COLLECTION).min(room),
        };
    }

    pub fn string(&mut self, bytes: &[u8]) -> Result<StringRef, Error> {
        let hash = strings::hash(bytes);
        if let Some(found) = self.strings.find(bytes, hash) {
            return Ok(found);
        }
        self.reserve(strings::cost(bytes.len()))?;
        Ok(self.strings.add(bytes.into(), hash))
    }

    /// A string of bytes that were built, and accounted for, elsewhere.
    pub fn string_of(&mut self, bytes: Vec<u8>) -> Result<StringRef, Error> {
        let hash = strings::hash(&bytes);
        if let Some(found) = self.strings.find(&bytes, hash) {
            return Ok(found);
        }
        self.reserve(strings::cost(bytes.len()))?;
        Ok(self.strings.add(bytes.into_boxed_slice(), hash))
    }

    /// A part of a string, which is a string already if it was taken before.
    pub fn part(&mut self, string: StringRef, range: Range<usize>) -> Result<StringRef, Error> {
        let bytes = &self.strings.bytes(string)[range.clone()];
        let hash = strings::hash(bytes);
        if let Some(found) = self.strings.find(bytes, hash) {
            return Ok(found);
        }
        self.reserve(strings::cost(range.len()))?;
        let bytes = self.strings.bytes(string)[range].into();
        Ok(self.strings.add(bytes, hash))
    }

    #[inline(always)]
    pub fn bytes(&self, string: StringRef) -> &[u8] {
        self.strings.bytes(string)
    }

    pub fn table(&mut self, array: usize, nodes: usize) -> Result<TableRef, Error> {
        let sizes = Sizes {
            array,
            nodes: Table::node_size(nodes),
        };
        self.reserve(size_of::<Table>() + sizes.cost())?;
        let table = Table::with_sizes(array, nodes);
        if let Some(index) = self.free_table.pop() {
            self.tables[index as usize] = table;
            return Ok(TableRef(index));
        }
        self.tables.push(table);
        self.table_marks.push(false);
        Ok(TableRef((self.tables.len() - 1) as u32))
    }

    #[inline(always)]
    pub fn at(&self, table: TableRef) -> &Table {
        &self.tables[table.0 as usize]
    }

    #[inline(always)]
    pub fn at_mut(&mut self, table: TableRef) -> &mut Table {
        &mut self.tables[table.0 as usize]
    }

    /// The place of a key that may be new. The key must be a valid one.
    pub fn place(&mut self, table: TableRef, key: Value) -> Result<Place, Error> {
        let found = self.at_mut(table);
        if let Some(place) = found.place(key) {
            return Ok(place);
        }
        loop {
            match self.at_mut(table).insert(key) {
                Ok(place) => return Ok(place),
                Err(sizes) => self.resize(table, sizes)?,
            }
            // The new sizes may have made room in the array part.
            if let Some(place) = self.at(table).place(key) {
                return Ok(place);
            }
        }
    }

    fn resize(&mut self, table: TableRef, sizes: Sizes) -> Result<(), Error> {
        let before = self.at(table).cost();
        self.reserve(sizes.cost())?;
        self.at_mut(table).resize(sizes);
        self.release(before - size_of::<Table>());
        Ok(())
    }

    /// Makes room for so many items before they are set.
    pub fn grow_array(&mut self, table: TableRef, array: usize) -> Result<(), Error> {
        let found = self.at(table);
        if array <= found.array.len() {
            return Ok(());
        }
        let nodes = found.nodes.len();
        self.resize(table, Sizes { array, nodes })
    }

    pub fn closure(&mut self, closure: Closure) -> Result<FunctionRef, Error> {
        self.reserve(closure_cost(&closure))?;
        let index = if self.free_closure == NONE {
            self.closures.push(closure);
            self.closure_marks.push(false);
            (self.closures.len() - 1) as u32
        } else {
            let index = self.free_closure;
            if let Closure::Free(next) = self.closures[index as usize] {
                self.free_closure = next;
            }
            self.closures[index as usize] = closure;
            index
        };
        Ok(FunctionRef(index))
    }

    pub fn upvalue(&mut self, upvalue: Upvalue) -> Result<u32, Error> {
        self.reserve(size_of::<Upvalue>())?;
        if self.free_upvalue == NONE {
            self.upvalues.push(upvalue);
            self.upvalue_marks.push(false);
            return Ok((self.upvalues.len() - 1) as u32);
        }
        let index = self.free_upvalue;
        if let Upvalue::Free(next) = self.upvalues[index as usize] {
            self.free_upvalue = next;
        }
        self.upvalues[index as usize] = upvalue;
        Ok(index)
    }

    pub fn thread(&mut self, state: ThreadState) -> Result<ThreadRef, Error> {
        self.reserve(state.cost())?;
        let state = Some(Box::new(state));
        if let Some(index) = self.free_threads.pop() {
            self.threads[index as usize] = state;
            return Ok(ThreadRef(index));
        }
        self.threads.push(state);
        self.thread_marks.push(false);
        Ok(ThreadRef((self.threads.len() - 1) as u32))
    }

    pub fn native(&self, function: FunctionRef) -> Option<&NativeClosure> {
        match &self.closures[function.0 as usize] {
            Closure::Native(closure) => Some(closure),
            _ => None,
        }
    }
}

pub(crate) fn closure_cost(closure: &Closure) -> usize {
    size_of::<Closure>()
        + match closure {
            Closure::Free(_) => 0,
            Closure::Lua(lua) => 64 + lua.upvalues.len() * 4,
            Closure::Native(native) => 64 + native.upvalues.len() * 16,
        }
}
