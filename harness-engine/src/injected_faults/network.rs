//! Injected faults: the requests to the network, and their effects there.

use holdfast_engine::acquirer::Ask;

use super::Breaks::{Books, Seen};
use super::How::{Asks, AsksAgain, Unasked};
use super::InjectedFault;
use super::edits::{less, more};

pub(super) const TABLE: &[InjectedFault] = &[
    InjectedFault {
        name: "the network is asked to capture twice",
        rules: "R1 I17",
        breaks: Seen("answer"),
        how: AsksAgain(|ask| matches!(ask, Ask::Capture { .. })),
    },
    InjectedFault {
        name: "every capture is announced to the network as the last",
        rules: "B33 B35",
        breaks: Seen("answer"),
        how: Asks(|ask| {
            if let Ask::Capture { last, .. } = ask {
                *last = true;
            }
        }),
    },
    InjectedFault {
        name: "no capture is announced to the network as the last",
        rules: "B35 B37",
        breaks: Books,
        how: Asks(|ask| {
            if let Ask::Capture { last, .. } = ask {
                *last = false;
            }
        }),
    },
    InjectedFault {
        name: "the network takes one unit less than was captured",
        rules: "I17 R16",
        breaks: Books,
        how: Asks(|ask| {
            if let Ask::Capture { amount, .. } = ask {
                *amount = less(*amount);
            }
        }),
    },
    InjectedFault {
        name: "the network holds the money twice",
        rules: "I15 R3",
        breaks: Books,
        how: AsksAgain(|ask| matches!(ask, Ask::Authorize { .. })),
    },
    InjectedFault {
        name: "the network holds one unit more than was asked for",
        rules: "B32 I1",
        breaks: Books,
        how: Asks(|ask| {
            if let Ask::Authorize { amount, .. } = ask {
                *amount = more(*amount);
            }
        }),
    },
    InjectedFault {
        name: "the network never receives a release",
        rules: "B38 C15 R11",
        breaks: Books,
        how: Unasked(|ask| matches!(ask, Ask::Release { .. })),
    },
    InjectedFault {
        name: "a refund never reaches the network",
        rules: "R7 I17",
        breaks: Books,
        how: Unasked(|ask| matches!(ask, Ask::Refund { .. })),
    },
    InjectedFault {
        name: "a refund that the customer gives up is sent all the same",
        rules: "REF-5",
        breaks: Books,
        how: Unasked(|ask| matches!(ask, Ask::CancelRefund { .. })),
    },
    InjectedFault {
        name: "a background capture never reaches the network",
        rules: "A2 A12",
        breaks: Books,
        how: Unasked(|ask| matches!(ask, Ask::CaptureAll { .. })),
    },
];
