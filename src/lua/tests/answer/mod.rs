//! Questions to numbers and patterns, one a line, and our answers. Fields are parted by tabs,
//! bytes that do not print are `\xHH`; numbers are bits in hexadecimal.

use lua::number::{self, format::Spec};
use lua::pattern::{self, Capture, Matcher};

pub fn answer(question: &str) -> String {
    let fields: Vec<Vec<u8>> = question.split('\t').map(unescape).collect();
    match fields.as_slice() {
        [what, subject, pattern, from] if what == b"find" => find(subject, pattern, integer(from)),
        [what, spec, bits] if what == b"format" => format(spec, float(bits)),
        [what, spec, text] if what == b"string" => string(spec, text),
        [what, text] if what == b"number" => precise(number::parse(text)),
        [what, text, base] if what == b"base" => {
            precise(number::parse_in_base(text, integer(base) as u32))
        }
        [what, bits] if what == b"text" => escape(&number::to_text(float(bits))),
        _ => panic!("no such question: {question}"),
    }
}

fn find(subject: &[u8], pattern: &[u8], from: usize) -> String {
    let from = (from - 1).min(subject.len());
    if pattern::is_plain(pattern) {
        let found = pattern::find_plain(subject, pattern, &mut { from }, &mut |_| true);
        return match found.expect("nothing stops it") {
            Some(start) => format!("{} {}", start + 1, start + pattern.len()),
            None => "nil".to_string(),
        };
    }
    let (anchored, pattern) = pattern::anchor(pattern);
    let mut matcher = Matcher::new(subject, pattern);
    let found = match matcher.find(from, anchored, &mut |_| true) {
        Ok(Some(found)) => found,
        Ok(None) => return "nil".to_string(),
        Err(error) => return complaint(error),
    };
    let mut out = format!("{} {}", found.start + 1, found.end);
    for index in 0..matcher.explicit_capture_count() {
        match matcher.capture(index, &found) {
            Ok(Capture::Position(before)) => out += &format!(" {}", before + 1),
            Ok(Capture::Bytes(range)) => out += &format!(" \"{}\"", escape(&subject[range])),
            Err(message) => return format!("error {message}"),
        }
    }
    out
}

fn complaint(error: pattern::Error) -> String {
    match error {
        pattern::Error::Malformed(message) => format!("error {message}"),
        pattern::Error::Stopped => "stopped".to_string(),
    }
}

fn format(spec: &[u8], number: f64) -> String {
    match Spec::parse(spec) {
        Ok((spec, _)) => escape(&spec.number(number)),
        Err(message) => format!("error {message}"),
    }
}

fn string(spec: &[u8], text: &[u8]) -> String {
    match Spec::parse(spec) {
        Ok((spec, _)) => escape(&spec.string(text)),
        Err(message) => format!("error {message}"),
    }
}

fn precise(number: Option<f64>) -> String {
    let spec = Spec {
        precision: Some(17),
        ..Spec::of(b'g')
    };
    number.map_or("nil".to_string(), |number| escape(&spec.number(number)))
}

fn float(bits: &[u8]) -> f64 {
    let bits = std::str::from_utf8(bits).expect("digits");
    f64::from_bits(u64::from_str_radix(bits, 16).expect("bits of a number"))
}

fn integer(text: &[u8]) -> usize {
    std::str::from_utf8(text)
        .expect("digits")
        .parse()
        .expect("a number")
}

pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b' '..=b'~' => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out
}

pub fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'x') => {
                let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                let digits = std::str::from_utf8(&digits).expect("two digits");
                bytes.push(u8::from_str_radix(digits, 16).expect("two digits"));
            }
            other => bytes.extend(other),
        }
    }
    bytes
}
