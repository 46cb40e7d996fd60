//! A quicklist: a chain of listpacks, so that both ends are cheap and the middle stays small.

use crate::snapshot::QuicklistNode;

use crate::parts::{self, note};
use messages::format::{bytes, counted, cut, text_of};
use messages::markup::{Markup, el, several};

const NODES_MAX: usize = 40;

pub fn picture(nodes: &[QuicklistNode]) -> Markup {
    let hidden = nodes.len().saturating_sub(NODES_MAX);
    let more = (hidden > 0)
        .then(|| el("li", "node").append(el("span", "node-head").say(&format!("{hidden} more"))));
    several([
        note(&format!(
            "{}, linked both ways. LPUSH works on the first, RPUSH on the last.",
            counted(nodes.len() as u64, "node")
        )),
        el("ol", "nodes")
            .with("aria-label", "Nodes from head to tail")
            .add_all(nodes.iter().take(NODES_MAX).map(one))
            .add_if(more),
    ])
}

pub fn table(nodes: &[QuicklistNode]) -> Markup {
    let rows = nodes.iter().enumerate().map(|(at, node)| {
        let sizes = [at as u32 + 1, node.entries, node.bytes].map(|number| number.to_string());
        sizes
            .into_iter()
            .chain([text_of(&node.first), text_of(&node.last)])
            .collect()
    });
    parts::table(&["Node", "Elements", "Bytes", "First", "Last"], rows)
}

fn one(node: &QuicklistNode) -> Markup {
    let mut ends = cut(&text_of(&node.first), 18);
    if node.entries > 1 {
        ends = format!("{ends} … {}", cut(&text_of(&node.last), 18));
    }
    let size = format!(
        "{} · {}",
        counted(node.entries.into(), "element"),
        bytes(node.bytes.into())
    );
    el("li", "node")
        .append(el("span", "node-head").say(if node.plain { "plain" } else { "listpack" }))
        .append(el("span", "node-size").say(&size))
        .append(el("span", "node-ends").say(&ends))
}
