//! HTML of blocks, exercises, quizzes and views: what a reader without JavaScript sees, and the
//! places where the app attaches itself. Prose is `read.rs`'s business; styles are `style/`'s.
//! No inline style, no script, and everything that comes from a block is escaped.

use crate::highlight;
use crate::lua;
use crate::transcript;
use crate::{Action, Block, Content, Exercise, Output, Prose, Quiz, Role, Step, Topology, View};

/// `text` with the characters escaped that mean something in HTML text and attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// JSON that can stand inside a `<script>` element: no `<` is left in it.
pub fn script_json(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// A command line with its parts as spans of the classes of [`highlight::Kind`].
pub fn command(line: &str) -> String {
    let mut html = String::new();
    let mut end = 0;
    for span in highlight::spans(line) {
        html.push_str(&escape(&line[end..span.range.start]));
        let class = span.kind.class();
        let word = escape(&line[span.range.clone()]);
        html.push_str(&format!("<span class=\"{class}\">{word}</span>"));
        end = span.range.end;
    }
    html + &escape(&line[end..])
}

/// A Lua script, a `<span class="line code">` for each line.
fn script(source: &str) -> String {
    let mut html = String::new();
    for line in lua::lines(source.trim_end()) {
        html.push_str("<span class=\"line code\">");
        for (kind, text) in line {
            let text = escape(text);
            match kind {
                Some(kind) => {
                    let class = kind.class();
                    html.push_str(&format!("<span class=\"{class}\">{text}</span>"));
                }
                None => html.push_str(&text),
            }
        }
        html.push_str("</span>\n");
    }
    format!("<pre class=\"script\" tabindex=\"0\"><code>{html}</code></pre>")
}

/// The lines of a transcript with their replies, each a `<span class="line …">`.
pub fn steps(steps: &[Step]) -> String {
    let mut html = String::new();
    for step in steps {
        html.push_str(&action(&step.action));
        html.push('\n');
        html.push_str(&reply(&step.reply));
    }
    html
}

/// The lines of a reply.
pub fn reply(lines: &[Output]) -> String {
    lines.iter().map(|line| output(line) + "\n").collect()
}

pub fn block(index: usize, block: &Block) -> String {
    let (class, body) = match &block.content {
        Content::Redis { steps: lines, .. } => ("redis", pre(&steps(lines))),
        Content::Topology(nodes) => ("topology", topology(nodes)),
        Content::Conf { text } => ("conf", pre(&escape(text))),
        Content::Shell {
            host: true,
            steps: lines,
        } => ("shell host", pre(&steps(lines))),
        Content::Shell {
            host: false,
            steps: lines,
        } => ("shell", pre(&steps(lines))),
        Content::Lua {
            source,
            steps: lines,
        } => ("lua", script(source) + &unless_empty(&steps(lines))),
        Content::Java { source, trace, .. } => {
            ("java", pre(&escape(source)) + &unless_empty(&reply(trace)))
        }
        Content::Diagram { text } => ("diagram", pre(&escape(text))),
        Content::Static { language, text } => {
            let language = escape(language);
            let body = pre(&escape(text));
            return format!(
                "<div class=\"block static\" data-block=\"{index}\" id=\"block-{index}\" \
                 data-language=\"{language}\">{body}</div>\n"
            );
        }
    };
    format!(
        "<div class=\"block {class}\" data-block=\"{index}\" id=\"block-{index}\">{body}</div>\n"
    )
}

pub fn exercise(index: usize, exercise: &Exercise) -> String {
    let mut body = format!("<div class=\"goal\">{}</div>\n", exercise.goal.html);
    if exercise.inherited > 0 {
        body.push_str("<p class=\"continues\">It begins where the step above ends.</p>\n");
    }
    let own = &exercise.given[exercise.inherited..];
    if !own.is_empty() {
        let given = pre(&steps(own));
        body.push_str(&format!(
            "<div class=\"given\"><p>It begins with:</p>{given}</div>\n"
        ));
    }
    for (hint, number) in exercise.hints.iter().zip(1..) {
        body.push_str(&details(
            "hint",
            &format!("Hint {number}"),
            &paragraph(hint),
        ));
    }
    let mut solution = pre(&steps(&exercise.solution));
    for also in &exercise.also {
        solution.push_str(&format!("<p>Or:</p>{}", pre(&steps(also))));
    }
    body.push_str(&details("solution", "Solution", &solution));
    let why: String = exercise.why.iter().map(paragraph).collect();
    if !why.is_empty() {
        body.push_str(&details("why", "Why", &why));
    }
    let number = index + 1;
    format!(
        "<section class=\"exercise\" data-exercise=\"{index}\" id=\"exercise-{index}\" \
         aria-label=\"Exercise {number}\">\n{body}</section>\n"
    )
}

pub fn quiz(index: usize, quiz: &Quiz) -> String {
    let mut choices = String::new();
    let mut answers = String::new();
    for (number, choice) in quiz.choices.iter().enumerate() {
        let (text, reason) = (&choice.text.html, &choice.reason.html);
        choices.push_str(&format!(
            "<label><input type=\"radio\" name=\"quiz-{index}\" value=\"{number}\"> \
             <span>{text}</span></label>\n"
        ));
        let (class, verdict) = if choice.right {
            ("right", "Right")
        } else {
            ("wrong", "Wrong")
        };
        answers.push_str(&format!(
            "<li class=\"{class}\"><strong>{verdict}</strong>: {text}: {reason}</li>\n"
        ));
    }
    let mut answer = format!("<ul>\n{answers}</ul>\n");
    if !quiz.proof.is_empty() {
        answer.push_str(&format!(
            "<div class=\"proof\">{}</div>\n",
            pre(&steps(&quiz.proof))
        ));
    }
    let number = index + 1;
    format!(
        "<section class=\"quiz\" data-quiz=\"{index}\" id=\"quiz-{index}\" \
         aria-label=\"Question {number}\">\n<fieldset>\n<legend>{}</legend>\n{choices}</fieldset>\n\
         {}</section>\n",
        quiz.question.html,
        details("answer", "Answer", &answer)
    )
}

pub fn view(index: usize, view: &View) -> String {
    let words: Vec<&str> = [view.name.as_str()]
        .into_iter()
        .chain(view.words.iter().map(String::as_str))
        .collect();
    let words = escape(&words.join(" "));
    let name = escape(&view.name);
    format!(
        "<figure class=\"view\" data-view=\"{index}\" data-name=\"{name}\" id=\"view-{index}\">\
         <figcaption>A live picture, drawn when the page runs: <code>{words}</code></figcaption>\
         </figure>\n"
    )
}

fn action(action: &Action) -> String {
    match action {
        Action::Run { client, text } => {
            let name = escape(client.as_deref().unwrap_or(""));
            let data = if name.is_empty() {
                String::new()
            } else {
                format!(" data-client=\"{name}\"")
            };
            format!(
                "<span class=\"line cmd\"{data}><span class=\"prompt\">{name}&gt; </span>{}</span>",
                command(text)
            )
        }
        Action::Shell(text) => format!(
            "<span class=\"line cmd\"><span class=\"prompt\">$ </span>{}</span>",
            escape(text)
        ),
        Action::Wait(_) => format!("<span class=\"line wait\">{}</span>", escape_line(action)),
        Action::World(_) => format!("<span class=\"line world\">{}</span>", escape_line(action)),
    }
}

fn output(output: &Output) -> String {
    let text = match output {
        Output::Any => return "<span class=\"line reply any\">...</span>".to_string(),
        Output::Text(text) => text,
    };
    let (class, text, data) = match transcript::split_late(text) {
        Some((client, _)) => {
            let client = client.map_or(String::new(), |name| format!(" data-client=\"{name}\""));
            ("line reply late", text, client)
        }
        None if is_error(text) => ("line reply error", text, String::new()),
        None => ("line reply", text, String::new()),
    };
    format!("<span class=\"{class}\"{data}>{}</span>", escape(text))
}

/// Whether redis-cli says an error, also as an element of an array: `2) (error) …`.
fn is_error(line: &str) -> bool {
    let mut rest = line.trim_start();
    while let Some((number, more)) = rest.split_once(") ")
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
    {
        rest = more.trim_start();
    }
    rest.starts_with("(error) ")
}

fn topology(topology: &Topology) -> String {
    let mut items = String::new();
    for node in &topology.nodes {
        let role = match &node.role {
            Role::Primary { slots } if slots.is_empty() => "primary".to_string(),
            Role::Primary { slots } => {
                let ranges: Vec<String> = slots
                    .iter()
                    .map(|(first, last)| format!("{first}-{last}"))
                    .collect();
                format!("primary, slots {}", ranges.join(" "))
            }
            Role::Replica { of } => format!("replica of {}", escape(of)),
            Role::Sentinel { of, quorum } => {
                format!("sentinel of {}, quorum {quorum}", escape(of))
            }
        };
        items.push_str(&format!(
            "<li><strong>{}</strong> {role}</li>\n",
            escape(&node.name)
        ));
    }
    for setting in &topology.settings {
        let words = escape(&setting.words.join(" "));
        items.push_str(&format!("<li>{} {words}</li>\n", escape(&setting.name)));
    }
    format!("<ul>\n{items}</ul>")
}

/// Focusable, since a long line makes it scroll.
fn pre(code: &str) -> String {
    format!("<pre tabindex=\"0\"><code>{code}</code></pre>")
}

fn unless_empty(code: &str) -> String {
    if code.is_empty() {
        String::new()
    } else {
        pre(code)
    }
}

fn details(class: &str, summary: &str, body: &str) -> String {
    format!("<details class=\"{class}\"><summary>{summary}</summary>{body}</details>\n")
}

fn paragraph(prose: &Prose) -> String {
    format!("<p>{}</p>", prose.html)
}

fn escape_line(action: &Action) -> String {
    escape(&action.to_string())
}
