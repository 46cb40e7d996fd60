//! Sessions as a page drives them. Every test goes through `Session::handle`.

use messages::{
    BlockSource, Call, Checked, ExerciseSource, Failure, LogEntry, Ran, Request, Response, Setup,
    Status,
};

use crate::Session;

/// A page in miniature.
struct Page {
    session: Session,
    next: u32,
}

impl Page {
    fn open(setup: Setup) -> Page {
        let mut page = Page {
            session: Session::new(),
            next: 0,
        };
        page.call(Request::Open(setup)).expect("a world opens");
        page
    }

    fn call(&mut self, request: Request) -> Result<Response, Failure> {
        self.next += 1;
        let call = Call {
            id: self.next,
            world: "w".to_string(),
            request,
        };
        // Messages cross as bytes: what does not survive that is no message.
        let call =
            messages::from_bytes(&messages::to_bytes(&call)).expect("a call survives its way");
        let (answer, _) = self.session.handle(call);
        assert_eq!(answer.id, self.next);
        answer.result
    }

    fn run(&mut self, client: &str, line: &str) -> Ran {
        match self.call(Request::Run {
            client: client.to_string(),
            line: line.to_string(),
        }) {
            Ok(Response::Ran(ran)) => ran,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn outputs(&mut self, block: u32, text: Option<&str>) -> (Vec<u32>, Vec<String>) {
        match self.call(Request::RunBlock {
            block,
            text: text.map(str::to_string),
        }) {
            Ok(Response::Block(run)) => (
                run.replayed,
                run.steps.into_iter().map(|step| step.output).collect(),
            ),
            other => panic!("block {block}: {other:?}"),
        }
    }

    fn check(&mut self, answer: &str) -> Checked {
        match self.call(Request::Check {
            exercise: 0,
            answer: answer.to_string(),
        }) {
            Ok(Response::Checked(checked)) => checked,
            other => panic!("{answer}: {other:?}"),
        }
    }

    fn status(&mut self) -> Status {
        self.session.world("w").expect("the world is open").status()
    }
}

fn block(text: &str, fresh: bool) -> BlockSource {
    BlockSource {
        text: text.to_string(),
        fresh,
        conf: None,
        script: None,
    }
}

fn counting_page() -> Setup {
    let blocks = vec![
        block("> SET n 1\nOK", false),
        block("> INCR n\n(integer) 2", false),
        block("> INCR n\n(integer) 3", false),
        block("> GET n\n(nil)", true),
    ];
    Setup {
        seed: "lesson".to_string(),
        blocks,
        ..Setup::default()
    }
}

#[test]
fn blocks_above_run_first() {
    let mut page = Page::open(counting_page());
    assert_eq!(
        page.outputs(2, None),
        (vec![0, 1], vec!["(integer) 3".to_string()])
    );
    assert_eq!(
        page.outputs(2, None),
        (vec![], vec!["(integer) 4".to_string()]),
        "what ran is not run again"
    );
}

#[test]
fn a_fresh_block_starts_over_and_going_back_does_too() {
    let mut page = Page::open(counting_page());
    page.outputs(1, None);
    assert_eq!(page.outputs(3, None), (vec![], vec!["(nil)".to_string()]));
    assert_eq!(
        page.outputs(1, None),
        (vec![0], vec!["(integer) 2".to_string()])
    );
}

#[test]
fn a_script_has_a_name_in_the_transcript_below_it() {
    let mut setup = counting_page();
    setup.blocks.push(BlockSource {
        script: Some("return ARGV[1]".to_string()),
        ..block("> EVAL @script 0 hi\n> EVALSHA @sha 0 ho", false)
    });
    let last = setup.blocks.len() as u32 - 1;
    let mut page = Page::open(setup);
    let (_, outputs) = page.outputs(last, None);
    assert_eq!(outputs, ["\"hi\"", "\"ho\""]);
    assert_eq!(page.run("", "ECHO @script").output, "\"@script\"");
    // The reader's own script stands above a rule; without one the text is the transcript alone.
    let own = "return ARGV[1] .. '!'\n---\n> EVAL @script 0 hey\n> EVALSHA @sha 0 ho";
    assert_eq!(page.outputs(last, Some(own)).1, ["\"hey!\"", "\"ho!\""]);
    assert_eq!(
        page.outputs(last, Some("> EVAL @script 0 hey")).1,
        ["\"hey\""]
    );
    match page.call(Request::RunBlock {
        block: last,
        text: Some("return 1\n---\n> PING\n+ soon".to_string()),
    }) {
        Ok(Response::Block(run)) => assert_eq!(run.problem.map(|(line, _)| line), Some(4)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_configuration_starts_the_server_with_it() {
    let conf = |text: &str| BlockSource {
        conf: Some(text.to_string()),
        ..block("> CONFIG GET maxmemory", true)
    };
    let mut setup = counting_page();
    setup
        .blocks
        .insert(1, conf("# small\n\nmaxmemory 2mb\ndatabases \"2\"\n"));
    setup.blocks.push(conf("maxmemory 2mb\nmaxmemori 3mb"));
    let mut page = Page::open(setup);
    page.outputs(0, None);
    let shown = "1) \"maxmemory\"\n2) \"2097152\"".to_string();
    assert_eq!(page.outputs(1, None), (vec![], vec![shown]));
    assert_eq!(
        page.run("", "SELECT 2").output,
        "(error) ERR DB index is out of range"
    );
    assert_eq!(
        page.outputs(2, None),
        (vec![], vec!["(integer) 1".to_string()]),
        "it began empty"
    );
    let Ok(Response::Block(run)) = page.call(Request::RunBlock {
        block: 5,
        text: None,
    }) else {
        panic!("a block is answered as a block");
    };
    let problem = Some((2, "there is no parameter maxmemori".to_string()));
    assert_eq!(run.problem, problem);
    assert_eq!(
        page.run("", "GET n").output,
        "\"1\"",
        "the server is the one it was"
    );
}

#[test]
fn a_configuration_begins_an_append_only_file() {
    let mut setup = counting_page();
    setup.blocks[0].conf = Some("appendonly yes\n".to_string());
    setup.blocks[0].fresh = true;
    let mut page = Page::open(setup);
    page.outputs(0, None);
    let appended = page.run("", "WAITAOF 1 0 0");
    assert!(!appended.error, "{}", appended.output);
}

#[test]
fn a_shell_block_shares_the_pages_server() {
    let mut setup = counting_page();
    setup.blocks.insert(
        1,
        block(
            "$ redis-cli INCRBY n 5 | cat\n6\n$ redis-cli -n 1 DBSIZE",
            false,
        ),
    );
    let mut page = Page::open(setup);
    let shown = ["6", "(integer) 0"].map(str::to_string).to_vec();
    assert_eq!(page.outputs(1, None), (vec![0], shown));
    assert_eq!(
        page.outputs(2, None),
        (vec![], vec!["(integer) 7".to_string()])
    );
    assert_eq!(page.run("", "$ redis-cli GET n").output, "\"7\"");
}

#[test]
fn an_edited_block_runs_as_edited_and_a_broken_one_says_where() {
    let mut page = Page::open(counting_page());
    assert_eq!(
        page.outputs(0, Some("> SET n 41\n> INCR n")).1,
        ["OK", "(integer) 42"]
    );
    match page.call(Request::RunBlock {
        block: 0,
        text: Some("> SET n 1\n+ soon".to_string()),
    }) {
        Ok(Response::Block(run)) => assert_eq!(run.problem.map(|(line, _)| line), Some(2)),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        page.call(Request::RunBlock {
            block: 9,
            text: None
        }),
        Err(Failure::NoSuchPart)
    );
}

#[test]
fn a_blocked_client_is_answered_later() {
    let mut page = Page::open(Setup::default());
    let waiting = page.run("ada", "BLPOP jobs 0");
    assert!(waiting.waits && waiting.output.is_empty());
    assert_eq!(
        page.status().clients[0].waits_in.as_deref(),
        Some("BLPOP jobs 0")
    );
    let refused = page.run("ada", "PING");
    assert!(
        refused.error && refused.output.contains("still waits in BLPOP jobs 0"),
        "{}",
        refused.output
    );
    let push = page.run("", "RPUSH jobs resize:17");
    assert_eq!(push.output, "(integer) 1");
    assert_eq!(push.late[0].client, "ada");
    assert_eq!(push.late[0].output, "1) \"jobs\"\n2) \"resize:17\"");
}

#[test]
fn time_passes_when_told() {
    let mut page = Page::open(Setup::default());
    page.run("", "SET session:42 ada EX 60");
    page.run("", "+ 45s");
    assert_eq!(page.run("", "TTL session:42").output, "(integer) 15");
    page.call(Request::Advance { millis: 16_000 })
        .expect("time passes");
    assert_eq!(page.run("", "GET session:42").output, "(nil)");
    assert_eq!(page.status().elapsed_millis, 61_000);
}

#[test]
fn a_log_makes_the_same_world_again() {
    let line = |line: &str| LogEntry::Line {
        client: String::new(),
        line: line.to_string(),
    };
    let log = vec![
        line("SET k v EX 100"),
        LogEntry::Advance { millis: 1000 },
        LogEntry::Block {
            block: 1,
            text: None,
        },
        line("SADD s a b c"),
    ];
    let first = Page::open(Setup {
        log: log.clone(),
        ..counting_page()
    })
    .run("", "SRANDMEMBER s -5")
    .output;
    let mut again = Page::open(Setup {
        log,
        ..counting_page()
    });
    assert_eq!(
        again.run("", "SRANDMEMBER s -5").output,
        first,
        "chance is part of the world"
    );
    assert_eq!(again.run("", "TTL k").output, "(integer) 99");
    assert_eq!(again.run("", "GET n").output, "\"2\"");
    assert_eq!(again.status().log_entries, 7);
}

#[test]
fn prompts_are_those_of_redis_cli() {
    let mut page = Page::open(Setup::default());
    assert_eq!(page.run("", "SELECT 3").prompt, "127.0.0.1:6379[3]> ");
    assert_eq!(page.run("", "MULTI").prompt, "127.0.0.1:6379[3](TX)> ");
    assert_eq!(page.run("", "DISCARD").prompt, "127.0.0.1:6379[3]> ");
    assert_eq!(
        page.run("", "SUBSCRIBE news").prompt,
        "127.0.0.1:6379[3](subscribed mode)> "
    );
}

#[test]
fn bad_lines_are_answered_in_words() {
    let mut page = Page::open(Setup::default());
    let cases = [
        ("SET k \"v", "Invalid argument(s)"),
        (
            "GEET k",
            "(error) ERR unknown command 'GEET', with args beginning with: 'k' ",
        ),
        (
            "GET",
            "(error) ERR wrong number of arguments for 'get' command",
        ),
        (
            "! cut A B",
            "(error) ERR not in this emulator yet: ! cut A B",
        ),
    ];
    for (line, expected) in cases {
        let ran = page.run("", line);
        assert_eq!(ran.output, expected, "{line}");
        assert!(ran.error, "{line}");
    }
    assert_eq!(page.run("", "   ").output, "");
    assert_eq!(
        page.run("", "3 INCR n").output,
        "(integer) 1\n(integer) 2\n(integer) 3"
    );
}

#[test]
fn an_exercise_leaves_the_page_alone() {
    let exercises = vec![ExerciseSource {
        given: "> SET stock 3".to_string(),
        checks: "> GET stock\n\"2\"\n> EXISTS done\n(integer) 1".to_string(),
    }];
    let mut page = Page::open(Setup {
        exercises,
        ..Setup::default()
    });
    page.run("", "SET stock 100");
    let passed = page.check("DECR stock\n> SET done yes");
    assert!(passed.passed);
    assert_eq!(passed.commands, 2);
    let failed = page.check("SET stock 2\nDEL done");
    assert!(!failed.passed);
    let reason = failed.checks.last().expect("the check that failed");
    assert_eq!(
        (
            reason.line.as_str(),
            reason.expected.as_str(),
            reason.actual.as_str()
        ),
        ("EXISTS done", "(integer) 1", "(integer) 0")
    );
    assert!(page.check("").problem.is_some(), "nothing to check is said");
    assert!(
        page.check(&"PING\n".repeat(501)).problem.is_some(),
        "an endless answer is refused"
    );
    assert_eq!(page.run("", "GET stock").output, "\"100\"");
}

#[test]
fn what_is_not_there_is_said() {
    let mut session = Session::new();
    let call = |request| Call {
        id: 1,
        world: "nowhere".to_string(),
        request,
    };
    let (answer, _) = session.handle(call(Request::Reset));
    assert_eq!(answer.result, Err(Failure::NoWorld));
    let mut page = Page::open(Setup::default());
    assert_eq!(
        page.call(Request::Check {
            exercise: 0,
            answer: String::new()
        }),
        Err(Failure::NoSuchPart)
    );
    assert_eq!(
        page.call(Request::Prove { quiz: 0 }),
        Err(Failure::NoSuchPart)
    );
    let Ok(Response::Shown(shown)) = page.call(Request::Show(messages::drawing::Show {
        view: "no such view".to_string(),
        key: b"none".to_vec(),
        ..Default::default()
    })) else {
        panic!("a figure of nothing is a figure")
    };
    assert_eq!((shown.view.as_str(), shown.commands), ("xray", 0));
}

#[test]
fn completion_follows_the_syntax() {
    let mut page = Page::open(Setup::default());
    page.run("", "SET session:42 ada");
    let mut complete = |line: &str| match page.call(Request::Complete {
        line: line.to_string(),
    }) {
        Ok(Response::Completions(completions)) => completions,
        other => panic!("{line}: {other:?}"),
    };
    let texts = |completions: messages::Completions| {
        completions
            .items
            .into_iter()
            .map(|item| item.text)
            .collect::<Vec<_>>()
    };
    assert!(texts(complete("ge")).contains(&"GETRANGE".to_string()));
    assert_eq!(texts(complete("GET s")), ["session:42"]);
    let options = texts(complete("SET session:42 v EX 10 "));
    assert!(
        options.contains(&"NX".to_string()) && !options.contains(&"EX".to_string()),
        "{options:?}"
    );
    assert!(complete("SET ").syntax.starts_with("SET key value"));
    assert!(complete("nonsense ").items.is_empty());
}
