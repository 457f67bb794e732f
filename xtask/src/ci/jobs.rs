//! The list of jobs.

use super::{CiJob, JobGroup, features, fuzz, tools};
use crate::process::Invocation;
use crate::workspace::Workspace;
use crate::{TaskResult, tidy};

/// Time limit of the SDK clients, in seconds.
const CLIENTS_SECONDS: &str = "900";
/// Time limit of the page in a browser, in seconds, with the compilation of the program.
const PAGE_SECONDS: &str = "1500";
/// Time limit of the sample merchants, in seconds.
const MERCHANTS_SECONDS: &str = "5400";
/// Configuration of the manual, below the workspace root.
const BOOK: &str = "docs/book.toml";

/// Manifest of the example engine in the manual, below the workspace root.
const OWN_ENGINE: &str = "docs/examples/own-engine/Cargo.toml";

/// Every job, in the order in which they run: those that fail fastest first.
pub(super) const ALL: [CiJob; 23] = [
    CiJob { name: "fmt", statement: "every source file is formatted", group: JobGroup::Quick, run: fmt },
    CiJob {
        name: "tidy",
        statement: "the repository rules hold: lengths, names, citations, prose, links",
        group: JobGroup::Quick,
        run: |workspace| tidy::run(workspace, &[], false),
    },
    CiJob { name: "typos", statement: "no word is misspelled", group: JobGroup::Quick, run: typos },
    CiJob {
        name: "clippy",
        statement: "every target passes clippy without a warning",
        group: JobGroup::Quick,
        run: clippy,
    },
    CiJob {
        name: "docs",
        statement: "the API documentation builds without a warning",
        group: JobGroup::Quick,
        run: docs,
    },
    CiJob { name: "unit", statement: "the unit tests of every library pass", group: JobGroup::QuickOnly, run: unit },
    CiJob { name: "tests", statement: "every unit and integration test passes", group: JobGroup::Full, run: tests },
    CiJob {
        name: "processes",
        statement: "two processes on the loopback interface find what one thread finds",
        group: JobGroup::Full,
        run: processes,
    },
    CiJob {
        name: "watch",
        statement: "a watch that is killed under load loses no event that it acknowledged",
        group: JobGroup::Full,
        run: watch,
    },
    CiJob {
        name: "doctests",
        statement: "every example in the API documentation runs",
        group: JobGroup::Full,
        run: doctests,
    },
    CiJob {
        name: "msrv",
        statement: "every target compiles with the minimum Rust version",
        group: JobGroup::Full,
        run: msrv,
    },
    CiJob {
        name: "features",
        statement: "every combination of features that a crate offers compiles",
        group: JobGroup::Full,
        run: features::check,
    },
    CiJob {
        name: "deny",
        statement: "dependencies have accepted licenses, sources and versions",
        group: JobGroup::Full,
        run: |workspace| deny(workspace, &["bans", "licenses", "sources"]),
    },
    CiJob {
        name: "own-engine",
        statement: "a crate outside of the workspace tests its own engine, and finds three planted mistakes",
        group: JobGroup::Full,
        run: own_engine,
    },
    CiJob { name: "book", statement: "the manual in docs/ builds", group: JobGroup::Full, run: book },
    CiJob {
        name: "exploration",
        statement: "every property holds in every state of the default scenarios",
        group: JobGroup::Full,
        run: exploration,
    },
    CiJob {
        name: "clients",
        statement: "the official SDKs and a headless browser work with the server",
        group: JobGroup::Full,
        run: clients,
    },
    CiJob {
        name: "page",
        statement: "the page of `check web` works in a headless browser, wide, narrow, dark and by keys alone",
        group: JobGroup::Full,
        run: page,
    },
    CiJob {
        name: "merchants",
        statement: "the sample merchants survive a stormy provider, and each of their mistakes is found (takes up to 90 minutes)",
        group: JobGroup::Single,
        run: merchants,
    },
    CiJob {
        name: "fuzz",
        statement: "no fuzz target finds a fault within FUZZ_SECONDS (300 in all) with fixed random numbers",
        group: JobGroup::Full,
        run: fuzz::smoke,
    },
    CiJob {
        name: "canary",
        statement: "the fuzzer finds the planted fault within CANARY_SECONDS (120)",
        group: JobGroup::Full,
        run: fuzz::canary,
    },
    CiJob {
        name: "advisories",
        statement: "no dependency has a known vulnerability (reads a network database)",
        group: JobGroup::Single,
        run: |workspace| deny(workspace, &["advisories"]),
    },
    CiJob {
        name: "publish",
        statement: "each crate that may be published packages and builds alone (reads the registry)",
        group: JobGroup::Single,
        run: publish,
    },
];

/// Returns a cargo step in the workspace root.
fn cargo<S: AsRef<str>>(workspace: &Workspace, arguments: &[S]) -> Invocation {
    Invocation::new(&workspace.root, "cargo", arguments)
}

fn fmt(workspace: &Workspace) -> TaskResult<()> {
    cargo(workspace, &["fmt", "--all", "--check"]).run()
}

fn clippy(workspace: &Workspace) -> TaskResult<()> {
    cargo(workspace, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()
}

fn docs(workspace: &Workspace) -> TaskResult<()> {
    cargo(workspace, &["doc", "--workspace", "--no-deps", "--keep-going"]).env("RUSTDOCFLAGS", "-D warnings").run()
}

fn unit(workspace: &Workspace) -> TaskResult<()> {
    cargo(workspace, &["test", "--workspace", "--lib", "--no-fail-fast"]).run_tests()
}

/// Runs the tests of every target that has any; `doctests` runs the examples of the documentation.
fn tests(workspace: &Workspace) -> TaskResult<()> {
    cargo(workspace, &["test", "--workspace", "--tests", "--no-fail-fast"]).run_tests()
}

/// Runs the tests of the distributed explorer, which no other job compiles.
fn processes(workspace: &Workspace) -> TaskResult<()> {
    cargo(workspace, &["test", "-p", "holdfast-explorer", "--features", "timely", "--no-fail-fast"]).run_tests()?;
    let test = ["test", "-p", "holdfast-check", "--features", "distributed", "--test", "distributed"];
    cargo(workspace, &test).run_tests()
}

/// Runs the tests of `check watch` as a process, which no other job runs.
fn watch(workspace: &Workspace) -> TaskResult<()> {
    cargo(workspace, &["test", "-p", "holdfast-check", "--features", "watch", "--test", "watch"]).run_tests()
}

fn doctests(workspace: &Workspace) -> TaskResult<()> {
    cargo(workspace, &["test", "--workspace", "--doc", "--no-fail-fast"]).run_tests()
}

/// Compiles with the minimum version, which may be the version in use.
fn msrv(workspace: &Workspace) -> TaskResult<()> {
    let mut versions: Vec<&String> = workspace.members.iter().filter_map(|it| it.rust_version.as_ref()).collect();
    versions.sort();
    versions.dedup();
    let [version] = versions.as_slice() else {
        return Err(format!("the crates name {} minimum Rust versions; expected one", versions.len()));
    };
    let check = ["check", "--workspace", "--all-targets"];
    let used = Invocation::new(&workspace.root, "rustc", &["--version"]).output()?;
    if used.strip_prefix("rustc ").is_some_and(|used| used.starts_with(version.as_str())) {
        return cargo(workspace, &check).run();
    }
    let toolchain = tools::toolchain(workspace, version)?;
    cargo(workspace, &[&[toolchain.as_str()], check.as_slice()].concat()).run()
}

fn deny(workspace: &Workspace, checks: &[&str]) -> TaskResult<()> {
    tools::install(workspace, "cargo-deny", "cargo-deny")?;
    cargo(workspace, &[&["deny", "--workspace", "--all-features", "check"], checks].concat()).run()
}

fn typos(workspace: &Workspace) -> TaskResult<()> {
    tools::install(workspace, "typos-cli", "typos")?;
    Invocation::new(&workspace.root, "typos", &["--force-exclude"]).run()
}

/// Tests the example engine of the manual, which is not a member of the workspace.
fn own_engine(workspace: &Workspace) -> TaskResult<()> {
    let manifest = workspace.root.join(OWN_ENGINE);
    let target = workspace.root.join("target/own-engine");
    let arguments = ["test", "--manifest-path", &manifest.to_string_lossy(), "--target-dir", &target.to_string_lossy()];
    cargo(workspace, &arguments).run_tests()
}

fn book(workspace: &Workspace) -> TaskResult<()> {
    if !workspace.root.join(BOOK).exists() {
        println!("there is no {BOOK}: no manual to build");
        return Ok(());
    }
    tools::install(workspace, "mdbook", "mdbook")?;
    let built = workspace.root.join("target/book");
    let (success, text) =
        Invocation::new(&workspace.root, "mdbook", &["build", "docs", "--dest-dir", &built.to_string_lossy()])
            .capture()?;
    print!("{text}");
    let warnings = text.lines().filter(|line| line.contains("WARN") || line.contains("ERROR")).count();
    if success && warnings == 0 { Ok(()) } else { Err(format!("mdbook reports {warnings} warnings or errors")) }
}

/// Explores the default scenarios; a search that reaches its limit is incomplete and fails.
fn exploration(workspace: &Workspace) -> TaskResult<()> {
    cargo(workspace, &["run", "--bin", "check", "--", "--no-progress", "--time-limit", "15m"]).run()
}

fn clients(workspace: &Workspace) -> TaskResult<()> {
    let scripts = workspace.members.iter().map(|member| format!("{}/clients/run", member.folder));
    let script = scripts.into_iter().find(|script| workspace.root.join(script).exists());
    let script = script.ok_or("no crate has a script clients/run")?;
    tools::browser(workspace);
    Invocation::new(&workspace.root, "timeout", &[CLIENTS_SECONDS, script.as_str()]).run()
}

fn page(workspace: &Workspace) -> TaskResult<()> {
    tools::browser(workspace);
    Invocation::new(&workspace.root, "timeout", &[PAGE_SECONDS, "check/web/test/run"]).run()
}

fn merchants(workspace: &Workspace) -> TaskResult<()> {
    let scripts = workspace.members.iter().map(|member| format!("{}/samples/run", member.folder));
    let script = scripts.into_iter().find(|script| workspace.root.join(script).exists());
    let script = script.ok_or("no crate has a script samples/run")?;
    Invocation::new(&workspace.root, "timeout", &[MERCHANTS_SECONDS, script.as_str()]).run()
}

/// Packages each crate whose manifest does not forbid it.
fn publish(workspace: &Workspace) -> TaskResult<()> {
    let mut failed = Vec::new();
    let publishable: Vec<_> = workspace.members.iter().filter(|member| member.publishable).collect();
    println!("crates that may be published: {}", publishable.len());
    for member in publishable {
        if let Err(message) = cargo(workspace, &["publish", "--dry-run", "--locked", "-p", &member.name]).run() {
            failed.push(message);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}
