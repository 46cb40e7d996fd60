//! The frame of every page: `index.html` as trunk staged it, with marks to fill.
//!
//! In the frame, references are written from the site's root (`./about/`, `./app-1f.js`); a page at
//! depth two gets them as `../../about/`. The marks are comments (`<!--main-->`); one that is
//! missing or repeated stops the build.

use crate::assets::{Assets, replace_once, style_links};
use crate::policy;
use crate::routes::Route;
use lesson::html::{escape, script_json};

pub struct Template {
    text: String,
    /// The content security policy; a development build has none, so that trunk can reload pages.
    policy: Option<String>,
    /// Whether pages register the service worker.
    offline: bool,
}

impl Template {
    pub fn new(page: &str, assets: &Assets, release: bool) -> Template {
        let page = &without_preloads(page);
        let mut text = replace_once(page, "./start.js", &format!("./{}", assets.start));
        for (index, link) in style_links(page).into_iter().enumerate() {
            let sheet = match index {
                0 => format!("<link rel=\"stylesheet\" href=\"./{}\">", assets.style),
                _ => String::new(),
            };
            let tag = format!("<link rel=\"stylesheet\" href=\"{link}\"/>");
            text = replace_once(&text, &tag, &sheet);
        }
        for absolute in ["href=\"/", "src=\"/", "<base"] {
            assert!(
                !text.contains(absolute),
                "index.html has {absolute}: it breaks under a sub-path"
            );
        }
        let policy = release.then(|| policy::for_page(&text));
        Template {
            text,
            policy,
            offline: release,
        }
    }

    pub fn fill(&self, route: &Route, assets: &Assets) -> String {
        let text = self.text.replace("=\"./", &format!("=\"{}", route.base()));
        let title = between(&text, "<title>", "</title>").expect("index.html has a title");
        let text = replace_once(
            &text,
            &format!("<title>{title}</title>"),
            &format!("<title>{}</title>", escape(&route.title)),
        );
        let data = route.data.as_deref().map(data_block).unwrap_or_default();
        let html = self.html_tag(route, assets);
        let marks = [
            ("<html lang=\"en\">", html.as_str()),
            ("<!--head-->", &self.head(route)),
            ("<!--rail-->", &route.rail),
            ("<!--data-->", &data),
            // The article goes in last, so that nothing in its text is taken for a mark.
            ("<!--main-->", &route.main),
        ];
        marks
            .into_iter()
            .fold(text, |text, (mark, value)| replace_once(&text, mark, value))
    }

    fn html_tag(&self, route: &Route, assets: &Assets) -> String {
        let base = route.base();
        let mut tag = format!(
            "<html lang=\"en\" data-base=\"{base}\" data-route=\"{kind}\" data-build=\"{build}\" \
             data-worker=\"{base}{worker}\"",
            kind = route.kind,
            build = assets.build,
            worker = assets.worker,
        );
        if self.offline {
            tag.push_str(&format!(" data-sw=\"{base}sw.js\""));
        }
        if let Some(slug) = &route.slug {
            tag.push_str(&format!(" data-slug=\"{}\"", escape(slug)));
        }
        if !route.dock {
            tag.push_str(" data-dock=\"none\"");
        }
        tag.push('>');
        tag
    }

    fn head(&self, route: &Route) -> String {
        let policy = match &self.policy {
            Some(policy) => format!(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n",
                policy.replace('"', "&quot;")
            ),
            None => String::new(),
        };
        let robots = match route.indexed {
            true => "",
            false => "\n<meta name=\"robots\" content=\"noindex\">",
        };
        let title = escape(&route.title);
        let description = escape(&route.description);
        format!(
            "{policy}<meta name=\"description\" content=\"{description}\">\n\
             <meta property=\"og:type\" content=\"website\">\n\
             <meta property=\"og:title\" content=\"{title}\">\n\
             <meta property=\"og:description\" content=\"{description}\">{robots}"
        )
    }
}

/// Trunk's hints fetch the app before the text is painted. On a slow line the text comes first; the
/// script that starts the app asks for its parts at once.
fn without_preloads(page: &str) -> String {
    let mut text = page.to_owned();
    for hint in ["<link rel=\"modulepreload\"", "<link rel=\"preload\""] {
        while let Some(rest) = between(&text, hint, ">") {
            text = text.replacen(&format!("{hint}{rest}>"), "", 1);
        }
    }
    text
}

fn data_block(json: &str) -> String {
    let json = script_json(json);
    format!("<script type=\"application/json\" id=\"lesson-data\">{json}</script>")
}

/// What stands between the first `start` and the next `end`.
pub fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(inner, _)| inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_is_not_fetched_before_the_text() {
        let page = "<p><link rel=\"modulepreload\" href=\"./a.js\"><link rel=\"preload\" as=\"fetch\" href=\"./a.wasm\"></p>";
        assert_eq!(without_preloads(page), "<p></p>");
    }

    #[test]
    fn between_finds_the_first() {
        assert_eq!(between("a<b>c</b>d<b>", "<b>", "</b>"), Some("c"));
        assert_eq!(between("a<b>c", "<b>", "</b>"), None);
    }
}
