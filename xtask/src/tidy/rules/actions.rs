//! Actions of GitHub workflows.

use crate::tidy::{Breach, Tree};

/// Folder of the workflows.
const WORKFLOWS: &str = ".github/workflows/";

/// Finds actions that a tag or a branch selects, which another person may move.
pub(super) fn unpinned(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.starts_with(WORKFLOWS)) {
        for (line, text) in (1_usize..).zip(file.text.lines()) {
            let Some((_, action)) = text.split_once("uses: ") else { continue };
            let action = action.split_whitespace().next().unwrap_or_default();
            let commit = action.split_once('@').map_or("", |(_, commit)| commit);
            let pinned = commit.len() == 40 && commit.chars().all(|digit| digit.is_ascii_hexdigit());
            if !pinned && !action.starts_with("./") {
                let message =
                    format!("`{action}` is not pinned; name a commit of 40 digits, and the version behind `#`");
                found.push(Breach::new(&file.path, format!("{}:{line}", file.path), message));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{places, tree};
    use super::unpinned;

    #[test]
    fn an_action_without_commit_is_found() {
        let commit = "0123456789abcdef".repeat(3);
        let commit = commit.get(..40).unwrap_or_default();
        let text = format!("- uses: a/b@v4\n- uses: a/b@{commit} # v4\n- uses: ./local\n  uses: a/b\n");
        let path = ".github/workflows/ci.yml";
        let found = unpinned(&tree(&[(path, &text), ("docs/x.yml", &text)]));
        let (first, last) = (format!("{path}:1"), format!("{path}:4"));
        assert_eq!(places(&found), [(path, first.as_str()), (path, last.as_str())]);
    }
}
