//! The question that comes before the answer is drawn.

use leptos::prelude::*;

use super::Figure;
use crate::web::erase::{click, list, maybe};

pub fn question(figure: Figure) -> AnyView {
    let ask = figure
        .shown
        .with(|shown| shown.as_ref().and_then(|shown| shown.ask.clone()));
    maybe(ask.map(|ask| {
        let choices = ask.choices.into_iter().map(|choice| {
            let said = match choice.right {
                true => format!("Right. {}", choice.why),
                false => format!("Not so. {}", choice.why),
            };
            view! {
                <button type="button" class="button small" on:click=click(move |_| answer(figure, &said))>{choice.text}</button>
            }
        });
        view! {
            <div class="visualiser-ask" role="group" aria-label="Before you look">
                <p>{ask.question}</p>
                <div class="choices">{list(choices)}
                    <button type="button" class="plain" on:click=click(move |_| answer(figure, ""))>"Just show me"</button>
                </div>
            </div>
        }
    }))
}

/// The picture now shows it, and the live region says why.
fn answer(figure: Figure, said: &str) {
    figure.revealed.set(true);
    let said = said.to_owned();
    leptos::task::spawn_local(async move {
        figure.look_once().await;
        if !said.is_empty() {
            figure.said.set(said);
        }
    });
}
