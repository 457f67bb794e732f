//! The list of jobs.

use super::{Group, Job, features, fuzz, tools};
use crate::process::Step;
use crate::workspace::Workspace;
use crate::{Outcome, tidy};

/// Time limit of the SDK clients, in seconds.
const CLIENTS_SECONDS: &str = "900";
/// Configuration of the manual, below the workspace root.
const BOOK: &str = "docs/book.toml";

/// Every job, in the order in which they run: those that fail fastest first.
pub(super) const ALL: [Job; 18] = [
    Job { name: "fmt", claim: "every source file is formatted", group: Group::Quick, run: fmt },
    Job {
        name: "tidy",
        claim: "the repository rules hold: lengths, names, citations, prose, links",
        group: Group::Quick,
        run: |workspace| tidy::run(workspace, &[], false),
    },
    Job { name: "typos", claim: "no word is misspelled", group: Group::Quick, run: typos },
    Job { name: "clippy", claim: "every target passes clippy without a warning", group: Group::Quick, run: clippy },
    Job { name: "docs", claim: "the API documentation builds without a warning", group: Group::Quick, run: docs },
    Job { name: "unit", claim: "the unit tests of every library pass", group: Group::Quick, run: unit },
    Job { name: "tests", claim: "every unit and integration test passes", group: Group::Full, run: tests },
    Job { name: "doctests", claim: "every example in the API documentation runs", group: Group::Full, run: doctests },
    Job { name: "msrv", claim: "every target compiles with the minimum Rust version", group: Group::Full, run: msrv },
    Job {
        name: "features",
        claim: "every combination of features that a crate offers compiles",
        group: Group::Full,
        run: features::check,
    },
    Job {
        name: "deny",
        claim: "dependencies have accepted licenses, sources and versions",
        group: Group::Full,
        run: |workspace| deny(workspace, &["bans", "licenses", "sources"]),
    },
    Job { name: "book", claim: "the manual in docs/ builds", group: Group::Full, run: book },
    Job {
        name: "exploration",
        claim: "every property holds in every state of the default scenarios",
        group: Group::Full,
        run: exploration,
    },
    Job {
        name: "clients",
        claim: "the official SDKs and a headless browser work with the server",
        group: Group::Full,
        run: clients,
    },
    Job {
        name: "fuzz",
        claim: "no fuzz target finds a fault within FUZZ_SECONDS (300 in all) with fixed random numbers",
        group: Group::Full,
        run: fuzz::smoke,
    },
    Job {
        name: "canary",
        claim: "the fuzzer finds the planted fault within CANARY_SECONDS (120)",
        group: Group::Full,
        run: fuzz::canary,
    },
    Job {
        name: "advisories",
        claim: "no dependency has a known vulnerability (reads a network database)",
        group: Group::Single,
        run: |workspace| deny(workspace, &["advisories"]),
    },
    Job {
        name: "publish",
        claim: "each crate that may be published packages and builds alone (reads the registry)",
        group: Group::Single,
        run: publish,
    },
];

/// Returns a cargo step in the workspace root.
fn cargo<S: AsRef<str>>(workspace: &Workspace, arguments: &[S]) -> Step {
    Step::new(&workspace.root, "cargo", arguments)
}

fn fmt(workspace: &Workspace) -> Outcome<()> {
    cargo(workspace, &["fmt", "--all", "--check"]).run()
}

fn clippy(workspace: &Workspace) -> Outcome<()> {
    cargo(workspace, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()
}

fn docs(workspace: &Workspace) -> Outcome<()> {
    cargo(workspace, &["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings").run()
}

fn unit(workspace: &Workspace) -> Outcome<()> {
    cargo(workspace, &["test", "--workspace", "--lib", "--no-fail-fast"]).run()
}

/// Runs the tests of every target that has any; `doctests` runs the examples of the documentation.
fn tests(workspace: &Workspace) -> Outcome<()> {
    cargo(workspace, &["test", "--workspace", "--tests", "--no-fail-fast"]).run()
}

fn doctests(workspace: &Workspace) -> Outcome<()> {
    cargo(workspace, &["test", "--workspace", "--doc", "--no-fail-fast"]).run()
}

/// Compiles with the minimum version, which may be the version in use.
fn msrv(workspace: &Workspace) -> Outcome<()> {
    let mut versions: Vec<&String> = workspace.members.iter().filter_map(|it| it.rust_version.as_ref()).collect();
    versions.sort();
    versions.dedup();
    let [version] = versions.as_slice() else {
        return Err(format!("the crates name {} minimum Rust versions; expected one", versions.len()));
    };
    let check = ["check", "--workspace", "--all-targets"];
    let used = Step::new(&workspace.root, "rustc", &["--version"]).output()?;
    if used.strip_prefix("rustc ").is_some_and(|used| used.starts_with(version.as_str())) {
        return cargo(workspace, &check).run();
    }
    let toolchain = tools::toolchain(workspace, version)?;
    cargo(workspace, &[&[toolchain.as_str()], check.as_slice()].concat()).run()
}

fn deny(workspace: &Workspace, checks: &[&str]) -> Outcome<()> {
    tools::install(workspace, "cargo-deny", "cargo-deny")?;
    cargo(workspace, &[&["deny", "--workspace", "--all-features", "check"], checks].concat()).run()
}

fn typos(workspace: &Workspace) -> Outcome<()> {
    tools::install(workspace, "typos-cli", "typos")?;
    Step::new(&workspace.root, "typos", &["--force-exclude"]).run()
}

fn book(workspace: &Workspace) -> Outcome<()> {
    if !workspace.root.join(BOOK).exists() {
        println!("there is no {BOOK}: no manual to build");
        return Ok(());
    }
    tools::install(workspace, "mdbook", "mdbook")?;
    let built = workspace.root.join("target/book");
    let (success, text) =
        Step::new(&workspace.root, "mdbook", &["build", "docs", "--dest-dir", &built.to_string_lossy()]).capture()?;
    print!("{text}");
    let warnings = text.lines().filter(|line| line.contains("WARN") || line.contains("ERROR")).count();
    if success && warnings == 0 { Ok(()) } else { Err(format!("mdbook reports {warnings} warnings or errors")) }
}

/// Explores the default scenarios; a search that reaches its limit is incomplete and fails.
fn exploration(workspace: &Workspace) -> Outcome<()> {
    cargo(workspace, &["run", "--bin", "check", "--", "--no-progress", "--time-limit", "15m"]).run()
}

fn clients(workspace: &Workspace) -> Outcome<()> {
    let scripts = workspace.members.iter().map(|member| format!("{}/clients/run", member.folder));
    let script = scripts.into_iter().find(|script| workspace.root.join(script).exists());
    let script = script.ok_or("no crate has a script clients/run")?;
    tools::browser(workspace);
    Step::new(&workspace.root, "timeout", &[CLIENTS_SECONDS, script.as_str()]).run()
}

fn publish(workspace: &Workspace) -> Outcome<()> {
    let mut failed = Vec::new();
    for member in workspace.members.iter().filter(|member| member.publishable) {
        if let Err(message) = cargo(workspace, &["publish", "--dry-run", "--locked", "-p", &member.name]).run() {
            failed.push(message);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}
