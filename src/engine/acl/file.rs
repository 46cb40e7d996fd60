//! A file of users: a line for each, `user NAME RULE…`. Where it is kept is somebody else's business.

use std::collections::BTreeSet;

use super::rule::RuleError;
use super::user::{Rules, User, has_spaces, joined_selectors, until_zero};
use super::{DEFAULT_NAME, Users};

impl Users {
    /// The file that would make these users: ACL SAVE writes it.
    pub fn to_text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for user in self.iter() {
            text.extend_from_slice(&user.describe());
            text.push(b'\n');
        }
        text
    }

    /// The users of a file, or everything that is wrong with it, in the server's words. Without a line for `default`
    /// there is the one that every server begins with. `path` is for the messages.
    pub fn from_text(text: &[u8], path: &str, rules: Rules) -> Result<Users, String> {
        let mut users = Users::default();
        let mut seen = BTreeSet::new();
        let mut mistakes = String::new();
        for (at, line) in until_zero(text).split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let number = at + 1;
            match read_line(line, rules) {
                Ok(user) if seen.insert(user.name.clone()) => {
                    users.insert(user);
                }
                Ok(user) => {
                    let name = String::from_utf8_lossy(&user.name);
                    mistakes +=
                        &format!("WARNING: Duplicate user '{name}' found on line {number}. ");
                }
                Err(Mistake::NoUser) => {
                    mistakes += &format!(
                        "{path}:{number} should start with user keyword followed by the username. "
                    );
                }
                Err(Mistake::Name(name)) => {
                    mistakes += &format!(
                        "'{path}:{number}: username '{name}' contains invalid characters. "
                    );
                }
                Err(Mistake::Rule(text)) => mistakes += &format!("{path}:{number}: {text}. "),
            }
        }
        if mistakes.is_empty() {
            return Ok(users);
        }
        mistakes += "WARNING: ACL errors detected, no change to the previously active ACL rules was performed";
        Err(mistakes)
    }

    /// A `user` directive of a configuration: the words after `user`. The error is in the server's words.
    pub fn add_directive(&mut self, words: &[&[u8]], rules: Rules) -> Result<(), String> {
        let (name, given) = words
            .split_first()
            .ok_or_else(|| "wrong number of arguments".to_string())?;
        let shown = String::from_utf8_lossy(name);
        if *name != DEFAULT_NAME && self.find(name).is_some() {
            return Err(format!(
                "Error in user declaration '{shown}': Duplicate user found. A user can only be defined once in config \
                 files"
            ));
        }
        let user = make_user(name, given, rules).map_err(|mistake| match mistake {
            Mistake::Rule(text) => format!("Error in user declaration '{shown}': {text}"),
            _ => format!("Error in user declaration '{shown}': invalid name"),
        })?;
        self.insert(user);
        Ok(())
    }
}

enum Mistake {
    NoUser,
    Name(String),
    Rule(String),
}

fn read_line(line: &[u8], rules: Rules) -> Result<User, Mistake> {
    let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    match words.as_slice() {
        [user, name, given @ ..] if *user == b"user" => make_user(name, given, rules),
        _ => Err(Mistake::NoUser),
    }
}

fn make_user(name: &[u8], given: &[&[u8]], rules: Rules) -> Result<User, Mistake> {
    if has_spaces(name) {
        return Err(Mistake::Name(String::from_utf8_lossy(name).into_owned()));
    }
    let mut user = User::new(name, rules);
    // The real server dies of this one.
    let unmatched = |_| Mistake::Rule("Unmatched parenthesis in selector definition.".to_string());
    for rule in joined_selectors(given).map_err(unmatched)? {
        user.apply(&rule, rules).map_err(|error| {
            Mistake::Rule(match error {
                RuleError::Unknown => {
                    let rule = String::from_utf8_lossy(&rule);
                    format!("Error in applying operation '{rule}': {error}")
                }
                error => error.to_string(),
            })
        })?;
    }
    Ok(user)
}
