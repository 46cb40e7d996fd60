//! The session behind `postMessage`: bytes in, bytes out. Runs in a Web Worker and holds no rules of its own.
//! A panic traps the wasm; the page notices, starts another worker and replays the log.

use std::cell::RefCell;

use js_sys::Uint8Array;
use messages::{Answer, Call, Failure, FromWorker};
use session::Session;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    report_panics();
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let session = RefCell::new(Session::new());
    let sender = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let bytes = Uint8Array::new(&event.data()).to_vec();
        for message in respond(&mut session.borrow_mut(), &bytes) {
            post(&sender, &message);
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The worker listens as long as it lives.
    on_message.forget();
    post(&scope, &FromWorker::Ready);
}

fn respond(session: &mut Session, bytes: &[u8]) -> Vec<FromWorker> {
    match messages::from_bytes::<Call>(bytes) {
        Ok(call) => {
            let (answer, notices) = session.handle(call);
            let mut messages = vec![FromWorker::Answer(answer)];
            messages.extend(notices.into_iter().map(FromWorker::Notice));
            messages
        }
        Err(problem) => {
            let result = Err(Failure::Malformed(problem));
            vec![FromWorker::Answer(Answer {
                id: 0,
                world: String::new(),
                result,
                status: None,
            })]
        }
    }
}

fn post(scope: &DedicatedWorkerGlobalScope, message: &FromWorker) {
    let bytes = Uint8Array::from(messages::to_bytes(message).as_slice());
    let transfer = js_sys::Array::of1(&bytes.buffer());
    // Posting fails only for values that cannot be cloned; bytes can.
    let _ = scope.post_message_with_transfer(&bytes, &transfer);
}

/// A panic's message goes to the console before the trap, without a crate for it.
fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into())
    }));
}
