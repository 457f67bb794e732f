//! `check prove`: money properties for all amounts.

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_prove::{
    AUXILIARY, NOT_EXPRESSED, OPERATIONS, PROPERTIES, SolverProof, files, find_solver, no_guard_is_empty, obligations,
    prove,
};
use serde_json::{Value, json};

use super::{CommonOptions, Exit, Failure, Io, writable};
use crate::table::{counted, labeled};

/// The basis of the proof, which the summary states.
const BASIS: &str = "the table of operations in prove/src/table.rs, over unbounded integers; that each step of the model \
                     is one of them is tested, not proven; the shares of a refund are bounded, not rounded";

/// Discharges every obligation with a solver, and writes the files of the proof if `smt` names a folder.
pub(super) fn run(
    solver: Option<&Path>,
    smt: Option<&Path>,
    options: &CommonOptions,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    if let Some(folder) = smt {
        write_files(folder)?;
    }
    let solver = match solver {
        Some(named) => Some(located(named)?),
        None => find_solver(),
    };
    let answer = ProveAnswer::of(solver)?;
    if options.json {
        writeln!(io.out, "{:#}", answer.in_json())?
    } else {
        answer.say(io)?
    }
    Ok(answer.exit())
}

fn write_files(folder: &Path) -> Result<(), Failure> {
    writable::folder(folder)?;
    for (name, text) in files().map_err(Failure::Usage)? {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| Failure::Usage(format!("cannot write {}: {error}", path.display())))?;
    }
    Ok(())
}

/// Returns the file of a solver that is named by its path or by its name on the search path.
fn located(named: &Path) -> Result<PathBuf, Failure> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).filter(|_| named.components().count() == 1);
    std::iter::once(named.to_owned())
        .chain(folders.map(|folder| folder.join(named)))
        .find(|file| file.is_file())
        .ok_or_else(|| {
            Failure::Usage(format!("--solver: {} is no file; expected the path of z3 or cvc5", named.display()))
        })
}

/// The proofs by property, none without a solver.
struct ProveAnswer {
    solver: Option<PathBuf>,
    /// Whether each operation can happen; a guard that nothing meets would prove everything.
    has_full_guards: bool,
    proofs: Vec<(&'static str, SolverProof)>,
}

impl ProveAnswer {
    fn of(solver: Option<PathBuf>) -> Result<Self, Failure> {
        let Some(found) = &solver else { return Ok(Self { solver, has_full_guards: false, proofs: Vec::new() }) };
        let has_full_guards = no_guard_is_empty(found).map_err(Failure::Usage)?;
        let mut proofs = Vec::new();
        for property in PROPERTIES.iter().chain([&AUXILIARY]) {
            let asked = obligations(property).and_then(|obligations| prove(found, &obligations));
            proofs.push((property.name, asked.map_err(Failure::Usage)?));
        }
        Ok(Self { solver, has_full_guards, proofs })
    }

    /// All are proven together, so one that is not leaves the other ones unproven.
    fn exit(&self) -> Exit {
        if self.proofs.iter().any(|(_, proof)| matches!(proof, SolverProof::Broken(..))) {
            Exit::False
        } else if self.has_full_guards && self.proofs.iter().all(|(_, proof)| *proof == SolverProof::Proven) {
            Exit::Fine
        } else {
            Exit::Incomplete
        }
    }

    fn say(&self, io: &mut Io<'_>) -> Result<(), Failure> {
        let width = io.style.width;
        let mut text = labeled("rests on   ", BASIS, width);
        for (name, proof) in &self.proofs {
            text.push_str(&labeled(&format!("{name:<34} "), &words(proof), width));
        }
        let left = NOT_EXPRESSED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        text.push_str(&labeled("not asked  ", &left, width));
        let (label, end) = match (&self.solver, self.exit()) {
            (None, _) => (
                io.style.open("INCOMPLETE:"),
                "no solver: put z3 or cvc5 on the search path, or name one with --solver".to_owned(),
            ),
            (Some(_), Exit::Fine) => (
                io.style.good("OK:"),
                format!(
                    "{} and the auxiliary facts hold for all amounts and histories of any length, by {}.",
                    counted(PROPERTIES.len(), "property"),
                    counted(OPERATIONS.len(), "operation")
                ),
            ),
            (Some(_), Exit::False) => (io.style.bad("FALSE:"), "an operation breaks a property".to_owned()),
            (Some(_), Exit::Incomplete | Exit::Usage) => {
                (io.style.open("INCOMPLETE:"), "the solver left a question open, so nothing is proven".to_owned())
            }
        };
        text.push_str(&labeled(&format!("{label} "), &end, width));
        write!(io.out, "{text}")?;
        Ok(())
    }

    fn in_json(&self) -> Value {
        let property = |(name, proof): &(&str, SolverProof)| json!({ "property": name, "proven": *proof == SolverProof::Proven && self.exit() == Exit::Fine, "words": words(proof) });
        let left = |(name, reason): &(&str, &str)| json!({ "property": name, "reason": reason });
        json!({
            "schema": "holdfast/prove/1",
            "exit": self.exit().code(),
            "solver": self.solver.as_ref().map(|solver| solver.display().to_string()),
            "rests_on": BASIS,
            "properties": self.proofs.iter().map(property).collect::<Vec<_>>(),
            "not_expressed": NOT_EXPRESSED.iter().map(left).collect::<Vec<_>>(),
        })
    }
}

fn words(proof: &SolverProof) -> String {
    match proof {
        SolverProof::Proven => "kept by every operation, for all amounts".to_owned(),
        SolverProof::Broken(operation, values) => format!("broken by {operation:?} from {values}"),
        SolverProof::Unknown(operation) => format!("not proven: the solver has no answer about {operation:?}"),
    }
}
