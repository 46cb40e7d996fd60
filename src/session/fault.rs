//! Where a script failed, as the server's own text says it: `user_script:3: …` of what cannot be compiled,
//! `… script: SUM, on @user_script:3.` of what failed while it ran.

use messages::Fault;

const CHUNKS: [&str; 2] = ["user_script:", "user_function:"];

/// The line that a printed error names, and what it says about it.
pub(crate) fn of(output: &str) -> Option<Fault> {
    let text = output.strip_prefix("(error) ").unwrap_or(output);
    let text = text.strip_prefix("ERR ").unwrap_or(text);
    let (said, place) = match text.rsplit_once(" script: ") {
        Some((said, place)) if place.contains("on @user_") => (said, place),
        _ => (text, text),
    };
    let (_, line, _) = position(place)?;
    let said = position(said).map_or(said, |(_, _, after)| after.trim_start_matches([':', ' ']));
    Some(Fault {
        line,
        text: said.trim().to_string(),
    })
}

/// What stands before a position, its line, and what stands after it.
fn position(text: &str) -> Option<(&str, u32, &str)> {
    CHUNKS.iter().find_map(|chunk| {
        let (before, after) = text.split_once(chunk)?;
        let digits = after
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(after.len());
        let line = after[..digits].parse().ok()?;
        Some((before, line, &after[digits..]))
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn errors_have_a_line_and_a_text() {
        for (output, line, text) in [
            (
                "(error) ERR Error compiling script (new function): user_script:3: '=' expected near 'x'",
                3,
                "'=' expected near 'x'",
            ),
            (
                "(error) ERR user_script:2: attempt to index local 'a' (a nil value) script: 97ef, on @user_script:2.",
                2,
                "attempt to index local 'a' (a nil value)",
            ),
            (
                "(error) WRONGTYPE Operation against a key holding the wrong kind of value script: 97ef, on @user_script:7.",
                7,
                "WRONGTYPE Operation against a key holding the wrong kind of value",
            ),
            (
                "(error) ERR Error compiling function: user_function:4: unexpected symbol near 'end'",
                4,
                "unexpected symbol near 'end'",
            ),
        ] {
            let fault = of(output).expect("a line");
            assert_eq!((fault.line, fault.text.as_str()), (line, text), "{output}");
        }
        assert_eq!(
            of("(error) NOSCRIPT No matching script. Please use EVAL."),
            None
        );
        assert_eq!(of("(error) ERR say script: of what"), None);
    }
}
