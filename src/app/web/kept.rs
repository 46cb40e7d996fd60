//! Files that the reader loaded, kept by the browser beside the record that names them: in its cache storage, which
//! takes them as they are. A world keeps the files it began with last. Where the browser cannot, nothing is kept and
//! the caller says so.

use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, CacheStorage, Response};

use super::dom;

/// Keeps the files of a world; the ones it had are gone.
pub async fn keep(site: &str, world: &str, files: &Array) -> Option<()> {
    let cache = open(site).await?;
    for (at, file) in files.iter().enumerate() {
        let body = Response::new_with_opt_blob(Some(file.unchecked_ref::<Blob>())).ok()?;
        done(cache.put_with_str(&address(site, world, at), &body)).await?;
    }
    Some(())
}

/// The files of a world, if all are there.
pub async fn read(site: &str, world: &str, count: usize) -> Option<Array> {
    let cache = open(site).await?;
    let files = Array::new();
    for at in 0..count {
        let found = done(cache.match_with_str(&address(site, world, at))).await?;
        let body = found.dyn_ref::<Response>()?.blob().ok()?;
        files.push(&done(body).await?);
    }
    Some(files)
}

pub async fn forget(site: String, world: String, count: usize) {
    if let Some(cache) = open(&site).await {
        for at in 0..count {
            // What is not there need not be removed.
            let _ = done(cache.delete_with_str(&address(&site, &world, at))).await;
        }
    }
}

pub fn forget_all(site: &str) {
    if let Some(storage) = storage() {
        drop(storage.delete(&name(site)));
    }
}

async fn open(site: &str) -> Option<Cache> {
    Some(done(storage()?.open(&name(site))).await?.unchecked_into())
}

/// There is none where the page did not come over a secure connection.
fn storage() -> Option<CacheStorage> {
    let storage = js_sys::Reflect::get(&dom::window(), &"caches".into()).ok()?;
    (!storage.is_undefined()).then(|| storage.unchecked_into())
}

/// Not beginning as the service worker's caches do: it removes those that it does not know.
fn name(site: &str) -> String {
    format!("redis-mastery-files:{site}")
}

fn address(site: &str, world: &str, at: usize) -> String {
    format!("{site}kept/{world}/{at}")
}

async fn done(promise: Promise) -> Option<JsValue> {
    JsFuture::from(promise).await.ok()
}
