//! Injected faults: SetupIntents and Checkout Sessions.

use holdfast_engine::command::{Command, EnvironmentEvent as EngineEvent, JobKind};
use holdfast_engine::objects::{EventType, PaymentStatus, SessionStatus};
use holdfast_engine::time::HOUR;

use super::Breaks::{Property, Seen};
use super::How::{Decides, Hears, Ignores, Writes};
use super::InjectedFault;
use super::edits::{forget_job, intents, is_job, lose, sessions, setups};

pub(super) const TABLE: &[InjectedFault] = &[
    InjectedFault {
        name: "a session lasts twice as long as it says",
        rules: "B16 CHK-2",
        breaks: Property("open-session-has-a-deadline"),
        how: Writes(|batch, store| {
            sessions(batch, store, |session, before| {
                if before.is_none() {
                    let length = session.expires_at.since(session.created);
                    session.expires_at = session.expires_at.after(length);
                }
            })
        }),
    },
    InjectedFault {
        name: "a session that says nothing lasts half a day",
        rules: "B16 CHK-2",
        breaks: Property("session-expires-on-time"),
        how: Decides(|dialect| dialect.timing.session = HOUR.saturating_mul(12)),
    },
    InjectedFault {
        name: "a session never expires of itself",
        rules: "B16 R15",
        breaks: Property("session-expires-on-time"),
        how: Writes(|batch, _| forget_job(batch, JobKind::ExpireSession)),
    },
    InjectedFault {
        name: "an expired session leaves its payment open",
        rules: "R15 CHK-4",
        breaks: Property("expired-sessions-payment-is-canceled"),
        how: Writes(|batch, _| {
            let expires = |object: &holdfast_engine::Object| {
                object.as_checkout_session().is_some_and(|session| session.status == SessionStatus::Expired)
            };
            if !batch.objects.iter().any(expires) {
                return false;
            }
            let before = batch.objects.len();
            batch.objects.retain(|object| object.as_payment_intent().is_none());
            let _told = lose(batch, EventType::PaymentIntentCanceled);
            batch.objects.len() != before
        }),
    },
    InjectedFault {
        name: "a session whose money is held is paid",
        rules: "B27",
        breaks: Seen("payment_status"),
        how: Decides(|dialect| dialect.authorized_session_is_paid = true),
    },
    InjectedFault {
        name: "a session is never paid",
        rules: "B25 B27",
        breaks: Seen("payment_status"),
        how: Writes(|batch, store| {
            sessions(batch, store, |session, _| {
                if session.payment_status == PaymentStatus::Paid {
                    session.payment_status = PaymentStatus::Unpaid;
                }
            })
        }),
    },
    InjectedFault {
        name: "a session stays open when it is paid",
        rules: "B25 R15",
        breaks: Property("paid-means-received"),
        how: Writes(|batch, store| {
            sessions(batch, store, |session, _| {
                if session.status == SessionStatus::Complete {
                    session.status = SessionStatus::Open;
                }
            })
        }),
    },
    InjectedFault {
        name: "a session forgets manual capture",
        rules: "B18 B19 B23",
        breaks: Seen("session"),
        how: Hears(|request, _| {
            if let Command::CreateCheckoutSession(session) = &mut request.command {
                session.capture_method = None;
            }
        }),
    },
    InjectedFault {
        name: "a session forgets multicapture",
        rules: "B1 B9 D6",
        breaks: Seen("multicapture"),
        how: Hears(|request, _| {
            if let Command::CreateCheckoutSession(session) = &mut request.command {
                session.request_multicapture = false;
            }
        }),
    },
    InjectedFault {
        name: "a payment does not know whose session it is",
        rules: "B9 R15",
        breaks: Property("sessions-payment-is-as-the-session-says"),
        how: Writes(|batch, store| intents(batch, store, |intent, _| intent.session = None)),
    },
    InjectedFault {
        name: "the completion of a session is not notified",
        rules: "B26 EVT-17",
        breaks: Property("session-ends-are-notified"),
        how: Writes(|batch, _| lose(batch, EventType::CheckoutSessionCompleted)),
    },
    InjectedFault {
        name: "the end of a session's bank payment is not notified",
        rules: "B26 EVT-17",
        breaks: Property("sessions-debit-is-notified"),
        how: Writes(|batch, _| lose(batch, EventType::CheckoutSessionAsyncPaymentSucceeded)),
    },
    InjectedFault {
        name: "a session's expiry job does nothing",
        rules: "B16 CHK-2",
        breaks: Property("session-expires-on-time"),
        how: Ignores(|command| is_job(command, JobKind::ExpireSession)),
    },
    InjectedFault {
        name: "a mandate to debit is there at once",
        rules: "C19 SI-4",
        breaks: Seen("setup"),
        how: Decides(|dialect| dialect.mandates_take_time = false),
    },
    InjectedFault {
        name: "a bank's answer to a mandate is not heard",
        rules: "C19 SI-4",
        breaks: Seen("setup"),
        how: Ignores(|command| matches!(command, Command::Environment(EngineEvent::MandateAnswered { .. }))),
    },
    InjectedFault {
        name: "a customer who fails the authentication of a setup passes",
        rules: "C19 SI-4",
        breaks: Seen("setup"),
        how: Hears(|request, _| {
            if let Command::Environment(EngineEvent::AuthenticateSetup { passes, .. }) = &mut request.command {
                *passes = true;
            }
        }),
    },
    InjectedFault {
        name: "confirmations of a setup are not counted",
        rules: "C16 C19 R17",
        breaks: Seen("setup"),
        how: Writes(|batch, store| {
            setups(batch, store, |setup, before| {
                setup.confirmations = before.map_or(setup.confirmations, |before| before.confirmations);
            })
        }),
    },
    InjectedFault {
        name: "the success of a setup is not notified",
        rules: "C19 EVT-16",
        breaks: Property("setup-moves-are-notified"),
        how: Writes(|batch, _| lose(batch, EventType::SetupIntentSucceeded)),
    },
];
