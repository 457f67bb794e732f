//! The choice of a fuzz target's seed folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::TaskResult;

/// The target whose seeds also serve the targets without seeds; all targets decode the same sequences.
const SHARED: &str = "lockstep";

/// Returns the folder of seeds for `target` below `folder`.
///
/// A target without seeds takes those of `lockstep`.
///
/// # Errors
/// Returns a message if both folders are missing or empty; otherwise a fuzzer would start without input, unnoticed.
pub fn choose(folder: &Path, target: &str) -> TaskResult<PathBuf> {
    let candidates = [folder.join(target), folder.join(SHARED)];
    let chosen = candidates.into_iter().find(|candidate| holds_a_file(candidate));
    chosen.ok_or_else(|| format!("there are no seeds in {} for {target}", folder.display()))
}

fn holds_a_file(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().map(|entry| entry.path()).any(|path| path.is_file() || (path.is_dir() && holds_a_file(&path)))
}

#[cfg(test)]
mod tests {
    use super::choose;
    use std::fs;

    #[test]
    fn a_target_without_seeds_takes_those_of_lockstep() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str| folder.path().join(name);
        assert!(choose(folder.path(), "retries").unwrap_err().contains("no seeds"));
        for name in ["lockstep", "empty", "own"] {
            fs::create_dir(of(name)).unwrap();
        }
        assert!(choose(folder.path(), "empty").unwrap_err().contains("no seeds"), "an empty folder holds no seeds");
        fs::write(of("lockstep").join("0001"), [0]).unwrap();
        fs::write(of("own").join("0001"), [0]).unwrap();
        for (name, expected) in [("own", "own"), ("empty", "lockstep"), ("none", "lockstep"), ("lockstep", "lockstep")]
        {
            assert_eq!(choose(folder.path(), name), Ok(of(expected)), "{name}");
        }
    }
}
