//! Elements as data, for what shows and does not act: pictures, tables, lines of a transcript.
//! `view!` compiles code for each element it names; these are drawn by one function
//! (`web/draw.rs`), and the functions
//! that make them stay calls. There is no way in for HTML: texts are text nodes, values are attributes.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Names of tags and attributes are written in code, except where a drawing came in a message.
type Name = Cow<'static, str>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Markup {
    Text(String),
    Element {
        tag: Name,
        attributes: Vec<(Name, String)>,
        children: Vec<Markup>,
    },
    /// One after another, without an element around them.
    Several(Vec<Markup>),
}

/// An element. An empty class is none.
#[inline(never)]
pub fn el(tag: &'static str, class: &str) -> Markup {
    let element = Markup::Element {
        tag: Name::Borrowed(tag),
        attributes: Vec::new(),
        children: Vec::new(),
    };
    if class.is_empty() {
        element
    } else {
        element.with("class", class)
    }
}

pub fn text(words: &str) -> Markup {
    Markup::Text(words.to_owned())
}

pub fn several(parts: impl IntoIterator<Item = Markup>) -> Markup {
    let mut all = Vec::new();
    parts.into_iter().for_each(|part| part.add_to(&mut all));
    Markup::Several(all)
}

impl Markup {
    /// An attribute.
    #[inline(never)]
    pub fn with(mut self, name: &'static str, value: &str) -> Markup {
        if let Markup::Element { attributes, .. } = &mut self {
            attributes.push((Name::Borrowed(name), value.to_owned()));
        }
        self
    }

    /// Puts `child` at the end.
    #[inline(never)]
    pub fn append(mut self, child: Markup) -> Markup {
        if let Markup::Element { children, .. } | Markup::Several(children) = &mut self {
            child.add_to(children);
        }
        self
    }

    #[inline(never)]
    pub fn say(self, words: &str) -> Markup {
        self.append(text(words))
    }

    #[inline(never)]
    pub fn add_if(self, child: Option<Markup>) -> Markup {
        match child {
            Some(child) => self.append(child),
            None => self,
        }
    }

    pub fn add_all(self, children: impl IntoIterator<Item = Markup>) -> Markup {
        children.into_iter().fold(self, Markup::append)
    }

    /// Elements and texts, side by side.
    pub fn into_list(self) -> Vec<Markup> {
        let mut list = Vec::new();
        self.add_to(&mut list);
        list
    }

    fn add_to(self, list: &mut Vec<Markup>) {
        match self {
            Markup::Several(parts) => list.extend(parts),
            one => list.push(one),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_side_by_side() {
        let words = several([text("a"), several([text("b"), el("i", "")])]);
        let list = el("p", "note").append(words.clone()).add_if(None).say("1");
        let Markup::Element {
            attributes,
            children,
            ..
        } = list
        else {
            panic!("an element")
        };
        assert_eq!(attributes, [(Name::Borrowed("class"), "note".to_owned())]);
        assert_eq!(children, [text("a"), text("b"), el("i", ""), text("1")]);
        assert_eq!(words.into_list().len(), 3);
    }
}
