//! `conformance.md` says what holds now. The test prints what is refused honestly, and what is open.

use tests::tables;

#[test]
fn the_table_is_not_stale() {
    tables::conformance().check();
}
