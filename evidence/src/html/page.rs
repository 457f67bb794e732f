//! The frame of a page and the index of the search.

use super::data::Site;
use super::text::escape;

/// A page without its frame.
pub(super) struct HtmlPage {
    /// The name of the file.
    pub(super) file: String,
    pub(super) title: String,
    pub(super) body: String,
}

impl HtmlPage {
    /// Returns the page with its head, the navigation and the digest of the evidence.
    pub(super) fn html(&self, site: &Site, pages: &[Self]) -> String {
        let links: String = pages
            .iter()
            .map(|page| {
                let current = if page.file == self.file { " aria-current=\"page\"" } else { "" };
                format!("<a href=\"{}\"{current}>{}</a>", page.file, escape(&page.title))
            })
            .collect();
        let rules = site.report.rules.as_ref().map_or_else(
            || "The report names no digest of its sources.".to_owned(),
            |rules| format!("Evidence of the sources with the digest <code>{}</code>.", escape(rules)),
        );
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} · Holdfast</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n\
             <script src=\"index.js\" defer></script>\n<script src=\"search.js\" defer></script>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#main\">Skip to the content</a>\n\
             <header><a class=\"brand\" href=\"index.html\">Holdfast evidence</a>\n\
             <div class=\"search\" role=\"search\"><label for=\"query\">Search</label>\
             <input id=\"query\" type=\"search\" autocomplete=\"off\" placeholder=\"property, requirement, fault\">\
             <ol id=\"results\" hidden></ol></div></header>\n\
             <nav aria-label=\"Pages\">{links}</nav>\n<main id=\"main\">\n<h1>{title}</h1>\n{body}\n</main>\n\
             <footer>{rules}</footer>\n</body>\n</html>\n",
            title = escape(&self.title),
            body = self.body,
        )
    }
}

/// Returns the script that defines the search entries: kind, title, text and address.
pub(super) fn search_index(site: &Site, pages: &[HtmlPage]) -> String {
    let mut entries: Vec<[String; 4]> = Vec::new();
    let mut add = |kind: &str, title: &str, text: &str, address: String| {
        entries.push([kind.to_owned(), title.to_owned(), text.to_owned(), address]);
    };
    for page in pages {
        add("page", &page.title, "", page.file.clone());
    }
    for property in &site.report.properties {
        let text = format!("{} {}", property.sentence, property.rules.join(" "));
        add("property", &property.id, &text, format!("properties.html#{}", property.id));
    }
    for requirement in site.requirements.iter().flat_map(|topic| &topic.requirements) {
        add("requirement", &requirement.id, &requirement.sentence, format!("requirements.html#{}", requirement.id));
    }
    let mut faults: Vec<_> = site.report.properties.iter().flat_map(|property| &property.faults).collect();
    faults.sort_by(|one, other| one.name.cmp(&other.name));
    faults.dedup_by(|one, other| one.name == other.name);
    for fault in faults {
        add("fault", &fault.name, &fault.does, format!("faults.html#{}", fault.name));
    }
    for space in &site.spaces {
        let title = format!("{}: {}", space.scenario, space.variant);
        add("space", &title, "", "state-space.html".to_owned());
    }
    let json = serde_json::to_string(&entries).unwrap_or_else(|_| "[]".to_owned());
    format!("const ENTRIES = {json};\n")
}
