//! The frequency of each kind of input.

use holdfast_model::Input;
use holdfast_model::trace::Verb;

use super::codec::Codec;
use super::prefixes;
use crate::capabilities::Capabilities;

/// The share of inputs that are drawn although they should be refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bias {
    /// One input in eight may be refused, and its parameters may be wrong.
    #[default]
    Friendly,
    /// Five inputs in eight may be refused, and their parameters may be wrong.
    Hostile,
}

/// The inputs that one sequence draws from. Most sequences omit some kinds and prefer others, so that long stretches of
/// one kind occur (swarm testing).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwarmConfig {
    /// The bias.
    pub bias: Bias,
    /// The maximum number of PaymentIntents.
    pub payments: u8,
    /// Whether the sequence has idempotency keys, faults, and requests held open.
    pub keys: bool,
    /// Selects the verbs that are left out: 0 for none, any other number for a different fifth of the verbs.
    swarm: u8,
    /// The verbs that are preferred, if any.
    topic: Option<&'static [Verb]>,
    /// Whether the sequence begins with a prefix.
    leaps: bool,
    /// The verbs that the subject takes.
    pub(super) verbs: Verbs,
}

/// A set of verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verbs(u64);

impl Verbs {
    const ALL: Self = Self(u64::MAX);

    /// Returns the verbs that a subject with these capabilities takes.
    pub(super) fn of(capabilities: &Capabilities) -> Self {
        let taken = Verb::ALL.iter().filter(|verb| capabilities.takes(**verb));
        Self(taken.fold(0, |bits, verb| bits | Self::bit(*verb)))
    }

    /// Returns whether the verb is in the set.
    pub(super) fn has(self, verb: Verb) -> bool {
        self.0 & Self::bit(verb) != 0
    }

    fn bit(verb: Verb) -> u64 {
        1_u64.checked_shl(verb as u32).unwrap_or(0)
    }
}

impl SwarmConfig {
    /// Returns the configuration without preferences.
    #[must_use]
    pub const fn even(bias: Bias) -> Self {
        Self { bias, payments: 3, keys: true, swarm: 0, topic: None, leaps: false, verbs: Verbs::ALL }
    }

    /// Returns the configuration that the choices select.
    pub(super) fn choose(codec: &mut impl Codec, bias: Bias) -> Self {
        let even = Self::even(bias);
        let payments = codec.among(even.payments, &[even.payments, 1, even.payments, 2, even.payments]);
        let keys = codec.among(even.keys, &[true, false, true]);
        let swarm = u8::try_from(codec.index(256, || Some(0))).unwrap_or(0);
        // One sequence in four has no topic; most of those begin with a prefix.
        let topic = codec.index(TOPIC_CHOICES, || Some(TOPICS.len()));
        Self {
            bias,
            payments,
            keys,
            swarm,
            topic: TOPICS.get(topic).copied(),
            leaps: topic > TOPICS.len(),
            verbs: Verbs::ALL,
        }
    }

    /// Returns the inputs that the sequence begins with.
    pub(super) fn prefix(&self) -> &'static [Input] {
        if self.leaps { prefixes::prefix(self.swarm) } else { &[] }
    }

    /// Returns the number of cases in eight in which an input is drawn even if it does not fit.
    pub(super) const fn insistence(&self) -> u8 {
        match self.bias {
            Bias::Friendly => 1,
            Bias::Hostile => 5,
        }
    }

    /// Returns whether the verb occurs in the sequence.
    pub(super) fn has(&self, verb: Verb) -> bool {
        use Verb as V;
        let is_needed = matches!(verb, V::CreateIntent | V::ConfirmIntent | V::CaptureIntent | V::Advance);
        let is_keyed = matches!(verb, V::Begin | V::Finish | V::PruneKey);
        let is_left_out = self.swarm != 0 && {
            let mixed = (u32::from(self.swarm) << 8 | verb as u32).wrapping_mul(0x9E37_79B1);
            (mixed >> 16).checked_rem(5) == Some(0)
        };
        (is_needed || !is_left_out) && (self.keys || !is_keyed)
    }

    /// Returns the verbs from which every second input is drawn.
    pub(super) const fn topic(&self) -> Option<&'static [Verb]> {
        self.topic
    }
}

/// The verbs that a sequence can prefer.
const TOPICS: [&[Verb]; 9] = {
    use Verb as V;
    [
        &[V::CaptureIntent, V::CreateIntent, V::CaptureIntent, V::ConfirmIntent, V::CreateRefund],
        &[
            V::CreateSession,
            V::CustomerPays,
            V::Advance,
            V::Authenticate,
            V::CaptureIntent,
            V::Settle,
            V::ExpireSession,
        ],
        &[
            V::CreateSetup,
            V::ConfirmSetup,
            V::AuthenticateSetup,
            V::VerifyMicrodeposits,
            V::SettleSetup,
            V::UpdateSetup,
        ],
        &[V::CreateRefund, V::Refund, V::CreateIntent, V::CancelRefund, V::CreateRefund, V::CaptureIntent],
        &[V::RefundFee, V::ReverseTransfer, V::CreateIntent, V::CreateRefund, V::CaptureIntent, V::CreateTransfer],
        &[V::ConfirmIntent, V::Authenticate, V::UpdateIntent, V::CreateIntent, V::CancelIntent, V::Settle],
        &[V::Settle, V::CreateIntent, V::CloseCancelWindow, V::ConfirmIntent, V::CancelIntent, V::Refund],
        &[V::Advance, V::ExpireHold, V::CaptureIntent, V::CreateIntent, V::PostToLedger, V::CancelIntent],
        &[V::Begin, V::Finish, V::CaptureIntent, V::CreateRefund, V::CreateIntent, V::PruneKey, V::Advance],
    ]
};
const TOPIC_CHOICES: usize = 12;

/// The verb for each of 256 choices; each occurs as often as its weight says.
pub(super) static VERBS: [Verb; 256] = table();

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler, which checks")]
const fn table() -> [Verb; 256] {
    let mut table = [Verb::CreateIntent; 256];
    // Each verb takes every third place, so that neighbors are of different kinds and the next choice is another verb.
    let (mut place, mut kind) = (0, 0);
    while kind < Verb::ALL.len() {
        let verb = Verb::ALL[kind];
        assert!(verb.weight() > 0, "every verb is generated");
        let mut times = 0;
        while times < verb.weight() {
            table[(place * 77) % 256] = verb;
            place += 1;
            times += 1;
        }
        kind += 1;
    }
    assert!(place == 256, "the weights add up to 256");
    table
}
