//! A line of the shell, cut into programs: words with their quotes taken off, pipes, redirections, `;` and `&&`.
//!
//! Only what has one meaning without variables, globs and jobs is read. The rest is refused by name, for a word that
//! is silently taken literally would teach something false.

/// Programs joined by pipes, and what decides whether they run.
#[derive(Debug, PartialEq)]
pub struct Pipeline {
    pub stages: Vec<Stage>,
    /// `&&` stands before it: it runs only if the pipeline before it succeeded.
    pub if_succeeded: bool,
}

#[derive(Debug, Default, PartialEq)]
pub struct Stage {
    pub words: Vec<Vec<u8>>,
    /// `< name`
    pub input: Option<String>,
    pub output: Option<Target>,
}

/// `> name`, or `>> name`.
#[derive(Debug, PartialEq)]
pub struct Target {
    pub name: String,
    pub append: bool,
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(Vec<u8>),
    Pipe,
    Input,
    Output,
    Append,
    Then,
    IfSucceeded,
}

/// The line's pipelines, or what the shell of this page does not read.
pub fn parse(line: &str) -> Result<Vec<Pipeline>, String> {
    let mut pipelines = Vec::new();
    let mut stages = vec![Stage::default()];
    let mut if_succeeded = false;
    let mut tokens = tokens(line)?.into_iter();
    while let Some(token) = tokens.next() {
        let stage = stages.last_mut().expect("there is always one");
        match token {
            Token::Word(word) => stage.words.push(word),
            Token::Input => stage.input = Some(name(tokens.next())?),
            token @ (Token::Output | Token::Append) => {
                stage.output = Some(Target {
                    name: name(tokens.next())?,
                    append: token == Token::Append,
                });
            }
            Token::Pipe => stages.push(Stage::default()),
            token @ (Token::Then | Token::IfSucceeded) => {
                let stages = std::mem::replace(&mut stages, vec![Stage::default()]);
                pipelines.push(complete(stages, if_succeeded)?);
                if_succeeded = token == Token::IfSucceeded;
            }
        }
    }
    let is_empty = stages.len() == 1 && stages[0] == Stage::default();
    if !is_empty || if_succeeded {
        pipelines.push(complete(stages, if_succeeded)?);
    }
    Ok(pipelines)
}

fn complete(stages: Vec<Stage>, if_succeeded: bool) -> Result<Pipeline, String> {
    match stages.iter().any(|stage| stage.words.is_empty()) {
        true => Err("syntax error: a command is missing".to_string()),
        false => Ok(Pipeline {
            stages,
            if_succeeded,
        }),
    }
}

fn name(token: Option<Token>) -> Result<String, String> {
    match token {
        Some(Token::Word(word)) => {
            String::from_utf8(word).map_err(|_| "a file's name must be text".to_string())
        }
        _ => Err("syntax error: the name of a file is missing".to_string()),
    }
}

fn tokens(line: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = line.chars().peekable();
    while let Some(&next) = chars.peek() {
        if next.is_ascii_whitespace() {
            chars.next();
            continue;
        }
        if next == '\\' && chars.clone().nth(1) == Some('\n') {
            chars.nth(1);
            continue;
        }
        let doubled = |chars: &mut std::iter::Peekable<std::str::Chars>| {
            chars.next();
            chars.next_if_eq(&next).is_some()
        };
        let token = match next {
            '#' => break,
            '|' if doubled(&mut chars) => return Err(refused("||")),
            '|' => Token::Pipe,
            ';' => {
                chars.next();
                Token::Then
            }
            '&' if doubled(&mut chars) => Token::IfSucceeded,
            '&' => return Err(refused("jobs in the background (`&`)")),
            '<' if doubled(&mut chars) => return Err(refused("`<<`")),
            '<' => Token::Input,
            '>' if doubled(&mut chars) => Token::Append,
            '>' => Token::Output,
            _ => Token::Word(word(&mut chars)?),
        };
        tokens.push(token);
    }
    Ok(tokens)
}

fn word(chars: &mut std::iter::Peekable<std::str::Chars>) -> Result<Vec<u8>, String> {
    let mut word = String::new();
    let mut quoted = false;
    while let Some(&next) = chars.peek() {
        match next {
            '\'' | '"' => {
                chars.next();
                quoted = true;
                quotation(next, chars, &mut word)?;
                continue;
            }
            '\\' => {
                chars.next();
                match chars.peek() {
                    // A line that goes on.
                    Some('\n') | None => {}
                    Some(other) => word.push(*other),
                }
            }
            '>' | '<'
                if !quoted && !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) =>
            {
                return Err(refused("redirections with a number (`2>`)"));
            }
            '|' | ';' | '&' | '<' | '>' => break,
            next if next.is_ascii_whitespace() => break,
            '$' | '`' => return Err(refused("variables and substitutions (`$`)")),
            '(' | ')' => return Err(refused("subshells (`( )`)")),
            '~' if word.is_empty() => return Err(refused("the home folder (`~`)")),
            next => word.push(next),
        }
        chars.next();
    }
    Ok(word.into_bytes())
}

fn quotation(
    mark: char,
    chars: &mut std::iter::Peekable<std::str::Chars>,
    word: &mut String,
) -> Result<(), String> {
    while let Some(next) = chars.next() {
        match next {
            next if next == mark => return Ok(()),
            '\\' if mark == '"' => match chars.peek() {
                Some('\n') => drop(chars.next()),
                Some(&escaped @ ('"' | '\\' | '$' | '`')) => {
                    chars.next();
                    word.push(escaped);
                }
                _ => word.push('\\'),
            },
            '$' | '`' if mark == '"' => {
                return Err(refused("variables and substitutions (`$`)"));
            }
            next => word.push(next),
        }
    }
    Err("syntax error: unterminated quoted string".to_string())
}

fn refused(what: &str) -> String {
    format!("not in this emulator's shell: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Vec<String>> {
        let text = |word: &Vec<u8>| String::from_utf8_lossy(word).into_owned();
        let stages = parse(line)
            .expect("readable")
            .into_iter()
            .flat_map(|pipeline| pipeline.stages);
        stages
            .map(|stage| stage.words.iter().map(text).collect())
            .collect()
    }

    #[test]
    fn quotes_are_taken_off() {
        for (line, expected) in [
            ("redis-cli GET k", vec!["redis-cli", "GET", "k"]),
            ("echo 'a b'\"c d\"e\\ f", vec!["echo", "a bc de f"]),
            (
                "echo 'a\\n' \"b\\n\" c\\n",
                vec!["echo", "a\\n", "b\\n", "cn"],
            ),
            ("echo \"a\\\"b\" '' # rest", vec!["echo", "a\"b", ""]),
            ("echo a \\\n  b", vec!["echo", "a", "b"]),
            ("SCAN user:*", vec!["SCAN", "user:*"]),
        ] {
            assert_eq!(words(line), vec![expected], "{line}");
        }
    }

    #[test]
    fn pipes_files_and_sequences() {
        assert_eq!(
            words("echo a|cat; echo b && cat"),
            [
                vec!["echo", "a"],
                vec!["cat"],
                vec!["echo", "b"],
                vec!["cat"]
            ]
        );
        let lines = parse("cat < in >> out").expect("readable");
        let stage = &lines[0].stages[0];
        assert_eq!(stage.input.as_deref(), Some("in"));
        assert_eq!(
            stage.output,
            Some(Target {
                name: "out".to_string(),
                append: true
            })
        );
    }

    #[test]
    fn what_it_does_not_read_is_named() {
        for line in [
            "echo $HOME",
            "echo `date`",
            "echo \"$x\"",
            "a &",
            "a || b",
            "cat <<END",
            "a 2> b",
            "(a)",
            "cat ~/x",
            "echo 'a",
            "| cat",
            "a |",
            "a > ",
            "a &&",
        ] {
            let found = parse(line);
            assert!(found.is_err(), "{line} was read as {found:?}");
        }
    }
}
