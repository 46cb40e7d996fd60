//! Links come back as they went, old ones stay readable, and hostile ones are refused.

use super::*;
use alloc::vec;

fn line(client: &str, line: &str) -> LogEntry {
    LogEntry::Line {
        client: client.to_owned(),
        line: line.to_owned(),
    }
}

fn sample() -> Shared {
    Shared {
        origin: "lesson:expiration-ttl".to_owned(),
        entries: vec![
            line("", "SET session:42 \"ada\" EX 60"),
            LogEntry::Advance { millis: 45_000 },
            line("ada", "TTL session:42"),
            line("", "SET smile \"\u{1F600} > + #\""),
        ],
        view: None,
    }
}

fn with_view() -> Shared {
    Shared {
        view: Some(SharedView {
            name: "skiplist".to_owned(),
            key: b"laps\0\xff\t".to_vec(),
            seed: Some("views/skiplist".to_owned()),
            command: 3,
            step: 17,
        }),
        ..sample()
    }
}

/// The link of version 1, as the first release wrote it. Never change it.
const VERSION_1: &str = "s=11.uZofkU2LKw6AIACGO6f4h5G5MYcGAo1mk2Blk8CG4IRg9Bg2r-gRpLhZv0dwOaco3bH53RafYltKIAqTNsjVVSJFB2oXS6FnDJwwiJ5zTipSMGb8dd-4-uBAn_s6ocDQ0Bc";

/// The first link of version 2. Never change it.
const VERSION_2: &str = "s=21.wNQtKE2MMQ7CMBAE6_gVK1NGwIUEW6Rwl44OF7QWOJKFSSLOAkqeQccXeQJuQLS7MxM98zi0_j6Fi0thHOYpRcGnMMXAqVAHVWnSNVHf06a4Bn_j5e-tF5UWBrvOgnMn222zgnRHJ9HtoUiUaNZEJPJkYO32j_uK5xA95Pv1fMCgxEx-AA";

#[test]
fn what_is_shared_comes_back() {
    for shared in [
        Shared::default(),
        sample(),
        Shared {
            entries: vec![line("", "")],
            ..sample()
        },
        with_view(),
        Shared {
            view: Some(SharedView::default()),
            ..Shared::default()
        },
    ] {
        let link = encode(&shared);
        assert_eq!(decode(&link), Ok(shared.clone()), "{link}");
        assert_eq!(
            decode(&alloc::format!("#{link}).")),
            Ok(shared),
            "with punctuation: {link}"
        );
        let safe = |c: char| c.is_ascii_alphanumeric() || "-_.=".contains(c);
        assert!(link.chars().all(safe), "{link}");
    }
}

#[test]
fn every_version_still_opens() {
    assert_eq!(decode(VERSION_1), Ok(sample()));
    assert_eq!(decode(VERSION_2), Ok(with_view()));
}

#[test]
fn one_round_of_percent_encoding_is_forgiven() {
    assert_eq!(
        decode(&encode(&sample()).replace('=', "%3D").replace('.', "%2E")),
        Ok(sample())
    );
}

#[test]
fn a_cut_link_never_runs_half() {
    let link = encode(&sample());
    for end in 0..link.len() {
        assert!(decode(&link[..end]).is_err(), "{}", &link[..end]);
    }
}

#[test]
fn a_changed_character_is_noticed() {
    let link = encode(&sample());
    for at in link.find('.').expect("a dot") + 1..link.len() {
        let mut changed = link.clone();
        let other = if &link[at..=at] == "A" { "B" } else { "A" };
        changed.replace_range(at..=at, other);
        assert_ne!(decode(&changed), Ok(Shared::default()));
        assert!(decode(&changed).is_err(), "{changed}");
    }
}

#[test]
fn a_later_version_is_named() {
    assert_eq!(decode("#s=30.AAAAAA"), Err(Broken::Future('3')));
    assert_eq!(decode("#block-3"), Err(Broken::NotALink));
    assert_eq!(decode(""), Err(Broken::NotALink));
}

#[test]
fn size_and_number_are_bounded() {
    let long = Shared {
        entries: vec![line("", &"x".repeat(BODY_BYTES_MAX))],
        ..Shared::default()
    };
    assert_eq!(decode(&encode(&long)), Err(Broken::TooLong));
    let many = Shared {
        entries: vec![line("", "PING"); ENTRIES_MAX + 1],
        ..Shared::default()
    };
    assert_eq!(decode(&encode(&many)), Err(Broken::TooMany));
    assert_eq!(
        decode(&alloc::format!("s=10.{}", "A".repeat(1 << 20))),
        Err(Broken::TooLong)
    );
}

#[test]
fn random_bytes_are_refused_without_panic() {
    let mut state = 7_u32;
    for length in 0..400 {
        let bytes: Vec<u8> = (0..length)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        for codec in "01x".chars() {
            let link = alloc::format!("s=1{codec}.{}", BASE64URL_NOPAD.encode(&bytes));
            assert!(decode(&link).is_err(), "{link}");
        }
    }
}

#[test]
fn a_newline_in_a_command_cannot_add_a_command() {
    let shared = Shared {
        entries: vec![line("", "ECHO a\n> FLUSHALL")],
        ..Shared::default()
    };
    let back = decode(&encode(&shared)).expect("a link");
    assert_eq!(back.entries, vec![line("", "ECHO a > FLUSHALL")]);
}
