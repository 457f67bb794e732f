//! The checks of everything that a single payment does not show.

use std::collections::BTreeSet;

use super::DriveCampaign;
use crate::checks::{CHECKS, CheckFn, CheckStep, Checker, Looked};
use crate::finding::{Finding, Sighting};
use crate::wire::TransportError;

/// The sightings of a check, each with its requests.
type CheckSightings = Vec<(Sighting, Vec<CheckStep>)>;

impl DriveCampaign<'_> {
    /// Carries out each check twice. A difference that shows both times is a finding.
    ///
    /// # Errors
    /// [`TransportError`] at the end of the budget; the sightings so far are then recorded as unrepeated.
    pub(crate) fn check(&mut self) -> Result<Option<String>, TransportError> {
        self.phase = "checks";
        for (name, check, _) in CHECKS {
            match self.check_twice(name, check) {
                Ok(looked) => self.checks.push((name, looked)),
                Err(broken) => {
                    let left = CHECKS.iter().skip(self.checks.len());
                    self.checks.extend(left.map(|(name, ..)| (*name, Looked::NotDone("the drive ended before"))));
                    return Err(broken);
                }
            }
            self.tell();
        }
        Ok(None)
    }

    fn check_twice(&mut self, name: &'static str, check: CheckFn) -> Result<Looked, TransportError> {
        let (first, looked) = self.attempt(name, check, 0)?;
        if first.is_empty() {
            return Ok(looked);
        }
        match self.attempt(name, check, 1) {
            Ok((again, looked)) => {
                self.keep_checked(first, again);
                Ok(looked)
            }
            Err(broken) => {
                first.into_iter().for_each(|(sighting, _)| self.note_unrepeated(sighting));
                Err(broken)
            }
        }
    }

    /// Carries out a check once, and returns what it has found. A request without an answer ends the check, and is found.
    fn attempt(
        &mut self,
        name: &'static str,
        check: CheckFn,
        attempt: u8,
    ) -> Result<(CheckSightings, Looked), TransportError> {
        let mut checker = Checker::new(self.server, name, attempt);
        let looked = check(&mut checker);
        let found = std::mem::take(&mut checker.found);
        match looked {
            Err(broken) if broken.ends_drive() => {
                found.into_iter().for_each(|(sighting, _)| self.note_unrepeated(sighting));
                Err(broken)
            }
            Err(_) => Ok((found, Looked::NotDone("a request was not answered"))),
            Ok(looked) => Ok((found, looked)),
        }
    }

    fn keep_checked(&mut self, first: CheckSightings, again: CheckSightings) {
        let shows = |found: &CheckSightings, sighting: &Sighting| {
            found.iter().any(|(it, _)| it.signature == sighting.signature)
        };
        let once = again.iter().filter(|(sighting, _)| !shows(&first, sighting)).map(|(sighting, _)| sighting.clone());
        once.collect::<Vec<_>>().into_iter().for_each(|sighting| self.note_unrepeated(sighting));
        for (sighting, steps) in first {
            if !shows(&again, &sighting) {
                self.note_unrepeated(sighting);
                continue;
            }
            if let Some(finding) = self.known.get(&sighting.signature).and_then(|at| self.findings.get_mut(*at)) {
                finding.met = finding.met.saturating_add(2);
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
