//! The merchant: it receives events, stores each once, reads the payment, fulfills the order, and acknowledges.

use crate::books::Standing;
use crate::instance::{Asked, Instance, MerchantCare};
use crate::state::{OutboxEntry, ProtocolState};

/// Delivers an event to a merchant that is free. Events that were sent once may arrive at any time, and again.
pub(crate) fn notify(state: &mut ProtocolState, event: u8) -> Option<()> {
    let arrives = state.mail(event) != OutboxEntry::Absent && state.merchant.working.is_none();
    arrives.then_some(())?;
    state.merchant.working = Some((event, false));
    Some(())
}

/// Takes the merchant's next step: first it stores the event, then it acknowledges it.
pub(crate) fn handle(instance: &Instance, state: &mut ProtocolState) -> Option<()> {
    let (event, is_second) = state.merchant.working?;
    let acknowledges_first = instance.merchant == MerchantCare::AcknowledgesFirst;
    if is_second == acknowledges_first {
        store(instance, state, event);
    } else {
        state.merchant.acknowledged = state.merchant.acknowledged.and(event);
    }
    state.merchant.working = (!is_second).then_some((event, true));
    Some(())
}

/// Stores an event, the present state of the payment, and the fulfillment, in one transaction.
fn store(instance: &Instance, state: &mut ProtocolState, event: u8) {
    let is_capture = matches!(instance.asked(event), Some(Asked::Capture { .. }));
    let is_paid = state.books.captured > 0;
    let merchant = &mut state.merchant;
    if instance.merchant == MerchantCare::FulfillsOnEveryDelivery {
        if is_capture && is_paid {
            // A second fulfillment is wrong already, so the count ends there.
            merchant.fulfilled = merchant.fulfilled.saturating_add(1).min(2);
        }
    } else if is_paid && merchant.fulfilled == 0 {
        merchant.fulfilled = 1;
    }
    if !merchant.stored.has(event) {
        merchant.stored = merchant.stored.and(event);
        let released = state.books.standing == Standing::Released;
        merchant.books = (state.books.captured, state.books.refunded, released);
    }
}

/// Delivers an acknowledgement that was sent to the engine.
pub(crate) fn acknowledge(state: &mut ProtocolState, event: u8) -> Option<()> {
    let arrives = state.merchant.acknowledged.has(event) && state.mail(event) == OutboxEntry::Pending;
    arrives.then_some(())?;
    state.set_mail(event, OutboxEntry::Acknowledged);
    Some(())
}

/// Lets the customer return from the confirmation page, with any result.
pub(crate) fn customer_returns(instance: &Instance, state: &mut ProtocolState) -> Option<()> {
    let trusts = instance.merchant == MerchantCare::TrustsTheRedirect;
    (trusts && state.requests.has(0) && state.merchant.fulfilled == 0).then_some(())?;
    state.merchant.fulfilled = 1;
    Some(())
}
