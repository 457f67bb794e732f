//! A property depends only on the choices of the dialect that it names: its judgment of a step changes with each of
//! them, and with no other choice.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::thread;

use holdfast_explorer::Space;
use holdfast_model::{Config, Dialect, Observation, State, transition};
use holdfast_properties::{CATALOGUE, Property, Step, judge_observation, judge_step};
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{SCENARIOS, Visit};

/// No scenario returns a share of exactly one half; `model/tests/choices.rs` has a table of both choices (P1).
const IN_A_TABLE: &str = "half_of_a_share_rounds_up";

/// The number of states of each space, in breadth-first order.
const STATES: usize = 1_500;

/// The fields of the dialect that changed a judgment, by property.
type Dependencies = BTreeMap<&'static str, BTreeSet<&'static str>>;

/// Returns each dialect that differs from `config` in one field, with the name of the field.
fn neighbors(config: &Config) -> Vec<(&'static str, Config)> {
    let mut all = Vec::new();
    for (field, word) in config.dialect.words() {
        let words: Vec<String> = match word.as_str() {
            "yes" => vec!["no".to_owned()],
            "no" => vec!["yes".to_owned()],
            number => {
                let number: u32 = number.parse().unwrap();
                vec![number.saturating_add(1).to_string(), number.saturating_sub(1).to_string()]
            }
        };
        for word in words {
            let mut dialect = config.dialect;
            dialect.set(field, &word).unwrap();
            all.push((field, Config { dialect, ..*config }));
        }
    }
    all
}

struct Compare<'a>(&'a mut Dependencies);

impl Visit for Compare<'_> {
    type Output = ();

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) {
        let config = space.config();
        let neighbors = neighbors(config);
        let mut seen: HashSet<State<PAYMENTS, KEYS>> = space.roots().into_iter().collect();
        let mut waiting: VecDeque<_> = space.roots().into();
        let mut inputs = Vec::new();
        while let Some(state) = waiting.pop_front() {
            let before = state.observe(config);
            let before = before.observation(config);
            inputs.clear();
            space.inputs(&state, &mut inputs);
            for input in &inputs {
                let made = transition(config, &state, *input);
                let after = made.after.observe(config);
                let after = after.observation(config);
                let judged = |config| {
                    let (before, after) = (Observation { config, ..before }, Observation { config, ..after });
                    let step = Step::new(before, *input, made.outcome, made.notifications.as_slice(), after);
                    judge_step(&step).broken | judge_observation(&after).broken
                };
                let own = judged(config);
                for (field, other) in &neighbors {
                    let changed = own ^ judged(other);
                    for property in CATALOGUE.iter().filter(|property| changed & property.bit() != 0) {
                        self.0.entry(property.id).or_default().insert(field);
                    }
                }
                if seen.len() < STATES && seen.insert(made.after) {
                    waiting.push_back(made.after);
                }
            }
        }
    }
}

fn named(property: &Property) -> BTreeSet<&'static str> {
    let condition = property.condition.map(|condition| condition.field);
    property.decided_by.iter().copied().chain(condition).collect()
}

#[test]
fn a_property_names_every_choice_that_it_depends_on_and_no_other() {
    let spaces = SCENARIOS.iter().filter(|scenario| !scenario.deep);
    let spaces = spaces.flat_map(|scenario| (scenario.variants)().into_iter().map(move |variant| (scenario, variant)));
    let waiting = Mutex::new(spaces.collect::<Vec<_>>());
    // Each thread takes the next space.
    let next = || waiting.lock().unwrap().pop();
    let compare = || {
        let mut found = Dependencies::new();
        while let Some((scenario, variant)) = next() {
            scenario.visit(&variant, Compare(&mut found));
        }
        found
    };
    let mut found = Dependencies::new();
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let parts: Vec<_> = (0..threads).map(|_| scope.spawn(compare)).collect();
        for (property, fields) in parts.into_iter().flat_map(|part| part.join().unwrap()) {
            found.entry(property).or_default().extend(fields);
        }
    });
    let mut wrong = Vec::new();
    for property in &CATALOGUE {
        let (mut named, found) = (named(property), found.get(property.id).cloned().unwrap_or_default());
        named.remove(IN_A_TABLE);
        if named != found {
            wrong.push(format!("{}: names {named:?}, depends on {found:?}", property.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_statement_names_the_condition_and_the_choices() {
    let fields: Vec<&str> = Dialect::FIELDS.iter().map(|(field, _)| *field).collect();
    for property in &CATALOGUE {
        let statement = property.statement();
        let named = named(property);
        assert!(named.iter().all(|field| fields.contains(field)), "{named:?} are no fields of the dialect");
        let shown: BTreeSet<&str> = fields.iter().copied().filter(|field| statement.contains(field)).collect();
        assert_eq!(shown, named, "{statement}");
    }
}
