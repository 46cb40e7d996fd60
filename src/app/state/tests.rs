//! Nothing that a reader did in any tab is lost, and nothing unreadable is overwritten.

use messages::LogEntry;

use super::backup::{Backup, Refused};
use super::progress::{self, Progress};
use super::record::{self, Record, Solved};
use super::*;

fn line(text: &str) -> LogEntry {
    LogEntry::Line {
        client: String::new(),
        line: text.to_owned(),
    }
}

#[test]
fn what_is_written_is_read() {
    let mut record = Record {
        revision: 3,
        log: vec![line("SET a 1"), LogEntry::Advance { millis: 5 }],
        ..Record::default()
    };
    record.edits.insert(2, "GET a".into());
    record.solved.insert(
        0,
        Solved {
            commands: 1,
            answer: "SET a 1".into(),
        },
    );
    assert_eq!(read(&write(&record)), Ok(record));
    assert_eq!(read::<Record>("{\"version\":1}"), Ok(Record::default()));
}

#[test]
fn other_formats_are_told_apart() {
    assert_eq!(
        read::<Record>("{\"version\":2,\"log\":7}"),
        Err(Unreadable::Future(2))
    );
    for text in [
        "",
        "null",
        "{}",
        "{\"version\":1,\"log\":7}",
        "{\"version\":1",
        "[1]",
    ] {
        assert_eq!(read::<Record>(text), Err(Unreadable::Corrupt), "{text}");
    }
}

/// Two tabs run commands, edit and answer in a random order, each writing from its own base.
#[test]
fn two_tabs_lose_nothing() {
    for seed in 0..200_u32 {
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        let mut draw = |limit: u32| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state % limit
        };
        let mut stored = Record::default();
        let mut tabs = [
            (Record::default(), Record::default()),
            (Record::default(), Record::default()),
        ];
        let mut all = Vec::new();
        for step in 0..40 {
            let (base, mine) = &mut tabs[draw(2) as usize];
            let text = format!("SET k {step}");
            mine.log.push(line(&text));
            all.push(line(&text));
            mine.edits.insert(step, text);
            if draw(3) > 0 {
                let (merged, _) = record::merge(base, &stored, mine);
                stored = merged.clone();
                (*base, *mine) = (merged.clone(), merged);
            }
        }
        for (base, mine) in &mut tabs {
            stored = record::merge(base, &stored, mine).0;
        }
        for entry in &all {
            assert_eq!(
                stored.log.iter().filter(|at| *at == entry).count(),
                1,
                "seed {seed}: {entry:?}"
            );
        }
        assert_eq!(stored.edits.len(), 40, "seed {seed}");
    }
}

#[test]
fn a_reset_wins_over_older_work_and_keeps_newer() {
    let base = Record {
        revision: 1,
        log: vec![line("old")],
        ..Record::default()
    };
    let reset = Record {
        revision: 2,
        ..base.reset()
    };
    let mut other = base.clone();
    other.log.push(line("new"));
    let (merged, met) = record::merge(&base, &reset, &other);
    assert!(met);
    assert_eq!((merged.log, merged.resets), (vec![line("new")], 1));
}

#[test]
fn the_later_mark_counts() {
    let mut here = Progress::default();
    here.mark("strings", true, 10);
    let mut there = Progress::default();
    there.mark("strings", false, 20);
    there.mark("lists", true, 5);
    there.see("lists", 30);
    for merged in [
        progress::merge(&here, &there),
        progress::merge(&there, &here),
    ] {
        assert!(!merged.is_done("strings"));
        assert_eq!(merged.count(["strings", "lists"]), 1);
    }
}

#[test]
fn next_up_goes_on_from_where_the_reader_was() {
    let slugs = ["a", "b", "c", "d"];
    let mut progress = Progress::default();
    assert_eq!(progress.next_up(&slugs), Some("a"));
    progress.see("b", 5);
    assert_eq!(progress.next_up(&slugs), Some("b"));
    progress.mark("b", true, 6);
    assert_eq!(progress.next_up(&slugs), Some("c"));
    for slug in ["c", "d"] {
        progress.mark(slug, true, 7);
    }
    assert_eq!(progress.next_up(&slugs), Some("a"));
    progress.mark("a", true, 8);
    assert_eq!(progress.next_up(&slugs), None);
}

#[test]
fn a_backup_comes_back_and_nothing_else_does() {
    let mut progress = Progress::default();
    progress.mark("strings", true, 10);
    let pages = [(
        "lesson:strings".to_owned(),
        Record {
            log: vec![line("PING")],
            ..Record::default()
        },
    )];
    let backup = Backup::new(progress, pages.into_iter().collect());
    assert_eq!(Backup::from_file(&backup.to_file()), Ok(backup));
    assert_eq!(
        Backup::from_file("{\"version\":9}"),
        Err(Refused::Future(9))
    );
    assert_eq!(
        Backup::from_file("{\"version\":1,\"log\":[]}"),
        Err(Refused::NotABackup)
    );
}
