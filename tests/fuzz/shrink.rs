//! From a long run that differs to the shortest one that still does.

use crate::generate::Input;
use crate::keyspace;
use crate::play::{Outcome, Pair};

/// Runs at most so often; what is left then is short enough to read.
const RUNS_MAX: usize = 400;

/// A transcript of the difference.
pub fn report(pair: &mut Pair, seed: u64, inputs: Vec<Input>, first: String) -> String {
    let full = inputs.len();
    let Some((shortest, difference)) = shrink(pair, seed, inputs.clone()) else {
        let last: Vec<String> = inputs
            .iter()
            .rev()
            .take(20)
            .rev()
            .map(|input| format!("    {input}\n"))
            .collect();
        return format!(
            "seed {seed}: a difference after {full} inputs that did not show again: something depends on chance or \
             on real time. The last inputs:\n\n{}\n       {first}\n",
            last.concat()
        );
    };
    let mut text = format!(
        "seed {seed}: a difference after {full} inputs; {} remain\n\n",
        shortest.len()
    );
    for input in &shortest {
        text.push_str(&format!("    {input}\n"));
    }
    text.push_str(&format!("\n       {difference}\n"));
    text
}

/// None if the difference does not show again.
fn shrink(pair: &mut Pair, seed: u64, mut inputs: Vec<Input>) -> Option<(Vec<Input>, String)> {
    let (at, mut difference) = first_difference(pair, seed, &inputs)?;
    inputs.truncate(at + 1);
    let mut runs = 0;
    let mut chunk = inputs.len() / 2;
    while chunk > 0 && runs < RUNS_MAX {
        let mut start = 0;
        while start < inputs.len() && runs < RUNS_MAX {
            let end = (start + chunk).min(inputs.len());
            let fewer: Vec<Input> = inputs[..start]
                .iter()
                .chain(&inputs[end..])
                .cloned()
                .collect();
            runs += 1;
            match first_difference(pair, seed, &fewer) {
                Some((at, text)) => {
                    inputs = fewer;
                    inputs.truncate(at + 1);
                    difference = text;
                }
                None => start = end,
            }
        }
        chunk /= 2;
    }
    Some((inputs, difference))
}

/// Where the two part: the index of the input, or the last one for the keyspace at the end.
fn first_difference(pair: &mut Pair, seed: u64, inputs: &[Input]) -> Option<(usize, String)> {
    pair.reset(seed);
    for (index, input) in inputs.iter().enumerate() {
        // A client that waits after fewer commands cannot be given more.
        if let Input::Command { client, .. } = input
            && pair.is_waiting(*client)
        {
            continue;
        }
        if let Outcome::Differ(text) = pair.play(input) {
            return Some((index, text));
        }
    }
    keyspace::compare(pair).map(|text| (inputs.len().saturating_sub(1), text))
}
