//! One report out of the reports of all parts of a log.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The parts that were merged so far.
#[derive(Default)]
struct MergedParts {
    /// The digest and the number of parts, and the report that shows them first.
    of: Option<(String, u64, String)>,
    /// The report of each part.
    names: BTreeMap<u64, String>,
}

/// Merges the JSON reports of all partitions of a log into that of the whole log. The name of a report is for errors.
///
/// # Errors
/// The report and the field that is missing or wrong: the reports are those of every part of one log, judged in one
/// way, each once.
pub fn merge_json(reports: &[(String, Value)]) -> Result<Value, String> {
    let mut payments: Vec<Value> = Vec::new();
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    let mut lacks: Vec<Value> = Vec::new();
    let mut interrupted = false;
    let mut parts = MergedParts::default();
    for (name, report) in reports {
        let wrong = |why: String| format!("{name}: {why}");
        let missing = |field: &str| wrong(format!("`{field}` is missing: expected a report of `--json-to`"));
        payments.extend(report["payments"].as_array().ok_or_else(|| missing("payments"))?.iter().cloned());
        let figures = report["summary"].as_object().ok_or_else(|| missing("summary"))?;
        parts.add(name, figures).map_err(wrong)?;
        for (field, value) in figures {
            if let ("lacks", Some(sentences)) = (field.as_str(), value.as_array()) {
                let new: Vec<Value> = sentences.iter().filter(|it| !lacks.contains(it)).cloned().collect();
                lacks.extend(new);
            } else if let ("interrupted", Some(was)) = (field.as_str(), value.as_bool()) {
                interrupted |= was;
            } else if !matches!(field.as_str(), "exit" | "partition" | "digest" | "lacks") {
                let number = value.as_u64().ok_or_else(|| wrong(format!("`summary.{field}` is no whole number")))?;
                let sum = sums.entry(field).or_default();
                *sum = sum.saturating_add(number);
            }
        }
    }
    let digest = parts.all()?;
    payments.sort_by_key(|verdict| verdict["line"].as_u64());
    let of = |name: &str| sums.get(name).copied().unwrap_or(0);
    let is_complete = lacks.is_empty()
        && !interrupted
        && ["cannot_tell", "events_not_judged", "malformed_lines_left_out"].into_iter().all(|name| of(name) == 0)
        && of("payments_judged") > 0;
    let exit = match (of("impossible"), is_complete) {
        (0, true) => 0,
        (0, false) => 3,
        (_, _) => 1,
    };
    let mut summary = json!({
        "exit": exit, "partition": { "index": 0, "parts": 1 }, "digest": digest, "lacks": lacks,
        "interrupted": interrupted,
    });
    if let Some(map) = summary.as_object_mut() {
        map.extend(sums.into_iter().map(|(name, sum)| (name.to_owned(), sum.into())));
    }
    Ok(json!({ "payments": payments, "summary": summary }))
}

impl MergedParts {
    /// Adds a part of the same log.
    fn add(&mut self, name: &str, figures: &Map<String, Value>) -> Result<(), String> {
        let number = |field: &str| {
            let number = figures.get("partition").and_then(|partition| partition[field].as_u64());
            number.ok_or_else(|| format!("`summary.partition.{field}` is missing: expected a whole number"))
        };
        let (index, parts) = (number("index")?, number("parts")?);
        let digest = match figures.get("digest") {
            Some(Value::String(digest)) => digest.as_str(),
            Some(Value::Null) => {
                let why = "`summary.digest` is null: the audit was interrupted before it had read the log";
                return Err(format!("{why}; judge this part again"));
            }
            _ => return Err("`summary.digest` is missing: expected the digest of the log and the options".to_owned()),
        };
        if index >= parts {
            return Err(format!("`summary.partition.index` is {index}: expected a number below {parts}"));
        }
        let (first_digest, first_parts, first) =
            self.of.get_or_insert_with(|| (digest.to_owned(), parts, name.to_owned()));
        if *first_parts != parts {
            return Err(format!("`summary.partition.parts` is {parts}, and {first_parts} in {first}"));
        }
        if first_digest != digest {
            return Err(format!("`summary.digest` differs from that of {first}: another log or other options"));
        }
        match self.names.insert(index, name.to_owned()) {
            None => Ok(()),
            Some(other) => Err(format!("`summary.partition.index` is {index}, as in {other}: expected each part once")),
        }
    }

    /// Returns the digest if every part is there.
    fn all(self) -> Result<String, String> {
        let (digest, parts, _) = self.of.ok_or("there is no report")?;
        match (0..parts).find(|index| !self.names.contains_key(index)) {
            None => Ok(digest),
            Some(index) => Err(format!("the report of part {index}/{parts} is missing: expected each part once")),
        }
    }
}
