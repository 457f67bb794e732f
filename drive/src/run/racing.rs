//! Two requests at the same moment.

use holdfast_model::{Call, Input};

use super::Run;
use crate::races::Told;
use crate::server::Look;
use crate::wire::Broken;
use crate::{may, races};

impl Run<'_> {
    /// Both are asked at the same moment: what came of it that no order of the two explains. `None` on the outside where
    /// it could not be tried.
    ///
    /// # Errors
    /// [`Broken`] when the server cannot be reached any more.
    pub fn race(&mut self, both: &[Call; 2]) -> Result<Option<Option<Told>>, Broken> {
        let (terms, sight) = (self.terms, self.world.observe(&self.terms));
        let now = sight.observation(&terms);
        let [first, second] = both;
        let view = first.operation.about().intent().and_then(|intent| may::view(&now, intent)).copied();
        let asked = self.server.made(first, view.as_ref())?;
        let other = if first == second { asked.clone() } else { self.server.made(second, view.as_ref())? };
        let asked = [asked, other];
        let replies = match races::send(self.server, &asked) {
            Ok(replies) => replies,
            Err(broken @ Broken::Unreachable(_)) => return Err(broken),
            Err(Broken::Dropped(_) | Broken::Silent) => return Ok(None),
        };
        self.server.operations = self.server.operations.saturating_add(2);
        for ((call, asked), reply) in both.iter().zip(&asked).zip(&replies) {
            self.server.note(&call.operation, asked, reply);
        }
        let [one, two] = &replies;
        let ids = [one, two].map(|reply| reply.text_at("/id").filter(|_| reply.is_done()));
        let is_twice = first == second && first.key.is_some() && matches!(ids, [Some(one), Some(two)] if one != two);
        let orders = races::orders(&terms, &self.world, both, [races::is_turned_away(one), races::is_turned_away(two)]);
        if !is_twice {
            for (outcomes, world) in &orders {
                if races::explains(outcomes, [one, two]) && self.is_like(Input::Call(*first), world)? {
                    return Ok(Some(None));
                }
            }
        }
        let seen = match first.operation.about().intent() {
            Some(intent) => self.server.look(intent)?.map(|look| told_look(&look)).unwrap_or_default(),
            None => String::new(),
        };
        let expected = orders.iter().map(|(outcomes, _)| {
            let words = outcomes.iter().flatten().map(holdfast_model::trace::describe).collect::<Vec<_>>();
            words.join(" and ")
        });
        Ok(Some(Some(Told {
            answers: [races::answered(one), races::answered(two)],
            accepted: [one, two].iter().filter(|reply| reply.is_done()).count(),
            expected: expected.collect::<Vec<_>>().join(", or "),
            seen,
        })))
    }
}

/// What is seen of money after a race.
fn told_look(look: &Look) -> String {
    let mut parts = Vec::new();
    for (object, shown, names) in [
        ("payment_intent", &look.payment, ["status", "amount_capturable", "amount_received"]),
        ("charge", &look.charge, ["amount_captured", "amount_refunded", "refunded"]),
    ] {
        for name in names {
            if let Some(value) = shown.as_ref().and_then(|shown| shown.get(name)) {
                parts.push(format!(
                    "{object}.{name}={}",
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                ));
            }
        }
    }
    if let Some(list) = &look.refunds {
        parts.push(format!("{} refunds", list.len()));
    }
    parts.join(" ")
}
