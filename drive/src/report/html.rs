//! The report as one page that loads nothing.

use std::fmt::Write as _;

use holdfast_properties::Property;

use super::{Report, RequirementVerdict, curl, picture, python};
use crate::checks::Looked;
use crate::finding::{Class, Finding};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}\
table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #ccc;padding:.2rem .6rem;text-align:left;vertical-align:top}\
pre{background:#f4f4f4;padding:.6rem;overflow:auto}.money{color:#b00020}.protocol{color:#a05a00}.shape{color:#5a5a00}\
summary{cursor:pointer}@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}pre{background:#262626}\
.money{color:#ff6b7d}.protocol{color:#ffb35c}.shape{color:#e0e06a}}";

/// Hides the findings that the checkboxes above the index exclude. Without scripts, all findings are shown.
const FILTER: &str = "addEventListener('input',()=>{const on=new Set([...document.querySelectorAll('#filters input:checked')]\
.map(box=>box.value)),text=document.querySelector('#filters [type=search]').value.toLowerCase();\
for(const it of document.querySelectorAll('[data-class]'))\
it.hidden=!on.has(it.dataset.class)||!it.textContent.toLowerCase().includes(text)})";

impl Report {
    /// The report as a page.
    #[must_use]
    pub fn html(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _infallible = self.write_html(&mut out);
        out
    }

    fn write_html(&self, out: &mut String) -> std::fmt::Result {
        let name = escaped(&self.name);
        write!(out, "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{name}</title>")?;
        write!(
            out,
            "<meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}{}</style>\n<h1>{name}</h1>\n",
            picture::STYLE
        )?;
        writeln!(
            out,
            "<p>Written by <code>check drive</code> with seed {}. The server speaks {}. {} operations in {} sequences were \
             compared with the model.</p>",
            self.seed,
            self.api(),
            self.operations,
            self.sequences
        )?;
        if let Some(why) = &self.incomplete {
            writeln!(out, "<p><strong>Incomplete:</strong> {}.</p>", escaped(why))?;
        }
        writeln!(out, "<table><tr><th>class<th>found</tr>")?;
        for class in Class::ALL {
            let count = if class == Class::Unsupported { self.missing.len() } else { self.count(class) };
            writeln!(out, "<tr><td class=\"{}\">{class}<td>{count}</tr>", style_of(class))?;
        }
        writeln!(out, "</table>")?;
        self.write_index(out)?;
        for (number, finding) in (1_usize..).zip(&self.findings) {
            self.write_one(out, number, finding)?;
        }
        if !self.missing.is_empty() {
            writeln!(out, "<h2>Unsupported</h2><table><tr><th>asked<th>answered</tr>")?;
            for (what, answer) in &self.missing {
                writeln!(out, "<tr><td>{}<td>{}</tr>", escaped(what), escaped(answer))?;
            }
            writeln!(out, "</table>")?;
        }
        if !self.unasked.is_empty() {
            let what = escaped(&self.unasked.join(", "));
            writeln!(out, "<h2>Not judged</h2><p>Never seen to work, and never seen to be missing: {what}.</p>")?;
        }
        if !self.races.is_empty() {
            writeln!(out, "<h2>Races</h2><table><tr><th>at the same moment<th>runs<th>wrong<th>not run because</tr>")?;
            for race in &self.races {
                let why = escaped(race.why_not.as_deref().unwrap_or_default());
                writeln!(out, "<tr><td>{}<td>{}<td>{}<td>{why}</tr>", race.name, race.runs, race.wrong)?;
            }
            writeln!(out, "</table>")?;
        }
        self.write_checks(out)?;
        self.write_requirements(out)?;
        writeln!(out, "</html>")
    }

    /// Writes whether each check was carried out, and the differences that were seen once.
    fn write_checks(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "<h2>Checks</h2><table><tr><th>check<th>carried out</tr>")?;
        for (name, looked) in &self.checks {
            let said = match looked {
                Looked::Done => "yes".to_owned(),
                Looked::NotThere(why) => format!("no: the server does not have {why}"),
                Looked::NotDone(why) => format!("no: {why}"),
            };
            writeln!(out, "<tr><td>{name}<td>{said}</tr>")?;
        }
        writeln!(out, "</table>")?;
        if let Some(clean_up) = &self.clean_up {
            let (ended, left) = (clean_up.ended, clean_up.left.len());
            writeln!(out, "<h2>Clean-up</h2><p>Ended: {ended} objects. Perhaps still open: {left}.</p><ul>")?;
            for left in &clean_up.left {
                writeln!(out, "<li>{}</li>", escaped(left))?;
            }
            writeln!(out, "</ul>")?;
        }
        if !self.unrepeated.is_empty() {
            writeln!(
                out,
                "<h2>Seen once</h2><p>Not seen again, or no budget was left to repeat it, so nothing is stated about the \
                 server.</p><ul>"
            )?;
            for headline in &self.unrepeated {
                writeln!(out, "<li>{}</li>", escaped(headline))?;
            }
            writeln!(out, "</ul>")?;
        }
        Ok(())
    }

    /// Writes the verdict on each requirement, and the steps that were left out.
    fn write_requirements(&self, out: &mut String) -> std::fmt::Result {
        let counts =
            RequirementVerdict::ALL.map(|verdict| format!("{} {}", self.requirements_with(verdict), verdict.name()));
        writeln!(
            out,
            "<h2>Requirements</h2><p>{}. A requirement is confirmed if a step or a check witnessed it and no finding \
             contradicts it. That is no proof.</p>\n\
             <table><tr><th>requirement<th>verdict<th>witnesses<th>broken by</tr>",
            counts.join(", ")
        )?;
        for (id, verdict, times, broken) in self.requirements() {
            let links: Vec<String> =
                broken.iter().map(|number| format!("<a href=\"#f{number}\">{number}</a>")).collect();
            writeln!(out, "<tr><td>{id}<td>{}<td>{times}<td>{}</tr>", verdict.name(), links.join(", "))?;
        }
        writeln!(out, "</table>")?;
        if self.left_out.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "<h2>Left out</h2><table><tr><th>the server lacks<th>kinds of steps of the plan that need it</tr>"
        )?;
        for (part, count) in &self.left_out {
            writeln!(out, "<tr><td>{part}<td>{count}</tr>")?;
        }
        writeln!(out, "</table>")
    }

    fn write_one(&self, out: &mut String, number: usize, finding: &Finding) -> std::fmt::Result {
        let sighting = &finding.sighting;
        let class = sighting.signature.class;
        writeln!(
            out,
            "<section data-class=\"{}\"><h2 id=\"f{number}\"><span class=\"{}\">{class}</span> {number}. {}</h2>",
            style_of(class),
            style_of(class),
            escaped(&sighting.headline)
        )?;
        if class == Class::Choice {
            return writeln!(out, "</section>");
        }
        writeln!(out, "<table><tr><th>the model<td>{}</tr>", escaped(&sighting.model))?;
        writeln!(out, "<tr><th>the server<td>{}</tr>", escaped(&sighting.server))?;
        for broken in &sighting.properties {
            let sentence = Property::find(broken.property).map_or_else(String::new, Property::statement);
            writeln!(out, "<tr><th>broken<td>{} ({})</tr>", escaped(&sentence), escaped(&broken.why))?;
        }
        if finding.variants.len() > 1 {
            let variants: Vec<&str> = finding.variants.iter().map(String::as_str).collect();
            writeln!(out, "<tr><th>variants<td>{}</tr>", escaped(&variants.join("; ")))?;
        }
        if let Some(frequency) = finding.frequency {
            writeln!(out, "<tr><th>how often<td>in {} of {} races</tr>", frequency.wrong, frequency.runs)?;
        }
        let trace = finding.trace();
        writeln!(out, "</table><pre>{}</pre>", escaped(&trace.join("\n")))?;
        out.push_str(&picture::sequence(finding)?);
        out.push_str(&picture::bars(&self.config, finding)?);
        for (name, text) in [
            ("curl", curl(&self.profile, &self.config, &self.url, finding)),
            ("Python SDK", python(&self.profile, &self.config, &self.url, finding)),
        ] {
            writeln!(out, "<details><summary>{name}</summary><pre>{}</pre></details>", escaped(&text))?;
        }
        writeln!(out, "</section>")
    }

    /// Writes the list of findings, with a checkbox for each class and a text field: both filter the list.
    fn write_index(&self, out: &mut String) -> std::fmt::Result {
        if self.findings.is_empty() {
            return Ok(());
        }
        write!(out, "<p id=\"filters\">Show ")?;
        for class in Class::ALL.into_iter().filter(|class| self.count(*class) > 0) {
            let style = style_of(class);
            write!(out, "<label><input type=\"checkbox\" checked value=\"{style}\"> {class}</label> ")?;
        }
        writeln!(
            out,
            "<input type=\"search\" placeholder=\"filter by text\" aria-label=\"filter by text\"></p>\n<ol>"
        )?;
        for (number, finding) in (1_usize..).zip(&self.findings) {
            let class = finding.sighting.signature.class;
            writeln!(
                out,
                "<li data-class=\"{0}\"><span class=\"{0}\">{class}</span> <a href=\"#f{number}\">{1}</a></li>",
                style_of(class),
                escaped(&finding.sighting.headline)
            )?;
        }
        writeln!(out, "</ol>\n<script>{FILTER}</script>")
    }
}

const fn style_of(class: Class) -> &'static str {
    match class {
        Class::Money => "money",
        Class::Protocol => "protocol",
        Class::Shape => "shape",
        Class::Unsupported | Class::Choice => "no-fault",
    }
}

/// Escapes a text from a server for HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
