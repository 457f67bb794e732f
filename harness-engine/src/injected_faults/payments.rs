//! Injected faults: the statuses of a payment, and its transitions.

use holdfast_engine::Money;
use holdfast_engine::acquirer::{Answer, Ask};
use holdfast_engine::command::{Command, EnvironmentEvent as EngineEvent, JobKind};
use holdfast_engine::objects::{CaptureMethod, ConfirmationMethod, IntentStatus};
use holdfast_engine::time::HOUR;

use super::Breaks::{Property, Seen};
use super::How::{Answers, Decides, Hears, Ignores, Replies, Writes};
use super::InjectedFault;
use super::edits::{charges, create, intents, is_job};

pub(super) const TABLE: &[InjectedFault] = &[
    InjectedFault {
        name: "one confirmation too many is taken",
        rules: "C16 U13 R17",
        breaks: Property("too-many-confirmations-cancel"),
        how: Decides(|dialect| dialect.most_confirmations = dialect.most_confirmations.saturating_add(1)),
    },
    InjectedFault {
        name: "confirmations are not counted",
        rules: "C16 R17",
        breaks: Seen("confirmations"),
        how: Writes(|batch, store| {
            intents(batch, store, |intent, before| {
                intent.confirmations = before.map_or(intent.confirmations, |before| before.confirmations);
            })
        }),
    },
    InjectedFault {
        name: "a partly captured payment is canceled the other way",
        rules: "B38 U6 R20",
        breaks: Property("cancel-ends-and-releases"),
        how: Decides(|dialect| dialect.partly_captured_cancel_succeeds = !dialect.partly_captured_cancel_succeeds),
    },
    InjectedFault {
        name: "a cancel does not release the hold",
        rules: "C15 B38",
        breaks: Property("held-money-adds-up"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, _| {
                if charge.captured.is_zero() {
                    charge.released = Money::ZERO;
                }
            })
        }),
    },
    InjectedFault {
        name: "the reason of a cancel is lost",
        rules: "C15 VOC-8",
        breaks: Seen("cancellation_reason"),
        how: Writes(|batch, store| intents(batch, store, |intent, _| intent.cancellation_reason = None)),
    },
    InjectedFault {
        name: "a payment is captured at once unless it says otherwise",
        rules: "A3 A4",
        breaks: Property("creation-takes-what-was-asked"),
        how: Hears(|request, _| {
            create(request, |it| it.capture_method = it.capture_method.or(Some(CaptureMethod::Automatic)));
        }),
    },
    InjectedFault {
        name: "manual capture is forgotten at creation",
        rules: "B28 C10",
        breaks: Property("creation-takes-what-was-asked"),
        how: Hears(|request, _| {
            create(request, |it| {
                it.capture_method = it.capture_method.filter(|method| *method != CaptureMethod::Manual)
            });
        }),
    },
    InjectedFault {
        name: "manual confirmation is forgotten at creation",
        rules: "C5 PI-17",
        breaks: Property("creation-takes-what-was-asked"),
        how: Hears(|request, _| create(request, |it| it.confirmation_method = ConfirmationMethod::Automatic)),
    },
    InjectedFault {
        name: "an update adds a unit to the amount",
        rules: "PI-5",
        breaks: Property("updates-change-what-they-name"),
        how: Hears(|request, _| {
            if let Command::UpdatePaymentIntent(update) = &mut request.command {
                update.amount = update.amount.map(|amount| amount.saturating_add(i64::from(amount > 0)));
            }
        }),
    },
    InjectedFault {
        name: "a confirmation does not hear of another capture method",
        rules: "A3 B12",
        breaks: Seen("capture_method"),
        how: Hears(|request, _| {
            if let Command::ConfirmPaymentIntent(confirm) = &mut request.command {
                confirm.choices.capture_method = None;
            }
        }),
    },
    InjectedFault {
        name: "the customer is thought to be there when away",
        rules: "C3 HOLD-10",
        breaks: Seen("answer"),
        how: Hears(|request, _| {
            if let Command::ConfirmPaymentIntent(confirm) = &mut request.command {
                confirm.options.off_session = false;
            }
            create(request, |it| {
                if let Some(options) = &mut it.confirm {
                    options.off_session = false;
                }
            });
        }),
    },
    InjectedFault {
        name: "a customer who fails authentication passes",
        rules: "C7 C13",
        breaks: Property("outside-answers-count"),
        how: Hears(|request, _| {
            if let Command::Environment(EngineEvent::Authenticate { passes, .. }) = &mut request.command {
                *passes = true;
            }
        }),
    },
    InjectedFault {
        name: "a declined card is taken for approved",
        rules: "C13 R23",
        breaks: Property("cards-are-declined-by-their-issuer"),
        how: Answers(|ask, answer| {
            if matches!((ask, &answer), (Ask::Authorize { .. }, Answer::Declined(_))) {
                *answer = Answer::Done;
            }
        }),
    },
    InjectedFault {
        name: "a challenged card is charged without its customer",
        rules: "C7 PI-16",
        breaks: Property("challenged-card-waits-for-its-customer"),
        how: Answers(|_, answer| {
            if *answer == Answer::ChallengeRequired {
                *answer = Answer::Done;
            }
        }),
    },
    InjectedFault {
        name: "a bank debit has succeeded at once",
        rules: "C8",
        breaks: Property("attempt-leads-where-its-method-says"),
        how: Answers(|ask, answer| {
            if matches!((ask, &answer), (Ask::Authorize { .. }, Answer::Pending)) {
                *answer = Answer::Done;
            }
        }),
    },
    InjectedFault {
        name: "a debit that the bank rejects has succeeded",
        rules: "C8 C13",
        breaks: Property("outside-answers-count"),
        how: Answers(|ask, answer| {
            if matches!((ask, &answer), (Ask::DebitOutcome { .. }, Answer::Declined(_))) {
                *answer = Answer::Done;
            }
        }),
    },
    InjectedFault {
        name: "a failed attempt keeps its payment method",
        rules: "C13 C6",
        breaks: Property("method-fits-the-status"),
        how: Writes(|batch, store| {
            intents(batch, store, |intent, _| {
                intent.method = intent.method.or(intent.last_error.as_ref().map(|it| it.method.id))
            })
        }),
    },
    InjectedFault {
        name: "why an attempt failed is forgotten",
        rules: "C13 PI-24",
        breaks: Seen("last_error"),
        how: Writes(|batch, store| intents(batch, store, |intent, _| intent.last_error = None)),
    },
    InjectedFault {
        name: "a failed attempt may be confirmed again without a method",
        rules: "C6 C13",
        breaks: Property("documented-status-moves"),
        how: Writes(|batch, store| {
            intents(batch, store, |intent, _| {
                if intent.status == IntentStatus::RequiresPaymentMethod && intent.last_error.is_some() {
                    intent.status = IntentStatus::RequiresConfirmation;
                }
            })
        }),
    },
    InjectedFault {
        name: "a debit can be canceled for ever",
        rules: "C18 U18",
        breaks: Seen("answer"),
        how: Ignores(|command| matches!(command, Command::Environment(EngineEvent::CancelWindowCloses { .. }))),
    },
    InjectedFault {
        name: "an answer shows a held payment as received",
        rules: "A11 B34",
        breaks: Property("answer-shows-the-payment"),
        how: Replies(|_, response, _| {
            if let holdfast_engine::Body::Object(object) = &mut response.body
                && let Some(intent) = object.as_payment_intent()
                && intent.status == IntentStatus::RequiresCapture
            {
                let shown = holdfast_engine::objects::PaymentIntent { received: intent.amount, ..(**intent).clone() };
                *object = shown.into();
            }
        }),
    },
    InjectedFault {
        name: "a background capture may take two hours",
        rules: "A12 I11",
        breaks: Property("posting-takes-an-hour-at-most"),
        how: Decides(|dialect| dialect.timing.async_capture = HOUR.saturating_add(HOUR)),
    },
    InjectedFault {
        name: "a background capture is never booked",
        rules: "A12 R21",
        breaks: Seen("posting_left"),
        how: Ignores(|command| is_job(command, JobKind::FillLedger)),
    },
    InjectedFault {
        name: "a background capture goes on waiting when it is booked",
        rules: "A12 D4",
        breaks: Property("ledger-has-what-moved"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, before| {
                charge.awaits_ledger |= before.is_some_and(|before| before.awaits_ledger);
            })
        }),
    },
];
