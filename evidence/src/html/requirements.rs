//! The page of requirements: the keepers of each, down to the witness and the faults.

use super::data::{RequirementData, Site};
use super::page::HtmlPage;
use super::text::{escape, fault, inline, property, trace};

/// Returns the page of all requirements, by topic.
pub(super) fn page(site: &Site) -> HtmlPage {
    let mut body = String::from(
        "<p>Each requirement leads to the properties that state it, to a witness of their premise, and to the planted \
         faults that they notice.</p>\n<ul class=\"contents\">",
    );
    for topic in &site.requirements {
        body.push_str(&format!("<li><a href=\"#topic-{0}\">{0}</a></li>", escape(&topic.name)));
    }
    body.push_str("</ul>\n");
    for topic in &site.requirements {
        body.push_str(&format!("<h2 id=\"topic-{0}\">{0}</h2>\n", escape(&topic.name)));
        for requirement in &topic.requirements {
            body.push_str(&article(requirement, site));
        }
    }
    HtmlPage { file: "requirements.html".to_owned(), title: "Requirements".to_owned(), body }
}

fn article(it: &RequirementData, site: &Site) -> String {
    let mut out = format!(
        "<article class=\"requirement\" id=\"{0}\">\n<p><strong>{0}</strong> {1} <span class=\"meta\">{2}</span></p>\n",
        escape(&it.id),
        inline(&it.sentence),
        escape(&it.certainty),
    );
    if !it.reason.is_empty() {
        out.push_str(&format!("<p>Nothing keeps it: {}</p>\n", inline(&it.reason)));
    }
    if !it.properties.is_empty() {
        out.push_str("<ul>");
        for id in &it.properties {
            out.push_str(&format!("<li>{}{}</li>", property(id), chain(id, site)));
        }
        out.push_str("</ul>\n");
    }
    for (what, names) in [("Golden traces", &it.traces), ("Engine tests", &it.tests)] {
        if !names.is_empty() {
            let codes: Vec<String> = names.iter().map(|name| format!("<code>{}</code>", escape(name))).collect();
            out.push_str(&format!("<p class=\"meta\">{what}: {}</p>\n", codes.join(", ")));
        }
    }
    out.push_str("</article>\n");
    out
}

/// Returns the witness and the faults of a property, collapsed at first.
fn chain(id: &str, site: &Site) -> String {
    let Some(it) = site.report.properties.iter().find(|property| property.id == id) else { return String::new() };
    let faults: Vec<String> = it.faults.iter().filter(|it| it.meant).map(|it| fault(&it.name)).collect();
    let faults = if faults.is_empty() { "none".to_owned() } else { faults.join(", ") };
    format!(
        ": {}<details><summary>witness and faults</summary>{}<p>Faults planted against it: {faults}.</p></details>",
        escape(&it.sentence),
        trace(&it.witness.trace)
    )
}
