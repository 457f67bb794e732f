//! Writes `reports/properties.md` and `reports/properties.json`: every property with its evidence.

use std::collections::BTreeSet;
use std::fmt::Write;

use holdfast_model::testing::{DOMAIN, faults};
use holdfast_properties::{CATALOGUE, Kind, Property};
use serde::Serialize;

use super::findings::{Explored, Findings, property};
use holdfast_scenarios::induction::{Induction, inputs};

/// Returns `reports/properties.md`.
pub(super) fn text(findings: &Findings) -> String {
    let mut out = String::from("# Proven properties\n\nWritten by `check report`; compared by a test.\n\n");
    let _infallible = head(&mut out, findings);
    let mut topic = "";
    for property in &CATALOGUE {
        if property.topic != topic {
            topic = property.topic;
            let _infallible = writeln!(out, "\n## {topic}");
        }
        let _infallible = section(&mut out, property, findings);
    }
    let _infallible = tail(&mut out);
    out
}

/// Writes the inputs of the induction, which show the steps that "inductive" covers.
fn tail(out: &mut String) -> std::fmt::Result {
    let inputs = inputs();
    writeln!(
        out,
        "\n## The steps of the search for inductive properties\n\n{} inputs, each in every state:\n",
        inputs.len()
    )?;
    inputs.iter().try_for_each(|input| writeln!(out, "- `{input}`"))
}

fn head(out: &mut String, findings: &Findings) -> std::fmt::Result {
    let states = findings.spaces.iter().fold(0_u64, |sum, space| sum.saturating_add(space.summary.unique));
    let count = |test: fn(&Induction) -> bool| findings.induction.values().filter(|reach| test(reach)).count();
    let sole = CATALOGUE.iter().filter(|property| findings.kills(property).iter().any(|(.., sole)| *sole)).count();
    writeln!(
        out,
        "{} properties hold in each of {states} states, and in every step out of them, of the scenarios in\n\
         [state-space.md](state-space.md). None holds vacuously: the premise of each occurred. {} faults were planted\n\
         in the model, one at a time, and each was found by the property that it should break.\n",
        CATALOGUE.len(),
        findings.caught.len(),
    )?;
    writeln!(
        out,
        "- inductive alone: {}; with helpers: {}; in the reachable states only: {}; not in the domain: {}",
        count(|reach| matches!(reach, Induction::Alone)),
        count(|reach| matches!(reach, Induction::WithHelpers(_))),
        count(|reach| matches!(reach, Induction::ReachableOnly(_))),
        count(|reach| matches!(reach, Induction::NotInDomain)),
    )?;
    writeln!(
        out,
        "- proven for all amounts by a solver: {}, see [prove.md](prove.md)",
        CATALOGUE.iter().filter(|property| is_for_all_amounts(property)).count(),
    )?;
    writeln!(
        out,
        "- properties with a fault that they alone notice: {sole}; without: {}",
        CATALOGUE.len().saturating_sub(sole)
    )?;
    writeln!(
        out,
        "\nInductive means: true after one step from *any* state in which it (and its helpers) held, reached by a history\n\
         or not, so for histories of any length of the inputs tried, listed at the end of this file. \
         Tried were {} steps from {} states: {DOMAIN}. No idempotency key, SetupIntent or Checkout Session is among them.",
        findings.induction_size.1, findings.induction_size.0,
    )?;
    let shared: Vec<_> = CATALOGUE
        .iter()
        .filter(|property| !findings.kills(property).iter().any(|(.., sole)| *sole))
        .map(|property| format!("`{}`", property.id))
        .collect();
    if !shared.is_empty() {
        writeln!(
            out,
            "\nNo planted fault breaks these properties alone; each fault that breaks one of them also breaks another property: {}.",
            shared.join(", ")
        )?;
    }
    Ok(())
}

fn section(out: &mut String, property: &Property, findings: &Findings) -> std::fmt::Result {
    writeln!(
        out,
        "\n### {}\n\n`{}` · {} · {}\n",
        property.statement(),
        property.id,
        about(property.kind),
        property.rules
    )?;
    writeln!(out, "{}\n", property.why())?;
    if let Some((count, space, trace)) = findings.witness(property) {
        writeln!(
            out,
            "- its premise occurred {count} times, first in {} after {}",
            space.name(),
            if trace.is_empty() { "nothing".to_owned() } else { format!("`{}`", trace.join("`, `")) },
        )?;
    }
    writeln!(out, "- {}", reach(findings, property))?;
    if is_for_all_amounts(property) {
        writeln!(
            out,
            "- proven for all amounts: [`prove/{0}.smt2`](prove/{0}.smt2), see [`prove.md`](prove.md)",
            property.id
        )?;
    }
    let kills: Vec<_> = findings
        .kills(property)
        .into_iter()
        .map(|(fault, _, sole)| if sole { format!("**`{fault}`**") } else { format!("`{fault}`") })
        .collect();
    writeln!(out, "- notices {} (bold: it alone)", kills.join(", "))
}

/// Returns whether a solver has proven the property for all amounts, over the operations of `holdfast-prove`.
fn is_for_all_amounts(property: &Property) -> bool {
    holdfast_prove::PROPERTIES.iter().any(|linear| linear.name == property.id)
}

const fn about(kind: Kind) -> &'static str {
    match kind {
        Kind::Payment => "of a payment",
        Kind::Observation => "of the whole",
        Kind::PaymentStep => "of a step of a payment",
        Kind::Step => "of a step",
    }
}

fn reach(findings: &Findings, of: &Property) -> String {
    match findings.induction.get(&of.place) {
        Some(Induction::Alone) => "inductive alone".to_owned(),
        Some(Induction::WithHelpers(helpers)) => {
            format!("inductive with {}", names(helpers).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
        }
        Some(Induction::ReachableOnly(escape)) => {
            format!(
                "known of reachable states only: `{}` breaks it from a state that no execution reaches",
                escape.input
            )
        }
        Some(Induction::NotInDomain) | None => {
            "known of reachable states only: the domain of the induction has nothing that it speaks of".to_owned()
        }
    }
}

fn names(helpers: &[u8]) -> impl Iterator<Item = &'static str> + '_ {
    helpers.iter().filter_map(|bit| property(*bit)).map(|property| property.id)
}

#[derive(Serialize)]
struct PropertiesReport<'a> {
    schema: &'static str,
    /// The digest of the sources that the report was made from.
    rules: &'static str,
    states: u64,
    steps: u64,
    faults: usize,
    spaces: Vec<SpaceRow>,
    properties: Vec<PropertyRow<'a>>,
}

/// A variant of a scenario and the size of its space.
#[derive(Serialize)]
struct SpaceRow {
    space: String,
    states: u64,
    steps: u64,
    depth: u32,
}

#[derive(Serialize)]
struct PropertyRow<'a> {
    id: &'static str,
    sentence: String,
    why: String,
    topic: &'static str,
    about: &'static str,
    rules: Vec<&'static str>,
    verdict: &'static str,
    witnesses: u64,
    witness: WitnessRow<'a>,
    induction: ReachRow,
    /// Whether a solver has proven it for all amounts.
    all_amounts: bool,
    /// The planted faults that it notices.
    faults: Vec<KillRow>,
}

#[derive(Serialize, Default)]
struct WitnessRow<'a> {
    space: String,
    trace: &'a [String],
}

#[derive(Serialize)]
struct ReachRow {
    reach: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    helpers: Vec<&'static str>,
}

#[derive(Serialize)]
struct KillRow {
    name: &'static str,
    does: &'static str,
    /// Whether this property is the one that should notice the fault.
    meant: bool,
    /// Whether no other property notices the fault.
    alone: bool,
    /// The length of the shortest counterexample in steps.
    steps: u32,
}

/// Returns `reports/properties.json`, the same in a form for programs.
pub(super) fn json(findings: &Findings) -> Result<String, String> {
    let sum = |of: fn(&holdfast_explorer::Summary) -> u64| {
        findings.spaces.iter().fold(0_u64, |sum, space| sum.saturating_add(of(&space.summary)))
    };
    let whole = PropertiesReport {
        schema: "holdfast/properties/3",
        rules: super::RULES,
        states: sum(|summary| summary.unique),
        steps: sum(|summary| summary.transitions),
        faults: findings.caught.len(),
        spaces: findings.spaces.iter().map(space).collect(),
        properties: CATALOGUE.iter().map(|property| row(property, findings)).collect(),
    };
    serde_json::to_string_pretty(&whole).map(|text| text + "\n").map_err(|error| error.to_string())
}

fn space(explored: &Explored) -> SpaceRow {
    let summary = &explored.summary;
    SpaceRow { space: explored.name(), states: summary.unique, steps: summary.transitions, depth: summary.depth }
}

fn row<'a>(property: &Property, findings: &'a Findings) -> PropertyRow<'a> {
    let witness = findings.witness(property);
    let induction = match findings.induction.get(&property.place) {
        Some(Induction::Alone) => ReachRow { reach: "alone", helpers: vec![] },
        Some(Induction::WithHelpers(helpers)) => ReachRow { reach: "with helpers", helpers: names(helpers).collect() },
        Some(Induction::ReachableOnly(_)) => ReachRow { reach: "reachable only", helpers: vec![] },
        Some(Induction::NotInDomain) | None => ReachRow { reach: "not in the domain", helpers: vec![] },
    };
    let meant: BTreeSet<_> = faults().filter(|fault| fault.breaks == property.id).map(|fault| fault.name).collect();
    let kills = findings.kills(property).into_iter().map(|(name, steps, alone)| KillRow {
        name,
        does: faults().find(|fault| fault.name == name).map_or("", |fault| fault.does),
        meant: meant.contains(name),
        alone,
        steps,
    });
    PropertyRow {
        id: property.id,
        sentence: property.statement(),
        why: property.why(),
        topic: property.topic,
        about: about(property.kind),
        rules: property.rule_ids().collect(),
        verdict: "holds",
        witnesses: witness.as_ref().map_or(0, |(count, ..)| *count),
        witness: witness.map(|(_, space, trace)| WitnessRow { space: space.name(), trace }).unwrap_or_default(),
        induction,
        all_amounts: is_for_all_amounts(property),
        faults: kills.collect(),
    }
}
