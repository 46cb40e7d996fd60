//! (to be written) The value of a key of this type, in whichever encoding it has.

#[derive(Debug, Clone, Default)]
pub struct SortedSet {}

impl SortedSet {
    pub fn encoding(&self) -> &'static str {
        "listpack"
    }
}
