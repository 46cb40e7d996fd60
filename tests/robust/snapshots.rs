//! RDB files: what loads can be used, saved, and loaded again as the same.

use super::loaded::{NOW, check_all, start};

pub fn check(bytes: &[u8]) {
    let files = [("dump.rdb".to_string(), bytes.to_vec())];
    // A checksum is no defense against somebody who means it.
    let Ok(engine) = start(&files, &[("rdbchecksum", "no")], NOW) else {
        return;
    };
    check_all(engine);
}
