//! The tables of the specification files.

use crate::{Certainty, Requirement, is_id};

/// Returns the cells of every table row of `text` whose first cell is a requirement id.
pub(crate) fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter_map(|line| {
        let inner = line.strip_prefix('|')?.strip_suffix('|')?;
        let cells: Vec<&'static str> = inner.split('|').map(str::trim).collect();
        cells.first().is_some_and(|first| is_id(first)).then_some(cells)
    })
}

/// Returns the requirements of `text`. A row with other columns is left out; `tests/rows.rs` reports it.
pub(crate) fn requirements(file: &'static str, text: &'static str) -> impl Iterator<Item = Requirement> {
    rows(text).filter_map(move |cells| match cells.as_slice() {
        [id, text, source, certainty] => {
            Some(Requirement { id, text, source, certainty: parse_certainty(certainty)?, file })
        }
        _ => None,
    })
}

/// Returns the certainty that `words` name, or `None` for other words.
fn parse_certainty(words: &str) -> Option<Certainty> {
    [Certainty::Certain, Certainty::Likely, Certainty::DecidedHere].into_iter().find(|one| one.words() == words)
}
