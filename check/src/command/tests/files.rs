//! Files that cannot be read or written are named with the reason.

use super::{Exit, check};

#[test]
fn a_file_that_cannot_be_read_or_written_is_named_with_the_reason() {
    let missing = "no/such/file";
    for arguments in [
        &["replay", missing][..],
        &["merge", missing],
        &["coverage", missing],
        &["audit", missing],
        &["audit", "--merge", missing],
        &["web", "--trace", missing],
    ] {
        let answer = check(arguments);
        assert_eq!(answer.exit, Exit::Usage, "{arguments:?}");
        assert!(answer.err.contains(&format!("cannot read {missing}: ")), "{arguments:?}: {}", answer.err);
    }
    let answer = check(&["report", "--to", "Cargo.toml"]);
    assert_eq!(answer.exit, Exit::Usage);
    assert!(answer.err.contains("Cargo.toml: it is a file; expected a folder"), "{}", answer.err);
}
