//! Computes the digest of the sources that decide the result of an exploration, and compiles it into the crate.

#[path = "src/sources.rs"]
mod sources;

use std::io;
use std::path::Path;
use std::process::Command;

fn main() -> io::Result<()> {
    for source in sources::SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    println!("cargo::rerun-if-changed=src/sources.rs");
    println!("cargo::rustc-env=HOLDFAST_RULES={}", sources::digest(Path::new(""), &sources::SOURCES)?);
    println!("cargo::rustc-env=HOLDFAST_COMMIT={}", commit().unwrap_or_else(|| "unknown".to_owned()));
    Ok(())
}

/// Returns the abbreviated id of the checked-out commit, or `None` outside of a Git checkout.
fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
    };
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
    git(&["rev-parse", "--short=10", "HEAD"])
}
