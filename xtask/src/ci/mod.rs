//! The CI jobs: each checks one statement about the project, and one command runs it alone.

mod features;
pub mod fuzz;
mod jobs;
mod tools;

use std::time::{Duration, Instant};

use crate::TaskResult;
use crate::workspace::Workspace;

/// The groups that run a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobGroup {
    /// `ci quick` and `ci full`.
    Quick,
    /// `ci quick` only: a slower job of `ci full` covers it.
    QuickOnly,
    /// `ci full` only.
    Full,
    /// Neither: it needs a network database, and runs as a job of its own.
    Single,
}

/// A CI job.
#[derive(Clone, Copy, Debug)]
pub struct CiJob {
    /// Its name on the command line and in the workflow.
    pub name: &'static str,
    /// The statement that holds if the job passes.
    pub statement: &'static str,
    /// The groups that run it.
    pub group: JobGroup,
    /// The function that runs the job.
    pub run: fn(&Workspace) -> TaskResult<()>,
}

/// The result and the duration of a job.
#[derive(Clone, Debug)]
struct Ended {
    name: &'static str,
    duration: Duration,
    result: TaskResult<()>,
}

/// Returns the list of jobs with their statements.
#[must_use]
pub fn list() -> String {
    let line = |job: &CiJob| {
        let group = match job.group {
            JobGroup::Quick => "quick, full",
            JobGroup::QuickOnly => "quick",
            JobGroup::Full => "full",
            JobGroup::Single => "by name",
        };
        format!("{:12} {:12} {}\n", job.name, group, job.statement)
    };
    jobs::ALL.iter().map(line).collect()
}

/// Runs the named jobs or groups, and prints a table of the results.
///
/// A failed job does not stop the others, unless `fail_fast` is set.
///
/// # Errors
/// Returns a message if a name is unknown or a job fails.
pub fn run(workspace: &Workspace, names: &[String], fail_fast: bool) -> TaskResult<()> {
    let chosen = choose(names)?;
    let mut ended = Vec::new();
    for job in chosen {
        println!("\n== {}: {}", job.name, job.statement);
        let start = Instant::now();
        let result = (job.run)(workspace);
        let duration = start.elapsed();
        match &result {
            Ok(()) => println!("== {} passed in {}", job.name, shown(duration)),
            Err(message) => println!("== {} FAILED in {}: {message}", job.name, shown(duration)),
        }
        let failed = result.is_err();
        ended.push(Ended { name: job.name, duration, result });
        if failed && fail_fast {
            break;
        }
    }
    println!("{}\n{}", details(&ended), table(&ended));
    let failed: Vec<&str> = ended.iter().filter(|job| job.result.is_err()).map(|job| job.name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("failed jobs: {}", failed.join(", "))) }
}

/// Returns the jobs that `names` select, each once, in the order of the list.
fn choose(names: &[String]) -> TaskResult<Vec<&'static CiJob>> {
    let known = |name: &str| matches!(name, "quick" | "full") || jobs::ALL.iter().any(|job| job.name == name);
    if let Some(name) = names.iter().find(|name| !known(name)) {
        let jobs: Vec<&str> = jobs::ALL.iter().map(|job| job.name).collect();
        return Err(format!("unknown job \"{name}\"; expected quick, full or one of {}", jobs.join(", ")));
    }
    let wanted = |job: &&CiJob| {
        names.iter().any(|name| match name.as_str() {
            "quick" => matches!(job.group, JobGroup::Quick | JobGroup::QuickOnly),
            "full" => matches!(job.group, JobGroup::Quick | JobGroup::Full),
            name => job.name == name,
        })
    };
    Ok(jobs::ALL.iter().filter(wanted).collect())
}

/// Returns what each failed job said beyond the first line, so that the end of a long output names what broke.
fn details(ended: &[Ended]) -> String {
    let of = |job: &Ended| {
        let (_, rest) = job.result.as_ref().err()?.split_once('\n')?;
        Some(format!("\n== {} failed:\n{rest}\n", job.name))
    };
    ended.iter().filter_map(of).collect()
}

/// Returns one row a job: name, verdict, duration, and the command that repeats a failed one.
fn table(ended: &[Ended]) -> String {
    let row = |job: &Ended| match &job.result {
        Ok(()) => format!("{:12} passed  {:>8}\n", job.name, shown(job.duration)),
        Err(message) => {
            let first = message.lines().next().unwrap_or_default();
            format!("{:12} FAILED  {:>8}  cargo xtask ci {}  ({first})\n", job.name, shown(job.duration), job.name)
        }
    };
    ended.iter().map(row).collect()
}

fn shown(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, rest) = (seconds.checked_div(60).unwrap_or(0), seconds.checked_rem(60).unwrap_or(0));
    if minutes == 0 { format!("{rest}s") } else { format!("{minutes}m {rest:02}s") }
}

#[cfg(test)]
mod tests {
    use super::{Ended, JobGroup, choose, details, jobs, list, shown, table};
    use crate::workspace::Workspace;
    use std::time::Duration;

    fn names(wanted: &[&str]) -> Vec<&'static str> {
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        choose(&wanted).unwrap().into_iter().map(|job| job.name).collect()
    }

    #[test]
    fn groups_and_names_select_jobs() {
        assert!(names(&["quick"]).contains(&"fmt") && !names(&["quick"]).contains(&"exploration"));
        let full = names(&["full"]);
        assert!(names(&["quick"]).contains(&"unit") && full.contains(&"tests") && !full.contains(&"unit"));
        assert!(full.contains(&"exploration") && full.contains(&"canary") && !full.contains(&"advisories"));
        assert_eq!(names(&["clippy", "fmt", "fmt"]), ["fmt", "clippy"]);
        let error = choose(&["cilppy".to_owned()]).unwrap_err();
        assert!(error.contains("unknown job \"cilppy\"") && error.contains("clippy"), "{error}");
    }

    #[test]
    fn the_table_says_how_to_repeat_a_failed_job() {
        let ended = |name, result| Ended { name, duration: Duration::from_secs(61), result };
        let text = table(&[ended("fmt", Ok(())), ended("tests", Err("2 failed\nmore".to_owned()))]);
        assert!(text.contains("fmt          passed    1m 01s\n"), "{text}");
        assert!(text.contains("tests        FAILED    1m 01s  cargo xtask ci tests  (2 failed)\n"), "{text}");
        assert_eq!(shown(Duration::from_secs(59)), "59s");
        let said = details(&[ended("fmt", Ok(())), ended("tests", Err("2 failed\n    a\n    b".to_owned()))]);
        assert_eq!(said, "\n== tests failed:\n    a\n    b\n");
    }

    #[test]
    fn every_job_is_listed_once() {
        let list = list();
        assert_eq!(list.lines().count(), jobs::ALL.len());
        for job in &jobs::ALL {
            assert!(list.contains(job.statement), "{}", job.name);
            assert_eq!(jobs::ALL.iter().filter(|other| other.name == job.name).count(), 1, "{}", job.name);
        }
        assert!(jobs::ALL.iter().any(|job| job.group == JobGroup::Single));
    }

    #[test]
    fn the_workflow_runs_every_job() {
        let workflow = Workspace::load().unwrap().read(".github/workflows/ci.yml").unwrap();
        let listed: Vec<&str> = workflow.lines().filter_map(|line| line.strip_prefix("          - ")).collect();
        let nightly = Workspace::load().unwrap().read(".github/workflows/nightly.yml").unwrap();
        for job in jobs::ALL.iter().filter(|job| job.group != JobGroup::QuickOnly) {
            let is_nightly = nightly.contains(&format!("cargo xtask ci {}\n", job.name));
            assert!(listed.contains(&job.name) || is_nightly, "{} is missing in ci.yml and nightly.yml", job.name);
        }
        assert!(listed.iter().all(|name| jobs::ALL.iter().any(|job| job.name == *name)), "{listed:?}");
    }
}
