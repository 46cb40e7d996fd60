//! `string.dump`: a function in 5.1's binary format. Nothing here loads that format again.

use crate::function::{Closure, Prototype};
use crate::native::{Args, NativeResult, Outcome};
use crate::value::Value;
use crate::vm::Vm;

/// Lua 5.1, official format, little endian; sizes of `int`, `size_t`, instructions and numbers, which
/// are floating.
const HEADER: &[u8] = b"\x1bLua\x51\x00\x01\x04\x08\x04\x08\x00";

pub(super) fn dump(vm: &mut Vm, args: Args) -> NativeResult {
    let function = vm.check_function(args, 0)?;
    let Closure::Lua(closure) = &vm.heap.closures[function.0 as usize] else {
        return Err(vm.error(b"unable to dump given function"));
    };
    let mut bytes = HEADER.to_vec();
    write(vm, &closure.prototype, None, &mut bytes);
    vm.make_room(bytes.len())?;
    Ok(Outcome::One(Value::String(vm.string_of(bytes)?)))
}

/// Functions nest no deeper than the compiler allows.
fn write(vm: &Vm, prototype: &Prototype, outer: Option<&[u8]>, out: &mut Vec<u8>) {
    let source = Some(&*prototype.source).filter(|source| outer != Some(source));
    write_string(source, out);
    write_int(prototype.line_defined as usize, out);
    write_int(prototype.last_line_defined as usize, out);
    let Prototype {
        upvalue_count,
        parameters,
        vararg,
        max_stack,
        ..
    } = prototype;
    out.extend([*upvalue_count, *parameters, *vararg, *max_stack]);
    write_int(prototype.code.len(), out);
    for instruction in &prototype.code {
        out.extend(instruction.0.to_le_bytes());
    }
    write_int(prototype.constants.len(), out);
    for constant in &prototype.constants {
        match constant {
            Value::Boolean(boolean) => out.extend([1, u8::from(*boolean)]),
            Value::Number(number) => {
                out.push(3);
                out.extend(number.to_le_bytes());
            }
            Value::String(string) => {
                out.push(4);
                write_string(Some(vm.bytes(*string)), out);
            }
            _ => out.push(0),
        }
    }
    write_int(prototype.protos.len(), out);
    for inner in &prototype.protos {
        write(vm, inner, Some(&prototype.source), out);
    }
    write_int(prototype.lines.len(), out);
    for line in &prototype.lines {
        write_int(*line as usize, out);
    }
    write_int(prototype.locals.len(), out);
    for local in &prototype.locals {
        write_string(Some(&local.name), out);
        write_int(local.start_pc as usize, out);
        write_int(local.end_pc as usize, out);
    }
    write_int(prototype.upvalue_names.len(), out);
    for name in &prototype.upvalue_names {
        write_string(Some(name), out);
    }
}

fn write_int(number: usize, out: &mut Vec<u8>) {
    out.extend((number as u32).to_le_bytes());
}

fn write_string(string: Option<&[u8]>, out: &mut Vec<u8>) {
    let Some(bytes) = string else {
        return out.extend(0u64.to_le_bytes());
    };
    out.extend((bytes.len() as u64 + 1).to_le_bytes());
    out.extend_from_slice(bytes);
    out.push(0);
}
