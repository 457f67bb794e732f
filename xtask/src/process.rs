//! Child processes: prints each command before it runs and turns its exit code into an error.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::TaskResult;

/// Variables that `cargo run` sets for this program and that a nested `cargo` must not inherit.
const INHERITED: [&str; 12] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_AUTHORS",
    "CARGO_PKG_DESCRIPTION",
    "CARGO_PKG_LICENSE",
    "CARGO_PKG_NAME",
    "CARGO_PKG_REPOSITORY",
    "CARGO_PKG_RUST_VERSION",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
];

/// A command to run in the workspace root.
#[derive(Debug)]
pub struct Invocation {
    command: Command,
    shown: String,
}

impl Invocation {
    /// Returns a command that runs `program` with `arguments` in `folder`.
    #[must_use]
    pub fn new<S: AsRef<str>>(folder: &Path, program: &str, arguments: &[S]) -> Self {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null());
        for name in INHERITED {
            command.env_remove(name);
        }
        let mut shown = program.to_owned();
        for argument in arguments {
            command.arg(argument.as_ref());
            shown.push(' ');
            shown.push_str(argument.as_ref());
        }
        Self { command, shown }
    }

    /// Sets an environment variable for this command.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self.shown = format!("{name}='{value}' {}", self.shown);
        self
    }

    /// Prints the command, runs it with the terminal's output streams and waits for its end.
    ///
    /// # Errors
    /// Returns a message if the program cannot be started or ends with another code than 0.
    pub fn run(mut self) -> TaskResult<()> {
        println!("$ {}", self.shown);
        let status = self.command.status().map_err(|error| format!("cannot run `{}`: {error}", self.shown))?;
        if status.success() { Ok(()) } else { Err(format!("`{}` failed: {status}", self.shown)) }
    }

    /// Runs the command silently and returns whether it succeeded.
    #[must_use]
    pub fn succeeds(mut self) -> bool {
        self.command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// Prints the command, runs it and returns its success together with both output streams as one text.
    ///
    /// # Errors
    /// Returns a message if the program cannot be started.
    pub fn capture(mut self) -> TaskResult<(bool, String)> {
        println!("$ {}", self.shown);
        let output = self.command.output().map_err(|error| format!("cannot run `{}`: {error}", self.shown))?;
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Ok((output.status.success(), text))
    }

    /// Runs the command silently and returns its standard output.
    ///
    /// # Errors
    /// Returns a message with the standard error if the program cannot be started or fails.
    pub fn output(mut self) -> TaskResult<String> {
        let output = self.command.output().map_err(|error| format!("cannot run `{}`: {error}", self.shown))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(format!("`{}` failed: {}", self.shown, String::from_utf8_lossy(&output.stderr).trim_end()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Invocation;
    use std::path::Path;

    #[test]
    fn a_failed_command_is_named() {
        let error = Invocation::new(Path::new("."), "cargo", &["no-such-command"]).run().unwrap_err();
        assert!(error.contains("cargo no-such-command"), "{error}");
        let error = Invocation::new(Path::new("."), "no-such-program", &["x"]).run().unwrap_err();
        assert!(error.contains("cannot run `no-such-program x`"), "{error}");
    }

    #[test]
    fn output_is_returned() {
        let text = Invocation::new(Path::new("."), "cargo", &["--version"]).output().unwrap();
        assert!(text.starts_with("cargo "), "{text}");
        assert!(!Invocation::new(Path::new("."), "cargo", &["no-such-command"]).succeeds());
    }
}
