//! The report for people.

use std::fmt::Write as _;

use holdfast_properties::Property;

use super::{Report, RequirementVerdict, curl, python};
use crate::checks::Looked;
use crate::finding::{Class, Finding};

/// The meaning of each class, as a sentence.
const MEANINGS: [(Class, &str); 5] = [
    (Class::Money, "a payment is where it must not be, or money is"),
    (Class::Protocol, "a wrong answer: a wrong code, a server error, a connection that breaks off"),
    (Class::Shape, "the right answer, wrongly written: a field that is missing or of another type"),
    (Class::Unsupported, "asked for, and not there: no fault"),
    (Class::Choice, "left open by the rules, and decided otherwise: no fault"),
];

impl Report {
    /// The report as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _infallible = self.write_markdown(&mut out);
        out
    }

    fn write_markdown(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "# {}\n", self.name)?;
        writeln!(
            out,
            "Written by `check drive` with seed {}. The server speaks {}. {} operations in {} sequences were compared with the \
             model, {} kinds of steps among them.\n",
            self.seed,
            self.api(),
            self.operations,
            self.sequences,
            self.edges
        )?;
        if let Some(why) = &self.incomplete {
            writeln!(out, "**Incomplete:** {why}. What is not listed here may be wrong all the same.\n")?;
        }
        writeln!(out, "| class | found | means |\n|---|---|---|")?;
        for (class, meaning) in MEANINGS {
            let count = if class == Class::Unsupported { self.missing.len() } else { self.count(class) };
            writeln!(out, "| {class} | {count} | {meaning} |")?;
        }
        if self.throttled > 0 {
            writeln!(
                out,
                "\nThe server limited the rate: {} replies asked to wait, and were repeated.",
                self.throttled
            )?;
        }
        for class in [Class::Money, Class::Protocol, Class::Shape, Class::Choice] {
            self.write_class(out, class)?;
        }
        self.write_missing(out)?;
        self.write_rules(out)
    }

    fn write_class(&self, out: &mut String, class: Class) -> std::fmt::Result {
        if self.count(class) == 0 {
            return Ok(());
        }
        let title = class.name();
        let (first, rest) = title.split_at(1);
        writeln!(out, "\n## {}{rest}\n", first.to_uppercase())?;
        let numbered = (1_usize..).zip(&self.findings).filter(|(_, it)| it.sighting.signature.class == class);
        if class == Class::Choice {
            for (number, finding) in numbered {
                let trace = finding.trace();
                writeln!(out, "{number}. {}, seen in `{}`", finding.sighting.headline, trace.join("; "))?;
            }
            return Ok(());
        }
        for (number, finding) in numbered {
            self.write_finding(out, number, finding)?;
        }
        Ok(())
    }

    fn write_finding(&self, out: &mut String, number: usize, finding: &Finding) -> std::fmt::Result {
        let sighting = &finding.sighting;
        writeln!(out, "### {number}. {}\n", sighting.headline)?;
        writeln!(out, "| | |\n|---|---|")?;
        writeln!(out, "| the model | {} |", cell(&sighting.model))?;
        writeln!(out, "| the server | {} |", cell(&sighting.server))?;
        for broken in &sighting.properties {
            let property = Property::find(broken.property);
            let (sentence, rules) =
                property.map_or((String::new(), ""), |property| (property.statement(), property.rules));
            writeln!(out, "| broken | {sentence} (`{}`, {rules}): {} |", broken.property, cell(&broken.why))?;
        }
        if finding.variants.len() > 1 {
            let variants: Vec<&str> = finding.variants.iter().map(String::as_str).collect();
            writeln!(out, "| variants | {}: {} |", variants.len(), cell(&variants.join("; ")))?;
        }
        if let Some(frequency) = finding.frequency {
            writeln!(out, "| how often | in {} of {} races |", frequency.wrong, frequency.runs)?;
        }
        writeln!(out, "\n```text")?;
        let trace = finding.trace();
        for (place, input) in (1_usize..).zip(&trace) {
            let is_at_once = trace.len().saturating_sub(place) < finding.at_once;
            writeln!(out, "{input}{}", if is_at_once { "    # at the same time" } else { "" })?;
        }
        writeln!(out, "```\n\n<details><summary>curl</summary>\n\n```sh")?;
        out.push_str(&curl(&self.profile, &self.config, &self.url, finding));
        writeln!(out, "```\n\n</details>\n\n<details><summary>Python SDK</summary>\n\n```python")?;
        out.push_str(&python(&self.profile, &self.config, &self.url, finding));
        writeln!(out, "```\n\n</details>\n")
    }

    fn write_missing(&self, out: &mut String) -> std::fmt::Result {
        if !self.missing.is_empty() {
            writeln!(out, "\n## Unsupported\n\n| asked | answered |\n|---|---|")?;
            for (what, answer) in &self.missing {
                writeln!(out, "| {} | {} |", cell(what), cell(answer))?;
            }
        }
        if !self.unasked.is_empty() {
            let what = self.unasked.join(", ");
            writeln!(out, "\n## Not judged\n\nNever seen to work, and never seen to be missing: {what}.")?;
        }
        if !self.races.is_empty() {
            writeln!(out, "\n## Races\n\n| at the same moment | runs | wrong | not run because |\n|---|---|---|---|")?;
            for race in &self.races {
                let why = race.why_not.as_deref().unwrap_or_default();
                writeln!(out, "| {} | {} | {} | {} |", race.name, race.runs, race.wrong, cell(why))?;
            }
        }
        writeln!(out, "\n## Checks\n\n| check | carried out |\n|---|---|")?;
        for (name, looked) in &self.checks {
            match looked {
                Looked::Done => writeln!(out, "| {name} | yes |")?,
                Looked::NotThere(why) => writeln!(out, "| {name} | no: the server does not have {why} |")?,
                Looked::NotDone(why) => writeln!(out, "| {name} | no: {why} |")?,
            }
        }
        if let Some(clean_up) = &self.clean_up {
            let (ended, left) = (clean_up.ended, clean_up.left.len());
            writeln!(out, "\n## Clean-up\n\nEnded after the drive: {ended} objects. Perhaps still open: {left}.\n")?;
            for left in &clean_up.left {
                writeln!(out, "- {}", cell(left))?;
            }
        }
        if !self.unrepeated.is_empty() {
            writeln!(
                out,
                "\n## Seen once\n\nNot seen again, or no budget was left to repeat it, so nothing is stated about the server.\n"
            )?;
            for headline in &self.unrepeated {
                writeln!(out, "- {headline}")?;
            }
        }
        Ok(())
    }

    fn write_rules(&self, out: &mut String) -> std::fmt::Result {
        let counts =
            RequirementVerdict::ALL.map(|verdict| format!("{} {}", self.requirements_with(verdict), verdict.name()));
        writeln!(
            out,
            "\n## Requirements\n\nRequirements of the specification that a property states or a check observes: {}. A requirement is \
             confirmed if a step or a check witnessed it and no finding contradicts it. That is no proof.\n\n\
             | requirement | verdict | witnesses | broken by |\n|---|---|---|---|",
            counts.join(", ")
        )?;
        for (id, verdict, times, broken) in self.requirements() {
            let broken: Vec<String> = broken.iter().map(ToString::to_string).collect();
            writeln!(out, "| {id} | {} | {times} | {} |", verdict.name(), broken.join(", "))?;
        }
        if !self.left_out.is_empty() {
            writeln!(
                out,
                "\n## Left out\n\n| the server lacks | kinds of steps of the plan that need it |\n|---|---|"
            )?;
            for (part, count) in &self.left_out {
                writeln!(out, "| {part} | {count} |")?;
            }
        }
        Ok(())
    }
}

/// A text that stands in a table.
fn cell(text: &str) -> String {
    let text = if text.is_empty() { "–" } else { text };
    text.replace('|', "\\|").replace('\n', " ").replace('<', "&lt;")
}
