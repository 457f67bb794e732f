//! Translates text into HTML.

use crate::words::{grouped_by, noun};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// Returns `text` with the characters escaped that HTML reserves.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Returns one line of Markdown, such as a table cell, as HTML without a paragraph around it.
pub(super) fn inline(markdown_text: &str) -> String {
    let html = markdown(markdown_text);
    let inner = html.trim().strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>"));
    inner.unwrap_or(html.trim()).to_owned()
}

/// Returns Markdown as HTML. Links to other reports lead to their pages; other relative links are plain text.
pub(super) fn markdown(text: &str) -> String {
    let mut dropped = false;
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| {
        if let Event::Start(Tag::Link { link_type, dest_url, title, id }) = event {
            let target = target(&dest_url);
            dropped = target.is_none();
            let dest_url = CowStr::from(target?);
            return Some(Event::Start(Tag::Link { link_type, dest_url, title, id }));
        }
        let is_end = matches!(event, Event::End(TagEnd::Link));
        (!is_end || !dropped).then_some(event)
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    // A wide table scrolls within its own box, so that the page does not scroll sideways.
    out.replace("<table>", "<div class=\"scroll\"><table>").replace("</table>", "</table></div>")
}

/// Returns the target of a report's link in the HTML edition.
fn target(link: &str) -> Option<String> {
    if link.starts_with("https://") || link.starts_with("http://") || link.starts_with('#') {
        return Some(link.to_owned());
    }
    let name = link.split_once(".md").map_or("", |(name, _)| name);
    if let Some(topic) = name.strip_prefix("../spec/") {
        return Some(format!("requirements.html#topic-{topic}"));
    }
    let known = ["properties", "state-space", "requirements", "strength", "coverage"];
    known.contains(&name).then(|| format!("{name}.html"))
}

/// Returns a number with its digits in groups of three, which never break across lines.
pub(super) fn grouped(number: u64) -> String {
    grouped_by(number, '\u{202f}')
}

/// Returns a number with its noun in singular or plural.
pub(super) fn counted(number: usize, thing: &str) -> String {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    noun(number, &grouped(number), thing)
}

/// Returns a trace, one line for each input.
pub(super) fn trace(lines: &[String]) -> String {
    if lines.is_empty() {
        return "<p>The initial state.</p>".to_owned();
    }
    format!("<pre class=\"trace\">{}</pre>", escape(&lines.join("\n")))
}

/// Returns a link to a property.
pub(super) fn property(id: &str) -> String {
    format!("<a href=\"properties.html#{0}\"><code>{0}</code></a>", escape(id))
}

/// Returns a link to a requirement.
pub(super) fn requirement(id: &str) -> String {
    format!("<a href=\"requirements.html#{0}\">{0}</a>", escape(id))
}

/// Returns a link to a planted fault.
pub(super) fn fault(name: &str) -> String {
    format!("<a href=\"faults.html#{0}\"><code>{0}</code></a>", escape(name))
}
