//! The expectation of a trace line, and its comparison with the result.

use std::fmt;

use super::look::{ObjectName, Place, Value};
use super::words::Verb;
use crate::{
    Accepted, EnvironmentEvent, Input, Links, Notification, NotificationKind, Observation, Outcome, Rejection,
};

/// The part of a line right of `=>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// The expected response; `None` if the line names none.
    pub answer: Option<Answer>,
    /// The expected values of visible fields.
    pub shows: Vec<(Place, Value)>,
    /// The expected notifications, in order; `None` if the line names none.
    pub notifies: Option<Vec<ExpectedNotification>>,
}

/// An expected response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `accepted`: any response of an accepted input, or an event that took place.
    Accepted,
    /// A status word. For a request, the response shows it; for an event, the object shows it afterwards.
    Status {
        /// The status.
        word: &'static str,
        /// Field that shows the status after an event.
        place: Option<Place>,
    },
    /// `nothing`: an event without effect.
    Nothing,
    /// `begun`: a request without a response so far.
    Begun,
    /// `lost`: a lost response.
    Lost,
    /// `rejected CODE [param=…] [http=…]`.
    Rejected {
        /// `error.code`; `None`, written `-`, if the error has none.
        code: Option<String>,
        /// `error.param`; `None` if the line names none.
        param: Option<String>,
        /// The HTTP status; `None` if the line names none.
        http: Option<u16>,
    },
}

impl Answer {
    /// The words that are not statuses.
    pub(super) const WORDS: [&'static str; 5] = ["accepted", "nothing", "begun", "lost", "rejected"];

    fn fits(&self, outcome: &Outcome, observation: &Observation<'_>) -> bool {
        match self {
            Self::Accepted => matches!(outcome, Ok(accepted) if *accepted != Accepted::Nothing),
            Self::Status { word, place } => match outcome {
                Ok(Accepted::Happened) => place.and_then(|place| place.see(observation)) == Some(Value::Word(word)),
                Ok(accepted) => status(accepted) == Some(word),
                Err(_) => false,
            },
            Self::Nothing => *outcome == Ok(Accepted::Nothing),
            Self::Begun => *outcome == Ok(Accepted::Begun),
            Self::Lost => *outcome == Err(Rejection::AnswerLost),
            Self::Rejected { code, param, http } => match outcome {
                Ok(_) | Err(Rejection::AnswerLost) => false,
                Err(rejection) => {
                    let wire = rejection.wire();
                    wire.code == code.as_deref()
                        && param.as_deref().is_none_or(|param| wire.param == Some(param))
                        && http.is_none_or(|http| wire.http == http)
                }
            },
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => out.write_str("accepted"),
            Self::Status { word, .. } => out.write_str(word),
            Self::Nothing => out.write_str("nothing"),
            Self::Begun => out.write_str("begun"),
            Self::Lost => out.write_str("lost"),
            Self::Rejected { code, param, http } => {
                write!(out, "rejected {}", code.as_deref().unwrap_or("-"))?;
                if let Some(param) = param {
                    write!(out, " param={param}")?;
                }
                if let Some(http) = http {
                    write!(out, " http={http}")?;
                }
                Ok(())
            }
        }
    }
}

/// Returns the status that a response shows.
fn status(accepted: &Accepted) -> Option<&'static str> {
    match accepted {
        Accepted::Intent { status, .. } => Some(status.name()),
        Accepted::Refund { status, .. } => Some(status.name()),
        Accepted::Setup { status } => Some(status.name()),
        Accepted::Session { status } => Some(status.name()),
        Accepted::Money { .. } | Accepted::Begun | Accepted::Happened | Accepted::Nothing => None,
    }
}

/// An expected notification: `charge.updated`, or with former values, `charge.captured[0/false/balance_transaction]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedNotification {
    /// `type`.
    pub kind: NotificationKind,
    /// Former value of the amount, if the line names it.
    pub amount: Option<u32>,
    /// Former value of the flag, if the line names it.
    pub flag: Option<bool>,
    /// Pointers that must have been null before; pointers that the line does not name are ignored.
    pub were_null: Links,
}

impl ExpectedNotification {
    /// Returns an expectation of any notification of this kind.
    #[must_use]
    pub const fn of(kind: NotificationKind) -> Self {
        let were_null = Links { balance_transaction: false, transfer: false, application_fee: false };
        Self { kind, amount: None, flag: None, were_null }
    }

    fn fits(&self, found: &Notification) -> bool {
        let previous = &found.previous;
        self.kind == found.kind
            && self.amount.is_none_or(|amount| previous.amount.is_some_and(|found| found.get() == amount))
            && self.flag.is_none_or(|flag| previous.flag == Some(flag))
            && (!self.were_null.balance_transaction || previous.were_null.balance_transaction)
            && (!self.were_null.transfer || previous.were_null.transfer)
            && (!self.were_null.application_fee || previous.were_null.application_fee)
    }

    /// Returns an expectation of every value of a notification.
    fn in_full(found: &Notification) -> Self {
        Self {
            kind: found.kind,
            amount: found.previous.amount.map(crate::Amount::get),
            flag: found.previous.flag,
            were_null: found.previous.were_null,
        }
    }
}

impl fmt::Display for ExpectedNotification {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.kind.name())?;
        let parts = [
            self.amount.map(|amount| amount.to_string()),
            self.flag.map(|flag| flag.to_string()),
            self.were_null.balance_transaction.then(|| "balance_transaction".to_owned()),
            self.were_null.transfer.then(|| "transfer".to_owned()),
            self.were_null.application_fee.then(|| "application_fee".to_owned()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { Ok(()) } else { write!(out, "[{}]", parts.join("/")) }
    }
}

/// A difference between an expectation and the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The expected value, in the words of the line.
    pub expected: String,
    /// The actual value.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "expected {}, found {}", self.expected, self.found)
    }
}

impl Expectation {
    /// Returns the differences; empty if everything is as expected.
    #[must_use]
    pub fn compare(
        &self,
        outcome: &Outcome,
        observation: &Observation<'_>,
        notifications: &[Notification],
    ) -> Vec<Difference> {
        let mut differences = Vec::new();
        if let Some(answer) = &self.answer
            && !answer.fits(outcome, observation)
        {
            let shown = match answer {
                Answer::Status { place: Some(place), .. } if *outcome == Ok(Accepted::Happened) => {
                    place.see(observation).map(|value| value.to_string())
                }
                Answer::Status { .. }
                | Answer::Accepted
                | Answer::Nothing
                | Answer::Begun
                | Answer::Lost
                | Answer::Rejected { .. } => None,
            };
            let found = shown.unwrap_or_else(|| describe(outcome));
            differences.push(Difference { expected: answer.to_string(), found });
        }
        for (place, value) in &self.shows {
            let found = place.see(observation);
            if found != Some(*value) {
                let found = found.map_or_else(|| format!("no {}", place.object()), |found| found.to_string());
                differences.push(Difference { expected: format!("{place}={value}"), found });
            }
        }
        if let Some(expected) = &self.notifies {
            let all_fit = expected.iter().zip(notifications).all(|(expected, found)| expected.fits(found));
            if expected.len() != notifications.len() || !all_fit {
                let found: Vec<ExpectedNotification> =
                    notifications.iter().map(ExpectedNotification::in_full).collect();
                let list = |emitted: &[ExpectedNotification]| match emitted {
                    [] => "nobody notified".to_owned(),
                    _ => format!("notifies {}", comma(emitted)),
                };
                differences.push(Difference { expected: list(expected), found: list(&found) });
            }
        }
        differences
    }

    /// Returns the expectation that a replay of `input` must meet, for counterexamples.
    #[must_use]
    pub fn recorded(
        input: &Input,
        outcome: &Outcome,
        observation: &Observation<'_>,
        notifications: &[Notification],
    ) -> Self {
        let object = object_of(input);
        let place = object.map(|object| Place::of(object, "status"));
        let seen = |place: Option<Place>| place.and_then(|place| place.see(observation));
        let answer = match outcome {
            Ok(Accepted::Begun) => Some(Answer::Begun),
            Ok(Accepted::Nothing) => Some(Answer::Nothing),
            Ok(Accepted::Money { .. }) => Some(Answer::Accepted),
            Ok(Accepted::Happened) => match seen(place) {
                Some(Value::Word(word)) => Some(Answer::Status { word, place }),
                Some(_) | None => Some(Answer::Accepted),
            },
            Ok(accepted) => match status(accepted) {
                Some(word) => Some(Answer::Status { word, place: event_place(input) }),
                None => Some(Answer::Accepted),
            },
            Err(Rejection::AnswerLost) => Some(Answer::Lost),
            // The step exceeds the bounds of the model, which then says nothing about the response.
            Err(Rejection::AmountOutOfRange | Rejection::BeyondBounds) => None,
            Err(rejection) => {
                let wire = rejection.wire();
                let param = wire.param.map(str::to_owned);
                Some(Answer::Rejected { code: wire.code.map(str::to_owned), param, http: Some(wire.http) })
            }
        };
        let shows = match object {
            Some(object @ ObjectName::Payment(_)) => {
                let places = ["capturable", "received", "refunded"].map(|field| Place::of(object, field));
                let seen = places.into_iter().filter_map(|place| Some((place, place.see(observation)?)));
                seen.filter(|(_, value)| value.number().is_some_and(|number| number > 0)).collect()
            }
            Some(ObjectName::Refund(..) | ObjectName::Setup | ObjectName::Session | ObjectName::Key(_)) | None => {
                Vec::new()
            }
        };
        let notifies = notifications.iter().map(|found| ExpectedNotification::of(found.kind)).collect();
        Self { answer, shows, notifies: Some(notifies) }
    }

    /// Writes the expectation as it appears on a line with `input`. Fields of the target are written without their
    /// object.
    pub(super) fn write(&self, input: &Input, out: &mut dyn fmt::Write) -> fmt::Result {
        let mut gap = "";
        if let Some(answer) = &self.answer {
            write!(out, "{answer}")?;
            gap = " ";
        }
        for (place, value) in &self.shows {
            if Some(place.object()) == object_of(input) {
                write!(out, "{gap}{}={value}", place.field())?;
            } else {
                write!(out, "{gap}{place}={value}")?;
            }
            gap = " ";
        }
        if let Some(emitted) = &self.notifies {
            write!(out, "{gap}notifies")?;
            if !emitted.is_empty() {
                write!(out, " {}", comma(emitted))?;
            }
        }
        Ok(())
    }
}

fn comma(emitted: &[ExpectedNotification]) -> String {
    emitted.iter().map(ExpectedNotification::to_string).collect::<Vec<_>>().join(",")
}

/// Returns a response in the words of the format.
#[must_use]
pub fn describe(outcome: &Outcome) -> String {
    match outcome {
        Ok(Accepted::Intent { status, capturable, received }) => {
            format!("{} capturable={} received={}", status.name(), capturable.get(), received.get())
        }
        Ok(Accepted::Refund { status, amount }) => format!("{} amount={}", status.name(), amount.get()),
        Ok(Accepted::Money { amount }) => format!("accepted amount={}", amount.get()),
        Ok(Accepted::Setup { status }) => status.name().to_owned(),
        Ok(Accepted::Session { status }) => status.name().to_owned(),
        Ok(Accepted::Begun) => "begun".to_owned(),
        Ok(Accepted::Happened) => "accepted".to_owned(),
        Ok(Accepted::Nothing) => "nothing".to_owned(),
        Err(Rejection::AnswerLost) => "lost".to_owned(),
        Err(rejection @ (Rejection::AmountOutOfRange | Rejection::BeyondBounds)) => {
            format!("{rejection:?} (of the model itself)")
        }
        Err(rejection) => {
            let wire = rejection.wire();
            let param = wire.param.map(str::to_owned);
            let answer = Answer::Rejected { code: wire.code.map(str::to_owned), param, http: Some(wire.http) };
            format!("{answer} ({rejection:?})")
        }
    }
}

/// Returns the target of an input. A field without an object is a field of this target.
#[must_use]
pub fn object_of(input: &Input) -> Option<ObjectName> {
    match input {
        Input::Call(call) => Some(call.operation.about().into()),
        Input::Begin { operation, .. } => Some(operation.about().into()),
        Input::Finish { .. } => None,
        Input::Event(EnvironmentEvent::PruneKey { key }) => Some(ObjectName::Key(*key)),
        Input::Event(event) => event.about().map(ObjectName::from),
    }
}

/// Returns the field that shows the status after an event.
pub(super) fn event_place(input: &Input) -> Option<Place> {
    match input {
        Input::Event(_) => match object_of(input)? {
            ObjectName::Key(_) => None,
            object @ (ObjectName::Payment(_) | ObjectName::Refund(..) | ObjectName::Setup | ObjectName::Session) => {
                Some(Place::of(object, "status"))
            }
        },
        Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } => None,
    }
}

/// Returns the status words that a response to this input can show.
pub(super) fn statuses(input: &Input) -> Vec<&'static str> {
    use super::words::Word;
    use crate::{IntentStatus, RefundStatus, SessionStatus, SetupStatus, StatusOf};

    match Verb::of(input).status_of() {
        StatusOf::Intent => IntentStatus::names(),
        StatusOf::Refund => RefundStatus::names(),
        StatusOf::Setup => SetupStatus::names(),
        StatusOf::Session => SessionStatus::names(),
        StatusOf::Any => {
            let kinds = [IntentStatus::names(), RefundStatus::names(), SetupStatus::names(), SessionStatus::names()];
            let mut names = kinds.concat();
            names.sort_unstable();
            names.dedup();
            names
        }
        StatusOf::Nothing => Vec::new(),
    }
}
