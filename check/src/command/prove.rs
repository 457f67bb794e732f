//! `check prove`: money properties for all amounts.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use holdfast_prove::{
    AUXILIARY, LinearProperty, NOT_EXPRESSED, OPERATIONS, PROPERTIES, SolverProof, files, find_solver,
    no_guard_is_empty, obligations, prove,
};
use serde_json::{Value, json};

use super::{CommonOptions, Exit, Failure, Io, writable};
use crate::interrupt::Interrupt;
use crate::table::{counted, labeled};

/// The time between two looks at the interrupt.
const LOOK: Duration = Duration::from_millis(50);

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
    io.interrupt.listen()?;
    let answer = ProveAnswer::of(solver, &io.interrupt)?;
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

/// The proofs by property.
type Proofs = Vec<(&'static str, SolverProof)>;

/// The answer of the command, without proofs if there is no solver.
struct ProveAnswer {
    solver: Option<PathBuf>,
    /// Whether each operation can happen; a guard that nothing meets would prove everything.
    has_full_guards: bool,
    proofs: Proofs,
    interrupted: bool,
}

/// Returns whether each operation can happen, and the proofs.
fn ask(solver: &Path) -> Result<(bool, Proofs), String> {
    let has_full_guards = no_guard_is_empty(solver)?;
    let one = |property: &LinearProperty| Ok((property.name, prove(solver, &obligations(property)?)?));
    let proofs = PROPERTIES.iter().chain([&AUXILIARY]).map(one).collect::<Result<_, String>>()?;
    Ok((has_full_guards, proofs))
}

impl ProveAnswer {
    /// Asks the solver. After an interrupt, the solver is left to its own limit of time, and nothing is proven.
    fn of(solver: Option<PathBuf>, interrupt: &Interrupt) -> Result<Self, Failure> {
        let none = Self { solver: solver.clone(), has_full_guards: false, proofs: Vec::new(), interrupted: false };
        let Some(found) = solver else { return Ok(none) };
        let (sender, answers) = channel();
        std::thread::spawn(move || sender.send(ask(&found)));
        loop {
            if interrupt.is_set() {
                return Ok(Self { interrupted: true, ..none });
            }
            match answers.recv_timeout(LOOK) {
                Ok(Ok((has_full_guards, proofs))) => return Ok(Self { has_full_guards, proofs, ..none }),
                Ok(Err(why)) => return Err(Failure::Usage(why)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::Usage("the questions to the solver have failed; see above".to_owned()));
                }
            }
        }
    }

    /// All are proven together, so one that is not leaves the other ones unproven.
    fn exit(&self) -> Exit {
        if self.proofs.iter().any(|(_, proof)| matches!(proof, SolverProof::Broken(..))) {
            Exit::False
        } else if self.has_full_guards
            && !self.proofs.is_empty()
            && self.proofs.iter().all(|(_, proof)| *proof == SolverProof::Proven)
        {
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
            (Some(_), _) if self.interrupted => {
                (io.style.open("INCOMPLETE:"), "interrupted, so nothing is proven".to_owned())
            }
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
            (Some(_), Exit::False) => (
                io.style.bad("NOT INDUCTIVE:"),
                "an operation of the table breaks a property from values that no history need reach; nothing is proven"
                    .to_owned(),
            ),
            (Some(_), Exit::Incomplete | Exit::Usage) if !self.has_full_guards => (
                io.style.open("INCOMPLETE:"),
                "the solver does not show that each operation can happen, so nothing is proven".to_owned(),
            ),
            (Some(_), Exit::Incomplete | Exit::Usage) => {
                (io.style.open("INCOMPLETE:"), "the solver left a question open, so nothing is proven".to_owned())
            }
        };
        text.push_str(&labeled(&format!("{label} "), &end, width));
        write!(io.out, "{text}")?;
        Ok(())
    }

    fn in_json(&self) -> Value {
        let property = |(name, proof): &(&str, SolverProof)| {
            let is_proven = *proof == SolverProof::Proven && self.exit() == Exit::Fine;
            json!({ "property": name, "proven": is_proven, "words": words(proof) })
        };
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
