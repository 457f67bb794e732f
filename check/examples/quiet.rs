//! Quiet.
use holdfast_check::{explore::Space, scenarios::*, space::*};
use holdfast_model::*;
use holdfast_properties::*;
struct V<'a>(&'a mut u128, &'a mut u128);
const REJ: &[Rejection] = &[
    Rejection::NoSuchIntent,
    Rejection::NoSuchSetup,
    Rejection::NoSuchSession,
    Rejection::NoSuchRefund,
    Rejection::NoSuchFee,
    Rejection::NoSuchTransfer,
    Rejection::InvalidAmount,
    Rejection::AmountTooSmall,
    Rejection::AmountTooLarge,
    Rejection::InvalidCurrency,
    Rejection::NegativeCapture,
    Rejection::InvalidReason,
    Rejection::OffSessionWithoutConfirm,
    Rejection::InvalidFee,
    Rejection::InvalidTransfer,
    Rejection::MissingSuccessUrl,
    Rejection::UnexpectedSuccessUrl,
    Rejection::MissingReturnUrl,
    Rejection::UnexpectedReturnUrl,
    Rejection::InvalidExpiry,
    Rejection::UnexpectedMulticapture,
    Rejection::UnexpectedState,
    Rejection::OwnedBySession,
    Rejection::MissingPaymentMethod,
    Rejection::IncompatibleMethod,
    Rejection::HoldExpired,
    Rejection::ZeroCapture,
    Rejection::CaptureTooLarge,
    Rejection::FinalCaptureUnavailable,
    Rejection::CaptureLimit,
    Rejection::PieceTooSmall,
    Rejection::FeeWithoutConnect,
    Rejection::TransferWithoutDestination,
    Rejection::FeeAndTransfer,
    Rejection::FeeTooLarge,
    Rejection::TransferTooLarge,
    Rejection::MissingFee,
    Rejection::MissingTransfer,
    Rejection::LateFee,
    Rejection::LateTransfer,
    Rejection::NoSuccessfulCharge,
    Rejection::Uncaptured,
    Rejection::AlreadyRefunded,
    Rejection::RefundTooLarge,
    Rejection::PartialWithFee,
    Rejection::PartialWithReversal,
    Rejection::NoFeeToRefund,
    Rejection::FeeLatched,
    Rejection::NoTransferToReverse,
    Rejection::TransferLatched,
    Rejection::RefundNotCancelable,
    Rejection::FeeRefundTooLarge,
    Rejection::ReversalTooLarge,
    Rejection::SourceTransactionUnsupported,
    Rejection::SourceExhausted,
    Rejection::SetupOwnedBySession,
    Rejection::SetupMissingMethod,
    Rejection::SetupUnexpectedState,
    Rejection::SetupInvalidState,
    Rejection::SessionNotOpen,
    Rejection::LockTimeout,
    Rejection::KeyInUse,
    Rejection::KeyMismatch,
    Rejection::AmountOutOfRange,
];
impl Visit for V<'_> {
    type Output = ();
    fn visit<const P: usize, const K: usize>(self, space: ModelSpace<P, K>) {
        let terms = space.terms();
        let mut seen: std::collections::HashSet<State<P, K>> = space.roots().into_iter().collect();
        let mut todo: Vec<_> = space.roots();
        let mut inputs = vec![];
        while let Some(s) = todo.pop() {
            inputs.clear();
            space.inputs(&s, &mut inputs);
            let sight = s.observe(terms);
            let o = sight.observation(terms);
            for i in &inputs {
                let t = transition(terms, &s, *i);
                if seen.len() < 250 && seen.insert(t.after) {
                    todo.push(t.after);
                }
                for r in REJ {
                    let v = judge_step(&Step::new(o, *i, Err(*r), &[], o));
                    *self.0 |= v.broken;
                    *self.1 |= v.witnessed;
                }
            }
        }
    }
}
fn main() {
    let (mut broken, mut witnessed) = (0, 0);
    for s in SCENARIOS {
        if s.deep || s.name == "fifty_captures" {
            continue;
        }
        for v in (s.variants)() {
            s.visit(&v, V(&mut broken, &mut witnessed));
        }
    }
    for c in &CATALOGUE {
        if matches!(c.kind, Kind::Step | Kind::PaymentStep) {
            println!(
                "{} {} {} {}",
                if c.bit() & broken == 0 { "SKIP" } else { "KEEP" },
                if c.bit() & witnessed == 0 { "vac" } else { "wit" },
                c.topic,
                c.id
            );
        }
    }
}
