//! The session behind `postMessage`.
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub fn answer(x: u32) -> String {
    format!("{x}")
}

fn main() {}
