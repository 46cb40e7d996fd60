//! Small pieces of Markdown: inline text for hints, options and summaries, and plain words.

use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};

use crate::Prose;

/// The inline Markdown of one paragraph: code and emphasis. A link leaves its words, since the text
/// is shown where the page's links are not known; HTML is escaped.
pub(crate) fn inline(markdown: &str) -> Prose {
    let mut text = String::new();
    let mut events = Vec::new();
    let markdown = escape_block_start(markdown);
    for event in Parser::new(&markdown) {
        push_words(&mut text, &event);
        match event {
            Event::Start(Tag::Paragraph | Tag::Link { .. } | Tag::Image { .. })
            | Event::End(TagEnd::Paragraph | TagEnd::Link | TagEnd::Image) => {}
            Event::Html(raw) | Event::InlineHtml(raw) => events.push(Event::Text(raw)),
            event => events.push(event),
        }
    }
    let mut output = String::new();
    html::push_html(&mut output, events.into_iter());
    Prose {
        text: text.trim().to_string(),
        html: output.trim().to_string(),
    }
}

/// Adds the words that `event` brings to a plain text.
pub(crate) fn push_words(text: &mut String, event: &Event) {
    match event {
        Event::Text(words) | Event::Code(words) => text.push_str(words),
        Event::InlineHtml(words) | Event::Html(words) if !words.starts_with("<!--") => {
            text.push_str(words);
        }
        Event::SoftBreak | Event::HardBreak => text.push(' '),
        Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::Heading(_))
            if !text.is_empty() && !text.ends_with(' ') =>
        {
            text.push(' ');
        }
        _ => {}
    }
}

/// An option may begin with `-2`, `1.` or `#`, which is text here and not a list or a heading.
fn escape_block_start(markdown: &str) -> String {
    let text = markdown.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &text[digits..];
    if digits > 0 && rest.starts_with(['.', ')']) {
        return format!("{}\\{rest}", &text[..digits]);
    }
    if text.starts_with(['-', '+', '#', '>', '=', '~']) || text.starts_with("* ") {
        return format!("\\{text}");
    }
    text.to_string()
}
