//! The digest of the sources that decide the result of an exploration.
//!
//! The build script computes it, so a program knows the sources that it was compiled from. Comments and white space do
//! not count.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders of the model, the properties, the scenarios and the explorers, relative to this crate.
pub(crate) const SOURCES: [&str; 4] = ["../model/src", "../properties/src", "../scenarios/src", "../explorer/src"];

/// Returns the digest of `sources`, by names and code, in an order that does not depend on the file system.
///
/// # Errors
/// Returns an error if a source cannot be read.
pub(crate) fn digest(folder: &Path, sources: &[&str]) -> io::Result<String> {
    let mut files = Vec::new();
    for source in sources {
        collect(folder, Path::new(source), &mut files)?;
    }
    files.sort();
    let mut digest = Fnv::new();
    for file in files {
        digest.take(file.to_string_lossy().replace('\\', "/").as_bytes());
        digest.take(code(&fs::read_to_string(folder.join(&file))?).as_bytes());
    }
    Ok(format!("{:016x}", digest.0))
}

/// Collects every Rust file below `source` except tests.
fn collect(folder: &Path, source: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if source.file_stem().is_some_and(|stem| stem == "tests") {
        return Ok(());
    }
    if !folder.join(source).is_dir() {
        if source.extension().is_some_and(|extension| extension == "rs") {
            files.push(source.to_owned());
        }
        return Ok(());
    }
    for entry in fs::read_dir(folder.join(source))? {
        collect(folder, &source.join(entry?.file_name()), files)?;
    }
    Ok(())
}

/// Returns the lines of a file without indentation, except empty lines and lines that contain only a comment.
///
/// A comment after code counts as code, and so does a line of a string.
fn code(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The hash FNV-1a, which does not depend on the compiler.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds a text and its length, so that the boundary between two texts makes a difference.
    fn take(&mut self, text: &[u8]) {
        for byte in (text.len() as u64).to_le_bytes().iter().chain(text) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_was_compiled_from_the_current_sources() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(digest(here, &SOURCES).unwrap(), env!("HOLDFAST_RULES"));
    }

    #[test]
    fn names_and_code_count_and_tests_and_comments_do_not() {
        let folder = std::env::temp_dir().join(format!("holdfast-sources-{}", std::process::id()));
        let _absent = fs::remove_dir_all(&folder);
        let write = |file: &str, text: &str| {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let now = || digest(&folder, &["model", "space.rs"]).unwrap();
        write("model/rule.rs", "/// Why.\nfn a() {\n    a <= b\n}");
        write("space.rs", "");
        let first = now();
        assert_eq!(first, now());

        for (file, text) in [
            ("model/tests.rs", "no rule"),
            ("model/tests/more.rs", "no rule"),
            ("model/notes.md", "no rule"),
            ("elsewhere.rs", "no rule"),
            ("model/rule.rs", "/// Another reason.\n\n  fn a() {\n  // Here.\n  a <= b\n}\n"),
        ] {
            write(file, text);
            assert_eq!(first, now(), "{file}");
        }
        let mut seen = vec![first];
        for (file, text) in [
            ("model/rule.rs", "a < b"),
            ("model/rule.rs", ""),
            ("space.rs", "a < b"),
            ("model/deep/rule.rs", ""),
            ("model/deep/other.rs", ""),
        ] {
            write(file, text);
            assert!(!seen.contains(&now()), "{file} with `{text}`");
            seen.push(now());
        }
        fs::remove_dir_all(&folder).unwrap();
        assert!(digest(&folder, &["space.rs"]).is_err(), "a missing source is an error, not an empty source");
    }
}
