//! `check completions` and `check man`: files made from the definition of the command line.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use super::cli::Cli;
use super::{Exit, Failure, Io, writable};

/// Prints the completions of `shell`.
pub(super) fn completions(shell: Shell, io: &mut Io<'_>) -> Result<Exit, Failure> {
    // The generator panics if it cannot write, so it writes into memory.
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "check", &mut text);
    io.out.write_all(&text)?;
    Ok(Exit::Fine)
}

/// Writes `check.1` and `check-COMMAND.1` into a folder.
pub(super) fn man(to: &Path, io: &mut Io<'_>) -> Result<Exit, Failure> {
    writable::folder(to)?;
    let mut root = Cli::command();
    root.build();
    let pages = [(None, root.clone())]
        .into_iter()
        .chain(root.get_subcommands().map(|command| (Some(command.get_name().to_owned()), command.clone())));
    for (name, command) in pages {
        let title = name.map_or_else(|| "check".to_owned(), |name| format!("check-{name}"));
        let mut text = Vec::new();
        let page = clap_mangen::Man::new(command).title(title.to_uppercase());
        page.render(&mut text)?;
        let path = to.join(format!("{title}.1"));
        fs::write(&path, text).map_err(|error| Failure::Usage(format!("cannot write {}: {error}", path.display())))?;
        writeln!(io.out, "{}", path.display())?;
    }
    Ok(Exit::Fine)
}
