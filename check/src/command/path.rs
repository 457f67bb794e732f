//! `check path`: the shortest trace to a state. A trace is printed only if it replays to such a state.

use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_model::trace::{ObjectName, Script, object_of};
use holdfast_model::{Config, Input, IntentId};
use serde_json::json;

use super::select::{Job, jobs};
use super::{CommonOptions, Exit, Failure, Io};
use crate::interrupt::Interrupt;
use crate::predicate::Predicate;
use crate::progress::{ExpectedStates, ExplorationWatch};
use crate::replay::{Replay, inputs_along};
use crate::table::counted;
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
    io.interrupt.listen()?;
    let began = Instant::now();
    let mut best: Option<(String, Script)> = None;
    let mut cut: Option<Why> = None;
    for job in &jobs {
        if io.interrupt.is_set() {
            cut = Some(Why::Cancelled);
            break;
        }
        let time = options.time_limit.map(|limit| limit.saturating_sub(began.elapsed()));
        let shown = io.style.progress && !options.no_progress;
        // A longer trace than the known one is of no use.
        let depth = match &best {
            Some((_, script)) => match script.lines.len().checked_sub(1).map(u32::try_from) {
                Some(Ok(depth)) => Some(depth),
                Some(Err(_)) => None,
                None => break,
            },
            None => None,
        };
        let interrupt = io.interrupt.clone();
        let searching = Searching { predicate: &predicate, job, options, time, depth, shown, interrupt };
        match job.scenario.visit(&job.variant, searching) {
            Searched::Found(script) => best = Some((job.name(), script)),
            Searched::Nowhere => {}
            Searched::Cut(Why::MaxDepth(_)) if depth.is_some() => {}
            Searched::Cut(why) => cut = Some(why),
            Searched::Lost => {
                let message = "a path of the explorer does not replay on the model; please report this as a bug";
                return Err(Failure::Output(std::io::Error::other(message)));
            }
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
        writeln!(io.out, "# {}, in {unit}\n", counted(script.lines.len(), "step"))?;
        write!(io.out, "{script}")?;
    } else if cut.is_none() {
        writeln!(io.out, "No reachable state of the searched scenarios satisfies {predicate}")?;
    }
    if let Some(why) = cut {
        let words = io.style.open("INCOMPLETE:");
        let so_far = if best.is_some() { "there may be a shorter one" } else { "none found so far" };
        let why = if why == Why::Cancelled { "interrupted".to_owned() } else { why.to_string() };
        writeln!(io.err, "{words} {why}; {so_far}.")?;
    }
    Ok(exit)
}

/// The result of a search in one variant.
enum Searched {
    /// A trace that replays to such a state.
    Found(Script),
    /// Every state was searched and none is such a state.
    Nowhere,
    /// The search was cut.
    Cut(Why),
    /// A state was found, but no trace replays to it: an error of the explorer.
    Lost,
}

struct Searching<'a> {
    predicate: &'a Predicate,
    job: &'a Job,
    options: &'a CommonOptions,
    time: Option<Duration>,
    depth: Option<u32>,
    shown: bool,
    interrupt: Interrupt,
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
        let label = format!("{} (search)", self.job.name());
        let expected = ExpectedStates::default();
        let _watch = ExplorationWatch::start(self.shown, label, Arc::clone(&progress), expected, self.interrupt);
        let config = space.config();
        let found = explorer.search(|state| {
            let sight = state.observe(config);
            self.predicate.naming(&sight.observation(config)).is_some()
        });
        match found {
            Search::Found(path) => {
                let inputs = inputs_along(&space, &path);
                let replay = inputs.and_then(|inputs| named_as_wanted(self.predicate, *config, &inputs));
                // Renaming payments must not lose the state: only a trace that replays is shown.
                let replay = replay.filter(|replay| self.predicate.holds(&replay.end()));
                replay.map_or(Searched::Lost, |replay| Searched::Found(replay.script()))
            }
            Search::Unreachable => Searched::Nowhere,
            Search::Unknown { why } => Searched::Cut(why),
        }
    }
}

/// Returns the replay whose payments have the names of the predicate. The explorer does not distinguish interchangeable
/// payments.
fn named_as_wanted(predicate: &Predicate, config: Config, inputs: &[Input]) -> Option<Replay> {
    let replay = Replay::play(config, inputs.iter().copied());
    let naming = predicate.naming(&replay.end())?;
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
