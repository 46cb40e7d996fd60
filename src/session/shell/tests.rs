//! What the recorded transcripts cannot show: what the shell refuses, and what bounds it. The outputs of redis-cli
//! itself are compared in `tests/spec/shell/`.

use messages::Setup;

use crate::World;

fn screen(world: &mut World, line: &str) -> String {
    world.type_line("", &format!("$ {line}")).output
}

fn world() -> World {
    World::new(Setup::default())
}

#[test]
fn what_is_not_emulated_says_so() {
    let refused = [
        "docker run redis",
        "redis-server",
        "redis-benchmark -q",
        "sudo ls",
        "ls",
        "redis-cli",
        "redis-cli --latency",
        "redis-cli --rdb dump.rdb",
        "redis-cli --cluster info",
        "redis-cli -h example.org PING",
        "redis-cli -d , LRANGE l 0 -1",
        "redis-cli --tls PING",
        "redis-cli SUBSCRIBE news",
        "redis-cli MONITOR",
        "redis-cli BLPOP nothing 0",
        "redis-cli -r -1 PING",
        "redis-cli -x SET a",
        "redis-cli --pipe",
        "redis-cli GET $KEY",
        "redis-cli GET `date`",
        "echo $(date)",
        "cat",
        "sort -n",
        "grep 'a.*b'",
        "echo a | grep 'a.*b'",
        "printf '%d' 1",
        "redis-cli PING &",
        "false || true",
    ];
    for line in refused {
        let mut world = world();
        let ran = world.type_line("", &format!("$ {line}"));
        assert!(ran.error, "{line} passes for having run: {}", ran.output);
        assert!(
            ran.output.contains("not in this emulator"),
            "{line} does not say what it is: {}",
            ran.output
        );
    }
}

#[test]
fn a_refused_wait_leaves_nobody_waiting() {
    let mut world = world();
    screen(&mut world, "redis-cli BLPOP jobs 0");
    assert_eq!(screen(&mut world, "redis-cli RPUSH jobs a"), "(integer) 1");
    assert_eq!(screen(&mut world, "redis-cli LLEN jobs"), "(integer) 1");
    assert_eq!(
        screen(&mut world, "redis-cli INFO clients | grep blocked_clients"),
        "blocked_clients:0\r"
    );
}

#[test]
fn what_a_line_may_take_is_bounded() {
    let mut world = world();
    for _ in 0..24 {
        screen(
            &mut world,
            "cat big big big > next; cat next > big; echo 0123456789 >> big",
        );
    }
    let held: usize = world.files.values().map(Vec::len).sum();
    assert!(held <= 8 << 20, "the files hold {held} bytes");
    let shown = screen(&mut world, "cat big");
    assert!(
        shown.len() <= (1 << 20) + 100,
        "{} bytes are shown",
        shown.len()
    );
    screen(&mut world, "redis-cli -r 9000000000 INCR n");
    let count = screen(&mut world, "redis-cli GET n | cat");
    assert!(
        count.parse::<u64>().is_ok_and(|count| count <= 200_000),
        "{count} commands ran"
    );
}

#[test]
fn waiting_between_commands_moves_the_clock() {
    let mut world = world();
    screen(&mut world, "redis-cli SET offer today EX 60");
    assert_eq!(
        screen(&mut world, "redis-cli -r 3 -i 10 TTL offer"),
        "(integer) 60\n(integer) 50\n(integer) 40"
    );
}

#[test]
fn odd_lines_do_no_harm() {
    let odd = [
        "",
        " ",
        "|",
        "a |",
        "< x",
        "> x",
        "echo >",
        "''",
        "redis-cli ''",
        "redis-cli -n",
        "redis-cli -r x PING",
        "redis-cli -i nan -r 2 PING",
        "redis-cli -i -5 -r 2 PING",
        "redis-cli -n -1 PING",
        "redis-cli --memkeys-samples x",
        "redis-cli --eval",
        "printf",
        "printf '%'",
        "printf '%s'",
        "printf '%s%s' a",
        "echo -n",
        "head -n x",
        "tail -5 nothing",
        "wc",
        "echo | redis-cli",
        "printf '\\x00' | redis-cli",
        "printf '*9999999999\\r\\n' | redis-cli --pipe",
        "printf '*1\\r\\n$-5\\r\\n' | redis-cli --pipe",
        "printf 'QUIT\\nPING\\n' | redis-cli",
        "redis-cli QUIT",
        "redis-cli -r 3 QUIT",
        "redis-cli RESET",
        "redis-cli HELLO 9",
        "redis-cli CLIENT KILL TYPE normal SKIPME no",
        "redis-cli -r 2 CLIENT REPLY OFF",
        "redis-cli SHUTDOWN NOSAVE",
        "redis-cli POST / HTTP/1.1",
        "echo é | wc -c",
        "redis-cli --stat",
        "redis-cli --json CLIENT TRACKING ON",
        "redis-cli -3 DEBUG PROTOCOL attrib",
    ];
    let mut world = world();
    for line in odd {
        let shown = screen(&mut world, line);
        assert!(shown.len() < 10_000, "{line} printed {} bytes", shown.len());
    }
    assert_eq!(screen(&mut world, "redis-cli -n 0 PING"), "PONG");
}

#[test]
fn lines_of_chance_do_no_harm() {
    const PIECES: &[&str] = &[
        "redis-cli",
        " ",
        " ",
        " ",
        " -n",
        " -r",
        " 2",
        " -i",
        " 1",
        " -x",
        " -X",
        " tag",
        " --raw",
        " --csv",
        " --json",
        " -3",
        " -e",
        " -D",
        " --scan",
        " --pattern",
        " '*'",
        " --bigkeys",
        " --memkeys",
        " --hotkeys",
        " --stat",
        " --pipe",
        " --eval",
        " f",
        " SET k v",
        " GET k",
        " LRANGE l 0 -1",
        " EVAL 'return 1' 0",
        " MULTI",
        " EXEC",
        " DEBUG SLEEP 0",
        " HELLO 3",
        "|",
        " | ",
        " < f",
        " > f",
        " >> f",
        " && ",
        "; ",
        "echo a",
        "printf '%s\\n' ",
        "cat f",
        "sort",
        "wc -l",
        "head -n 1",
        "grep a",
        "'",
        "\"",
        "\\",
        "\n",
        "$",
        "é",
        "\u{0}",
        "*3\r\n$1\r\n",
    ];
    let mut state = 7_u64;
    let mut world = world();
    for _ in 0..4000 {
        let mut line = String::from("$ redis-cli");
        for _ in 0..8 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            line.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
        }
        let ran = world.type_line("", &line);
        assert!(ran.output.len() <= (1 << 20) + 100, "{line}");
        assert_eq!(world.status().clients.len(), 0, "{line} left a client");
    }
}
