//! Reads Markdown: prose without code, tables, headings and links.

use std::collections::BTreeMap;

/// A line of prose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProseLine {
    /// Line number, counted from 1.
    pub line: usize,
    /// The text; code spans are blanked.
    pub text: String,
}

/// Returns the lines outside of code blocks, with code spans blanked.
#[must_use]
pub fn prose(text: &str) -> Vec<ProseLine> {
    lines_outside_code(text).into_iter().map(|(line, text)| ProseLine { line, text: without_spans(text) }).collect()
}

/// Returns the numbered lines outside of fenced code blocks, unchanged.
#[must_use]
pub fn lines_outside_code(text: &str) -> Vec<(usize, &str)> {
    let mut fence: Option<char> = None;
    let mut found = Vec::new();
    for (line, text) in (1_usize..).zip(text.lines()) {
        let start = text.trim_start();
        let marker = ['`', '~'].into_iter().find(|marker| start.starts_with(&marker.to_string().repeat(3)));
        match (fence, marker) {
            (None, Some(marker)) => fence = Some(marker),
            (Some(open), Some(marker)) if open == marker => fence = None,
            (None, None) => found.push((line, text)),
            (Some(_), _) => {}
        }
    }
    found
}

/// Returns `text` without the text between backticks and without the targets of links.
#[must_use]
pub fn without_spans(text: &str) -> String {
    let prose: Vec<&str> = text.split('`').step_by(2).collect();
    let prose = prose.join("``");
    let mut parts = prose.split("](");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push(']');
        kept.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    kept
}

/// Returns the cells of the rows of the first table below the heading `title`, without header and rule.
#[must_use]
pub fn table_below<'a>(text: &'a str, title: &str) -> Vec<Vec<&'a str>> {
    let lines = lines_outside_code(text);
    let below = lines.iter().skip_while(|(_, line)| !is_heading(line, title)).skip(1);
    let rows = below.take_while(|(_, line)| !line.starts_with('#')).filter(|(_, line)| line.starts_with('|'));
    rows.skip(2).map(|(_, line)| cells(line)).collect()
}

/// Returns the cells of a table row; `\|` does not separate.
#[must_use]
pub fn cells(row: &str) -> Vec<&str> {
    let row = row.trim().trim_start_matches('|');
    let row = row.strip_suffix('|').unwrap_or(row);
    let mut cells = Vec::new();
    let mut start = 0;
    for (at, _) in row.match_indices('|') {
        if row.get(..at).is_some_and(|before| !before.ends_with('\\')) {
            cells.push(row.get(start..at).unwrap_or_default().trim());
            start = at.saturating_add(1);
        }
    }
    cells.push(row.get(start..).unwrap_or_default().trim());
    cells
}

fn is_heading(line: &str, title: &str) -> bool {
    line.starts_with('#') && line.trim_start_matches('#').trim() == title
}

/// A link of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Line number, counted from 1.
    pub line: usize,
    /// Path, anchor or address, without title.
    pub target: String,
}

/// Returns the inline links, images and reference definitions of a document.
#[must_use]
pub fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (line, text) in lines_outside_code(text) {
        let mut add = |target: &str| {
            let target = target.split_whitespace().next().unwrap_or_default();
            let target = target.trim_start_matches('<').trim_end_matches('>').to_owned();
            if !target.is_empty() {
                found.push(Link { line, target });
            }
        };
        // A code span may contain `](`, so spans are blanked first, but link texts that consist of a span are kept.
        let blanked: Vec<&str> = text.split('`').step_by(2).collect();
        let blanked = blanked.join("``");
        for rest in blanked.split("](").skip(1) {
            add(rest.split(')').next().unwrap_or_default());
        }
        if let Some((_, target)) = text.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
            add(target);
        }
    }
    found
}

/// Returns the anchors that GitHub and mdBook create for the headings of a document, and its explicit `id` attributes.
#[must_use]
pub fn anchors(text: &str) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = Vec::new();
    for (_, line) in lines_outside_code(text) {
        if line.starts_with('#') {
            let anchor = slug(line.trim_start_matches('#').trim());
            let times = seen.entry(anchor.clone()).or_default();
            anchors.push(if *times == 0 { anchor.clone() } else { format!("{anchor}-{times}") });
            *times = times.saturating_add(1);
        }
        for part in line.split(" id=\"").skip(1) {
            anchors.extend(part.split('"').next().map(str::to_owned));
        }
    }
    anchors
}

fn slug(heading: &str) -> String {
    // The target of a link in a heading is not part of its text.
    let mut text = String::new();
    let mut parts = heading.split("](");
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        text.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    let letters = text.to_lowercase();
    let kept = letters.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::{anchors, cells, links, prose, table_below};

    #[test]
    fn code_is_no_prose() {
        let lines = prose("One `two` three.\n```sh\nfour\n```\n[five](six.md) seven.\n");
        let texts: Vec<_> = lines.iter().map(|line| (line.line, line.text.as_str())).collect();
        assert_eq!(texts, [(1, "One `` three."), (5, "[five] seven.")]);
    }

    #[test]
    fn tables_are_read_by_heading() {
        let text =
            "# A\n\n## Twins\n\nWords.\n\n| name | why |\n|---|---|\n| `X` | a \\| b |\n\n## Next\n\n| c | d |\n";
        assert_eq!(table_below(text, "Twins"), [["`X`", "a \\| b"]]);
        assert!(table_below(text, "Nothing").is_empty());
        assert_eq!(cells("| 1 | 2 |"), ["1", "2"]);
    }

    #[test]
    fn links_and_anchors_are_found() {
        let text = "# Read a `trace`\n[a](b.md#c \"t\") ![d](e.png) `[no](x)`\n[f]: g.md\n## Again\n## Again\n";
        let targets: Vec<_> = links(text).into_iter().map(|link| link.target).collect();
        assert_eq!(targets, ["b.md#c", "e.png", "g.md"]);
        assert_eq!(anchors(text), ["read-a-trace", "again", "again-1"]);
    }
}
