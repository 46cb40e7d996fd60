//! The types, each with its encodings and the rules for changing between them. They know no commands.

pub mod hash;
pub mod list;
pub mod set;
pub mod sorted_set;
pub mod stream;
pub mod string;
mod told;
pub mod vector_set;
