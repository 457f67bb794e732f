//! The report of a drive in every form: Markdown and HTML for people, JSON for machines.

mod ci;
mod html;
mod json;
mod markdown;
mod picture;
mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use holdfast_model::Config;
use holdfast_properties::CATALOGUE;

use crate::checks::{CHECKS, Looked};
use crate::clean_up::CleanUp;
use crate::finding::{Class, Finding, Sighting};
use crate::profile::{Api, ServerProfile};
use crate::races::RaceRun;

pub use ci::KnownFindings;
pub use script::{curl, python};

/// Adds witnesses and findings to a requirement.
fn add(rules: &mut Vec<(&'static str, u64, Vec<usize>)>, id: &'static str, count: u64, broken: &[usize]) {
    let at = match rules.iter().position(|(known, ..)| *known == id) {
        Some(at) => at,
        None => {
            rules.push((id, 0, Vec::new()));
            rules.len().saturating_sub(1)
        }
    };
    if let Some((_, witnesses, by)) = rules.get_mut(at) {
        *witnesses = witnesses.saturating_add(count);
        by.extend(broken.iter().filter(|number| !by.contains(number)).copied().collect::<Vec<_>>());
        by.sort_unstable();
    }
}

/// The verdict of a drive on a requirement of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequirementVerdict {
    /// A step or a check witnessed it, and no finding contradicts it.
    Confirmed,
    /// A finding breaks a property that states it, or comes from a check that observes it.
    Contradicted,
    /// No step and no check witnessed it.
    NotReached,
}

impl RequirementVerdict {
    /// Every verdict.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::Contradicted, Self::NotReached];

    /// Returns its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Contradicted => "contradicted",
            Self::NotReached => "not reached",
        }
    }
}

/// The report of a drive.
#[derive(Clone, Debug)]
pub struct Report {
    /// The server's name.
    pub name: String,
    /// The server's URL.
    pub url: String,
    /// The seed.
    pub seed: u64,
    /// Inputs asked.
    pub operations: u64,
    /// Requests sent, reads included.
    pub requests: u64,
    /// Sequences in which something was asked.
    pub sequences: u64,
    /// Kinds of steps taken.
    pub edges: usize,
    /// The server's profile.
    pub profile: ServerProfile,
    /// The config that it was found to keep.
    pub config: Config,
    /// The findings, the worst class first.
    pub findings: Vec<Finding>,
    /// The accepted parts of the API, with the number of times.
    pub through: Vec<(String, u64)>,
    /// Replies that asked to wait (P32).
    pub throttled: u64,
    /// The missing parts, each with the server's answer.
    pub missing: Vec<(String, String)>,
    /// The parts that were neither accepted nor known to be missing.
    pub unasked: Vec<String>,
    /// The races, and how each went.
    pub races: Vec<RaceRun>,
    /// The checks, and whether each was carried out.
    pub checks: Vec<(&'static str, Looked)>,
    /// The requirements that checks saw to be kept, with the number of the checks.
    pub kept: BTreeMap<&'static str, u64>,
    /// The number of steps that witnessed each property, in the order of the catalogue.
    pub witnessed: Vec<u64>,
    /// Kinds of steps of the plan that were left out, by the part that the server lacks for them.
    pub left_out: BTreeMap<&'static str, usize>,
    /// Differences that did not recur, or for which no budget was left to repeat them.
    pub unrepeated: Vec<String>,
    /// The clean-up afterwards; `None` if there was none.
    pub clean_up: Option<CleanUp>,
    /// The reason for which the drive is incomplete; `None` if it is complete.
    pub incomplete: Option<String>,
}

impl Report {
    /// Returns the number of findings of each class, in the order of [`Class::ALL`].
    #[must_use]
    pub fn counts(&self) -> [usize; 5] {
        Class::ALL.map(|class| self.count(class))
    }

    /// Returns the number of findings of a class.
    #[must_use]
    pub fn count(&self, class: Class) -> usize {
        self.of(class).count()
    }

    /// The findings of a class.
    pub fn of(&self, class: Class) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.sighting.signature.class == class)
    }

    /// Returns whether a fault was found.
    #[must_use]
    pub fn has_faults(&self) -> bool {
        self.findings.iter().any(|finding| finding.sighting.signature.class.is_fault())
    }

    /// Returns each requirement that a property states or a check observes: its verdict, the steps and checks that witnessed
    /// it, and the findings that contradict it, counted from 1.
    #[must_use]
    pub fn requirements(&self) -> Vec<(&'static str, RequirementVerdict, u64, Vec<usize>)> {
        let verdict = |times: u64, broken: &[usize]| match (times, broken) {
            (_, [_, ..]) => RequirementVerdict::Contradicted,
            (0, []) => RequirementVerdict::NotReached,
            (_, []) => RequirementVerdict::Confirmed,
        };
        self.rules().into_iter().map(|(id, times, broken)| (id, verdict(times, &broken), times, broken)).collect()
    }

    /// Returns the number of requirements with a verdict.
    #[must_use]
    pub fn requirements_with(&self, verdict: RequirementVerdict) -> usize {
        self.requirements().iter().filter(|(_, is, ..)| *is == verdict).count()
    }

    /// Returns each requirement that a property states or a check observes, in the order of the catalogue: the steps and
    /// checks that witnessed it, and the findings that contradict it.
    #[must_use]
    pub fn rules(&self) -> Vec<(&'static str, u64, Vec<usize>)> {
        let numbers = |breaks: &dyn Fn(&Sighting) -> bool| -> Vec<usize> {
            let numbered = (1..).zip(&self.findings);
            numbered.filter(|(_, finding)| breaks(&finding.sighting)).map(|(number, _)| number).collect()
        };
        let mut rules: Vec<(&'static str, u64, Vec<usize>)> = Vec::new();
        for (place, property) in CATALOGUE.iter().enumerate() {
            let count = self.witnessed.get(place).copied().unwrap_or(0);
            let broken = numbers(&|sighting| sighting.properties.iter().any(|it| it.property == property.id));
            for rule in property.rule_ids() {
                add(&mut rules, rule, count, &broken);
            }
        }
        let observed: BTreeSet<&'static str> = CHECKS.iter().flat_map(|(.., ids)| ids.iter().copied()).collect();
        for id in observed {
            let broken = numbers(&|sighting| sighting.rules.contains(&id));
            add(&mut rules, id, self.kept.get(id).copied().unwrap_or(0), &broken);
        }
        rules
    }

    /// Returns the API that the server has.
    #[must_use]
    pub const fn api(&self) -> &'static str {
        match self.profile.api {
            Api::Intents => "PaymentIntents",
            Api::Charges => "charges alone, without PaymentIntents",
        }
    }

    /// Writes `NAME.md`, `.html`, `.json`, `.junit.xml` and `.sarif` into a folder, and returns the files.
    ///
    /// # Errors
    /// An I/O error if a file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        std::fs::create_dir_all(folder)?;
        let texts = [
            ("md", self.markdown()),
            ("html", self.html()),
            ("json", format!("{:#}\n", self.json())),
            ("junit.xml", self.junit()),
            ("sarif", format!("{:#}\n", self.sarif())),
        ];
        let mut written = Vec::new();
        for (ending, text) in texts {
            let path = folder.join(format!("{}.{ending}", self.name));
            std::fs::write(&path, text)?;
            written.push(path);
        }
        Ok(written)
    }
}
