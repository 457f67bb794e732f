//! The text format for traces: one line an input, and what is expected of it.
//!
//! Golden scenarios, paths of the explorers, shrunk counterexamples and bug reports are all the
//! same file, which reads back and replays against the model or an engine.
//!
//! ```text
//! # B34: capturing 700 of 1000 leaves 300 authorized.
//! account  country=us multicapture=yes
//! dialect  confirm_limit=10
//! create   pi1 1000 usd manual multicapture method=card_visa
//! confirm  pi1                  => requires_capture capturable=1000
//! capture  pi1 700 final=false  => requires_capture capturable=300 received=700
//! advance  7d
//! capture  pi1 100 key=key1     => rejected payment_intent_unexpected_state http=400
//! ```
//!
//! # Config
//!
//! `account` (`country=`, `multicapture=`) and `dialect` (any field of [`Dialect`](crate::Dialect)) come before
//! the first input. What is not said is as usual.
//!
//! # Inputs
//!
//! Objects are `pi1`, `re1`, `key1`; amounts are whole numbers in minor units, possibly negative;
//! durations are `7d`, `1h`, `90s`, `6d23h59m59s`; payment methods are the provider's test tokens
//! without `pm_`. Words in brackets may be left out.
//!
//! | line | input |
//! |---|---|
//! | `create pi1 1000 usd [automatic\|automatic_async\|manual] [multicapture] [method=] [confirmation_method=manual] [flow=direct\|destination] [fee=] [transfer=] [confirm] [off_session]` | create a PaymentIntent |
//! | `update pi1 amount=\|method=\|capture_method=\|fee=\|transfer=\|metadata` | change one thing |
//! | `confirm pi1 [method=] [capture_method=] [fee=] [transfer=] [off_session]` | confirm |
//! | `capture pi1 [700] [final=true\|false] [fee=] [transfer=]` | capture |
//! | `cancel pi1 [reason=]` | cancel |
//! | `refund pi1 [300] [refund_application_fee] [reverse_transfer]` | refund |
//! | `cancel_refund pi1 re1` | cancel a refund |
//! | `refund_fee pi1 [50]`, `reverse_transfer pi1 [50]` | by their own endpoints |
//! | `create_transfer pi1 [500]` | a transfer with `source_transaction` |
//! | `create_setup [method=] [confirm]`, `update_setup method=`, `confirm_setup [method=]`, `cancel_setup [reason=]`, `verify_microdeposits` | the SetupIntent |
//! | `create_session payment\|setup hosted\|embedded 1000 [manual] [multicapture] [success_url] [return_url] [expires_in=24h]`, `expire_session` | the Checkout Session |
//! | `… [key=key1] [fault=error_before\|error_after\|answer_lost]` | after any of these: how the request travels |
//! | `begin key1 capture pi1 700`, `finish key1` | a request that is open for a while |
//! | `authenticate pi1 succeeds\|fails\|abandoned` | the customer and the bank's challenge |
//! | `settle pi1`, `close_cancel_window pi1`, `post pi1`, `expire pi1` | bank, ledger and expiry job |
//! | `refund_progress pi1 re1 succeeds\|fails\|details_given\|returned` | a refund moves on |
//! | `authenticate_setup succeeds\|fails\|abandoned`, `settle_setup` | the same for the SetupIntent |
//! | `pay pi1 method=card_visa` | the customer pays on the Checkout page; the intent is `pi1` |
//! | `prune key1` | the store forgets a key |
//! | `advance 7d` | time passes |
//!
//! # Expectations
//!
//! Right of `=>`, each part may be left out, in this order:
//!
//! 1. The answer: a status word, `accepted`, `nothing` (an event found nothing to do), `begun`,
//!    `lost`, or `rejected CODE [param=…] [http=…]` with `-` for the code where there is none. The
//!    status after a client's request is the one in the answer (after a replay under a key: the
//!    old one); after an event it is the one that the object shows.
//! 2. `field=value`: what an observer sees afterwards of the object that the input addresses, or
//!    of another: `pi1.status=succeeded`, `re1.status=failed`, `session.payment_status=paid`,
//!    `setup.…`, `key1.prunable=true`. `null` is nothing, `set` a pointer that is there;
//!    `exists=false` says that there is no such object. [`Place::fields`] lists the fields.
//! 3. `notifies`, then what the merchant is told, in order, divided by commas; nothing after it
//!    means that nobody is told anything. In brackets may follow what the changed fields were
//!    before: `payment_intent.amount_capturable_updated[1000]`, `charge.updated[0/balance_transaction]`.
//!
//! Comments go from `#` to the end of the line; those on the first lines, up to a blank one, are the
//! heading.

mod edit;
mod expectation;
mod form;
mod look;
mod parse;
mod print;
#[cfg(test)]
mod tests;
mod words;

pub use expectation::{Answer, Difference, Expectation, ExpectedNotification, describe, object_of};
pub use look::{ObjectName, Place, Value};
pub use words::{Parameter, Verb, correction, parse_duration};

use crate::{Config, Input};

/// A trace: the config, and what happens under them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The comment at the beginning, a line each: what the trace shows.
    pub heading: Vec<String>,
    /// The config that the engine works under.
    pub config: Config,
    /// What happens, in order.
    pub lines: Vec<Line>,
    /// Comments after the last input.
    pub closing: Vec<String>,
}

/// One input and what is expected of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of the line in its file, from 1.
    pub number: usize,
    /// What happens.
    pub input: Input,
    /// What must come of it, where the line says so.
    pub expectation: Option<Expectation>,
    /// The comment at the end of the line.
    pub comment: Option<String>,
    /// The comments on the lines before.
    pub remarks: Vec<String>,
}

impl Line {
    /// A line that expects nothing.
    #[must_use]
    pub const fn of(input: Input) -> Self {
        Self { number: 0, input, expectation: None, comment: None, remarks: Vec::new() }
    }

    /// A line that expects something.
    #[must_use]
    pub const fn expecting(input: Input, expectation: Expectation) -> Self {
        Self { number: 0, input, expectation: Some(expectation), comment: None, remarks: Vec::new() }
    }
}

impl Script {
    /// A trace out of inputs, each with or without what is expected of it.
    #[must_use]
    pub fn of(config: Config, lines: impl IntoIterator<Item = (Input, Option<Expectation>)>) -> Self {
        let line = |(input, expectation)| Line { expectation, ..Line::of(input) };
        Self { config, lines: lines.into_iter().map(line).collect(), ..Self::default() }.numbered()
    }

    /// The same trace, its lines numbered as they will stand in the file it prints.
    #[must_use]
    pub fn numbered(mut self) -> Self {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _infallible = self.write_preamble(&mut text);
        let mut number = text.lines().count();
        for line in &mut self.lines {
            number = number.saturating_add(line.remarks.len()).saturating_add(1);
            line.number = number;
        }
        self
    }

    /// The inputs alone.
    pub fn inputs(&self) -> impl Iterator<Item = Input> + '_ {
        self.lines.iter().map(|line| line.input)
    }
}

/// A word of a trace that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The line, from 1.
    pub line: usize,
    /// The letter of the line at which the word begins, from 1.
    pub column: usize,
    /// Which word of the line it is, from 1; where a word is missing, the one before.
    pub position: usize,
    /// The word; empty where one is missing.
    pub word: String,
    /// What is wrong, and what could stand there.
    pub message: String,
}

impl std::error::Error for Error {}
