//! Random programs that end, use nothing but local names and the library, and tell what they did.
//!
//! Here are statements and functions; `values.rs` has expressions, `redis.rs` what scripts have beside Lua itself.

mod redis;
mod values;

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

/// `p` notes values, `tick` bounds loops and calls, `cap` and `packed` bound texts; `key` and `str` keep
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
local function packed(...)
  local s = cmsgpack.pack(...)
  if #s > 200 then error('long') end
  return s
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
        if self.chance(15) {
            // A reply of its own; what was noted is in it. A table that holds itself has no end there.
            self.names.clear();
            let value = self.expression(Any, 3);
            return text + &format!("return {{table.concat(out, '\\n'), {value}}}\n");
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
        match self.below(21) {
            20 => self.redis_statement(deeper),
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
