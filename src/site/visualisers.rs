//! The pages of the visualisers. What is drawn on them comes from the page's own server; without scripts the sentences
//! and the commands remain.

use lesson::html::escape;
use views::View;

/// All of them, each with a small server of its own.
pub fn gallery() -> String {
    let specimens: String = views::ALL.iter().map(|view| specimen(view)).collect();
    format!(
        "<h1>Visualisers</h1>\n\
         <p class=\"lede\">Redis’ own structures with Redis’ own parameters, drawn from keys that are alive. Each one \
         can be stepped, scrubbed, changed and shared on a page of its own; nothing moves before you move it.</p>\n\
         <div class=\"gallery\">\n{specimens}</div>"
    )
}

fn specimen(view: &View) -> String {
    format!(
        "<section class=\"specimen\" aria-labelledby=\"{name}\">\n\
         <h2 id=\"{name}\"><a href=\"../views/{name}/\">{title}</a></h2>\n<p>{about}</p>\n{island}</section>\n",
        name = view.name,
        title = escape(view.title),
        about = escape(view.about),
        island = island("specimen", view),
    )
}

/// One of them, beside its console.
pub fn page(view: &View) -> String {
    format!(
        "<article class=\"visualiser-page\">\n<header class=\"lesson-head\">\n\
         <p class=\"eyebrow\"><a href=\"../../views/\">Visualisers</a></p>\n<h1>{title}</h1>\n\
         <p class=\"lede\">{about}</p>\n</header>\n{island}\
         <p class=\"picture-note\">Every command at the console is drawn here. It began with:</p>\n\
         <pre tabindex=\"0\"><code>{starter}</code></pre>\n</article>",
        title = escape(view.title),
        about = escape(view.about),
        island = island("visualiser", view),
        starter = escape(view.starter),
    )
}

/// Attributes keep line ends; a reader of the page's source sees the commands.
fn island(kind: &str, view: &View) -> String {
    format!(
        "<figure class=\"view\" data-island=\"{kind}\" data-view=\"{}\" data-key=\"{}\" data-starter=\"{}\"></figure>\n",
        view.name,
        escape(view.key),
        escape(view.starter)
    )
}
