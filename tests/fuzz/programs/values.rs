//! Expressions of random programs.

use super::Generator;
use super::Want::{self, Any, Boolean, Function, Number, Table, Text};

impl Generator {
    pub(super) fn list(&mut self, want: Want, depth: usize, most: usize) -> String {
        let count = self.below(most + 1);
        let parts: Vec<String> = (0..count).map(|_| self.expression(want, depth)).collect();
        if parts.is_empty() {
            "nil".to_string()
        } else {
            parts.join(", ")
        }
    }

    pub(super) fn expression(&mut self, want: Want, depth: usize) -> String {
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
    pub(super) fn any_kind(&mut self, want: Want, depth: usize) -> String {
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

    pub(super) fn indexable(&mut self, depth: usize) -> String {
        match self.name(Table) {
            Some(name) => name,
            None => format!("({})", self.expression(Table, depth)),
        }
    }

    pub(super) fn field(&mut self) -> &'static str {
        self.pick(&["x", "y", "n", "name", "value", "next"])
    }

    pub(super) fn key(&mut self, depth: usize) -> String {
        match self.below(6) {
            0..3 => (self.below(6)).to_string(),
            3 => format!("'{}'", self.field()),
            4 => format!("key({})", self.expression(Any, depth.saturating_sub(1))),
            _ => self
                .pick(&["-1", "1.5", "true", "'k'", "1e300", "2^53"])
                .to_string(),
        }
    }

    pub(super) fn number(&mut self, depth: usize) -> String {
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
        if self.chance(6) {
            return self.redis_number(depth);
        }
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

    pub(super) fn text_operand(&mut self, depth: usize) -> String {
        format!("({})", self.expression(Text, depth))
    }

    pub(super) fn pattern(&mut self) -> &'static str {
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

    pub(super) fn text(&mut self, depth: usize) -> String {
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
        if self.chance(8) {
            return self.redis_text(depth);
        }
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

    pub(super) fn boolean(&mut self, depth: usize) -> String {
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

    pub(super) fn table(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self
                .pick(&["{}", "{1, 2, 3}", "{x = 1}", "{'a', n = 2}", "{3, 1, 2}"])
                .to_string();
        }
        let deeper = depth - 1;
        if self.chance(20) {
            return self.object(deeper);
        }
        if self.chance(12) {
            return self.redis_table(depth);
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

    pub(super) fn key_not_nil(&mut self) -> String {
        match self.below(3) {
            0 => (self.below(8)).to_string(),
            1 => format!("'k{}'", self.below(20)),
            _ => self
                .pick(&["-1", "1.5", "true", "false", "1e300", "2^53"])
                .to_string(),
        }
    }

    pub(super) fn object(&mut self, depth: usize) -> String {
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

    pub(super) fn function(&mut self, depth: usize) -> String {
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
}
