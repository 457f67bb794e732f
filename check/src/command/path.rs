//! `check path`: the shortest trace to a state.

use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_model::trace::{ObjectName, Script, object_of};
use holdfast_model::{Config, Input, IntentId};
use serde_json::json;

use super::select::{Job, jobs};
use super::{CommonOptions, Exit, Failure, Io};
use crate::predicate::Predicate;
use crate::progress::Watch;
use crate::replay::{Replay, inputs_along};
use holdfast_explorer::{Explorer, Limits, Mode, Progress, Search, Why};
use holdfast_scenarios::Visit;
use holdfast_scenarios::space::ModelSpace;

pub(super) fn run(
    words: &[String],
    scenarios: &[String],
    options: &CommonOptions,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let predicate = Predicate::parse(&words.join(" ")).map_err(|error| Failure::Usage(error.to_string()))?;
    let jobs = jobs(scenarios, options)?;
    let began = Instant::now();
    let mut best: Option<(String, Script)> = None;
    let mut cut: Option<Why> = None;
    for job in &jobs {
        let time = options.time_limit.map(|limit| limit.saturating_sub(began.elapsed()));
        let shown = io.style.progress && !options.no_progress;
        // Only a shorter trace than the one known is worth finding.
        let depth = match &best {
            Some((_, script)) => match script.lines.len().checked_sub(1).map(u32::try_from) {
                Some(Ok(depth)) => Some(depth),
                Some(Err(_)) => None,
                None => break,
            },
            None => None,
        };
        let searching = Searching { predicate: &predicate, job, options, time, depth, shown };
        match job.scenario.visit(&job.variant, searching) {
            Searched::Found(script) => best = Some((job.name(), script)),
            Searched::Nowhere => {}
            Searched::Cut(Why::MaxDepth(_)) if depth.is_some() => {}
            Searched::Cut(why) => cut = Some(why),
        }
    }

    let exit = match (&best, cut) {
        (_, Some(_)) => Exit::Incomplete,
        (Some(_), None) => Exit::Fine,
        (None, None) => Exit::False,
    };
    if options.json {
        let found = best
            .as_ref()
            .map(|(unit, script)| json!({ "in": unit, "steps": script.lines.len(), "trace": script.to_string() }));
        let answer = json!({
            "exit": exit.code(),
            "predicate": predicate.to_string(),
            "found": found,
            "complete": cut.is_none(),
        });
        writeln!(io.out, "{answer:#}")?;
        return Ok(exit);
    }
    if let Some((unit, script)) = &best {
        writeln!(io.out, "# {predicate}")?;
        writeln!(io.out, "# {} steps, in {unit}\n", script.lines.len())?;
        write!(io.out, "{script}")?;
    } else if cut.is_none() {
        writeln!(io.out, "No reachable state of what was searched is like that: {predicate}")?;
    }
    if let Some(why) = cut {
        let words = io.style.open("INCOMPLETE:");
        let so_far = if best.is_some() { "there may be a shorter one" } else { "none found so far" };
        writeln!(io.err, "{words} {why}; {so_far}.")?;
    }
    Ok(exit)
}

/// What became of a search in one variant.
enum Searched {
    /// A trace to such a state.
    Found(Script),
    /// There is none.
    Nowhere,
    /// Not everything has been searched.
    Cut(Why),
}

struct Searching<'a> {
    predicate: &'a Predicate,
    job: &'a Job,
    options: &'a CommonOptions,
    time: Option<Duration>,
    depth: Option<u32>,
    shown: bool,
}

impl Visit for Searching<'_> {
    type Output = Searched;

    fn visit<const P: usize, const K: usize>(self, space: ModelSpace<P, K>) -> Searched {
        let progress = Arc::new(Progress::default());
        let limits =
            Limits { max_states: self.options.max_states, max_depth: self.depth, time: self.time, ..Limits::default() };
        let deep = self.options.deep || self.job.scenario.deep;
        let explorer = Explorer::new(&space)
            .mode(if deep { Mode::Fingerprint } else { Mode::Exact })
            .threads(self.options.threads())
            .limits(limits)
            .progress(&progress);
        let _watch = Watch::start(self.shown, format!("{} (search)", self.job.name()), Arc::clone(&progress), None);
        let config = space.config();
        let found = explorer.search(|state| {
            let sight = state.observe(config);
            self.predicate.naming(&sight.observation(config)).is_some()
        });
        match found {
            Search::Found(path) => {
                let told =
                    inputs_along(&space, &path).and_then(|inputs| named_as_wanted(self.predicate, *config, &inputs));
                told.map_or(Searched::Nowhere, |replay| Searched::Found(replay.script()))
            }
            Search::Unreachable => Searched::Nowhere,
            Search::Unknown { why } => Searched::Cut(why),
        }
    }
}

/// The replay in which the payments bear the names that the predicate calls them by: where payments
/// are interchangeable, the explorer does not keep them apart.
fn named_as_wanted(predicate: &Predicate, config: Config, inputs: &[Input]) -> Option<Replay> {
    let replay = Replay::play(config, inputs.iter().copied());
    let last = replay.steps().last().map_or_else(|| replay.start(), |step| step.after);
    let naming = predicate.naming(&last)?;
    let renamed = inputs.iter().map(|input| {
        let place = object_of(input).and_then(|subject| match subject {
            ObjectName::Payment(intent) | ObjectName::Refund(intent, _) => Some(intent),
            ObjectName::Setup | ObjectName::Session | ObjectName::Key(_) => None,
        });
        let name = place.and_then(|place| naming.iter().position(|other| *other == usize::from(place.0)));
        match name.map(u8::try_from) {
            Some(Ok(name)) => input.retarget(IntentId(name)),
            Some(Err(_)) | None => *input,
        }
    });
    Some(Replay::play(config, renamed))
}
