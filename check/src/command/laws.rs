//! `check laws`: the conservation laws that hold in every step of scenarios.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;

use holdfast_explorer::{CollisionBound, Progress};
use holdfast_laws::{
    CollectionLimits, ConservationLaw, FoundLaws, KnownLaw, LawReason, NoLaws, Quantity, QuantityUnit, ScenarioChanges,
    collect, default_scenarios, explanation,
};
use holdfast_scenarios::{SCENARIOS, Scenario, find};
use serde_json::{Value, json};

use super::{CommonOptions, Exit, Failure, Io};
use crate::progress::{ExpectedStates, ExplorationWatch};
use crate::table::{counted, counted_u64, labeled};

/// Collects the changes of the named scenarios, or of all default ones with payments, and prints their laws.
pub(super) fn run(names: &[String], options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let chosen = choose(names)?;
    io.interrupt.listen()?;
    let scenarios = collect_all(&chosen, options, io);
    let extent: Vec<Extent> = scenarios.iter().map(Extent::of).collect();
    let answer = judge(scenarios);
    if options.json {
        writeln!(io.out, "{:#}", in_json(&extent, &answer))?;
    } else {
        say(&extent, &answer, io)?;
    }
    Ok(answer.exit())
}

/// The figures of one scenario.
struct Extent {
    name: &'static str,
    is_complete: bool,
    states: u64,
    steps: u64,
    collisions: CollisionBound,
}

impl Extent {
    fn of(scenario: &ScenarioChanges) -> Self {
        let ScenarioChanges { name, is_complete, states, steps, collisions, .. } = *scenario;
        Self { name, is_complete, states, steps, collisions }
    }
}

/// The laws, or the reason why there are none.
enum LawsAnswer {
    Laws {
        /// The number of independent changes.
        rank: usize,
        laws: Vec<JudgedLaw>,
        objections: Vec<String>,
    },
    None(NoLaws),
}

/// A law with the known laws of which it is a combination; `None` if it is none.
struct JudgedLaw {
    law: ConservationLaw,
    known: Option<Vec<&'static KnownLaw>>,
}

impl LawsAnswer {
    fn exit(&self) -> Exit {
        match self {
            Self::Laws { objections, .. } if objections.is_empty() => Exit::Fine,
            Self::Laws { .. } => Exit::False,
            Self::None(_) => Exit::Incomplete,
        }
    }
}

fn choose(names: &[String]) -> Result<Vec<&'static Scenario>, Failure> {
    if names.is_empty() {
        return Ok(default_scenarios().collect());
    }
    let known: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
    let unknown = |name: &String| format!("unknown scenario {name:?}; expected {}", known.join(", "));
    let named = names.iter().map(|name| find(name).ok_or_else(|| Failure::Usage(unknown(name))));
    let named = named.collect::<Result<Vec<_>, _>>()?;
    Ok(SCENARIOS.iter().filter(|scenario| named.iter().any(|chosen| chosen.name == scenario.name)).collect())
}

/// Takes every step of the scenarios. Those that time or the user cuts off count as incomplete.
fn collect_all(chosen: &[&Scenario], options: &CommonOptions, io: &Io<'_>) -> Vec<ScenarioChanges> {
    let began = Instant::now();
    let shown = io.style.progress && !options.no_progress;
    let threads = NonZeroUsize::new(options.threads()).unwrap_or(NonZeroUsize::MIN);
    let mut found = Vec::new();
    for (number, scenario) in (1_usize..).zip(chosen) {
        let progress = Arc::new(Progress::default());
        if io.interrupt.is_set() {
            progress.cancel();
        }
        let time = options.time_limit.map(|limit| limit.saturating_sub(began.elapsed()));
        let label = format!("laws {number}/{} {}", chosen.len(), scenario.name);
        let expected = ExpectedStates { states: None, after: 0 };
        let watch = ExplorationWatch::start(shown, label, Arc::clone(&progress), expected, io.interrupt.clone());
        let limits = CollectionLimits { threads, max_states: options.max_states, time, progress };
        found.push(collect(scenario, &limits));
        drop(watch);
    }
    found
}

fn judge(scenarios: Vec<ScenarioChanges>) -> LawsAnswer {
    let judged = FoundLaws::of(scenarios).and_then(|found| {
        let mut laws = Vec::new();
        for law in &found.basis {
            laws.push(JudgedLaw { law: law.clone(), known: explanation(law)? });
        }
        Ok(LawsAnswer::Laws { rank: found.rank(), laws, objections: found.objections()? })
    });
    judged.unwrap_or_else(LawsAnswer::None)
}

/// Returns the chance that a state of any scenario was taken for another.
fn collisions(extent: &[Extent]) -> CollisionBound {
    CollisionBound { pairs: extent.iter().map(|extent| extent.collisions.pairs).fold(0, u64::saturating_add) }
}

/// Returns the sentences of a law, with the properties or the reason.
fn words(law: &JudgedLaw) -> String {
    let Some(known) = &law.known else {
        return "neither declared nor explained: a law of these scenarios, whose bounds may be its only cause"
            .to_owned();
    };
    let sentence = |known: &&KnownLaw| match known.reason {
        LawReason::Declared(properties) => format!("{} ({})", known.sentence, properties.join(", ")),
        LawReason::Explained(reason) => format!("{} (no property: {reason})", known.sentence),
    };
    known.iter().map(sentence).collect::<Vec<_>>().join(" ")
}

fn say(extent: &[Extent], answer: &LawsAnswer, io: &mut Io<'_>) -> Result<(), Failure> {
    let width = io.style.width;
    let sum = |of: fn(&Extent) -> u64| extent.iter().map(of).fold(0, u64::saturating_add);
    let (states, steps) = (sum(|extent| extent.states), sum(|extent| extent.steps));
    let explored = format!(
        "{}: {}, {}",
        counted(extent.len(), "scenario"),
        counted_u64(states, "state"),
        counted_u64(steps, "transition")
    );
    let mut text = labeled("explored   ", &explored, width);
    match answer {
        LawsAnswer::None(reason) => {
            text.push_str(&labeled(&format!("{} ", io.style.open("INCOMPLETE:")), &reason.to_string(), width));
        }
        LawsAnswer::Laws { rank, laws, objections } => {
            let chance = format!(
                "states are 64-bit fingerprints; a state was left out with a chance of at most {}",
                collisions(extent)
            );
            text.push_str(&labeled("collisions ", &chance, width));
            let quantities = counted(Quantity::all().count(), "quantity");
            let changes = format!("{quantities}, {}", counted(*rank, "independent change"));
            text.push_str(&labeled("changes    ", &changes, width));
            text.push_str(&labeled("laws       ", &counted(laws.len(), "independent law"), width));
            for law in laws {
                text.push('\n');
                text.push_str(&labeled("", &law.law.to_string(), width));
                text.push_str(&labeled("    ", &words(law), width));
            }
            text.push('\n');
            let unchanged: Vec<_> = laws.iter().filter_map(|law| alone(&law.law)).map(Quantity::name).collect();
            if !unchanged.is_empty() {
                let words = format!(
                    "an equality of these alone, because they never change in these scenarios: {}",
                    unchanged.join(", ")
                );
                text.push_str(&labeled("not tested ", &words, width));
            }
            for objection in objections {
                text.push_str(&labeled(&format!("{} ", io.style.bad("FALSE:")), objection, width));
            }
            if objections.is_empty() {
                let ok = "every equality that a property declares is a law of these scenarios.";
                text.push_str(&labeled(&format!("{} ", io.style.good("OK:")), ok, width));
            }
        }
    }
    write!(io.out, "{text}")?;
    Ok(())
}

/// Returns the quantity of a law that consists of one quantity, which therefore never changes.
fn alone(law: &ConservationLaw) -> Option<Quantity> {
    match law.terms().as_slice() {
        [(_, quantity)] => Some(*quantity),
        _ => None,
    }
}

fn in_json(extent: &[Extent], answer: &LawsAnswer) -> Value {
    let scenario = |extent: &Extent| {
        json!({
            "name": extent.name,
            "complete": extent.is_complete,
            "states": extent.states,
            "transitions": extent.steps,
        })
    };
    let law = |judged: &JudgedLaw| {
        let term =
            |(factor, quantity): (i128, Quantity)| json!({ "factor": factor.to_string(), "quantity": quantity.name() });
        let known = judged.known.as_deref().unwrap_or_default();
        json!({
            "law": judged.law.to_string(),
            "unit": judged.law.unit().map(QuantityUnit::name),
            "terms": judged.law.terms().into_iter().map(term).collect::<Vec<_>>(),
            "known": judged.known.is_some(),
            "words": words(judged),
            "properties": known.iter().flat_map(|known| known.properties()).collect::<Vec<_>>(),
        })
    };
    let (rank, laws, objections, reason) = match answer {
        LawsAnswer::Laws { rank, laws, objections } => {
            (Some(*rank), laws.iter().map(law).collect(), objections.clone(), None)
        }
        LawsAnswer::None(reason) => (None, Vec::new(), Vec::new(), Some(reason.to_string())),
    };
    json!({
        "schema": "holdfast/laws/2",
        "exit": answer.exit().code(),
        "complete": extent.iter().all(|extent| extent.is_complete),
        "scenarios": extent.iter().map(scenario).collect::<Vec<_>>(),
        "collision_pairs": collisions(extent).pairs,
        "independent_changes": rank,
        "laws": laws,
        "objections": objections,
        "why_none": reason,
    })
}
