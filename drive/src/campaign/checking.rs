//! The checks of what one payment alone does not show.

use std::collections::BTreeSet;

use super::DriveCampaign;
use crate::checks::{CHECKS, CheckStep, Checker, Looked};
use crate::finding::{Finding, Sighting};
use crate::wire::TransportError;

impl DriveCampaign<'_> {
    /// Carries out each check twice; what both times show is a finding.
    pub(crate) fn check(&mut self) -> Result<Option<String>, TransportError> {
        self.phase = "checks";
        for (name, check) in CHECKS {
            let mut looked = Looked::Done;
            let mut before: Option<Vec<(Sighting, Vec<CheckStep>)>> = None;
            for attempt in 0_u8..2 {
                let mut checker = Checker::new(self.server, name, attempt);
                looked = match check(&mut checker) {
                    Err(broken) if broken.ends_drive() => return Err(broken),
                    Err(_) => Looked::NotThere("an answer to each request"),
                    Ok(looked) => looked,
                };
                let found = std::mem::take(&mut checker.found);
                if found.is_empty() && before.is_none() {
                    break;
                }
                match before.take() {
                    None => before = Some(found),
                    Some(first) => self.keep_checked(first, &found),
                }
            }
            self.checks.push((name, looked));
            self.tell();
        }
        Ok(None)
    }

    fn keep_checked(&mut self, first: Vec<(Sighting, Vec<CheckStep>)>, again: &[(Sighting, Vec<CheckStep>)]) {
        for (sighting, steps) in first {
            if !again.iter().any(|(other, _)| other.signature == sighting.signature) {
                self.unrepeated.push(sighting);
                continue;
            }
            let variants = BTreeSet::from([sighting.variant.clone()]);
            self.known.insert(sighting.signature.clone(), self.findings.len());
            self.findings.push(Finding {
                sighting,
                inputs: Vec::new(),
                steps,
                at_once: 0,
                variants,
                met: 2,
                frequency: None,
            });
        }
    }
}
