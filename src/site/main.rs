//! The static site: one real `index.html` for every route, `404.html` and the service worker.
//!
//! Trunk runs this as its post_build hook, when the wasm and the styles are in the staging folder
//! and before that folder becomes `dist/`. The built site works unchanged at `/`, `/repo/` or any
//! other folder, because each page refers to its assets relative to its own depth.
//! Nothing here knows Redis: lessons come from `lesson`, and what runs is `app`'s and `worker`'s.
//! The marks that the pages carry for the app are described in `src/app/README.md`.

mod assets;
mod certificate;
mod course;
mod files;
mod links;
mod page;
mod policy;
mod rail;
mod routes;
mod service_worker;
mod template;
mod visualisers;

use std::path::PathBuf;

fn main() {
    let staging = folder_from("TRUNK_STAGING_DIR");
    let lessons = course::Lessons::read(&folder_from("TRUNK_SOURCE_DIR"));
    let release = std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");

    let frame = files::read_text(&staging.join("index.html"));
    let assets = assets::publish(&staging, &frame);
    let template = template::Template::new(&frame, &assets, release);
    for route in routes::all(&lessons) {
        let page = template.fill(&route, &assets);
        files::write(
            &staging.join(&route.path).join("index.html"),
            page.as_bytes(),
        );
    }
    files::write(&staging.join("404.html"), page::missing().as_bytes());
    files::write(
        &staging.join("site.json"),
        page::identity(&assets.build).as_bytes(),
    );
    links::check(&staging);
    if release {
        service_worker::write(&staging);
    }
}

fn folder_from(variable: &str) -> PathBuf {
    match std::env::var_os(variable) {
        Some(folder) => folder.into(),
        None => panic!("{variable} is not set: this program is trunk's hook, see .trunk.toml"),
    }
}
