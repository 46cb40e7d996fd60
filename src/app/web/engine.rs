//! The engine in its worker: calls and their answers, and what to do when it does not answer.
//!
//! The worker starts with the first call. It may hang (a script without end) or trap; then it is
//! ended, another one is started, and the worlds are made again from their logs, without the entry
//! that did it. The page itself never waits and never blanks.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use gloo::timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use messages::{Answer, Call, FromWorker, LogEntry, Notice, Request, Response, Setup};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::map::SmallMap;

/// After this long the reader is told, and may stop it.
const SLOW_MILLIS: u32 = 5_000;
/// After this long it is stopped.
const STUCK_MILLIS: u32 = 30_000;
/// A large file takes a small device some time, and it ends: whoever does not want to wait can stop it.
const STUCK_LOADING_MILLIS: u32 = 600_000;

/// What the page shows about the engine.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum State {
    /// Not asked for anything yet.
    #[default]
    Cold,
    Starting,
    Ready,
    /// A call takes long: the line it is about.
    Slow(String),
    /// It could not be loaded.
    Absent(String),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Lost {
    /// The worker ended during this call and was started anew.
    Rebuilt,
    /// There is no worker.
    Absent(String),
}

type OnState = Box<dyn Fn(State)>;
type OnNotice = Box<dyn Fn(Notice)>;
type OnRebuilt = Box<dyn Fn(String)>;

/// Whom to tell.
pub struct Listeners {
    pub state: OnState,
    pub notice: OnNotice,
    /// One sentence about what was stopped and what was kept.
    pub rebuilt: OnRebuilt,
}

#[derive(Clone)]
pub struct Engine(Rc<RefCell<Inner>>);

struct Inner {
    script: Option<String>,
    listeners: Rc<Listeners>,
    worker: Option<Running>,
    next_id: u32,
    /// Each world as it must be made again.
    worlds: SmallMap<String, Setup>,
    /// The files with which worlds began.
    files: SmallMap<String, Array>,
}

struct Running {
    worker: Worker,
    ready: bool,
    /// Calls made before the worker was ready.
    queue: Vec<u32>,
    waiting: SmallMap<u32, Waiting>,
    // Dropped with the worker, so that a late event of an ended worker reaches nobody.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

struct Waiting {
    call: Call,
    /// What lies beside the call, as the browser's own objects: their bytes do not come into this program.
    files: Array,
    answer: Option<oneshot::Sender<Result<Answer, Lost>>>,
    _slow: Option<Timeout>,
    _stuck: Option<Timeout>,
}

impl Engine {
    /// `script` is the worker's address; none in a build without an engine.
    pub fn new(script: Option<String>, listeners: Listeners) -> Engine {
        Engine(Rc::new(RefCell::new(Inner {
            script,
            listeners: Rc::new(listeners),
            worker: None,
            next_id: 1,
            worlds: SmallMap::new(),
            files: SmallMap::new(),
        })))
    }

    /// Starts the worker, if it does not run yet.
    pub fn warm_up(&self) {
        let _ = self.running();
    }

    /// A call and the files beside it, of which most have none.
    pub async fn call(&self, world: &str, request: Request, files: Array) -> Result<Answer, Lost> {
        if let Request::Open(setup) = &request {
            let mut inner = self.0.borrow_mut();
            inner.worlds.insert(world.to_owned(), setup.clone());
            inner.files.insert(world.to_owned(), files.clone());
        }
        self.running()?;
        let (sender, receiver) = oneshot::channel();
        self.send(world.to_owned(), request, files, Some(sender));
        receiver.await.unwrap_or(Err(Lost::Rebuilt))
    }

    /// Ends what runs now, and makes the worlds again.
    pub fn stop(&self) {
        self.rebuild("was stopped");
    }

    fn running(&self) -> Result<(), Lost> {
        if self.0.borrow().worker.is_some() {
            return Ok(());
        }
        let script = self.0.borrow().script.clone();
        let Some(script) = script else {
            return Err(self.absent("this build of the site has no engine"));
        };
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name("engine");
        let worker = Worker::new_with_options(&script, &options)
            .map_err(|error| self.absent(&format!("the browser refused it ({})", text(&error))))?;
        self.listen(worker);
        self.tell(State::Starting);
        Ok(())
    }

    fn absent(&self, why: &str) -> Lost {
        let why = format!("The engine could not be started: {why}.");
        self.tell(State::Absent(why.clone()));
        Lost::Absent(why)
    }

    fn listen(&self, worker: Worker) {
        let engine = self.clone();
        let on_message = Closure::new(move |event: MessageEvent| engine.receive(event));
        let engine = self.clone();
        let on_error = Closure::new(move |event: Event| {
            event.prevent_default();
            // A script that cannot be loaded is an event without a message.
            let message = js_sys::Reflect::get(&event, &"message".into())
                .ok()
                .and_then(|text| text.as_string());
            engine.failed(&message.unwrap_or_default());
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        self.0.borrow_mut().worker = Some(Running {
            worker,
            ready: false,
            queue: Vec::new(),
            waiting: SmallMap::new(),
            _on_message: on_message,
            _on_error: on_error,
        });
    }

    fn send(
        &self,
        world: String,
        request: Request,
        files: Array,
        answer: Option<oneshot::Sender<Result<Answer, Lost>>>,
    ) {
        let mut inner = self.0.borrow_mut();
        let id = inner.next_id;
        inner.next_id = inner.next_id.wrapping_add(1);
        let call = Call { id, world, request };
        let Some(running) = &mut inner.worker else {
            return;
        };
        let waiting = Waiting {
            call,
            files,
            answer,
            _slow: None,
            _stuck: None,
        };
        running.waiting.insert(id, waiting);
        match running.ready {
            true => self.post(running, id),
            false => running.queue.push(id),
        }
    }

    fn post(&self, running: &mut Running, id: u32) {
        let Some(waiting) = running.waiting.get_mut(&id) else {
            return;
        };
        let bytes = Uint8Array::from(messages::to_bytes(&waiting.call).as_slice());
        let transfer = Array::of1(&bytes.buffer());
        let loading = waiting.files.length() > 0;
        let message: JsValue = match loading {
            true => Array::of1(&bytes).concat(&waiting.files).into(),
            false => bytes.into(),
        };
        running
            .worker
            .post_message_with_transfer(&message, &transfer)
            .expect("bytes and files can be sent to a worker");
        let (slow, stuck) = (self.clone(), self.clone());
        let line = subject(&waiting.call.request);
        waiting._slow = Some(Timeout::new(SLOW_MILLIS, move || {
            slow.tell(State::Slow(line))
        }));
        let (limit, what) = match loading {
            true => (STUCK_LOADING_MILLIS, "was stopped after 10 min"),
            false => (STUCK_MILLIS, "was stopped after 30 s"),
        };
        waiting._stuck = Some(Timeout::new(limit, move || stuck.rebuild(what)));
    }

    fn receive(&self, event: MessageEvent) {
        let bytes = Uint8Array::new(&event.data()).to_vec();
        match messages::from_bytes::<FromWorker>(&bytes) {
            Ok(FromWorker::Ready) => self.ready(),
            Ok(FromWorker::Answer(answer)) => self.answered(answer),
            Ok(FromWorker::Notice(notice)) => (self.listeners().notice)(notice),
            Err(error) => self.failed(&error),
        }
    }

    fn ready(&self) {
        let mut inner = self.0.borrow_mut();
        if let Some(running) = &mut inner.worker {
            running.ready = true;
            for id in std::mem::take(&mut running.queue) {
                self.post(running, id);
            }
        }
        drop(inner);
        self.tell(State::Ready);
    }

    fn answered(&self, answer: Answer) {
        let mut inner = self.0.borrow_mut();
        let waiting = inner
            .worker
            .as_mut()
            .and_then(|running| running.waiting.remove(&answer.id));
        let Some(waiting) = waiting else { return };
        if let Ok(response) = &answer.result
            && let Some(setup) = inner.worlds.get_mut(&answer.world)
        {
            remember(setup, waiting.call.request, response);
            // The files of a world are those with which its log begins.
            match response {
                Response::Loaded(Ok(_)) => inner.files.insert(waiting.call.world, waiting.files),
                Response::Reset => drop(inner.files.remove(&waiting.call.world)),
                _ => {}
            }
        }
        drop(inner);
        self.tell(State::Ready);
        if let Some(sender) = waiting.answer {
            // Nobody waits for it any more: fine.
            let _ = sender.send(Ok(answer));
        }
    }

    fn failed(&self, message: &str) {
        let never_ready = self
            .0
            .borrow()
            .worker
            .as_ref()
            .is_some_and(|running| !running.ready);
        if !never_ready {
            return self.rebuild(&format!("failed ({message})"));
        }
        let lost = self.absent("its files could not be loaded; check the connection and reload");
        let running = self.0.borrow_mut().worker.take();
        for waiting in running.into_iter().flat_map(end) {
            if let Some(sender) = waiting.answer {
                let _ = sender.send(Err(lost.clone()));
            }
        }
    }

    /// Ends the worker and starts another with the same worlds.
    fn rebuild(&self, what: &str) {
        let Some(running) = self.0.borrow_mut().worker.take() else {
            return;
        };
        let lost = end(running);
        let mut subject_of = String::from("The engine");
        for waiting in lost {
            match &waiting.call.request {
                // Its log is what does not end: it begins empty.
                Request::Open(_) => {
                    let mut inner = self.0.borrow_mut();
                    inner.files.remove(&waiting.call.world);
                    if let Some(setup) = inner.worlds.get_mut(&waiting.call.world) {
                        setup.log.clear();
                    }
                }
                request => subject_of = subject(request),
            }
            if let Some(sender) = waiting.answer {
                let _ = sender.send(Err(Lost::Rebuilt));
            }
        }
        let worlds = self.0.borrow().worlds.clone();
        let commands: usize = worlds.values().map(|setup| setup.log.len()).sum();
        if self.running().is_err() {
            return;
        }
        for (world, setup) in worlds {
            let files = self.0.borrow().files.get(&world).cloned();
            self.send(world, Request::Open(setup), files.unwrap_or_default(), None);
        }
        let kept = crate::format::counted(commands as u64, "entry").replace("entrys", "entries");
        (self.listeners().rebuilt)(format!(
            "{subject_of} {what}. The session was made again from its log ({kept})."
        ));
    }

    fn listeners(&self) -> Rc<Listeners> {
        self.0.borrow().listeners.clone()
    }

    fn tell(&self, state: State) {
        (self.listeners().state)(state);
    }
}

fn end(running: Running) -> Vec<Waiting> {
    running.worker.terminate();
    running
        .waiting
        .into_iter()
        .map(|(_, waiting)| waiting)
        .collect()
}

/// Keeps what a world would need to become what it is now.
fn remember(setup: &mut Setup, request: Request, response: &Response) {
    match request {
        Request::Run { client, line } => setup.log.push(LogEntry::Line { client, line }),
        Request::RunBlock { block, text } => {
            if matches!(response, Response::Block(run) if run.problem.is_none()) {
                setup.log.push(LogEntry::Block { block, text });
            }
        }
        Request::StepScript(_) => {
            if let Response::Stepped(stepped) = response {
                setup.log.extend(stepped.log.iter().cloned());
            }
        }
        Request::Advance { millis } => setup.log.push(LogEntry::Advance { millis }),
        Request::Reset => setup.log.clear(),
        Request::Load { names } => {
            if matches!(response, Response::Loaded(Ok(_))) {
                setup.log = vec![LogEntry::Load { names }];
            }
        }
        _ => {}
    }
}

/// What a call is about, for the reader.
fn subject(request: &Request) -> String {
    match request {
        Request::Run { line, .. } => format!("“{}”", crate::format::cut(line, 60)),
        Request::RunBlock { .. } => "The block".to_owned(),
        Request::StepScript(_) => "The script".to_owned(),
        Request::Check { .. } => "The answer".to_owned(),
        Request::Open(_) => "Restoring the session".to_owned(),
        Request::Load { names } => format!("Loading {}", names.join(", ")),
        _ => "The engine".to_owned(),
    }
}

fn text(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_default()
}
