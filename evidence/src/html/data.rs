//! The reports as the HTML edition reads them.

use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;

/// Everything that the pages show.
pub(super) struct Site {
    pub(super) report: ReportData,
    pub(super) requirements: Vec<Topic>,
    pub(super) spaces: Vec<SpaceData>,
    /// The rows of the table of bounds: scenario, contents, bounds.
    pub(super) bounds: Vec<Vec<String>>,
    pub(super) lifecycle_svg: String,
    pub(super) lifecycle_text: String,
    /// Reports that are shown unchanged.
    pub(super) documents: Vec<Document>,
}

/// `properties.json`.
#[derive(Deserialize)]
pub(super) struct ReportData {
    /// The digest of the sources; absent before schema 3.
    #[serde(default)]
    pub(super) rules: Option<String>,
    pub(super) states: u64,
    pub(super) steps: u64,
    pub(super) faults: usize,
    pub(super) properties: Vec<ReportedProperty>,
}

/// A property of the report.
#[derive(Deserialize)]
pub(super) struct ReportedProperty {
    pub(super) id: String,
    pub(super) sentence: String,
    #[serde(default)]
    pub(super) why: String,
    pub(super) topic: String,
    pub(super) about: String,
    pub(super) rules: Vec<String>,
    pub(super) witnesses: u64,
    pub(super) witness: ReportedWitness,
    pub(super) induction: ReportedInduction,
    pub(super) faults: Vec<ReportedFault>,
}

/// The shortest trace that covers the premise of a property.
#[derive(Deserialize)]
pub(super) struct ReportedWitness {
    pub(super) space: String,
    pub(super) trace: Vec<String>,
}

/// The strength of a proof.
#[derive(Deserialize)]
pub(super) struct ReportedInduction {
    pub(super) reach: String,
    #[serde(default)]
    pub(super) helpers: Vec<String>,
}

/// A planted fault that a property notices.
#[derive(Deserialize)]
pub(super) struct ReportedFault {
    pub(super) name: String,
    pub(super) does: String,
    pub(super) meant: bool,
    pub(super) alone: bool,
    pub(super) steps: u32,
}

/// A topic of the specification with its requirements.
pub(super) struct Topic {
    pub(super) name: String,
    pub(super) requirements: Vec<RequirementData>,
}

/// A requirement and its keepers.
pub(super) struct RequirementData {
    pub(super) id: String,
    pub(super) sentence: String,
    pub(super) certainty: String,
    pub(super) properties: Vec<String>,
    pub(super) traces: Vec<String>,
    pub(super) tests: Vec<String>,
    pub(super) reason: String,
}

/// A variant of a scenario and the size of its space.
pub(super) struct SpaceData {
    pub(super) scenario: String,
    pub(super) variant: String,
    pub(super) states: u64,
    pub(super) steps: u64,
    pub(super) depth: u64,
    pub(super) digest: String,
}

/// A report that is shown unchanged.
pub(super) struct Document {
    /// The name of its page, without the ending.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) markdown: String,
}

impl Site {
    /// Reads the reports of a folder.
    ///
    /// # Errors
    /// Returns an error that names the file which is missing or malformed.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let text = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path)
                .map_err(|error| io::Error::other(format!("cannot read {}: {error}", path.display())))
        };
        let malformed = |name: &str, why: &str| io::Error::other(format!("{}: {why}", folder.join(name).display()));
        let report: ReportData = serde_json::from_str(&text("properties.json")?)
            .map_err(|error| malformed("properties.json", &error.to_string()))?;
        let (spaces, bounds) =
            state_spaces(&text("state-space.md")?).map_err(|row| malformed("state-space.md", &unreadable(&row)))?;
        if spaces.is_empty() {
            return Err(malformed("state-space.md", "the table of spaces has no row"));
        }
        let requirements =
            requirements(&text("requirements.md")?).map_err(|row| malformed("requirements.md", &unreadable(&row)))?;
        if requirements.is_empty() {
            return Err(malformed("requirements.md", "no table of requirements"));
        }
        let mut documents = vec![
            document("strength", "Strength of the harness", text("strength.md")?),
            document("coverage", "Coverage of the engine", text("coverage.md")?),
        ];
        documents.extend(servers(&folder.join("servers"))?);
        Ok(Self {
            report,
            requirements,
            spaces,
            bounds,
            lifecycle_svg: text("lifecycle.svg")?,
            lifecycle_text: text("lifecycle.txt")?,
            documents,
        })
    }
}

fn document(name: &str, title: &str, markdown: String) -> Document {
    Document { name: name.to_owned(), title: title.to_owned(), markdown }
}

/// Returns the reports on servers, ordered by name; none if the folder does not exist.
fn servers(folder: &Path) -> io::Result<Vec<Document>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths: Vec<_> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(document(&format!("server-{name}"), &format!("Server {name}"), fs::read_to_string(path)?))
    };
    paths.iter().map(read).collect()
}

/// Returns the cells of a row of a Markdown table, or `None` for other lines.
fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let escaped = inner.replace("\\|", "\u{0}");
    Some(escaped.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect())
}

/// Returns the contents of code spans that are separated by commas.
fn spans(cell: &str) -> Vec<String> {
    cell.split(',').map(|name| name.trim().trim_matches('`').to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Returns the message for a row with unexpected cells.
fn unreadable(row: &str) -> String {
    format!("a row of its table has other cells than expected: {row}")
}

/// Returns whether cells are the head of a table, the rule below the head, or the line of totals.
fn is_head(row: &[String], first: &str) -> bool {
    row.first().is_some_and(|cell| cell == first || cell == "**all**" || cell.starts_with("--"))
}

/// Returns the requirements by topic, or a row that cannot be read as the error.
fn requirements(text: &str) -> Result<Vec<Topic>, String> {
    let mut topics: Vec<Topic> = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## [") {
            let name = heading.split_once(".md]").map_or(heading, |(name, _)| name);
            topics.push(Topic { name: name.to_owned(), requirements: Vec::new() });
        }
        let (Some(topic), Some(row)) = (topics.last_mut(), cells(line)) else { continue };
        if is_head(&row, "id") {
            continue;
        }
        let [id, sentence, certainty, properties, traces, tests, reason] = row.as_slice() else {
            return Err(line.to_owned());
        };
        topic.requirements.push(RequirementData {
            id: id.clone(),
            sentence: sentence.clone(),
            certainty: certainty.clone(),
            properties: spans(properties),
            traces: spans(traces),
            tests: spans(tests),
            reason: reason.clone(),
        });
    }
    topics.retain(|topic| !topic.requirements.is_empty());
    Ok(topics)
}

/// Returns the rows of both tables of `state-space.md`, or a row that cannot be read as the error.
fn state_spaces(text: &str) -> Result<(Vec<SpaceData>, Vec<Vec<String>>), String> {
    let mut spaces = Vec::new();
    let mut bounds = Vec::new();
    for line in text.lines() {
        let Some(row) = cells(line).filter(|row| !is_head(row, "scenario")) else { continue };
        match row.as_slice() {
            [scenario, variant, states, steps, depth, digest, _] => {
                let (Ok(states), Ok(steps), Ok(depth)) = (states.parse(), steps.parse(), depth.parse()) else {
                    return Err(line.to_owned());
                };
                let digest = digest.trim_matches('`').to_owned();
                let (scenario, variant) = (scenario.clone(), variant.clone());
                spaces.push(SpaceData { scenario, variant, states, steps, depth, digest });
            }
            [_, _, _] => bounds.push(row),
            _ => return Err(line.to_owned()),
        }
    }
    Ok((spaces, bounds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_cannot_be_read_is_an_error() {
        let space = "| scenario | variant | a | b | c | d | e |\n|---|---|---|---|---|---|---|\n| s | v | 1 | 2 | 3 | `0` | x |\n";
        assert!(state_spaces(space).is_ok_and(|(spaces, _)| spaces.len() == 1));
        assert!(state_spaces(&space.replace("| 1 |", "| many |")).is_err());
        assert!(state_spaces(&space.replace(" x |", " x | y |")).is_err());
        let topic = "## [a](../spec/a.md)\n| id | a | b | c | d | e | f |\n|--|--|--|--|--|--|--|\n| A1 | s | c | p | t | e | r |\n";
        assert!(requirements(topic).is_ok_and(|topics| topics.len() == 1));
        assert!(requirements(&topic.replace(" r |\n", " r | more |\n")).is_err());
    }
}
