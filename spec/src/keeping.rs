//! The keepers of each requirement: properties, golden traces and tests that cite it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::{cited, not_kept, requirements};

/// The kinds of keepers, in the order of the report's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeeperKind {
    /// A property that the model checker and the harness examine.
    Property,
    /// A golden trace.
    Trace,
    /// A test of the engine.
    EngineTest,
}

impl KeeperKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Property, Self::Trace, Self::EngineTest];
}

/// A named property, trace or test that keeps requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeper {
    /// The kind.
    pub kind: KeeperKind,
    /// The name that the report shows.
    pub name: String,
    /// The requirement ids that it cites.
    pub ids: Vec<String>,
}

/// Returns the keeper for a golden trace: its heading comment is `ids: what it shows.`
///
/// ```
/// let trace = holdfast_spec::golden_trace("x.trace", "# B34, CAP-6: of 1000\n# two are left.\n\ncreate").unwrap();
/// assert_eq!(trace.0.ids, ["B34", "CAP-6"]);
/// assert_eq!(trace.1, "of 1000 two are left");
/// ```
#[must_use]
pub fn golden_trace(file: &str, text: &str) -> Option<(Keeper, String)> {
    let lines = text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
    let heading = lines.collect::<Vec<_>>().join(" ");
    let (ids, shows) = heading.split_once(": ")?;
    let keeper = Keeper { kind: KeeperKind::Trace, name: file.to_owned(), ids: cited(ids) };
    Some((keeper, shows.trim_end_matches('.').to_owned()))
}

/// Returns a keeper for every test of a Rust source file: the ids in the doc comment above `#[test]`.
///
/// ```
/// let tests = holdfast_spec::engine_tests("holds", "/// U9, HOLD-11: the deadline.\n#[test]\nfn deadline() {}\n");
/// assert_eq!(tests[0].name, "holds::deadline");
/// assert_eq!(tests[0].ids, ["U9", "HOLD-11"]);
/// ```
#[must_use]
pub fn engine_tests(module: &str, source: &str) -> Vec<Keeper> {
    let (mut comment, mut is_test, mut found) = (String::new(), false, Vec::new());
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            comment.push_str(text);
        } else if line == "#[test]" {
            is_test = true;
        } else if let Some(name) = line.strip_prefix("fn ") {
            if is_test {
                let name = name.split('(').next().unwrap_or_default();
                let name = format!("{module}::{name}");
                found.push(Keeper { kind: KeeperKind::EngineTest, name, ids: cited(&comment) });
            }
            comment.clear();
            is_test = false;
        } else if !line.starts_with("#[") {
            comment.clear();
        }
    }
    found
}

/// Returns the faults of `keepers`: cited ids that do not exist, requirements that nothing keeps and that
/// `spec/not-kept.md` does not list, and listed requirements that something keeps.
#[must_use]
pub fn gaps(keepers: &[Keeper]) -> Vec<String> {
    let known: BTreeSet<&str> = requirements().iter().map(|row| row.id).collect();
    let excused: BTreeMap<&str, &str> = not_kept().into_iter().collect();
    let kept: BTreeSet<&str> = keepers.iter().flat_map(|keeper| &keeper.ids).map(String::as_str).collect();
    let mut found = Vec::new();
    for keeper in keepers {
        for id in keeper.ids.iter().filter(|id| !known.contains(id.as_str())) {
            found.push(format!("{} cites {id}, which does not exist", keeper.name));
        }
    }
    for id in known {
        match (kept.contains(id), excused.contains_key(id)) {
            (false, false) => found.push(format!("nothing keeps {id}, and spec/not-kept.md does not list it")),
            (true, true) => found.push(format!("{id} is kept, and spec/not-kept.md lists it")),
            _ => {}
        }
    }
    found
}

/// Returns the text of `reports/requirements.md`: every requirement with its keepers, or the reason why nothing keeps
/// it. `command` is the command that writes the file, which the heading names.
#[must_use]
pub fn report(keepers: &[Keeper], command: &str) -> String {
    let excused: BTreeMap<&str, &str> = not_kept().into_iter().collect();
    let mut out = format!(
        "# Requirements\n\nWritten by `{command}`. A test compares the file and fails for a requirement that nothing \
         keeps.\n"
    );
    let mut file = "";
    for row in requirements() {
        if row.file != file {
            file = row.file;
            let _infallible = write!(
                out,
                "\n## [{file}](../spec/{file})\n\n| id | requirement | certainty | properties | golden traces | engine \
                 tests | reason why nothing keeps it |\n|---|---|---|---|---|---|---|\n"
            );
        }
        let _infallible = write!(out, "| {} | {} | {} |", row.id, row.text, row.certainty.words());
        for kind in KeeperKind::ALL {
            let names = keepers
                .iter()
                .filter(|keeper| keeper.kind == kind && keeper.ids.iter().any(|id| id == row.id))
                .map(|keeper| format!("`{}`", keeper.name));
            let _infallible = write!(out, " {} |", names.collect::<Vec<_>>().join(", "));
        }
        let _infallible = writeln!(out, " {} |", excused.get(row.id).unwrap_or(&""));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeper(ids: &[&str]) -> Keeper {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        Keeper { kind: KeeperKind::Property, name: "p".to_owned(), ids }
    }

    /// A keeper of every requirement that `spec/not-kept.md` does not list.
    fn complete() -> Keeper {
        let excused: Vec<&str> = not_kept().into_iter().map(|(id, _)| id).collect();
        let all = requirements();
        keeper(&all.iter().map(|row| row.id).filter(|id| !excused.contains(id)).collect::<Vec<_>>())
    }

    #[test]
    fn complete_keepers_have_no_gaps() {
        assert_eq!(gaps(&[complete()]), Vec::<String>::new());
    }

    #[test]
    fn each_kind_of_gap_is_found() {
        assert_eq!(gaps(&[complete(), keeper(&["B99"])]), ["p cites B99, which does not exist"]);
        assert_eq!(gaps(&[complete(), keeper(&["B13"])]), ["B13 is kept, and spec/not-kept.md lists it"]);
        let mut less = complete();
        less.ids.retain(|id| id != "B34");
        assert_eq!(gaps(&[less]), ["nothing keeps B34, and spec/not-kept.md does not list it"]);
    }

    #[test]
    fn the_report_shows_every_requirement_once() {
        let text = report(&[keeper(&["B34"])], "some command");
        for row in requirements() {
            assert_eq!(text.matches(&format!("\n| {} |", row.id)).count(), 1, "{}", row.id);
        }
        assert!(text.lines().any(|line| line.starts_with("| B34 |") && line.contains("`p`")));
    }
}
