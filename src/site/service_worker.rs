//! `sw.js`: the list of everything that was built, and a name for exactly this build.

use crate::assets::{replace_once, squeeze_script};
use crate::files;
use std::path::Path;

const SCRIPT: &str = include_str!("sw.js");

/// Must run last: what is written later is not available offline.
pub fn write(staging: &Path) {
    let names = files::list(staging);
    let contents: Vec<Vec<u8>> = names
        .iter()
        .map(|name| files::read(&staging.join(name)))
        .collect();
    let parts = names.iter().zip(&contents);
    let version = files::content_hash(
        parts
            .flat_map(|(name, content)| [name.as_bytes(), content.as_slice()])
            .chain([SCRIPT.as_bytes()]),
    );
    let addresses: Vec<String> = names
        .iter()
        .map(|name| format!("{:?}", address(name)))
        .collect();
    let script = replace_once(SCRIPT, "{{version}}", &version);
    let script = replace_once(&script, "{{files}}", &format!("[{}]", addresses.join(",")));
    files::write(&staging.join("sw.js"), squeeze_script(&script).as_bytes());
}

/// A page is cached under the address that a browser asks for: its folder, with the slash.
fn address(name: &str) -> &str {
    match name.strip_suffix("index.html") {
        Some("") => "./",
        Some(folder) if folder.ends_with('/') => folder,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn pages_are_named_by_their_folder() {
        assert_eq!(address("index.html"), "./");
        assert_eq!(address("lessons/strings/index.html"), "lessons/strings/");
        assert_eq!(address("app-1f.js"), "app-1f.js");
        assert_eq!(address("404.html"), "404.html");
    }
}
