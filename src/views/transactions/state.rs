//! What clients have begun, after so many events of a command.

use trace::{Client, Event, Transaction as Told};

use crate::Scene;
use crate::snapshot::{Pending, Snapshot};

/// At the scene's moment.
pub fn at(scene: &Scene) -> Vec<Pending> {
    if scene.is_over() {
        return held(&scene.frame.after).to_vec();
    }
    after(held(&scene.frame.before), scene.events())
}

pub fn held(snapshot: &Snapshot) -> &[Pending] {
    match snapshot {
        Snapshot::Server(server) => &server.clients.pending,
        _ => &[],
    }
}

/// Does to what was begun before what each event did.
pub fn after(before: &[Pending], events: &[Event]) -> Vec<Pending> {
    let mut all = before.to_vec();
    for event in events {
        if let Event::Transaction(told) = event {
            apply(&mut all, told);
        }
    }
    all.retain(|one| one.begun || one.broken || !one.watching.is_empty());
    all.sort_by_key(|one| one.client.id);
    all
}

fn apply(all: &mut Vec<Pending>, told: &Told) {
    match told {
        Told::Watched { client, db, key } => {
            of(all, client).watching.push((*db, key.clone()));
        }
        Told::Touched { client, .. } => {
            let one = of(all, client);
            one.broken = true;
            one.watching.clear();
        }
        Told::Unwatched { client } => {
            let one = of(all, client);
            one.broken = false;
            one.watching.clear();
        }
        Told::Began { client } => of(all, client).begun = true,
        Told::Queued {
            client,
            words,
            kept: true,
        } => of(all, client).queue.push(words.clone()),
        Told::Refused { client } => of(all, client).refused = true,
        Told::Executes { client, .. } | Told::Nothing { client, .. } | Told::Dropped { client } => {
            all.retain(|one| one.client.id != client.id);
        }
        Told::Queued { kept: false, .. } | Told::Expired { .. } | Told::Runs { .. } => {}
    }
}

fn of<'a>(all: &'a mut Vec<Pending>, client: &Client) -> &'a mut Pending {
    let found = all.iter().position(|one| one.client.id == client.id);
    let at = found.unwrap_or_else(|| {
        all.push(Pending {
            client: client.clone(),
            ..Pending::default()
        });
        all.len() - 1
    });
    &mut all[at]
}
