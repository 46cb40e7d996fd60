//! The content security policy of a page: own scripts, wasm, and the inline scripts of the frame.
//!
//! A typed command or a share link is never markup; should one slip through, it cannot run.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

/// Inline scripts are allowed by their hash. Styles may be set by attributes, scripts may not.
pub fn for_page(page: &str) -> String {
    let hashes: String = inline_scripts(page)
        .map(|script| format!(" 'sha256-{}'", BASE64.encode(&Sha256::digest(script))))
        .collect();
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{hashes}; \
         style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self'; \
         object-src 'none'; base-uri 'none'; form-action 'none'"
    )
}

fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    let scripts = page.split("<script>").skip(1);
    scripts.map(|rest| {
        rest.split("</script>")
            .next()
            .expect("split gives at least one part")
    })
}

#[cfg(test)]
mod tests {
    use super::for_page;

    #[test]
    fn an_inline_script_is_allowed_by_its_hash() {
        let policy =
            for_page("<script src=\"./a.js\"></script><script>alert('Hello, world.');</script>");
        // The example of the specification (CSP Level 3, section 8.3).
        assert!(
            policy.contains(" 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='; "),
            "{policy}"
        );
    }
}
