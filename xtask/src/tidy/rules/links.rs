//! Links of documents.

use crate::tidy::{Breach, File, Tree, markdown};

/// Finds relative links to missing files, and anchors without a heading.
pub(super) fn broken(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for file in tree.documents() {
        for link in markdown::links(&file.text) {
            if let Some(message) = problem(tree, file, &link.target) {
                found.push(Breach::new(&file.path, format!("{}:{}", file.path, link.line), message));
            }
        }
    }
    found
}

/// Returns the reason why a link does not resolve.
fn problem(tree: &Tree, file: &File, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let path = if path.is_empty() { Some(file.path.clone()) } else { resolve(&file.path, path) };
    let Some(path) = path else { return Some(format!("\"{target}\" leaves the repository")) };
    let folder = format!("{path}/");
    if !path.is_empty() && !tree.paths.iter().any(|known| *known == path || known.starts_with(&folder)) {
        return Some(format!("\"{target}\": there is no {path}"));
    }
    let anchor = anchor?;
    let document = tree.documents().find(|document| document.path == path)?;
    let known = markdown::anchors(&document.text);
    (!known.iter().any(|known| known == anchor)).then(|| format!("\"{target}\": {path} has no heading #{anchor}"))
}

/// Returns the path that `target` names in the document `from`, or `None` if it leaves the repository.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::{places, tree};
    use super::broken;

    #[test]
    fn broken_links_are_found() {
        let text = "# Top\n[a](b.md) [c](b.md#here) [d](../x/lib.rs) [e](#top) [f](https://x.y) [g](../x)\n";
        let wrong = "[a](none.md)\n[b](b.md#gone)\n[c](#gone)\n[d](../../x)\n";
        let files = [("a/good.md", text), ("a/b.md", "## Here\n"), ("x/lib.rs", ""), ("a/wrong.md", wrong)];
        let found = broken(&tree(&files));
        let lines: Vec<_> = places(&found).into_iter().map(|(_, place)| place).collect();
        assert_eq!(lines, ["a/wrong.md:1", "a/wrong.md:2", "a/wrong.md:3", "a/wrong.md:4"]);
    }
}
