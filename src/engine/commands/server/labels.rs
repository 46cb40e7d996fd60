//! What no syntax line says of an argument, and COMMAND DOCS tells: the name of a group, another text to show, since
//! which version there is it. `cargo xtask record --commands` writes the lines.

use std::collections::BTreeMap;

/// A command, then `place:name/shown@since!deprecated` for each argument that needs it; all but the place may be left
/// out. Places count from 0, each argument before its parts.
const RECORDED: &str = include_str!("labels.txt");

#[derive(Debug, Clone, Copy, Default)]
pub struct Label {
    pub name: Option<&'static str>,
    pub shown: Option<&'static str>,
    pub since: Option<&'static str>,
    pub deprecated: Option<&'static str>,
}

/// By the argument's place.
pub fn of(command: &str) -> BTreeMap<usize, Label> {
    let mut lines = RECORDED.lines().filter_map(|line| line.split_once(' '));
    let found = lines.find(|(name, _)| *name == command);
    let words = found.map_or("", |(_, labels)| labels).split_whitespace();
    words.filter_map(label).collect()
}

fn label(word: &'static str) -> Option<(usize, Label)> {
    let (place, text) = word.split_once(':')?;
    let (text, deprecated) = cut(text, '!');
    let (text, since) = cut(text, '@');
    let (name, shown) = cut(text, '/');
    let label = Label {
        name: Some(name).filter(|name| !name.is_empty()),
        shown,
        since,
        deprecated,
    };
    Some((place.parse().ok()?, label))
}

fn cut(text: &'static str, at: char) -> (&'static str, Option<&'static str>) {
    text.split_once(at)
        .map_or((text, None), |(before, after)| (before, Some(after)))
}
