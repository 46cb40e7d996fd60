//! A file of users: a line for each, `user NAME RULE…`. It is kept on the server's disk, where `aclfile` says.

use structures::ordered::OrderedSet;

use super::rule::RuleError;
use super::user::{Rules, User, has_spaces, joined_selectors, until_zero};
use super::{DEFAULT_NAME, Users};
use crate::server::Server;

impl Server {
    /// The users of the file that `aclfile` names, or why they cannot be had, in the server's words.
    pub fn users_of_file(&self) -> Result<Users, String> {
        let path = self.config.text("aclfile");
        let text = self.disk.read(&path).ok_or_else(|| {
            format!("Error loading ACLs, opening file '{path}': No such file or directory")
        })?;
        Users::from_text(text, &path, self.config.user_rules())
    }
}

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
        let mut seen = OrderedSet::new();
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

    /// There are these users and no others. Who has the name of one that was there has its id too, so that connections
    /// go on as whom they are.
    pub fn become_those_of(&mut self, others: Users) {
        let gone = self.by_name.keys();
        let gone = gone.filter(|name| others.find(name).is_none());
        for name in gone.cloned().collect::<Vec<_>>() {
            self.remove(&name);
        }
        others.slots.into_iter().flatten().for_each(|user| {
            self.insert(user);
        });
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
