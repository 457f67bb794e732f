//! Fuzzing: the smoke run of every target, the canary, and single targets.

use std::fs;

use super::tools;
use crate::process::Invocation;
use crate::workspace::Workspace;
use crate::{TaskResult, seeds};

/// The target with a planted fault, which must fail.
pub const CANARY: &str = "canary";
/// The target that measures decoding and finds nothing.
const DECODE: &str = "decode";
/// Longest input in bytes.
const LENGTH: &str = "-max_len=1024";
/// Lines that a target prints when it finds a fault, as opposed to a crash of the harness.
const FOUND: [&str; 2] = ["violation at step", "divergence at step"];

/// Returns the targets that are fuzzed: the binaries of the fuzz crate without canary and measurement.
///
/// # Errors
/// Returns a message if there is no fuzz crate, or if it has no target.
pub fn targets(workspace: &Workspace) -> TaskResult<Vec<String>> {
    let member = workspace.fuzz()?;
    let targets = member.binaries.iter().filter(|name| ![CANARY, DECODE].contains(&name.as_str()));
    let targets: Vec<String> = targets.cloned().collect();
    if targets.is_empty() { Err(format!("{} has no fuzz target", member.name)) } else { Ok(targets) }
}

/// Installs the nightly compiler and cargo-fuzz if they are missing.
///
/// # Errors
/// Returns a message if an installation fails.
pub fn prepare(workspace: &Workspace) -> TaskResult<()> {
    tools::install(workspace, "cargo-fuzz", "cargo-fuzz")?;
    tools::toolchain(workspace, "nightly").map(|_| ())
}

/// Settings for fuzzing a target.
#[derive(Debug)]
pub struct Fuzzing<'a> {
    /// The workspace with the fuzz crate.
    pub workspace: &'a Workspace,
    /// Whether the address sanitizer is on.
    pub asan: bool,
    /// Seed of the random numbers; 0 draws new ones.
    pub seed: u64,
}

impl Fuzzing<'_> {
    /// Returns `cargo fuzz` with `command` and the flags of the build.
    fn cargo(&self, command: &[&str], rest: &[String]) -> TaskResult<Invocation> {
        let features = self.workspace.fuzz()?.features.join(",");
        let sanitizer = if self.asan { "address" } else { "none" };
        let mut arguments: Vec<String> =
            ["+nightly", "fuzz"].iter().chain(command).map(|argument| (*argument).to_owned()).collect();
        arguments.extend(["-s", sanitizer, "--debug-assertions"].map(str::to_owned));
        if !features.is_empty() {
            arguments.extend(["--features".to_owned(), features]);
        }
        arguments.extend_from_slice(rest);
        Ok(Invocation::new(&self.workspace.root, "cargo", &arguments))
    }

    /// Builds every target.
    ///
    /// # Errors
    /// Returns a message if one does not compile.
    pub fn build(&self) -> TaskResult<()> {
        self.cargo(&["build"], &[])?.run()
    }

    /// Fuzzes a target for some seconds, starting from its corpus and its seeds.
    ///
    /// # Errors
    /// Returns a message if the target has no seeds, does not compile or finds a fault.
    pub fn run(&self, target: &str, seconds: u64) -> TaskResult<()> {
        let folder = &self.workspace.fuzz()?.folder;
        let corpus = format!("{folder}/corpus/{target}");
        create(self.workspace, &corpus)?;
        let seeds = seeds::choose(&self.workspace.root.join(folder).join("seeds"), target)?;
        let mut rest = vec![corpus, seeds.to_string_lossy().into_owned(), "--".to_owned()];
        rest.extend(self.options(seconds));
        let dictionary = format!("{folder}/dictionaries/{target}.dict");
        if self.workspace.root.join(&dictionary).exists() {
            rest.push(format!("-dict={dictionary}"));
        }
        self.cargo(&["run", target], &rest)?.run()
    }

    /// Minimizes the corpus of a target.
    ///
    /// # Errors
    /// Returns a message if the target does not compile or fails on an entry.
    pub fn minimize(&self, target: &str) -> TaskResult<()> {
        self.cargo(&["cmin", target], &[])?.run()
    }

    fn options(&self, seconds: u64) -> [String; 4] {
        let seed = format!("-seed={}", self.seed);
        [seed, format!("-max_total_time={seconds}"), LENGTH.to_owned(), "-entropic=0".to_owned()]
    }
}

fn create(workspace: &Workspace, folder: &str) -> TaskResult<()> {
    fs::create_dir_all(workspace.root.join(folder)).map_err(|error| format!("{folder}: {error}"))
}

/// Reads a number of an environment variable.
fn variable(name: &str, default: u64) -> TaskResult<u64> {
    match std::env::var(name) {
        Ok(value) => value.parse().map_err(|_| format!("{name}=\"{value}\" is no number of seconds or seed")),
        Err(_) => Ok(default),
    }
}

/// Returns the settings of a CI job: no sanitizer, the same random numbers each time.
fn fixed(workspace: &Workspace) -> TaskResult<Fuzzing<'_>> {
    Ok(Fuzzing { workspace, asan: false, seed: variable("FUZZ_SEED", 1)? })
}

/// Fuzzes each target for an equal share of `FUZZ_SECONDS`.
///
/// # Errors
/// Returns a message that names every target that failed.
pub(super) fn smoke(workspace: &Workspace) -> TaskResult<()> {
    prepare(workspace)?;
    let targets = targets(workspace)?;
    let fuzzing = fixed(workspace)?;
    fuzzing.build()?;
    let number = u64::try_from(targets.len()).unwrap_or(u64::MAX);
    let seconds = variable("FUZZ_SECONDS", 300)?.checked_div(number).unwrap_or(0).saturating_add(1);
    let failed: Vec<String> = targets.into_iter().filter(|target| fuzzing.run(target, seconds).is_err()).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("targets that failed: {}", failed.join(", "))) }
}

/// Fuzzes the canary from nothing until its planted fault is found.
///
/// # Errors
/// Returns a message if the fault is not found in time, or if the target fails for another reason.
pub(super) fn canary(workspace: &Workspace) -> TaskResult<()> {
    prepare(workspace)?;
    let fuzzing = fixed(workspace)?;
    let empty = "target/xtask/canary";
    // It may be left over from an earlier run.
    drop(fs::remove_dir_all(workspace.root.join(empty)));
    create(workspace, empty)?;
    let mut rest = vec![empty.to_owned(), "--".to_owned()];
    rest.extend(fuzzing.options(variable("CANARY_SECONDS", 120)?));
    let (success, text) = fuzzing.cargo(&["run", CANARY], &rest)?.capture()?;
    judge(success, &text)
}

/// Judges the output of the canary: it must fail, and by its planted fault.
fn judge(success: bool, text: &str) -> TaskResult<()> {
    if success {
        return Err("the fuzzer has not found the planted fault".to_owned());
    }
    let mut lines = text.lines().filter(|line| FOUND.iter().any(|found| line.starts_with(found)));
    match lines.next() {
        Some(line) => {
            println!("{line}");
            Ok(())
        }
        None => {
            println!("{text}");
            Err("the canary failed, but not by its planted fault".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{judge, targets};
    use crate::workspace::{Member, Workspace};
    use std::path::PathBuf;

    #[test]
    fn canary_and_measurement_are_not_fuzzed() {
        let workspace = |binaries: &[&str]| Workspace {
            root: PathBuf::new(),
            members: vec![Member {
                fuzz: true,
                binaries: binaries.iter().map(|name| (*name).to_owned()).collect(),
                ..Member::default()
            }],
        };
        assert_eq!(targets(&workspace(&["lockstep", "canary", "decode"])).unwrap(), ["lockstep"]);
        assert!(targets(&workspace(&["canary"])).unwrap_err().contains("no fuzz target"));
    }

    #[test]
    fn the_canary_must_fail_by_its_fault() {
        assert!(judge(true, "").unwrap_err().contains("not found"));
        assert!(judge(false, "error: could not compile").unwrap_err().contains("not by its planted fault"));
        assert_eq!(judge(false, "x\nviolation at step 3\n"), Ok(()));
        assert_eq!(judge(false, "divergence at step 3\n"), Ok(()));
    }
}
