//! What takes patterns: `find`, `match`, `gmatch`, `gsub`.

use std::ops::Range;

use super::from_end;
use crate::metamethod::Found;
use crate::names::Operand;
use crate::native::{Args, Call, Continuation, NativeResult, Outcome};
use crate::pattern::{self, Capture, Matcher, Search};
use crate::value::{StringRef, Value};
use crate::vm::{Error, Vm};

/// A capture, or what is wrong with it, which matters only to who asks for it.
type Captured = Result<Capture, &'static str>;

/// A match and what it captured.
#[derive(Debug)]
struct Match {
    whole: Range<usize>,
    captures: Vec<Captured>,
    /// Captures in the pattern, which may be none.
    explicit: usize,
}

/// What came of a search.
enum Searched {
    Found(Match),
    Nowhere,
    /// The slice is used up.
    Unfinished,
}

impl Vm {
    /// Goes on with a search as far as the slice lasts.
    fn search(
        &mut self,
        subject: StringRef,
        pattern: Pattern,
        search: &mut Search,
    ) -> Result<Searched, Error> {
        let (left, mut spent) = (self.fuel_left(), 0);
        let mut spend = |steps: u32| {
            spent += i64::from(steps);
            spent <= left
        };
        let text = self.heap.bytes(pattern.string);
        let text = if pattern.anchored {
            pattern::anchor(text).1
        } else {
            text
        };
        let under_way = std::mem::take(search);
        let mut matcher = Matcher::resume(self.heap.bytes(subject), text, under_way);
        let found = matcher.go_on(pattern.anchored, &mut spend);
        let searched = match found {
            Ok(None) => Ok(Searched::Nowhere),
            Ok(Some(whole)) => {
                let count = matcher.capture_count();
                let captures = (0..count).map(|index| matcher.capture(index, &whole));
                Ok(Searched::Found(Match {
                    explicit: matcher.explicit_capture_count(),
                    captures: captures.collect(),
                    whole,
                }))
            }
            Err(pattern::Error::Stopped) => Ok(Searched::Unfinished),
            Err(pattern::Error::Malformed(text)) => Err(text),
        };
        *search = matcher.into_search();
        self.fuel = self.fuel.saturating_sub(spent);
        searched.map_err(|text| self.error(text.as_bytes()))
    }

    fn capture_value(&mut self, subject: StringRef, capture: &Captured) -> Result<Value, Error> {
        match capture {
            Err(text) => Err(self.error(text.as_bytes())),
            Ok(Capture::Position(before)) => Ok(Value::Number((before + 1) as f64)),
            Ok(Capture::Bytes(range)) => {
                self.make_room(range.len())?;
                Ok(Value::String(self.heap.part(subject, range.clone())?))
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
        let hunt = PlainHunt {
            subject,
            needle: string,
            from: start,
        };
        return hunt.go_on(vm);
    }
    let pattern = Pattern {
        string,
        anchored: pattern::anchor(vm.bytes(string)).0,
    };
    let hunt = Hunt {
        subject,
        pattern,
        wanted: if find {
            Wanted::Places
        } else {
            Wanted::Captures
        },
        search: Search::at(start),
    };
    hunt.go_on(vm, args)
}

/// A search that may take several slices. The arguments of whoever searches keep both strings.
#[derive(Debug)]
struct Hunt {
    subject: StringRef,
    pattern: Pattern,
    wanted: Wanted,
    search: Search,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Wanted {
    /// Of `find`: where the match begins and ends, then its captures.
    Places,
    /// Of `match`.
    Captures,
    /// Of `gmatch`: the captures, and where to look next.
    Next,
}

impl Hunt {
    fn go_on(mut self, vm: &mut Vm, args: Args) -> NativeResult {
        let found = match vm.search(self.subject, self.pattern, &mut self.search)? {
            Searched::Found(found) => found,
            Searched::Nowhere if self.wanted == Wanted::Next => return Ok(Outcome::Nothing),
            Searched::Nowhere => return Ok(Outcome::One(Value::Nil)),
            Searched::Unfinished => return Ok(Outcome::Pause(Box::new(self))),
        };
        let Range { start, end } = found.whole;
        let mut captures = &found.captures[..];
        let mut places = 0;
        match self.wanted {
            Wanted::Places => {
                vm.push(Value::Number((start + 1) as f64))?;
                vm.push(Value::Number(end as f64))?;
                places = 2;
                captures = &captures[..found.explicit];
            }
            Wanted::Captures => {}
            Wanted::Next => {
                let next = if end == start { end + 1 } else { end };
                vm.set_native_upvalue(args, 2, Value::Number(next as f64));
            }
        }
        let count = vm.push_captures(self.subject, captures)?;
        Ok(Outcome::Values(places + count))
    }
}

impl Continuation for Hunt {
    fn resume(
        self: Box<Self>,
        vm: &mut Vm,
        args: Args,
        _results: Result<usize, Value>,
    ) -> NativeResult {
        self.go_on(vm, args)
    }

    fn memory(&self) -> usize {
        self.search.memory()
    }
}

/// The same for a plain text.
#[derive(Debug)]
struct PlainHunt {
    subject: StringRef,
    needle: StringRef,
    from: usize,
}

impl PlainHunt {
    fn go_on(mut self, vm: &mut Vm) -> NativeResult {
        let (left, mut spent) = (vm.fuel_left(), 0);
        let mut spend = |steps: u32| {
            spent += i64::from(steps);
            spent <= left
        };
        let needle = vm.heap.bytes(self.needle);
        let subject = vm.heap.bytes(self.subject);
        let found = pattern::find_plain(subject, needle, &mut self.from, &mut spend);
        let length = needle.len();
        vm.fuel = vm.fuel.saturating_sub(spent);
        match found {
            Ok(Some(at)) => {
                vm.push(Value::Number((at + 1) as f64))?;
                vm.push(Value::Number((at + length) as f64))?;
                Ok(Outcome::Values(2))
            }
            Ok(None) => Ok(Outcome::One(Value::Nil)),
            Err(_) => Ok(Outcome::Pause(Box::new(self))),
        }
    }
}

impl Continuation for PlainHunt {
    fn resume(
        self: Box<Self>,
        vm: &mut Vm,
        _args: Args,
        _results: Result<usize, Value>,
    ) -> NativeResult {
        self.go_on(vm)
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
    let hunt = Hunt {
        subject,
        pattern,
        wanted: Wanted::Next,
        search: Search::at(from),
    };
    hunt.go_on(vm, args)
}

/// A `gsub` under way.
#[derive(Debug)]
struct Substitution {
    subject: StringRef,
    pattern: Pattern,
    /// For the next match.
    search: Search,
    /// Nothing was called: the slice is used up.
    pausing: bool,
    /// Up to where the subject was copied.
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
        search: Search::default(),
        pausing: false,
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
        while self.count < self.most {
            let found = match vm.search(self.subject, self.pattern, &mut self.search)? {
                Searched::Found(found) => found,
                Searched::Nowhere => break,
                Searched::Unfinished => return self.pause(),
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
                    match vm.lookup(table, key, Operand::Native)? {
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
            // Many short matches are long, too.
            if vm.fuel_left() < 0 {
                return self.pause();
            }
        }
        self.append_subject(vm, length)?;
        let text = std::mem::take(&mut self.text);
        let text = vm.string_of(text)?;
        vm.push(Value::String(text))?;
        vm.push(Value::Number(self.count as f64))?;
        Ok(Outcome::Values(2))
    }

    fn pause(mut self) -> NativeResult {
        self.pausing = true;
        Ok(Outcome::Pause(Box::new(self)))
    }

    /// Moves past the match; whether there may be another.
    fn advance(&mut self, length: usize) -> bool {
        self.copied = self.whole.end;
        if self.pattern.anchored {
            return false;
        }
        let end = self.whole.end;
        if self.whole.is_empty() {
            self.search.begin(end + 1);
            return end < length;
        }
        self.search.begin(end);
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
                        Some(Err(text)) => return Err(vm.error(text.as_bytes())),
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
        if std::mem::take(&mut self.pausing) {
            return self.run(vm, args);
        }
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
        self.text.capacity() + self.search.memory()
    }
}
