//! Every address of the site, each with its own title, description and content.

use crate::course::Lessons;
use crate::{certificate, page, rail, visualisers};
use lesson::Lesson;

pub struct Route {
    /// The folder below the site's root, with a slash at its end; empty for the front page.
    pub path: String,
    /// What the app attaches to: `data-route` of the page.
    pub kind: &'static str,
    pub slug: Option<String>,
    pub title: String,
    pub description: String,
    /// Whether search engines may list the page.
    pub indexed: bool,
    /// Whether the page has a server beside it.
    pub dock: bool,
    pub rail: String,
    pub main: String,
    pub data: Option<String>,
}

impl Route {
    /// From this page to the site's root, ending with a slash.
    pub fn base(&self) -> String {
        base(&self.path)
    }
}

fn base(path: &str) -> String {
    match path.matches('/').count() {
        0 => "./".to_owned(),
        depth => "../".repeat(depth),
    }
}

const NAME: &str = "Redis Mastery";

pub fn all(lessons: &Lessons) -> Vec<Route> {
    let mut routes = fixed(lessons);
    routes.extend(views::ALL.iter().map(|view| view_route(lessons, view)));
    routes.extend(
        lessons
            .course
            .pages()
            .map(|lesson| lesson_route(lessons, lesson)),
    );
    routes
}

fn lesson_route(lessons: &Lessons, lesson: &Lesson) -> Route {
    let path = format!("lessons/{}/", lesson.slug);
    let page = lessons.page(lesson);
    let data = page.map(|page| {
        serde_json::to_string(&page.data(&lesson.slug)).expect("a page's data is plain JSON")
    });
    Route {
        kind: if page.is_some() {
            "lesson"
        } else {
            "unwritten"
        },
        slug: Some(lesson.slug.clone()),
        title: format!("{} · {NAME}", lesson.title),
        description: page.map_or(&lesson.summary, |page| &page.summary).clone(),
        indexed: page.is_some(),
        dock: page.is_some(),
        rail: rail::rail(&lessons.course, &base(&path), Some(&lesson.slug)),
        main: page::lesson(lessons, lesson),
        data,
        path,
    }
}

fn view_route(lessons: &Lessons, view: &views::View) -> Route {
    let path = format!("views/{}/", view.name);
    Route {
        kind: "visualiser",
        slug: Some(view.name.to_owned()),
        title: format!("{} · {NAME}", view.title),
        description: view.about.to_owned(),
        indexed: true,
        dock: true,
        rail: rail::rail(&lessons.course, &base(&path), None),
        main: visualisers::page(view),
        data: None,
        path,
    }
}

fn fixed(lessons: &Lessons) -> Vec<Route> {
    let route = |path: &str, kind, title: String, description: &str, main| Route {
        path: path.to_owned(),
        kind,
        slug: None,
        title,
        description: description.to_owned(),
        indexed: true,
        dock: false,
        rail: rail::rail(&lessons.course, &base(path), None),
        main,
        data: None,
    };
    let home = route(
        "",
        "home",
        format!("{NAME}: learn Redis on a server in your browser"),
        "Forty-two lessons from strings to clusters. Every snippet runs in the page, on a Redis \
         emulator that needs no server and works offline.",
        page::front(lessons),
    );
    let course = route(
        "lessons/",
        "course",
        format!("The course · {NAME}"),
        "All lessons in six phases: fundamentals, data structures, advanced features, persistence \
         and high availability, Spring Boot, and production.",
        page::course(lessons),
    );
    let playground = route(
        "playground/",
        "playground",
        format!("Playground · {NAME}"),
        "A Redis console in the browser: type any command, see the reply and the structures \
         behind it. Nothing is installed and nothing leaves the page.",
        page::playground(),
    );
    let gallery = route(
        "views/",
        "gallery",
        format!("Visualisers · {NAME}"),
        "Redis' own data structures with Redis' own parameters, drawn from keys that are alive: \
         every one can be stepped, scrubbed, changed and shared.",
        visualisers::gallery(),
    );
    let share = route(
        "s/",
        "share",
        format!("Shared session · {NAME}"),
        "A Redis session that somebody shared. It is in the link itself and runs in your browser, \
         apart from your own lessons.",
        page::share(),
    );
    let certificate = route(
        "certificate/",
        "certificate",
        format!("Certificate · {NAME}"),
        "What you have solved of the course, listed on a page to print. It is made in your browser, without an account.",
        certificate::page(lessons),
    );
    let about = route(
        "about/",
        "about",
        format!("About · {NAME}"),
        "What the emulator does and does not do, what is kept in your browser, and how to use the \
         course offline.",
        page::about(),
    );
    vec![
        home,
        course,
        playground,
        gallery,
        Route {
            indexed: false,
            ..share
        },
        Route {
            indexed: false,
            ..certificate
        },
        about,
    ]
}
