//! `check claims`: what is claimed, and how each claim is checked.

use holdfast_model::trace::correction;
use serde_json::{Value, json};

use super::verdict::induction;
use super::{Exit, Failure, Options, Plugs, Stage};
use crate::catalogue::{Claim, Evidence};
use crate::scenarios::SCENARIOS;
use crate::table::{Align, lay_out};

pub(super) fn run(
    name: Option<&str>,
    options: &Options,
    plugs: &Plugs<'_>,
    stage: &mut Stage<'_>,
) -> Result<Exit, Failure> {
    let claims: Vec<(Evidence, &Claim)> = (0..=u8::MAX)
        .map_while(|bit| Some((plugs.catalogue.evidence(bit), plugs.catalogue.claim(bit)?)))
        .filter(|(_, claim)| name.is_none_or(|name| claim.name == name))
        .collect();
    if let (Some(name), []) = (name, claims.as_slice()) {
        let names = plugs.catalogue.claims().iter().map(|claim| claim.name.as_str());
        // There are too many of them to list in an error.
        let closest = correction(name, names);
        let help = if closest.starts_with("; did") { &closest } else { "; `check claims` lists them" };
        return Err(Failure::Usage(format!("no claim `{name}`{help}")));
    }
    if options.json {
        let claims: Vec<Value> = claims.iter().map(|(evidence, claim)| in_json(claim, evidence)).collect();
        writeln!(stage.out, "{:#}", json!(claims))?;
        return Ok(Exit::Fine);
    }
    match (name, claims.as_slice()) {
        (Some(_), [(evidence, claim)]) => tell(claim, evidence, stage)?,
        _ => {
            let columns = [
                ("claim", Align::Left),
                ("about", Align::Left),
                ("rules", Align::Left),
                ("what is claimed", Align::Left),
            ];
            let rows = claims.iter().map(|(_, claim)| {
                vec![claim.name.clone(), about(claim).to_owned(), claim.rules.clone(), claim.sentence.clone()]
            });
            write!(stage.out, "{}", lay_out(&columns, rows, stage.look.width))?;
        }
    }
    Ok(Exit::Fine)
}

const fn about(claim: &Claim) -> &'static str {
    if claim.about_steps { "steps" } else { "states" }
}

fn in_json(claim: &Claim, evidence: &Evidence) -> Value {
    json!({
        "name": claim.name,
        "sentence": claim.sentence,
        "rules": claim.rules,
        "why": claim.why,
        "about": about(claim),
        "induction": induction(&evidence.induction),
        "faults": evidence.faults,
    })
}

fn tell(claim: &Claim, evidence: &Evidence, stage: &mut Stage<'_>) -> Result<(), Failure> {
    let Claim { name, sentence, rules, why, .. } = claim;
    writeln!(stage.out, "{name}\n\n  {sentence}\n")?;
    writeln!(stage.out, "  rules      {rules}")?;
    writeln!(stage.out, "  matters    {why}")?;
    let scenarios = SCENARIOS.iter().filter(|scenario| !scenario.deep).count();
    let deep = SCENARIOS.len().saturating_sub(scenarios);
    writeln!(
        stage.out,
        "  checked    in all {} of {scenarios} scenarios by default, of {deep} more with --deep, by two explorers",
        about(claim)
    )?;
    writeln!(stage.out, "  inductive  {}", induction(&evidence.induction))?;
    let faults = evidence.faults.map_or_else(|| "–".to_owned(), |faults| faults.to_string());
    writeln!(stage.out, "  faults     {faults} of those planted in the model are found by it")?;
    Ok(())
}
