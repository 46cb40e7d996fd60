//! Commands that redis-server 8.2.3 has and this engine has not yet. They are answered honestly: an "unknown
//! command" would say that Redis lacks them.

use crate::error::Error;

/// Names by group. Whoever adds a command to the table takes its name away here; a test sees to it.
pub const MISSING: &[(&str, &[&str])] = &[(
    "scripting",
    &[
        "eval",
        "eval_ro",
        "evalsha",
        "evalsha_ro",
        "fcall",
        "fcall_ro",
        "function",
        "script",
    ],
)];

/// The honest answer to a command that is not in the table, if Redis has it.
pub fn explain(name: &[u8]) -> Option<Error> {
    let lower = String::from_utf8(name.to_ascii_lowercase()).ok()?;
    let (group, _) = MISSING
        .iter()
        .find(|(_, names)| names.contains(&lower.as_str()))?;
    let upper = lower.to_ascii_uppercase();
    Some(Error::NotEmulated(format!(
        "{upper} (group {group}) is a command of Redis that is missing here"
    )))
}

#[cfg(test)]
mod tests {
    use super::MISSING;
    use crate::command::table;

    #[test]
    fn what_is_declared_is_not_missing() {
        let names: Vec<&str> = MISSING
            .iter()
            .flat_map(|(_, names)| names.iter().copied())
            .collect();
        assert!(!names.is_empty(), "an empty list needs no file");
        let declared: Vec<&&str> = names
            .iter()
            .filter(|name| table().find(name.as_bytes()).is_some())
            .collect();
        assert!(
            declared.is_empty(),
            "declared, and called missing: {declared:?}"
        );
    }
}
