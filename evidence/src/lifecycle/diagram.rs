//! The lifecycle of a PaymentIntent as a picture, drawn from the moves that were seen.

use std::collections::BTreeSet;
use std::fmt::Write;

use holdfast_model::trace::Verb;

use super::{ABSENT, Lifecycle, Object};

/// Where each status stands: middle of its box, in pixels.
const PLACES: [(&str, i32, i32); 8] = [
    (ABSENT, 120, 60),
    ("requires_payment_method", 120, 250),
    ("requires_confirmation", 420, 60),
    ("requires_action", 420, 250),
    ("processing", 420, 440),
    ("requires_capture", 760, 60),
    ("succeeded", 760, 440),
    ("canceled", 120, 440),
];
const WIDTH: i32 = 188;
const HEIGHT: i32 = 36;

/// `reports/lifecycle.svg`: every move between two statuses that was seen, with what makes it.
#[must_use]
pub fn svg(lifecycle: &Lifecycle) -> String {
    let mut out = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 700\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>The lifecycle of a PaymentIntent, as explored</title>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"10\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto-start-reverse\"><path d=\"M0 0L10 5L0 10z\" fill=\"#555\"/></marker></defs>\n\
         <rect width=\"900\" height=\"700\" fill=\"white\"/>\n",
    );
    let moves = lifecycle.moves(Object::PaymentIntent);
    for (index, ((from, to), _)) in (1..).zip(&moves) {
        let _infallible = arrow(&mut out, index, from, to);
    }
    for (name, x, y) in PLACES {
        let _infallible = status_box(&mut out, name, x, y);
    }
    for (index, ((from, to), verbs)) in (1..).zip(&moves) {
        let _infallible = legend(&mut out, index, from, to, verbs);
    }
    out.push_str("</svg>\n");
    out
}

fn place(name: &str) -> (i32, i32) {
    PLACES.iter().find(|(status, ..)| *status == name).map_or((0, 0), |(_, x, y)| (*x, *y))
}

fn status_box(out: &mut String, name: &str, x: i32, y: i32) -> std::fmt::Result {
    let fill = match name {
        "succeeded" => "#d9f2d9",
        "canceled" => "#f2d9d9",
        ABSENT => "#eeeeee",
        _ => "#e3ecf7",
    };
    writeln!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\" fill=\"{fill}\" stroke=\"#555\"/>\
         <text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{name}</text>",
        x.saturating_sub(WIDTH / 2),
        y.saturating_sub(HEIGHT / 2),
        y.saturating_add(4),
    )
}

/// An arrow bent to its left, so that there and back are two, with its number in the middle.
fn arrow(out: &mut String, index: usize, from: &str, to: &str) -> std::fmt::Result {
    let ((x1, y1), (x2, y2)) = (place(from), place(to));
    let (dx, dy) = (x2.saturating_sub(x1), y2.saturating_sub(y1));
    let length = dx.saturating_mul(dx).saturating_add(dy.saturating_mul(dy)).isqrt().max(1);
    let across = |along: i32| along.saturating_mul(34).checked_div(length).unwrap_or(0);
    let (bx, by) = (across(dy), across(dx).saturating_neg());
    let (mx, my) = (i32::midpoint(x1, x2).saturating_add(bx), i32::midpoint(y1, y2).saturating_add(by));
    let (ex, ey) = edge(x2, y2, mx, my);
    let (sx, sy) = edge(x1, y1, mx, my);
    let tx = i32::midpoint(mx, i32::midpoint(sx, ex));
    let ty = i32::midpoint(my, i32::midpoint(sy, ey));
    writeln!(
        out,
        "<path d=\"M{sx} {sy}Q{mx} {my} {ex} {ey}\" fill=\"none\" stroke=\"#555\" marker-end=\"url(#tip)\"/>\
         <circle cx=\"{tx}\" cy=\"{ty}\" r=\"9\" fill=\"white\" stroke=\"#999\"/>\
         <text x=\"{tx}\" y=\"{}\" text-anchor=\"middle\" font-size=\"10\">{index}</text>",
        ty.saturating_add(4),
    )
}

/// Where the line from the middle of a box towards a point leaves the box.
fn edge(x: i32, y: i32, towards_x: i32, towards_y: i32) -> (i32, i32) {
    let (dx, dy) = (towards_x.saturating_sub(x), towards_y.saturating_sub(y));
    let (half_width, half_height) = (WIDTH / 2, HEIGHT / 2);
    let by_side = dy.saturating_mul(half_width).checked_div(dx.abs()).unwrap_or(i32::MAX);
    if by_side.saturating_abs() <= half_height {
        return (x.saturating_add(half_width.saturating_mul(dx.signum())), y.saturating_add(by_side));
    }
    let by_top = dx.saturating_mul(half_height).checked_div(dy.abs()).unwrap_or(0);
    (x.saturating_add(by_top), y.saturating_add(half_height.saturating_mul(dy.signum())))
}

fn legend(out: &mut String, index: i32, from: &str, to: &str, verbs: &BTreeSet<Verb>) -> std::fmt::Result {
    let words: Vec<_> = verbs.iter().map(|verb| verb.name()).collect();
    let row = index.saturating_sub(1);
    let (column, line) = (row.checked_rem(2).unwrap_or(0), row / 2);
    writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" font-size=\"9\">{index}. {from} → {to}: {}</text>",
        column.saturating_mul(440).saturating_add(20),
        line.saturating_mul(13).saturating_add(490),
        words.join(", "),
    )
}
