//! Tools that a job needs; they are installed if they are missing.

use crate::TaskResult;
use crate::process::Invocation;
use crate::workspace::Workspace;

/// Installs a tool from the registry if its program is not on the path.
///
/// # Errors
/// Returns a message if the installation fails.
pub(super) fn install(workspace: &Workspace, package: &str, program: &str) -> TaskResult<()> {
    if Invocation::new(&workspace.root, program, &["--version"]).succeeds() {
        return Ok(());
    }
    Invocation::new(&workspace.root, "cargo", &["install", "--locked", package]).run()
}

/// Returns the argument that selects a toolchain, such as `+nightly`, and installs it if it is missing.
///
/// # Errors
/// Returns a message if the installation fails.
pub(super) fn toolchain(workspace: &Workspace, name: &str) -> TaskResult<String> {
    let argument = format!("+{name}");
    if !Invocation::new(&workspace.root, "cargo", &[argument.as_str(), "--version"]).succeeds() {
        Invocation::new(&workspace.root, "rustup", &["toolchain", "install", name, "--profile", "minimal"]).run()?;
    }
    Ok(argument)
}

/// Installs Chromium on a Debian machine if the user has the right; elsewhere the page tests report that it is missing.
pub(super) fn browser(workspace: &Workspace) {
    let step = |program: &str, arguments: &[&str]| Invocation::new(&workspace.root, program, arguments);
    let root = step("id", &["-u"]).output().is_ok_and(|user| user.trim() == "0");
    if step("chromium", &["--version"]).succeeds() || !root || !step("apt-get", &["--version"]).succeeds() {
        return;
    }
    let install = ["install", "-y", "-qq", "--no-install-recommends", "chromium"];
    for arguments in [&["update", "-qq"][..], &install] {
        if let Err(message) = step("apt-get", arguments).run() {
            println!("{message}");
        }
    }
}
