//! The link between the table and the model: each step is an operation, and each formula is what the catalogue judges.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_model::testing::{PlantedFault, faults, wide_state};
use holdfast_model::{
    Capture, Config, CreateRefund, EnvironmentEvent, Input, IntentId, Operation, RefundId, RefundProgress, State,
    Transition, Update, transition,
};
use holdfast_properties::{Property, Step, Verdicts, judge_observation, judge_step};
use holdfast_prove::{
    LinearProperty, OPERATIONS, PROPERTIES, Quantities, explain_step, holds, is_invariant, quantities, start_of,
};
use holdfast_scenarios::induction::inputs;
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{SCENARIOS, Scenario, Variant, Visit};

/// The number of steps of each operation, and the steps that are no operation.
#[derive(Default)]
struct Seen {
    operations: BTreeMap<&'static str, u64>,
    misfits: Vec<String>,
    /// Steps that were linked already, if they are remembered: scenarios repeat them often.
    known: Option<BTreeSet<(Quantities, Quantities)>>,
    false_formulas: BTreeMap<&'static str, u64>,
}

fn count(counts: &mut BTreeMap<&'static str, u64>, name: &'static str) {
    let count = counts.entry(name).or_default();
    *count = count.saturating_add(1);
}

impl Seen {
    /// Links one step of every payment. Steps from states that break an invariant are outside of the proof.
    fn link<const PAYMENTS: usize, const KEYS: usize>(
        &mut self,
        config: &Config,
        before: &State<PAYMENTS, KEYS>,
        input: Input,
        made: &Transition<PAYMENTS, KEYS>,
    ) -> Result<(), String> {
        if made.after == *before {
            return Ok(());
        }
        let (from, to) = (before.observe(config), made.after.observe(config));
        let (from, to) = (from.observation(config).payments, to.observation(config).payments);
        for (from, to) in from.iter().zip(to) {
            if from == to {
                continue;
            }
            let Some(to) = to else {
                self.misfits.push(format!("{input:?}: the payment is gone"));
                continue;
            };
            let after = quantities(config, to);
            let start = match from {
                Some(from) => Some(quantities(config, from)),
                None => start_of(&after)?,
            };
            let Some(before) = start else {
                self.misfits.push(format!("{input:?}: no payment is created so: {after:?}"));
                continue;
            };
            if self.known.as_mut().is_some_and(|known| !known.insert((before.clone(), after.clone()))) {
                continue;
            }
            if is_invariant(&before)? {
                match explain_step(&before, &after) {
                    Ok(name) => count(&mut self.operations, name),
                    Err(why) => self.misfits.push(format!("{input:?}: {why}, from {before:?}")),
                }
            }
        }
        Ok(())
    }

    /// Compares formulas and judgments of a step of one payment.
    fn compare(
        &mut self,
        config: &Config,
        before: &State<1, 0>,
        input: Input,
        made: &Transition<1, 0>,
    ) -> Result<(), String> {
        let (from, to) = (before.observe(config), made.after.observe(config));
        let (from, to) = (from.observation(config), to.observation(config));
        let step = Step::new(from, input, made.outcome, made.notifications.as_slice(), to);
        let (moment, step) = (judge_observation(&from), judge_step(&step));
        let ([Some(from)], [Some(to)]) = (from.payments, to.payments) else { return Ok(()) };
        let (from, to) = (quantities(config, from), quantities(config, to));
        self.agree(moment, step, &from, &to)
    }

    fn agree(&mut self, moment: Verdicts, step: Verdicts, from: &Quantities, to: &Quantities) -> Result<(), String> {
        for property in PROPERTIES {
            let known = Property::find(property.name).ok_or_else(|| format!("unknown: {}", property.name))?;
            // The step formula has no premises: it is about steps from states in which the invariants hold.
            if property.is_step && !is_invariant(from)? {
                continue;
            }
            let verdicts = if property.is_step { step } else { moment };
            let (found, expected) = (holds(property, from, to)?, verdicts.broken & known.bit() == 0);
            if found != expected {
                return Err(format!("{}: formula {found}, catalogue {expected}: {from:?} to {to:?}", property.name));
            }
            if !found {
                count(&mut self.false_formulas, property.name);
            }
        }
        Ok(())
    }
}

/// Every step from the first states of one variant.
struct Walk<'a> {
    seen: &'a mut Seen,
    limit: usize,
    fault: Option<&'static PlantedFault>,
}

impl Visit for Walk<'_> {
    type Output = Result<(), String>;

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> Self::Output {
        let space = match self.fault {
            Some(fault) => space.with_fault(fault),
            None => space,
        };
        let mut result = Ok(());
        space.walk(self.limit, |before, input, made| {
            if result.is_ok() {
                result = self.seen.link(space.config(), before, input, made);
            }
        });
        result
    }
}

/// Compares the formula about steps with the catalogue, on the steps of one variant with a fault.
struct WalkSteps<'a> {
    property: &'a LinearProperty,
    fault: &'static PlantedFault,
}

impl Visit for WalkSteps<'_> {
    /// The number of steps that are false.
    type Output = Result<u64, String>;

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> Self::Output {
        let space = space.with_fault(self.fault);
        let known = Property::find(self.property.name).ok_or("unknown property")?;
        let (config, mut result) = (space.config(), Ok(0));
        space.walk(20_000, |before, input, made| {
            let (from, to) = (before.observe(config), made.after.observe(config));
            let (from, to) = (from.observation(config), to.observation(config));
            let step = Step::new(from, input, made.outcome, made.notifications.as_slice(), to);
            let mut formula = Ok(true);
            for pair in from.payments.iter().zip(to.payments) {
                let (Some(from), Some(to)) = pair else { continue };
                let (from, to) = (quantities(config, from), quantities(config, to));
                match is_invariant(&from) {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(why) => formula = Err(why),
                }
                formula = formula.and_then(|so_far| Ok(so_far && holds(self.property, &from, &to)?));
            }
            let catalogue = judge_step(&step).broken & known.bit() == 0;
            result = std::mem::replace(&mut result, Ok(0)).and_then(|count: u64| match formula? {
                formula if formula == catalogue => Ok(count.saturating_add(u64::from(!formula))),
                formula => Err(format!("{input:?}: formula {formula}, catalogue {catalogue}")),
            });
        });
        result
    }
}

#[test]
fn the_formula_about_steps_is_false_where_the_catalogue_is() -> Result<(), String> {
    for property in PROPERTIES.iter().filter(|property| property.is_step) {
        let mut count = 0_u64;
        for fault in faults().filter(|fault| fault.breaks == property.name) {
            let (scenario, variant) = place_of(fault)?;
            let found = scenario
                .visit(&variant, WalkSteps { property, fault })
                .map_err(|why| format!("{}: {why}", fault.name))?;
            assert!(found > 0, "{} breaks nothing", fault.name);
            count = count.saturating_add(found);
        }
        assert!(count > 0, "no fault breaks {}", property.name);
    }
    Ok(())
}

/// Returns where a fault is reached.
fn place_of(fault: &PlantedFault) -> Result<(&'static Scenario, Variant), String> {
    let scenario = SCENARIOS.iter().find(|scenario| scenario.name == fault.scenario).ok_or("unknown scenario")?;
    let variant = (scenario.variants)().into_iter().find(|variant| variant.name == fault.variant);
    Ok((scenario, variant.ok_or("unknown variant")?))
}

fn is_long() -> bool {
    std::env::var_os("HOLDFAST_LONG").is_some()
}

fn default_variants() -> impl Iterator<Item = (&'static Scenario, Variant)> {
    let scenarios = SCENARIOS.iter().filter(|scenario| !scenario.deep);
    scenarios.flat_map(|scenario| (scenario.variants)().into_iter().map(move |variant| (scenario, variant)))
}

/// `HOLDFAST_LONG=1` takes every step of the default scenarios, else those from the first states of each variant.
#[test]
fn every_step_of_the_scenarios_is_an_operation_of_the_table() -> Result<(), String> {
    let limit = if is_long() { usize::MAX } else { 300 };
    let mut seen = Seen { known: Some(BTreeSet::new()), ..Seen::default() };
    for (scenario, variant) in default_variants() {
        scenario.visit(&variant, Walk { seen: &mut seen, limit, fault: None })?;
    }
    assert!(seen.misfits.is_empty(), "{} misfits, first {:?}", seen.misfits.len(), seen.misfits.first());
    Ok(())
}

/// Replaces the amount of an input by one near an amount of the state.
fn with_amount(input: Input, near: &[i64], random: &mut fastrand::Rng) -> Input {
    let mut draw = || random.choice(near).copied().unwrap_or(1).saturating_add(random.i64(-1..=1));
    let intent = IntentId(0);
    let Input::Call(mut call) = input else { return input };
    let (operation, number, more) = (call.operation, draw(), draw());
    let full = |capture: Capture| Capture {
        amount: capture.amount.map(|_| number),
        fee: capture.fee.map(|_| more),
        transfer: capture.transfer.map(|_| more),
        ..capture
    };
    call.operation = if let Operation::CaptureIntent { capture, .. } = operation {
        Operation::CaptureIntent { intent, capture: full(capture) }
    } else if let Operation::CreateRefund { refund, .. } = operation {
        Operation::CreateRefund { intent, refund: CreateRefund { amount: refund.amount.map(|_| number), ..refund } }
    } else if let Operation::RefundFee { amount, .. } = operation {
        Operation::RefundFee { intent, amount: amount.map(|_| number) }
    } else if let Operation::ReverseTransfer { amount, .. } = operation {
        Operation::ReverseTransfer { intent, amount: amount.map(|_| number) }
    } else if let Operation::CreateTransfer { amount, .. } = operation {
        Operation::CreateTransfer { intent, amount: amount.map(|_| number) }
    } else if let Operation::UpdateIntent { update: Update::Amount(_), .. } = operation {
        Operation::UpdateIntent { intent, update: Update::Amount(number) }
    } else if let Operation::UpdateIntent { update: Update::Fee(_), .. } = operation {
        Operation::UpdateIntent { intent, update: Update::Fee(number) }
    } else if let Operation::UpdateIntent { update: Update::Transfer(_), .. } = operation {
        Operation::UpdateIntent { intent, update: Update::Transfer(number) }
    } else {
        operation
    };
    Input::Call(call)
}

/// The inputs of the induction, and every event of a refund.
fn all_inputs() -> Vec<Input> {
    let intent = IntentId(0);
    let mut all = inputs();
    for id in (0..4).map(RefundId) {
        for progress in
            [RefundProgress::Succeeds, RefundProgress::Fails, RefundProgress::DetailsGiven, RefundProgress::Returned]
        {
            all.push(EnvironmentEvent::Refund { intent, refund: id, progress }.into());
        }
    }
    all
}

/// Draws states and takes steps from them.
fn drawn(
    count: usize,
    mut visit: impl FnMut(&Config, &State<1, 0>, Input) -> Result<(), String>,
) -> Result<(), String> {
    let configs: Vec<Config> = default_variants().map(|(_, variant)| variant.config).collect();
    let inputs = all_inputs();
    let mut random = fastrand::Rng::with_seed(18);
    for _ in 0..count {
        let state = wide_state(&mut |below| if below == 0 { 0 } else { random.u32(0..below) });
        let config = random.choice(&configs).ok_or("no configuration")?;
        let observed = state.observe(config);
        let [Some(payment)] = observed.observation(config).payments else { return Err("no payment".to_owned()) };
        let values = quantities(config, payment);
        let near: Vec<i64> = values.values().filter_map(|value| i64::try_from(*value).ok()).collect();
        for _ in 0..12 {
            let input = random.choice(&inputs).copied().ok_or("no input")?;
            let input = with_amount(input, &near, &mut random);
            visit(config, &state, input)?;
        }
    }
    Ok(())
}

/// `HOLDFAST_LONG=1` draws fifty times as many states.
fn draws() -> usize {
    if is_long() { 400_000 } else { 8_000 }
}

#[test]
fn steps_with_amounts_of_the_whole_range_are_operations_of_the_table() -> Result<(), String> {
    let mut seen = Seen::default();
    drawn(draws(), |config, state, input| seen.link(config, state, input, &transition(config, state, input)))?;
    assert!(seen.misfits.is_empty(), "{} misfits, first {:?}", seen.misfits.len(), seen.misfits.first());
    let unseen: Vec<_> =
        OPERATIONS.iter().map(|operation| operation.name).filter(|name| !seen.operations.contains_key(name)).collect();
    assert!(unseen.is_empty(), "never taken: {unseen:?} in {:?}", seen.operations);
    Ok(())
}

#[test]
fn formulas_and_catalogue_agree_on_true_and_false_states() -> Result<(), String> {
    let mut seen = Seen::default();
    drawn(draws(), |config, state, input| seen.compare(config, state, input, &transition(config, state, input)))?;
    let never: Vec<_> = PROPERTIES
        .iter()
        .filter(|property| !property.is_step && !seen.false_formulas.contains_key(property.name))
        .map(|property| property.name)
        .collect();
    assert!(never.is_empty(), "never false in a drawn state: {never:?}");
    Ok(())
}

/// A fault that breaks a proven property breaks the link: no operation of the table does what it does.
#[test]
fn the_link_rejects_the_planted_faults_about_money() -> Result<(), String> {
    let mut tried = 0_usize;
    for fault in faults().filter(|fault| PROPERTIES.iter().any(|property| property.name == fault.breaks)) {
        let (scenario, variant) = place_of(fault)?;
        let mut seen = Seen::default();
        scenario.visit(&variant, Walk { seen: &mut seen, limit: 20_000, fault: Some(fault) })?;
        assert!(!seen.misfits.is_empty(), "{} is a step of the table", fault.name);
        tried = tried.saturating_add(1);
    }
    assert!(tried >= PROPERTIES.len(), "only {tried} faults about money");
    Ok(())
}
