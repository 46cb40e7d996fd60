//! Boards of thousands of cells: one image, scaled without smoothing, with outlines and names over it.

use leptos::prelude::*;
use messages::drawing::Board;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData, KeyboardEvent, MouseEvent};

use super::Figure;
use crate::markup::{Markup, el, several};
use crate::web::dom;
use crate::web::draw::Draw;
use crate::web::erase::{click, effect, key, maybe, part, text};

/// Nothing if the visualiser has no board.
#[component]
pub fn Canvas(figure: Figure) -> impl IntoView {
    let has_board = Memo::new(move |_| board(figure, |_| ()).is_some());
    part(move || maybe(has_board.get().then(|| view! { <Cells figure/> })))
}

fn board<T>(figure: Figure, read: impl FnOnce(&Board) -> T) -> Option<T> {
    figure.shown.with(|shown| {
        shown
            .as_ref()
            .and_then(|shown| shown.board.as_ref())
            .map(read)
    })
}

#[component]
fn Cells(figure: Figure) -> impl IntoView {
    let canvas = NodeRef::<leptos::html::Canvas>::new();
    effect(move || {
        if let Some(canvas) = canvas.get() {
            board(figure, |board| paint(&canvas, board));
        }
    });
    let label = move || board(figure, |board| board.label.clone()).unwrap_or_default();
    view! {
        <div class="board">
            <canvas node_ref=canvas tabindex="0" role="img" aria-label=text(label)
                on:keydown=key(move |event| moved(figure, &event))
                on:click=click(move |event| pointed(figure, &event))></canvas>
            {part(move || board(figure, over).unwrap_or_else(|| several([])).draw())}
        </div>
    }
}

fn rows(board: &Board) -> u32 {
    (board.cells.len() as u32)
        .checked_div(board.columns)
        .unwrap_or(0)
}

fn paint(canvas: &HtmlCanvasElement, board: &Board) {
    let (width, height) = (board.columns, rows(board));
    if width == 0 || height == 0 {
        return;
    }
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) =
        context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok())
    else {
        return;
    };
    let palette: Vec<[u8; 4]> = board
        .palette
        .iter()
        .map(|ink| color(&context, ink))
        .collect();
    let mut pixels = vec![0; (width * height * 4) as usize];
    for (pixel, cell) in pixels.chunks_exact_mut(4).zip(&board.cells) {
        if let Some(color) = palette.get(*cell as usize) {
            pixel.copy_from_slice(color);
        }
    }
    if let Ok(image) = ImageData::new_with_u8_clamped_array(Clamped(&pixels), width) {
        // At worst the board stays as it was.
        let _ = context.put_image_data(&image, 0.0, 0.0);
    }
}

/// The style sheet's color of this theme: what the browser itself makes of it.
fn color(context: &CanvasRenderingContext2d, ink: &messages::drawing::Ink) -> [u8; 4] {
    let probe = dom::root();
    let style = dom::window().get_computed_style(&probe).ok().flatten();
    let value = style.and_then(|style| style.get_property_value(&ink.color).ok());
    let value = value.unwrap_or_default();
    context.set_fill_style_str(&resolved(&value));
    let hex = context.fill_style().as_string().unwrap_or_default();
    let part = |at: usize| {
        hex.get(at..at + 2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
            .unwrap_or(0)
    };
    [part(1), part(3), part(5), ink.strength]
}

/// `light-dark(a, b)` is no color to a canvas.
fn resolved(value: &str) -> String {
    let Some(pair) = value
        .trim()
        .strip_prefix("light-dark(")
        .and_then(|rest| rest.strip_suffix(')'))
    else {
        return value.trim().to_owned();
    };
    let (light, dark) = pair.split_once(',').unwrap_or((pair, pair));
    let theme = dom::root().get_attribute("data-theme");
    let dark_wanted = match theme.as_deref() {
        Some(theme) => theme == "dark",
        None => dom::window()
            .match_media("(prefers-color-scheme: dark)")
            .ok()
            .flatten()
            .is_some_and(|query| query.matches()),
    };
    if dark_wanted { dark } else { light }.trim().to_owned()
}

/// What the visualiser draws over the cells, and the cell that is looked at.
fn over(board: &Board) -> Markup {
    let (width, height) = (board.columns, rows(board));
    let cursor = board
        .cursor
        .filter(|cell| *cell < width * height)
        .map(|cell| {
            el("rect", "cursor")
                .with("x", &(cell % width).to_string())
                .with("y", &(cell / width).to_string())
                .with("width", "1")
                .with("height", "1")
        });
    el("svg", "board-over")
        .with("viewBox", &format!("0 0 {width} {height}"))
        .with("aria-hidden", "true")
        .append(board.over.clone())
        .add_if(cursor)
}

fn moved(figure: Figure, event: &KeyboardEvent) {
    let Some((columns, count, at)) = board(figure, |board| {
        (
            i64::from(board.columns),
            board.cells.len() as i64,
            i64::from(board.cursor.unwrap_or(0)),
        )
    }) else {
        return;
    };
    let to = match event.key().as_str() {
        "ArrowLeft" => at - 1,
        "ArrowRight" => at + 1,
        "ArrowUp" => at - columns,
        "ArrowDown" => at + columns,
        "Home" => 0,
        "End" => count - 1,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if (0..count).contains(&to) {
        figure.set_option("cell", &to.to_string());
    }
}

fn pointed(figure: Figure, event: &MouseEvent) {
    let Some(canvas) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlCanvasElement>().ok())
    else {
        return;
    };
    let cell = board(figure, |board| {
        let place = canvas.get_bounding_client_rect();
        let part = |at: i32, start: f64, size: f64, cells: u32| {
            ((f64::from(at) - start) / size.max(1.0) * f64::from(cells))
                .clamp(0.0, f64::from(cells.max(1) - 1)) as u32
        };
        let column = part(event.client_x(), place.left(), place.width(), board.columns);
        let row = part(event.client_y(), place.top(), place.height(), rows(board));
        row * board.columns + column
    });
    if let Some(cell) = cell {
        figure.set_option("cell", &cell.to_string());
    }
}
