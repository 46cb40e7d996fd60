//! The small programs that stand before and behind redis-cli in a pipe.

use super::{Streams, World};

pub(super) const NAMES: &[&str] = &[
    "cat", "echo", "grep", "head", "printf", "sort", "tail", "wc",
];

pub(super) fn has(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Whether it succeeded.
pub(super) fn run(
    world: &World,
    name: &str,
    arguments: &[Vec<u8>],
    input: Option<Vec<u8>>,
    streams: &mut Streams,
) -> bool {
    let result = match name {
        "echo" => Ok(echo(arguments)),
        "printf" => printf(arguments),
        "cat" => read(world, "cat", arguments, input),
        "sort" => sort(world, arguments, input),
        "wc" => count(arguments, input),
        "grep" => grep(arguments, input),
        "head" | "tail" => ends(world, name, arguments, input),
        _ => Err(format!("{name}: not in this emulator")),
    };
    match result {
        Ok(bytes) => {
            streams.out(&bytes);
            // grep is the one that fails by finding nothing.
            name != "grep" || !bytes.is_empty()
        }
        Err(why) => {
            streams.complain(&why);
            false
        }
    }
}

fn echo(arguments: &[Vec<u8>]) -> Vec<u8> {
    let (newline, words) = match arguments.split_first() {
        Some((first, rest)) if first == b"-n" => (false, rest),
        _ => (true, arguments),
    };
    let mut out = words.join(&b' ');
    // The echo of `sh` reads these; that of other shells does not.
    out = escaped(&out);
    if newline {
        out.push(b'\n');
    }
    out
}

fn printf(arguments: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    let [format, rest @ ..] = arguments else {
        return Err("printf: usage: printf format [arguments]".to_string());
    };
    if format.contains(&b'%')
        && !(format
            .windows(2)
            .all(|pair| pair[0] != b'%' || pair[1] == b's'))
    {
        return Err("printf: not in this emulator's shell: formats other than %s".to_string());
    }
    let mut out = Vec::new();
    let mut rest = rest.iter();
    loop {
        let mut parts = format.split(|byte| *byte == b'%');
        out.extend_from_slice(&escaped(parts.next().unwrap_or_default()));
        let mut used = false;
        for part in parts {
            used = true;
            out.extend_from_slice(rest.next().map_or(&b""[..], Vec::as_slice));
            out.extend_from_slice(&escaped(part.get(1..).unwrap_or_default()));
        }
        // The format is used again while there are words for it.
        if !used || rest.len() == 0 {
            return Ok(out);
        }
    }
}

/// `\n`, `\r`, `\t` and `\\` as the bytes that they mean.
fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => out.push(b'\n'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'\\') => out.push(b'\\'),
            Some(other) => out.extend_from_slice(&[b'\\', other]),
            None => out.push(b'\\'),
        }
    }
    out
}

/// The named files one after the other, or what flows in.
fn read(
    world: &World,
    program: &str,
    names: &[Vec<u8>],
    input: Option<Vec<u8>>,
) -> Result<Vec<u8>, String> {
    if names.is_empty() {
        return input.ok_or_else(|| waits(program));
    }
    let mut out = Vec::new();
    for name in names {
        let name = String::from_utf8_lossy(name);
        match world.files.get(&*name) {
            Some(bytes) => out.extend_from_slice(bytes),
            None => return Err(format!("{program}: {name}: No such file or directory")),
        }
    }
    Ok(out)
}

fn waits(program: &str) -> String {
    format!("{program}: not in this emulator: it would wait for lines that you type")
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    match bytes.is_empty() {
        true => Vec::new(),
        false => bytes.split(|byte| *byte == b'\n').collect(),
    }
}

fn joined(lines: &[&[u8]]) -> Vec<u8> {
    lines
        .iter()
        .flat_map(|line| [line, &b"\n"[..]].concat())
        .collect()
}

fn sort(world: &World, arguments: &[Vec<u8>], input: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
    let (options, names): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) =
        arguments.iter().partition(|word| word.starts_with(b"-"));
    if let Some(other) = options
        .iter()
        .find(|word| **word != b"-u" && **word != b"-r")
    {
        let other = String::from_utf8_lossy(other);
        return Err(format!("sort: not in this emulator's shell: {other}"));
    }
    let names: Vec<Vec<u8>> = names.into_iter().cloned().collect();
    let bytes = read(world, "sort", &names, input)?;
    let mut sorted = lines(&bytes);
    sorted.sort_unstable();
    if options.iter().any(|word| **word == b"-u") {
        sorted.dedup();
    }
    if options.iter().any(|word| **word == b"-r") {
        sorted.reverse();
    }
    Ok(joined(&sorted))
}

fn count(arguments: &[Vec<u8>], input: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
    let bytes = input.ok_or_else(|| waits("wc"))?;
    let number = match arguments {
        [option] if option == b"-l" => bytes.iter().filter(|byte| **byte == b'\n').count(),
        [option] if option == b"-c" => bytes.len(),
        _ => {
            return Err(
                "wc: not in this emulator's shell: anything but -l or -c on a pipe".to_string(),
            );
        }
    };
    Ok(format!("{number}\n").into_bytes())
}

/// Fixed texts only: a pattern with a special character would need the whole language of patterns.
fn grep(arguments: &[Vec<u8>], input: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
    let input = input.ok_or_else(|| waits("grep"))?;
    let (inverted, wanted) = match arguments {
        [option, wanted] if option == b"-v" => (true, wanted),
        [wanted] => (false, wanted),
        _ => {
            return Err(
                "grep: not in this emulator's shell: anything but [-v] and a text".to_string(),
            );
        }
    };
    let (at_start, wanted) = match wanted.strip_prefix(b"^") {
        Some(wanted) => (true, wanted),
        None => (false, wanted.as_slice()),
    };
    if wanted.iter().any(|byte| b".*[]$\\^+?{}|()".contains(byte)) || wanted.is_empty() {
        return Err(
            "grep: not in this emulator's shell: patterns; a fixed text can be found".to_string(),
        );
    }
    let holds = |line: &&[u8]| match at_start {
        true => line.starts_with(wanted),
        false => line.windows(wanted.len()).any(|part| part == wanted),
    };
    let found: Vec<&[u8]> = lines(&input)
        .into_iter()
        .filter(|line| holds(line) != inverted)
        .collect();
    Ok(joined(&found))
}

fn ends(
    world: &World,
    program: &str,
    arguments: &[Vec<u8>],
    input: Option<Vec<u8>>,
) -> Result<Vec<u8>, String> {
    let (number, names) = match arguments {
        [option, number, names @ ..] if option == b"-n" => (number.as_slice(), names),
        [option, names @ ..] if option.starts_with(b"-") => (&option[1..], names),
        names => (&b"10"[..], names),
    };
    let number: usize = std::str::from_utf8(number)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            format!("{program}: not in this emulator's shell: anything but -n and a number")
        })?;
    let bytes = read(world, program, names, input)?;
    let all = lines(&bytes);
    let number = number.min(all.len());
    Ok(match program {
        "head" => joined(&all[..number]),
        _ => joined(&all[all.len() - number..]),
    })
}
