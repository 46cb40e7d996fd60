use messages::{
    BlockSource, Call, Failure, LogEntry, Request, Response, ScriptMove, Setup, Standing, Stepped,
};

use crate::Session;

const SCRIPT: &str = "local n = redis.call('INCR', KEYS[1])
local function twice(x)
  return x * n
end
local t = { ARGV[1], n = twice(2) }
redis.call('SET', KEYS[1] .. ':seen', t.n)
return t.n";

const LINES: &str =
    "> SET before 1\n> EVAL @script 1 hits a\nada> EVALSHA @sha 1 hits b\n> GET hits";

struct Page(Session, Setup);

impl Page {
    fn open(script: &str, lines: &str) -> Page {
        let setup = Setup {
            blocks: vec![BlockSource {
                text: lines.to_string(),
                script: Some(script.to_string()),
                ..BlockSource::default()
            }],
            ..Setup::default()
        };
        let mut page = Page(Session::new(), setup.clone());
        page.ask(Request::Open(setup)).expect("it opens");
        page
    }

    fn ask(&mut self, request: Request) -> Result<Response, Failure> {
        let call = Call {
            id: 1,
            world: "w".to_string(),
            request,
        };
        self.0.handle(call).0.result
    }

    fn step(&mut self, step: ScriptMove) -> Stepped {
        match self.ask(Request::StepScript(step)) {
            Ok(Response::Stepped(stepped)) => *stepped,
            other => panic!("{other:?}"),
        }
    }

    fn begin(&mut self) -> Standing {
        let begin = ScriptMove::Begin {
            block: 0,
            text: None,
        };
        self.step(begin).at.expect("it stands")
    }

    fn run(&mut self, line: &str) -> Result<String, Failure> {
        let request = Request::Run {
            client: String::new(),
            line: line.to_string(),
        };
        match self.ask(request)? {
            Response::Ran(ran) => Ok(ran.output),
            other => panic!("{other:?}"),
        }
    }

    /// All keys with their values, after a new start from this log.
    fn replayed(&self, log: Vec<LogEntry>) -> Page {
        let mut page = Page(Session::new(), self.1.clone());
        let setup = Setup {
            log,
            ..self.1.clone()
        };
        page.ask(Request::Open(setup)).expect("it opens");
        page
    }
}

fn named<'a>(variables: &'a [messages::Variable], name: &str) -> &'a str {
    let found = variables.iter().find(|variable| variable.name == name);
    found.map_or("", |variable| &variable.value)
}

#[test]
fn every_line_is_stopped_at_and_the_end_is_as_if_nobody_had_looked() {
    let mut page = Page::open(SCRIPT, LINES);
    let mut at = page.begin();
    assert_eq!((at.line, at.command.as_str()), (1, "EVAL @script 1 hits a"));
    assert_eq!(named(&at.given, "KEYS"), "{ \"hits\" }");
    let mut lines = Vec::new();
    let end = loop {
        lines.push((at.client.clone(), at.line));
        if at.line == 3 {
            assert_eq!(named(&at.locals, "x"), "2");
            assert_eq!(
                named(&at.outer, "n"),
                if at.client.is_empty() { "1" } else { "2" }
            );
        }
        if at.line == 6 && at.client.is_empty() {
            assert_eq!(named(&at.locals, "t"), "{ \"a\", n = 2 }");
            assert_eq!(named(&at.locals, "twice"), "function");
            assert_eq!(at.calls.len(), 1);
            assert_eq!(at.calls[0].line, 1);
            assert_eq!(at.calls[0].command, "INCR hits");
            assert_eq!(at.calls[0].reply, "(integer) 1");
        }
        let stepped = page.step(ScriptMove::Next);
        match stepped.at {
            Some(next) => at = next,
            None => break stepped,
        }
    };
    let once = [1, 4, 5, 3, 5, 6, 7];
    let of = |client: &str| {
        let own = lines.iter().filter(|(name, _)| name == client);
        own.map(|(_, line)| *line).collect::<Vec<_>>()
    };
    assert_eq!(of(""), once);
    assert_eq!(of("ada"), once);
    let outputs: Vec<&str> = end
        .run
        .steps
        .iter()
        .map(|ran| ran.output.as_str())
        .collect();
    assert_eq!(outputs, ["OK", "(integer) 2", "(integer) 4", "\"2\""]);
    let whole = LogEntry::Block {
        block: 0,
        text: None,
    };
    assert_eq!(end.log, [whole]);
    assert_eq!(page.run("GET hits:seen").expect("it is free"), "\"4\"");
    let mut again = page.replayed(end.log);
    assert_eq!(again.run("GET hits:seen").expect("it is there"), "\"4\"");
}

#[test]
fn nothing_else_is_done_while_a_script_stands() {
    let mut page = Page::open(SCRIPT, LINES);
    page.begin();
    page.step(ScriptMove::Next);
    let refused = Err(Failure::ScriptStands { block: 0 });
    assert_eq!(page.run("GET hits"), refused);
    assert_eq!(
        page.ask(Request::Advance { millis: 9_000 }).err(),
        refused.err()
    );
    // Who only looks is answered.
    assert!(matches!(
        page.ask(Request::Keys { limit: 9 }),
        Ok(Response::Keys { total: 2, .. })
    ));
    let end = page.step(ScriptMove::Finish);
    assert_eq!(end.at, None);
    assert_eq!(end.run.steps.len(), 4);
    assert_eq!(page.run("GET hits").expect("it is free"), "\"2\"");
    assert_eq!(
        page.ask(Request::StepScript(ScriptMove::Next)),
        Err(Failure::NoSuchPart)
    );
}

#[test]
fn an_edited_script_is_the_one_that_is_stepped_through_and_logged() {
    let mut page = Page::open(SCRIPT, LINES);
    let text = "local n = 7\nredis.call('SET', KEYS[1], n)\nredis.call('SET', 'late', n)\n---\n> SET before 1\n> EVAL @script 1 hits";
    let begin = ScriptMove::Begin {
        block: 0,
        text: Some(text.to_string()),
    };
    let at = page.step(begin).at.expect("it stands");
    assert_eq!((at.line, at.command.as_str()), (1, "EVAL @script 1 hits"));
    page.step(ScriptMove::Next);
    page.step(ScriptMove::Next);
    let end = page.step(ScriptMove::Stop);
    for page in [&mut page.replayed(end.log.clone()), &mut page] {
        assert_eq!(
            page.run("MGET before hits late").expect("it is free"),
            "1) \"1\"\n2) \"7\"\n3) (nil)"
        );
    }
}

#[test]
fn a_script_that_is_stopped_leaves_what_it_wrote() {
    let mut page = Page::open(SCRIPT, LINES);
    page.begin();
    page.step(ScriptMove::Next);
    let end = page.step(ScriptMove::Stop);
    assert_eq!(end.run.stopped, Some(1));
    let last = &end.run.steps[1];
    assert!(
        last.output.starts_with("(error) ERR Script killed by user"),
        "{}",
        last.output
    );
    assert_eq!(last.fault.as_ref().map(|fault| fault.line), Some(1));
    assert_eq!(end.run.steps.len(), 2);
    for page in [&mut page.replayed(end.log.clone()), &mut page] {
        assert_eq!(page.run("GET hits").expect("it is free"), "\"1\"");
        assert_eq!(page.run("GET before").expect("it is free"), "\"1\"");
        assert_eq!(
            page.run("EXISTS hits:seen").expect("it is free"),
            "(integer) 0"
        );
    }
}

#[test]
fn a_line_without_end_can_be_stopped() {
    let script = "local s = ('a'):rep(30000)\nreturn s:find(('a-'):rep(30) .. 'b')";
    let mut page = Page::open(script, "> EVAL @script 0");
    assert_eq!(page.begin().line, 1);
    let at = page.step(ScriptMove::Next).at.expect("it stands");
    assert_eq!((at.line, at.midway), (2, false));
    let at = page.step(ScriptMove::Next).at.expect("it stands");
    assert_eq!((at.line, at.midway), (2, true));
    let end = page.step(ScriptMove::Stop);
    assert_eq!(end.run.stopped, Some(0));
    assert_eq!(page.run("PING").expect("it is free"), "PONG");
}

#[test]
fn what_cannot_be_stepped_runs_to_its_end() {
    // It does not compile; and a block without a run of its script.
    for (script, lines) in [
        ("return (", "> EVAL @script 0"),
        ("return 1", "> SCRIPT LOAD @script"),
    ] {
        let mut page = Page::open(script, lines);
        let begin = ScriptMove::Begin {
            block: 0,
            text: None,
        };
        let end = page.step(begin);
        assert_eq!(end.at, None, "{script}");
        assert_eq!(end.run.steps.len(), 1, "{script}");
        assert_eq!(end.log.len(), 1, "{script}");
    }
}

#[test]
fn a_function_is_stepped_through_in_its_library() {
    let library = "#!lua name=shop\nredis.register_function('count', function(keys)\n  local n = redis.call('INCR', keys[1])\n  return n\nend)";
    let mut page = Page::open(library, "> FUNCTION LOAD @script\n> FCALL count 1 hits");
    let at = page.begin();
    assert_eq!((at.line, at.command.as_str()), (3, "FCALL count 1 hits"));
    assert_eq!(named(&at.locals, "keys"), "{ \"hits\" }");
    let at = page.step(ScriptMove::Next).at.expect("it stands");
    assert_eq!((at.line, named(&at.locals, "n")), (4, "1"));
    match page.ask(Request::Scripts) {
        Ok(Response::Scripts(scripts)) => {
            assert_eq!(scripts.libraries[0].functions[0].name, "count");
            assert_eq!(scripts.scripts.len(), 0);
        }
        other => panic!("{other:?}"),
    }
}
