//! The first page and the lifecycle.

use std::collections::BTreeMap;

use super::data::Site;
use super::page::HtmlPage;
use super::text::{counted, escape, grouped};

/// Returns the overview: the verdict with its bounds, and links to the other pages.
pub(super) fn page(site: &Site) -> HtmlPage {
    let report = &site.report;
    let mut reach: BTreeMap<&str, usize> = BTreeMap::new();
    for property in &report.properties {
        let count = reach.entry(property.induction.reach.as_str()).or_default();
        *count = count.saturating_add(1);
    }
    let count = |name: &str| reach.get(name).copied().unwrap_or(0);
    let bounded = count("reachable only").saturating_add(count("not in the domain"));
    let scenarios = site.bounds.iter().filter(|row| row.first().is_some_and(|name| !name.contains("--deep"))).count();
    let requirements: usize = site.requirements.iter().map(|topic| topic.requirements.len()).sum();
    let mut body = format!(
        "<p class=\"verdict\">{properties} hold in each of {states} states and in each of {steps} steps of \
         {spaces} of {scenarios}.</p>\n\
         <p>This is a proof within the bounds of the <a href=\"state-space.html\">state spaces</a>, for this model and \
         these sentences. It says nothing about amounts, lengths or combinations beyond the bounds, except for inductive \
         properties.</p>\n",
        properties = counted(report.properties.len(), "property"),
        states = grouped(report.states),
        steps = grouped(report.steps),
        spaces = counted(site.spaces.len(), "variant"),
        scenarios = counted(scenarios, "scenario"),
    );
    let cards = [
        ("inductive alone", count("alone"), "properties.html?strength=alone"),
        ("inductive with auxiliary invariants", count("with helpers"), "properties.html?strength=with"),
        ("within the bounds only", bounded, "properties.html?strength=bounded"),
        ("planted faults, each noticed", report.faults, "faults.html"),
        ("requirements", requirements, "requirements.html"),
    ];
    body.push_str("<ul class=\"cards\">");
    for (words, number, address) in cards {
        let number = grouped(u64::try_from(number).unwrap_or(u64::MAX));
        body.push_str(&format!("<li><a href=\"{address}\"><strong>{number}</strong> {words}</a></li>"));
    }
    body.push_str("</ul>\n<h2>Lifecycle of a PaymentIntent</h2>\n");
    body.push_str(&picture(site));
    body.push_str(
        "<h2>How to audit this</h2>\n<ol>\n\
         <li>Read the <a href=\"requirements.html\">requirements</a>. Each names the properties and tests that keep it.</li>\n\
         <li>Read a <a href=\"properties.html\">property</a>: its sentence, its premise with a witness, and how strong its \
         proof is.</li>\n\
         <li>See which <a href=\"faults.html\">planted faults</a> it notices: a property that notices nothing proves little.</li>\n\
         <li>Run <code>cargo run --bin check</code>: it explores everything again with two explorers.</li>\n</ol>\n",
    );
    HtmlPage { file: "index.html".to_owned(), title: "Overview".to_owned(), body }
}

/// Returns the diagram, inlined so that it needs no other file.
fn picture(site: &Site) -> String {
    format!("<div class=\"scroll picture\">{}</div>\n", site.lifecycle_svg)
}

/// Returns the page of the lifecycle: the diagram and the matrix.
pub(super) fn lifecycle(site: &Site) -> HtmlPage {
    let body = format!(
        "{}<h2>Every input in every status</h2>\n<pre class=\"wide\">{}</pre>\n",
        picture(site),
        escape(&site.lifecycle_text)
    );
    HtmlPage { file: "lifecycle.html".to_owned(), title: "Lifecycle".to_owned(), body }
}
