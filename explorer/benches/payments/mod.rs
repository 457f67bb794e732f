//! Three interchangeable payments: a space with as many bytes a state and as many properties as a model has, but
//! without a model.

pub(crate) mod packed;

use holdfast_explorer::{Judgement, Portable, PropertyBits, Space, Successor};
use std::hash::{Hash, Hasher};

const PAYMENTS: usize = 3;
/// The units of time that a hold lasts in the space that explorers are compared on.
const LONGEST: u32 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Absent,
    Created,
    Challenged,
    Capturable,
    Succeeded,
    Canceled,
}

/// 32 bytes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Payment {
    status: Status,
    failures: u8,
    captures: u8,
    refund_pending: bool,
    authorized: u32,
    capturable: u32,
    captured: u32,
    released: u32,
    refunded: u32,
    pending: u32,
    left: u32,
}

/// Kept sorted, so that exchanging two payments gives the same state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    payments: [Payment; PAYMENTS],
    held: u32,
    settled: u32,
}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        for payment in &self.payments {
            hasher.write_u64(
                u64::from(payment.status as u8)
                    | u64::from(payment.failures) << 8
                    | u64::from(payment.captures) << 16
                    | u64::from(payment.refund_pending) << 24
                    | u64::from(payment.authorized) << 32,
            );
            hasher.write_u64(u64::from(payment.capturable) | u64::from(payment.captured) << 32);
            hasher.write_u64(u64::from(payment.released) | u64::from(payment.refunded) << 32);
            hasher.write_u64(u64::from(payment.pending) | u64::from(payment.left) << 32);
        }
        hasher.write_u64(u64::from(self.held) | u64::from(self.settled) << 32);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Create(u32),
    Confirm,
    Challenge,
    Decline,
    Capture(u32),
    Finish,
    Cancel,
    Refund(u32),
    RefundSettles,
    RefundFails,
    Wait,
    Expire,
}

const ACTIONS: [Action; 16] = [
    Action::Create(1),
    Action::Create(2),
    Action::Create(3),
    Action::Confirm,
    Action::Challenge,
    Action::Decline,
    Action::Capture(1),
    Action::Capture(2),
    Action::Finish,
    Action::Cancel,
    Action::Refund(1),
    Action::Refund(2),
    Action::RefundSettles,
    Action::RefundFails,
    Action::Wait,
    Action::Expire,
];

/// The position of the payment, and the position of its action.
pub(crate) type Input = (u8, u8);

#[derive(Clone, Copy)]
pub(crate) struct Payments {
    /// The units of time that a hold lasts, at most 255. More of them make more states.
    pub(crate) longest: u32,
    /// Whether inputs that are refused are steps as well.
    pub(crate) refusals: bool,
}

impl Default for Payments {
    fn default() -> Self {
        Self { longest: LONGEST, refusals: true }
    }
}

/// The visible part of a state, which the properties read.
struct Observation {
    authorized: u32,
    accounted: u32,
    captured: u32,
    refunded: u32,
    capturable: u32,
    terminal: u32,
}

fn observe(state: &State) -> Observation {
    let sum = |field: fn(&Payment) -> u32| state.payments.iter().map(field).sum();
    Observation {
        authorized: sum(|payment| payment.authorized),
        accounted: sum(|payment| payment.capturable + payment.captured + payment.released),
        captured: sum(|payment| payment.captured),
        refunded: sum(|payment| payment.refunded + payment.pending),
        capturable: sum(|payment| payment.capturable),
        terminal: sum(|payment| u32::from(matches!(payment.status, Status::Succeeded | Status::Canceled))),
    }
}

fn state_properties(state: &State, seen: &Observation) -> Judgement {
    let each = |holds: fn(&Payment) -> bool| state.payments.iter().all(holds);
    let holds = [
        seen.authorized == seen.accounted,
        seen.refunded <= seen.captured,
        seen.capturable == state.held,
        seen.captured == state.settled + seen.refunded,
        each(|payment| payment.captured <= payment.authorized),
        each(|payment| payment.refunded + payment.pending <= payment.captured),
        each(|payment| payment.status == Status::Capturable || payment.capturable == 0),
        each(|payment| payment.status != Status::Canceled || payment.captured == 0),
    ];
    Judgement {
        broken: bits(holds.map(|held| !held)),
        witnessed: bits([seen.authorized > 0, seen.refunded > 0, seen.terminal > 0]) << 32,
    }
}

fn step_properties(before: &Observation, after: &Observation, accepted: bool) -> (PropertyBits, PropertyBits) {
    let holds =
        [after.authorized >= before.authorized, after.captured >= before.captured, after.terminal >= before.terminal];
    (bits(holds.map(|held| !held)) << 64, bits([accepted, !accepted, after.captured > before.captured]) << 96)
}

fn bits<const N: usize>(flags: [bool; N]) -> PropertyBits {
    flags.into_iter().enumerate().fold(PropertyBits::ZERO, |bits, (bit, flag)| bits | PropertyBits::from(flag) << bit)
}

/// Returns the payment after an action; `None` if it is refused.
fn transition(mut payment: Payment, action: Action, longest: u32) -> Option<Payment> {
    use Status::{Absent, Canceled, Capturable, Challenged, Created, Succeeded};
    match (action, payment.status) {
        (Action::Create(amount), Absent) => {
            payment.status = Created;
            payment.authorized = 0;
            payment.left = amount;
        }
        (Action::Challenge, Created) => payment.status = Challenged,
        (Action::Confirm, Created | Challenged) => {
            payment.status = Capturable;
            payment.authorized = payment.left;
            payment.capturable = payment.left;
            payment.left = longest;
        }
        (Action::Decline, Created | Challenged) if payment.failures < 2 => {
            payment.failures += 1;
            payment.status = Created;
        }
        (Action::Cancel, Created | Challenged) => {
            payment.status = Canceled;
            payment.left = 0;
        }
        (Action::Capture(amount), Capturable) if amount <= payment.capturable && payment.left > 0 => {
            payment.captures += 1;
            payment.capturable -= amount;
            payment.captured += amount;
            if payment.capturable == 0 {
                payment.status = Succeeded;
                payment.left = 0;
            }
        }
        (Action::Finish | Action::Expire, Capturable)
            if payment.captured > 0 && (action == Action::Finish || payment.left == 0) =>
        {
            payment.released = payment.capturable;
            payment.capturable = 0;
            payment.status = Succeeded;
            payment.left = 0;
        }
        (Action::Cancel | Action::Expire, Capturable)
            if payment.captured == 0 && (action == Action::Cancel || payment.left == 0) =>
        {
            payment.released = payment.capturable;
            payment.capturable = 0;
            payment.status = Canceled;
            payment.left = 0;
        }
        (Action::Wait, Capturable) if payment.left > 0 => payment.left -= 1,
        (Action::Refund(amount), Succeeded)
            if !payment.refund_pending && payment.refunded + amount <= payment.captured =>
        {
            payment.pending = amount;
            payment.refund_pending = true;
        }
        (Action::RefundSettles, Succeeded) if payment.refund_pending => {
            payment.refunded += payment.pending;
            payment.pending = 0;
            payment.refund_pending = false;
        }
        (Action::RefundFails, Succeeded) if payment.refund_pending => {
            payment.pending = 0;
            payment.refund_pending = false;
        }
        _ => return None,
    }
    Some(payment)
}

impl State {
    fn with(mut self, place: usize, changed: Payment) -> Self {
        self.payments[place] = changed;
        self.payments.sort_unstable();
        let sum = |field: fn(&Payment) -> u32| -> u32 { self.payments.iter().map(field).sum() };
        self.held = sum(|payment| payment.capturable);
        self.settled = sum(|payment| payment.captured - payment.refunded - payment.pending);
        self
    }
}

impl Payments {
    fn successor(&self, state: &State, before: &Observation, input: Input) -> Successor<Self> {
        let (place, number) = input;
        let action = ACTIONS[usize::from(number)];
        let payment = state.payments[usize::from(place)];
        let outcome = transition(payment, action, self.longest);
        let after = outcome.map(|changed| state.with(usize::from(place), changed));
        let accepted = after.is_some();
        let (broken, witnessed) = match &after {
            Some(after) => step_properties(before, &observe(after), accepted),
            None => step_properties(before, before, accepted),
        };
        Successor {
            input,
            after,
            broken,
            witnessed,
            class: (u32::from(number) * 8 + payment.status as u32) * 2 + u32::from(accepted),
            digest: u64::from(number) << 8 | u64::from(place),
        }
    }
}

impl Space for Payments {
    type State = State;
    type Input = Input;

    fn roots(&self) -> Vec<State> {
        let payment = Payment {
            status: Status::Absent,
            failures: 0,
            captures: 0,
            refund_pending: false,
            authorized: 0,
            capturable: 0,
            captured: 0,
            released: 0,
            refunded: 0,
            pending: 0,
            left: 0,
        };
        vec![State { payments: [payment; PAYMENTS], held: 0, settled: 0 }]
    }

    fn inputs(&self, state: &State, inputs: &mut Vec<Input>) {
        for (place, payment) in (0_u8..).zip(&state.payments) {
            // Of several equal payments, only the first is changed.
            if place > 0 && state.payments[usize::from(place) - 1] == *payment {
                continue;
            }
            let taken = |number: &u8| {
                self.refusals || transition(*payment, ACTIONS[usize::from(*number)], self.longest).is_some()
            };
            inputs.extend((0..ACTIONS.len() as u8).filter(taken).map(|number| (place, number)));
        }
    }

    fn step(&self, state: &State, input: Input) -> Successor<Self> {
        self.successor(state, &observe(state), input)
    }

    fn judge(&self, state: &State) -> Judgement {
        state_properties(state, &observe(state))
    }

    fn expand(&self, state: &State, emit: &mut impl FnMut(Successor<Self>)) -> Judgement {
        let before = observe(state);
        for (place, payment) in (0_u8..).zip(&state.payments) {
            if place > 0 && state.payments[usize::from(place) - 1] == *payment {
                continue;
            }
            for number in 0..ACTIONS.len() as u8 {
                let action = ACTIONS[usize::from(number)];
                if self.refusals || transition(*payment, action, self.longest).is_some() {
                    emit(self.successor(state, &before, (place, number)));
                }
            }
        }
        state_properties(state, &before)
    }
}

/// Encodes and decodes field by field. The single-process benchmark does not use it.
impl Portable for Payments {
    fn pack(state: &State, bytes: &mut Vec<u8>) {
        for payment in &state.payments {
            bytes.extend(packed::pack(&Payment { left: 0, ..*payment }).to_le_bytes());
            bytes.push(payment.left as u8);
        }
    }

    fn unpack(bytes: &mut &[u8]) -> Option<State> {
        let mut state = Payments::default().roots()[0];
        for payment in &mut state.payments {
            let (word, rest) = bytes.split_first_chunk()?;
            let (left, rest) = rest.split_first()?;
            *payment = Payment { left: u32::from(*left), ..packed::unpack(u64::from_le_bytes(*word)) };
            *bytes = rest;
        }
        Some(state.with(0, state.payments[0]))
    }
}
