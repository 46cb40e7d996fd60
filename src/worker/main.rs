//! The session behind `postMessage`: bytes in, bytes out. Runs in a Web Worker and holds no rules of its own.
//! A panic traps the wasm; the page notices, starts another worker and replays the log.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use messages::{Answer, Call, Failure, FromWorker, Response};
use session::Session;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, DedicatedWorkerGlobalScope, FileReaderSync, MessageEvent, Url};

fn main() {
    report_panics();
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let session = Rc::new(RefCell::new(Session::new()));
    let later = work_on_later(&scope, &session);
    let sender = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        for message in respond(&mut session.borrow_mut(), &event.data()) {
            post(&sender, &message);
        }
        later();
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The worker listens as long as it lives.
    on_message.forget();
    post(&scope, &FromWorker::Ready);
}

/// What asks for a turn soon, if none is on its way: long scripts go on between messages, so that the page can still
/// say what is to happen to them.
fn work_on_later(
    scope: &DedicatedWorkerGlobalScope,
    session: &Rc<RefCell<Session>>,
) -> impl Fn() + use<> {
    type Turn = Closure<dyn FnMut()>;
    let turn: Rc<RefCell<Option<Turn>>> = Rc::default();
    let asked = Rc::new(Cell::new(false));
    let ask = {
        let (scope, turn, asked) = (scope.clone(), turn.clone(), asked.clone());
        move || {
            if let Some(turn) = turn.borrow().as_ref()
                && !asked.replace(true)
            {
                let callback = turn.as_ref().unchecked_ref();
                // It fails for strings of code only.
                let _ = scope.set_timeout_with_callback(callback);
            }
        }
    };
    let (scope, session, again) = (scope.clone(), session.clone(), ask.clone());
    *turn.borrow_mut() = Some(Closure::new(move || {
        asked.set(false);
        let (more, notices) = session.borrow_mut().work_on();
        for notice in notices {
            post(&scope, &FromWorker::Notice(notice));
        }
        if more {
            again();
        }
    }));
    ask
}

/// A message is bytes, or an array of bytes and the files that lie beside them.
fn respond(session: &mut Session, data: &JsValue) -> Vec<FromWorker> {
    let (bytes, files) = match data.dyn_ref::<Array>() {
        Some(parts) => (parts.get(0), parts.slice(1, parts.length())),
        None => (data.clone(), Array::new()),
    };
    match messages::from_bytes::<Call>(&Uint8Array::new(&bytes).to_vec()) {
        Ok(call) => match files.iter().map(read).collect() {
            Ok(files) => answer(session, call, files),
            Err(name) => refuse(call.id, call.world, Failure::Unreadable(name)),
        },
        Err(problem) => refuse(0, String::new(), Failure::Malformed(problem)),
    }
}

fn answer(session: &mut Session, call: Call, files: Vec<Vec<u8>>) -> Vec<FromWorker> {
    let wanted = match &call.request {
        messages::Request::ReadFile { name } => Some(name.clone()),
        _ => None,
    };
    let (mut answer, notices) = session.handle_with(call, files);
    if let (Some(name), Ok(Response::File { address })) = (wanted, &mut answer.result)
        && let Some(world) = session.world(&answer.world)
        && let Some(bytes) = world.file(&name)
    {
        *address = address_of(bytes).unwrap_or_default();
    }
    let mut messages = vec![FromWorker::Answer(answer)];
    messages.extend(notices.into_iter().map(FromWorker::Notice));
    messages
}

fn refuse(id: u32, world: String, failure: Failure) -> Vec<FromWorker> {
    vec![FromWorker::Answer(Answer {
        id,
        world,
        result: Err(failure),
        status: None,
    })]
}

/// A file of the reader's; in the error its name. It may be gone, or be a folder.
fn read(file: JsValue) -> Result<Vec<u8>, String> {
    let name = || {
        let name = js_sys::Reflect::get(&file, &"name".into());
        name.ok()
            .and_then(|name| name.as_string())
            .unwrap_or_default()
    };
    let blob = file.dyn_ref::<Blob>().ok_or_else(name)?;
    let buffer = FileReaderSync::new().and_then(|reader| reader.read_as_array_buffer(blob));
    buffer
        .map(|buffer| Uint8Array::new(&buffer).to_vec())
        .map_err(|_| name())
}

/// An address that the page can download from, as long as this worker lives.
fn address_of(bytes: &[u8]) -> Option<String> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

fn post(scope: &DedicatedWorkerGlobalScope, message: &FromWorker) {
    let bytes = Uint8Array::from(messages::to_bytes(message).as_slice());
    let transfer = Array::of1(&bytes.buffer());
    // Posting fails only for values that cannot be cloned; bytes can.
    let _ = scope.post_message_with_transfer(&bytes, &transfer);
}

/// A panic's message goes to the console before the trap, without a crate for it.
fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into())
    }));
}
