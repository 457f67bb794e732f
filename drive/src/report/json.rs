//! The report for machines.

use serde_json::{Value, json};

use super::{Report, curl, python};
use crate::checks::Looked;
use crate::finding::{Class, Finding};

impl Report {
    /// The report as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let counts: serde_json::Map<String, Value> =
            Class::ALL.iter().map(|class| (class.name().to_owned(), json!(self.count(*class)))).collect();
        let rules: Vec<Value> = self
            .requirements()
            .into_iter()
            .map(|(id, verdict, times, broken)| {
                json!({ "rule": id, "verdict": verdict.name(), "borne_out": times, "broken_by": broken })
            })
            .collect();
        let races: Vec<Value> = self
            .races
            .iter()
            .map(|race| json!({ "race": race.name, "runs": race.runs, "wrong": race.wrong, "why_not": race.why_not }))
            .collect();
        let checks: Vec<Value> = self
            .checks
            .iter()
            .map(|(name, looked)| match looked {
                Looked::Done => json!({ "check": name, "done": true, "why_not": null }),
                Looked::NotThere(why) | Looked::NotDone(why) => json!({ "check": name, "done": false, "why_not": why }),
            })
            .collect();
        json!({
            "server": self.name,
            "url": self.url,
            "seed": self.seed,
            "api": self.api(),
            "complete": self.incomplete.is_none(),
            "incomplete": self.incomplete,
            "operations": self.operations,
            "requests": self.requests,
            "throttled": self.throttled,
            "sequences": self.sequences,
            "kinds_of_steps": self.edges,
            "counts": counts,
            "findings": (1_usize..).zip(&self.findings).map(|(number, it)| self.finding(number, it)).collect::<Vec<_>>(),
            "unsupported": self.missing.iter().map(|(what, says)| json!({ "what": what, "answer": says })).collect::<Vec<_>>(),
            "unasked": self.unasked,
            "left_out": self.left_out,
            "races": races,
            "checks": checks,
            "unrepeated": self.unrepeated,
            "clean_up": self.clean_up.as_ref().map(|it| json!({ "ended": it.ended, "left": it.left })),
            "rules": rules,
            "dialect": self.config.dialect.words().into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        })
    }

    fn finding(&self, number: usize, finding: &Finding) -> Value {
        let sighting = &finding.sighting;
        let properties = sighting.properties.iter().map(|it| json!({ "property": it.property, "why": it.why }));
        json!({
            "number": number,
            "id": finding.id(),
            "variants": finding.variants.iter().filter(|it| !it.is_empty()).collect::<Vec<_>>(),
            "class": sighting.signature.class.name(),
            "kind": sighting.signature.what,
            "headline": sighting.headline,
            "model": sighting.model,
            "server": sighting.server,
            "properties": properties.collect::<Vec<_>>(),
            "rules": sighting.rules,
            "met": finding.met,
            "race": finding.frequency.map(|it| json!({ "wrong": it.wrong, "runs": it.runs })),
            "trace": finding.trace(),
            "curl": curl(&self.profile, &self.config, &self.url, finding),
            "python": python(&self.profile, &self.config, &self.url, finding),
        })
    }
}
