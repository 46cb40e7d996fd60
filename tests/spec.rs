//! `tests/spec/`: transcripts recorded from the real server, replayed in the engine.

use tests::files;
use tests::pages;
use tests::replay::{Emulated, play_blocks};

use crate::{conclude, differences};

#[test]
fn the_engine_answers_as_recorded() {
    let mut problems = Vec::new();
    let mut count = 0;
    for path in files::markdown_below("tests/spec") {
        let page = match pages::read(&path, &files::read(&path)) {
            Ok(page) => page,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let mut world = Emulated::new(&path);
        play_blocks(&page, &mut world, &mut |player, steps| {
            count += steps.len();
            problems.extend(differences(&path, player, steps));
        });
    }
    conclude("recorded replies", count, problems);
}
