//! Lists, replays and help fit terminals of every width.

use std::fs;

use clap::CommandFactory;

use super::{Exit, OutputStyle, check_on};
use crate::catalogue::Properties;
use crate::command::cli::Cli;

const WIDTHS: [u16; 4] = [60, 80, 100, 200];

/// Asserts that each line has at most `width` columns. A single word that is longer cannot be broken.
fn fits(text: &str, width: u16, name: &str) {
    for line in text.lines() {
        let is_word = !line.trim().contains(' ');
        assert!(is_word || line.chars().count() <= usize::from(width), "{name} at {width}: {line}");
    }
}

#[test]
fn lists_and_replays_fit() {
    let catalogue = Properties::default();
    let mut traces: Vec<_> = fs::read_dir("../model/traces").unwrap().map(|entry| entry.unwrap().path()).collect();
    traces.sort();
    let mut cases = vec![vec!["scenarios".to_owned()], vec!["properties".to_owned()]];
    let names = ["properties", "refunded-within-captured"].map(str::to_owned);
    cases.push(names.to_vec());
    for trace in &traces {
        cases.push(["replay", trace.to_str().unwrap()].map(str::to_owned).to_vec());
    }
    let on_engine = ["replay", "--on", "engine", "../model/traces/b38_partly_captured_expires_succeeded.trace"];
    cases.push(on_engine.map(str::to_owned).to_vec());
    cases.push(["audit", "../audit/samples/accepted.jsonl"].map(str::to_owned).to_vec());
    cases.push(["laws", "connect", "--no-progress"].map(str::to_owned).to_vec());
    assert!(cases.len() > 40, "{}", cases.len());
    for case in cases {
        let arguments: Vec<&str> = case.iter().map(String::as_str).collect();
        for width in WIDTHS {
            let style = OutputStyle { width: Some(width), ..OutputStyle::default() };
            let answer = check_on(&arguments, "", &catalogue, style);
            assert_eq!(answer.exit, Exit::Fine, "{arguments:?}: {}", answer.err);
            fits(&answer.out, width, &arguments.join(" "));
        }
    }
}

#[test]
fn help_fits() {
    for width in WIDTHS {
        let mut definition = Cli::command().term_width(usize::from(width));
        definition.build();
        fits(&definition.render_long_help().to_string(), width, "--help");
        for command in definition.get_subcommands_mut() {
            let name = command.get_name().to_owned();
            fits(&command.render_help().to_string(), width, &name);
            fits(&command.render_long_help().to_string(), width, &name);
        }
    }
}
