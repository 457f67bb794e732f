//! Child processes: prints each command before it runs and turns its exit code into an error.

use std::io::{BufRead, BufReader};
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

    /// Prints the command and runs it as [`run`](Self::run) does; a failure repeats libtest's output about each failed test.
    ///
    /// # Errors
    /// Returns a message if the program cannot be started or ends with another code than 0. Its further lines are the
    /// sections `failures:` of the output.
    pub fn run_tests(mut self) -> TaskResult<()> {
        println!("$ {}", self.shown);
        let cannot_run = |error| format!("cannot run `{}`: {error}", self.shown);
        let mut child = self.command.stdout(Stdio::piped()).spawn().map_err(cannot_run)?;
        let mut failures = Failures::default();
        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                println!("{line}");
                failures.read(line);
            }
        }
        let status = child.wait().map_err(cannot_run)?;
        if status.success() {
            return Ok(());
        }
        Err(format!("`{}` failed: {status}\n{}", self.shown, failures.lines.join("\n")))
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

/// The most lines that [`Failures`] keeps of one test's output, and of the list of names.
const LINES_OF_A_PART: usize = 40;

/// Libtest's output about the failed tests.
#[derive(Debug, Default)]
struct Failures {
    lines: Vec<String>,
    is_inside: bool,
    in_this_part: usize,
}

impl Failures {
    /// Reads a line of libtest's output: a section begins with `failures:` and ends with the result.
    fn read(&mut self, line: String) {
        if line == "failures:" {
            self.is_inside = true;
        }
        if !self.is_inside {
            return;
        }
        self.is_inside = !line.starts_with("test result:");
        let begins = line == "failures:" || line.starts_with("---- ") || !self.is_inside;
        self.in_this_part = if begins { 0 } else { self.in_this_part.saturating_add(1) };
        if self.in_this_part <= LINES_OF_A_PART {
            self.lines.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Failures, Invocation, LINES_OF_A_PART};
    use std::path::Path;

    #[test]
    fn a_failed_command_is_named() {
        let error = Invocation::new(Path::new("."), "cargo", &["no-such-command"]).run().unwrap_err();
        assert!(error.contains("cargo no-such-command"), "{error}");
        let error = Invocation::new(Path::new("."), "no-such-program", &["x"]).run().unwrap_err();
        assert!(error.contains("cannot run `no-such-program x`"), "{error}");
    }

    #[test]
    fn a_failed_test_is_repeated() {
        let mut failures = Failures::default();
        let long = "    noise\n".repeat(LINES_OF_A_PART * 2);
        let output = format!(
            "test good ... ok\ntest bad ... FAILED\n\nfailures:\n\n---- bad stdout ----\npanicked at a.rs:1:2:\n{long}\n\n\
             failures:\n    bad\n\ntest result: FAILED. 1 passed; 1 failed\ntest other ... ok\n"
        );
        for line in output.lines() {
            failures.read(line.to_owned());
        }
        let text = failures.lines.join("\n");
        assert!(text.contains("panicked at a.rs:1:2:") && text.contains("\n    bad\n"), "{text}");
        assert!(text.ends_with("test result: FAILED. 1 passed; 1 failed"), "{text}");
        assert!(!text.contains("other") && text.matches("noise").count() < LINES_OF_A_PART, "{text}");
    }

    #[test]
    fn a_failed_run_of_tests_says_which() {
        let script = "printf 'failures:\\n    bad\\ntest result: FAILED\\n'; exit 101";
        let error = Invocation::new(Path::new("."), "sh", &["-c", script]).run_tests().unwrap_err();
        assert!(error.lines().next().unwrap().contains("failed: exit status: 101"), "{error}");
        assert!(error.ends_with("failures:\n    bad\ntest result: FAILED"), "{error}");
        Invocation::new(Path::new("."), "true", &[] as &[&str]).run_tests().unwrap();
    }

    #[test]
    fn output_is_returned() {
        let text = Invocation::new(Path::new("."), "cargo", &["--version"]).output().unwrap();
        assert!(text.starts_with("cargo "), "{text}");
        assert!(!Invocation::new(Path::new("."), "cargo", &["no-such-command"]).succeeds());
    }
}
