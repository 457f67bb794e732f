//! The lifecycle as text.

use std::collections::BTreeSet;
use std::fmt::Write;

use holdfast_model::trace::Verb;
use holdfast_model::{IntentStatus, Rejection, SessionStatus, SetupStatus};

use super::{ABSENT, CellResult, Lifecycle, Object};

/// Returns the contents of `reports/lifecycle.txt`.
#[must_use]
pub fn text(lifecycle: &Lifecycle) -> String {
    let mut out = String::from(
        "What every input does in every status, as the transition function was seen to do it.\n\
         Written by `check report`; compared by a test.\n\n\
         yes      every way of asking that was tried is done\n\
         some     done or refused, depending on parameters and amounts: see below\n\
         refused  refused whatever the parameters\n\
         -        nothing to do\n\
         (blank)  not tried: there is nothing that it could be about\n",
    );
    for object in [Object::PaymentIntent, Object::SetupIntent, Object::CheckoutSession] {
        let _infallible = section(&mut out, lifecycle, object);
    }
    let _infallible = rejections(&mut out, lifecycle);
    out
}

fn statuses(object: Object) -> Vec<&'static str> {
    let named = match object {
        Object::PaymentIntent => IntentStatus::ALL.iter().map(|status| status.name()).collect::<Vec<_>>(),
        Object::SetupIntent => SetupStatus::ALL.iter().map(|status| status.name()).collect(),
        Object::CheckoutSession => SessionStatus::ALL.iter().map(|status| status.name()).collect(),
    };
    [ABSENT].into_iter().chain(named).collect()
}

fn section(out: &mut String, lifecycle: &Lifecycle, object: Object) -> std::fmt::Result {
    let statuses = statuses(object);
    let verbs: BTreeSet<Verb> =
        lifecycle.cells.keys().filter(|(of, ..)| *of == object).map(|(_, verb, _)| *verb).collect();
    let width = verbs.iter().map(|verb| verb.name().len()).max().unwrap_or(0);
    writeln!(out, "\n== {object:?} ==\n")?;
    write!(out, "{:width$}", "")?;
    for status in &statuses {
        write!(out, "  {status}")?;
    }
    out.push('\n');
    for verb in &verbs {
        let mut line = format!("{:width$}", verb.name());
        for status in &statuses {
            let results = lifecycle.cells.get(&(object, *verb, *status));
            let column = status.len();
            let _infallible = write!(line, "  {:column$}", results.map_or("", word));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    for verb in &verbs {
        writeln!(out, "\n{}", verb.name())?;
        for status in &statuses {
            if let Some(results) = lifecycle.cells.get(&(object, *verb, *status)) {
                writeln!(out, "  {status:24}{}", details(results, status))?;
            }
        }
    }
    Ok(())
}

/// Returns one word for a cell of the matrix.
fn word(results: &BTreeSet<CellResult>) -> &'static str {
    let done = results.iter().any(|result| matches!(result, CellResult::Moves(_)));
    let refused =
        results.iter().any(|result| matches!(result, CellResult::Fails(rejection, _) if rejection.is_refusal()));
    let failed =
        results.iter().any(|result| matches!(result, CellResult::Fails(rejection, _) if !rejection.is_refusal()));
    match (done || failed, refused) {
        (true, false) => "yes",
        (true, true) => "some",
        (false, true) => "refused",
        (false, false) => "-",
    }
}

fn details(results: &BTreeSet<CellResult>, before: &str) -> String {
    let mut done = Vec::new();
    let mut nothing = Vec::new();
    let mut failed = Vec::new();
    let mut refused = Vec::new();
    for result in results {
        match result {
            CellResult::Moves(after) if *after == before => done.insert(0, "stays".to_owned()),
            CellResult::Moves(after) => done.push(format!("-> {after}")),
            CellResult::Nothing => nothing.push("nothing to do".to_owned()),
            CellResult::Fails(rejection, _) if rejection.is_refusal() => refused.push(format!("{rejection:?}")),
            CellResult::Fails(rejection, after) => failed.push(format!("{rejection:?} -> {after}")),
        }
    }
    let mut parts = Vec::new();
    for (title, list) in [("", done), ("", nothing), ("fails: ", failed), ("refused: ", refused)] {
        if !list.is_empty() {
            parts.push(format!("{title}{}", list.join(", ")));
        }
    }
    parts.join("; ")
}

/// Writes the response that a client receives for each rejection that occurred.
fn rejections(out: &mut String, lifecycle: &Lifecycle) -> std::fmt::Result {
    let seen: BTreeSet<Rejection> = lifecycle
        .cells
        .values()
        .flatten()
        .filter_map(|result| match result {
            CellResult::Fails(rejection, _) => Some(*rejection),
            CellResult::Moves(_) | CellResult::Nothing => None,
        })
        .collect();
    writeln!(out, "\n== What a client sees of each rejection, in order of precedence ==\n")?;
    writeln!(out, "{:32}{:6}{:24}{:44}param", "rejection", "http", "type", "code")?;
    for rejection in seen {
        let wire = rejection.wire();
        let line = format!(
            "{:32}{:<6}{:24}{:44}{}",
            format!("{rejection:?}"),
            wire.http,
            wire.kind,
            wire.code.unwrap_or("-"),
            wire.param.unwrap_or("-"),
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
