//! Whether a user may run a command: the command itself, the keys among its words, the channels it speaks to.

use super::selector::{READ, Selector, WRITE};
use super::user::User;
use crate::command::{Entry, flag, key};
use crate::glob;
use crate::keys;

/// What a user may not, with the place of the key or channel among the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Denied {
    Command,
    Key(usize),
    Channel(usize),
}

impl Denied {
    /// As ACL DRYRUN and EXEC explain it.
    pub fn explain(self) -> &'static str {
        match self {
            Denied::Command => "no permission to execute the command or subcommand",
            Denied::Key(_) => "no permission to touch the specified keys",
            Denied::Channel(_) => "no permission to access one of the channels used as arguments",
        }
    }
}

/// A channel that a command publishes to or subscribes to.
#[derive(Clone, Copy)]
struct Channels {
    last: usize,
    are_patterns: bool,
}

/// The keys of a command, looked up once for all selectors.
type Found = Option<Vec<keys::Found>>;

impl User {
    pub fn is_unrestricted(&self) -> bool {
        let first = &self.selectors[0];
        first.all_commands && first.all_keys && first.all_channels
    }

    /// One selector must allow all of it. Otherwise what is told is what the most lenient of them would refuse: the
    /// last channel, else the last key, else the command.
    pub fn check(&self, entry: &Entry, words: &[&[u8]]) -> Result<(), Denied> {
        let mut worst = Denied::Command;
        let mut found = None;
        for selector in &self.selectors {
            match selector.check(entry, words, &mut found) {
                Ok(()) => return Ok(()),
                Err(denied) => worst = worst.max(denied),
            }
        }
        Err(worst)
    }

    /// Whether a selector allows the command and the reading of every key there is, as SORT's BY and GET need.
    pub fn may_read_all_keys(&self, entry: &Entry, words: &[&[u8]]) -> bool {
        let mut found = None;
        self.selectors.iter().any(|selector| {
            selector.reads_all_keys() && selector.check(entry, words, &mut found).is_ok()
        })
    }

    /// Whether this user has a channel rule that the other one has not.
    pub fn has_channels_beyond(&self, other: &User) -> bool {
        let rules = |user: &'_ User| -> Vec<Vec<u8>> {
            let selectors = user.selectors.iter();
            selectors
                .flat_map(|selector| selector.channels.iter().cloned())
                .collect()
        };
        let has_all = |user: &User| user.selectors.iter().any(|selector| selector.all_channels);
        if has_all(other) {
            return false;
        }
        let theirs = rules(other);
        has_all(self) || rules(self).iter().any(|channel| !theirs.contains(channel))
    }

    /// Whether a subscription may stay after the rules have changed.
    pub fn may_listen(&self, channel: &[u8], is_pattern: bool) -> bool {
        self.selectors
            .iter()
            .any(|selector| selector.allows_channel(channel, is_pattern))
    }
}

impl Selector {
    fn check(&self, entry: &Entry, words: &[&[u8]], found: &mut Found) -> Result<(), Denied> {
        if !self.allows_command(entry) && !entry.has(flag::NO_AUTH) {
            let argument = words.get(entry.name_words()).copied().unwrap_or_default();
            if words.len() < 2 || !self.allows_first_argument(entry, argument) {
                return Err(Denied::Command);
            }
        }
        if !self.all_keys {
            let found = found.get_or_insert_with(|| keys_of(entry, words));
            let refused = found.iter().find(|key| !self.allows_key(key, words));
            if let Some(key) = refused {
                return Err(Denied::Key(key.at));
            }
        }
        if !self.all_channels
            && let Some(channels) = channels_of(entry, words)
        {
            let refused = (1..=channels.last)
                .find(|at| !self.allows_channel(words[*at], channels.are_patterns));
            if let Some(at) = refused {
                return Err(Denied::Channel(at));
            }
        }
        Ok(())
    }

    fn allows_key(&self, found: &keys::Found, words: &[&[u8]]) -> bool {
        let mut needed = 0;
        if found.flags & key::ACCESS != 0 {
            needed |= READ;
        }
        if found.flags & (key::INSERT | key::DELETE | key::UPDATE) != 0 {
            needed |= WRITE;
        }
        self.keys.iter().any(|pattern| {
            pattern.access & needed == needed
                && glob::matches(&pattern.pattern, words[found.at], false)
        })
    }

    /// A pattern must be allowed literally: what it would match cannot be known.
    fn allows_channel(&self, channel: &[u8], is_pattern: bool) -> bool {
        self.all_channels
            || self.channels.iter().any(|pattern| {
                if is_pattern {
                    pattern == channel
                } else {
                    glob::matches(pattern, channel, false)
                }
            })
    }

    fn reads_all_keys(&self) -> bool {
        self.all_keys
            || self
                .keys
                .iter()
                .any(|key| key.access & READ != 0 && key.pattern == b"*")
    }
}

/// Words that do not fit the command's key specifications hold no keys: the command itself will refuse them.
fn keys_of(entry: &Entry, words: &[&[u8]]) -> Vec<keys::Found> {
    let has_keys = |spec: &crate::command::KeySpec| spec.flags & key::NOT_KEY == 0;
    if !entry.key_specs.iter().any(has_keys) {
        return Vec::new();
    }
    keys::of(entry, words).unwrap_or_default()
}

fn channels_of(entry: &Entry, words: &[&[u8]]) -> Option<Channels> {
    let (last, are_patterns) = match entry.name {
        "publish" | "spublish" => (1, false),
        "subscribe" | "ssubscribe" => (words.len() - 1, false),
        "psubscribe" => (words.len() - 1, true),
        _ => return None,
    };
    Some(Channels { last, are_patterns })
}
