//! The scripts and the libraries of functions that a server knows.

use engine::scripting::{libraries, shebang};
use messages::{FunctionRow, LibraryRow, ScriptRow, Scripts};

use crate::world::World;

/// The scripts and libraries that the server knows.
pub(crate) fn list(world: &World) -> Scripts {
    let scripting = &world.engine.server.scripting;
    let scripts = scripting.cache.iter().map(|(sum, script)| ScriptRow {
        sum: sum.clone(),
        text: beginning(&script.body),
        flags: flags(script.flags),
    });
    let libraries = scripting.libraries.iter().map(|library| LibraryRow {
        name: String::from_utf8_lossy(&library.name).into_owned(),
        code: beginning(&library.code),
        functions: library.functions.values().map(function).collect(),
    });
    Scripts {
        scripts: scripts.collect(),
        libraries: libraries.collect(),
    }
}

fn function(function: &libraries::Function) -> FunctionRow {
    let description = function.description.as_deref().unwrap_or_default();
    FunctionRow {
        name: String::from_utf8_lossy(&function.name).into_owned(),
        description: String::from_utf8_lossy(description).into_owned(),
        flags: flags(function.flags),
    }
}

fn flags(flags: shebang::Flags) -> Vec<String> {
    flags.names().into_iter().map(str::to_string).collect()
}

/// A script, or its beginning.
fn beginning(text: &[u8]) -> String {
    const BYTES: usize = 2000;
    let part = String::from_utf8_lossy(&text[..text.len().min(BYTES)]);
    match text.len() > BYTES {
        true => format!("{part}\n… {} more bytes", text.len() - BYTES),
        false => part.into_owned(),
    }
}
