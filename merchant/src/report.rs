//! The report of a check: stories, coverage, files.

use crate::campaign::MerchantOrder;
use crate::counts::{FlowCounts, JudgedCounts};
use crate::coverage::ChaosCoverage;
use crate::fault::MerchantFault;
use crate::plan::RunPlan;
use crate::run::RunResult;
use crate::shrink::ShrunkRun;
use crate::timeline::{escaped, html, mermaid, text};
use holdfast_server::chaos::Behavior;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The shortest story of one fault.
#[derive(Clone, Debug)]
pub struct MerchantStory {
    /// The fault.
    pub fault: MerchantFault,
    /// The time until it was found, without shrinking.
    pub found_after: Duration,
    /// The shrunk run.
    pub shrunk: ShrunkRun,
    /// The mistake in one line.
    pub diagnosis: String,
}

/// The report of a check.
#[derive(Clone, Debug)]
pub struct MerchantReport {
    /// The profile.
    pub profile: String,
    /// The first seed.
    pub seed: u64,
    /// The purchases that were planned.
    pub planned: u64,
    /// The purchases that created a session or a payment.
    pub purchases: u64,
    /// Whether an attacker was to take part.
    pub is_hostile: bool,
    /// The judgments made.
    pub counts: JudgedCounts,
    /// The runs made.
    pub runs: u64,
    /// The steps of all runs.
    pub steps: u64,
    /// The faults found, each with its shortest story.
    pub stories: Vec<MerchantStory>,
    /// The behaviors beside the lifecycle transitions of the same purchase.
    pub coverage: ChaosCoverage,
    /// The reason why the check ended early.
    pub incomplete: Option<String>,
    /// The time it took.
    pub elapsed: Duration,
}

impl MerchantReport {
    /// Returns an empty report.
    #[must_use]
    pub fn new(order: &MerchantOrder) -> Self {
        let replay = order.replay.as_ref();
        Self {
            profile: replay.map_or(&order.choice.profile, |plan| &plan.profile).name.clone(),
            seed: replay.map_or(order.choice.seed, |plan| plan.seed),
            planned: 0,
            purchases: 0,
            is_hostile: replay.map_or(order.is_hostile, |plan| plan.is_hostile),
            counts: JudgedCounts::default(),
            runs: 0,
            steps: 0,
            stories: Vec::new(),
            coverage: ChaosCoverage::default(),
            incomplete: None,
            elapsed: Duration::ZERO,
        }
    }

    /// Adds a run.
    pub fn add(&mut self, plan: &RunPlan, result: &RunResult) {
        self.runs = self.runs.saturating_add(1);
        self.planned = self.planned.saturating_add(u64::try_from(plan.slots.len()).unwrap_or(u64::MAX));
        self.counts.add(&result.counts);
        self.purchases = self.counts.created();
        self.steps = self.steps.saturating_add(u64::try_from(result.steps).unwrap_or(u64::MAX));
        self.coverage.add(result);
        if self.incomplete.is_none() {
            self.incomplete.clone_from(&result.incomplete);
        }
    }

    /// Makes a check incomplete that judged too little for a pass.
    pub fn conclude(&mut self) {
        if self.incomplete.is_none() && self.stories.is_empty() {
            self.incomplete = self.counts.shortfall(self.is_hostile);
        }
    }

    /// Returns what was judged, as lines of text.
    fn extent(&self) -> String {
        let counts = &self.counts;
        let read: Vec<String> = counts.read.iter().map(|(field, count)| format!("{} {count}", field.name())).collect();
        let mut out = String::new();
        for (name, FlowCounts { planned, created, paid, failed }) in &counts.flows {
            let created = format!("{created} of {planned} purchases created a payment, {paid} were paid");
            let failed = failed.as_deref().map(|reply| format!("; the last start without one: {reply}"));
            out.push_str(&format!("flow \"{name}\": {created}{}\n", failed.unwrap_or_default()));
        }
        out.push_str(&format!("books read: {}", if read.is_empty() { "none".to_owned() } else { read.join(", ") }));
        let mut list = |begin: &str, names: Vec<&str>| {
            if !names.is_empty() {
                out.push_str(&format!("{begin}{}", names.join(", ")));
            }
        };
        list("; never seen: ", counts.never_seen());
        if self.is_hostile {
            list("\nnever attacked: ", counts.never_attacked());
        }
        list("\nnot judged: ", counts.not_judged().into_iter().map(MerchantFault::sentence).collect());
        out.push('\n');
        out
    }

    /// Returns the reason why a judgment without a story is no pass.
    fn skipped(&self, fault: MerchantFault) -> Option<String> {
        let is_attack = matches!(fault, MerchantFault::HostileAccepted | MerchantFault::HostileMoved);
        if let Some(why) = &self.incomplete {
            Some(why.clone())
        } else if self.counts.judged.contains_key(&fault) {
            None
        } else if is_attack {
            Some("never attacked".to_owned())
        } else {
            Some("not judged: it had no occasion".to_owned())
        }
    }

    /// Returns the report as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for story in &self.stories {
            out.push_str(&story.text());
        }
        let pairs = self.coverage.reached();
        let possible = Behavior::ALL.len().saturating_mul(ChaosCoverage::transitions().len());
        out.push_str(&format!(
            "purchases: {} planned, {} created, {} paid; runs: {}, steps: {}, {} s; profile {}, seed {}\n{} of {} behaviors \
             occurred; {pairs} of {possible} pairs of behavior and transition\n",
            self.planned,
            self.purchases,
            self.counts.paid(),
            self.runs,
            self.steps,
            self.elapsed.as_secs(),
            self.profile,
            self.seed,
            self.coverage.pairs.len(),
            Behavior::ALL.len(),
        ));
        out.push_str(&self.extent());
        let missing: Vec<&str> = self.coverage.never().into_iter().map(Behavior::name).collect();
        if !missing.is_empty() {
            out.push_str(&format!("never occurred: {}\n", missing.join(", ")));
        }
        if let Some(why) = &self.incomplete {
            out.push_str(&format!("INCOMPLETE: {why}\n"));
        }
        out
    }

    /// Returns the report as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let coverage: BTreeMap<&str, &BTreeMap<String, u64>> =
            self.coverage.pairs.iter().map(|(behavior, row)| (behavior.name(), row)).collect();
        let missing = self.coverage.missing();
        let missing: BTreeMap<&str, &Vec<&str>> =
            missing.iter().map(|(behavior, names)| (behavior.name(), names)).collect();
        let stories: Vec<Value> = self.stories.iter().map(MerchantStory::json).collect();
        let counts = &self.counts;
        let read: BTreeMap<&str, u64> = counts.read.iter().map(|(field, count)| (field.name(), *count)).collect();
        let judged: BTreeMap<&str, u64> =
            counts.judged.iter().map(|(fault, count)| (fault.sentence(), *count)).collect();
        let attacks: BTreeMap<&str, u64> =
            counts.attacks.iter().map(|(attack, count)| (attack.name(), *count)).collect();
        let flow = |FlowCounts { planned, created, paid, failed }: &FlowCounts| json!({ "planned": planned, "created": created, "paid": paid, "failed": failed });
        let flows: BTreeMap<&str, Value> = counts.flows.iter().map(|(name, one)| (name.as_str(), flow(one))).collect();
        json!({ "schema": 2, "flows": flows, "planned": self.planned, "paid": counts.paid(), "books_read": read, "judged": judged,
            "not_judged": counts.not_judged().into_iter().map(MerchantFault::sentence).collect::<Vec<_>>(),
            "attacks": attacks, "profile": self.profile, "seed": self.seed.to_string(), "purchases": self.purchases,
            "runs": self.runs, "steps": self.steps, "seconds": self.elapsed.as_secs(), "findings": stories,
            "coverage": coverage, "pairs_not_reached": missing,
            "not_reached": self.coverage.never().into_iter().map(Behavior::name).collect::<Vec<_>>(),
            "incomplete": self.incomplete })
    }

    /// Returns the report as JUnit XML: a test case for each judgment.
    #[must_use]
    pub fn junit(&self) -> String {
        let mut cases = String::new();
        let mut skipped = 0_u32;
        for fault in MerchantFault::ALL {
            let name = escaped(fault.sentence());
            let story = self.stories.iter().find(|story| story.fault == *fault);
            let inner = match (story, self.skipped(*fault)) {
                (Some(story), _) => {
                    format!("<failure message=\"{}\">{}</failure>", escaped(&story.headline()), escaped(&story.text()))
                }
                (None, Some(why)) => {
                    skipped = skipped.saturating_add(1);
                    format!("<skipped message=\"{}\"/>", escaped(&why))
                }
                (None, None) => String::new(),
            };
            cases.push_str(&format!("  <testcase classname=\"merchant\" name=\"{name}\">{inner}</testcase>\n"));
        }
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"check merchant\" tests=\"{}\" failures=\"{}\" \
             skipped=\"{skipped}\" time=\"{}\">\n{cases}</testsuite>\n",
            MerchantFault::ALL.len(),
            self.stories.len(),
            self.elapsed.as_secs()
        )
    }

    /// Writes `report.json`, `coverage.md`, and for each fault its story in Markdown and HTML and its replay file, into a folder.
    ///
    /// # Errors
    /// Returns an error if the folder cannot be written.
    pub fn write(&self, folder: &Path) -> std::io::Result<Vec<PathBuf>> {
        std::fs::create_dir_all(folder)?;
        let mut files = vec![
            (folder.join("report.json"), format!("{:#}\n", self.json())),
            (folder.join("coverage.md"), self.coverage.markdown()),
        ];
        for story in &self.stories {
            let name = story.name();
            files.push((folder.join(format!("{name}.md")), story.markdown()));
            files.push((folder.join(format!("{name}.html")), story.html()));
            files.push((folder.join(format!("{name}.replay.toml")), story.shrunk.plan.to_file()));
        }
        for (path, content) in &files {
            std::fs::write(path, content)?;
        }
        Ok(files.into_iter().map(|(path, _)| path).collect())
    }
}

impl MerchantStory {
    /// Returns the name of its files: `fulfilled-twice`.
    #[must_use]
    pub fn name(&self) -> String {
        let mut name = String::new();
        for letter in format!("{:?}", self.fault).chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }

    /// Returns the fault with its amounts.
    #[must_use]
    pub fn headline(&self) -> String {
        let what = self.shrunk.result.finding(self.fault).map(|finding| finding.what.as_str()).unwrap_or_default();
        format!("not true: {}: {what}", self.fault.sentence())
    }

    /// Returns the story as text.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "{}\n  likely mistake: {}\n{}found after {} s, shrunk in {} runs\n\n",
            self.headline(),
            self.diagnosis,
            text(&self.shrunk.result.timeline),
            self.found_after.as_secs(),
            self.shrunk.runs
        )
    }

    fn json(&self) -> Value {
        json!({ "fault": self.name(), "sentence": self.fault.sentence(), "headline": self.headline(),
            "diagnosis": self.diagnosis, "found_after_ms": u64::try_from(self.found_after.as_millis()).unwrap_or(u64::MAX),
            "steps": self.shrunk.result.timeline.len(), "replay": self.shrunk.plan.to_file() })
    }

    /// Returns the story as Markdown with a Mermaid diagram.
    #[must_use]
    pub fn markdown(&self) -> String {
        let entries = &self.shrunk.result.timeline;
        format!(
            "# {}\n\nLikely mistake: {}.\n\n```mermaid\n{}```\n\n```text\n{}```\n\nReplay file:\n\n```toml\n{}```\n",
            self.headline(),
            self.diagnosis,
            mermaid(entries),
            text(entries),
            self.shrunk.plan.to_file()
        )
    }

    /// Returns the story as a page of HTML without scripts.
    #[must_use]
    pub fn html(&self) -> String {
        let style = "body{font:15px system-ui;margin:2em;max-width:80em}table.story{border-collapse:collapse}\
                     .story td,.story th{border:1px solid #ccc;padding:.3em .6em;vertical-align:top}\
                     .story td.note{background:#fff3c4}.story td:first-child{white-space:nowrap;color:#666}";
        format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title><style>{style}</style>\n<h1>{0}</h1>\n\
             <p>Likely mistake: <b>{1}</b></p>\n{2}<pre>{3}</pre></html>\n",
            escaped(&self.headline()),
            escaped(&self.diagnosis),
            html(&self.shrunk.result.timeline),
            escaped(&self.shrunk.plan.to_file())
        )
    }
}
