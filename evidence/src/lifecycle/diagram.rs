//! The lifecycle of a PaymentIntent as a picture, drawn from the recorded moves.
//!
//! The statuses form one column. Each move has its own lane beside the column, and its own port at each of its boxes.
//! So no line crosses a box, and no two lines overlap.

use std::collections::BTreeMap;
use std::fmt::Write;

use holdfast_model::IntentStatus;
use holdfast_model::trace::Verb;

use super::{ABSENT, Lifecycle, Object};

/// Left and right edge of the boxes, in pixels.
const BOX: (u32, u32) = (20, 220);
/// Distance of two ports of a box.
const PORT: u32 = 15;
/// Distance of two boxes.
const GAP: u32 = 26;
/// Distance of two lanes.
const LANE: u32 = 21;
/// Height of a line of the legend.
const LINE: u32 = 17;

/// Colors of the lines, by the status that a move leaves.
const COLORS: [&str; 8] = ["#444444", "#1b6ac9", "#8a5a00", "#b3261e", "#7a3fb0", "#0f766e", "#2c7a2c", "#ad1a72"];

/// A box: a status and its vertical extent.
struct StatusBox {
    name: &'static str,
    top: u32,
    bottom: u32,
}

/// A line: a move, the heights of its ports and the position of its lane.
struct MoveLine {
    from: &'static str,
    to: &'static str,
    start: u32,
    end: u32,
    lane: u32,
    verbs: String,
}

/// The places of all boxes and lines.
struct Layout {
    boxes: Vec<StatusBox>,
    lines: Vec<MoveLine>,
}

impl Layout {
    fn of(lifecycle: &Lifecycle) -> Self {
        let moves = lifecycle.moves(Object::PaymentIntent);
        let names: Vec<&'static str> =
            [ABSENT].into_iter().chain(IntentStatus::ALL.iter().map(|status| status.name())).collect();
        // Each end of a move takes the next port of its box: moves that leave first, in the order of their targets.
        let mut ports: BTreeMap<&str, u32> = BTreeMap::new();
        let mut port = |name: &'static str| {
            let next = ports.entry(name).or_insert(0);
            *next = next.saturating_add(1);
            *next
        };
        let starts: Vec<u32> = moves.keys().map(|(from, _)| port(from)).collect();
        let ends: Vec<u32> = moves.keys().map(|(_, to)| port(to)).collect();
        let mut boxes = Vec::new();
        let mut top = 20_u32;
        for name in names {
            let height = PORT.saturating_mul(ports.get(name).copied().unwrap_or(0).saturating_add(1)).max(36);
            let bottom = top.saturating_add(height);
            boxes.push(StatusBox { name, top, bottom });
            top = bottom.saturating_add(GAP);
        }
        let height_of = |name: &str, port: u32| {
            let top = boxes.iter().find(|it| it.name == name).map_or(0, |it| it.top);
            top.saturating_add(PORT.saturating_mul(port))
        };
        let mut lines: Vec<MoveLine> = moves
            .iter()
            .zip(starts.iter().zip(&ends))
            .map(|(((from, to), verbs), (start, end))| MoveLine {
                from,
                to,
                start: height_of(from, *start),
                end: height_of(to, *end),
                lane: 0,
                verbs: verbs.iter().map(|verb: &Verb| verb.name()).collect::<Vec<_>>().join(", "),
            })
            .collect();
        // Short moves take the inner lanes, so that fewer lines cross.
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_key(|at| lines.get(*at).map_or(0, |line| line.start.abs_diff(line.end)));
        for (lane, at) in (1..).zip(order) {
            if let Some(line) = lines.get_mut(at) {
                line.lane = BOX.1.saturating_add(20).saturating_add(LANE.saturating_mul(lane));
            }
        }
        Self { boxes, lines }
    }

    fn bottom(&self) -> u32 {
        self.boxes.last().map_or(0, |it| it.bottom)
    }
}

/// Returns `reports/lifecycle.svg`: every recorded move between two statuses, with the inputs that cause it.
#[must_use]
pub fn svg(lifecycle: &Lifecycle) -> String {
    let layout = Layout::of(lifecycle);
    let lanes = u32::try_from(layout.lines.len()).unwrap_or(0).saturating_add(2).saturating_mul(LANE);
    let width = BOX.1.saturating_add(lanes).max(900);
    let lines = u32::try_from(layout.lines.len()).unwrap_or(0);
    let height = layout.bottom().saturating_add(LINE.saturating_mul(lines)).saturating_add(50);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\" role=\"img\">\n\
         <title>The lifecycle of a PaymentIntent, as explored</title>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"10\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0L10 5L0 10z\" fill=\"context-stroke\"/></marker></defs>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n"
    );
    for it in &layout.boxes {
        let _infallible = status_box(&mut out, it);
    }
    for (number, line) in (1..).zip(&layout.lines) {
        let _infallible = move_line(&mut out, number, line, color(&layout, line.from));
    }
    for (number, line) in (1_u32..).zip(&layout.lines) {
        let y = layout.bottom().saturating_add(30).saturating_add(LINE.saturating_mul(number));
        let _infallible = writeln!(
            out,
            "<text x=\"{}\" y=\"{y}\" fill=\"{}\">{number}. {} → {}: {}</text>",
            BOX.0,
            color(&layout, line.from),
            line.from,
            line.to,
            line.verbs
        );
    }
    out.push_str("</svg>\n");
    out
}

fn color(layout: &Layout, status: &str) -> &'static str {
    let place = layout.boxes.iter().position(|it| it.name == status).unwrap_or(0);
    COLORS.get(place).copied().unwrap_or("#444444")
}

fn status_box(out: &mut String, it: &StatusBox) -> std::fmt::Result {
    let fill = match it.name {
        "succeeded" => "#d9f2d9",
        "canceled" => "#f2d9d9",
        ABSENT => "#eeeeee",
        _ => "#e3ecf7",
    };
    writeln!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{fill}\" stroke=\"#555\"/>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#111\">{}</text>",
        BOX.0,
        it.top,
        BOX.1.saturating_sub(BOX.0),
        it.bottom.saturating_sub(it.top),
        u32::midpoint(BOX.0, BOX.1),
        u32::midpoint(it.top, it.bottom).saturating_add(4),
        it.name,
    )
}

/// Draws a move from its box along its lane into the other box, with its number on the lane.
fn move_line(out: &mut String, number: usize, line: &MoveLine, color: &str) -> std::fmt::Result {
    let MoveLine { from, to, start, end, lane, verbs } = line;
    let middle = u32::midpoint(*start, *end);
    writeln!(
        out,
        "<g><title>{from} → {to}: {verbs}</title>\
         <path d=\"M{right} {start}H{lane}V{end}H{right}\" fill=\"none\" stroke=\"{color}\" marker-end=\"url(#tip)\"/>\
         <circle cx=\"{lane}\" cy=\"{middle}\" r=\"9\" fill=\"white\" stroke=\"{color}\"/>\
         <text x=\"{lane}\" y=\"{}\" text-anchor=\"middle\" font-size=\"10\" fill=\"{color}\">{number}</text></g>",
        middle.saturating_add(4),
        right = BOX.1,
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_line_runs_through_a_box_or_along_another_line() {
        let lifecycle = Lifecycle::observe();
        let layout = Layout::of(&lifecycle);
        let moves = lifecycle.moves(Object::PaymentIntent);
        assert!(moves.len() > 10, "only {} moves", moves.len());
        assert_eq!(layout.lines.len(), moves.len());
        let lanes: BTreeSet<u32> = layout.lines.iter().map(|line| line.lane).collect();
        assert_eq!(lanes.len(), moves.len(), "two moves share a lane");
        assert!(lanes.iter().all(|lane| *lane > BOX.1), "a lane runs through the boxes");
        let ports: BTreeSet<u32> = layout.lines.iter().flat_map(|line| [line.start, line.end]).collect();
        assert_eq!(ports.len(), moves.len() * 2, "two ends share a port");
        for line in &layout.lines {
            for (name, port) in [(line.from, line.start), (line.to, line.end)] {
                let it = layout.boxes.iter().find(|it| it.name == name).unwrap();
                assert!(it.top < port && port < it.bottom, "{name} has no port at {port}");
            }
        }
        for (upper, lower) in layout.boxes.iter().zip(layout.boxes.iter().skip(1)) {
            assert!(upper.bottom < lower.top, "{} lies on {}", lower.name, upper.name);
        }
        let svg = svg(&lifecycle);
        assert_eq!(svg.matches("<path d=\"M2").count(), moves.len());
    }
}
