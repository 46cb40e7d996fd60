//! One user: passwords, flags, and selectors of which the first is the user's own. Rules change it one at a time.

use sha2::{Digest, Sha256};

use super::rule::RuleError;
use super::selector::{Selector, is_space};
use crate::words;

#[derive(Debug, Clone, PartialEq)]
pub struct User {
    pub name: Vec<u8>,
    pub enabled: bool,
    /// Any password will do.
    pub no_password: bool,
    /// What RESTORE is given by this user is not checked in depth.
    pub skip_sanitize: bool,
    /// SHA-256 sums as 64 hex digits, in the order in which they were added.
    pub passwords: Vec<String>,
    /// Never empty: the first holds the rules outside parentheses.
    pub selectors: Vec<Selector>,
}

/// What rules mean beyond their own words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// `acl-pubsub-default`: what is new may listen to every channel.
    pub all_channels: bool,
}

/// The sum under which a password is kept.
pub fn hash_password(password: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(password) {
        for digit in [byte >> 4, byte & 15] {
            hex.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    hex
}

impl User {
    /// Off, without passwords and permissions.
    pub fn new(name: &[u8], rules: Rules) -> User {
        User {
            name: name.to_vec(),
            enabled: false,
            no_password: false,
            skip_sanitize: false,
            passwords: Vec::new(),
            selectors: vec![Selector::nothing(rules.all_channels)],
        }
    }

    /// On, without a password, and allowed everything: what `default` is at the start.
    pub fn everything(name: &[u8]) -> User {
        User {
            enabled: true,
            no_password: true,
            selectors: vec![Selector::everything()],
            ..User::new(name, Rules::default())
        }
    }

    /// Takes one rule, as ACL SETUSER and the lines of a file give it.
    pub fn apply(&mut self, rule: &[u8], rules: Rules) -> Result<(), RuleError> {
        let (sign, rest) = match rule.split_first() {
            None => return Ok(()),
            Some((sign, rest)) => (*sign, rest),
        };
        match sign {
            b'>' => self.add_password(hash_password(rest)),
            b'#' => self.add_password(checked_hash(rest)?),
            b'<' => return self.remove_password(&hash_password(rest)),
            b'!' => return self.remove_password(&checked_hash(rest)?),
            b'(' if rest.ends_with(b")") => {
                let mut selector = Selector::nothing(rules.all_channels);
                // What cannot be split, for its quotes do not close, holds no rule.
                for rule in words::split(&rest[..rest.len() - 1]).unwrap_or_default() {
                    selector.apply(&rule)?;
                }
                self.selectors.push(selector);
            }
            _ => return self.apply_word(rule, rules),
        }
        Ok(())
    }

    fn apply_word(&mut self, rule: &[u8], rules: Rules) -> Result<(), RuleError> {
        match lower_word(rule).as_slice() {
            b"on" => self.enabled = true,
            b"off" => self.enabled = false,
            b"nopass" => {
                self.no_password = true;
                self.passwords.clear();
            }
            b"resetpass" => {
                self.no_password = false;
                self.passwords.clear();
            }
            b"skip-sanitize-payload" => self.skip_sanitize = true,
            b"sanitize-payload" => self.skip_sanitize = false,
            b"clearselectors" => self.selectors.truncate(1),
            b"reset" => *self = User::new(&self.name, rules),
            _ => return self.selectors[0].apply(rule),
        }
        Ok(())
    }

    fn add_password(&mut self, hash: String) {
        if !self.passwords.contains(&hash) {
            self.passwords.push(hash);
        }
        self.no_password = false;
    }

    fn remove_password(&mut self, hash: &str) -> Result<(), RuleError> {
        let at = self.passwords.iter().position(|known| known == hash);
        self.passwords.remove(at.ok_or(RuleError::NoSuchPassword)?);
        Ok(())
    }

    /// As ACL GETUSER names what holds.
    pub fn flags(&self) -> Vec<&'static str> {
        let mut flags = vec![if self.enabled { "on" } else { "off" }];
        if self.no_password {
            flags.push("nopass");
        }
        flags.push(if self.skip_sanitize {
            "skip-sanitize-payload"
        } else {
            "sanitize-payload"
        });
        flags
    }

    /// A line of ACL LIST, which a file would hold too. Names and patterns may be any bytes.
    pub fn describe(&self) -> Vec<u8> {
        let mut line = b"user ".to_vec();
        line.extend_from_slice(&self.name);
        for flag in self.flags() {
            line.push(b' ');
            line.extend_from_slice(flag.as_bytes());
        }
        for hash in &self.passwords {
            line.extend_from_slice(b" #");
            line.extend_from_slice(hash.as_bytes());
        }
        for (at, selector) in self.selectors.iter().enumerate() {
            let text = selector.describe();
            line.push(b' ');
            if at == 0 {
                line.extend_from_slice(&text);
            } else {
                line.push(b'(');
                line.extend_from_slice(&text);
                line.push(b')');
            }
        }
        line
    }
}

/// A rule that is a word is read in any case, and up to its first zero byte.
pub(super) fn lower_word(rule: &[u8]) -> Vec<u8> {
    until_zero(rule).to_ascii_lowercase()
}

/// What a C string holds of these bytes.
pub fn until_zero(rule: &[u8]) -> &[u8] {
    let end = rule.iter().position(|byte| *byte == 0);
    &rule[..end.unwrap_or(rule.len())]
}

fn checked_hash(hash: &[u8]) -> Result<String, RuleError> {
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if hash.len() != 64 || !hash.iter().all(is_digit) {
        return Err(RuleError::BadHash);
    }
    Ok(String::from_utf8_lossy(hash).into_owned())
}

/// Rules as they were typed, with those of a selector that spans several words made one: `(+get` and `~a)`. `Err` is
/// the word that opens a selector which never closes.
pub fn joined_selectors<'a>(rules: &[&'a [u8]]) -> Result<Vec<Vec<u8>>, &'a [u8]> {
    let mut joined: Vec<Vec<u8>> = Vec::new();
    let mut open: Option<&[u8]> = None;
    for rule in rules {
        match (open, joined.last_mut()) {
            (Some(_), Some(selector)) => {
                selector.push(b' ');
                selector.extend_from_slice(rule);
            }
            _ => {
                joined.push(rule.to_vec());
                open = rule.starts_with(b"(").then_some(rule);
            }
        }
        if rule.ends_with(b")") {
            open = None;
        }
    }
    open.map_or(Ok(joined), Err)
}

/// Whether a name could not stand on a line of words.
pub fn has_spaces(name: &[u8]) -> bool {
    name.iter().any(|byte| is_space(*byte))
}
