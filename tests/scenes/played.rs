//! The two servers on which a scene is played.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use engine::disk::Disk;
use engine::resp;
use engine::{ClientId, Engine, Event, Reply, Time};

use super::Stage;
use super::script::Scene;
use crate::real::{CONFIG_FILE, Clock, Connection, Real, open_config};

pub struct OnReal {
    real: Real,
    clients: BTreeMap<String, Connection>,
}

impl OnReal {
    pub fn start(scene: &Scene) -> OnReal {
        let files: Vec<(String, Vec<u8>)> = scene
            .files
            .iter()
            .map(|(name, text)| ((*name).to_string(), text.as_bytes().to_vec()))
            .collect();
        let names: Vec<String> = scene
            .settings
            .iter()
            .map(|(name, _)| format!("--{name}"))
            .collect();
        let pairs = names.iter().zip(scene.settings);
        let options: Vec<&str> = pairs
            .flat_map(|(name, (_, text))| [name.as_str(), *text])
            .collect();
        OnReal {
            real: Real::start_from(&files, Clock::Machine, &options),
            clients: BTreeMap::new(),
        }
    }

    fn client(&mut self, name: &str) -> &mut Connection {
        let real = &self.real;
        self.clients
            .entry(name.to_string())
            .or_insert_with(|| real.connect())
    }
}

impl Stage for OnReal {
    fn say(&mut self, client: &str, words: &[Vec<u8>]) -> Vec<u8> {
        self.client(client).send(words);
        self.heard(client)
    }

    fn heard(&mut self, client: &str) -> Vec<u8> {
        // Long enough for a wait of the scene, and for whatever follows from a command.
        thread::sleep(Duration::from_millis(150));
        self.client(client).take_bytes()
    }

    fn wait(&mut self, millis: u64) {
        thread::sleep(Duration::from_millis(millis));
    }

    fn file(&mut self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.real.folder().join(name)).ok()
    }
}

pub struct OnEngine {
    engine: Engine,
    clients: BTreeMap<String, ClientId>,
    received: BTreeMap<ClientId, Vec<u8>>,
    now: Time,
}

impl OnEngine {
    pub fn start(scene: &Scene) -> OnEngine {
        let now = Time::WORLD_START;
        let mut config = open_config();
        for (name, text) in scene.settings {
            let parameter = engine::config::parameters::find(name.as_bytes()).expect("a parameter");
            config
                .set(parameter, text.as_bytes())
                .expect("a good value");
        }
        let mut disk = Disk::default();
        for (name, text) in scene.files {
            disk.put(name, text.as_bytes().to_vec());
        }
        let mut engine = Engine::with_config(1, now, config);
        if disk.get(CONFIG_FILE).is_some() {
            engine.server.config_file = CONFIG_FILE.to_string();
        }
        engine.start(disk, now).expect("the files can be read");
        if scene.settings.iter().any(|(name, _)| *name == "aclfile") {
            engine.server.users = engine.server.users_of_file().expect("a good file");
        }
        OnEngine {
            engine,
            clients: BTreeMap::new(),
            received: BTreeMap::new(),
            now,
        }
    }

    fn client(&mut self, name: &str) -> ClientId {
        let (engine, now) = (&mut self.engine, self.now);
        *self
            .clients
            .entry(name.to_string())
            .or_insert_with(|| engine.connect("127.0.0.1:50000", now))
    }

    fn receive(&mut self, client: ClientId, reply: &Reply) {
        if !matches!(reply, Reply::Nothing | Reply::Later) {
            let protocol = self.engine.protocol(client);
            resp::encode(reply, protocol, self.received.entry(client).or_default());
        }
    }

    fn gather(&mut self) {
        for event in self.engine.drain() {
            match event {
                Event::Reply { client, reply } | Event::Push { client, reply } => {
                    self.receive(client, &reply);
                }
                Event::Stream { client, bytes } => {
                    self.received.entry(client).or_default().extend(bytes);
                }
                _ => {}
            }
        }
    }

    fn pass(&mut self, millis: u64) {
        self.now = self.now.after(Duration::from_millis(millis));
        self.engine.advance(self.now);
        self.gather();
    }
}

impl Stage for OnEngine {
    fn say(&mut self, client: &str, words: &[Vec<u8>]) -> Vec<u8> {
        let id = self.client(client);
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let reply = self.engine.execute(id, &words, self.now);
        self.receive(id, &reply);
        self.gather();
        self.heard(client)
    }

    fn heard(&mut self, client: &str) -> Vec<u8> {
        let id = self.client(client);
        // As long as the other stage waits.
        self.pass(150);
        self.received.remove(&id).unwrap_or_default()
    }

    fn wait(&mut self, millis: u64) {
        self.pass(millis);
    }

    fn file(&mut self, name: &str) -> Option<Vec<u8>> {
        self.engine.server.disk.read(name).map(<[u8]>::to_vec)
    }
}
