//! Prints what `luac5.1 -l -l -p` prints for each file named, or its error.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout());
    for path in std::env::args().skip(1) {
        let source = std::fs::read(&path)?;
        let name = format!("@{path}");
        // luac itself runs in one level.
        let limits = lua::compile::Limits { c_levels: 1 };
        match lua::compile::compile(&source, name.as_bytes(), limits) {
            Ok(proto) => out.write_all(lua::listing::listing(&proto).as_bytes())?,
            Err(message) => {
                out.write_all(b"luac5.1: ")?;
                out.write_all(&message)?;
                out.write_all(b"\n")?;
            }
        }
    }
    out.flush()
}
