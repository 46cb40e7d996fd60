//! Scripts by their SHA-1 sum. Those that came with EVAL make place for newer ones; those that SCRIPT LOAD was given stay
//! until SCRIPT FLUSH. Source: Redis 8.2, `eval.c`.

use std::collections::VecDeque;

use crate::structures::ordered::OrderedMap;

use super::shebang::Flags;

/// 40 hex digits in lower case.
pub type Sum = String;

#[derive(Debug, Clone)]
pub struct Script {
    /// As it was given, first line included.
    pub body: Vec<u8>,
    pub flags: Flags,
    /// It came with EVAL and may go again.
    passing: bool,
}

/// The script cache.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    scripts: OrderedMap<Sum, Script>,
    /// Passing ones, the one that was not used for longest first.
    passing: VecDeque<Sum>,
    /// How many had to make place.
    pub evicted: u64,
}

/// As many scripts of EVAL are kept.
const PASSING_AT_MOST: usize = 500;

impl Cache {
    pub fn get(&self, sum: &str) -> Option<&Script> {
        self.scripts.get(sum)
    }

    /// In order of their sums.
    pub fn iter(&self) -> impl Iterator<Item = (&Sum, &Script)> {
        self.scripts.iter()
    }

    pub fn len(&self) -> usize {
        self.scripts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.scripts.is_empty()
    }

    /// A script is run: it is the last one now that has to go.
    pub fn touch(&mut self, sum: &str) {
        if self.scripts.get(sum).is_some_and(|script| script.passing)
            && self.passing.back().is_none_or(|last| last != sum)
        {
            self.passing.retain(|other| other != sum);
            self.passing.push_back(sum.to_string());
        }
    }

    /// SCRIPT LOAD of a script that EVAL brought: from now on it stays.
    pub fn keep(&mut self, sum: &str) {
        if let Some(script) = self.scripts.get_mut(sum)
            && std::mem::take(&mut script.passing)
        {
            self.passing.retain(|other| other != sum);
        }
    }

    /// Adds a script. Returns the sum of one that had to go for it.
    pub fn insert(&mut self, sum: &str, body: &[u8], flags: Flags, passing: bool) -> Option<Sum> {
        let script = Script {
            body: body.to_vec(),
            flags,
            passing,
        };
        self.scripts.insert(sum.to_string(), script);
        if !passing {
            return None;
        }
        let evicted = match self.passing.len() >= PASSING_AT_MOST {
            true => self.passing.pop_front(),
            false => None,
        };
        if let Some(evicted) = &evicted {
            self.scripts.remove(evicted);
            self.evicted += 1;
        }
        self.passing.push_back(sum.to_string());
        evicted
    }

    pub fn clear(&mut self) {
        self.scripts.clear();
        self.passing.clear();
    }
}
