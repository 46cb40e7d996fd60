//! What the engine's wasm consists of: bytes of code by crate and module, from the name section of the module as
//! cargo links it, before wasm-opt and compression. Shares, not sizes: they say where to look.

use crate::{Failure, failure, place};
use std::collections::BTreeMap;
use std::fs;

/// So many lines of the table.
const LINES: usize = 24;

const IMPORTS: u8 = 2;
const CODE: u8 = 10;
const DATA: u8 = 11;
const CUSTOM: u8 = 0;

/// Prints the largest parts of the worker's module, if it was built here.
pub fn report() -> Result<(), Failure> {
    let path = place::target().join("wasm32-unknown-unknown/web/worker.wasm");
    let Ok(bytes) = fs::read(&path) else {
        return Ok(());
    };
    let Some(module) = Module::read(&bytes) else {
        return failure(format!("{} is no WebAssembly module", path.display()));
    };
    let mut parts: BTreeMap<String, usize> = BTreeMap::new();
    for (name, size) in &module.functions {
        *parts.entry(part_of(name)).or_default() += size;
    }
    parts.insert("constants".to_owned(), module.data);
    let total: usize = parts.values().sum();
    let mut parts: Vec<(String, usize)> = parts.into_iter().collect();
    parts.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    println!("\nlargest parts of the engine wasm, as linked ({total} bytes in all)");
    for (name, size) in parts.iter().take(LINES) {
        println!(
            "{name:36} {size:>10} {:>6.1} %",
            *size as f64 * 100.0 / total as f64
        );
    }
    Ok(())
}

struct Module {
    /// Name and bytes of each function's code.
    functions: Vec<(String, usize)>,
    /// Bytes of constants.
    data: usize,
}

impl Module {
    fn read(bytes: &[u8]) -> Option<Module> {
        let mut rest = Reader(bytes.strip_prefix(b"\0asm")?.get(4..)?);
        let (mut imported, mut sizes, mut data) = (0, Vec::new(), 0);
        let mut names = BTreeMap::new();
        while !rest.0.is_empty() {
            let kind = rest.byte()?;
            let mut section = Reader(rest.bytes()?);
            match kind {
                IMPORTS => imported = section.imported_functions()?,
                CODE => {
                    for _ in 0..section.number()? {
                        sizes.push(section.bytes()?.len());
                    }
                }
                DATA => data = section.0.len(),
                CUSTOM if section.bytes()? == b"name" => names = section.function_names()?,
                _ => {}
            }
        }
        let named = |(at, size): (usize, &usize)| {
            let name = names.get(&(at + imported)).cloned();
            (name.unwrap_or_default(), *size)
        };
        let functions = sizes.iter().enumerate().map(named).collect();
        Some(Module { functions, data })
    }
}

/// A cursor over a section.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// An unsigned LEB128.
    fn number(&mut self) -> Option<usize> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return Some(value);
            }
        }
    }

    /// Bytes with their number before them.
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn imported_functions(&mut self) -> Option<usize> {
        let mut functions = 0;
        for _ in 0..self.number()? {
            self.bytes()?;
            self.bytes()?;
            match self.byte()? {
                0 => {
                    functions += 1;
                    self.number()?;
                }
                // A table has the type of its elements before its limits, a memory has limits only.
                kind @ (1 | 2) => {
                    if kind == 1 {
                        self.byte()?;
                    }
                    let has_most = self.byte()? & 1 == 1;
                    self.number()?;
                    if has_most {
                        self.number()?;
                    }
                }
                _ => self.0 = self.0.get(2..)?,
            }
        }
        Some(functions)
    }

    /// By number; the name section's other subsections are passed over.
    fn function_names(&mut self) -> Option<BTreeMap<usize, String>> {
        const FUNCTIONS: u8 = 1;
        let mut names = BTreeMap::new();
        while !self.0.is_empty() {
            let kind = self.byte()?;
            let mut part = Reader(self.bytes()?);
            if kind != FUNCTIONS {
                continue;
            }
            for _ in 0..part.number()? {
                let number = part.number()?;
                names.insert(number, String::from_utf8_lossy(part.bytes()?).into_owned());
            }
        }
        Some(names)
    }
}

/// Crate and module of a mangled function: `engine::commands::streams`. Of the standard library, whose names are
/// mangled in another way, the crate only.
fn part_of(name: &str) -> String {
    const DEPTH: usize = 3;
    if let Some(mangled) = name.strip_prefix("_ZN") {
        let path = plain_path(mangled);
        let depth = if path.starts_with("engine::commands") {
            DEPTH
        } else {
            DEPTH - 1
        };
        let parts: Vec<&str> = path.split("::").take(depth).collect();
        return parts.join("::");
    }
    match name
        .split_once("Cs")
        .and_then(|(_, rest)| rest.split_once('_'))
    {
        Some((_, rest)) => first_part(rest)
            .map_or("other", |(part, _)| part)
            .to_owned(),
        None => "other".to_owned(),
    }
}

/// The parts of a legacy mangled name. Of an implementation (`<A as B>::f`) those of the type.
fn plain_path(mut mangled: &str) -> String {
    let mut parts = Vec::new();
    while let Some((part, rest)) = first_part(mangled) {
        parts.push(part);
        mangled = rest;
    }
    let path = parts.join("::");
    let path = path.replace("..", "::").replace("$u20$", " ");
    let subject = path
        .split_once(" for ")
        .map_or(&*path, |(_, subject)| subject);
    let subject = subject.trim_start_matches(['_', '&']);
    let subject = subject
        .trim_start_matches("$LT$")
        .trim_start_matches("impl ");
    subject.trim_start_matches("$RF$").replace("mut ", "")
}

/// A length in digits, so many bytes of a name, and what follows.
fn first_part(mangled: &str) -> Option<(&str, &str)> {
    let digits = mangled.find(|c: char| !c.is_ascii_digit())?;
    let length: usize = mangled[..digits].parse().ok()?;
    mangled[digits..].split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::part_of;

    #[test]
    fn functions_belong_to_modules() {
        for (name, part) in [
            (
                "_ZN6engine8commands6server6config3set17h75cb94ef592e5d27E",
                "engine::commands::server",
            ),
            (
                "_ZN6engine6engine6Engine5serve17hc95298089ca0c8cdE",
                "engine::engine",
            ),
            (
                "_ZN6engine8tracking40_$LT$impl$u20$engine..server..Server$GT$10invalidate17h4c3961f305fff259E",
                "engine::tracking",
            ),
            (
                "_RNvNtNtNtNtCsgXGp5Oqx2Ny_4core3num7flt2dec8strategy6dragon15format_shortest",
                "core",
            ),
            ("memcpy", "other"),
        ] {
            assert_eq!(part_of(name), part, "{name}");
        }
    }
}
