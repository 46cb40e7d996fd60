//! Every address of the site, each with its own title, description and content.

use crate::course::{Course, Lesson};
use crate::{page, rail};

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

pub fn all(course: &Course) -> Vec<Route> {
    let mut routes = fixed(course);
    let lessons = course.lessons().enumerate();
    routes.extend(lessons.map(|(at, lesson)| lesson_route(course, at, lesson)));
    routes
}

fn lesson_route(course: &Course, at: usize, lesson: &Lesson) -> Route {
    let written = lesson.article.is_some();
    let path = format!("lessons/{}/", lesson.slug);
    Route {
        kind: if written { "lesson" } else { "unwritten" },
        slug: Some(lesson.slug.clone()),
        title: format!("{} · {NAME}", lesson.title),
        description: lesson.summary.clone(),
        indexed: written,
        dock: written,
        rail: rail::rail(course, &base(&path), Some(&lesson.slug)),
        main: page::lesson(course, at),
        data: lesson.article.as_ref().map(|article| article.data.clone()),
        path,
    }
}

fn fixed(course: &Course) -> Vec<Route> {
    let route = |path: &str, kind, title: String, description: &str, main| Route {
        path: path.to_owned(),
        kind,
        slug: None,
        title,
        description: description.to_owned(),
        indexed: true,
        dock: false,
        rail: rail::rail(course, &base(path), None),
        main,
        data: None,
    };
    let home = route(
        "",
        "home",
        format!("{NAME}: learn Redis on a server in your browser"),
        "Forty-two lessons from strings to clusters. Every snippet runs in the page, on a Redis \
         emulator that needs no server and works offline.",
        page::front(course),
    );
    let lessons = route(
        "lessons/",
        "course",
        format!("The course · {NAME}"),
        "All lessons in six phases: fundamentals, data structures, advanced features, persistence \
         and high availability, Spring Boot, and production.",
        page::course(course),
    );
    let playground = route(
        "playground/",
        "playground",
        format!("Playground · {NAME}"),
        "A Redis console in the browser: type any command, see the reply and the structures \
         behind it. Nothing is installed and nothing leaves the page.",
        page::playground(),
    );
    let share = route(
        "s/",
        "share",
        format!("Shared session · {NAME}"),
        "A Redis session that somebody shared. It is in the link itself and runs in your browser, \
         apart from your own lessons.",
        page::share(),
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
        lessons,
        Route {
            dock: true,
            ..playground
        },
        Route {
            dock: true,
            indexed: false,
            ..share
        },
        about,
    ]
}
