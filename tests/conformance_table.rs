//! `conformance.md` says what holds now. The test prints what is refused honestly, and what is open.

use tests::conformance::{PATH, Table};
use tests::files;

#[test]
fn the_table_is_not_stale() {
    let table = Table::collect();
    println!("{}", table.summary());
    assert!(
        files::read(PATH) == table.to_string(),
        "{PATH} is stale: run `cargo xtask conformance` and read its diff"
    );
}
