//! The little language in which commands declare their syntax, read into a tree.
//! Arity, key positions, hints and documentation are derived from the tree; nothing here knows a command.
//!
//! - `lowercase` is a value, `UPPERCASE` a token; a token that is lower case is quoted: `('m' | 'km')`.
//! - `[ ]` is optional, `( | )` a choice, `...` repeats what stands before it.
//! - A value is text unless it says `:int :float :time :pattern :key`; a value named `key` is a key.
//! - A token binds to the value after it (`EX seconds:int`).
//! - A subcommand is written `CLIENT|KILL`.

/// A node of the tree.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A word that must be typed as it stands.
    Token(String),
    /// A word that the user chooses: its name and its type.
    Value(String, Type),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    Optional(Box<Node>),
    /// One or more times.
    Repeat(Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Text,
    Int,
    Float,
    Time,
    Pattern,
    Key,
}

/// A parsed line: the command's name (`zadd`, `client|kill`) and its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Syntax {
    pub name: String,
    pub arguments: Vec<Node>,
}

impl Syntax {
    /// Panics on a line that is not in the language: lines are constants, and a test reads them all.
    pub fn parse(line: &str) -> Syntax {
        let mut words = tokenize(line).into_iter().peekable();
        let name = words
            .next()
            .expect("a syntax line begins with a name")
            .to_ascii_lowercase();
        let arguments = sequence(&mut words);
        assert!(
            words.peek().is_none(),
            "unbalanced brackets in syntax line: {line}"
        );
        Syntax { name, arguments }
    }

    /// As COMMAND INFO gives it: words including the name; negative means "at least".
    pub fn arity(&self) -> i32 {
        let name_words = self.name.split('|').count() as i32;
        let fixed = name_words + self.arguments.iter().map(Node::min_words).sum::<i32>();
        if self.arguments.iter().any(is_variable) {
            -fixed
        } else {
            fixed
        }
    }
}

/// An argument as COMMAND DOCS describes it: tokens are bound to what they introduce.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    pub name: String,
    /// `string`, `integer`, `double`, `unix-time`, `pattern`, `key`, `pure-token`, `oneof` or `block`.
    pub kind: &'static str,
    pub token: Option<String>,
    pub optional: bool,
    pub multiple: bool,
    /// Repeated together with its token.
    pub multiple_token: bool,
    /// The parts of a block, the branches of a choice.
    pub arguments: Vec<Argument>,
}

impl Argument {
    fn new(name: String, kind: &'static str) -> Argument {
        let arguments = Vec::new();
        Argument {
            name,
            kind,
            token: None,
            optional: false,
            multiple: false,
            multiple_token: false,
            arguments,
        }
    }

    /// A block or choice, named after its first part.
    fn group(kind: &'static str, arguments: Vec<Argument>) -> Argument {
        let name = arguments
            .first()
            .map(|first| first.name.clone())
            .unwrap_or_default();
        Argument {
            arguments,
            ..Argument::new(name, kind)
        }
    }
}

impl Syntax {
    /// The tree that COMMAND DOCS shows.
    pub fn tree(&self) -> Vec<Argument> {
        arguments_of(&self.arguments)
    }
}

fn arguments_of(nodes: &[Node]) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let mut rest = nodes.iter().peekable();
    while let Some(node) = rest.next() {
        let Node::Token(token) = node else {
            arguments.push(argument_of(node));
            continue;
        };
        // A token binds to the value, block or choice after it.
        match rest.next_if(|next| !matches!(next, Node::Token(_) | Node::Optional(_))) {
            None => arguments.push(argument_of(node)),
            Some(bound) => arguments.push(bind(token, bound)),
        }
    }
    arguments
}

fn bind(token: &str, node: &Node) -> Argument {
    let mut argument = match node {
        Node::Sequence(nodes) => Argument::group("block", arguments_of(nodes)),
        node => argument_of(node),
    };
    argument.token = Some(token.to_string());
    argument
}

fn argument_of(node: &Node) -> Argument {
    match node {
        Node::Token(token) => Argument {
            token: Some(token.clone()),
            ..Argument::new(token.to_ascii_lowercase(), "pure-token")
        },
        Node::Value(name, kind) => Argument::new(name.clone(), kind.name()),
        Node::Sequence(nodes) => block_or_single(nodes),
        Node::Choice(branches) => {
            Argument::group("oneof", branches.iter().map(argument_of).collect())
        }
        Node::Optional(inner) => Argument {
            optional: true,
            ..argument_of(inner)
        },
        Node::Repeat(inner) => {
            let argument = argument_of(inner);
            let multiple_token = argument.token.is_some();
            Argument {
                multiple: true,
                multiple_token,
                ..argument
            }
        }
    }
}

/// `TOKEN value` is one argument; anything longer is a block.
fn block_or_single(nodes: &[Node]) -> Argument {
    let mut arguments = arguments_of(nodes);
    if arguments.len() == 1 {
        arguments.remove(0)
    } else {
        Argument::group("block", arguments)
    }
}

impl Type {
    /// As COMMAND DOCS says it.
    fn name(self) -> &'static str {
        match self {
            Type::Text => "string",
            Type::Int => "integer",
            Type::Float => "double",
            Type::Time => "unix-time",
            Type::Pattern => "pattern",
            Type::Key => "key",
        }
    }
}

impl Node {
    /// How few words it can be.
    pub fn min_words(&self) -> i32 {
        match self {
            Node::Token(_) | Node::Value(..) => 1,
            Node::Sequence(nodes) => nodes.iter().map(Node::min_words).sum(),
            Node::Choice(nodes) => nodes.iter().map(Node::min_words).min().unwrap_or(0),
            Node::Optional(_) => 0,
            Node::Repeat(node) => node.min_words(),
        }
    }
}

fn is_variable(node: &Node) -> bool {
    match node {
        Node::Token(_) | Node::Value(..) => false,
        Node::Sequence(nodes) => nodes.iter().any(is_variable),
        Node::Choice(nodes) => {
            nodes.iter().any(is_variable)
                || nodes
                    .iter()
                    .any(|node| node.min_words() != nodes[0].min_words())
        }
        Node::Optional(_) | Node::Repeat(_) => true,
    }
}

type Words<'a> = std::iter::Peekable<std::vec::IntoIter<String>>;

fn sequence(words: &mut Words) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    while let Some(word) = words.peek() {
        match word.as_str() {
            ")" | "]" | "|" => break,
            "..." => {
                words.next();
                let repeated = nodes.pop().expect("`...` follows what it repeats");
                // A token belongs to the value it repeats with only if they were grouped.
                nodes.push(Node::Repeat(Box::new(repeated)));
            }
            "(" | "[" => {
                let open = words.next();
                let inner = choice(words);
                let close = words.next();
                assert!(
                    matches!(close.as_deref(), Some(")" | "]")),
                    "unclosed bracket in a syntax line"
                );
                nodes.push(if open.as_deref() == Some("[") {
                    Node::Optional(Box::new(inner))
                } else {
                    inner
                });
            }
            _ => nodes.push(leaf(&words.next().expect("just peeked"))),
        }
    }
    nodes
}

fn choice(words: &mut Words) -> Node {
    let mut branches = vec![sequence(words)];
    while words.peek().is_some_and(|word| word == "|") {
        words.next();
        branches.push(sequence(words));
    }
    let mut nodes: Vec<Node> = branches
        .into_iter()
        .map(|mut branch| {
            if branch.len() == 1 {
                branch.remove(0)
            } else {
                Node::Sequence(branch)
            }
        })
        .collect();
    if nodes.len() == 1 {
        nodes.remove(0)
    } else {
        Node::Choice(nodes)
    }
}

fn leaf(word: &str) -> Node {
    if let Some(quoted) = word.strip_prefix('\'') {
        return Node::Token(quoted.trim_end_matches('\'').to_string());
    }
    let (name, kind) = word.split_once(':').unwrap_or((word, ""));
    if kind.is_empty() && name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Node::Token(name.to_string());
    }
    let kind = match kind {
        "int" => Type::Int,
        "float" => Type::Float,
        "time" => Type::Time,
        "pattern" => Type::Pattern,
        "key" => Type::Key,
        "" if name == "key" => Type::Key,
        "" => Type::Text,
        other => panic!("unknown type `{other}` in a syntax line"),
    };
    Node::Value(name.to_string(), kind)
}

fn tokenize(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '[' | ']' | '(' | ')' => 1,
            '|' => 1,
            '.' if rest.starts_with("...") => 3,
            _ => word_length(rest, words.is_empty()),
        };
        words.push(rest[..length].to_string());
        rest = rest[length..].trim_start();
    }
    words
}

/// A word ends at a space or bracket; only the command's own name may hold a `|`.
fn word_length(text: &str, is_name: bool) -> usize {
    text.find(|c: char| c == ' ' || "[]()".contains(c) || (c == '|' && !is_name))
        .unwrap_or(text.len())
        .min(text.find("...").unwrap_or(text.len()))
}
