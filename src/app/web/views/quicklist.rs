//! A quicklist: a chain of listpacks, so that both ends are cheap and the middle stays small.

use leptos::prelude::*;
use messages::QuicklistNode;

use super::as_table;
use crate::format::{bytes, counted, cut, text_of};

const NODES_MAX: usize = 40;

pub fn picture(nodes: &[QuicklistNode]) -> AnyView {
    let boxes = nodes.iter().take(NODES_MAX).map(|node| {
        let (first, last) = (cut(&text_of(&node.first), 18), cut(&text_of(&node.last), 18));
        let kind = if node.plain { "plain" } else { "listpack" };
        view! {
            <li class="node">
                <span class="node-head">{kind}</span>
                <span class="node-size">{counted(node.entries.into(), "element")}" · "{bytes(node.bytes.into())}</span>
                <span class="node-ends">{first}{(node.entries > 1).then(|| format!(" … {last}"))}</span>
            </li>
        }
    });
    let boxes = boxes.collect_view();
    let hidden = nodes.len().saturating_sub(NODES_MAX);
    let rows = nodes.iter().enumerate().map(|(at, node)| {
        vec![(at + 1).to_string(), node.entries.to_string(), node.bytes.to_string(), text_of(&node.first), text_of(&node.last)]
    });
    let rows = rows.collect();
    view! {
        <p class="picture-note">{format!("{}, linked both ways. LPUSH works on the first, RPUSH on the last.", counted(nodes.len() as u64, "node"))}</p>
        <ol class="nodes" aria-label="Nodes from head to tail">
            {boxes}
            {(hidden > 0).then(|| view! { <li class="node"><span class="node-head">{format!("{hidden} more")}</span></li> })}
        </ol>
        {as_table(&["Node", "Elements", "Bytes", "First", "Last"], rows)}
    }
    .into_any()
}
