//! `check coverage` and `check seeds`: the share of the explorers' transitions that is driven through the engine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use holdfast_harness::choices::Bytes;
use holdfast_harness::coverage::{Coverage, Why};
use holdfast_harness::generator::{Bias, Sequence};
use holdfast_harness_engine::EngineSubject;
use holdfast_model::trace::Script;
use holdfast_model::{Config, Dialect};
use holdfast_properties::AbstractTransition;
use serde_json::{Value, json};

use super::{CommonOptions, Exit, Failure, Io, writable};
use crate::table::counted;

/// Arguments of `check coverage`.
#[derive(Debug, clap::Args)]
pub(super) struct CoverageArgs {
    /// Files and folders of the fuzzers' corpus; the name of a folder of the hostile target ends in `_hostile`
    #[arg(required = true)]
    corpus: Vec<PathBuf>,
    /// JSON file of the abstract transitions that the explorers found
    #[arg(long, value_name = "FILE", default_value = "reports/transitions.json")]
    transitions: PathBuf,
    /// Write the report into this file, such as reports/coverage.md
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Write a small subset of the entries with the same coverage into this folder
    #[arg(long, value_name = "FOLDER")]
    distil: Option<PathBuf>,
}

pub(super) fn run(args: &CoverageArgs, options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    if let Some(file) = &args.to {
        writable::file(file)?;
    }
    if let Some(folder) = &args.distil {
        writable::folder(folder)?;
    }
    io.interrupt.listen()?;
    let entries = entries(&args.corpus)?;
    let mut coverage = known(&args.transitions)?;
    let mut subject = EngineSubject::default();
    let (mut failing, mut inputs, mut driven) = (0_usize, 0_usize, 0_usize);
    for (path, bias, bytes) in &entries {
        if io.interrupt.is_set() {
            return interrupted(&coverage, (driven, entries.len(), inputs, failing), options, io);
        }
        driven = driven.saturating_add(1);
        let (drive, _) = coverage.drive(&mut subject, &mut Bytes::new(bytes), *bias);
        inputs = inputs.saturating_add(drive.sequence.inputs.len());
        if !drive.verdict.agrees() {
            failing = failing.saturating_add(1);
            writeln!(io.err, "{}: {}", path.display(), drive.verdict)?;
        }
    }
    if let Some(folder) = &args.distil {
        let kept = distil(&args.transitions, &entries, folder)?;
        writeln!(io.err, "{} in {}", counted(kept, "file"), folder.display())?;
    }
    let missing = coverage.missing(&mut subject);
    for (transition, _, why) in &missing {
        if let Why::Failed(verdict) = why {
            failing = failing.saturating_add(1);
            writeln!(io.err, "the shortest path to {}: {verdict}", transition.name())?;
        }
    }
    if io.interrupt.is_set() {
        return interrupted(&coverage, (driven, entries.len(), inputs, failing), options, io);
    }
    let text = in_words(&coverage, &missing, entries.len(), inputs);
    if let Some(file) = &args.to {
        write(file, text.as_bytes())?;
    }
    let is_complete = !entries.is_empty() && missing.iter().all(|(_, _, why)| !why.is_missing());
    let exit = match failing {
        0 if is_complete => Exit::Fine,
        0 => Exit::Incomplete,
        _ => Exit::False,
    };
    if options.json {
        let (missed, rest): (Vec<_>, Vec<_>) = missing.iter().partition(|(_, _, why)| why.is_missing());
        let excused = rest.iter().filter(|(_, _, why)| !matches!(why, Why::Failed(_)));
        let missed: Vec<Value> = missed.iter().map(|(transition, _, _)| json!(transition.name())).collect();
        let answer = json!({
            "exit": exit.code(), "entries": entries.len(), "inputs": inputs, "covered": coverage.covered().count(), "missing": missed,
            "not_asked": excused.count(), "beyond": coverage.beyond(), "failing": failing, "interrupted": false,
        });
        writeln!(io.out, "{answer:#}")?;
    } else {
        write!(io.out, "{text}")?;
    }
    Ok(exit)
}

/// Prints the coverage of the entries before the interrupt. The missing transitions are then unknown.
fn interrupted(
    coverage: &Coverage,
    (driven, entries, inputs, failing): (usize, usize, usize, usize),
    options: &CommonOptions,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let exit = if failing > 0 { Exit::False } else { Exit::Incomplete };
    let covered = coverage.covered().count();
    if options.json {
        let answer = json!({
            "exit": exit.code(), "entries": driven, "inputs": inputs, "covered": covered, "missing": null,
            "not_asked": null, "beyond": coverage.beyond(), "failing": failing, "interrupted": true,
        });
        writeln!(io.out, "{answer:#}")?;
        return Ok(exit);
    }
    let word = io.style.open("INCOMPLETE");
    let covered = counted(covered, "abstract transition");
    writeln!(
        io.out,
        "{word}: interrupted after {driven} of {entries} entries, which cover {covered}; no report was written."
    )?;
    Ok(exit)
}

/// Writes the shortest paths of the explorers as a first corpus.
pub(super) fn seeds(to: &Path, transitions: &Path, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let coverage = known(transitions)?;
    writable::folder(to)?;
    let mut written = 0_usize;
    for (transition, bytes) in coverage.seeds() {
        write(&to.join(format!("{:06x}", transition.bits())), &bytes)?;
        written = written.saturating_add(1);
    }
    writeln!(io.out, "{} in {}", counted(written, "seed"), to.display())?;
    Ok(Exit::Fine)
}

/// Reads the transitions of the explorers from their report.
fn known(file: &Path) -> Result<Coverage, Failure> {
    let wrong = |why: String| Failure::Usage(format!("{}: {why}; `check report` writes it", file.display()));
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let report: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let list = report.get("transitions").and_then(Value::as_array);
    let list = list.ok_or_else(|| wrong("it has no list `transitions`".to_owned()))?;
    let config = Config { dialect: Dialect { confirm_limit: 2, ..Dialect::default() }, ..Config::default() };
    let read = |entry: &Value| {
        let name = entry.get("name")?.as_str()?;
        let lines: Vec<&str> = entry.get("trace")?.as_array()?.iter().filter_map(Value::as_str).collect();
        let script = Script::parse(&lines.join("\n")).ok()?;
        let inputs = script.inputs().collect();
        Some((AbstractTransition::from_name(name)?, Sequence { config, inputs }))
    };
    let known = list
        .iter()
        .map(|entry| read(entry).ok_or_else(|| wrong(format!("an entry is not understood: {}", entry["name"]))));
    let known = known.collect::<Result<Vec<_>, _>>()?;
    if known.is_empty() {
        return Err(wrong("its list `transitions` is empty".to_owned()));
    }
    Ok(Coverage::of(known))
}

type CorpusEntry = (PathBuf, Bias, Vec<u8>);

/// Every entry of the corpus, in order.
fn entries(corpus: &[PathBuf]) -> Result<Vec<CorpusEntry>, Failure> {
    let mut entries = Vec::new();
    for path in corpus {
        let wrong = |error: std::io::Error| Failure::Usage(format!("{}: {error}", path.display()));
        let is_hostile = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with("_hostile"));
        let bias = if is_hostile { Bias::Hostile } else { Bias::Friendly };
        let mut files = if path.is_dir() {
            let listed: Result<Vec<_>, _> =
                fs::read_dir(path).map_err(wrong)?.map(|it| it.map(|it| it.path())).collect();
            listed.map_err(wrong)?
        } else {
            vec![path.clone()]
        };
        files.retain(|file| !file.is_dir());
        files.sort();
        for file in files {
            let bytes = fs::read(&file).map_err(|error| Failure::unreadable(&file.display(), &error))?;
            entries.push((file, bias, bytes));
        }
    }
    Ok(entries)
}

/// Writes the entries that add coverage, the longest first; hostile ones into a separate folder.
fn distil(transitions: &Path, entries: &[CorpusEntry], folder: &Path) -> Result<usize, Failure> {
    let mut sorted: Vec<&CorpusEntry> = entries.iter().collect();
    sorted.sort_by_key(|(path, _, bytes)| (std::cmp::Reverse(bytes.len().min(640)), path.clone()));
    let mut subject = EngineSubject::default();
    let mut coverage = known(transitions)?;
    let mut kept = 0_usize;
    for (_, bias, bytes) in sorted {
        let (_, first) = coverage.drive(&mut subject, &mut Bytes::new(bytes), *bias);
        if first == 0 {
            continue;
        }
        kept = kept.saturating_add(1);
        let into = match bias {
            Bias::Friendly => folder.join("lockstep"),
            Bias::Hostile => folder.join("lockstep_hostile"),
        };
        write(&into.join(format!("{kept:04}")), bytes)?;
    }
    Ok(kept)
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, bytes));
    written.map_err(|error| Failure::Usage(format!("cannot write {}: {error}", file.display())))
}

type MissedTransition<'a> = (AbstractTransition, &'a Sequence, Why);

fn in_words(coverage: &Coverage, missing: &[MissedTransition<'_>], entries: usize, inputs: usize) -> String {
    let covered = coverage.covered().count();
    let missed = || missing.iter().filter(|(_, _, why)| why.is_missing());
    let failed = missing.iter().filter(|(_, _, why)| matches!(why, Why::Failed(_))).count();
    let wanted = covered.saturating_add(missed().count()).saturating_add(failed);
    let mut text = format!(
        "# Coverage of the model by the engine\n\n\
         Of {wanted} abstract transitions that the explorers found and whose shortest path consists of requests that an engine can get, \
         **{covered}** are driven through the engine in lockstep with the model, by {entries} entries with {inputs} \
         inputs.\n\
         {} more occurred that the explorers, with narrower bounds, did not find.\n",
        coverage.beyond(),
    );
    if failed > 0 {
        text.push_str(&format!("**The engine fails on the path to {failed} of them.**\n"));
    }
    let mut table = |heading: &str, reasons: &[(Why, &str)]| {
        text.push_str(&format!("\n{heading}\n\n| transitions | why |\n|---|---|\n"));
        for (reason, words) in reasons {
            let count = missing.iter().filter(|(_, _, why)| why == reason).count();
            text.push_str(&format!("| {count} | {words} |\n"));
        }
    };
    table("Not counted, because the port cannot express their shortest path:", &Why::NOT_ASKED);
    table("Missing:", &Why::MISSING);
    if missed().count() == 0 {
        return text;
    }
    text.push_str("\n## Missing\n\n| transition | a way there |\n|---|---|\n");
    let rows: BTreeMap<String, String> = missed()
        .map(|(transition, way, _)| {
            let way: Vec<String> = way.inputs.iter().map(|input| format!("`{input}`")).collect();
            (transition.name(), way.join(", "))
        })
        .collect();
    for (name, way) in rows {
        text.push_str(&format!("| {name} | {way} |\n"));
    }
    text
}
