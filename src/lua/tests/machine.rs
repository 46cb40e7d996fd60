//! What a host can do with a running script: answer, pause, stop, limit, look.

use lua::{Error, Failure, Run, Value, Vm};

const MEMORY: usize = 16 << 20;
const ASK: u32 = 7;

fn machine(source: &str) -> Vm {
    let mut vm = Vm::with_library(MEMORY).expect("memory");
    let ask = vm.host_function(ASK).expect("memory");
    let globals = vm.globals();
    vm.raw_set_text(globals, b"ask", ask.into())
        .expect("memory");
    let chunk = vm.load(source.as_bytes(), b"@test").expect("a chunk");
    vm.start(chunk, &[]).expect("memory");
    vm
}

/// Runs in slices; the host answers each question with twice the number asked.
fn finish(vm: &mut Vm, slice: u64) -> Result<Vec<String>, Failure> {
    loop {
        match vm.run(slice) {
            Run::Done(values) => return Ok(texts(vm, &values)),
            Run::Failed(failure) => return Err(failure),
            Run::Host { id, args } => {
                assert_eq!(id, ASK);
                let number = vm.to_number(vm.arg(args, 0)).unwrap_or(0.0);
                vm.answer(&[Value::Number(number * 2.0)]).expect("memory");
            }
            Run::Pending | Run::Line => {}
        }
    }
}

fn texts(vm: &Vm, values: &[Value]) -> Vec<String> {
    let text = |value: &Value| String::from_utf8_lossy(&vm.describe(*value)).into_owned();
    values.iter().map(text).collect()
}

#[test]
fn the_host_is_asked_from_anywhere() {
    let source = "
        local t = {3, 1, 2}
        table.sort(t, function(a, b) return ask(a) < ask(b) end)
        local s = ('1 2'):gsub('%d', function(d) return ask(d) end)
        local indexed = setmetatable({}, {__index = function(_, k) return ask(k) end})
        local co = coroutine.wrap(function() coroutine.yield(ask(10)) end)
        local _, x = pcall(ask, 21)
        local _, y = xpcall(function() error(1) end, ask)
        return t[1] .. t[2] .. t[3], s, indexed[4], co(), x, y";
    for slice in [1, 2, 7, u64::MAX] {
        let replies = finish(&mut machine(source), slice).expect("no error");
        assert_eq!(
            replies,
            ["123", "2 4", "8", "20", "42", "0"],
            "slice {slice}"
        );
    }
}

#[test]
fn a_killed_script_ends_whatever_it_protects() {
    for source in [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "local f f = function() return pcall(f) or f() end f()",
        "coroutine.wrap(function() while true do pcall(coroutine.wrap(function() while true do end end)) end end)()",
        "table.sort({3, 2, 1}, function() while true do end end)",
        "return ('x'):gsub('x', function() while true do end end)",
        "return setmetatable({}, {__index = function() while true do end end}).x",
        "xpcall(function() error('a') end, function() while true do end end)",
        "return ('a'):rep(30000):find(('a-'):rep(30) .. 'b')",
        "return pcall(string.match, ('a'):rep(30000), ('a*'):rep(30) .. 'b')",
        "for _ in ('a'):rep(30000):gmatch(('a?'):rep(1000) .. ('a-'):rep(9) .. 'b') do end",
        "return ('a'):rep(30000):gsub(('a-'):rep(30) .. 'b', 'c')",
        "while true do pcall(string.gsub, ('a'):rep(30000), '', '-') end",
        "return ('a'):rep(4e6):find(('a'):rep(2e6) .. 'b', 1, true)",
        "return setmetatable({}, {__index = function(_, k) return ('a'):rep(30000):find(k) end})[('a-'):rep(30) .. 'b']",
    ] {
        let mut vm = machine(source);
        for _ in 0..50 {
            assert!(matches!(vm.run(100), Run::Pending), "{source}");
        }
        vm.kill();
        let Run::Failed(failure) = vm.run(100) else {
            panic!("runs on: {source}")
        };
        assert!(matches!(failure.error, Error::Killed));
        let of_script = failure.levels.iter().any(|level| level.source == b"@test");
        assert!(of_script, "{source}: {:?}", failure.levels);
        let chunk = vm.load(b"return 1", b"@next").expect("a chunk");
        vm.start(chunk, &[]).expect("memory");
        assert_eq!(finish(&mut vm, 10).expect("no error"), ["1"]);
    }
}

/// What a native does is part of the slice and costs the same in any; an instruction before which a slice ends is paid
/// for twice.
#[test]
fn searches_pause_and_answer_the_same_in_any_slice() {
    let source = "
        local text = ('ab'):rep(2000)
        local count = 0
        for _ in text:gmatch('b-a') do count = count + 1 end
        local made, changes = text:gsub('', '-')
        local called = text:gsub('a', function(a) return ask(1) end)
        return text:find('b-b-b-c'), text:match('(a.-)b$'), count, #made, changes, #called, text:find('bb', 1, true)";
    let mut cost = 0;
    for slice in [1 << 40, 1000, 1] {
        let mut vm = machine(source);
        let (mut used, mut longest, mut pauses) = (0, 0, 0);
        let replies = loop {
            let ran = vm.run(slice);
            used += vm.used();
            longest = longest.max(vm.used());
            match ran {
                Run::Done(values) => break texts(&vm, &values),
                Run::Host { .. } => vm.answer(&[Value::Number(2.0)]).expect("memory"),
                Run::Pending => pauses += 1,
                other => panic!("{other:?}"),
            }
        };
        let whole = "ab".repeat(2000);
        let match_ = &whole[..whole.len() - 1];
        assert_eq!(
            replies,
            ["nil", match_, "2000", "8001", "4001", "4000", "nil"],
            "slice {slice}"
        );
        assert!(
            longest < slice + 2000,
            "{longest} steps in a slice of {slice}"
        );
        if pauses == 0 {
            cost = used;
        }
        assert!(cost > 100_000, "{cost} steps at once");
        let more = used - cost;
        assert!(more <= pauses, "{more} more steps after {pauses} pauses");
    }
}

#[test]
fn memory_ends_before_the_limit_and_comes_back() {
    for source in [
        "local s = 'x' while true do s = s .. s end",
        "return #string.rep('x', 1e9)",
        "local s = string.rep('x', 1e4) return s:gsub('x', s)",
        "local t = {} while true do t[#t + 1] = {} end",
        "local t = {} while true do t[#t + 1] = 'k' .. #t end",
        "local t = {} for i = 1, 1e9 do t[i] = i end",
        "local t = {} while true do t[#t + 1] = coroutine.create(function() end) end",
        "local s = '[' while true do s = s .. s cjson.encode(s) end",
    ] {
        let mut vm = machine(&format!("return pcall(function() {source} end)"));
        let replies = finish(&mut vm, 100_000).expect("caught");
        assert_eq!(replies, ["false", "not enough memory"], "{source}");
        vm.collect();
        assert!(vm.memory() < MEMORY / 2, "{source}: {}", vm.memory());
    }
}

#[test]
fn stepping_stops_before_each_line() {
    let source = "local a = 1\nlocal function f(x)\n  return x + a\nend\nfor i = 1, 2 do\n  a = f(i)\nend\nreturn a";
    for slice in [1, 1000] {
        let mut vm = machine(source);
        vm.set_stepping(true);
        let mut lines = Vec::new();
        loop {
            match vm.run(slice) {
                Run::Line => {
                    lines.push(vm.current_line().unwrap_or(0));
                    if vm.current_line() == Some(3) {
                        let locals = vm.locals(0);
                        assert_eq!(locals[0].name, b"x");
                        assert_eq!(vm.upvalues(0)[0].name, b"a");
                    }
                }
                Run::Pending => {}
                Run::Done(values) => {
                    assert_eq!(texts(&vm, &values), ["4"]);
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
        // A function is made on the line of its `end`, as in 5.1.
        assert_eq!(lines, [1, 4, 5, 6, 3, 6, 5, 6, 3, 6, 5, 8], "slice {slice}");
    }
}

#[test]
fn depth_is_not_that_of_the_stack_of_rust() {
    for (source, expected) in [
        (
            "local function f(n) return 1 + f(n + 1) end f(1)",
            "stack overflow",
        ),
        (
            "local t t = setmetatable({}, {__index = function(_, k) return t[k .. 'x'] end}) return t.a",
            "C stack overflow",
        ),
        (
            "local function f() return ('x'):gsub('x', f) end return f()",
            "C stack overflow",
        ),
        (
            "local function f() table.sort({2, 1}, f) end f()",
            "C stack overflow",
        ),
        (
            "local function f() return coroutine.wrap(f)() end return f()",
            "C stack overflow",
        ),
        (
            "return loadstring('return ' .. ('('):rep(1e5))()",
            "attempt to call a nil value",
        ),
        (
            "return cjson.decode(('['):rep(1e5))",
            "Found too many nested data structures (1001) at character 1001",
        ),
        (
            "return cmsgpack.unpack(('\\145'):rep(1e5))",
            "stack overflow (in function mp_decode_to_lua_array)",
        ),
    ] {
        let mut vm = machine(source);
        let Err(failure) = finish(&mut vm, u64::MAX) else {
            panic!("{source}")
        };
        let text = texts(&vm, &[failure.value]).remove(0);
        assert!(text.ends_with(expected), "{source}: {text}");
    }
}
