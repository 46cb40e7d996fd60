//! Random programs that end, use nothing but local names and the library, and tell what they did.

/// What an expression should be; now and then it is something else.
#[derive(Clone, Copy, PartialEq)]
pub enum Want {
    Any,
    Number,
    Text,
    Boolean,
    Table,
    Function,
}

use Want::{Any, Boolean, Function, Number, Table, Text};

/// `p` notes values, `tick` bounds loops and calls, `cap` bounds texts; `key` and `str` keep
/// addresses in memory out of what is compared.
const PRELUDE: &str = r#"local out, ticks = {}, 0
local function show(v)
  if type(v) == 'number' then return string.format('%.17g', v) end
  if type(v) == 'string' then return string.format('%q', v) end
  if v == nil or type(v) == 'boolean' then return tostring(v) end
  return type(v)
end
local function p(...)
  local r = {}
  for i = 1, select('#', ...) do r[i] = show((select(i, ...))) end
  if #out < 400 then out[#out + 1] = table.concat(r, ' ') end
end
local function tick() ticks = ticks + 1 if ticks > 300 then error('ticks') end end
local function cap(v) if type(v) == 'string' and #v > 80 then return v:sub(1, 80) end return v end
local function key(v)
  if type(v) == 'table' or type(v) == 'function' or type(v) == 'thread' then return type(v) end
  return v
end
local function str(v) return tostring(key(v)) end
local function each(t) if type(t) == 'table' then for k, v in pairs(t) do p(k, v) end end end
"#;

pub struct Generator {
    state: u64,
    /// Names in scope with what they were made as.
    names: Vec<(String, Want)>,
    count: usize,
    loops: usize,
    has_varargs: bool,
}

impl Generator {
    pub fn new(seed: u64) -> Generator {
        let state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        Generator {
            state,
            names: Vec::new(),
            count: 0,
            loops: 0,
            has_varargs: true,
        }
    }

    pub fn program(&mut self) -> String {
        let mut text = PRELUDE.to_string();
        for _ in 0..2 + self.below(3) {
            text += &self.declaration(1);
            text.push('\n');
        }
        for _ in 0..3 + self.below(8) {
            let names = self.names.len();
            let body = self.function_text(3);
            self.names.truncate(names);
            let arguments = self.list(Any, 2, 3);
            text += &format!("p(pcall(function()\nlocal f = {body}\np(f({arguments})) end))\n");
        }
        for (name, want) in self.names.clone() {
            if want == Table {
                text += &format!("each({name})\n");
            } else {
                text += &format!("p({name})\n");
            }
        }
        text + "return table.concat(out, '\\n')\n"
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 33) as usize % limit
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn new_name(&mut self, want: Want) -> String {
        // A few names only, so that they hide each other.
        let name = format!(
            "{}{}",
            self.pick(&["a", "b", "c", "x", "y", "t", "s"]),
            self.below(3)
        );
        self.count += 1;
        self.names.push((name.clone(), want));
        name
    }

    fn name(&mut self, want: Want) -> Option<String> {
        let fitting: Vec<usize> = (0..self.names.len())
            .filter(|index| want == Any || self.names[*index].1 == want)
            .collect();
        let from = if self.chance(4) {
            (0..self.names.len()).collect()
        } else {
            fitting
        };
        if from.is_empty() {
            return None;
        }
        let index = from[self.below(from.len())];
        Some(self.names[index].0.clone())
    }

    fn any_want(&mut self) -> Want {
        [
            Number, Number, Text, Text, Boolean, Table, Table, Function, Any,
        ][self.below(9)]
    }

    fn list(&mut self, want: Want, depth: usize, most: usize) -> String {
        let count = self.below(most + 1);
        let parts: Vec<String> = (0..count).map(|_| self.expression(want, depth)).collect();
        if parts.is_empty() {
            "nil".to_string()
        } else {
            parts.join(", ")
        }
    }

    pub fn expression(&mut self, want: Want, depth: usize) -> String {
        let want = match want {
            Any => self.any_want(),
            _ if self.chance(2) => self.any_want(),
            other => other,
        };
        if (depth == 0 || self.chance(35))
            && let Some(name) = self.name(want)
        {
            return name;
        }
        if depth > 0 && self.chance(8) {
            return self.any_kind(want, depth - 1);
        }
        match want {
            Number => self.number(depth),
            Text => self.text(depth),
            Boolean => self.boolean(depth),
            Table => self.table(depth),
            Function => self.function(depth),
            Any => "nil".to_string(),
        }
    }

    /// Forms that give whatever their parts give.
    fn any_kind(&mut self, want: Want, depth: usize) -> String {
        let value = self.expression(want, depth);
        match self.below(7) {
            0 => format!("({} and {value})", self.expression(Boolean, depth)),
            1 => format!("({value} or {})", self.expression(want, depth)),
            2 => {
                let (condition, other) = (
                    self.expression(Boolean, depth),
                    self.expression(want, depth),
                );
                format!("({condition} and {value} or {other})")
            }
            3 => format!("{}[{}]", self.indexable(depth), self.key(depth)),
            4 => format!("{}.{}", self.indexable(depth), self.field()),
            5 => format!("({})({value})", self.expression(Function, depth)),
            _ => format!(
                "(select({}, {value}, {}))",
                1 + self.below(3),
                self.list(Any, depth, 2)
            ),
        }
    }

    fn indexable(&mut self, depth: usize) -> String {
        match self.name(Table) {
            Some(name) => name,
            None => format!("({})", self.expression(Table, depth)),
        }
    }

    fn field(&mut self) -> &'static str {
        self.pick(&["x", "y", "n", "name", "value", "next"])
    }

    fn key(&mut self, depth: usize) -> String {
        match self.below(6) {
            0..3 => (self.below(6)).to_string(),
            3 => format!("'{}'", self.field()),
            4 => format!("key({})", self.expression(Any, depth.saturating_sub(1))),
            _ => self
                .pick(&["-1", "1.5", "true", "'k'", "1e300", "2^53"])
                .to_string(),
        }
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 || self.chance(25) {
            return match self.below(4) {
                0 | 1 => self.below(12).to_string(),
                2 => format!("{}.{}", self.below(100), self.below(1000)),
                _ => self
                    .pick(&[
                        "0",
                        "-1",
                        "1e15",
                        "1e16",
                        "0x7f",
                        "2^31",
                        "2^53",
                        "1e100",
                        "1/0",
                        "-1/0",
                        "0/0",
                        "-0",
                        "0.1",
                        "1e-5",
                        "123456789012",
                        "-3.5",
                        "255",
                        "100",
                        "3e-10",
                    ])
                    .to_string(),
            };
        }
        let deeper = depth - 1;
        match self.below(14) {
            0..5 => {
                let (left, right) = (
                    self.expression(Number, deeper),
                    self.expression(Number, deeper),
                );
                format!(
                    "({left} {} {right})",
                    self.pick(&["+", "-", "*", "/", "%", "^"])
                )
            }
            5 => format!("-({})", self.expression(Number, deeper)),
            6 => {
                let want = [Text, Table][self.below(2)];
                format!("#{}", self.expression(want, deeper))
            }
            7 => {
                let function = self.pick(&[
                    "floor", "ceil", "abs", "sqrt", "exp", "log", "sin", "modf", "frexp",
                ]);
                format!("math.{function}({})", self.expression(Number, deeper))
            }
            8 => {
                let function = self.pick(&["max", "min", "fmod", "pow", "ldexp", "mod"]);
                let (left, right) = (
                    self.expression(Number, deeper),
                    self.expression(Number, deeper),
                );
                format!("math.{function}({left}, {right})")
            }
            9 => format!("tonumber({})", self.expression(Any, deeper)),
            10 => format!(
                "tonumber({}, {})",
                self.expression(Text, deeper),
                self.pick(&["2", "8", "10", "16", "36"])
            ),
            11 => format!("{}:byte({})", self.text_operand(deeper), self.below(4)),
            12 => format!("{}:find({})", self.text_operand(deeper), self.pattern()),
            _ => format!("select('#', {})", self.list(Any, deeper, 3)),
        }
    }

    fn text_operand(&mut self, depth: usize) -> String {
        format!("({})", self.expression(Text, depth))
    }

    fn pattern(&mut self) -> &'static str {
        if self.chance(3) {
            return self.pick(&["'%'", "'[a'", "'(a'", "'%1'", "'a)'", "'%f'", "'%b'"]);
        }
        self.pick(&[
            "'a'",
            "'%a+'",
            "'(%w)(%w*)'",
            "'%d'",
            "'^%s*'",
            "'.-b'",
            "'[^a-c]+'",
            "'()'",
            "'%b()'",
            "'%f[%w]%w+'",
            "'(.)%1'",
            "'x*'",
            "'l+$'",
            "'%p', 2",
            "'.', -1",
            "'', 10",
            "'o', 1, true",
            "'%.'",
        ])
    }

    fn text(&mut self, depth: usize) -> String {
        if depth == 0 || self.chance(30) {
            return self
                .pick(&[
                    "''",
                    "'a'",
                    "'abc'",
                    "'hello world'",
                    "'x=1, y=2'",
                    "'10'",
                    "'0x10'",
                    "' 5 '",
                    "'1e2'",
                    "'(a(b)c)'",
                    "'THE (quick) fox'",
                    "'a\\0b'",
                    "'\\n'",
                    "'name'",
                    "'%d'",
                    "'-'",
                    "'aabbcc'",
                    "'3.0'",
                    "[[l]]",
                    "'\\255'",
                ])
                .to_string();
        }
        let deeper = depth - 1;
        match self.below(14) {
            0..3 => {
                let mut parts = Vec::new();
                for _ in 0..2 + self.below(2) {
                    let want = [Text, Number][self.below(2)];
                    parts.push(self.expression(want, deeper));
                }
                format!("({})", parts.join(" .. "))
            }
            3 => format!("str({})", self.expression(Any, deeper)),
            4 => {
                let (start, end) = (self.below(6) as i64 - 2, self.below(8) as i64 - 3);
                format!("{}:sub({start}, {end})", self.text_operand(deeper))
            }
            5 => {
                let method = self.pick(&["upper", "lower", "reverse", "len"]);
                format!("{}:{method}()", self.text_operand(deeper))
            }
            6 => format!("{}:rep({})", self.text_operand(deeper), self.below(4)),
            7 => {
                let spec = self.pick(&[
                    "%d", "%5d", "%-5dx", "%05d", "%+d", "%x", "%o", "%g", "%.3f", "%e", "%10.2f",
                    "%i", "%u", "%.14g", "%c", "%X", "%.0f", "%#x",
                ]);
                format!(
                    "string.format('{spec}', {})",
                    self.expression(Number, deeper)
                )
            }
            8 => {
                let spec = self.pick(&["%s", "%q", "%5s", "%-5s|", "%.2s", "%s%s", "%%%s", "%%"]);
                format!("string.format('{spec}', {})", self.expression(Text, deeper))
            }
            9 => {
                let replacement = match self.below(4) {
                    0 => self.expression(Table, deeper),
                    1 => self.expression(Function, deeper),
                    _ => self
                        .pick(&["'-'", "'%0%0'", "'<%1>'", "''", "'%2'", "'%%'"])
                        .to_string(),
                };
                let pattern = self.pattern().split(", ").next().unwrap_or("'a'");
                format!(
                    "{}:gsub({pattern}, {replacement})",
                    self.text_operand(deeper)
                )
            }
            10 => format!("{}:match({})", self.text_operand(deeper), self.pattern()),
            11 => format!(
                "table.concat({}, {})",
                self.expression(Table, deeper),
                self.expression(Text, 0)
            ),
            12 => format!("type({})", self.expression(Any, deeper)),
            _ => format!("string.char({}, {})", self.below(256), self.below(257)),
        }
    }

    fn boolean(&mut self, depth: usize) -> String {
        if depth == 0 || self.chance(20) {
            return self.pick(&["true", "false", "nil"]).to_string();
        }
        let deeper = depth - 1;
        match self.below(8) {
            0..4 => {
                let want = [Number, Number, Text, Any][self.below(4)];
                let (left, right) = (self.expression(want, deeper), self.expression(want, deeper));
                format!(
                    "({left} {} {right})",
                    self.pick(&["==", "~=", "<", "<=", ">", ">="])
                )
            }
            4 => format!("not {}", self.expression(Any, deeper)),
            5 => {
                let (left, right) = (
                    self.expression(Boolean, deeper),
                    self.expression(Any, deeper),
                );
                format!("({left} {} {right})", self.pick(&["and", "or"]))
            }
            6 => format!(
                "rawequal({}, {})",
                self.expression(Any, deeper),
                self.expression(Any, deeper)
            ),
            _ => format!("(next({}) == nil)", self.expression(Table, deeper)),
        }
    }

    fn table(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self
                .pick(&["{}", "{1, 2, 3}", "{x = 1}", "{'a', n = 2}", "{3, 1, 2}"])
                .to_string();
        }
        let deeper = depth - 1;
        if self.chance(20) {
            return self.object(deeper);
        }
        let mut fields = Vec::new();
        for _ in 0..self.below(6) {
            let value = self.expression(Any, deeper);
            fields.push(match self.below(4) {
                0 => format!("{} = {value}", self.field()),
                1 => format!("[{}] = {value}", self.key_not_nil()),
                _ => value,
            });
        }
        if self.has_varargs && self.chance(15) {
            fields.push("...".to_string());
        }
        format!("{{{}}}", fields.join(", "))
    }

    fn key_not_nil(&mut self) -> String {
        match self.below(3) {
            0 => (self.below(8)).to_string(),
            1 => format!("'k{}'", self.below(20)),
            _ => self
                .pick(&["-1", "1.5", "true", "false", "1e300", "2^53"])
                .to_string(),
        }
    }

    fn object(&mut self, depth: usize) -> String {
        let mut events = Vec::new();
        for _ in 0..1 + self.below(3) {
            let event = self.pick(&[
                "__index",
                "__newindex",
                "__add",
                "__sub",
                "__concat",
                "__call",
                "__eq",
                "__lt",
                "__le",
                "__unm",
                "__len",
                "__mul",
                "__div",
                "__mod",
                "__pow",
                "__metatable",
            ]);
            let handler = match event {
                "__index" | "__newindex" if self.chance(50) => self.expression(Table, depth.min(1)),
                _ => self.function_text(depth.min(1)),
            };
            events.push(format!("{event} = {handler}"));
        }
        let inner = self.expression(Table, 0);
        let inner = if inner.starts_with('{') {
            inner
        } else {
            "{}".to_string()
        };
        format!("setmetatable({inner}, {{{}}})", events.join(", "))
    }

    fn function(&mut self, depth: usize) -> String {
        if depth == 0 || self.chance(15) {
            return self
                .pick(&[
                    "string.upper",
                    "math.floor",
                    "type",
                    "tostring",
                    "select",
                    "unpack",
                    "next",
                    "function(...) return ... end",
                    "function(a) return a end",
                    "rawget",
                ])
                .replace("tostring", "str");
        }
        if self.chance(10) {
            return format!("coroutine.wrap({})", self.function_text(depth - 1));
        }
        format!("({})", self.function_text(depth - 1))
    }

    /// A function whose body sees its own names after those around it.
    fn function_text(&mut self, depth: usize) -> String {
        let names = self.names.len();
        let outside = (self.loops, self.has_varargs);
        self.loops = 0;
        let mut parameters = Vec::new();
        for _ in 0..self.below(4) {
            let want = self.any_want();
            parameters.push(self.new_name(want));
        }
        self.has_varargs = self.chance(40);
        if self.has_varargs {
            parameters.push("...".to_string());
        }
        let body = self.block(depth);
        let result = match self.below(4) {
            0 => String::new(),
            1 if depth > 0 => format!(
                "return ({})({})",
                self.expression(Function, depth - 1),
                self.list(Any, 0, 2)
            ),
            _ => format!("return {}", self.list(Any, depth.min(2), 3)),
        };
        self.names.truncate(names);
        (self.loops, self.has_varargs) = outside;
        format!(
            "function({}) tick()\n{body}{result} end",
            parameters.join(", ")
        )
    }

    fn block(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..1 + self.below(3) {
            text += &self.statement(depth);
            text.push('\n');
        }
        text
    }

    /// A block in a scope of its own.
    fn scope(&mut self, depth: usize) -> String {
        let names = self.names.len();
        let text = self.block(depth);
        self.names.truncate(names);
        text
    }

    fn loop_scope(&mut self, depth: usize) -> String {
        self.loops += 1;
        let mut text = self.scope(depth);
        if self.chance(20) {
            text += "do break end\n";
        }
        self.loops -= 1;
        text
    }

    fn declaration(&mut self, depth: usize) -> String {
        let want = self.any_want();
        let value = self.value(want, depth);
        match self.below(5) {
            0 => {
                let first = self.list(Any, depth, 2);
                let (a, b) = (self.new_name(Any), self.new_name(want));
                format!("local {a}, {b} = {first}, {value}")
            }
            _ => format!("local {} = {value}", self.new_name(want)),
        }
    }

    fn value(&mut self, want: Want, depth: usize) -> String {
        let value = self.expression(want, depth);
        if want == Text || want == Any {
            format!("cap({value})")
        } else {
            value
        }
    }

    fn statement(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.below(3) {
                0 => format!("p({})", self.list(Any, 1, 3)),
                1 => self.assignment(1),
                _ => self.declaration(1),
            };
        }
        let deeper = depth - 1;
        match self.below(20) {
            0..3 => self.declaration(depth),
            3..6 => self.assignment(depth),
            6..8 => format!("p({})", self.list(Any, depth, 3)),
            8 => {
                let condition = self.expression(Boolean, depth);
                let then = self.scope(deeper);
                let other = self.scope(deeper);
                let second = self.expression(Boolean, deeper);
                match self.below(3) {
                    0 => format!("if {condition} then\n{then}end"),
                    1 => format!("if {condition} then\n{then}else\n{other}end"),
                    _ => format!("if {condition} then\n{then}elseif {second} then\n{other}end"),
                }
            }
            9 => {
                let condition = self.expression(Boolean, deeper);
                format!(
                    "while {condition} do tick()\n{}end",
                    self.loop_scope(deeper)
                )
            }
            10 => self.repeat(deeper),
            11 | 12 => self.for_loop(deeper),
            13 => format!("do\n{}end", self.scope(deeper)),
            14 => self.local_function(deeper),
            15 => self.table_call(deeper),
            16 => format!(
                "p(pcall({}, {}))",
                self.expression(Function, depth),
                self.list(Any, deeper, 2)
            ),
            17 => self.raise(deeper),
            18 => self.coroutine(deeper),
            _ => self.method(deeper),
        }
    }

    fn repeat(&mut self, depth: usize) -> String {
        let names = self.names.len();
        self.loops += 1;
        let body = self.block(depth);
        let condition = self.expression(Boolean, depth);
        self.loops -= 1;
        self.names.truncate(names);
        format!("repeat tick()\n{body}until {condition}")
    }

    fn assignment(&mut self, depth: usize) -> String {
        if self.chance(40) {
            let table = self.indexable(0);
            let table = if table.starts_with('(') {
                "out".to_string()
            } else {
                table
            };
            if table != "out" {
                let target = match self.below(2) {
                    0 => format!("{table}.{}", self.field()),
                    _ => format!("{table}[{}]", self.key(1)),
                };
                let want = self.any_want();
                return format!("{target} = {}", self.value(want, depth));
            }
        }
        let want = self.any_want();
        let (first, second) = (self.name(want), self.name(Any));
        match (first, second) {
            (Some(first), Some(second)) if self.chance(25) => {
                let (a, b) = (self.value(want, depth), self.value(Any, depth));
                format!("{first}, {second} = {a}, {b}")
            }
            (Some(name), _) => format!("{name} = {}", self.value(want, depth)),
            (None, _) => self.declaration(depth),
        }
    }

    fn for_loop(&mut self, depth: usize) -> String {
        let names = self.names.len();
        let head = match self.below(4) {
            0 => {
                let (start, end) = (self.below(4), self.below(5));
                let step = self.pick(&["", ", 1", ", -1", ", 0.5", ", 2"]);
                format!("for {} = {start}, {end}{step}", self.new_name(Number))
            }
            1 => {
                let table = self.expression(Table, depth);
                let (k, v) = (self.new_name(Any), self.new_name(Any));
                format!(
                    "for {k}, {v} in {}({table})",
                    self.pick(&["pairs", "ipairs", "next,"])
                )
            }
            2 => {
                let text = self.text_operand(depth);
                let (a, b) = (self.new_name(Text), self.new_name(Text));
                let pattern = self.pattern().split(", ").next().unwrap_or("'a'");
                format!("for {a}, {b} in {text}:gmatch({pattern})")
            }
            _ => {
                let (start, end) = (
                    self.expression(Number, depth),
                    self.expression(Number, depth),
                );
                format!("for {} = {start}, {end}", self.new_name(Number))
            }
        };
        let head = head.replace("next,(", "next, (");
        let body = self.loop_scope(depth);
        self.names.truncate(names);
        format!("{head} do tick()\n{body}end")
    }

    fn local_function(&mut self, depth: usize) -> String {
        let name = self.new_name(Function);
        let body = self.function_text(depth);
        format!("local function {name}{}", &body["function".len()..])
    }

    fn table_call(&mut self, depth: usize) -> String {
        let Some(table) = self.name(Table) else {
            return self.declaration(depth);
        };
        match self.below(6) {
            0 => format!("table.insert({table}, {})", self.value(Any, depth)),
            1 => format!(
                "table.insert({table}, {}, {})",
                self.below(5),
                self.value(Any, depth)
            ),
            2 => format!("p(table.remove({table}))"),
            3 => format!("p(table.remove({table}, {}))", self.below(4)),
            4 => format!("table.sort({table})\neach({table})"),
            _ => format!(
                "table.sort({table}, {})\neach({table})",
                self.expression(Function, depth)
            ),
        }
    }

    fn raise(&mut self, depth: usize) -> String {
        let value = self.value(Text, depth);
        match self.below(5) {
            0 => format!(
                "if {} then error({value}) end",
                self.expression(Boolean, depth)
            ),
            1 => format!("error({value}, {})", self.below(4)),
            2 => format!("assert({}, {value})", self.expression(Boolean, depth)),
            3 => format!("p(pcall(error, {}))", self.expression(Any, depth)),
            _ => format!(
                "p(xpcall({}, {}))",
                self.expression(Function, depth),
                self.expression(Function, depth)
            ),
        }
    }

    fn coroutine(&mut self, depth: usize) -> String {
        let body = self.function_text(depth);
        let sent = self.list(Any, depth, 2);
        let body = body.replacen("tick()\n", "tick()\np(coroutine.yield(1))\n", 1);
        format!(
            "do local co = coroutine.create({body})\np(coroutine.resume(co, {sent}))\n\
             p(coroutine.resume(co, {sent}))\np(coroutine.status(co))\np(coroutine.resume(co)) end"
        )
    }

    fn method(&mut self, depth: usize) -> String {
        let Some(table) = self.name(Table) else {
            return self.declaration(depth);
        };
        let field = self.field();
        let body = self.function_text(depth);
        let arguments = self.list(Any, depth, 2);
        format!(
            "function {table}:{field}{}\np({table}:{field}({arguments}))",
            &body["function".len()..]
        )
    }
}
