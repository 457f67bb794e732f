//! The steps of the protocol, in words and as arrows between its participants.

use crate::instance::{Asked, EXPIRY, Instance};

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProtocolInput {
    /// A client sends its operation under `key`.
    Send {
        /// The key.
        key: u8,
    },
    /// A client stops waiting for a response and goes on.
    Abandon {
        /// The client.
        client: u8,
    },
    /// A client receives the response to `key`.
    Respond {
        /// The key.
        key: u8,
    },
    /// The engine accepts the request under `key`: it repeats a stored response, rejects, or records a question.
    Accept {
        /// The key.
        key: u8,
    },
    /// The worker takes an open question.
    Take {
        /// The question.
        question: u8,
    },
    /// The expiry job records the question that releases the hold.
    Expire,
    /// A process sends its question to the acquirer.
    Ask {
        /// The process.
        process: Process,
    },
    /// The acquirer carries out an order, or declines it.
    Decide {
        /// The question.
        question: u8,
        /// The reference that it was asked under.
        reference: u8,
        /// Whether the acquirer approves.
        approve: bool,
    },
    /// A process receives the acquirer's answer.
    Hear {
        /// The process.
        process: Process,
    },
    /// The answer to a closed question arrives again and is applied again (a planted fault).
    HearAgain {
        /// The question.
        question: u8,
    },
    /// The request handler stops waiting for the acquirer.
    TimeOut,
    /// A process commits the answer.
    Commit {
        /// The process.
        process: Process,
    },
    /// The engine forgets a key whose question is open (a planted fault).
    Forget {
        /// The key.
        key: u8,
    },
    /// An event reaches the merchant.
    Notify {
        /// The question whose event it is.
        event: u8,
    },
    /// The merchant does the next step of its handler.
    Handle,
    /// An acknowledgement reaches the engine.
    Acknowledge {
        /// The question whose event it is.
        event: u8,
    },
    /// The customer returns to the merchant's page.
    Return,
    /// The engine crashes with its worker.
    CrashEngine,
    /// The worker crashes alone.
    CrashWorker,
    /// The merchant crashes.
    CrashMerchant,
    /// The hold reaches its deadline.
    PassDeadline,
    /// The day of the keys ends.
    EndDay,
}

/// A process of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Process {
    /// It handles requests.
    Handler,
    /// It concludes open questions and runs the expiry job.
    Worker,
}

/// A participant of a sequence diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Participant {
    /// The first client.
    ClientA,
    /// The second client.
    ClientB,
    /// The engine's request handler.
    Engine,
    /// The engine's worker.
    Worker,
    /// The acquirer.
    Acquirer,
    /// The merchant's webhook handler.
    Merchant,
}

impl Participant {
    /// Every participant, from left to right.
    pub const ALL: [Self; 6] =
        [Self::ClientA, Self::ClientB, Self::Engine, Self::Worker, Self::Acquirer, Self::Merchant];

    /// Returns the name in a diagram.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientA => "ClientA",
            Self::ClientB => "ClientB",
            Self::Engine => "Engine",
            Self::Worker => "Worker",
            Self::Acquirer => "Acquirer",
            Self::Merchant => "Merchant",
        }
    }

    fn of(process: Process) -> Self {
        match process {
            Process::Handler => Self::Engine,
            Process::Worker => Self::Worker,
        }
    }

    fn client(number: u8) -> Self {
        if number == 0 { Self::ClientA } else { Self::ClientB }
    }
}

/// An arrow of a sequence diagram, or a note over one participant if both ends are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// The sender.
    pub from: Participant,
    /// The receiver.
    pub to: Participant,
    /// The words on the arrow.
    pub text: String,
}

impl ProtocolInput {
    /// Returns the number of the kind of step, for transition statistics.
    #[must_use]
    pub fn class(self) -> u32 {
        match self {
            Self::Send { .. } => 0,
            Self::Abandon { .. } => 1,
            Self::Respond { .. } => 2,
            Self::Accept { .. } => 3,
            Self::Take { .. } => 4,
            Self::Expire => 5,
            Self::Ask { .. } => 6,
            Self::Decide { .. } => 7,
            Self::Hear { .. } => 8,
            Self::HearAgain { .. } => 9,
            Self::TimeOut => 10,
            Self::Commit { .. } => 11,
            Self::Forget { .. } => 12,
            Self::Notify { .. } => 13,
            Self::Handle => 14,
            Self::Acknowledge { .. } => 15,
            Self::Return => 16,
            Self::CrashEngine => 17,
            Self::CrashWorker => 18,
            Self::CrashMerchant => 19,
            Self::PassDeadline => 20,
            Self::EndDay => 21,
        }
    }

    /// Returns the step as an arrow.
    #[must_use]
    pub fn arrow(self, instance: &Instance) -> Arrow {
        use Participant::{Acquirer, Engine, Merchant, Worker};
        let (from, to, text) = match self {
            Self::Send { key } => (
                Participant::client(instance.owner(key)),
                Engine,
                format!("{} ({})", operation(instance, key), name(key)),
            ),
            Self::Abandon { client } => note(Participant::client(client), "stops waiting"),
            Self::Respond { key } => {
                (Engine, Participant::client(instance.owner(key)), format!("response ({})", name(key)))
            }
            Self::Accept { key } => note(Engine, &format!("accepts {}", name(key))),
            Self::Take { question } => note(Worker, &format!("takes the question: {}", operation(instance, question))),
            Self::Expire => note(Worker, "records the question: release the expired hold"),
            Self::Ask { process } => (Participant::of(process), Acquirer, "asks".to_owned()),
            Self::Decide { question, reference, approve } => {
                let done = if approve { "carries out" } else { "declines" };
                note(Acquirer, &format!("{done}: {} (reference {reference})", operation(instance, question)))
            }
            Self::Hear { process } => (Acquirer, Participant::of(process), "answer".to_owned()),
            Self::HearAgain { question } => {
                (Acquirer, Engine, format!("the same answer again: {}", operation(instance, question)))
            }
            Self::TimeOut => note(Engine, "stops waiting and responds 500"),
            Self::Commit { process } => note(Participant::of(process), "commits"),
            Self::Forget { key } => note(Engine, &format!("forgets {}", name(key))),
            Self::Notify { event } => (Engine, Merchant, format!("event: {}", operation(instance, event))),
            Self::Handle => note(Merchant, "handles the event"),
            Self::Acknowledge { event } => (Merchant, Engine, format!("200: {}", operation(instance, event))),
            Self::Return => note(Merchant, "the customer returns"),
            Self::CrashEngine => note(Engine, "crashes and restarts"),
            Self::CrashWorker => note(Worker, "crashes and restarts"),
            Self::CrashMerchant => note(Merchant, "crashes and restarts"),
            Self::PassDeadline => note(Engine, "the hold reaches its deadline"),
            Self::EndDay => note(Engine, "the day of the keys ends"),
        };
        Arrow { from, to, text }
    }
}

fn note(over: Participant, text: &str) -> (Participant, Participant, String) {
    (over, over, text.to_owned())
}

/// Returns the name of a key in a diagram: a fresh key is marked.
fn name(key: u8) -> String {
    let number = (key / 2).saturating_add(1);
    if key.is_multiple_of(2) { format!("key {number}") } else { format!("fresh key for {number}") }
}

fn operation(instance: &Instance, question: u8) -> String {
    match instance.asked(question) {
        _ if question == EXPIRY => "release of the expired hold".to_owned(),
        Some(Asked::Confirm) => "confirm 2".to_owned(),
        Some(Asked::Capture { amount, is_final: false }) => format!("capture {amount}"),
        Some(Asked::Capture { amount, is_final: true }) => format!("capture {amount}, final"),
        Some(Asked::Refund { amount }) => format!("refund {amount}"),
        Some(Asked::Cancel) => "cancel".to_owned(),
        Some(Asked::Expire) => "release of the expired hold".to_owned(),
        None => "nothing".to_owned(),
    }
}
