//! Every reference in every page leads somewhere: to a file of the site, or to an id in a page.
//!
//! Addresses of other sites are not looked up.

use crate::files;
use std::collections::BTreeSet;
use std::path::Path;

/// Stops the build with a list of the references that lead nowhere.
pub fn check(staging: &Path) {
    let names: BTreeSet<String> = files::list(staging).into_iter().collect();
    let mut dead = Vec::new();
    for page in names.iter().filter(|name| name.ends_with("index.html")) {
        let text = files::read_text(&staging.join(page));
        for link in references(&text) {
            if !leads_somewhere(link, page, &text, &names, staging) {
                dead.push(format!("  {page}: {link}"));
            }
        }
    }
    assert!(
        dead.is_empty(),
        "references that lead nowhere:\n{}",
        dead.join("\n")
    );
}

fn references(page: &str) -> impl Iterator<Item = &str> {
    ["href=\"", "src=\"", "data-worker=\""]
        .into_iter()
        .flat_map(|attribute| {
            page.split(attribute)
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
        })
}

fn leads_somewhere(
    link: &str,
    page: &str,
    text: &str,
    names: &BTreeSet<String>,
    staging: &Path,
) -> bool {
    if link.contains(':') {
        return true;
    }
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    if path.is_empty() {
        return fragment.is_empty() || has_id(text, fragment);
    }
    let Some(target) = resolve(page, path) else {
        return false;
    };
    if !names.contains(&target) {
        return false;
    }
    if fragment.is_empty() {
        return true;
    }
    let text = files::read_text(&staging.join(target));
    // An announced lesson has no headings yet; a link to one of them opens the page's top.
    has_id(&text, fragment) || text.contains("data-route=\"unwritten\"")
}

fn has_id(page: &str, id: &str) -> bool {
    page.contains(&format!(" id=\"{id}\""))
}

/// The file that `link` means in the file `page`; `None` where it leads out of the site.
fn resolve(page: &str, link: &str) -> Option<String> {
    if link.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let folder = link.ends_with('/') || link.ends_with("..") || link == ".";
    if folder {
        parts.push("index.html");
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    fn check(page: &str, link: &str, expected: Option<&str>) {
        assert_eq!(resolve(page, link).as_deref(), expected, "{link} in {page}");
    }

    #[test]
    fn links_are_relative_to_their_page() {
        check("index.html", "./", Some("index.html"));
        check("index.html", "./lessons/a/", Some("lessons/a/index.html"));
        check(
            "lessons/a/index.html",
            "../b/",
            Some("lessons/b/index.html"),
        );
        check("lessons/a/index.html", "../../app-1f.js", Some("app-1f.js"));
        check("lessons/a/index.html", "../../../up/", None);
        check("index.html", "/rooted/", None);
    }
}
