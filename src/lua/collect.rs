//! The collector: marks what can be reached and frees the rest, all at once, at points where
//! everything alive stands on a stack.

use crate::event::Event;
use crate::function::{Closure, Prototype, Upvalue};
use crate::heap::{Heap, NONE, closure_cost};
use crate::strings::Strings;
use crate::table::Table;
use crate::thread::{Body, ThreadState, WINDOW};
use crate::value::{StringRef, TableRef, Value};
use crate::vm::Vm;

/// What a table's `__mode` says.
#[derive(Clone, Copy, Debug, Default)]
struct Weakness {
    keys: bool,
    values: bool,
}

struct Marker<'a> {
    strings: &'a mut Strings,
    tables: &'a mut [Table],
    table_marks: &'a mut [bool],
    closures: &'a [Closure],
    closure_marks: &'a mut [bool],
    upvalues: &'a [Upvalue],
    upvalue_marks: &'a mut [bool],
    threads: &'a [Option<Box<ThreadState>>],
    thread_marks: &'a mut [bool],
    /// Marked, but not yet looked into.
    gray: Vec<Value>,
    weak: Vec<(u32, Weakness)>,
    mode: StringRef,
    epoch: u32,
}

impl Vm {
    /// Frees everything that the script can no longer reach.
    #[cold]
    #[inline(never)]
    pub fn collect(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
        let mode = self.events.names[Event::Mode as usize];
        let heap = &mut self.heap;
        let mut marker = Marker {
            strings: &mut heap.strings,
            tables: &mut heap.tables,
            table_marks: &mut heap.table_marks,
            closures: &heap.closures,
            closure_marks: &mut heap.closure_marks,
            upvalues: &heap.upvalues,
            upvalue_marks: &mut heap.upvalue_marks,
            threads: &heap.threads,
            thread_marks: &mut heap.thread_marks,
            gray: Vec::new(),
            weak: Vec::new(),
            mode,
            epoch: self.epoch,
        };
        for name in self.events.all() {
            marker.strings.mark(name);
        }
        let roots = [Value::Table(self.globals), Value::Table(self.registry)];
        for value in roots.into_iter().chain(self.pins.iter().copied()) {
            marker.mark(value);
        }
        for value in self.iterators.roots() {
            marker.mark(value);
        }
        if let Some(table) = self.string_metatable {
            marker.mark(Value::Table(table));
        }
        if let Some(crate::call::Action::Raise(crate::vm::Error::Raised(value))) = &self.pending {
            marker.mark(*value);
        }
        marker.mark_thread(&self.thread);
        marker.mark(Value::Thread(crate::ThreadRef(0)));
        marker.mark(Value::Thread(self.current));
        marker.run();
        marker.clear_weak();
        clear_stack(&mut self.thread);
        let mut used = self.heap.sweep();
        used += self.thread.cost() + self.heap.held;
        used += held_by_natives(&self.thread);
        if let Some(crate::call::Action::Resume { continuation, .. }) = &self.pending {
            used += continuation.memory();
        }
        self.heap.settle(used);
    }
}

fn held_by_natives(thread: &ThreadState) -> usize {
    let natives = thread.frames.iter().filter_map(|frame| match &frame.body {
        Body::Native(native) => Some(native.continuation.memory()),
        Body::Lua(_) => None,
    });
    natives.sum()
}

/// Leaves nothing above what is in use that could later be taken for alive, and gives back the
/// stack of a recursion that is over.
fn clear_stack(thread: &mut ThreadState) {
    let extent = thread.extent();
    let enough = extent + 2 * WINDOW;
    if thread.stack.len() > 4 * enough {
        thread.stack.truncate(enough);
        thread.stack.shrink_to_fit();
    }
    thread.stack[extent..].fill(Value::Nil);
}

impl Marker<'_> {
    fn mark(&mut self, value: Value) {
        let fresh = match value {
            Value::String(string) => return self.strings.mark(string),
            Value::Table(table) => {
                !std::mem::replace(&mut self.table_marks[table.0 as usize], true)
            }
            Value::Function(function) => {
                !std::mem::replace(&mut self.closure_marks[function.0 as usize], true)
            }
            Value::Thread(thread) => {
                !std::mem::replace(&mut self.thread_marks[thread.0 as usize], true)
            }
            _ => false,
        };
        if fresh {
            self.gray.push(value);
        }
    }

    fn run(&mut self) {
        while let Some(value) = self.gray.pop() {
            match value {
                Value::Table(table) => self.mark_table(table),
                Value::Function(function) => self.mark_function(function.0),
                Value::Thread(thread) => {
                    let threads = self.threads;
                    if let Some(state) = &threads[thread.0 as usize] {
                        self.mark_thread(state);
                    }
                }
                _ => {}
            }
        }
    }

    fn mark_thread(&mut self, state: &ThreadState) {
        for value in &state.stack[..state.extent()] {
            self.mark(*value);
        }
        for frame in &state.frames {
            if let Body::Lua(closure) = &frame.body {
                self.mark_prototype(&closure.prototype);
                self.mark(Value::Table(closure.globals));
                for upvalue in &closure.upvalues {
                    self.mark_upvalue(*upvalue);
                }
            }
        }
        for (_, upvalue) in &state.open {
            self.mark_upvalue(*upvalue);
        }
        if let Some(resumer) = &state.resumer {
            self.mark(Value::Thread(resumer.thread));
        }
    }

    fn mark_function(&mut self, index: u32) {
        let closures = self.closures;
        match &closures[index as usize] {
            Closure::Lua(closure) => {
                self.mark_prototype(&closure.prototype);
                self.mark(Value::Table(closure.globals));
                for upvalue in &closure.upvalues {
                    self.mark_upvalue(*upvalue);
                }
            }
            Closure::Native(native) => {
                for value in &native.upvalues {
                    self.mark(*value);
                }
            }
            Closure::Free(_) => {}
        }
    }

    fn mark_upvalue(&mut self, index: u32) {
        if index == NONE || std::mem::replace(&mut self.upvalue_marks[index as usize], true) {
            return;
        }
        match self.upvalues[index as usize] {
            Upvalue::Closed(value) => self.mark(value),
            Upvalue::Open(thread, _) => self.mark(Value::Thread(thread)),
            Upvalue::Free(_) => {}
        }
    }

    /// Functions nest no deeper than the compiler allows.
    fn mark_prototype(&mut self, prototype: &Prototype) {
        if prototype.marked_in.replace(self.epoch) == self.epoch {
            return;
        }
        for constant in &prototype.constants {
            self.mark(*constant);
        }
        for inner in &prototype.protos {
            self.mark_prototype(inner);
        }
    }

    fn weakness(&self, metatable: Option<TableRef>) -> Weakness {
        let mode = metatable.map(|table| self.tables[table.0 as usize].get_string(self.mode));
        let Some(Value::String(mode)) = mode else {
            return Weakness::default();
        };
        let letters = self.strings.bytes(mode);
        Weakness {
            keys: letters.contains(&b'k'),
            values: letters.contains(&b'v'),
        }
    }

    fn mark_table(&mut self, table: TableRef) {
        let metatable = self.tables[table.0 as usize].metatable;
        if let Some(metatable) = metatable {
            self.mark(Value::Table(metatable));
        }
        let weak = self.weakness(metatable);
        if weak.keys || weak.values {
            self.weak.push((table.0, weak));
            if weak.keys && weak.values {
                return;
            }
        }
        let array = std::mem::take(&mut self.tables[table.0 as usize].array);
        let mut nodes = std::mem::take(&mut self.tables[table.0 as usize].nodes);
        if !weak.values {
            for value in &array {
                self.mark(*value);
            }
        }
        for node in &mut nodes {
            if node.value.is_nil() {
                if let Some((kind, index)) = node.key.object() {
                    node.key = Value::Dead(kind, index);
                }
                continue;
            }
            if !weak.keys {
                self.mark(node.key);
            }
            if !weak.values {
                self.mark(node.value);
            }
        }
        let place = &mut self.tables[table.0 as usize];
        place.array = array;
        place.nodes = nodes;
    }

    /// Strings are values, never removed from weak tables.
    fn is_dead(&mut self, value: Value) -> bool {
        match value {
            Value::String(string) => {
                self.strings.mark(string);
                false
            }
            Value::Table(table) => !self.table_marks[table.0 as usize],
            Value::Function(function) => !self.closure_marks[function.0 as usize],
            Value::Thread(thread) => !self.thread_marks[thread.0 as usize],
            _ => false,
        }
    }

    fn clear_weak(&mut self) {
        for (index, _) in std::mem::take(&mut self.weak) {
            let mut array = std::mem::take(&mut self.tables[index as usize].array);
            let mut nodes = std::mem::take(&mut self.tables[index as usize].nodes);
            for value in &mut array {
                if self.is_dead(*value) {
                    *value = Value::Nil;
                }
            }
            for node in &mut nodes {
                if !node.value.is_nil() && (self.is_dead(node.key) || self.is_dead(node.value)) {
                    node.value = Value::Nil;
                }
                if node.value.is_nil()
                    && let Some((kind, dead)) = node.key.object()
                {
                    node.key = Value::Dead(kind, dead);
                }
            }
            let place = &mut self.tables[index as usize];
            place.array = array;
            place.nodes = nodes;
        }
    }
}

impl Heap {
    /// Frees what is not marked, takes the marks away, and returns the bytes in use.
    fn sweep(&mut self) -> usize {
        self.strings.forget_free();
        let mut used = self.strings.sweep();
        for (index, table) in self.tables.iter_mut().enumerate().filter(|(_, it)| it.live) {
            if std::mem::take(&mut self.table_marks[index]) {
                used += table.cost();
            } else {
                *table = Table::default();
                self.free_table.push(index as u32);
            }
        }
        for (index, closure) in self.closures.iter_mut().enumerate() {
            if std::mem::take(&mut self.closure_marks[index]) {
                used += closure_cost(closure);
            } else if !matches!(closure, Closure::Free(_)) {
                *closure = Closure::Free(self.free_closure);
                self.free_closure = index as u32;
            }
        }
        for (index, upvalue) in self.upvalues.iter_mut().enumerate() {
            if std::mem::take(&mut self.upvalue_marks[index]) {
                used += size_of::<Upvalue>();
            } else if !matches!(upvalue, Upvalue::Free(_)) {
                *upvalue = Upvalue::Free(self.free_upvalue);
                self.free_upvalue = index as u32;
            }
        }
        used + self.sweep_threads()
    }

    fn sweep_threads(&mut self) -> usize {
        let mut used = 0;
        for (index, thread) in self.threads.iter_mut().enumerate() {
            let marked = std::mem::take(&mut self.thread_marks[index]);
            match thread {
                Some(state) if marked => {
                    clear_stack(state);
                    used += state.cost() + held_by_natives(state);
                }
                Some(_) => {
                    *thread = None;
                    self.free_threads.push(index as u32);
                }
                None => {}
            }
        }
        used
    }
}
