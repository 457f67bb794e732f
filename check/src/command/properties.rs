//! `check properties`: what is stated, and how each property is checked.

use holdfast_model::trace::correction;
use serde_json::{Value, json};

use super::verdict::induction;
use super::{CommonOptions, Dependencies, Exit, Failure, Io};
use crate::catalogue::{Evidence, Property};
use crate::table::{Align, lay_out};
use holdfast_scenarios::SCENARIOS;

pub(super) fn run(
    name: Option<&str>,
    options: &CommonOptions,
    dependencies: &Dependencies<'_>,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let properties: Vec<(Evidence, &Property)> = (0..=u8::MAX)
        .map_while(|bit| Some((dependencies.catalogue.evidence(bit), dependencies.catalogue.property(bit)?)))
        .filter(|(_, property)| name.is_none_or(|name| property.name == name))
        .collect();
    if let (Some(name), []) = (name, properties.as_slice()) {
        let names = dependencies.catalogue.properties().iter().map(|property| property.name.as_str());
        // There are too many of them to list in an error.
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
        (Some(_), [(evidence, property)]) => tell(property, evidence, io)?,
        _ => {
            let columns = [
                ("property", Align::Left),
                ("about", Align::Left),
                ("rules", Align::Left),
                ("what is stated", Align::Left),
            ];
            let rows = properties.iter().map(|(_, property)| {
                vec![
                    property.name.clone(),
                    about(property).to_owned(),
                    property.rules.clone(),
                    property.sentence.clone(),
                ]
            });
            write!(io.out, "{}", lay_out(&columns, rows, io.style.width))?;
        }
    }
    Ok(Exit::Fine)
}

const fn about(property: &Property) -> &'static str {
    if property.about_steps { "steps" } else { "states" }
}

fn in_json(property: &Property, evidence: &Evidence) -> Value {
    json!({
        "name": property.name,
        "sentence": property.sentence,
        "rules": property.rules,
        "why": property.why,
        "about": about(property),
        "induction": induction(&evidence.induction),
        "faults": evidence.faults,
    })
}

fn tell(property: &Property, evidence: &Evidence, io: &mut Io<'_>) -> Result<(), Failure> {
    let Property { name, sentence, rules, why, .. } = property;
    writeln!(io.out, "{name}\n\n  {sentence}\n")?;
    writeln!(io.out, "  rules      {rules}")?;
    writeln!(io.out, "  matters    {why}")?;
    let scenarios = SCENARIOS.iter().filter(|scenario| !scenario.deep).count();
    let deep = SCENARIOS.len().saturating_sub(scenarios);
    writeln!(
        io.out,
        "  checked    in all {} of {scenarios} scenarios by default, of {deep} more with --deep, by two explorers",
        about(property)
    )?;
    writeln!(io.out, "  inductive  {}", induction(&evidence.induction))?;
    let faults = evidence.faults.map_or_else(|| "–".to_owned(), |faults| faults.to_string());
    writeln!(io.out, "  faults     {faults} of those planted in the model are found by it")?;
    Ok(())
}
