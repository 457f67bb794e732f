//! The HTML edition of the committed reports: nothing is missing, every link resolves, and no page needs a network.

use std::collections::BTreeSet;
use std::path::Path;

use super::data::Site;
use super::{files, text};

fn site() -> Site {
    Site::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports")).unwrap()
}

/// Returns the values of an attribute.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn each_link_leads_to_a_page_and_a_place_on_it() {
    let files = files(&site());
    let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let mut count = 0;
    for (name, html) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        for link in values(html, "href").into_iter().chain(values(html, "src")) {
            if link.starts_with("http") {
                continue;
            }
            count += 1;
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let file = file.split_once('?').map_or(file, |(file, _)| file);
            let file = if file.is_empty() { name } else { file };
            assert!(names.contains(file), "{name}: {link}");
            let target = files.iter().find(|(name, _)| name == file).map_or("", |(_, html)| html.as_str());
            assert!(place.is_empty() || values(target, "id").contains(&place), "{name}: {link}");
        }
    }
    assert!(count > 1_000, "only {count} links were compared");
}

#[test]
fn no_page_needs_a_network() {
    for (name, text) in files(&site()) {
        for word in ["src=\"http", "<link rel=\"stylesheet\" href=\"http", "url(http", "url(\"http"] {
            assert!(!text.contains(word), "{name}: {word}");
        }
        // Pages quote other code, which may contain these words.
        for word in ["@import", "fetch(", "XMLHttpRequest"] {
            assert!(name.ends_with(".html") || !text.contains(word), "{name}: {word}");
        }
    }
}

#[test]
fn an_id_is_unique_on_its_page() {
    for (name, html) in files(&site()).iter().filter(|(name, _)| name.ends_with(".html")) {
        let ids = values(html, "id");
        let unique: BTreeSet<&&str> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{name}");
    }
}

#[test]
fn each_property_and_requirement_has_a_place_and_is_found() {
    let site = site();
    let files = files(&site);
    let page = |wanted: &str| files.iter().find(|(name, _)| name == wanted).map_or("", |(_, text)| text.as_str());
    for property in &site.report.properties {
        assert!(page("properties.html").contains(&format!("<article id=\"{}\"", property.id)), "{}", property.id);
        assert!(page("index.js").contains(&format!("properties.html#{}", property.id)), "{}", property.id);
        for fault in &property.faults {
            assert!(page("faults.html").contains(&format!("<tr id=\"{}\">", fault.name)), "{}", fault.name);
        }
    }
    let requirements: Vec<_> = site.requirements.iter().flat_map(|topic| &topic.requirements).collect();
    assert!(requirements.len() > 300, "only {} requirements", requirements.len());
    for requirement in requirements {
        assert!(page("requirements.html").contains(&format!(" id=\"{}\">", requirement.id)), "{}", requirement.id);
    }
    assert!(page("state-space.html").matches("<svg class=\"bar\"").count() >= 40);
}

#[test]
fn text_is_escaped() {
    assert_eq!(text::escape("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
    assert_eq!(text::inline("a `b` <i>"), "a <code>b</code> <i>");
    assert_eq!(
        text::markdown("[x](../server/y.rs) [z](state-space.md)"),
        "<p>x <a href=\"state-space.html\">z</a></p>\n"
    );
}

#[test]
fn a_missing_report_is_named() {
    let error = Site::read(Path::new("no/such/folder")).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("properties.json"), "{error}");
}
