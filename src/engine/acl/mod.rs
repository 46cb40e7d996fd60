//! Who may do what: users with their passwords and rules, and the log of what was refused.
//!
//! Everything here is a value. Who is logged in stands in `client.rs`, where a command is refused in `engine.rs`, and
//! the commands are in `commands/server/acl.rs`.

mod check;
mod file;
pub mod log;
mod rule;
mod selector;
#[cfg(test)]
mod tests;
mod user;

use structures::ordered::OrderedMap;

use crate::client::ClientId;
use crate::command::Entry;
use crate::error::Error;
use crate::server::Server;
use log::{Reason, Refusal};

pub use check::Denied;
pub use rule::RuleError;
pub use selector::Selector;
pub use user::{Rules, User, has_spaces, hash_password, joined_selectors, until_zero};

/// A user's place in `Users`. A connection keeps it; names are for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserId(u32);

/// The user that every connection begins as. It is always there.
pub const DEFAULT: UserId = UserId(0);
const DEFAULT_NAME: &[u8] = b"default";

/// All users, by name.
#[derive(Debug, Clone)]
pub struct Users {
    /// A removed user leaves `None`: its id is not used again.
    slots: Vec<Option<User>>,
    by_name: OrderedMap<Vec<u8>, UserId>,
}

impl Default for Users {
    fn default() -> Users {
        let mut users = Users {
            slots: Vec::new(),
            by_name: OrderedMap::new(),
        };
        users.insert(User::everything(DEFAULT_NAME));
        users
    }
}

impl Users {
    /// Puts a user in, in the place of one of the same name if there is one.
    pub fn insert(&mut self, user: User) -> UserId {
        if let Some(id) = self.by_name.get(&user.name) {
            self.slots[id.0 as usize] = Some(user);
            return *id;
        }
        let id = UserId(self.slots.len() as u32);
        self.by_name.insert(user.name.clone(), id);
        self.slots.push(Some(user));
        id
    }

    /// The user of that name is no more. `default` cannot go.
    pub fn remove(&mut self, name: &[u8]) -> Option<UserId> {
        if name == DEFAULT_NAME {
            return None;
        }
        let id = self.by_name.remove(name)?;
        self.slots[id.0 as usize] = None;
        Some(id)
    }

    pub fn find(&self, name: &[u8]) -> Option<UserId> {
        self.by_name.get(name).copied()
    }

    /// A user that somebody is logged in as: connections of a removed user are closed with it.
    pub fn get(&self, id: UserId) -> &User {
        self.slots[id.0 as usize]
            .as_ref()
            .unwrap_or_else(|| self.default_user())
    }

    pub fn named(&self, name: &[u8]) -> Option<&User> {
        self.find(name).map(|id| self.get(id))
    }

    pub fn default_user(&self) -> &User {
        self.slots[DEFAULT.0 as usize]
            .as_ref()
            .expect("the default user is never removed")
    }

    /// In order of name.
    pub fn iter(&self) -> impl Iterator<Item = &User> {
        self.by_name.values().map(|id| self.get(*id))
    }

    /// Whether a connection that has not logged in must do so first.
    pub fn login_required(&self) -> bool {
        let user = self.default_user();
        !(user.no_password && user.enabled)
    }

    /// What `requirepass` means: the default user has this password and no other, or needs none.
    pub fn set_default_password(&mut self, password: &[u8]) {
        let user = self.slots[DEFAULT.0 as usize]
            .as_mut()
            .expect("the default user is never removed");
        user.passwords.clear();
        user.no_password = password.is_empty();
        if !password.is_empty() {
            user.passwords.push(hash_password(password));
        }
    }

    /// Who has this name and password.
    pub fn log_in(&self, name: &[u8], password: &[u8]) -> Option<UserId> {
        let id = self.find(name)?;
        let user = self.get(id);
        let fits =
            user.enabled && (user.no_password || user.passwords.contains(&hash_password(password)));
        fits.then_some(id)
    }
}

impl Server {
    /// Whether a client may run a command with these words now. A refusal is counted and logged.
    pub fn permit(
        &mut self,
        id: ClientId,
        entry: &Entry,
        words: &[&[u8]],
        context: log::Context,
        now: crate::Time,
    ) -> Result<(), Denied> {
        let Some(client) = self.clients.get(id) else {
            return Ok(());
        };
        let user = self.users.get(client.user);
        if user.is_unrestricted() {
            return Ok(());
        }
        let denied = match user.check(entry, words) {
            Ok(()) => return Ok(()),
            Err(denied) => denied,
        };
        let (reason, object) = match denied {
            Denied::Command => (Reason::Command, entry.name.as_bytes()),
            Denied::Key(at) => (Reason::Key, words[at]),
            Denied::Channel(at) => (Reason::Channel, words[at]),
        };
        let name = user.name.clone();
        let refusal = Refusal {
            reason,
            context,
            object,
            user: &name,
        };
        self.note_refused(id, refusal, words, now);
        Err(denied)
    }

    /// The error of a command that was refused: what the client reads names no key.
    pub fn refusal(&self, id: ClientId, entry: &Entry, denied: Denied) -> Error {
        Error::NoPerm(match denied {
            Denied::Command => {
                let name = self
                    .clients
                    .get(id)
                    .map(|client| self.user_name(client.user));
                let name = name.unwrap_or_default();
                format!(
                    "User {name} has no permissions to run the '{}' command",
                    entry.name
                )
            }
            Denied::Key(_) => "No permissions to access a key".to_string(),
            Denied::Channel(_) => "No permissions to access a channel".to_string(),
        })
    }

    /// A user's name as text.
    pub fn user_name(&self, id: UserId) -> String {
        String::from_utf8_lossy(&self.users.get(id).name).into_owned()
    }
}
