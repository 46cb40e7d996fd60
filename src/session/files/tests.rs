//! Files go from one session into another, whole, damaged and misnamed.

use messages::{Call, Failure, FileRow, LogEntry, Request, Response, Setup};

use super::Files;
use crate::Session;

struct Page(Session);

impl Page {
    fn open(lines: &[&str]) -> Page {
        let mut page = Page(Session::new());
        drop(page.ask(Request::Open(Setup::default()), Vec::new()));
        lines.iter().for_each(|line| drop(page.run(line)));
        page
    }

    fn ask(&mut self, request: Request, files: Vec<Vec<u8>>) -> Result<Response, Failure> {
        let call = Call {
            id: 1,
            world: "w".to_string(),
            request,
        };
        self.0.handle_with(call, files).0.result
    }

    fn run(&mut self, line: &str) -> String {
        let request = Request::Run {
            client: String::new(),
            line: line.to_string(),
        };
        match self.ask(request, Vec::new()) {
            Ok(Response::Ran(ran)) => ran.output,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn load(&mut self, files: &[(&str, &[u8])]) -> Result<String, String> {
        let names = files.iter().map(|file| file.0.to_string()).collect();
        let bytes = files.iter().map(|file| file.1.to_vec()).collect();
        match self.ask(Request::Load { names }, bytes) {
            Ok(Response::Loaded(result)) => result,
            other => panic!("{other:?}"),
        }
    }

    fn rows(&mut self) -> Vec<FileRow> {
        match self.ask(Request::Files, Vec::new()) {
            Ok(Response::Files { rows, .. }) => rows,
            other => panic!("{other:?}"),
        }
    }

    /// What the reader downloads: names without the folder.
    fn files(&mut self) -> Files {
        let names: Vec<String> = self.rows().into_iter().map(|row| row.name).collect();
        let world = self.0.world("w").expect("it was opened");
        let file = |name: String| {
            let bytes = world.file(&name).expect("a listed file").to_vec();
            (
                name.rsplit('/').next().unwrap_or_default().to_string(),
                bytes,
            )
        };
        names.into_iter().map(file).collect()
    }
}

const DATA: [&str; 5] = [
    "+ 10s",
    "SET a 1 EX 100",
    "RPUSH l x y z",
    "SELECT 3",
    "SET b 2",
];

fn dump() -> Vec<u8> {
    let mut page = Page::open(&DATA);
    page.run("SAVE");
    page.files().remove(0).1
}

#[test]
fn a_dump_begins_the_server_anew_at_the_time_it_was_written() {
    let mut page = Page::open(&["SET gone 1", "CONFIG SET appendonly yes", "+ 1h"]);
    let loaded = page.load(&[("production.rdb", &dump())]);
    assert_eq!(loaded, Ok("3 keys in 2 databases.".to_string()));
    for (line, output) in [
        ("GET gone", "(nil)"),
        ("TTL a", "(integer) 100"),
        ("LRANGE l 0 -1", "1) \"x\"\n2) \"y\"\n3) \"z\""),
        ("CONFIG GET appendonly", "1) \"appendonly\"\n2) \"no\""),
        ("SELECT 3", "OK"),
        ("GET b", "\"2\""),
    ] {
        assert_eq!(page.run(line), output, "{line}");
    }
    assert_eq!(page.rows()[0].name, "dump.rdb");
}

#[test]
fn an_append_only_folder_goes_on_where_it_ended() {
    let mut page = Page::open(&["SET before 1", "CONFIG SET appendonly yes"]);
    DATA.iter().for_each(|line| drop(page.run(line)));
    let files = page.files();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), &bytes[..]))
        .collect();
    let mut other = Page::open(&[]);
    assert_eq!(other.load(&files), Ok("4 keys in 2 databases.".to_string()));
    assert_eq!(
        other.run("CONFIG GET appendonly"),
        "1) \"appendonly\"\n2) \"yes\""
    );
    let size = |page: &mut Page| page.rows().iter().map(|row| row.bytes).sum::<u64>();
    let before = size(&mut other);
    other.run("SET after 1");
    assert!(size(&mut other) > before);
    assert!(
        other
            .rows()
            .iter()
            .all(|row| row.name.starts_with("appendonlydir/"))
    );
}

#[test]
fn a_single_append_only_file_is_taken_with_or_without_its_name() {
    let text = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n";
    for name in ["appendonly.aof", "log.txt"] {
        let mut page = Page::open(&[]);
        assert_eq!(
            page.load(&[(name, text)]),
            Ok("1 key in 1 database.".to_string()),
            "{name}"
        );
        assert_eq!(page.run("GET a"), "\"1\"");
    }
    let mut page = Page::open(&[]);
    let cut = [&text[..], b"*3\r\n$3\r\nSET\r\n$1\r\nb"].concat();
    let loaded = page
        .load(&[("appendonly.aof", &cut)])
        .expect("its tail is cut off");
    assert!(
        loaded.starts_with("1 key in 1 database. !!! Truncating the AOF"),
        "{loaded}"
    );
}

#[test]
fn what_cannot_be_loaded_changes_nothing() {
    let dump = dump();
    let cases: &[(&[(&str, &[u8])], &str)] = &[
        (
            &[("dump.rdb", &dump[..dump.len() - 20])],
            "dump.rdb cannot be loaded: it is damaged or cut off",
        ),
        (
            &[("cat.png", b"\x89PNG\r\n")],
            "it does not begin as an RDB file does",
        ),
        (
            &[("empty.rdb", b"")],
            "it does not begin as an RDB file does",
        ),
        (
            &[("x.aof", b"hello\r\n")],
            "Bad file format reading the append only file",
        ),
        (
            &[("a.rdb", &dump), ("b.rdb", &dump)],
            "only with their manifest",
        ),
        (
            &[("a.manifest", b"file a.aof seq 1 type b\n")],
            "Unable to obtain the AOF file a.aof length",
        ),
        (
            &[("a.manifest", b"nonsense\n")],
            "Invalid AOF manifest file format",
        ),
    ];
    for (files, why) in cases {
        let mut page = Page::open(&["SET mine 1", "SAVE"]);
        let refused = page.load(files).expect_err(why);
        assert!(refused.contains(why), "{refused}");
        assert_eq!(page.run("GET mine"), "\"1\"");
        assert_eq!(page.rows().len(), 1);
    }
}

#[test]
fn a_log_that_begins_with_files_needs_them() {
    let line = |line: &str| LogEntry::Line {
        client: String::new(),
        line: line.to_string(),
    };
    let load = LogEntry::Load {
        names: vec!["dump.rdb".to_string()],
    };
    let setup = Setup {
        log: vec![line("SET early 1"), load, line("INCR a")],
        ..Setup::default()
    };
    for (files, replayed, reply) in [(vec![dump()], 2, "\"2\""), (vec![], 0, "(nil)")] {
        let mut page = Page(Session::new());
        let opened = page.ask(Request::Open(setup.clone()), files);
        assert_eq!(opened, Ok(Response::Opened { replayed }));
        assert_eq!(page.run("GET a"), reply);
        assert_eq!(page.run("GET early"), "(nil)");
    }
}

#[test]
fn a_download_is_of_a_file_that_there_is() {
    let mut page = Page::open(&["SAVE"]);
    let mut read = |name: &str| {
        page.ask(
            Request::ReadFile {
                name: name.to_string(),
            },
            Vec::new(),
        )
    };
    assert!(matches!(read("dump.rdb"), Ok(Response::File { .. })));
    assert_eq!(read("../etc/passwd"), Err(Failure::NoSuchPart));
}

#[test]
fn a_page_gets_the_beginning_of_what_it_cannot_draw() {
    let mut page = Page::open(&[]);
    let long = "x".repeat(300_000);
    page.run(&format!("SET long {long}"));
    let shown = page.run("GET long");
    assert!(shown.len() < 140_000, "{}", shown.len());
    assert!(
        shown.ends_with("more bytes in 1 lines are not shown."),
        "{}",
        &shown[shown.len() - 80..]
    );
    assert_eq!(page.run("STRLEN long"), "(integer) 300000");
}
