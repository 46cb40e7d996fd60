//! A set of permissions: commands, key patterns, channel patterns. A user may run what one of its selectors allows.

use structures::ordered::OrderedMap;

use super::rule::RuleError;
use super::user::{lower_word, until_zero};
use crate::command::{Entry, acl, table};

/// What may be done with keys that match a pattern; bits.
pub const READ: u8 = 1;
pub const WRITE: u8 = 2;

#[derive(Debug, Clone, PartialEq)]
pub struct KeyPattern {
    pub pattern: Vec<u8>,
    /// `READ`, `WRITE` or both.
    pub access: u8,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Selector {
    /// Every command, and nothing was ever taken away.
    pub all_commands: bool,
    pub all_keys: bool,
    pub all_channels: bool,
    pub keys: Vec<KeyPattern>,
    pub channels: Vec<Vec<u8>>,
    /// Commands that the rules begin from: all, or none.
    from_all: bool,
    /// One bit a command, by `Entry::index`.
    commands: Vec<u64>,
    /// First arguments with which a command that is not allowed is: `+select|0`. By `Entry::index`.
    first_arguments: OrderedMap<usize, Vec<Vec<u8>>>,
    /// The rules about commands that are still in force, lower case, without their sign; and the sign.
    rules: Vec<(bool, Vec<u8>)>,
}

impl Selector {
    pub fn nothing(all_channels: bool) -> Selector {
        Selector {
            all_commands: false,
            all_keys: false,
            all_channels,
            keys: Vec::new(),
            channels: Vec::new(),
            from_all: false,
            commands: Vec::new(),
            first_arguments: OrderedMap::new(),
            rules: Vec::new(),
        }
    }

    pub fn everything() -> Selector {
        let mut selector = Selector::nothing(true);
        selector.all_keys = true;
        selector.reset_commands(true);
        selector
    }

    /// Takes one rule about commands, keys or channels.
    pub fn apply(&mut self, rule: &[u8]) -> Result<(), RuleError> {
        match lower_word(rule).as_slice() {
            b"allkeys" | b"~*" => self.reset_keys(true),
            b"resetkeys" => self.reset_keys(false),
            b"allchannels" | b"&*" => self.reset_channels(true),
            b"resetchannels" => self.reset_channels(false),
            b"allcommands" | b"+@all" => self.reset_commands(true),
            b"nocommands" | b"-@all" => self.reset_commands(false),
            _ => return self.apply_signed(rule),
        }
        Ok(())
    }

    fn apply_signed(&mut self, rule: &[u8]) -> Result<(), RuleError> {
        let (sign, rest) = rule.split_first().ok_or(RuleError::Syntax)?;
        let word = until_zero(rest);
        match sign {
            b'~' | b'%' => self.add_keys(rule),
            b'&' => self.add_channels(rest),
            b'+' | b'-' if word.starts_with(b"@") => self.set_category(&word[1..], *sign == b'+'),
            b'+' if word.contains(&b'|') => self.allow_part(word),
            b'+' | b'-' => {
                let entry = table().find_full(word).ok_or(RuleError::Unknown)?;
                self.set_command(entry, *sign == b'+');
                self.note_rule(*sign == b'+', entry.name.as_bytes());
                Ok(())
            }
            _ => Err(RuleError::Syntax),
        }
    }

    fn reset_keys(&mut self, all: bool) {
        self.all_keys = all;
        self.keys.clear();
    }

    fn reset_channels(&mut self, all: bool) {
        self.all_channels = all;
        self.channels.clear();
    }

    fn reset_commands(&mut self, all: bool) {
        self.all_commands = all;
        self.from_all = all;
        self.rules.clear();
        self.first_arguments.clear();
        let bits = if all { u64::MAX } else { 0 };
        self.commands = vec![bits; table().all().count().div_ceil(64)];
    }

    /// `~pattern`, or `%R~pattern`, `%W~pattern`, `%RW~pattern`.
    fn add_keys(&mut self, rule: &[u8]) -> Result<(), RuleError> {
        if self.all_keys {
            return Err(RuleError::AfterAllKeys);
        }
        let mut access = 0;
        let mut at = 1;
        if rule[0] == b'~' {
            access = READ | WRITE;
        }
        while rule[0] == b'%' && at < rule.len() {
            at += 1;
            match rule[at - 1].to_ascii_uppercase() {
                b'R' if access & READ == 0 => access |= READ,
                b'W' if access & WRITE == 0 => access |= WRITE,
                b'~' => break,
                _ => return Err(RuleError::Syntax),
            }
        }
        let pattern = &rule[at..];
        if access == 0 || pattern.iter().any(|byte| is_space(*byte)) {
            return Err(RuleError::Syntax);
        }
        match self.keys.iter_mut().find(|known| known.pattern == pattern) {
            Some(known) => known.access |= access,
            None => self.keys.push(KeyPattern {
                pattern: pattern.to_vec(),
                access,
            }),
        }
        Ok(())
    }

    fn add_channels(&mut self, pattern: &[u8]) -> Result<(), RuleError> {
        if self.all_channels {
            return Err(RuleError::AfterAllChannels);
        }
        if pattern.iter().any(|byte| is_space(*byte)) {
            return Err(RuleError::Syntax);
        }
        if !self.channels.iter().any(|known| known == pattern) {
            self.channels.push(pattern.to_vec());
        }
        Ok(())
    }

    fn set_category(&mut self, name: &[u8], allowed: bool) -> Result<(), RuleError> {
        let bit = acl::find(name).ok_or(RuleError::Unknown)?;
        self.note_rule(allowed, &[b"@", name].concat());
        for entry in table().all().filter(|entry| entry.categories & bit != 0) {
            self.set_command(entry, allowed);
        }
        Ok(())
    }

    /// `+config|get` allows a subcommand, `+select|0` a first argument of a command that has no subcommands.
    fn allow_part(&mut self, word: &[u8]) -> Result<(), RuleError> {
        let bar = word.iter().rposition(|byte| *byte == b'|');
        let (name, part) = word.split_at(bar.ok_or(RuleError::Syntax)?);
        let part = &part[1..];
        let entry = table().find_full(name).ok_or(RuleError::Unknown)?;
        if entry.name.contains('|') {
            return Err(RuleError::FirstArgumentOfSubcommand);
        }
        if part.is_empty() {
            return Err(RuleError::Syntax);
        }
        if entry.subcommands.is_empty() {
            let parts = self.first_arguments.get_or_default(entry.index);
            if !parts.iter().any(|known| known.eq_ignore_ascii_case(part)) {
                parts.push(part.to_vec());
            }
        } else {
            let entry = table().find_full(word).ok_or(RuleError::Unknown)?;
            self.set_command(entry, true);
        }
        self.note_rule(true, word);
        Ok(())
    }

    /// A command means its subcommands too.
    fn set_command(&mut self, entry: &Entry, allowed: bool) {
        self.set_bit(entry.index, allowed);
        self.first_arguments.remove(&entry.index);
        for subcommand in entry.subcommands.values() {
            self.set_bit(subcommand.index, allowed);
        }
    }

    fn set_bit(&mut self, index: usize, allowed: bool) {
        let (word, bit) = (index / 64, 1 << (index % 64));
        if self.commands.len() <= word {
            self.commands.resize(word + 1, 0);
        }
        if allowed {
            self.commands[word] |= bit;
        } else {
            self.commands[word] &= !bit;
            self.all_commands = false;
        }
    }

    pub fn allows_command(&self, entry: &Entry) -> bool {
        let word = self.commands.get(entry.index / 64);
        word.is_some_and(|word| word & 1 << (entry.index % 64) != 0)
    }

    /// Whether a command that is not allowed is with this first argument.
    pub fn allows_first_argument(&self, entry: &Entry, argument: &[u8]) -> bool {
        let parts = self.first_arguments.get(&entry.index);
        parts.is_some_and(|parts| parts.iter().any(|part| part.eq_ignore_ascii_case(argument)))
    }

    /// A rule replaces an earlier one about the same thing, and those about its subcommands.
    fn note_rule(&mut self, allowed: bool, rule: &[u8]) {
        let rule = rule.to_ascii_lowercase();
        let is_part =
            |known: &[u8]| known.starts_with(&rule) && known.get(rule.len()) == Some(&b'|');
        self.rules
            .retain(|(_, known)| *known != rule && !is_part(known));
        self.rules.push((allowed, rule));
    }

    /// The rules about commands, as ACL GETUSER shows them.
    pub fn describe_commands(&self) -> Vec<u8> {
        let mut text = if self.from_all { b"+@all" } else { b"-@all" }.to_vec();
        for (allowed, rule) in &self.rules {
            text.extend_from_slice(if *allowed { b" +" } else { b" -" });
            text.extend_from_slice(rule);
        }
        text
    }

    pub fn describe_keys(&self) -> Vec<u8> {
        if self.all_keys {
            return b"~*".to_vec();
        }
        let mut parts = Vec::new();
        for key in &self.keys {
            let sign: &[u8] = match key.access {
                READ => b"%R~",
                WRITE => b"%W~",
                _ => b"~",
            };
            parts.push([sign, &key.pattern].concat());
        }
        parts.join(&b' ')
    }

    pub fn describe_channels(&self) -> Vec<u8> {
        if self.all_channels {
            return b"&*".to_vec();
        }
        let parts = self
            .channels
            .iter()
            .map(|channel| [b"&", channel.as_slice()].concat());
        parts.collect::<Vec<_>>().join(&b' ')
    }

    /// All of it, as rules that would make it anew.
    pub fn describe(&self) -> Vec<u8> {
        let mut parts = vec![self.describe_keys()];
        if !self.all_channels {
            parts.push(b"resetchannels".to_vec());
        }
        parts.extend([self.describe_channels(), self.describe_commands()]);
        parts.retain(|part| !part.is_empty());
        parts.join(&b' ')
    }
}

/// As C's `isspace`, and the zero byte.
pub(super) fn is_space(byte: u8) -> bool {
    byte == 0 || byte == b' ' || (b'\t'..=b'\r').contains(&byte)
}
