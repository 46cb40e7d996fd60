//! From Markdown to a [`Page`]: front matter, headings, prose, and what each fence holds.
//!
//! Structure only: whether an exercise is sound or a page as long as it says is `check.rs`'s
//! business, and whether a reply is true is for whoever runs it.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{
    CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html as markdown_html,
};

use crate::problem::Problems;
use crate::transcript::{self, Action, Step};
use crate::{
    Block, Content, Heading, Output, Page, Paragraph, Problem, Prose, Section, Shown, View,
    exercise, highlight, html, prose, quiz, topology,
};

/// Fences that are only shown.
const STATIC_LANGUAGES: &[&str] = &[
    "text",
    "json",
    "yaml",
    "xml",
    "properties",
    "sql",
    "dockerfile",
    "resp",
];

/// Reads the lesson at `path` (from the root of the repository, such as
/// `lessons/advanced/16-expiration-ttl.md`).
///
/// `link` is asked for every relative link, given the target as a path from the root; it answers
/// with the address to write, or `None` for a target that does not exist. A fragment is kept.
///
/// The page is complete as far as it could be read; it is sound only without problems.
pub fn read_page(
    path: &str,
    markdown: &str,
    link: &dyn Fn(&str) -> Option<String>,
) -> (Page, Vec<Problem>) {
    let markdown = normal(markdown);
    let mut problems = Problems::new(path);
    let mut page = Page {
        path: path.to_string(),
        ..Page::default()
    };
    let body_at = read_front_matter(&mut problems, &mut page, &markdown);
    Reader::new(&markdown, problems, page, link).read(body_at)
}

/// Reads other Markdown with blocks in it, such as a specification: there is no front matter, the
/// title is the first heading, and links are left alone.
pub fn read_spec(path: &str, markdown: &str) -> (Page, Vec<Problem>) {
    let markdown = normal(markdown);
    let page = Page {
        path: path.to_string(),
        ..Page::default()
    };
    let as_written = |to: &str| Some(to.to_string());
    let mut reader = Reader::new(&markdown, Problems::new(path), page, &as_written);
    reader.highest_level = 1;
    let (mut page, problems) = reader.read(0);
    if let Some(heading) = page.headings.first() {
        page.title = heading.text.clone();
    }
    (page, problems)
}

/// Without a byte-order mark, and with plain newlines; no line moves.
fn normal(markdown: &str) -> String {
    let text = markdown.strip_prefix('\u{feff}').unwrap_or(markdown);
    text.replace("\r\n", "\n")
}

/// The path from the root that a link `to` means in the file `from`; `None` if it leads out.
pub fn resolve(from: &str, to: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Fills the page's title, summary and minutes; returns the offset of what follows.
fn read_front_matter(problems: &mut Problems, page: &mut Page, markdown: &str) -> usize {
    if !markdown.starts_with("---\n") {
        problems.add(
            1,
            "the front matter is missing: `---`, title, summary, minutes, `---`",
        );
        return 0;
    }
    let mut offset = 4;
    let mut seen = BTreeSet::new();
    for (index, line) in markdown[4..].split_inclusive('\n').enumerate() {
        let number = index + 2;
        offset += line.len();
        let line = line.trim_end();
        if line == "---" {
            for key in ["title", "summary", "minutes"] {
                if !seen.contains(key) {
                    problems.add(1, format!("`{key}:` is missing in the front matter"));
                }
            }
            return offset;
        }
        let Some((key, value)) = line.split_once(':') else {
            if !line.is_empty() {
                problems.add(number, format!("`{line}` is not of the form `key: value`"));
            }
            continue;
        };
        let value = value.split(" #").next().unwrap_or_default().trim();
        let value = value
            .strip_prefix('"')
            .and_then(|v| v.strip_suffix('"'))
            .unwrap_or(value);
        if value.is_empty() {
            problems.add(number, format!("`{key}:` is empty"));
        }
        if !seen.insert(key) {
            problems.add(number, format!("`{key}:` is there twice"));
        }
        match key {
            "title" => page.title = value.to_string(),
            "summary" => page.summary = value.to_string(),
            "minutes" => {
                page.minutes_line = number;
                match value.parse() {
                    Ok(minutes) => page.minutes = minutes,
                    Err(_) => problems.add(number, "`minutes:` is not a whole number"),
                }
            }
            key => problems.add(
                number,
                format!("`{key}:` is not known: title, summary, minutes"),
            ),
        }
    }
    problems.add(1, "the front matter has no closing `---`");
    markdown.len()
}

struct Reader<'a> {
    markdown: &'a str,
    line_starts: Vec<usize>,
    link: &'a dyn Fn(&str) -> Option<String>,
    problems: Problems,
    page: Page,
    /// Prose since the last heading or block: perhaps the goal of an exercise.
    pending: Vec<Event<'a>>,
    pending_text: String,
    /// Where in `pending_text` the paragraph or item begins that is being read.
    paragraph_at: usize,
    /// How many elements are open around the next event.
    depth: usize,
    /// How many quotations are open.
    quotes: usize,
    /// How often each id was used.
    ids: BTreeMap<String, usize>,
    /// Links within the page, to be looked up when all headings are known.
    anchors: Vec<(usize, String)>,
    /// 2, since a lesson's title is not in its body.
    highest_level: u8,
}

impl<'a> Reader<'a> {
    fn new(
        markdown: &'a str,
        problems: Problems,
        page: Page,
        link: &'a dyn Fn(&str) -> Option<String>,
    ) -> Reader<'a> {
        Reader {
            markdown,
            line_starts: line_starts(markdown),
            link,
            problems,
            page: Page {
                sections: vec![Section::default()],
                ..page
            },
            pending: Vec::new(),
            pending_text: String::new(),
            paragraph_at: 0,
            depth: 0,
            quotes: 0,
            ids: BTreeMap::new(),
            anchors: Vec::new(),
            highest_level: 2,
        }
    }

    fn read(mut self, body_at: usize) -> (Page, Vec<Problem>) {
        self.read_body(body_at);
        self.flush();
        self.check_anchors();
        let (mut page, mut problems) = (self.page, self.problems.list);
        for section in &mut page.sections {
            section.text = section.text.trim().to_string();
        }
        page.commands_used = commands_used(&page);
        problems.sort();
        (page, problems)
    }

    fn read_body(&mut self, body_at: usize) {
        let body: &'a str = &self.markdown[body_at..];
        let options = Options::ENABLE_TABLES | Options::ENABLE_GFM;
        let mut events = Parser::new_ext(body, options).into_offset_iter();
        while let Some((event, range)) = events.next() {
            let range = range.start + body_at..range.end + body_at;
            let line = self.line_of(range.start);
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let mut text = String::new();
                    for (event, _) in events.by_ref() {
                        match event {
                            Event::Text(part) => text.push_str(&part),
                            _ => break,
                        }
                    }
                    self.code(line, kind, &text, &self.markdown[range]);
                }
                Event::Start(Tag::Heading { level, .. }) => {
                    let mut inner = Vec::new();
                    for (event, _) in events.by_ref() {
                        match event {
                            Event::End(TagEnd::Heading(_)) => break,
                            event => inner.push(self.prose_event(line, event)),
                        }
                    }
                    self.heading(line, level, inner);
                }
                Event::Start(Tag::HtmlBlock) => {
                    let mut raw = String::new();
                    for (event, _) in events.by_ref() {
                        match event {
                            Event::Html(part) | Event::Text(part) => raw.push_str(&part),
                            _ => break,
                        }
                    }
                    let event = self.prose_event(line, Event::Html(raw.into()));
                    self.pending.push(event);
                }
                event => self.prose(line, event),
            }
        }
    }

    fn check_anchors(&mut self) {
        for (line, id) in std::mem::take(&mut self.anchors) {
            if !self.page.headings.iter().any(|heading| heading.id == id) {
                let text = format!("there is no heading `#{id}` on this page");
                self.problems.add(line, text);
            }
        }
    }

    fn prose(&mut self, line: usize, event: Event<'a>) {
        prose::push_words(&mut self.pending_text, &event);
        self.measure_paragraph(line, &event);
        match &event {
            Event::Start(tag) => {
                self.depth += 1;
                self.quotes += usize::from(matches!(tag, Tag::BlockQuote(_)));
            }
            Event::End(tag) => {
                self.depth -= 1;
                self.quotes -= usize::from(matches!(tag, TagEnd::BlockQuote(_)));
            }
            _ => {}
        }
        // A wide table scrolls by itself, so a keyboard must be able to reach it.
        if matches!(event, Event::Start(Tag::Table(_))) {
            self.pending
                .push(Event::Html("<div class=\"scroll\" tabindex=\"0\">".into()));
        }
        let ends_table = matches!(event, Event::End(TagEnd::Table));
        let event = self.prose_event(line, event);
        self.pending.push(event);
        if ends_table {
            self.pending.push(Event::Html("</div>\n".into()));
        }
    }

    /// An item that holds paragraphs is measured by these, and by what stands outside of them.
    fn measure_paragraph(&mut self, line: usize, event: &Event) {
        match event {
            Event::Start(Tag::Paragraph | Tag::Item) => {}
            Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                let text = &self.pending_text[self.paragraph_at..];
                let words = text.split_ascii_whitespace().count();
                if words > 0 {
                    self.page.paragraphs.push(Paragraph { line, words });
                }
            }
            _ => return,
        }
        self.paragraph_at = self.pending_text.len();
    }

    /// The event as it goes into the page: links rewritten, raw HTML taken for text.
    fn prose_event(&mut self, line: usize, event: Event<'a>) -> Event<'a> {
        match event {
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let dest_url = self.target(line, dest_url);
                Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    title,
                    id,
                })
            }
            Event::Start(Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let dest_url = self.target(line, dest_url);
                Event::Start(Tag::Image {
                    link_type,
                    dest_url,
                    title,
                    id,
                })
            }
            Event::Html(raw) | Event::InlineHtml(raw) => {
                if raw.starts_with("<!--") {
                    return Event::Text("".into());
                }
                let tag = raw.lines().next().unwrap_or_default();
                self.problems
                    .add(line, format!("HTML is not for lessons: `{tag}`"));
                Event::Text(raw)
            }
            event => event,
        }
    }

    fn target(&mut self, line: usize, to: CowStr<'a>) -> CowStr<'a> {
        if to.contains("://") || to.starts_with("mailto:") {
            return to;
        }
        if let Some(id) = to.strip_prefix('#') {
            self.anchors.push((line, id.to_string()));
            return to;
        }
        let (path, fragment) = match to.split_once('#') {
            Some((path, fragment)) => (path, format!("#{fragment}")),
            None => (&*to, String::new()),
        };
        let resolved = if path.starts_with('/') {
            None
        } else {
            resolve(&self.page.path, path)
        };
        match resolved.and_then(|path| (self.link)(&path)) {
            Some(address) => (address + &fragment).into(),
            None => {
                self.problems
                    .add(line, format!("the link `{to}` leads nowhere"));
                to
            }
        }
    }

    fn heading(&mut self, line: usize, level: HeadingLevel, inner: Vec<Event<'a>>) {
        self.flush();
        let mut text = String::new();
        for event in &inner {
            prose::push_words(&mut text, event);
        }
        let text = text.trim().to_string();
        let level = level as u8;
        let top = self.highest_level;
        let headings = &self.page.headings;
        let above = headings.last().map_or(top - 1, |heading| heading.level);
        if level < top {
            self.problems.add(
                line,
                "the title is in the front matter; headings begin with `##`",
            );
        } else if level > above + 1 {
            self.problems.add(
                line,
                format!("a heading of level {level} below one of {above}"),
            );
        }
        let id = self.unique_id(&text);
        let mut body = String::new();
        markdown_html::push_html(&mut body, inner.into_iter());
        self.page.html.push_str(&format!(
            "<h{level} id=\"{id}\">{}</h{level}>\n",
            body.trim()
        ));
        self.page.sections.push(Section {
            id: id.clone(),
            title: text.clone(),
            text: String::new(),
        });
        self.page.headings.push(Heading {
            level,
            id,
            text,
            line,
        });
    }

    /// As GitHub makes them: small letters, digits and dashes; a number for the second of a name.
    fn unique_id(&mut self, text: &str) -> String {
        let mut id = String::new();
        for c in text.chars() {
            match c {
                ' ' => id.push('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => id.extend(c.to_lowercase()),
                _ => {}
            }
        }
        let count = self.ids.entry(id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            format!("{id}-{}", *count - 1)
        } else {
            id
        }
    }

    /// Writes the prose that waits for what follows it.
    fn flush(&mut self) {
        let goal = self.take_prose();
        self.page.html.push_str(&goal.html);
    }

    fn take_prose(&mut self) -> Prose {
        let text = std::mem::take(&mut self.pending_text).trim().to_string();
        self.paragraph_at = 0;
        let section = self
            .page
            .sections
            .last_mut()
            .expect("the first section is there");
        section.text.push_str(&text);
        section.text.push(' ');
        let mut html = String::new();
        markdown_html::push_html(&mut html, std::mem::take(&mut self.pending).into_iter());
        // The empty corner of a table is no heading of anything.
        let html = html.replace("<th></th>", "<td></td>");
        Prose { text, html }
    }

    fn code(&mut self, line: usize, kind: CodeBlockKind<'a>, text: &str, source: &str) {
        let CodeBlockKind::Fenced(info) = kind else {
            self.problems.add(line, "indented code: use a fence");
            return;
        };
        self.check_fence(line, text, source);
        let (language, words) = match info.split_once(' ') {
            Some((language, words)) => (language, words.trim()),
            None => (&*info, ""),
        };
        if self.quotes > 0 {
            self.problems
                .add(line, "a block cannot stand inside a quotation");
        }
        let written = self.fence(line, language, words, text);
        if self.depth > 0 {
            // Inside a list the prose is not complete yet, so the block becomes a part of it.
            self.pending.push(Event::Html(written.into()));
        } else {
            self.flush();
            self.page.html.push_str(&written);
        }
    }

    fn check_fence(&mut self, line: usize, text: &str, source: &str) {
        let is_mark = |c: char| c == '`' || c == '~';
        let mark = &source[..source.len() - source.trim_start_matches(is_mark).len()];
        let last = source.lines().skip(1).last().unwrap_or_default();
        let closes = last.trim_start_matches([' ', '>']).starts_with(mark);
        let opener = text.lines().position(|line| line.starts_with(mark));
        if let Some(index) = opener {
            let at = line + 1 + index;
            let text =
                format!("a fence opens inside the block of line {line}: is its end missing?");
            self.problems.add(at, text);
        } else if !closes {
            self.problems.add(line, "the fence is not closed");
        }
    }

    /// The HTML of a fence; what it holds goes into the page.
    fn fence(&mut self, line: usize, language: &str, words: &str, text: &str) -> String {
        let (option, claims) = self.attributes(line, language, words);
        match language {
            "exercise" => self.exercise(line, option == "continues", text),
            "quiz" => {
                let mut quiz = quiz::parse(&mut self.problems, line + 1, text);
                quiz.line = line;
                let index = self.page.quizzes.len();
                let written = html::quiz(index, &quiz);
                self.page.quizzes.push(quiz);
                written
            }
            "view" => self.views(line, text),
            _ => {
                let Some(content) = self.content(line, language, option, text) else {
                    return String::new();
                };
                let block = Block { line, content };
                let index = self.page.blocks.len();
                let written = html::block(index, &block);
                self.page.blocks.push(block);
                self.page.shown.extend(claims.map(|claim| Shown {
                    claim: claim.to_string(),
                    block: index,
                }));
                written
            }
        }
    }

    /// What stands after a fence's language: an option that it knows, and the claims that its block shows.
    fn attributes<'w>(
        &mut self,
        line: usize,
        language: &str,
        words: &'w str,
    ) -> (&'w str, impl Iterator<Item = &'w str> + use<'w>) {
        let known = match language {
            "redis" => "fresh",
            "shell" => "host",
            "exercise" => "continues",
            _ => "",
        };
        let (mut option, mut claims) = ("", "");
        for word in words.split_ascii_whitespace() {
            match word.strip_prefix("shows=") {
                Some(ids) => claims = ids,
                None if word == known => option = word,
                None => self
                    .problems
                    .add(line, format!("`{word}` means nothing after `{language}`")),
            }
        }
        let runs = matches!(language, "redis" | "lua" | "shell") && option != "host";
        if words.contains("shows=") && !runs {
            self.problems
                .add(line, "`shows=` is for blocks that run: redis, lua, shell");
        }
        (option, claims.split(',').filter(|claim| !claim.is_empty()))
    }

    fn content(
        &mut self,
        line: usize,
        language: &str,
        option: &str,
        text: &str,
    ) -> Option<Content> {
        let problems = &mut self.problems;
        let first = line + 1;
        Some(match language {
            "redis" => Content::Redis {
                fresh: option == "fresh",
                steps: transcript::parse_into(problems, first, text),
            },
            "topology" => Content::Topology(topology::parse(problems, first, text)),
            "conf" => Content::Conf {
                text: text.to_string(),
            },
            "shell" => Content::Shell {
                host: option == "host",
                steps: transcript::parse_shell(problems, first, text),
            },
            "lua" => {
                let (source, below, at) = transcript::split_rule(text);
                let steps = transcript::parse_into(problems, first + at, below);
                Content::Lua {
                    source: source.to_string(),
                    steps,
                }
            }
            "java" => {
                let (source, below, at) = transcript::split_rule(text);
                let trace: Vec<Output> = below.lines().map(read_output).collect();
                let trace_lines = first + at..first + at + trace.len();
                Content::Java {
                    source: source.to_string(),
                    trace,
                    trace_lines,
                }
            }
            "diagram" => Content::Diagram {
                text: text.to_string(),
            },
            language if STATIC_LANGUAGES.contains(&language) => Content::Static {
                language: language.to_string(),
                text: text.to_string(),
            },
            "" => {
                problems.add(line, "a fence without a language: `text` is for plain text");
                return None;
            }
            language => {
                problems.add(line, format!("`{language}` is not a fence of lessons"));
                return None;
            }
        })
    }

    fn exercise(&mut self, line: usize, continues: bool, text: &str) -> String {
        let mut exercise = exercise::parse(&mut self.problems, line + 1, text);
        exercise.line = line;
        if continues {
            match self.page.exercises.last() {
                Some(above) => exercise.continue_from(above),
                None => self
                    .problems
                    .add(line, "there is no exercise above to continue"),
            }
        }
        if self.depth > 0 {
            self.problems
                .add(line, "an exercise cannot stand inside a list");
        } else {
            exercise.goal = self.take_prose();
        }
        exercise.topology = self
            .page
            .blocks
            .iter()
            .rev()
            .find_map(|block| match &block.content {
                Content::Topology(topology) => Some(topology.clone()),
                _ => None,
            });
        let index = self.page.exercises.len();
        let written = html::exercise(index, &exercise);
        self.page.exercises.push(exercise);
        written
    }

    fn views(&mut self, line: usize, text: &str) -> String {
        let mut written = String::new();
        let mut any = false;
        for (line, source) in transcript::numbered(line + 1, text) {
            let mut words = source.split_ascii_whitespace().map(str::to_string);
            let Some(name) = words.next() else { continue };
            let after_blocks = self.page.blocks.len();
            let view = View {
                line,
                name,
                words: words.collect(),
                after_blocks,
            };
            written.push_str(&html::view(self.page.views.len(), &view));
            self.page.views.push(view);
            any = true;
        }
        if !any {
            self.problems.add(line, "a view without a name");
        }
        written
    }

    fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset)
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let after_newlines = text
        .bytes()
        .enumerate()
        .filter(|(_, b)| *b == b'\n')
        .map(|(at, _)| at + 1);
    [0].into_iter().chain(after_newlines).collect()
}

fn read_output(line: &str) -> Output {
    match line.trim_end() {
        "..." => Output::Any,
        line => Output::Text(line.strip_prefix('\\').unwrap_or(line).to_string()),
    }
}

fn commands_used(page: &Page) -> Vec<String> {
    let mut names = BTreeSet::new();
    let mut add = |steps: &[Step]| {
        for step in steps {
            if let Action::Run { text, .. } = &step.action {
                names.extend(highlight::command_name(text));
            }
        }
    };
    for block in &page.blocks {
        if let Content::Redis { steps, .. } | Content::Lua { steps, .. } = &block.content {
            add(steps);
        }
    }
    for exercise in &page.exercises {
        add(&exercise.solution);
    }
    names.into_iter().collect()
}
