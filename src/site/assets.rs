//! What trunk left in the staging folder, made ready to be cached forever.
//!
//! Trunk hashes the app's files and the styles, but not the worker's. Here the worker gets a folder
//! named by its content, the style sheets become one, and the script that starts the app becomes a
//! file of its own: then every page loads the same bytes, whatever its depth.

use crate::files;
use crate::template::between;
use std::path::Path;

const START: &str = include_str!("start.js");
const WORKER_FILES: [&str; 3] = ["worker.js", "worker_bg.wasm", "worker_loader.js"];

/// Names of files, relative to the site's root.
pub struct Assets {
    pub start: String,
    pub style: String,
    /// The script to give to `new Worker(…, { type: "module" })`.
    pub worker: String,
    /// Names the code of this build; pages that were rewritten do not change it.
    pub build: String,
}

/// Finds, renames and writes the assets in `staging`, to which `page` refers.
pub fn publish(staging: &Path, page: &str) -> Assets {
    let names = files::list(staging);
    let app = the_one(&names, "app-", ".js");
    let app_wasm = the_one(&names, "app-", "_bg.wasm");
    let start = replace_once(&replace_once(START, "{{app}}", &app), "{{wasm}}", &app_wasm);
    let start = write_hashed(staging, "start", "js", &squeeze_script(&start));
    let style = join_styles(staging, page);
    let worker = version_worker(staging);
    let build = files::content_hash([&start, &style, &worker].map(|name| name.as_bytes()));
    Assets {
        start,
        style,
        worker,
        build,
    }
}

/// The addresses of the page's style sheets, in their order, as the page has them.
pub fn style_links(page: &str) -> Vec<&str> {
    let links = page.split("<link rel=\"stylesheet\" href=\"").skip(1);
    links
        .map(|rest| {
            rest.split('"')
                .next()
                .expect("split gives at least one part")
        })
        .collect()
}

fn join_styles(staging: &Path, page: &str) -> String {
    let mut joined = String::new();
    for link in style_links(page) {
        let path = staging.join(link.trim_start_matches("./"));
        let sheet = files::read_text(&path);
        assert!(
            !sheet.contains("@import"),
            "{link} imports: link each sheet in index.html"
        );
        joined.push_str(&squeeze_style(&sheet));
        joined.push('\n');
        files::remove(&path);
    }
    write_hashed(staging, "style", "css", &joined)
}

fn version_worker(staging: &Path) -> String {
    let contents = WORKER_FILES.map(|name| files::read(&staging.join(name)));
    let [glue, ..] = &contents;
    assert!(
        between(&String::from_utf8_lossy(glue), "\"./snippets/", "\"").is_none(),
        "the worker imports a script snippet, which lies outside its folder: \
         move snippets along with it in version_worker"
    );
    let folder = format!(
        "worker-{}",
        files::content_hash(contents.iter().map(Vec::as_slice))
    );
    for name in WORKER_FILES {
        files::rename(&staging.join(name), &staging.join(&folder).join(name));
    }
    format!("{folder}/worker_loader.js")
}

fn write_hashed(staging: &Path, stem: &str, extension: &str, text: &str) -> String {
    let name = format!(
        "{stem}-{}.{extension}",
        files::content_hash([text.as_bytes()])
    );
    files::write(&staging.join(&name), text.as_bytes());
    name
}

fn the_one(names: &[String], prefix: &str, suffix: &str) -> String {
    let mut found = names
        .iter()
        .filter(|name| name.starts_with(prefix) && name.ends_with(suffix) && !name.contains('/'));
    match (found.next(), found.next()) {
        (Some(name), None) => name.clone(),
        _ => panic!("expected exactly one file {prefix}…{suffix} among {names:?}"),
    }
}

/// Replaces `slot`, which must be there exactly once.
pub fn replace_once(text: &str, slot: &str, value: &str) -> String {
    let count = text.matches(slot).count();
    assert!(
        count == 1,
        "{slot} must stand exactly once, but stands {count} times"
    );
    text.replacen(slot, value, 1)
}

/// Without the lines that are only a comment, and without indentation.
pub fn squeeze_script(script: &str) -> String {
    let lines = script.lines().map(str::trim);
    let mut squeezed = String::with_capacity(script.len());
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with("//")) {
        squeezed.push_str(line);
        squeezed.push('\n');
    }
    squeezed
}

/// Without comments, indentation and empty lines: what a sheet's authors need and readers don't.
fn squeeze_style(sheet: &str) -> String {
    let mut squeezed = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, after)) = rest.split_once("/*") {
        squeezed.push_str(before);
        (_, rest) = after
            .split_once("*/")
            .expect("every comment of a style sheet is closed");
    }
    squeezed.push_str(rest);
    let lines = squeezed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_lose_comments_and_indentation() {
        let sheet = "/* why */\na {\n  color: red; /* and\n why */\n}\n\n";
        assert_eq!(squeeze_style(sheet), "a {\ncolor: red;\n}");
    }

    #[test]
    fn scripts_lose_comment_lines_only() {
        let script = "// why\nconst a = \"//b\";\n  run(a); // c\n";
        assert_eq!(squeeze_script(script), "const a = \"//b\";\nrun(a); // c\n");
    }

    #[test]
    fn style_sheets_keep_their_order() {
        let page = "<link rel=\"stylesheet\" href=\"./b.css\"/><link rel=\"stylesheet\" href=\"./a.css\"/>";
        assert_eq!(style_links(page), ["./b.css", "./a.css"]);
    }

    #[test]
    #[should_panic(expected = "exactly once, but stands 0 times")]
    fn a_slot_that_is_missing_stops_the_build() {
        replace_once("nothing", "{{app}}", "x");
    }
}
