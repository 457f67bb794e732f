//! The text format for traces: one line for each input, with its expected result.
//!
//! Golden scenarios, paths of the explorers, shrunk counterexamples and bug reports have this format. Each file can be
//! read and replayed against the model or an engine.
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
//! the first input. Fields that are not named have their defaults.
//!
//! # Inputs
//!
//! Objects are `pi1`, `re1`, `key1`; amounts are whole numbers in minor units, possibly negative;
//! durations are `7d`, `1h`, `90s`, `6d23h59m59s`; payment methods are the provider's test tokens
//! without `pm_`. Words in brackets are optional.
//!
//! | line | input |
//! |---|---|
//! | `create pi1 1000 usd [automatic\|automatic_async\|manual] [multicapture] [method=] [confirmation_method=manual] [flow=direct\|destination] [fee=] [transfer=] [confirm] [off_session]` | create a PaymentIntent |
//! | `update pi1 amount=\|method=\|capture_method=\|fee=\|transfer=\|metadata` | change one parameter |
//! | `confirm pi1 [method=] [capture_method=] [fee=] [transfer=] [off_session]` | confirm |
//! | `capture pi1 [700] [final=true\|false] [fee=] [transfer=]` | capture |
//! | `cancel pi1 [reason=]` | cancel |
//! | `refund pi1 [300] [refund_application_fee] [reverse_transfer]` | refund |
//! | `cancel_refund pi1 re1` | cancel a refund |
//! | `refund_fee pi1 [50]`, `reverse_transfer pi1 [50]` | by their own endpoints |
//! | `create_transfer pi1 [500]` | a transfer with `source_transaction` |
//! | `create_setup [method=] [confirm]`, `update_setup method=`, `confirm_setup [method=]`, `cancel_setup [reason=]`, `verify_microdeposits` | the SetupIntent |
//! | `create_session payment\|setup hosted\|embedded 1000 [manual] [multicapture] [success_url] [return_url] [expires_in=24h]`, `expire_session` | the Checkout Session |
//! | `… [key=key1] [fault=error_before\|error_after\|answer_lost]` | after any of these: the key and the delivery fault |
//! | `begin key1 capture pi1 700`, `finish key1` | the arrival of a request, and its execution |
//! | `authenticate pi1 succeeds\|fails\|abandoned` | the customer and the bank's challenge |
//! | `settle pi1`, `close_cancel_window pi1`, `book pi1`, `expire pi1` | bank, ledger and expiry job |
//! | `refund_progress pi1 re1 succeeds\|fails\|details_given\|returned` | a refund changes its status |
//! | `authenticate_setup succeeds\|fails\|abandoned`, `settle_setup` | the same for the SetupIntent |
//! | `pay pi1 method=card_visa` | the customer pays on the Checkout page; the intent is `pi1` |
//! | `prune key1` | the store removes a key |
//! | `advance 7d` | time passes |
//!
//! # Expectations
//!
//! Right of `=>`, each part is optional, in this order:
//!
//! 1. The response: a status word, `accepted`, `nothing` (an event without effect), `begun`, `lost`, or
//!    `rejected CODE [param=…] [http=…]`, with `-` for an error without a code. After a request, the status is the one
//!    in the response; a repeated request shows the stored one. After an event, the status is that of the object.
//! 2. `field=value`: a visible field of the target after the step, or of another object: `pi1.status=succeeded`,
//!    `re1.status=failed`, `session.payment_status=paid`, `setup.…`, `key1.prunable=true`. `null` is an absent object,
//!    `set` a present one; `exists=false` states that the object does not exist. [`Place::fields`] lists the fields.
//! 3. `notifies`, then the notifications in order, separated by commas; an empty list states that there are none.
//!    Brackets may hold the former values: `payment_intent.amount_capturable_updated[1000]`,
//!    `charge.updated[0/balance_transaction]`.
//!
//! A comment begins with `#`. The comments before the first blank line are the heading.

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

/// A trace: a configuration, and inputs with expectations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The comment at the beginning, line by line: the purpose of the trace.
    pub heading: Vec<String>,
    /// The configuration of the engine.
    pub config: Config,
    /// The lines, in order.
    pub lines: Vec<Line>,
    /// Comments after the last input.
    pub closing: Vec<String>,
}

/// An input with its expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of the line in its file, from 1.
    pub number: usize,
    /// The input.
    pub input: Input,
    /// The expected result, if the line names one.
    pub expectation: Option<Expectation>,
    /// The comment at the end of the line.
    pub comment: Option<String>,
    /// The comments on the lines before.
    pub remarks: Vec<String>,
}

impl Line {
    /// Returns a line without an expectation.
    #[must_use]
    pub const fn of(input: Input) -> Self {
        Self { number: 0, input, expectation: None, comment: None, remarks: Vec::new() }
    }

    /// Returns a line with an expectation.
    #[must_use]
    pub const fn expecting(input: Input, expectation: Expectation) -> Self {
        Self { number: 0, input, expectation: Some(expectation), comment: None, remarks: Vec::new() }
    }
}

impl Script {
    /// Returns a trace of inputs, each with or without an expectation.
    #[must_use]
    pub fn of(config: Config, lines: impl IntoIterator<Item = (Input, Option<Expectation>)>) -> Self {
        let line = |(input, expectation)| Line { expectation, ..Line::of(input) };
        Self { config, lines: lines.into_iter().map(line).collect(), ..Self::default() }.numbered()
    }

    /// Returns the trace with its lines numbered as in the printed file.
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

    /// Returns the inputs alone.
    pub fn inputs(&self) -> impl Iterator<Item = Input> + '_ {
        self.lines.iter().map(|line| line.input)
    }
}

/// A word of a trace that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The line, from 1.
    pub line: usize,
    /// The letter at which the word begins, from 1.
    pub column: usize,
    /// The position of the word in its line, from 1; for a missing word, that of the word before.
    pub position: usize,
    /// The word; empty for a missing word.
    pub word: String,
    /// The error, with the accepted words.
    pub message: String,
}

impl std::error::Error for Error {}
