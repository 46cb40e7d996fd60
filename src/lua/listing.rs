//! A compiled function as text, as `luac -l -l` prints it: for tests, and for whoever wants to
//! see what a script becomes.

use std::fmt::{Result, Write};

use crate::number;
use crate::opcode::{CONSTANT_BIT, Instruction, Opcode};
use crate::proto::{Constant, Proto};

/// Names of the opcodes in upper case, in the order of their numbers.
const NAMES: [&str; 38] = [
    "MOVE",
    "LOADK",
    "LOADBOOL",
    "LOADNIL",
    "GETUPVAL",
    "GETGLOBAL",
    "GETTABLE",
    "SETGLOBAL",
    "SETUPVAL",
    "SETTABLE",
    "NEWTABLE",
    "SELF",
    "ADD",
    "SUB",
    "MUL",
    "DIV",
    "MOD",
    "POW",
    "UNM",
    "NOT",
    "LEN",
    "CONCAT",
    "JMP",
    "EQ",
    "LT",
    "LE",
    "TEST",
    "TESTSET",
    "CALL",
    "TAILCALL",
    "RETURN",
    "FORLOOP",
    "FORPREP",
    "TFORLOOP",
    "SETLIST",
    "CLOSE",
    "CLOSURE",
    "VARARG",
];

/// The function and those inside of it. Where luac prints an address in memory there is none.
pub fn listing(proto: &Proto) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = write_function(&mut out, proto);
    out
}

fn write_function(out: &mut String, proto: &Proto) -> Result {
    write_header(out, proto)?;
    let mut is_batch = false;
    for (pc, instruction) in proto.code.iter().enumerate() {
        // The number of a batch too great for its field stands where an instruction would.
        if !is_batch {
            write_instruction(out, proto, pc, *instruction)?;
        }
        is_batch = !is_batch && instruction.opcode() == Opcode::SetList && instruction.c() == 0;
    }
    writeln!(out, "constants ({}):", proto.constants.len())?;
    for (index, constant) in proto.constants.iter().enumerate() {
        writeln!(out, "\t{}\t{}", index + 1, constant_text(constant))?;
    }
    writeln!(out, "locals ({}):", proto.locals.len())?;
    for (index, local) in proto.locals.iter().enumerate() {
        let name = String::from_utf8_lossy(&local.name);
        writeln!(
            out,
            "\t{index}\t{name}\t{}\t{}",
            local.start_pc + 1,
            local.end_pc + 1
        )?;
    }
    writeln!(out, "upvalues ({}):", proto.upvalue_names.len())?;
    for (index, name) in proto.upvalue_names.iter().enumerate() {
        writeln!(out, "\t{index}\t{}", String::from_utf8_lossy(name))?;
    }
    proto
        .protos
        .iter()
        .try_for_each(|inner| write_function(out, inner))
}

fn write_header(out: &mut String, proto: &Proto) -> Result {
    let kind = if proto.line_defined == 0 {
        "main"
    } else {
        "function"
    };
    let source = String::from_utf8_lossy(proto.source.get(1..).unwrap_or_default());
    let (first, last) = (proto.line_defined, proto.last_line_defined);
    let count = proto.code.len();
    let s = plural(count);
    writeln!(
        out,
        "\n{kind} <{source}:{first},{last}> ({count} instruction{s}, {} bytes)",
        count * 4
    )?;
    let parameters = proto.parameters.into();
    let variable = if proto.vararg == 0 { "" } else { "+" };
    write!(out, "{parameters}{variable} param{}, ", plural(parameters))?;
    for (count, what, end) in [
        (proto.max_stack.into(), "slot", ", "),
        (proto.upvalue_count.into(), "upvalue", ", "),
        (proto.locals.len(), "local", ", "),
        (proto.constants.len(), "constant", ", "),
        (proto.protos.len(), "function", "\n"),
    ] {
        write!(out, "{count} {what}{}{end}", plural(count))?;
    }
    Ok(())
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn write_instruction(out: &mut String, proto: &Proto, pc: usize, line: Instruction) -> Result {
    use Opcode::*;
    let (a, b, c) = (line.a(), line.b(), line.c());
    let opcode = line.opcode();
    write!(out, "\t{}\t[{}]\t", pc + 1, proto.lines[pc])?;
    write!(out, "{:<9}\t", NAMES[opcode as usize])?;
    match opcode {
        LoadK | GetGlobal | SetGlobal => write!(out, "{a} -{}", line.bx() + 1)?,
        Closure => write!(out, "{a} {}", line.bx())?,
        Jmp => write!(out, "{}", line.sbx())?,
        ForLoop | ForPrep => write!(out, "{a} {}", line.sbx())?,
        Move | LoadNil | GetUpval | SetUpval | Unm | Not | Len | Return | VarArg => {
            write!(out, "{a} {b}")?;
        }
        TForLoop => write!(out, "{a} {c}")?,
        Close => write!(out, "{a}")?,
        _ => write!(out, "{a} {} {}", operand(b), operand(c))?,
    }
    write_comment(out, proto, pc, line)?;
    out.push('\n');
    Ok(())
}

fn operand(field: u32) -> i64 {
    if field & CONSTANT_BIT != 0 {
        -1 - i64::from(field & 0xFF)
    } else {
        field.into()
    }
}

/// What the operands of an instruction refer to.
fn write_comment(out: &mut String, proto: &Proto, pc: usize, line: Instruction) -> Result {
    use Opcode::*;
    let constant = |index: u32| constant_text(&proto.constants[index as usize]);
    let operand = |field: u32| match field & CONSTANT_BIT {
        0 => "-".to_string(),
        _ => constant(field & 0xFF),
    };
    let (b, c) = (line.b(), line.c());
    match line.opcode() {
        LoadK => write!(out, "\t; {}", constant(line.bx())),
        GetGlobal | SetGlobal => match &proto.constants[line.bx() as usize] {
            Constant::String(name) => write!(out, "\t; {}", String::from_utf8_lossy(name)),
            _ => Ok(()),
        },
        GetUpval | SetUpval => {
            write!(
                out,
                "\t; {}",
                String::from_utf8_lossy(&proto.upvalue_names[b as usize])
            )
        }
        GetTable | SelfCall if c & CONSTANT_BIT != 0 => write!(out, "\t; {}", operand(c)),
        SetTable | Add | Sub | Mul | Div | Pow | Eq | Lt | Le if (b | c) & CONSTANT_BIT != 0 => {
            write!(out, "\t; {} {}", operand(b), operand(c))
        }
        Jmp | ForLoop | ForPrep => write!(out, "\t; to {}", line.sbx() + pc as i32 + 2),
        Closure => Ok(()),
        SetList if c == 0 => write!(out, "\t; {}", proto.code[pc + 1].0),
        SetList => write!(out, "\t; {c}"),
        _ => Ok(()),
    }
}

fn constant_text(constant: &Constant) -> String {
    match constant {
        Constant::Nil => "nil".to_string(),
        Constant::Boolean(value) => value.to_string(),
        Constant::Number(number) => String::from_utf8_lossy(&number::to_text(*number)).into_owned(),
        Constant::String(text) => quoted(text),
    }
}

fn quoted(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in text {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x07 => out.push_str("\\a"),
            0x08 => out.push_str("\\b"),
            0x0C => out.push_str("\\f"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x0B => out.push_str("\\v"),
            b' '..=b'~' => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\{byte:03}")),
        }
    }
    out.push('"');
    out
}
