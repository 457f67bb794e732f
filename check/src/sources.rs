//! A digest of the sources that decide what an exploration finds: results found under other rules are not these.
//!
//! The build script takes it, so that the program knows the sources it was made of, and not those that lie there now.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders and files, seen from the folder of this crate: the rules, the properties, what is tried, and who explores.
pub(crate) const SOURCES: [&str; 4] = ["../model/src", "../properties/src", "../scenarios/src", "../explorer/src"];

/// The digest of [`SOURCES`], by names and contents, whatever order a folder lists them in.
///
/// # Errors
/// If a source cannot be read.
pub(crate) fn digest(folder: &Path, sources: &[&str]) -> io::Result<String> {
    let mut files = Vec::new();
    for source in sources {
        collect(folder, Path::new(source), &mut files)?;
    }
    files.sort();
    let mut digest = Fnv::new();
    for file in files {
        digest.take(file.to_string_lossy().replace('\\', "/").as_bytes());
        digest.take(&fs::read(folder.join(&file))?);
    }
    Ok(format!("{:016x}", digest.0))
}

/// Every Rust file below, but for tests, which decide nothing.
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

/// The hash called FNV-1a, which is the same in every version of every compiler.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Takes in the length as well: where one text ends and the next begins makes a difference.
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
    fn the_program_was_made_of_the_sources_that_lie_here() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(digest(here, &SOURCES).unwrap(), env!("HOLDFAST_RULES"));
    }

    #[test]
    fn every_name_and_every_byte_of_a_source_counts_and_no_test_does() {
        let folder = std::env::temp_dir().join(format!("holdfast-sources-{}", std::process::id()));
        let _absent = fs::remove_dir_all(&folder);
        let write = |file: &str, text: &str| {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let now = || digest(&folder, &["model", "space.rs"]).unwrap();
        write("model/rule.rs", "a <= b");
        write("space.rs", "");
        let first = now();
        assert_eq!(first, now());

        for (file, text) in [
            ("model/tests.rs", "no rule"),
            ("model/tests/more.rs", "no rule"),
            ("model/notes.md", "no rule"),
            ("elsewhere.rs", "no rule"),
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
        assert!(digest(&folder, &["space.rs"]).is_err(), "a source that is gone is no empty source");
    }
}
