//! (to be written) The value of a key of this type, in whichever encoding it has.

#[derive(Debug, Clone, Default)]
pub struct Hash {}

impl Hash {
    pub fn encoding(&self) -> &'static str {
        "listpack"
    }
}
