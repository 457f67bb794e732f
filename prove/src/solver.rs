//! The solver: a process that reads SMT-LIB and answers.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::obligation::{Obligations, reachability};

/// The answer to one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SolverAnswer {
    /// No values satisfy the assertions.
    Unsat,
    /// Some values satisfy the assertions.
    Sat,
    /// The solver does not know, or ran out of time.
    Unknown,
}

/// The result of the obligations of one property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SolverProof {
    /// Every question was refuted: proven for all amounts.
    Proven,
    /// The operation, and values from which it breaks the property.
    Broken(String, String),
    /// The question that the solver left open.
    Unknown(String),
}

/// Returns `z3` or `cvc5` from the search path, or `None` if neither is there.
#[must_use]
pub fn find_solver() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    ["z3", "cvc5"]
        .into_iter()
        .find_map(|name| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// Returns everything that the solver prints for the script. It stops after a minute.
///
/// # Errors
/// Returns the reason why the solver could not be run.
fn run_script(solver: &Path, script: &str) -> Result<String, String> {
    let is_cvc5 = solver.file_name().is_some_and(|name| name.to_string_lossy().contains("cvc5"));
    let arguments: &[&str] = if is_cvc5 {
        &["--lang=smt2", "--incremental", "--produce-models", "--tlimit=60000"]
    } else {
        &["-in", "-smt2", "-T:60"]
    };
    let failed = |error: std::io::Error| format!("the solver {} failed: {error}", solver.display());
    let mut child = Command::new(solver)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let script = script.to_owned();
    let input = child.stdin.take();
    let writer = std::thread::spawn(move || input.map_or(Ok(()), |mut input| input.write_all(script.as_bytes())));
    let output = child.wait_with_output().map_err(failed)?;
    // A solver that ends early leaves questions without an answer, which count as unknown.
    let _written = writer.join();
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Asks each question of the script at once; a missing answer is [`SolverAnswer::Unknown`].
fn answers(solver: &Path, obligations: &Obligations, count: usize) -> Result<Vec<SolverAnswer>, String> {
    let text = run_script(solver, &obligations.script())?;
    // An error could leave an assertion out, so nothing that follows is believed.
    let lines = text.lines().take_while(|line| !line.contains("error"));
    let mut found: Vec<_> = lines
        .filter_map(|line| match line.trim() {
            "unsat" => Some(SolverAnswer::Unsat),
            "sat" => Some(SolverAnswer::Sat),
            "unknown" | "timeout" => Some(SolverAnswer::Unknown),
            _ => None,
        })
        .collect();
    found.resize(count, SolverAnswer::Unknown);
    Ok(found)
}

/// Discharges the obligations with the solver.
///
/// # Errors
/// Returns the reason why the solver could not be run.
pub fn prove(solver: &Path, obligations: &Obligations) -> Result<SolverProof, String> {
    let questions = obligations.questions();
    let answers = answers(solver, obligations, questions.len())?;
    if answers.iter().all(|answer| *answer == SolverAnswer::Unsat) {
        return Ok(SolverProof::Proven);
    }
    for ((name, script), answer) in questions.iter().zip(answers) {
        if answer != SolverAnswer::Unsat {
            let text = run_script(solver, script)?;
            return Ok(match text.trim_start().strip_prefix("sat") {
                Some(values) => SolverProof::Broken((*name).to_owned(), nonzero(values)),
                None => SolverProof::Unknown((*name).to_owned()),
            });
        }
    }
    Ok(SolverProof::Unknown("no question".to_owned()))
}

/// Returns whether the solver shows that each operation can happen while everything that is assumed holds.
///
/// # Errors
/// Returns the reason why the solver could not be run.
pub fn no_guard_is_empty(solver: &Path) -> Result<bool, String> {
    let obligations = reachability()?;
    let answers = answers(solver, &obligations, obligations.questions().len())?;
    Ok(answers.iter().all(|answer| *answer == SolverAnswer::Sat))
}

/// Returns the values of a model in words, without those that are zero.
fn nonzero(values: &str) -> String {
    let pairs = values.split('\n').map(|line| line.trim().trim_start_matches('(').trim_end_matches(')'));
    pairs.filter(|pair| !pair.is_empty() && !pair.ends_with(" 0")).collect::<Vec<_>>().join(", ")
}
