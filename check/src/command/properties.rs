//! `check properties`: the sentence of each property, and how it is checked.

use holdfast_model::trace::correction;
use serde_json::{Value, json};

use super::tables::reach;
use super::{CommonOptions, Dependencies, Exit, Failure, Io};
use crate::catalogue::{Evidence, EvidenceSource, Reach, ShownProperty};
use crate::table::{Align, labeled, lay_out_by};
use holdfast_scenarios::SCENARIOS;

pub(super) fn run(
    name: Option<&str>,
    options: &CommonOptions,
    dependencies: &Dependencies<'_>,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let properties: Vec<(Evidence, &ShownProperty)> = (0..=u8::MAX)
        .map_while(|bit| Some((dependencies.catalogue.evidence(bit), dependencies.catalogue.property(bit)?)))
        .filter(|(_, property)| name.is_none_or(|name| property.name == name))
        .collect();
    if let (Some(name), []) = (name, properties.as_slice()) {
        let names = dependencies.catalogue.properties().iter().map(|property| property.name.as_str());
        // The list of all names is too long for an error.
        let closest = correction(name, names);
        let help = if closest.starts_with("; did") { &closest } else { "; `check properties` lists them" };
        return Err(Failure::Usage(format!("no property `{name}`{help}")));
    }
    if options.json {
        let properties: Vec<Value> =
            properties.iter().map(|(evidence, property)| in_json(property, evidence)).collect();
        writeln!(io.out, "{:#}", json!(properties))?;
        return Ok(Exit::Fine);
    }
    match (name, properties.as_slice()) {
        (Some(_), [(evidence, property)]) => {
            describe(property, evidence, &dependencies.catalogue.evidence_source(), io)?;
        }
        _ => {
            let columns = [
                ("property", Align::Left),
                ("about", Align::Left),
                ("requirements", Align::Left),
                ("sentence", Align::Left),
            ];
            let rows = properties.iter().map(|(_, property)| {
                vec![
                    property.name.clone(),
                    about(property).to_owned(),
                    property.rules.clone(),
                    property.sentence.clone(),
                ]
            });
            write!(io.out, "{}", lay_out_by(&columns, &[2, 1], rows, io.style.width))?;
        }
    }
    Ok(Exit::Fine)
}

const fn about(property: &ShownProperty) -> &'static str {
    if property.about_steps { "steps" } else { "states" }
}

fn in_json(property: &ShownProperty, evidence: &Evidence) -> Value {
    let known = Some(&evidence.reach).filter(|it| **it != Reach::Unknown).map(reach);
    json!({
        "name": property.name,
        "sentence": property.sentence,
        "rules": property.rules,
        "why": property.why,
        "about": about(property),
        "induction": known,
        "faults": evidence.faults,
    })
}

fn describe(
    property: &ShownProperty,
    evidence: &Evidence,
    source: &EvidenceSource,
    io: &mut Io<'_>,
) -> Result<(), Failure> {
    let ShownProperty { name, sentence, rules, why, .. } = property;
    let width = io.style.width;
    let scenarios = SCENARIOS.iter().filter(|scenario| !scenario.deep).count();
    let deep = SCENARIOS.len().saturating_sub(scenarios);
    let checked = format!(
        "all {} of {scenarios} scenarios by default, and of {deep} more with --deep, by two explorers",
        about(property)
    );
    let mut out = format!("{name}\n\n{}\n", labeled("  ", sentence, width));
    out.push_str(&labeled("  requirements  ", rules, width));
    out.push_str(&labeled("  costs         ", why, width));
    out.push_str(&labeled("  checked       ", &checked, width));
    let origin = match &source.rules {
        None => None,
        Some(rules) if source.is_current => {
            out.push_str(&labeled("  inductive     ", &reach(&evidence.reach), width));
            let faults = evidence.faults.map_or_else(|| "–".to_owned(), |faults| faults.to_string());
            out.push_str(&labeled(
                "  faults        ",
                &format!("finds {faults} of {} planted ones", source.faults),
                width,
            ));
            Some(format!("of reports/properties.json, rules {rules}"))
        }
        Some(rules) => Some(format!(
            "withheld: reports/properties.json is of rules {rules}, this program of rules {}",
            holdfast_evidence::RULES
        )),
    };
    if let Some(origin) = origin {
        out.push_str(&labeled("  evidence      ", &origin, width));
    }
    write!(io.out, "{out}")?;
    Ok(())
}
