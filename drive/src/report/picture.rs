//! Pictures of a finding for the page: a sequence diagram of its requests, and bars of the money of each payment after
//! each step, as the model expects it.

use std::fmt::{self, Write as _};

use holdfast_harness::bounds::ModelState;
use holdfast_model::{Amount, Config, PaymentView, transition};

use super::html::escaped;
use crate::finding::Finding;

/// The width of the diagram, and the places of the two lifelines, in units of the picture.
const WIDTH: usize = 880;
const CLIENT: usize = 60;
const SERVER: usize = 820;
/// The height of one line of text.
const LINE: usize = 16;
/// Letters that fit between the lifelines.
const LETTERS: usize = 96;

/// Styles of the bars.
pub(super) const STYLE: &str = ".bar{display:flex;height:1.2rem;min-width:12rem;background:#eee}.bar i{display:block}\
.held{background:#4a7fd0}.kept{background:#2e8b57}.back{background:#b8860b}svg text{font:12px ui-monospace,monospace;fill:#222}\
svg .line{stroke:#666}svg .wrong{stroke:#b00020}svg text.wrong{stroke:none;fill:#b00020}@media(prefers-color-scheme:dark)\
{.bar{background:#333}svg text{fill:#ddd}svg .wrong{stroke:#ff6b7d}svg text.wrong{fill:#ff6b7d}}";

/// Breaks a text at spaces, so that each line fits between the lifelines.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count().saturating_add(word.chars().count()) < LETTERS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.chars().take(LETTERS).collect()),
        }
    }
    lines
}

/// Writes a message between the lifelines, and moves down below it.
fn message(out: &mut String, y: &mut usize, text: &str, to_server: bool, class: &str) -> fmt::Result {
    for line in lines(text) {
        *y = y.saturating_add(LINE);
        let x = CLIENT.saturating_add(8);
        write!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(&line))?;
    }
    *y = y.saturating_add(6);
    let (from, to) = if to_server { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
    let dash = if to_server { "" } else { " stroke-dasharray=\"5 4\"" };
    writeln!(
        out,
        "<line class=\"line {class}\" x1=\"{from}\" x2=\"{to}\" y1=\"{y}\" y2=\"{y}\"{dash} marker-end=\"url(#head)\"/>"
    )
}

/// Returns the sequence diagram: each request of the trace, and the answer or state that differs.
pub(super) fn sequence(finding: &Finding) -> Result<String, fmt::Error> {
    let (mut body, mut y) = (String::new(), 30_usize);
    let trace = finding.trace();
    for (place, step) in (1_usize..).zip(&trace) {
        let is_at_once = trace.len().saturating_sub(place) < finding.at_once;
        let together = if is_at_once { "  # at the same time" } else { "" };
        message(&mut body, &mut y, &format!("{place}. {step}{together}"), true, "")?;
    }
    let sighting = &finding.sighting;
    if !sighting.model.is_empty() {
        message(&mut body, &mut y, &format!("the model: {}", sighting.model), false, "")?;
    }
    message(&mut body, &mut y, &format!("the server: {}", sighting.server), false, "wrong")?;
    let height = y.saturating_add(LINE);
    let mut out = format!(
        "<svg role=\"img\" aria-label=\"the requests and the answer that differs\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"100%\"><defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" \
         markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#666\"/></marker></defs>"
    );
    for (x, name) in [(CLIENT, "client"), (SERVER, "server")] {
        write!(out, "<text x=\"{x}\" y=\"14\" text-anchor=\"middle\">{name}</text>")?;
        writeln!(out, "<line class=\"line\" x1=\"{x}\" x2=\"{x}\" y1=\"20\" y2=\"{height}\"/>")?;
    }
    writeln!(out, "{body}</svg>")?;
    Ok(out)
}

/// Returns the money of a payment by its place, in the smallest unit of the currency.
fn money(view: &PaymentView) -> [(&'static str, &'static str, i64); 3] {
    let number = |amount: Amount| i64::from(amount.get());
    let back = view.charge.map_or(0, |charge| number(charge.refunded_amount));
    [
        ("held", "held", number(view.capturable)),
        ("kept", "captured and kept", number(view.received).saturating_sub(back)),
        ("back", "refunded", back),
    ]
}

/// Returns a table with a bar for each payment after each step by the model; empty for a check, which has no such steps.
pub(super) fn bars(config: &Config, finding: &Finding) -> Result<String, fmt::Error> {
    let mut state = ModelState::default();
    let mut rows: Vec<(String, usize, PaymentView)> = Vec::new();
    for input in &finding.inputs {
        state = transition(config, &state, *input).after;
        let seen = state.observe(config);
        let payments = seen.observation(config).payments;
        for (number, view) in (1_usize..).zip(payments).filter_map(|(number, view)| Some((number, (*view)?))) {
            rows.push((input.to_string(), number, view));
        }
    }
    if rows.is_empty() {
        return Ok(String::new());
    }
    let most = rows.iter().map(|(.., view)| i64::from(view.amount.get())).max().unwrap_or(1).max(1);
    let mut out = String::from("<table><tr><th>after<th>payment<th>status<th>money by the model</tr>\n");
    for (step, number, view) in &rows {
        let parts = money(view);
        let words: Vec<String> = parts
            .iter()
            .filter(|(.., amount)| *amount > 0)
            .map(|(_, word, amount)| format!("{word} {amount}"))
            .collect();
        let words = if words.is_empty() { "none".to_owned() } else { words.join(", ") };
        write!(out, "<tr><td>{}<td>pi{number}<td>{}<td><div class=\"bar\">", escaped(step), view.status.name())?;
        for (class, _, amount) in parts.iter().filter(|(.., amount)| *amount > 0) {
            let share = amount.saturating_mul(100).checked_div(most).unwrap_or(0);
            write!(out, "<i class=\"{class}\" style=\"width:{share}%\"></i>")?;
        }
        writeln!(out, "</div>{words}</tr>")?;
    }
    out.push_str("</table>\n");
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::finding::{Class, Sighting};

    fn finding(trace: &str, at_once: usize) -> Finding {
        let inputs = trace.lines().map(|line| line.parse().unwrap()).collect();
        let sighting = Sighting::new(Class::Money, "x", "x").saying("refused", "<b>accepted</b>");
        Finding { sighting, inputs, steps: Vec::new(), at_once, variants: BTreeSet::new(), met: 1, frequency: None }
    }

    #[test]
    fn a_diagram_has_each_request_and_both_answers() {
        let finding =
            finding("create pi1 1000 usd manual method=card_visa confirm\ncapture pi1 700\nrefund pi1 100", 2);
        let svg = sequence(&finding).unwrap();
        assert_eq!(svg.matches("marker-end").count(), 5, "{svg}");
        assert_eq!(svg.matches("# at the same time").count(), 2, "{svg}");
        assert!(svg.contains("the model: refused") && svg.contains("&lt;b&gt;accepted"), "{svg}");
    }

    #[test]
    fn long_texts_are_broken_and_lose_nothing() {
        let text = "POST /v1/payment_intents amount=1000 ".repeat(9);
        let broken = lines(&text);
        assert!(broken.len() > 3 && broken.iter().all(|line| line.chars().count() <= LETTERS), "{broken:?}");
        assert_eq!(broken.join(" "), text.trim());
    }

    #[test]
    fn bars_show_where_the_money_is_after_each_step() {
        let finding =
            finding("create pi1 1000 usd manual method=card_visa confirm\ncapture pi1 700\nrefund pi1 100", 0);
        let table = bars(&Config::default(), &finding).unwrap();
        for part in [
            "requires_capture<td><div class=\"bar\"><i class=\"held\" style=\"width:100%\"></i></div>held 1000",
            "succeeded<td><div class=\"bar\"><i class=\"kept\" style=\"width:70%\"></i></div>captured and kept 700",
            "captured and kept 600, refunded 100",
        ] {
            assert!(table.contains(part), "{part}: {table}");
        }
        assert_eq!(bars(&Config::default(), &Finding { inputs: Vec::new(), ..finding }).unwrap(), "");
    }
}
