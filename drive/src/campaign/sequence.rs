//! One sequence, driven: what is asked, what differs, and what the server is seen to have.

use holdfast_model::{EnvironmentEvent, Input};

use super::{DriveCampaign, Execution};
use crate::run::Run;
use crate::wire::TransportError;

/// Of so many steps at which both are known to part, one is taken all the same.
const SELDOM: u64 = 24;

impl DriveCampaign<'_> {
    pub(super) fn execute_and_judge(&mut self, mut inputs: impl Iterator<Item = Input>) -> Result<(), TransportError> {
        let execution = self.execute(|_| inputs.next(), false)?;
        self.judge(execution)
    }

    /// Drives one sequence, and learns from it what the server has.
    pub(super) fn execute(
        &mut self,
        mut next: impl FnMut(&Run<'_>) -> Option<Input>,
        steers: bool,
    ) -> Result<Execution, TransportError> {
        let mut run = Run::begin(self.server, &self.config);
        let mut execution = Execution { taken: Vec::new(), seen: Vec::new() };
        while let Some(input) = next(&run) {
            if steers && let Some(edge) = run.foresee(input) {
                let times = self.blocked.get_mut(&edge.bits());
                if let Some(times) = times {
                    *times = times.saturating_add(1);
                    if times.checked_rem(SELDOM) != Some(0) {
                        continue;
                    }
                }
            }
            let mut input = input;
            let mut result = run.take(input, &self.features)?;
            if let (false, true, Input::Event(EnvironmentEvent::Advance { seconds })) = (result.asked, steers, input) {
                // Not into the last minutes before a deadline, but past them.
                input = Input::Event(EnvironmentEvent::Advance { seconds: seconds.saturating_add(1_800) });
                result = run.take(input, &self.features)?;
            }
            if !result.asked {
                continue;
            }
            if execution.taken.is_empty() {
                self.sequences = self.sequences.saturating_add(1);
            }
            execution.taken.push(input);
            if let Some(edge) = result.edge {
                self.edges.insert(edge.bits());
            }
            for (place, count) in self.witnessed.iter_mut().enumerate() {
                let bit = result.witnessed.checked_shr(u32::try_from(place).unwrap_or(u32::MAX)).unwrap_or(0) & 1;
                *count = count.saturating_add(u64::try_from(bit).unwrap_or(0));
            }
            let lacks = result.refused.as_ref().map(|reply| (self.features.untried(&input), reply));
            if let Some((untried, reply)) = lacks.filter(|(untried, _)| !untried.is_empty()) {
                for feature in untried {
                    self.features.lack(&feature, &told(reply));
                }
            } else {
                if result.let_through {
                    self.features.note(&input);
                }
                let parts = result.refused.is_some() || !result.goes_on;
                if let (true, Some(edge)) = (parts, result.edge) {
                    self.blocked.entry(edge.bits()).or_default();
                }
                let place = execution.taken.len();
                execution.seen.extend(result.sightings.into_iter().map(|sighting| (place, sighting)));
            }
            if !result.goes_on {
                return Ok(execution);
            }
        }
        let place = execution.taken.len();
        if place > 1 {
            let around = run.look_around()?;
            execution.seen.extend(around.into_iter().map(|sighting| (place, sighting)));
        }
        Ok(execution)
    }
}

fn told(reply: &crate::wire::HttpReply) -> String {
    let message = reply.text_at("/error/message").unwrap_or(reply.text.as_str());
    let message: String =
        message.chars().take(80).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("{} {message}", reply.status).trim().to_owned()
}
