//! Tells the program what it is made of, so that it takes up no results that were found under other rules.

#[path = "src/sources.rs"]
mod sources;

use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    for source in sources::SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    println!("cargo::rerun-if-changed=src/sources.rs");
    println!("cargo::rustc-env=HOLDFAST_RULES={}", sources::digest(Path::new(""), &sources::SOURCES)?);
    Ok(())
}
