use super::*;
use crate::resp::decode_reply;

/// Each line: the protocol, the words typed, the reply's bytes, what redis-cli printed on a
/// terminal.
const RECORDED: &str = include_str!("../../../tests/vectors/terminal.txt");

fn check(line: &str) {
    let case = words::split(line.as_bytes()).expect("a recorded line is well quoted");
    let [protocol, typed, wire, printed] = case.as_slice() else {
        panic!("{line}")
    };
    let protocol = if protocol == b"3" {
        Protocol::Resp3
    } else {
        Protocol::Resp2
    };
    let (reply, _) = decode_reply(wire).expect("a whole reply");
    let typed = words::split(typed).expect("words");
    let text = if is_raw(&typed) {
        render_raw(&reply, protocol)
    } else {
        render(&reply, protocol)
    };
    // A terminal shows a carriage return and a line feed as one line break.
    let text = text.replace("\r\n", "\n");
    assert_eq!(text, String::from_utf8_lossy(printed), "{line}");
}

#[test]
fn replies_as_redis_cli_prints_them() {
    RECORDED.lines().for_each(check);
}

#[test]
fn resp2_flattens_what_only_resp3_can_say() {
    let pair = || vec![(Reply::bulk("m"), Reply::Double(1.5))];
    let table = [
        (
            Reply::Map(pair()),
            "1) \"m\"\n2) \"1.5\"\n",
            "1# \"m\" => (double) 1.5\n",
        ),
        (
            Reply::Pairs(pair()),
            "1) \"m\"\n2) \"1.5\"\n",
            "1) 1) \"m\"\n   2) (double) 1.5\n",
        ),
        (Reply::Pairs(vec![]), "(empty array)\n", "(empty array)\n"),
        (Reply::Map(vec![]), "(empty array)\n", "(empty hash)\n"),
        (Reply::Set(vec![]), "(empty array)\n", "(empty set)\n"),
        (
            Reply::Set(vec![Reply::Bool(true)]),
            "1) (integer) 1\n",
            "1~ (true)\n",
        ),
        (Reply::Push(vec![Reply::Null]), "1) (nil)\n", "1) (nil)\n"),
        (
            Reply::Verbatim("txt", "a\nb".to_owned()),
            "\"a\\nb\"\n",
            "a\nb\n",
        ),
        (
            Reply::Many(vec![Reply::Set(vec![]), Reply::OK]),
            "(empty array)\nOK\n",
            "(empty set)\nOK\n",
        ),
        (Reply::Nothing, "", ""),
    ];
    for (reply, in_resp2, in_resp3) in table {
        assert_eq!(render(&reply, Protocol::Resp2), in_resp2, "{reply:?}");
        assert_eq!(render(&reply, Protocol::Resp3), in_resp3, "{reply:?}");
    }
}

#[test]
fn commands_printed_raw() {
    let raw = |line: &str| is_raw(&words::split(line.as_bytes()).expect("words"));
    for line in [
        "info",
        "INFO server",
        "lolwut version 5",
        "client list id 1",
        "CLUSTER NODES",
        "latency graph x",
    ] {
        assert!(raw(line), "{line}");
    }
    for line in [
        "",
        "get info",
        "client",
        "client id",
        "cluster info x",
        "latency graph",
        "latency doctor x",
    ] {
        assert!(!raw(line), "{line}");
    }
}
