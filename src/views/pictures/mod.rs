//! Still pictures of what a key consists of.

pub mod intset;
pub mod listpack;
pub mod quicklist;
pub mod string;
pub mod table;

use messages::markup::{Markup, el};

use crate::snapshot::{Body, Key};

/// None for a structure with a visualiser of its own.
pub fn still(key: &Key) -> Option<Markup> {
    Some(match &key.body {
        Body::Bytes(content) | Body::Hyperloglog(content) => string::picture(content, &key.row),
        Body::Listpack(packed) => listpack::picture(packed),
        Body::Intset {
            width_bytes,
            values,
        } => intset::picture(*width_bytes, values),
        Body::Quicklist(nodes) => quicklist::picture(nodes),
        Body::Table { dict, .. } => table::picture(dict),
        Body::Skiplist(_) => return None,
        Body::Other => el("p", "empty").say("There is no picture of this type yet."),
    })
}

/// What the picture says, in rows.
pub fn table(key: &Key) -> Option<Markup> {
    match &key.body {
        Body::Listpack(packed) => Some(listpack::table(packed)),
        Body::Intset {
            width_bytes,
            values,
        } => Some(intset::table(*width_bytes, values)),
        Body::Quicklist(nodes) => Some(quicklist::table(nodes)),
        Body::Table { entries, .. } => Some(table::table(entries)),
        Body::Bytes(_) | Body::Hyperloglog(_) | Body::Skiplist(_) | Body::Other => None,
    }
}
