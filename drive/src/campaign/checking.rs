//! The checks of everything that a single payment does not show.

use std::collections::BTreeSet;

use super::DriveCampaign;
use crate::checks::{CHECKS, CheckFn, CheckStep, Checker, Looked};
use crate::finding::{Class, Finding, Sighting};
use crate::wire::TransportError;

/// The sightings of a check, each with its requests.
type CheckSightings = Vec<(Sighting, Vec<CheckStep>)>;

/// The result of carrying out a check once.
struct CheckAttempt {
    found: CheckSightings,
    looked: Looked,
    /// The requirements that were seen to be kept.
    kept: BTreeSet<&'static str>,
}

impl DriveCampaign<'_> {
    /// Carries out each check twice. A difference that shows both times is a finding.
    ///
    /// # Errors
    /// [`TransportError`] at the end of the budget; the sightings so far are then recorded as unrepeated.
    pub(crate) fn check(&mut self) -> Result<Option<String>, TransportError> {
        self.phase = "checks";
        for (name, check, _) in CHECKS {
            match self.check_twice(name, check) {
                Ok((looked, kept)) => {
                    self.checks.push((name, looked));
                    for id in kept {
                        let count = self.kept.entry(id).or_default();
                        *count = count.saturating_add(1);
                    }
                }
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

    /// Carries out a check, and repeats it if it found a difference. Returns whether it was carried out, and the
    /// requirements that it confirmed and did not contradict.
    fn check_twice(
        &mut self,
        name: &'static str,
        check: CheckFn,
    ) -> Result<(Looked, BTreeSet<&'static str>), TransportError> {
        let CheckAttempt { found: first, looked, kept } = self.attempt(name, check, 0)?;
        if first.is_empty() {
            return Ok((looked, kept));
        }
        match self.attempt(name, check, 1) {
            Ok(CheckAttempt { found: again, looked, mut kept }) => {
                for (sighting, _) in first.iter().chain(&again) {
                    kept.retain(|id| !sighting.rules.contains(id));
                }
                self.keep_checked(first, again);
                Ok((looked, kept))
            }
            Err(broken) => {
                first.into_iter().for_each(|(sighting, _)| self.note_unrepeated(sighting));
                Err(broken)
            }
        }
    }

    /// Carries out a check once. A request without an answer ends the check, and is found. A check in which a request
    /// was answered with a server error was not carried out: an error is no evidence about the requirement.
    fn attempt(&mut self, name: &'static str, check: CheckFn, attempt: u8) -> Result<CheckAttempt, TransportError> {
        let mut checker = Checker::new(self.server, name, attempt);
        let looked = check(&mut checker);
        let (found, kept) = (std::mem::take(&mut checker.found), std::mem::take(&mut checker.kept));
        let has_failed = checker.has_failed;
        match looked {
            Err(broken) if broken.ends_drive() => {
                found.into_iter().for_each(|(sighting, _)| self.note_unrepeated(sighting));
                Err(broken)
            }
            Err(_) => {
                Ok(CheckAttempt { found, looked: Looked::NotDone("a request was not answered"), kept: BTreeSet::new() })
            }
            Ok(_) if has_failed => {
                let looked = Looked::NotDone("a request was answered with a server error");
                Ok(CheckAttempt { found, looked, kept: BTreeSet::new() })
            }
            Ok(looked) => Ok(CheckAttempt { found, looked, kept }),
        }
    }

    fn keep_checked(&mut self, first: CheckSightings, again: CheckSightings) {
        let shows = |found: &CheckSightings, sighting: &Sighting| {
            found.iter().any(|(it, _)| it.signature == sighting.signature)
        };
        let is_choice = |sighting: &Sighting| sighting.signature.class == Class::Choice;
        let once = again
            .iter()
            .filter(|(sighting, _)| !shows(&first, sighting) && !is_choice(sighting))
            .map(|(sighting, _)| sighting.clone());
        once.collect::<Vec<_>>().into_iter().for_each(|sighting| self.note_unrepeated(sighting));
        for (sighting, steps) in first {
            if !shows(&again, &sighting) {
                // A server may choose otherwise each time.
                if !is_choice(&sighting) {
                    self.note_unrepeated(sighting);
                }
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
