//! The pages: the alerts with their explanations, and the events of one payment.

use std::borrow::Cow;
use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use crate::alert::Alert;
use crate::store::{PaymentRow, StoredEvent, WatchFigures};

/// Alerts that the first page shows.
pub(crate) const SHOWN: u32 = 200;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3rem .6rem;\
border-bottom:1px solid #ccc}.impossible{color:#a00}code{overflow-wrap:anywhere}";

/// Returns text as it stands between tags and in attributes of HTML.
fn escaped(text: &str) -> Cow<'_, str> {
    html_escape::encode_quoted_attribute(text)
}

/// The characters that do not stand for themselves in the path of a URL.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.');

/// Returns text as it stands in the path of a URL.
fn in_path(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, IN_PATH)
}

fn page(title: &str, content: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><h1>{title}</h1>{content}</body></html>\n"
    )
}

/// Returns the table of alerts.
fn table(alerts: &[Alert]) -> String {
    let mut rows = String::new();
    for alert in alerts {
        let class = if alert.proof.is_some() { "impossible" } else { "due" };
        let behind = alert.rules.iter().chain(&alert.properties).map(|name| format!("<code>{}</code>", escaped(name)));
        let behind = behind.collect::<Vec<_>>().join(" ");
        let _ = write!(
            rows,
            "<tr><td>{}</td><td class=\"{class}\">{}</td><td><a href=\"/payments/{}\"><code>{}</code></a></td>\
             <td>{}<br>event {} <code>{}</code> {}<br>{behind}</td></tr>",
            alert.raised,
            escaped(&alert.kind),
            in_path(&alert.payment),
            escaped(&alert.payment),
            escaped(&alert.why),
            alert.event.number,
            escaped(&alert.event.id),
            escaped(&alert.event.kind),
        );
    }
    let head = "<tr><th>raised</th><th>kind</th><th>payment</th><th>explanation</th></tr>";
    format!("<table>{head}{rows}</table>")
}

/// Returns the first page.
pub(crate) fn overview(alerts: &[Alert], figures: &WatchFigures) -> String {
    let all: u64 = figures.alerts.values().sum();
    let verdict = |name: &str| figures.verdicts.get(name).copied().unwrap_or(0);
    let summary = format!(
        "<p>{} payments held: {} accepted, {} impossible, {} cannot be judged, {} not judged yet. {} events held. \
         <a href=\"/metrics\">Metrics</a></p>",
        figures.payments,
        verdict("accepted"),
        verdict("impossible"),
        verdict("cannot_tell"),
        verdict("waiting"),
        figures.events,
    );
    let shown = match alerts.len() {
        0 => "<p>No alert was raised.</p>".to_owned(),
        some => format!("<p>The latest {some} of {all} alerts. Times are seconds since 1970.</p>{}", table(alerts)),
    };
    page("Alerts", &format!("{summary}{shown}"))
}

/// Returns the page of one payment.
pub(crate) fn payment(row: &PaymentRow, events: &[StoredEvent], alerts: &[Alert]) -> String {
    let verdict = row.verdict.as_deref().unwrap_or("not judged yet").replace('_', " ");
    let why = row.why.as_deref().map(|why| format!(": {}", escaped(why))).unwrap_or_default();
    let mut rows = String::new();
    for event in events {
        let _ = write!(
            rows,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td><td><code>{}</code></td></tr>",
            event.number,
            event.created,
            event.received,
            escaped(&event.kind),
            escaped(&event.id),
        );
    }
    let shown = if alerts.is_empty() { String::new() } else { table(alerts) };
    let head = "<tr><th>line</th><th>created</th><th>received</th><th>type</th><th>id</th></tr>";
    let verdict = format!("<p>Verdict: {}{why}</p>", escaped(&verdict));
    page(&row.id, &format!("<p><a href=\"/\">All alerts</a></p>{verdict}{shown}<table>{head}{rows}</table>"))
}

/// Returns the page of a payment that is not stored.
pub(crate) fn unknown(id: &str) -> String {
    let text = "<p>No event of this payment is stored. It may have been forgotten.</p>";
    page(id, &format!("<p><a href=\"/\">All alerts</a></p>{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_an_event_says_is_markup() {
        let row = PaymentRow { id: "<b>&'\"".into(), changed: 1, verdict: None, why: Some("<i>".into()) };
        let event = StoredEvent {
            number: 1,
            id: "<script>".into(),
            kind: "<u>".into(),
            created: 1,
            received: 1,
            body: String::new(),
        };
        let text = payment(&row, &[event], &[]);
        for markup in ["<b>", "<i>", "<script>", "<u>"] {
            assert!(!text.contains(markup), "{markup}: {text}");
        }
        assert!(text.contains("&lt;b&gt;&amp;&#x27;&quot;"), "{text}");
        assert_eq!(in_path("pi_1/../<x>").to_string(), "pi_1%2F..%2F%3Cx%3E");
    }
}
