//! A trace of the protocol as a Mermaid sequence diagram.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::input::{Arrow, Participant, ProtocolInput};
use crate::instance::Instance;

/// Returns the trace as a Mermaid sequence diagram of the participants that take part.
#[must_use]
pub fn diagram(instance: &Instance, inputs: &[ProtocolInput]) -> String {
    let arrows: Vec<Arrow> = inputs.iter().map(|input| input.arrow(instance)).collect();
    let present: BTreeSet<Participant> = arrows.iter().flat_map(|arrow| [arrow.from, arrow.to]).collect();
    let mut text = "sequenceDiagram\n".to_owned();
    for participant in Participant::ALL.into_iter().filter(|participant| present.contains(participant)) {
        line(&mut text, &format!("participant {}", participant.name()));
    }
    for Arrow { from, to, text: words } in arrows {
        match from == to {
            true => line(&mut text, &format!("Note over {}: {words}", from.name())),
            false => line(&mut text, &format!("{}->>{}: {words}", from.name(), to.name())),
        }
    }
    text
}

fn line(text: &mut String, words: &str) {
    // Writing into a string cannot fail.
    let _written = writeln!(text, "    {words}");
}
