//! What scripts have in Redis beside Lua itself: `redis`, cjson, cmsgpack, struct and bit.

use super::Generator;
use super::Want::{Any, Boolean, Number, Table, Text};

impl Generator {
    pub(super) fn redis_number(&mut self, depth: usize) -> String {
        let deeper = depth.saturating_sub(1);
        let (left, right) = (
            self.expression(Number, deeper),
            self.expression(Number, deeper),
        );
        match self.below(6) {
            0 | 1 => {
                let function = self.pick(&[
                    "band", "bor", "bxor", "lshift", "rshift", "arshift", "rol", "ror",
                ]);
                format!("bit.{function}({left}, {right})")
            }
            2 => format!("bit.{}({left})", self.pick(&["tobit", "bnot", "bswap"])),
            3 => format!("struct.size('{}')", self.packing()),
            4 => format!("cjson.decode(cjson.encode({left}))"),
            _ => self.call(deeper),
        }
    }

    pub(super) fn redis_text(&mut self, depth: usize) -> String {
        let deeper = depth.saturating_sub(1);
        match self.below(8) {
            0 | 1 => format!("cjson.encode({})", self.expression(Table, deeper)),
            2 => format!("cjson.encode({})", self.expression(Any, deeper)),
            3 => format!("packed({})", self.list(Any, deeper, 3)),
            4 => format!(
                "struct.pack('{}', {})",
                self.packing(),
                self.list(Number, deeper, 3)
            ),
            5 => {
                let digits = self.pick(&["", ", 4", ", -2", ", 0"]);
                format!("bit.tohex({}{digits})", self.expression(Number, deeper))
            }
            6 => format!("redis.sha1hex({})", self.expression(Text, deeper)),
            _ => self.call(deeper),
        }
    }

    pub(super) fn redis_table(&mut self, depth: usize) -> String {
        let deeper = depth.saturating_sub(1);
        match self.below(9) {
            0 => format!("redis.error_reply({})", self.expression(Text, deeper)),
            1 => format!("redis.status_reply({})", self.expression(Text, deeper)),
            2 => {
                let field = self.pick(&["err", "ok", "double", "big_number"]);
                format!("{{{field} = {}}}", self.expression(Any, deeper))
            }
            3 => {
                let field = self.pick(&["map", "set"]);
                format!("{{{field} = {}}}", self.expression(Table, deeper))
            }
            4 => {
                let index = match self.below(3) {
                    0 => self.expression(Any, deeper),
                    _ => format!("{{err = {}}}", self.expression(Any, deeper)),
                };
                format!("setmetatable({{}}, {{__index = {index}}})")
            }
            5 => format!("cjson.decode({})", self.json()),
            6 => {
                let packed = format!("packed({})", self.list(Any, deeper, 3));
                format!("{{cmsgpack.unpack({packed})}}")
            }
            7 => {
                let spec = self.packing();
                let packed = format!("struct.pack('{spec}', {})", self.list(Number, deeper, 3));
                format!("{{struct.unpack('{spec}', {packed})}}")
            }
            _ => self.call(deeper),
        }
    }

    pub(super) fn redis_statement(&mut self, depth: usize) -> String {
        match self.below(5) {
            0 => format!("each({})", self.redis_table(depth)),
            1 => format!("p(pcall({}, {}))", self.redis_function(), self.words(depth)),
            2 => format!("p(pcall(error, {}))", self.redis_table(depth)),
            3 => {
                let value = self.redis_table(depth);
                format!(
                    "if {} then error({value}) end",
                    self.expression(Boolean, depth)
                )
            }
            _ => format!("redis.setresp({})", self.pick(&["2", "3"])),
        }
    }

    fn redis_function(&mut self) -> &'static str {
        self.pick(&[
            "redis.call",
            "redis.pcall",
            "redis.error_reply",
            "redis.status_reply",
            "redis.sha1hex",
            "redis.setresp",
            "redis.log",
            "cjson.encode",
            "cjson.decode",
            "cmsgpack.unpack",
            "struct.unpack",
            "bit.tohex",
        ])
    }

    /// A command and its reply: mostly one that works.
    fn call(&mut self, depth: usize) -> String {
        let function = self.pick(&["call", "call", "pcall"]);
        format!("redis.{function}({})", self.words(depth))
    }

    fn words(&mut self, depth: usize) -> String {
        let key = self.pick(&["'k'", "'l'", "'h'", "'z'"]);
        match self.below(10) {
            0 => format!("'SET', {key}, {}", self.expression(Text, depth)),
            1 => format!("'SET', 'k', {}", self.expression(Number, depth)),
            2 => format!("'GET', {key}"),
            3 => format!("'INCR', {key}"),
            4 => format!("'RPUSH', 'l', {}", self.list(Text, depth, 3)),
            5 => format!("'LRANGE', {key}, 0, -1"),
            6 => format!("'HSET', 'h', 'f', {}", self.expression(Any, depth)),
            7 => format!("'HGETALL', {key}"),
            8 => format!("'ZADD', 'z', {}, 'm'", self.expression(Number, depth)),
            _ => self
                .pick(&[
                    "'ZSCORE', 'z', 'm'",
                    "'ZRANGE', 'z', 0, -1, 'WITHSCORES'",
                    "'PING'",
                    "'NOSUCH'",
                    "'GET'",
                    "'EXISTS', 'k', 'l'",
                    "'TYPE', 'h'",
                    "'EVAL', 'return 1', 0",
                ])
                .to_string(),
        }
    }

    fn packing(&mut self) -> &'static str {
        self.pick(&[
            "b", "BB", ">h", "<H", ">i4", "I2", "l", "d", "<f", "i3", "!4bi4", "xb", "c0", "s",
            "bs", "Bc3",
        ])
    }

    fn json(&mut self) -> &'static str {
        self.pick(&[
            "'[1, 2.5, -3e2, \"a\"]'",
            "'{\"x\": 1, \"y\": [true, false, null]}'",
            "'[]'",
            "'{}'",
            "'{\"n\": {\"n\": {}}}'",
            "'[\"\\\\u00e9\\\\n\\\\\"\", 0x10, 1e400]'",
            "'nonsense'",
            "'{\"a\" 1}'",
            "'[1,]'",
            "'\\\"open'",
        ])
    }
}
