//! `string.format`.

use crate::native::{Args, NativeResult, Outcome};
use crate::number::format::Spec;
use crate::value::Value;
use crate::vm::{Error, Vm};

pub(super) fn format(vm: &mut Vm, args: Args) -> NativeResult {
    let pattern = vm.check_string(args, 0)?;
    let pattern = vm.bytes(pattern).to_vec();
    let mut text = Vec::with_capacity(pattern.len());
    let mut rest = &pattern[..];
    let mut argument = 0;
    while let Some((&first, after)) = rest.split_first() {
        if first != b'%' {
            text.push(first);
            rest = after;
            continue;
        }
        if let Some(b'%') = after.first() {
            text.push(b'%');
            rest = &after[1..];
            continue;
        }
        argument += 1;
        if argument >= args.len() {
            return Err(vm.argument_error(args, argument, b"no value"));
        }
        let (spec, length) = match Spec::parse(after) {
            Ok(parsed) => parsed,
            Err(message) => return Err(vm.error(message.as_bytes())),
        };
        rest = after.get(length..).unwrap_or_default();
        let written = convert(vm, args, argument, &spec)?;
        vm.make_room(text.len() + written.len())?;
        text.extend(written);
    }
    Ok(Outcome::One(Value::String(vm.string_of(text)?)))
}

fn convert(vm: &mut Vm, args: Args, argument: usize, spec: &Spec) -> Result<Vec<u8>, Error> {
    Ok(match spec.conversion {
        b'c' | b'd' | b'i' | b'o' | b'u' | b'x' | b'X' | b'e' | b'E' | b'f' | b'g' | b'G' => {
            let number = vm.check_number(args, argument)?;
            spec.number(number)
        }
        b'q' => {
            let string = vm.check_string(args, argument)?;
            vm.make_room(vm.bytes(string).len() * 2)?;
            quote(vm.bytes(string))
        }
        b's' => {
            let string = vm.check_string(args, argument)?;
            vm.make_room(vm.bytes(string).len())?;
            spec.string(vm.bytes(string))
        }
        other => {
            let mut text = b"invalid option '%".to_vec();
            text.extend((other != 0).then_some(other));
            text.extend_from_slice(b"' to 'format'");
            return Err(vm.error(&text));
        }
    })
}

/// `%q`: a string as the reader of Lua source would read it.
fn quote(bytes: &[u8]) -> Vec<u8> {
    let mut text = vec![b'"'];
    for byte in bytes {
        match byte {
            b'"' | b'\\' | b'\n' => text.extend([b'\\', *byte]),
            b'\r' => text.extend_from_slice(b"\\r"),
            0 => text.extend_from_slice(b"\\000"),
            other => text.push(*other),
        }
    }
    text.push(b'"');
    text
}
