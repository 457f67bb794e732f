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

/// Returns the lines of a file without indentation, except empty lines, lines that contain only a comment, and items for
/// tests alone.
///
/// A comment after code counts as code, and so does a line of a string.
fn code(text: &str) -> String {
    let mut lines = text.lines();
    let mut kept = Vec::new();
    while let Some(line) = lines.next() {
        let word = line.trim();
        if word == "#[cfg(test)]" {
            skip_item(&mut lines);
        } else if !word.is_empty() && !word.starts_with("//") {
            kept.push(word);
        }
    }
    kept.join("\n")
}

/// Skips the item after an attribute: one declaration, or a block that ends at the indentation of its first line.
fn skip_item<'a>(lines: &mut impl Iterator<Item = &'a str>) {
    let is_attribute = |line: &&str| line.trim_start().starts_with("#[");
    let Some(head) = lines.find(|line| !is_attribute(line)) else { return };
    if head.trim_end().ends_with('{') {
        let indentation = head.len().saturating_sub(head.trim_start().len());
        let end = format!("{}}}", " ".repeat(indentation));
        lines.find(|line| line.trim_end() == end);
    }
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
            ("model/rule.rs", "#[cfg(test)]\nmod tests;\n\nfn a() {\n    a <= b\n}"),
            (
                "model/rule.rs",
                "#[cfg(test)]\n#[expect(x)]\nmod tests {\n    fn b() {\n    }\n}\nfn a() {\n    a <= b\n}",
            ),
        ] {
            write(file, text);
            assert_eq!(first, now(), "{file}");
        }
        let mut seen = vec![first];
        for (file, text) in [
            ("model/rule.rs", "a < b"),
            ("model/rule.rs", "#[cfg(any(test, feature = \"testing\"))]\nmod tests {\n}\nfn a() {\n    a <= b\n}"),
            ("model/rule.rs", "#[cfg(test)]\nmod tests {\n}\nfn a() {\n    a < b\n}"),
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
