//! The pages of properties and of planted faults.

use std::collections::BTreeMap;

use super::data::{ReportedFault, ReportedInduction, ReportedProperty, Site};
use super::page::HtmlPage;
use super::text::{counted, escape, fault, grouped, inline, property, requirement, trace};

/// Returns the page of all properties, by topic.
pub(super) fn page(site: &Site) -> HtmlPage {
    let properties = &site.report.properties;
    // A topic may occur in the catalogue more than once, because new properties are added at the end.
    let mut topics: Vec<&str> = Vec::new();
    for property in properties {
        if !topics.contains(&property.topic.as_str()) {
            topics.push(&property.topic);
        }
    }
    let mut body = String::from(
        "<p class=\"filter\"><label for=\"strength\">Proof strength</label> <select id=\"strength\">\
         <option value=\"\">all</option><option value=\"alone\">inductive alone</option>\
         <option value=\"with\">inductive with auxiliary invariants</option>\
         <option value=\"bounded\">within the bounds only</option></select></p>\n<ul class=\"contents\">",
    );
    for topic in &topics {
        body.push_str(&format!("<li><a href=\"#topic-{0}\">{0}</a></li>", escape(topic)));
    }
    body.push_str("</ul>\n");
    for topic in topics {
        body.push_str(&format!("<h2 id=\"topic-{0}\">{0}</h2>\n", escape(topic)));
        for property in properties.iter().filter(|property| property.topic == topic) {
            body.push_str(&article(property));
        }
    }
    HtmlPage { file: "properties.html".to_owned(), title: "Properties".to_owned(), body }
}

fn article(it: &ReportedProperty) -> String {
    let rules: Vec<String> = it.rules.iter().map(|id| requirement(id)).collect();
    let mut out = format!(
        "<article id=\"{id}\" data-strength=\"{strength}\">\n<h3>{sentence}</h3>\n\
         <p class=\"meta\"><code>{id}</code> · {about} · {rules}</p>\n<p>{why}</p>\n",
        id = escape(&it.id),
        strength = strength(&it.induction),
        sentence = escape(&it.sentence),
        about = escape(&it.about),
        rules = rules.join(" "),
        why = escape(&it.why),
    );
    out.push_str(&format!("<dl><dt>Proof</dt><dd>{}</dd>\n", proof(&it.induction)));
    out.push_str(&format!(
        "<dt>Witness</dt><dd>The premise occurs {} times, first in {}:{}</dd>\n",
        grouped(it.witnesses),
        escape(&it.witness.space),
        trace(&it.witness.trace)
    ));
    out.push_str("<dt>Planted faults</dt><dd>");
    match it.faults.as_slice() {
        [] => out.push_str("It notices none."),
        faults => {
            let items: String = faults.iter().map(|it| format!("<li>{}</li>", noticed(it))).collect();
            out.push_str(&format!(
                "<details><summary>It notices {}.</summary><ul>{items}</ul></details>",
                counted(faults.len(), "fault")
            ));
        }
    }
    out.push_str("</dd></dl>\n</article>\n");
    out
}

fn noticed(it: &ReportedFault) -> String {
    let meant = if it.meant { ", planted against this property" } else { "" };
    let alone = if it.alone { ", noticed by no other property" } else { "" };
    let steps = counted(usize::try_from(it.steps).unwrap_or(usize::MAX), "step");
    format!("{}: {} (after {steps}{meant}{alone})", fault(&it.name), inline(&it.does))
}

/// Returns the value of the filter.
fn strength(induction: &ReportedInduction) -> &'static str {
    match induction.reach.as_str() {
        "alone" => "alone",
        "with helpers" => "with",
        _ => "bounded",
    }
}

fn proof(induction: &ReportedInduction) -> String {
    match induction.reach.as_str() {
        "alone" => {
            "Inductive alone: one step from any state in which it holds keeps it true, for any length.".to_owned()
        }
        "with helpers" => {
            let auxiliary: Vec<String> = induction.helpers.iter().map(|id| property(id)).collect();
            format!("Inductive, if these auxiliary invariants hold before the step: {}.", auxiliary.join(", "))
        }
        "not in the domain" => {
            "True in every explored state. The domain of the induction never covers its premise.".to_owned()
        }
        _ => "True in every explored state. It is not inductive.".to_owned(),
    }
}

/// Returns the page of planted faults, each with the properties that notice it.
pub(super) fn faults(site: &Site) -> HtmlPage {
    let mut by_name: BTreeMap<&str, Vec<(&ReportedProperty, &ReportedFault)>> = BTreeMap::new();
    for property in &site.report.properties {
        for fault in &property.faults {
            by_name.entry(&fault.name).or_default().push((property, fault));
        }
    }
    let noticed = by_name.values().filter(|notices| notices.iter().any(|(_, fault)| fault.meant)).count();
    let mut body = format!(
        "<p>{} were planted in the model, one at a time. {noticed} of them are noticed by the property that they were \
         planted against.</p>\n\
         <div class=\"scroll\"><table><thead><tr><th>fault</th><th>what it does</th><th>planted against</th>\
         <th>steps</th><th>also noticed by</th></tr></thead><tbody>\n",
        counted(site.report.faults, "fault")
    );
    for (name, notices) in by_name {
        let does = notices.first().map_or("", |(_, fault)| fault.does.as_str());
        let links = |meant: bool| {
            let of = notices.iter().filter(|(_, fault)| fault.meant == meant);
            of.map(|(it, _)| property(&it.id)).collect::<Vec<_>>().join(", ")
        };
        let steps = notices.iter().filter(|(_, fault)| fault.meant).map(|(_, fault)| fault.steps).min();
        body.push_str(&format!(
            "<tr id=\"{0}\"><td><code>{0}</code></td><td>{1}</td><td>{2}</td><td class=\"number\">{3}</td><td>{4}</td></tr>\n",
            escape(name),
            inline(does),
            links(true),
            steps.map_or_else(String::new, |steps| steps.to_string()),
            links(false),
        ));
    }
    body.push_str("</tbody></table></div>\n");
    HtmlPage { file: "faults.html".to_owned(), title: "Planted faults".to_owned(), body }
}
