//! (to be written)

pub fn matches(_pattern: &[u8], _text: &[u8], _nocase: bool) -> bool {
    false
}
