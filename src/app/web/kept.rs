//! Files that the reader loaded, kept by the browser beside the record that names them: in its cache storage, which
//! takes them as they are. A world keeps the files it began with last. Where the browser cannot, nothing is kept and
//! the caller says so.

use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, CacheStorage, FormData, Response};

use super::dom;

/// Keeps the files of a world; the ones it had are gone.
pub async fn keep(site: &str, world: &str, files: &Array) -> Option<()> {
    let form = FormData::new().ok()?;
    for file in files.iter() {
        form.append_with_blob(FIELD, file.unchecked_ref::<Blob>())
            .ok()?;
    }
    let body = Response::new_with_opt_form_data(Some(&form)).ok()?;
    let cache: Cache = done(storage()?.open(&name(site, world)))
        .await?
        .unchecked_into();
    done(cache.put_with_str(&address(site, world), &body)).await?;
    Some(())
}

pub async fn read(site: &str, world: &str) -> Option<Array> {
    let found = done(storage()?.match_with_str(&address(site, world))).await?;
    let form = done(found.dyn_ref::<Response>()?.form_data().ok()?).await?;
    Some(form.unchecked_into::<FormData>().get_all(FIELD))
}

pub fn forget(site: &str, world: &str) {
    if let Some(storage) = storage() {
        drop(storage.delete(&name(site, world)));
    }
}

const FIELD: &str = "file";

/// There is none where the page did not come over a secure connection.
fn storage() -> Option<CacheStorage> {
    let storage = js_sys::Reflect::get(&dom::window(), &"caches".into()).ok()?;
    (!storage.is_undefined()).then(|| storage.unchecked_into())
}

/// Not beginning as the service worker's caches do: it removes those that it does not know.
fn name(site: &str, world: &str) -> String {
    ["redis-mastery-files:", site, world].concat()
}

fn address(site: &str, world: &str) -> String {
    [site, "kept/", world].concat()
}

async fn done(promise: Promise) -> Option<JsValue> {
    JsFuture::from(promise).await.ok()
}
