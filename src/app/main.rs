//! The page.
fn main() {
    web_sys::console::log_1(&"started".into());
}
