//! Draws `Markup`, and draws it again with the least change: what the reader has opened, scrolled or
//! focused stays so where the elements are the same.

use std::borrow::Cow;

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::*;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types::{Element, Node};
use leptos::tachys::view::{Mountable, Position, PositionState};
use wasm_bindgen::JsCast;

use super::dom;
use crate::markup::Markup;

const SVG: &str = "http://www.w3.org/2000/svg";
const HTML: &str = "http://www.w3.org/1999/xhtml";

/// `Markup` as a part of a view: it comes from another crate, so it is wrapped for Leptos.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing(Markup);

pub trait Draw {
    fn draw(self) -> Drawing;
}

impl Draw for Markup {
    fn draw(self) -> Drawing {
        Drawing(self)
    }
}

/// What was drawn, and the nodes it became. Never empty, so that it keeps its place.
pub struct Drawn {
    list: Vec<Markup>,
    nodes: Vec<Node>,
}

fn list_of(markup: Markup) -> Vec<Markup> {
    let list = markup.into_list();
    if list.is_empty() {
        vec![Markup::Text(String::new())]
    } else {
        list
    }
}

fn create(markup: &Markup, space: &str) -> Node {
    match markup {
        Markup::Element {
            tag,
            attributes,
            children,
        } => {
            let space = if tag == "svg" { SVG } else { space };
            let element = dom::document()
                .create_element_ns(Some(space), tag)
                .expect("a tag name");
            for (name, value) in attributes {
                element
                    .set_attribute(name, value)
                    .expect("an attribute's name");
            }
            for child in children {
                append(&element, &create(child, space));
            }
            element.unchecked_into()
        }
        Markup::Text(text) => dom::document().create_text_node(text).unchecked_into(),
        Markup::Several(_) => unreachable!("lists hold elements and texts"),
    }
}

fn append(parent: &Node, child: &Node) {
    parent
        .append_child(child)
        .expect("a new node can be appended");
}

/// Makes `node`, drawn from `old`, look like `new`. The node that stands there afterwards.
fn patch(node: &Node, old: &Markup, new: &Markup, space: &str) -> Node {
    match (old, new) {
        _ if old == new => {}
        (Markup::Text(_), Markup::Text(text)) => node.set_text_content(Some(text)),
        (
            Markup::Element {
                tag,
                attributes,
                children,
            },
            Markup::Element {
                tag: new_tag,
                attributes: new_attributes,
                children: new_children,
            },
        ) if tag == new_tag => {
            let element: &Element = node.unchecked_ref();
            patch_attributes(element, attributes, new_attributes);
            patch_children(
                element,
                children,
                new_children,
                if tag == "svg" { SVG } else { space },
            );
        }
        _ => {
            let fresh = create(new, space);
            let parent = node.parent_node().expect("what is drawn has a parent");
            parent
                .replace_child(&fresh, node)
                .expect("a child can be replaced");
            return fresh;
        }
    }
    node.clone()
}

fn patch_attributes(
    element: &Element,
    old: &[(Cow<'static, str>, String)],
    new: &[(Cow<'static, str>, String)],
) {
    for (name, value) in new.iter().filter(|attribute| !old.contains(attribute)) {
        element
            .set_attribute(name, value)
            .expect("an attribute's name");
    }
    for (name, _) in old
        .iter()
        .filter(|(name, _)| !new.iter().any(|(kept, _)| kept == name))
    {
        element.remove_attribute(name).expect("an attribute's name");
    }
}

fn patch_children(parent: &Node, old: &[Markup], new: &[Markup], space: &str) {
    let nodes = parent.child_nodes();
    for (at, child) in new.iter().enumerate() {
        match (old.get(at), nodes.get(at as u32)) {
            (Some(before), Some(node)) => {
                patch(&node, before, child, space);
            }
            _ => append(parent, &create(child, space)),
        }
    }
    for _ in new.len()..old.len() {
        let last = parent.last_child().expect("an old child");
        parent.remove_child(&last).expect("its own child");
    }
}

impl Render for Drawing {
    type State = Drawn;

    fn build(self) -> Drawn {
        let list = list_of(self.0);
        let nodes = list.iter().map(|markup| create(markup, HTML)).collect();
        Drawn { list, nodes }
    }

    fn rebuild(self, state: &mut Drawn) {
        let list = list_of(self.0);
        let kept = list.len().min(state.list.len());
        for ((node, before), after) in state.nodes.iter_mut().zip(&state.list).zip(&list) {
            *node = patch(node, before, after, HTML);
        }
        for node in state.nodes.drain(kept..) {
            remove(&node);
        }
        for markup in &list[kept..] {
            let node = create(markup, HTML);
            let last = &state.nodes[state.nodes.len() - 1];
            let parent = last.parent_node().expect("what is drawn has a parent");
            parent
                .insert_before(&node, last.next_sibling().as_ref())
                .expect("a new node beside an old one");
            state.nodes.push(node);
        }
        state.list = list;
    }
}

fn remove(node: &Node) {
    if let Some(parent) = node.parent_node() {
        parent.remove_child(node).expect("its own child");
    }
}

impl Mountable for Drawn {
    fn unmount(&mut self) {
        self.nodes.iter().for_each(remove);
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        for node in &self.nodes {
            parent
                .insert_before(node, marker)
                .expect("a node can be placed");
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let Some(parent) = self.nodes[0].parent_element() else {
            return false;
        };
        child.mount(&parent, Some(&self.nodes[0]));
        true
    }

    fn elements(&self) -> Vec<Element> {
        self.nodes
            .iter()
            .filter_map(|node| node.dyn_ref::<Element>().cloned())
            .collect()
    }
}

/// What `view!` asks of its parts beyond drawing; nothing of it is used by a page without a server.
impl AddAnyAttr for Drawing {
    type Output<NewAttr: Attribute> = Drawing;

    fn add_any_attr<NewAttr: Attribute>(self, _attribute: NewAttr) -> Drawing {
        self
    }
}

impl RenderHtml for Drawing {
    type AsyncOutput = Drawing;
    type Owned = Drawing;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Drawing {
        self
    }

    fn to_html_with_buf(
        self,
        _buffer: &mut String,
        _position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _attributes: Vec<AnyAttribute>,
    ) {
        unreachable!("the site is written by another crate");
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        _cursor: &Cursor,
        _position: &PositionState,
    ) -> Drawn {
        unreachable!("islands are drawn anew");
    }

    fn into_owned(self) -> Drawing {
        self
    }
}
