use super::*;
use crate::command::table;
use crate::config::{Config, parameters};
use crate::engine::Engine;
use crate::reply::Reply;
use crate::structures::random::Random;
use crate::time::Time;

fn user(rules: &[&str]) -> User {
    let mut user = User::new(b"u", Rules::default());
    for rule in rules {
        user.apply(rule.as_bytes(), Rules::default())
            .unwrap_or_else(|error| panic!("{rule}: {error}"));
    }
    user
}

/// What a user with these rules may do with a line.
fn check(rules: &[&str], line: &str) -> Result<(), Denied> {
    let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
    let entry = table().resolve(&words).expect("a known command");
    user(rules).check(entry, &words)
}

#[test]
fn a_password_is_kept_as_its_sum() {
    assert_eq!(
        hash_password(b""),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn what_is_refused_is_told_by_the_most_lenient_selector() {
    let rules = ["+get", "~a", "(+get +mget ~b)"];
    assert_eq!(check(&rules, "GET a"), Ok(()));
    assert_eq!(check(&rules, "GET b"), Ok(()));
    assert_eq!(check(&rules, "GET c"), Err(Denied::Key(1)));
    assert_eq!(check(&rules, "MGET b b a"), Err(Denied::Key(3)));
    assert_eq!(check(&rules, "SET a 1"), Err(Denied::Command));
}

#[test]
fn reading_and_writing_are_told_apart() {
    let rules = ["+@all", "%R~r*", "%W~w*"];
    assert_eq!(check(&rules, "COPY r w"), Ok(()));
    assert_eq!(check(&rules, "COPY w r"), Err(Denied::Key(1)));
    assert_eq!(check(&rules, "SET w 1"), Ok(()));
    assert_eq!(check(&rules, "SET w 1 GET"), Err(Denied::Key(1)));
    // EXISTS returns nothing of what is stored.
    assert_eq!(check(&rules, "EXISTS w"), Ok(()));
}

/// A user is what its description says: rules drawn by lot, described, and taken by another user.
#[test]
fn a_description_makes_the_same_user() {
    let mut random = Random::new(1);
    let categories = ["read", "write", "slow", "dangerous", "string", "keyspace"];
    let entries: Vec<_> = table().all().map(|entry| entry.name).collect();
    for round in 0..200 {
        let mut user = User::new(b"u", Rules::default());
        for _ in 0..random.below(12) {
            let sign = ["+", "-"][random.below(2) as usize];
            let rule = match random.below(8) {
                0 => format!("{sign}@{}", categories[random.below(6) as usize]),
                1 => "+select|0".to_string(),
                2 => {
                    ["~a*", "%R~b", "%W~b", "allkeys", "resetkeys"][random.below(5) as usize].into()
                }
                3 => ["&a*", "&b", "allchannels", "resetchannels"][random.below(4) as usize].into(),
                4 => [">x", "nopass", "on", "(+get ~x)"][random.below(4) as usize].into(),
                _ => format!(
                    "{sign}{}",
                    entries[random.below(entries.len() as u64) as usize]
                ),
            };
            // Patterns after "all of them" are refused, which is no concern here.
            let _ = user.apply(rule.as_bytes(), Rules::default());
        }
        let line = user.describe();
        let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').skip(2).collect();
        let mut again = User::new(b"u", Rules::default());
        for rule in joined_selectors(&words).expect("balanced") {
            again.apply(&rule, Rules::default()).expect("its own words");
        }
        let shown = String::from_utf8_lossy(&line).into_owned();
        assert_eq!(again.describe(), line, "round {round}: {shown}");
        for entry in table().all() {
            let words: Vec<&[u8]> = entry.name.split('|').map(str::as_bytes).collect();
            assert_eq!(
                user.selectors[0].allows_command(entry),
                again.selectors[0].allows_command(entry),
                "round {round}: {words:?} in {shown}"
            );
        }
    }
}

#[test]
fn a_file_tells_all_that_is_wrong_with_it() {
    let read = |text: &str| Users::from_text(text.as_bytes(), "f", Rules::default());
    let users = read("user a on >x ~a +get\n\n  user b off (+get ~b)\t\n").expect("good lines");
    let again = Users::from_text(&users.to_text(), "f", Rules::default()).expect("its own text");
    assert_eq!(again.to_text(), users.to_text());
    assert_eq!(users.iter().count(), 3);
    let wrong =
        read("user a foo bar\nfoo\nuser b on\nuser b off\nuser c +nosuch").expect_err("all wrong");
    assert_eq!(
        wrong,
        "f:1: Syntax error. f:2 should start with user keyword followed by the username. WARNING: Duplicate user 'b' \
         found on line 4. f:5: Error in applying operation '+nosuch': Unknown command or category name in ACL. WARNING: \
         ACL errors detected, no change to the previously active ACL rules was performed"
    );
}

/// Answers of a server whose users are kept in a file.
struct Served {
    engine: Engine,
    client: ClientId,
}

impl Served {
    fn new() -> Served {
        let mut config = Config::default();
        let aclfile = parameters::find(b"aclfile").expect("a parameter");
        config
            .set(aclfile, b"users.acl")
            .expect("any text is a path");
        let mut engine = Engine::with_config(1, Time(0), config);
        let client = engine.connect("127.0.0.1:1", Time(0));
        Served { engine, client }
    }

    fn ask(&mut self, client: ClientId, line: &str) -> String {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        match self.engine.execute(client, &words, Time(0)) {
            Reply::Error(error) => error.to_string(),
            Reply::Bulk(text) => String::from_utf8_lossy(&text).into_owned(),
            Reply::Status(text) => text.to_string(),
            other => format!("{other:?}"),
        }
    }

    fn load(&mut self, text: &str) -> String {
        self.engine
            .server
            .disk
            .put("users.acl", text.as_bytes().to_vec());
        self.ask(self.client, "ACL LOAD")
    }

    fn logged_in(&mut self, name: &str) -> ClientId {
        let client = self.engine.connect("127.0.0.1:1", Time(0));
        assert_eq!(self.ask(client, &format!("AUTH {name} x")), "OK");
        client
    }

    fn is_open(&self, client: ClientId) -> bool {
        let client = self.engine.server.clients.get(client);
        client.is_some_and(|client| !client.closing)
    }
}

#[test]
fn a_file_of_users_replaces_all_of_them() {
    let mut served = Served::new();
    assert_eq!(
        served.ask(served.client, "ACL LOAD"),
        "ERR Error loading ACLs, opening file 'users.acl': No such file or directory"
    );
    assert_eq!(
        served.load("user ann on nopass +@all ~* &*\nuser bob on nopass +@all"),
        "OK"
    );
    let (ann, bob) = (served.logged_in("ann"), served.logged_in("bob"));
    assert_eq!(
        served.load("user cid on nopass\n user ann on >x +acl|whoami ~*"),
        "OK"
    );
    assert_eq!(served.ask(ann, "ACL WHOAMI"), "ann");
    assert_eq!(
        served.ask(ann, "GET a"),
        "NOPERM User ann has no permissions to run the 'get' command"
    );
    assert!(served.is_open(ann) && !served.is_open(bob));
    assert_eq!(served.ask(served.client, "ACL SAVE"), "OK");
    let text = served
        .engine
        .server
        .disk
        .read("users.acl")
        .map(String::from_utf8_lossy);
    assert_eq!(
        text.as_deref(),
        Some(
            "user ann on sanitize-payload \
             #2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 ~* resetchannels -@all +acl|whoami\n\
             user cid on nopass sanitize-payload resetchannels -@all\n\
             user default on nopass sanitize-payload ~* &* +@all\n"
        )
    );
}

#[test]
fn a_bad_file_of_users_changes_nothing() {
    let mut served = Served::new();
    assert_eq!(served.load("user ann on nopass"), "OK");
    assert_eq!(
        served.load(
            "user bad on +nosuch\n# comment\nuser ann on\nuser ann off\nuser eve on <b\nUSER eve on"
        ),
        "ERR users.acl:1: Error in applying operation '+nosuch': Unknown command or category name in ACL. \
         users.acl:2 should start with user keyword followed by the username. WARNING: Duplicate user 'ann' found on \
         line 4. users.acl:5: The password you are trying to remove from the user does not exist. users.acl:6 should \
         start with user keyword followed by the username. WARNING: ACL errors detected, no change to the previously \
         active ACL rules was performed"
    );
    assert!(served.engine.server.users.named(b"ann").is_some());
    assert!(served.engine.server.users.named(b"eve").is_none());
}

#[test]
fn who_may_not_hear_a_channel_any_more_is_sent_away() {
    let mut served = Served::new();
    assert_eq!(
        served.load("user ann on nopass +@all &*\nuser bob on nopass +@all &a &b"),
        "OK"
    );
    let (ann, bob) = (served.logged_in("ann"), served.logged_in("bob"));
    let own = served.engine.connect("127.0.0.1:1", Time(0));
    for client in [ann, bob, own] {
        served.ask(client, "SUBSCRIBE a");
    }
    assert_eq!(
        served.load(
            "user ann on nopass +@all &b\nuser bob on nopass +@all &a\nuser default on nopass +@all"
        ),
        "OK"
    );
    assert!(!served.is_open(ann), "it listens to a");
    assert!(
        served.is_open(bob),
        "it only lost what it does not listen to"
    );
    assert!(served.is_open(own), "nobody asks the default user");
}
