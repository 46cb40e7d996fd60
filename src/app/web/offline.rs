//! The page's side of the service worker: says "available offline" when the worker has confirmed
//! every file, and offers a new version without forcing it.

use leptos::prelude::*;

use super::erase::{click, part};
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    MessageChannel, MessageEvent, RegistrationOptions, ServiceWorker, ServiceWorkerRegistration,
};

use super::dom;
use super::page::Page;

#[derive(Clone, Copy)]
struct Offline {
    ready: RwSignal<bool>,
    waiting: RwSignal<Option<ServiceWorker>, LocalStorage>,
}

thread_local! {
    static STATE: Offline = Offline { ready: RwSignal::new(false), waiting: RwSignal::new_local(None) };
}

fn state() -> Offline {
    STATE.with(|state| *state)
}

pub fn attach(_page: Page) {
    if let Some(script) = dom::page_data("sw").filter(|script| !script.is_empty()) {
        spawn_local(async move {
            // A browser that refuses is a browser without offline use.
            if let Err(error) = register(&script).await {
                leptos::logging::warn!("The service worker was refused: {error:?}");
            }
        });
    }
}

async fn register(script: &str) -> Result<(), JsValue> {
    let navigator = dom::window().navigator();
    if !js_sys::Reflect::has(&navigator, &"serviceWorker".into())? {
        return Ok(());
    }
    let container = navigator.service_worker();
    let options = RegistrationOptions::new();
    options.set_update_via_cache(web_sys::ServiceWorkerUpdateViaCache::None);
    let registered = JsFuture::from(container.register_with_options(script, &options)).await?;
    // Browsers that pretend to register answer with nothing.
    let Ok(registration) = registered.dyn_into::<ServiceWorkerRegistration>() else {
        return Ok(());
    };
    watch_for_update(&registration);
    JsFuture::from(container.ready()?).await?;
    if let Some(active) = registration.active() {
        state().ready.set(is_precached(&active).await);
    }
    Ok(())
}

/// Asks the worker whether it has every file of its build.
async fn is_precached(worker: &ServiceWorker) -> bool {
    let Ok(channel) = MessageChannel::new() else {
        return false;
    };
    let (sender, receiver) = futures_channel::oneshot::channel();
    let mut sender = Some(sender);
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let all = js_sys::Reflect::get(&event.data(), &"precached".into())
            .is_ok_and(|value| value.is_truthy());
        if let Some(sender) = sender.take() {
            let _ = sender.send(all);
        }
    });
    channel
        .port1()
        .set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    let question = js_sys::Object::new();
    let asked = js_sys::Reflect::set(&question, &"ask".into(), &"precached".into());
    let transfer = js_sys::Array::of1(&channel.port2());
    if asked.is_err()
        || worker
            .post_message_with_transferable(&question, &transfer)
            .is_err()
    {
        return false;
    }
    receiver.await.unwrap_or(false)
}

/// A version that is installed beside the one in use waits for the reader.
fn watch_for_update(registration: &ServiceWorkerRegistration) {
    let controlled = dom::window()
        .navigator()
        .service_worker()
        .controller()
        .is_some();
    if let Some(waiting) = registration.waiting().filter(|_| controlled) {
        state().waiting.set(Some(waiting));
    }
    let watched = registration.clone();
    gloo::events::EventListener::new(registration, "updatefound", move |_| {
        let Some(installing) = watched.installing() else {
            return;
        };
        let worker = installing.clone();
        gloo::events::EventListener::new(&installing, "statechange", move |_| {
            let in_use = dom::window()
                .navigator()
                .service_worker()
                .controller()
                .is_some();
            if worker.state() == web_sys::ServiceWorkerState::Installed && in_use {
                state().waiting.set(Some(worker.clone()));
            }
        })
        .forget();
    })
    .forget();
}

fn accept(worker: &ServiceWorker) {
    let container = dom::window().navigator().service_worker();
    gloo::events::EventListener::once(&container, "controllerchange", |_| {
        // If it cannot reload, the reader can.
        let _ = dom::window().location().reload();
    })
    .forget();
    let message = js_sys::Object::new();
    if js_sys::Reflect::set(&message, &"tell".into(), &"activate".into()).is_ok() {
        let _ = worker.post_message(&message);
    }
}

#[component]
pub fn OfflineState() -> impl IntoView {
    let ready = state().ready;
    view! {
        <Show when=move || ready.get()>
            <span class="offline" title="Every page of this site is stored in your browser">
                <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M3 8.6 6.4 12 13 4.6"/></svg>
                <span class="words">"Available offline"</span>
            </span>
        </Show>
    }
}

#[component]
pub fn UpdateOffer() -> impl IntoView {
    let waiting = state().waiting;
    view! {
        {part(move || waiting.get().map(|worker| view! {
            <div class="notice">
                <p>"A new version is ready."</p>
                <button type="button" class="button" on:click=click(move |_| accept(&worker))>"Reload"</button>
                <button type="button" class="plain" on:click=click(move |_| waiting.set(None))>"Later"</button>
            </div>
        }))}
    }
}
