//! Checks the parts of the engine's objects that the model does not have. An object's details must fit its status,
//! related objects must refer to each other, and a refused payment must show the refused objects (PI-4, R23).

use holdfast_engine::objects::{Charge, ChargeStatus, IntentStatus, RefundStatus, SetupStatus};
use holdfast_engine::store::{Store, StoreError};
use holdfast_engine::{Kind, Object, ObjectId, Response};

/// Returns the first inconsistency, in the present objects or in those that an event announced.
pub(super) fn check(store: &dyn Store) -> Result<Option<String>, StoreError> {
    let mut found = None;
    let mut note = |object: &Object, why: Option<&str>| {
        if let (None, Some(why)) = (&found, why) {
            found = Some(format!("{}: {why}", object.id()));
        }
    };
    store.each(Kind::Event, &mut |event| {
        if let Object::Event(event) = event {
            note(&event.object, alone(&event.object));
        }
    })?;
    for kind in Kind::ALL {
        let mut objects = Vec::new();
        store.each(*kind, &mut |object| objects.push(object))?;
        for object in objects {
            note(&object, alone(&object).or(beside(&object, store)?));
        }
    }
    Ok(found)
}

/// Returns the inconsistency within an object, if there is one.
#[expect(clippy::wildcard_enum_match_arm, reason = "the model knows a few kinds of objects")]
fn alone(object: &Object) -> Option<&'static str> {
    let unless = |fits: bool, why| Some(why).filter(|_| !fits);
    match object {
        Object::PaymentIntent(intent) => {
            let asks = intent.status == IntentStatus::RequiresAction;
            let is_over = intent.status == IntentStatus::Canceled;
            unless(intent.next_action.is_some() == asks, "a next action is there exactly while one is required")
                .or(unless(intent.canceled_at.is_some() == is_over, "it says when it was canceled exactly if it was"))
        }
        Object::SetupIntent(setup) => {
            let asks = setup.status == SetupStatus::RequiresAction;
            unless(setup.next_action.is_some() == asks, "a next action is there exactly while one is required")
        }
        Object::Refund(refund) => {
            let (failed, waits) = (refund.status == RefundStatus::Failed, refund.status == RefundStatus::Pending);
            unless(refund.failure.is_some() == failed, "it says why it failed exactly if it did")
                .or(unless(refund.pending.is_some() || !waits, "it does not say why it is pending"))
                .or(unless(
                    refund.pending.is_none() || waits || refund.status == RefundStatus::RequiresAction,
                    "it says why it is pending, and is not",
                ))
        }
        _ => None,
    }
}

/// Returns the inconsistency between an object and others, if there is one.
#[expect(clippy::wildcard_enum_match_arm, reason = "the model knows a few kinds of objects")]
fn beside(object: &Object, store: &dyn Store) -> Result<Option<&'static str>, StoreError> {
    let session = |id: Option<_>| match id {
        Some(id) => store.object(ObjectId::from(id)),
        None => Ok(None),
    };
    Ok(match object {
        Object::PaymentIntent(intent) => session(intent.session)?
            .and_then(|session| Some(session.as_checkout_session()?.payment_intent != Some(intent.id)))
            .filter(|differs| *differs)
            .map(|_| "its session names another one"),
        Object::SetupIntent(setup) => session(setup.session)?
            .and_then(|session| Some(session.as_checkout_session()?.setup_intent != Some(setup.id)))
            .filter(|differs| *differs)
            .map(|_| "its session names another one"),
        Object::Charge(charge) => match said_why(charge, store)? {
            true => fee_amount(charge, store)?,
            false => Some("it does not say why it failed"),
        },
        _ => None,
    })
}

/// Returns whether a failed charge shows its reason. A canceled debit needs none (C18).
fn said_why(charge: &Charge, store: &dyn Store) -> Result<bool, StoreError> {
    if charge.status != ChargeStatus::Failed || charge.decline.is_some() {
        return Ok(true);
    }
    let intent = store.object(ObjectId::from(charge.intent))?;
    Ok(intent.and_then(|intent| Some(intent.as_payment_intent()?.status)) == Some(IntentStatus::Canceled))
}

/// Returns the inconsistency between a charge and its fees, if there is one.
fn fee_amount(charge: &Charge, store: &dyn Store) -> Result<Option<&'static str>, StoreError> {
    let mut sum = 0_u64;
    for fee in &charge.fees {
        match store.object(ObjectId::from(*fee))? {
            Some(Object::ApplicationFee(fee)) => sum = sum.saturating_add(fee.amount.minor()),
            Some(_) | None => return Ok(Some("a fee that it names is not there")),
        }
    }
    let said = charge.application_fee_amount.map_or(0, |amount| amount.minor());
    Ok(Some("its fee amount is not the sum of its fees").filter(|_| !charge.fees.is_empty() && said != sum))
}

/// Returns the inconsistency in the refusal of a payment, which has the intent and the failed charge (PI-4, R23).
pub(super) fn refused(response: &Response) -> Option<String> {
    let refusal = response.refusal().filter(|_| response.status() == 402)?;
    let tell = |why: &str| Some(format!("req_{}: {why}", response.request));
    match &refusal.intent {
        Some(Object::PaymentIntent(intent)) => {
            let failed = intent.last_error.as_ref().and_then(|error| error.charge);
            if failed == refusal.charge { None } else { tell("the refusal names another charge than its intent") }
        }
        Some(_) => None,
        None => tell("a refused payment comes without its intent"),
    }
}
