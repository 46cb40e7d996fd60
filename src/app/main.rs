//! The page's entry point: everything else is in the library, so that tests can reach it.

fn main() {
}
