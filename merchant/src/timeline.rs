//! The story of a run: the messages between the parties, in virtual time.

use holdfast_engine::Time;
use std::sync::{Arc, Mutex, PoisonError};

/// A party of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The customer.
    Customer,
    /// The merchant's application.
    Merchant,
    /// The payment provider.
    Provider,
    /// Banks and card networks.
    Bank,
    /// The check itself, which reads the books.
    Check,
}

impl Party {
    /// Every party, from left to right.
    pub const ALL: [Self; 5] = [Self::Customer, Self::Merchant, Self::Provider, Self::Bank, Self::Check];

    /// Returns the party's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Merchant => "merchant",
            Self::Provider => "provider",
            Self::Bank => "bank",
            Self::Check => "check",
        }
    }
}

/// One message or note of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEntry {
    /// The virtual time.
    pub at: Time,
    /// The number of the purchase.
    pub slot: u64,
    /// The sender.
    pub from: Party,
    /// The receiver; the sender for a note.
    pub to: Party,
    /// The message.
    pub text: String,
}

/// The story of one run, shared by the threads that take part.
#[derive(Clone, Debug, Default)]
pub struct Timeline(Arc<Mutex<Vec<TimelineEntry>>>);

impl Timeline {
    /// Adds a message.
    pub fn add(&self, at: Time, slot: u64, from: Party, to: Party, text: impl Into<String>) {
        let entry = TimelineEntry { at, slot, from, to, text: text.into() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// Returns the story and begins another.
    #[must_use]
    pub fn take(&self) -> Vec<TimelineEntry> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Returns a span of time in words: `+2 d 03:04:05`.
#[must_use]
pub fn span(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", rest / 3_600, rest % 3_600 / 60, rest % 60);
    if days == 0 { format!("+{clock}") } else { format!("+{days} d {clock}") }
}

/// Returns the story as a Mermaid sequence diagram.
#[must_use]
pub fn mermaid(entries: &[TimelineEntry]) -> String {
    let mut out = String::from("sequenceDiagram\n");
    for party in Party::ALL {
        if entries.iter().any(|entry| entry.from == party || entry.to == party) {
            out.push_str(&format!("    participant {}\n", party.name()));
        }
    }
    let start = entries.first().map_or(0, |entry| entry.at.seconds());
    for entry in entries {
        let text: String = entry.text.chars().map(|letter| if ";#".contains(letter) { ',' } else { letter }).collect();
        let text = format!("{} {text}", span(entry.at.seconds().saturating_sub(start)));
        if entry.from == entry.to {
            out.push_str(&format!("    Note over {}: {text}\n", entry.from.name()));
        } else {
            out.push_str(&format!("    {}->>{}: {text}\n", entry.from.name(), entry.to.name()));
        }
    }
    out
}

/// Returns the story as lines of text.
#[must_use]
pub fn text(entries: &[TimelineEntry]) -> String {
    let start = entries.first().map_or(0, |entry| entry.at.seconds());
    let mut out = String::new();
    for entry in entries {
        let when = span(entry.at.seconds().saturating_sub(start));
        let way = match entry.from == entry.to {
            true => format!("({})", entry.from.name()),
            false => format!("{} → {}", entry.from.name(), entry.to.name()),
        };
        out.push_str(&format!("{when:>16}  {way:<22} {}\n", entry.text));
    }
    out
}

/// Returns text with the characters escaped that HTML gives a meaning.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Returns the story as a table in HTML: a column for each party.
#[must_use]
pub fn html(entries: &[TimelineEntry]) -> String {
    let start = entries.first().map_or(0, |entry| entry.at.seconds());
    let parties: Vec<Party> = Party::ALL
        .into_iter()
        .filter(|party| entries.iter().any(|entry| entry.from == *party || entry.to == *party))
        .collect();
    let mut out = String::from("<table class=\"story\"><tr><th>time</th>");
    for party in &parties {
        out.push_str(&format!("<th>{}</th>", party.name()));
    }
    out.push_str("</tr>\n");
    for entry in entries {
        let place = |party: Party| parties.iter().position(|one| *one == party).unwrap_or(0);
        let (from, to) = (place(entry.from), place(entry.to));
        let (low, high) = (from.min(to), from.max(to));
        let after = parties.len().saturating_sub(high).saturating_sub(1);
        let arrow = match from.cmp(&to) {
            std::cmp::Ordering::Less => "→ ",
            std::cmp::Ordering::Greater => "← ",
            std::cmp::Ordering::Equal => "",
        };
        out.push_str(&format!(
            "<tr><td>{}</td>{}<td class=\"{}\" colspan=\"{}\">{arrow}{}</td>{}</tr>\n",
            span(entry.at.seconds().saturating_sub(start)),
            "<td></td>".repeat(low),
            if from == to { "note" } else { entry.from.name() },
            high.saturating_sub(low).saturating_add(1),
            escaped(&entry.text),
            "<td></td>".repeat(after),
        ));
    }
    out.push_str("</table>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_drawn() {
        let timeline = Timeline::default();
        timeline.add(Time::new(10), 1, Party::Customer, Party::Merchant, "POST /orders <1>");
        timeline.add(Time::new(90_011), 1, Party::Merchant, Party::Merchant, "a; b");
        let entries = timeline.take();
        assert!(mermaid(&entries).contains("customer->>merchant: +00:00:00 POST /orders <1>"));
        assert!(mermaid(&entries).contains("Note over merchant: +1 d 01:00:01 a, b"));
        assert!(html(&entries).contains("&lt;1&gt;") && text(&entries).contains("customer → merchant"));
        assert!(timeline.take().is_empty());
    }
}
