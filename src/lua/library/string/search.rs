//! What takes patterns: `find`, `match`, `gmatch`, `gsub`.

use std::ops::Range;

use super::from_end;
use crate::metamethod::Found;
use crate::names::Operand;
use crate::native::{Args, Call, Continuation, NativeResult, Outcome};
use crate::pattern::{self, Capture, Matcher};
use crate::value::{StringRef, Value};
use crate::vm::{Error, Vm};

/// A capture, or what is wrong with it, which matters only to who asks for it.
type Captured = Result<Capture, pattern::Error>;

/// A match and what it captured.
#[derive(Debug)]
struct Match {
    whole: Range<usize>,
    captures: Vec<Captured>,
    /// Captures in the pattern, which may be none.
    explicit: usize,
}

impl Vm {
    /// The first match at or after a position.
    fn search(
        &mut self,
        subject: StringRef,
        pattern: &Pattern,
        from: usize,
    ) -> Result<Option<Match>, Error> {
        let Vm { heap, fuel, .. } = self;
        let mut spend = |steps: u32| {
            *fuel -= i64::from(steps);
            true
        };
        let text = heap.bytes(pattern.string);
        let text = if pattern.anchored {
            pattern::anchor(text).1
        } else {
            text
        };
        let mut matcher = Matcher::new(heap.bytes(subject), text);
        let mut found = Ok(None);
        match matcher.find(from, pattern.anchored, &mut spend) {
            Ok(None) => {}
            Ok(Some(whole)) => {
                let count = matcher.capture_count();
                let explicit = matcher.explicit_capture_count();
                let captures = (0..count)
                    .map(|index| matcher.capture(index, &whole))
                    .collect();
                found = Ok(Some(Match {
                    whole,
                    captures,
                    explicit,
                }));
            }
            Err(error) => found = Err(error),
        }
        found.map_err(|error| self.pattern_error(error))
    }

    #[cold]
    fn pattern_error(&mut self, error: pattern::Error) -> Error {
        match error {
            pattern::Error::Malformed(text) => self.error(text.as_bytes()),
            pattern::Error::Stopped => Error::Killed,
        }
    }

    fn capture_value(&mut self, subject: StringRef, capture: &Captured) -> Result<Value, Error> {
        match capture {
            Err(error) => Err(self.pattern_error(*error)),
            Ok(Capture::Position(before)) => Ok(Value::Number((before + 1) as f64)),
            Ok(Capture::Bytes(range)) => {
                self.make_room(range.len())?;
                let bytes = self.heap.bytes(subject)[range.clone()].to_vec();
                Ok(Value::String(self.heap.string_of(bytes)?))
            }
        }
    }

    fn push_captures(&mut self, subject: StringRef, found: &[Captured]) -> Result<usize, Error> {
        for capture in found {
            let value = self.capture_value(subject, capture)?;
            self.push(value)?;
        }
        Ok(found.len())
    }
}

#[derive(Clone, Copy, Debug)]
struct Pattern {
    string: StringRef,
    anchored: bool,
}

pub(super) fn find(vm: &mut Vm, args: Args) -> NativeResult {
    search(vm, args, true)
}

pub(super) fn matches(vm: &mut Vm, args: Args) -> NativeResult {
    search(vm, args, false)
}

fn search(vm: &mut Vm, args: Args, find: bool) -> NativeResult {
    let subject = vm.check_string(args, 0)?;
    let string = vm.check_string(args, 1)?;
    let length = vm.bytes(subject).len();
    let start = from_end(vm.optional_integer(args, 2, 1)?, length) - 1;
    let start = (start.max(0) as usize).min(length);
    if find && (vm.arg(args, 3).truthy() || pattern::is_plain(vm.bytes(string))) {
        return find_plain(vm, subject, string, start);
    }
    let anchored = pattern::anchor(vm.bytes(string)).0;
    let Some(found) = vm.search(subject, &Pattern { string, anchored }, start)? else {
        return Ok(Outcome::One(Value::Nil));
    };
    if !find {
        let count = vm.push_captures(subject, &found.captures)?;
        return Ok(Outcome::Values(count));
    }
    vm.push(Value::Number((found.whole.start + 1) as f64))?;
    vm.push(Value::Number(found.whole.end as f64))?;
    let captures = if found.explicit == 0 {
        &[]
    } else {
        &found.captures[..]
    };
    let count = vm.push_captures(subject, captures)?;
    Ok(Outcome::Values(count + 2))
}

fn find_plain(vm: &mut Vm, subject: StringRef, needle: StringRef, start: usize) -> NativeResult {
    let Vm { heap, fuel, .. } = vm;
    let mut spend = |steps: u32| {
        *fuel -= i64::from(steps);
        true
    };
    let needle = heap.bytes(needle);
    match pattern::find_plain(heap.bytes(subject), needle, start, &mut spend) {
        Ok(Some(at)) => {
            let end = at + needle.len();
            vm.push(Value::Number((at + 1) as f64))?;
            vm.push(Value::Number(end as f64))?;
            Ok(Outcome::Values(2))
        }
        Ok(None) => Ok(Outcome::One(Value::Nil)),
        Err(error) => Err(vm.pattern_error(error)),
    }
}

pub(super) fn gmatch(vm: &mut Vm, args: Args) -> NativeResult {
    let subject = vm.check_string(args, 0)?;
    let pattern = vm.check_string(args, 1)?;
    let state = [
        Value::String(subject),
        Value::String(pattern),
        Value::Number(0.0),
    ];
    Ok(Outcome::One(Value::Function(
        vm.native(next_match, &state)?,
    )))
}

fn next_match(vm: &mut Vm, args: Args) -> NativeResult {
    let (Value::String(subject), Value::String(string), Value::Number(from)) = (
        vm.upvalue(args, 0),
        vm.upvalue(args, 1),
        vm.upvalue(args, 2),
    ) else {
        return Ok(Outcome::Nothing);
    };
    let from = from as usize;
    if from > vm.bytes(subject).len() {
        return Ok(Outcome::Nothing);
    }
    let pattern = Pattern {
        string,
        anchored: false,
    };
    let Some(found) = vm.search(subject, &pattern, from)? else {
        return Ok(Outcome::Nothing);
    };
    let Range { start, end } = found.whole;
    let next = if end == start { end + 1 } else { end };
    vm.set_native_upvalue(args, 2, Value::Number(next as f64));
    let count = vm.push_captures(subject, &found.captures)?;
    Ok(Outcome::Values(count))
}

/// A `gsub` under way.
#[derive(Debug)]
struct Substitution {
    subject: StringRef,
    pattern: Pattern,
    /// Where to look next, and up to where the subject was copied.
    from: usize,
    copied: usize,
    count: i64,
    most: i64,
    text: Vec<u8>,
    whole: Range<usize>,
}

pub(super) fn gsub(vm: &mut Vm, args: Args) -> NativeResult {
    let subject = vm.check_string(args, 0)?;
    let string = vm.check_string(args, 1)?;
    let replacement = vm.arg(args, 2);
    let length = vm.bytes(subject).len() as i64;
    let most = i64::from(vm.optional_integer(args, 3, length + 1)? as i32);
    if let Value::Number(_) = replacement {
        vm.check_string(args, 2)?;
    }
    if !matches!(
        replacement,
        Value::Number(_) | Value::String(_) | Value::Function(_) | Value::Table(_)
    ) {
        return Err(vm.argument_error(args, 2, b"string/function/table expected"));
    }
    let anchored = pattern::anchor(vm.bytes(string)).0;
    let substitution = Substitution {
        subject,
        pattern: Pattern { string, anchored },
        from: 0,
        copied: 0,
        count: 0,
        most,
        text: Vec::new(),
        whole: 0..0,
    };
    substitution.run(vm, args)
}

impl Substitution {
    fn run(mut self, vm: &mut Vm, args: Args) -> NativeResult {
        let length = vm.bytes(self.subject).len();
        while self.count < self.most && self.from <= length {
            let Some(found) = vm.search(self.subject, &self.pattern, self.from)? else {
                break;
            };
            self.count += 1;
            self.whole = found.whole.clone();
            self.append_subject(vm, found.whole.start)?;
            match vm.arg(args, 2) {
                Value::String(template) => self.append_template(vm, template, &found)?,
                Value::Function(function) => {
                    vm.push(Value::Function(function))?;
                    let count = vm.push_captures(self.subject, &found.captures)?;
                    return Call::outcome(count, self);
                }
                table => {
                    let key = vm.capture_value(self.subject, &found.captures[0])?;
                    match vm.lookup(table, key, Operand::Other)? {
                        Found::Value(value) => self.append_value(vm, value)?,
                        Found::Ask { function, object } => {
                            vm.push(function)?;
                            vm.push(object)?;
                            vm.push(key)?;
                            return Call::outcome(2, self);
                        }
                    }
                }
            }
            if !self.advance(length) {
                break;
            }
        }
        self.append_subject(vm, length)?;
        let text = std::mem::take(&mut self.text);
        let text = vm.string_of(text)?;
        vm.push(Value::String(text))?;
        vm.push(Value::Number(self.count as f64))?;
        Ok(Outcome::Values(2))
    }

    /// Moves past the match; whether there may be another.
    fn advance(&mut self, length: usize) -> bool {
        self.copied = self.whole.end;
        if self.pattern.anchored {
            return false;
        }
        if self.whole.is_empty() {
            self.from = self.whole.end + 1;
            return self.whole.end < length;
        }
        self.from = self.whole.end;
        true
    }

    fn append(&mut self, vm: &mut Vm, bytes: usize) -> Result<(), Error> {
        let needed = self.text.len() + bytes;
        if needed > self.text.capacity() {
            vm.make_room(self.text.len() * 2 + bytes)?;
        }
        vm.charge(bytes as u64 >> 8);
        Ok(())
    }

    fn append_subject(&mut self, vm: &mut Vm, to: usize) -> Result<(), Error> {
        let part = self.copied.min(to)..to;
        self.append(vm, part.len())?;
        self.text.extend_from_slice(&vm.bytes(self.subject)[part]);
        self.copied = to;
        Ok(())
    }

    fn append_template(
        &mut self,
        vm: &mut Vm,
        template: StringRef,
        found: &Match,
    ) -> Result<(), Error> {
        let length = vm.bytes(template).len();
        let mut at = 0;
        while at < length {
            let rest = &vm.bytes(template)[at..];
            let plain = rest
                .iter()
                .position(|byte| *byte == b'%')
                .unwrap_or(rest.len());
            let next = rest.get(plain + 1).copied().unwrap_or(0);
            self.append(vm, plain)?;
            self.text
                .extend_from_slice(&vm.bytes(template)[at..at + plain]);
            at += plain;
            if at >= length {
                break;
            }
            at += 2;
            match next {
                b'0' => self.append_range(vm, found.whole.clone())?,
                b'1'..=b'9' => {
                    let index = usize::from(next - b'1');
                    match found.captures.get(index) {
                        Some(Ok(Capture::Bytes(range))) => self.append_range(vm, range.clone())?,
                        Some(Ok(Capture::Position(before))) => {
                            self.append(vm, 20)?;
                            self.text.extend((before + 1).to_string().into_bytes());
                        }
                        Some(Err(error)) => return Err(vm.pattern_error(*error)),
                        None => return Err(vm.error(b"invalid capture index")),
                    }
                }
                other => self.text.push(other),
            }
        }
        Ok(())
    }

    fn append_range(&mut self, vm: &mut Vm, range: Range<usize>) -> Result<(), Error> {
        self.append(vm, range.len())?;
        self.text.extend_from_slice(&vm.bytes(self.subject)[range]);
        Ok(())
    }

    /// What a function or a table gave for the match.
    fn append_value(&mut self, vm: &mut Vm, value: Value) -> Result<(), Error> {
        match value {
            Value::Nil | Value::Boolean(false) => self.append_range(vm, self.whole.clone()),
            Value::String(string) => {
                let length = vm.bytes(string).len();
                self.append(vm, length)?;
                self.text.extend_from_slice(vm.bytes(string));
                Ok(())
            }
            Value::Number(number) => {
                let text = crate::number::to_text(number);
                self.append(vm, text.len())?;
                self.text.extend(text);
                Ok(())
            }
            other => {
                let kind = other.type_name();
                let text = format!("invalid replacement value (a {kind})");
                Err(vm.error(text.as_bytes()))
            }
        }
    }
}

impl Continuation for Substitution {
    fn resume(
        mut self: Box<Self>,
        vm: &mut Vm,
        args: Args,
        results: Result<usize, Value>,
    ) -> NativeResult {
        let count = results.unwrap_or(0);
        let first = vm.top() - count;
        let value = if count > 0 {
            vm.slot(first)
        } else {
            Value::Nil
        };
        self.append_value(vm, value)?;
        vm.set_top(first);
        let length = vm.bytes(self.subject).len();
        if self.advance(length) {
            return self.run(vm, args);
        }
        self.most = 0;
        self.run(vm, args)
    }

    fn memory(&self) -> usize {
        self.text.capacity()
    }
}
