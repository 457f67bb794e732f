//! The combinations of features that crates offer.

use crate::TaskResult;
use crate::process::Invocation;
use crate::workspace::{Member, Workspace};

/// The largest number of features of which all combinations are tried; with more, only none, each alone and all
/// together.
const ALL_SUBSETS: usize = 3;

/// Compiles each crate that has features with each combination.
///
/// # Errors
/// Returns a message that names every combination that does not compile.
pub(super) fn check(workspace: &Workspace) -> TaskResult<()> {
    let mut failed = Vec::new();
    for member in workspace.members.iter().filter(|member| !member.features.is_empty()) {
        for features in combinations(member) {
            let mut arguments = vec!["check", "-p", &member.name, "--all-targets", "--no-default-features"];
            if !features.is_empty() {
                arguments.extend(["--features", &features]);
            }
            if Invocation::new(&workspace.root, "cargo", &arguments).run().is_err() {
                failed.push(format!("{} with features [{features}]", member.name));
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("does not compile: {}", failed.join(", "))) }
}

/// Returns the combinations to try, each as a list separated by commas.
fn combinations(member: &Member) -> Vec<String> {
    let mut combinations: Vec<Vec<&str>> = vec![Vec::new()];
    if member.features.len() <= ALL_SUBSETS {
        for feature in &member.features {
            let with = combinations.iter().map(|features| [features.as_slice(), &[feature]].concat());
            combinations = combinations.iter().cloned().chain(with).collect();
        }
    } else {
        combinations.extend(member.features.iter().map(|feature| vec![feature.as_str()]));
        combinations.push(member.features.iter().map(String::as_str).collect());
    }
    let mut combinations: Vec<String> = combinations.into_iter().map(|features| features.join(",")).collect();
    if member.has_default && !combinations.iter().any(|features| features == "default") {
        combinations.push("default".to_owned());
    }
    combinations
}

#[cfg(test)]
mod tests {
    use super::combinations;
    use crate::workspace::Member;

    #[test]
    fn all_subsets_of_few_features_are_tried() {
        let member = |features: &[&str]| Member {
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
            ..Member::default()
        };
        assert_eq!(combinations(&member(&["a"])), ["", "a"]);
        assert_eq!(combinations(&member(&["a", "b"])), ["", "a", "b", "a,b"]);
        assert_eq!(combinations(&member(&["a", "b", "c", "d"])), ["", "a", "b", "c", "d", "a,b,c,d"]);
        let with_default = Member { has_default: true, ..member(&["a"]) };
        assert_eq!(combinations(&with_default), ["", "a", "default"]);
    }
}
