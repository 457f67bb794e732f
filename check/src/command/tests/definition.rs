//! The definition of the command line: help, version, completions and man pages.

use std::fs;
use std::path::Path;

use clap::CommandFactory;

use super::{Exit, check, file};
use crate::command::cli::Cli;

fn commands() -> Vec<String> {
    let names: Vec<String> = Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    assert!(names.len() >= 16, "{names:?}");
    names
}

#[test]
fn the_definition_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn each_command_has_a_help_with_an_example_that_parses() {
    for name in commands() {
        let help = check(&[&name, "--help"]);
        assert_eq!((help.exit, help.err.as_str()), (Exit::Fine, ""), "{name}");
        let Some((_, example)) = help.out.split_once("Example: check ") else {
            assert_eq!(name, "seeds", "{name} has no example");
            continue;
        };
        let line = example.lines().next().unwrap_or_default();
        let line = line.split_once(" > ").map_or(line, |(command, _)| command).replace('\'', "");
        let words = ["check"].into_iter().chain(line.split_whitespace());
        let parsed = Cli::command().try_get_matches_from(words);
        assert!(
            parsed.is_ok(),
            "{name}: `check {line}`: {}",
            parsed.err().map_or_else(String::new, |it| it.to_string())
        );
        // What an example reads from the repository is there.
        for path in line.split_whitespace().filter(|word| ["model/", "fuzz/"].iter().any(|it| word.starts_with(it))) {
            assert!(Path::new("..").join(path).exists(), "{name}: {path}");
        }
    }
}

#[test]
fn a_command_shows_its_own_options_only() {
    let strangers = ["--shard", "--resume", "--explorer", "--max-states"];
    for name in commands().iter().filter(|name| !["explore", "path"].contains(&name.as_str())) {
        let help = check(&[name, "--help"]).out;
        // The laws have the limit of the explorers.
        for option in strangers.into_iter().filter(|option| (name.as_str(), *option) != ("laws", "--max-states")) {
            let is_offered = help.lines().any(|line| line.trim_start().starts_with(option));
            assert!(!is_offered, "{name} offers {option}");
        }
    }
    let help = check(&["explore", "--help"]).out;
    assert!(strangers.iter().all(|option| help.contains(option)), "{help}");
}

/// Options whose number may be 0, each with the meaning of 0.
const MAY_BE_ZERO: [(&str, &str); 12] = [
    ("seed", "a seed like any other"),
    ("port", "any free port"),
    ("process", "the first process"),
    ("show", "no payment is listed"),
    ("lag", "the events of a step have the same time"),
    ("races", "no races"),
    ("hold-hours", "an alert when the hold ends"),
    ("time-limit", "the search is cut at once, and incomplete"),
    ("checkpoint-every", "after each level"),
    ("forget", "a closed payment is dropped at once"),
    ("poll-every", "refused where it is read"),
    ("silence", "refused where it is read"),
];

/// A run that would try nothing is refused before it begins, and the message names the option.
#[test]
fn an_amount_of_work_is_not_zero() {
    let (mut refused, mut may) = (Vec::new(), Vec::new());
    for command in Cli::command().get_subcommands() {
        for argument in command.get_arguments().filter(|it| it.get_action().takes_values()) {
            let Some(long) = argument.get_long() else { continue };
            let parse = |value: &str| {
                let option = format!("--{long}={value}");
                let parsed = Cli::command().try_get_matches_from(["check", command.get_name(), &option]);
                !parsed.is_err_and(|error| error.kind() == clap::error::ErrorKind::ValueValidation)
            };
            // A number, a duration or a rate, and no text.
            let is_amount = ["1", "1s", "1/s"].into_iter().any(parse) && !parse("x");
            if is_amount {
                let is_refused = !["0", "0s", "0/s"].into_iter().any(parse);
                if is_refused { &mut refused } else { &mut may }.push((long.to_owned(), command.get_name().to_owned()));
            }
        }
    }
    let known = |long: &str| MAY_BE_ZERO.iter().any(|(name, _)| *name == long);
    let wrong: Vec<_> = may.iter().filter(|(long, _)| !known(long)).collect();
    assert!(wrong.is_empty(), "0 is accepted: {wrong:?}");
    for (command, option) in [
        ("soak", "inputs"),
        ("soak", "executions"),
        ("soak", "seconds"),
        ("explore", "max-states"),
        ("laws", "max-states"),
    ] {
        assert!(refused.contains(&(option.to_owned(), command.to_owned())), "{command} --{option}: {refused:?}");
    }
    let answer = check(&["soak", "--inputs", "0"]);
    assert!(answer.exit == Exit::Usage && answer.err.contains("--inputs"), "{}", answer.err);
}

/// The words of a cell that stand in backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The reference lists every command, and for every shared option exactly the commands that have it.
#[test]
fn the_reference_lists_the_commands_and_their_shared_options() {
    let text = fs::read_to_string("../docs/src/reference/commands.md").unwrap();
    let (table, rest) = text.split_once("## Options that several check commands share").unwrap();
    let (options, _) = rest.split_once("\n## ").unwrap();
    for name in commands() {
        let is_listed = table
            .lines()
            .any(|line| quoted(line).first().and_then(|first| first.split_whitespace().next()) == Some(&name));
        assert!(is_listed || name == "explore", "{name} has no row");
    }
    let has = |name: &str, option: &str| {
        let definition = Cli::command();
        let command = definition.get_subcommands().find(|command| command.get_name() == name).unwrap();
        command.get_arguments().any(|argument| argument.get_long() == Some(option))
    };
    let mut compared = 0;
    for line in options.lines().filter(|line| line.starts_with("| `--")) {
        let cells: Vec<&str> = line.split('|').collect();
        let named = quoted(cells[2]);
        let is_inverted = cells[2].contains("all but");
        for option in quoted(cells[1]).into_iter().filter_map(|word| word.strip_prefix("--")) {
            let option = option.split_whitespace().next().unwrap();
            for name in commands() {
                let is_documented = named.contains(&name.as_str()) != is_inverted;
                assert_eq!(has(&name, option), is_documented, "--{option} of {name}");
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "{compared} compared");
}

#[test]
fn the_version_names_the_commit_and_the_rules() {
    let version = check(&["--version"]).out;
    assert!(version.starts_with(&format!("check {} (commit ", env!("CARGO_PKG_VERSION"))), "{version}");
    assert!(version.ends_with(&format!("rules {})\n", holdfast_evidence::RULES)), "{version}");
}

#[test]
fn the_help_explains_each_exit_code() {
    let help = check(&["--help"]).out;
    for code in ["  0  ", "  1  ", "  2  ", "  3  ", "  130  "] {
        assert!(help.contains(code), "{code}: {help}");
    }
}

#[test]
fn completions_and_man_pages_name_each_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let answer = check(&["completions", shell]);
        assert_eq!(answer.exit, Exit::Fine, "{shell}: {}", answer.err);
        assert!(commands().iter().all(|name| answer.out.contains(name)), "{shell}");
    }
    let folder = file("man");
    let answer = check(&["man", folder.to_str().unwrap()]);
    assert_eq!(answer.exit, Exit::Fine, "{}", answer.err);
    for name in commands() {
        let page = fs::read_to_string(folder.join(format!("check-{name}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{name}: {page}");
    }
    assert!(fs::read_to_string(folder.join("check.1")).unwrap().contains("Exit codes"));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn options_of_the_distributed_explorer_need_what_they_change() {
    for (arguments, needed) in [
        (&["explore", "single", "--workers", "1", "--checkpoint-every", "1m"][..], "--checkpoint"),
        (&["explore", "single", "--workers", "1", "--silence", "10s"], "--hosts"),
    ] {
        let answer = check(arguments);
        assert_eq!(answer.exit, Exit::Usage, "{arguments:?}");
        assert!(answer.err.contains(needed), "{arguments:?}: {}", answer.err);
    }
}
