//! The size of the built site as it travels: each file through gzip -9, in the groups of
//! `tests/size-budget.txt`. A group over its budget fails.

use crate::{Failure, command, failure, place, shares};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

struct Budget {
    name: String,
    patterns: Vec<String>,
    bytes: u64,
}

pub fn report(dist: &Path) -> Result<(), Failure> {
    let path = place::root().join("tests/size-budget.txt");
    let table = fs::read_to_string(&path)
        .map_err(|error| Failure(format!("cannot read {}: {error}", path.display())))?;
    let budgets = parse(&table)?;
    let sizes = sizes(dist)?;
    println!(
        "{:24} {:>6} {:>12} {:>12}",
        "bytes after gzip -9", "files", "size", "budget"
    );
    let mut over = Vec::new();
    for budget in &budgets {
        let group = sizes.iter().filter(|(name, _)| budget.covers(name));
        let (count, total) = group.fold((0, 0), |(count, sum), (_, size)| (count + 1, sum + size));
        println!(
            "{:24} {count:>6} {total:>12} {:>12}",
            budget.name, budget.bytes
        );
        if count == 0 {
            return failure(format!(
                "the budget \"{}\" covers no file of the site",
                budget.name
            ));
        }
        if total > budget.bytes {
            over.push(budget.name.as_str());
        }
    }
    shares::report()?;
    match over.is_empty() {
        true => Ok(()),
        false => failure(format!(
            "over the size budget: {}; make it smaller, or raise tests/size-budget.txt and say why",
            over.join(", ")
        )),
    }
}

impl Budget {
    fn covers(&self, name: &str) -> bool {
        self.patterns.iter().any(|pattern| matches(pattern, name))
    }
}

/// Lines of `name | patterns | bytes`; `#` begins a comment.
fn parse(table: &str) -> Result<Vec<Budget>, Failure> {
    let lines = table
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'));
    let budgets = lines.map(|line| {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let &[name, patterns, bytes] = parts.as_slice() else {
            return None;
        };
        Some(Budget {
            name: name.to_owned(),
            patterns: patterns.split(' ').map(str::to_owned).collect(),
            bytes: bytes.replace(',', "").parse().ok()?,
        })
    });
    let budgets: Option<Vec<Budget>> = budgets.collect();
    budgets.ok_or_else(|| Failure("tests/size-budget.txt: `name | patterns | bytes` a line".into()))
}

/// Whether `name` fits `pattern`, in which `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|tail| {
            let cuts = (0..=tail.len()).filter(|&at| tail.is_char_boundary(at));
            cuts.into_iter().any(|at| matches(rest, &tail[at..]))
        }),
    }
}

fn sizes(dist: &Path) -> Result<BTreeMap<String, u64>, Failure> {
    if !command::exists("gzip") {
        return failure("gzip is needed to measure the site: install it");
    }
    let mut sizes = BTreeMap::new();
    measure(dist, "", &mut sizes)?;
    match sizes.is_empty() {
        true => failure(format!(
            "{} is empty: run cargo xtask build",
            dist.display()
        )),
        false => Ok(sizes),
    }
}

fn measure(folder: &Path, prefix: &str, sizes: &mut BTreeMap<String, u64>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            measure(&path, &format!("{name}/"), sizes)?;
        } else {
            sizes.insert(name, gzipped(&path)?);
        }
    }
    Ok(())
}

fn gzipped(path: &Path) -> Result<u64, Failure> {
    let cannot = |error| Failure(format!("cannot measure {}: {error}", path.display()));
    let input = File::open(path).map_err(cannot)?;
    let mut gzip = Command::new("gzip");
    gzip.args(["-9", "--no-name", "--stdout"])
        .stdin(input)
        .stderr(Stdio::inherit());
    let output = gzip.output().map_err(cannot)?;
    Ok(output.stdout.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_anything() {
        assert!(matches("app-*.js", "app-1f.js"));
        assert!(matches("*", "lessons/strings/index.html"));
        assert!(matches("*index.html", "index.html"));
        assert!(matches("worker-*/*.wasm", "worker-1f/worker_bg.wasm"));
        assert!(!matches("app-*.js", "app-1f_bg.wasm"));
        assert!(!matches("index.html", "about/index.html"));
    }
}
