use super::*;
use crate::error::Error;
use crate::words;

fn cases(recorded: &str) -> impl Iterator<Item = Vec<Vec<u8>>> {
    recorded
        .lines()
        .map(|line| words::split(line.as_bytes()).expect("a recorded line is well quoted"))
}

fn text(word: &[u8]) -> &str {
    std::str::from_utf8(word).expect("text")
}

/// Enough of a server to answer the recorded requests: PING, and refusing the rest.
fn answer(request: &Request<'_>, out: &mut Vec<u8>) {
    let reply = request.with_words(|words| match words {
        [ping] if ping.eq_ignore_ascii_case(b"ping") => Reply::Status("PONG"),
        [ping, text] if ping.eq_ignore_ascii_case(b"ping") => Reply::bulk(text),
        [ping, ..] if ping.eq_ignore_ascii_case(b"ping") => {
            Error::WrongArity("ping".to_owned()).into()
        }
        [name, rest @ ..] => {
            let shown = String::from_utf8_lossy(&name[..name.len().min(128)]).into_owned();
            let rest = rest
                .iter()
                .map(|word| format!("'{}' ", String::from_utf8_lossy(word)))
                .collect();
            Error::UnknownCommand(shown, rest).into()
        }
        [] => panic!("an empty request"),
    });
    encode(&reply, Protocol::Resp2, out);
}

/// What goes out, and whether the connection is closed then.
fn serve(parser: &mut Parser, out: &mut Vec<u8>) -> bool {
    loop {
        match parser.next_command() {
            Ok(Some(request)) => answer(&request, out),
            Ok(None) => return false,
            Err(error) => {
                error.encode(out);
                return true;
            }
        }
    }
}

/// Each line: authenticated, closed, what the server sent, then the request as counts and pieces.
#[test]
fn requests_are_read_as_the_server_reads_them() {
    for case in cases(include_str!("../../../tests/vectors/requests.txt")) {
        let [authenticated, closed, expected, pieces @ ..] = case.as_slice() else {
            panic!("{case:?}")
        };
        let pieces = pieces
            .chunks_exact(2)
            .map(|pair| pair[1].repeat(text(&pair[0]).parse().expect("a count")));
        let sent: Vec<u8> = pieces.flatten().collect();
        let limits = Limits {
            authenticated: authenticated == b"1",
            ..Limits::default()
        };
        let shown = words::quote(&sent[..sent.len().min(80)]);
        let (mut out, mut parser) = (Vec::new(), Parser::new(limits));
        parser.feed(&sent);
        assert_eq!(serve(&mut parser, &mut out), closed == b"1", "{shown}");
        assert_eq!(words::quote(&out), words::quote(expected), "{shown}");

        let (mut out, mut parser, mut failed) = (Vec::new(), Parser::new(limits), false);
        for byte in sent.iter().take_while(|_| sent.len() < 1000) {
            parser.feed(std::slice::from_ref(byte));
            failed = failed || serve(&mut parser, &mut out);
        }
        if sent.len() < 1000 && !failed {
            assert_eq!(
                words::quote(&out),
                words::quote(expected),
                "byte by byte: {shown}"
            );
        }
    }
}

#[test]
fn requests_cut_anywhere() {
    let mut sent = Vec::new();
    for number in 0..500 {
        let value = vec![b'v'; number * 7 % 300];
        encode_command(&[b"SET", number.to_string().as_bytes(), &value], &mut sent);
        sent.extend_from_slice(b"PING 'a b'\r\n");
    }
    for step in [1, 2, 3, 7, 64, 1000, sent.len()] {
        let (mut parser, mut rebuilt) = (Parser::new(Limits::default()), Vec::new());
        for chunk in sent.chunks(step) {
            parser.feed(chunk);
            while let Some(request) = parser.next_command().expect("well formed") {
                if request.len() == 3 {
                    encode_command(&request.to_vec(), &mut rebuilt);
                } else {
                    assert_eq!(request.word(1), Some(&b"a b"[..]));
                    rebuilt.extend_from_slice(b"PING 'a b'\r\n");
                }
                assert_eq!(parser.consumed(), rebuilt.len() as u64);
            }
        }
        assert_eq!(rebuilt, sent, "in steps of {step}");
        assert_eq!(parser.pending(), b"");
    }
}

#[test]
fn many_words_and_a_lower_bulk_limit() {
    let many = vec![b"x"; 100];
    let mut sent = Vec::new();
    encode_command(&many, &mut sent);
    let mut parser = Parser::new(Limits {
        bulk_bytes: 10,
        ..Limits::default()
    });
    parser.feed(&sent);
    parser.feed(b"*1\r\n$10\r\n0123456789\r\n*1\r\n$11\r\n");
    let request = parser
        .next_command()
        .expect("well formed")
        .expect("complete");
    assert_eq!(request.with_words(|words| words.len()), 100);
    assert!(parser.next_command().is_ok_and(|request| request.is_some()));
    assert_eq!(parser.next_command().err(), Some(ProtocolError::BulkLength));
    assert_eq!(parser.next_command().err(), Some(ProtocolError::BulkLength));
    assert_eq!(
        Error::from(ProtocolError::BulkLength).to_string(),
        "ERR Protocol error: invalid bulk length"
    );
}

/// What the server sent for DEBUG PROTOCOL and many commands comes out of `encode` as it went into
/// `decode`.
#[test]
fn replies_survive_decoding_and_encoding() {
    let wire = cases(include_str!("../../../tests/vectors/wire.txt"))
        .map(|case| [case[0].clone(), case[2].clone()]);
    let terminal = cases(include_str!("../../../tests/vectors/terminal.txt"));
    let terminal = terminal.map(|case| [case[0].clone(), case[2].clone()]);
    for [protocol, bytes] in wire
        .chain(terminal)
        .filter(|[_, bytes]| !bytes.starts_with(b"|"))
    {
        let protocol = if protocol == b"3" {
            Protocol::Resp3
        } else {
            Protocol::Resp2
        };
        let (reply, used) = decode_reply(&bytes).expect("a whole reply");
        assert_eq!(used, bytes.len());
        let mut out = Vec::new();
        encode(&reply, protocol, &mut out);
        assert_eq!(words::quote(&out), words::quote(&bytes));
        for cut in 0..bytes.len() {
            assert_eq!(
                decode(&bytes[..cut]),
                Ok(None),
                "{}",
                words::quote(&bytes[..cut])
            );
        }
    }
}

/// The strings after `"key": ` in a JSON text, with its escapes undone.
fn json_strings<'a>(json: &'a str, key: &str) -> Vec<String> {
    let mark = format!("\"{key}\": \"");
    let strings = json.split(&mark).skip(1);
    let unescape = |rest: &'a str| {
        let (mut out, mut chars) = (String::new(), rest.chars());
        loop {
            match chars.next().expect("a closed string") {
                '"' => return out,
                '\\' => match chars.next().expect("an escape") {
                    'n' => out.push('\n'),
                    'r' => out.push('\r'),
                    't' => out.push('\t'),
                    other => out.push(other),
                },
                other => out.push(other),
            }
        }
    };
    strings.map(unescape).collect()
}

#[test]
fn recorded_conversations() {
    let json = include_str!("../../../tests/vectors/resp-wire.json");
    for sent in json_strings(json, "sent")
        .iter()
        .filter(|sent| sent.starts_with('*'))
    {
        let (mut parser, mut again) = (Parser::new(Limits::default()), Vec::new());
        parser.feed(sent.as_bytes());
        while let Ok(Some(request)) = parser.next_command() {
            encode_command(&request.to_vec(), &mut again);
        }
        // The three recorded protocol errors hold no whole request.
        assert!(again == sent.as_bytes() || again.is_empty(), "{sent}");
    }
    let two = |number: i64| (Reply::bulk(number.to_string()), Reply::Int(number));
    let table: Vec<(Protocol, Reply, &str)> = vec![
        (Protocol::Resp2, Reply::OK, "+OK\r\n"),
        (
            Protocol::Resp2,
            Error::NotAnInteger.into(),
            "-ERR value is not an integer or out of range\r\n",
        ),
        (
            Protocol::Resp2,
            Error::err("two\r\nlines").into(),
            "-ERR two  lines\r\n",
        ),
        (Protocol::Resp2, Reply::Null, "$-1\r\n"),
        (Protocol::Resp3, Reply::Null, "_\r\n"),
        (Protocol::Resp2, Reply::NullArray, "*-1\r\n"),
        (Protocol::Resp3, Reply::NullArray, "_\r\n"),
        (
            Protocol::Resp2,
            Reply::Map(vec![two(1)]),
            "*2\r\n$1\r\n1\r\n:1\r\n",
        ),
        (
            Protocol::Resp3,
            Reply::Map(vec![two(1)]),
            "%1\r\n$1\r\n1\r\n:1\r\n",
        ),
        (
            Protocol::Resp2,
            Reply::Pairs(vec![two(1), two(2)]),
            "*4\r\n$1\r\n1\r\n:1\r\n$1\r\n2\r\n:2\r\n",
        ),
        (
            Protocol::Resp3,
            Reply::Pairs(vec![two(1)]),
            "*1\r\n*2\r\n$1\r\n1\r\n:1\r\n",
        ),
        (
            Protocol::Resp2,
            Reply::Set(vec![Reply::bulk("x")]),
            "*1\r\n$1\r\nx\r\n",
        ),
        (
            Protocol::Resp3,
            Reply::Set(vec![Reply::bulk("x")]),
            "~1\r\n$1\r\nx\r\n",
        ),
        (Protocol::Resp2, Reply::Double(1.5), "$3\r\n1.5\r\n"),
        (Protocol::Resp3, Reply::Double(1.5), ",1.5\r\n"),
        (Protocol::Resp2, Reply::Bool(true), ":1\r\n"),
        (Protocol::Resp3, Reply::Bool(false), "#f\r\n"),
        (
            Protocol::Resp2,
            Reply::Verbatim("txt", "hé".to_owned()),
            "$3\r\nhé\r\n",
        ),
        (
            Protocol::Resp3,
            Reply::Verbatim("txt", "hé".to_owned()),
            "=7\r\ntxt:hé\r\n",
        ),
        (
            Protocol::Resp2,
            Reply::BigNumber("12".to_owned()),
            "$2\r\n12\r\n",
        ),
        (
            Protocol::Resp3,
            Reply::BigNumber("12".to_owned()),
            "(12\r\n",
        ),
        (
            Protocol::Resp2,
            Reply::Push(vec![Reply::Int(1)]),
            "*1\r\n:1\r\n",
        ),
        (
            Protocol::Resp3,
            Reply::Push(vec![Reply::Int(1)]),
            ">1\r\n:1\r\n",
        ),
        (
            Protocol::Resp2,
            Reply::Many(vec![Reply::Int(1), Reply::Nothing, Reply::OK]),
            ":1\r\n+OK\r\n",
        ),
        (Protocol::Resp2, Reply::Later, ""),
    ];
    for (protocol, reply, expected) in table {
        let mut out = Vec::new();
        encode(&reply, protocol, &mut out);
        assert_eq!(text(&out), expected, "{reply:?}");
    }
}

#[test]
fn malformed_replies_are_told_from_incomplete_ones() {
    let deep = b"*1\r\n".repeat(100_000);
    for bytes in [
        &b"x\r\n"[..],
        b"\r\n",
        b":1x\r\n",
        b"$-2\r\n",
        b"*x\r\n",
        b"#x\r\n",
        b"$1\r\nab\r\n",
        b"=1\r\nx\r\n",
        &deep,
    ] {
        assert_eq!(
            decode(bytes),
            Err(Malformed),
            "{}",
            words::quote(&bytes[..bytes.len().min(40)])
        );
        assert_eq!(decode_reply(bytes), None);
    }
    for bytes in [&b""[..], b"*", b"*99999999999\r\n", b"$5\r\nab"] {
        assert_eq!(decode(bytes), Ok(None));
    }
}
