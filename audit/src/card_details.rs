//! The details of the method of a payment: what they allow, and how long they hold money.

use crate::logged_event::{Feature, Nested, Object};
use crate::seen::{Seen, Text};

impl Object {
    /// Returns the feature, if the object shows one, that may change the amount of a hold: the model has none of them
    /// (CAP-14, PI-33).
    pub fn changes_holds(&self) -> Option<&'static str> {
        let kinds = [&self.payment_method_options, &self.payment_method_details];
        let cards = kinds.into_iter().filter_map(Nested::get).flat_map(|it| [it.card.get(), it.card_present.get()]);
        cards.flatten().find_map(|card| {
            let is_set = |flag: &Seen<bool>| flag.value() == Some(&true);
            let is_asked = |word: &Seen<Text>| word.text() == Some("if_available");
            let is_there = |feature: &Nested<Feature>| {
                let status = feature.get().and_then(|feature| feature.status.text());
                matches!(status, Some("available" | "partially_authorized"))
            };
            let more = is_asked(&card.request_incremental_authorization)
                || is_set(&card.request_incremental_authorization_support)
                || is_set(&card.incremental_authorization_supported)
                || is_there(&card.incremental_authorization);
            let over = is_asked(&card.request_overcapture)
                || is_set(&card.overcapture_supported)
                || is_there(&card.overcapture);
            let part = is_asked(&card.request_partial_authorization) || is_there(&card.partial_authorization);
            match (more, over, part) {
                (true, _, _) => Some("incremental authorization"),
                (_, true, _) => Some("overcapture"),
                (_, _, true) => Some("partial authorization"),
                (false, false, false) => None,
            }
        })
    }

    /// Returns whether the object, a charge, shows no other method than a card.
    pub fn may_be_of_card(&self) -> bool {
        let method = self.payment_method_details.get().and_then(|details| details.r#type.text());
        method.is_none_or(|method| method == "card")
    }

    /// The deadline of the hold, as the details of either kind of card tell it.
    pub fn capture_before(&self) -> Option<i64> {
        let details = self.payment_method_details.get()?;
        let cards = [details.card.get(), details.card_present.get()];
        cards.into_iter().flatten().find_map(|card| card.capture_before.value().copied())
    }
}
