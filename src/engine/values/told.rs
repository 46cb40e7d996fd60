//! A change of encoding, told with the rule that asked for it (`trace`).

use crate::config::Limits;

#[cold]
pub fn converted(from: &'static str, to: &'static str, why: String) {
    trace::tell(trace::Event::Encoding { from, to, why });
}

/// Which of two limits a collection broke: how many elements it may have, or how long one may be.
#[cold]
pub fn outgrew(
    (from, to): (&'static str, &'static str),
    (count, count_most, count_name): (usize, usize, &str),
    (longest, longest_most, longest_name): (usize, usize, &str),
) {
    let why = if count > count_most {
        format!("{count} are more than {count_name} {count_most}")
    } else if longest > longest_most {
        format!("{longest} bytes in one element are more than {longest_name} {longest_most}")
    } else {
        "another listpack entry would take it beyond a gigabyte, or a command asked for it"
            .to_owned()
    };
    converted(from, to, why);
}

#[cold]
pub fn set_outgrew(
    from: &'static str,
    to: &'static str,
    count: usize,
    longest: usize,
    limits: &Limits,
) {
    let integers = (
        count,
        limits.set_max_intset_entries,
        "set-max-intset-entries",
    );
    let members = (
        count,
        limits.set_max_listpack_entries,
        "set-max-listpack-entries",
    );
    let lengths = (
        longest,
        limits.set_max_listpack_value,
        "set-max-listpack-value",
    );
    match (from, to) {
        ("intset", "listpack") => converted(from, to, "a member is no integer".to_owned()),
        // Only integers were added: the table comes because there are too many of them.
        ("intset", _) if longest == 0 => outgrew((from, to), integers, (0, 0, "")),
        _ => outgrew((from, to), members, lengths),
    }
}
