//! Any key as its bytes lie in memory.

use messages::markup::several;
use trace::Event;

use crate::parts::{absent, head};
use crate::pictures;
use crate::skiplist;
use crate::{Drawing, Scene, Subject, View};

pub static VIEW: View = View {
    name: "xray",
    title: "Encoding X-ray",
    about: "The bytes of any key with every field named, and how near the key is to another encoding.",
    subject: Subject::Key(&[]),
    model: None,
    starter: "RPUSH track:1 intro 127 128 -1 outro",
    key: "track:1",
    steps_over: |event| matches!(event, Event::Encoding { .. }),
    say: |event| (skiplist::VIEW.say)(event),
    draw,
};

fn draw(scene: &Scene) -> Drawing {
    let Some(key) = scene.held() else {
        return Drawing {
            picture: Some(absent(scene.key)),
            ..Drawing::default()
        };
    };
    Drawing {
        picture: Some(several([head(&key.row)]).add_if(pictures::still(key))),
        table: pictures::table(key),
        ..Drawing::default()
    }
}
