//! The rules, one file for each topic.

mod actions;
mod length;
mod links;
mod prose;
mod requirements;
mod vocabulary;

use super::Rule;

/// Every rule, in the order in which `tidy` reports them.
pub const ALL: [Rule; 15] = [
    Rule {
        name: "file-length",
        demands: "a Rust file has at most 400 lines, unless xtask/lists.txt gives a reason",
        ratchet: true,
        find: length::files,
    },
    Rule { name: "lists", demands: "each entry of xtask/lists.txt is needed", ratchet: false, find: length::lists },
    Rule {
        name: "function-length",
        demands: "a function has at most 70 lines",
        ratchet: true,
        find: length::functions,
    },
    Rule {
        name: "one-definition",
        demands: "a type name has one definition, except the twins of GLOSSARY.md",
        ratchet: true,
        find: vocabulary::types,
    },
    Rule {
        name: "twins",
        demands: "each twin of GLOSSARY.md is defined more than once",
        ratchet: false,
        find: vocabulary::twins,
    },
    Rule {
        name: "retired-words",
        demands: "the retired words of GLOSSARY.md do not occur",
        ratchet: true,
        find: vocabulary::retired,
    },
    Rule {
        name: "requirements",
        demands: "each cited requirement has a row in spec/, and each row its own id",
        ratchet: false,
        find: requirements::unresolved,
    },
    Rule {
        name: "paragraphs",
        demands: "requirements are cited by id, not by paragraph (`§2.5`)",
        ratchet: true,
        find: requirements::paragraphs,
    },
    Rule {
        name: "phrases",
        demands: "doc comments and documents avoid the banned phrases",
        ratchet: true,
        find: prose::phrases,
    },
    Rule {
        name: "openings",
        demands: "no doc comment opens with What, Who, Whoever, Where, When, Which, Why or How",
        ratchet: true,
        find: prose::openings,
    },
    Rule {
        name: "crate-docs",
        demands: "the documentation of a crate has an example and names the files to read first",
        ratchet: false,
        find: prose::crate_docs,
    },
    Rule { name: "questions", demands: "no doc comment asks a question", ratchet: true, find: prose::questions },
    Rule {
        name: "figures",
        demands: "READMEs and docs/ hold no measured figures; reports do",
        ratchet: true,
        find: prose::figures,
    },
    Rule {
        name: "links",
        demands: "relative links and anchors of documents resolve",
        ratchet: false,
        find: links::broken,
    },
    Rule { name: "actions", demands: "workflows name actions by commit", ratchet: false, find: actions::unpinned },
];

/// Returns a tree of files for the rules' tests; the first folder of a path is its crate.
#[cfg(test)]
fn tree(files: &[(&str, &str)]) -> super::Tree {
    let file = |(path, text): &(&str, &str)| {
        super::File::new(path, path.split_once('/').map_or(".", |(folder, _)| folder), text)
    };
    let paths = files.iter().map(|(path, _)| (*path).to_owned()).collect();
    super::Tree { files: files.iter().map(file).collect(), paths, ..super::Tree::default() }
}

/// Returns places and keys of findings for the rules' tests.
#[cfg(test)]
fn places(findings: &[super::Breach]) -> Vec<(&str, &str)> {
    findings.iter().map(|finding| (finding.key.as_str(), finding.place.as_str())).collect()
}
