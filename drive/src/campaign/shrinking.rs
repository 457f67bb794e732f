//! The reduction of sequences that show a difference.

use holdfast_harness::Verdict;
use holdfast_harness::generator::Sequence;
use holdfast_harness::shrink::shrink;
use holdfast_harness::verdict::{Difference, Divergence, Place, Tally};
use holdfast_model::{Config, Input};

use super::DriveCampaign;
use crate::features::Features;
use crate::finding::{Sighting, Signature};
use crate::run::Run;
use crate::server::Server;
use crate::wire::TransportError;

/// Executions that one finding is worth, to make it small.
const EXECUTIONS: usize = 120;

impl DriveCampaign<'_> {
    /// Returns the shortest sequence found that shows the same, and its sighting; `None` if it does not show again.
    ///
    /// # Errors
    /// [`TransportError`] if the drive ends before the difference was seen again. Later, the shortest sequence so far is returned.
    pub(super) fn make_small(
        &mut self,
        inputs: &[Input],
        like: &Sighting,
    ) -> Result<Option<(Vec<Input>, Sighting)>, TransportError> {
        let mut again = None;
        let small = match self.shrunk(inputs, like, &mut again) {
            Err(TransportError::OutOfBudget) if again.is_some() => return Ok(again),
            small => small?,
        };
        let mut best = small;
        let mut last = match self.shown(&mut best, like) {
            Err(TransportError::OutOfBudget) if again.is_some() => return Ok(again),
            shown => match shown? {
                Some(last) => last,
                None => return Ok(None),
            },
        };
        // A sequence of the plan is short already; each input that can be left out is left out.
        let mut place = 0;
        while place < best.len() {
            let mut shorter = best.clone();
            shorter.remove(place);
            match self.shown(&mut shorter, like) {
                Err(TransportError::OutOfBudget) => break,
                shown => match shown? {
                    Some(sighting) => (best, last) = (shorter, sighting),
                    None => place = place.saturating_add(1),
                },
            }
        }
        Ok(Some((best, last)))
    }

    /// Compares the two; if they show the same, the remainder is cut off.
    fn shown(&mut self, inputs: &mut Vec<Input>, like: &Sighting) -> Result<Option<Sighting>, TransportError> {
        let shown = shows(self.server, &self.features, &self.config, inputs, &like.signature)?;
        Ok(shown.map(|(step, _, sighting)| {
            inputs.truncate(step.saturating_add(1));
            sighting
        }))
    }

    /// Makes a long sequence short, and its parameters plain. `again` becomes the last sequence that showed the same.
    fn shrunk(
        &mut self,
        inputs: &[Input],
        like: &Sighting,
        again: &mut Option<(Vec<Input>, Sighting)>,
    ) -> Result<Vec<Input>, TransportError> {
        let sequence = Sequence { config: Config::default(), inputs: inputs.to_vec() };
        let config = self.config;
        let mut broken = None;
        let (server, features) = (&mut *self.server, &self.features);
        let small = shrink(&sequence, EXECUTIONS, |sequence| {
            if broken.is_some() {
                return Verdict::Agree(Tally::default());
            }
            match shows(server, features, &config, &sequence.inputs, &like.signature) {
                Ok(Some((step, input, sighting))) => {
                    let shown = sequence.inputs.iter().take(step.saturating_add(1)).copied().collect();
                    *again = Some((shown, sighting));
                    let place = Place::Field(format!("{:?}", like.signature));
                    let difference = Difference { place, model: String::new(), subject: String::new() };
                    Verdict::Diverge(Box::new(Divergence { step, input, differences: vec![difference] }))
                }
                Ok(None) => Verdict::Agree(Tally::default()),
                Err(error) => {
                    broken = Some(error);
                    Verdict::Agree(Tally::default())
                }
            }
        });
        match broken {
            Some(broken) => Err(broken),
            None => Ok(small.map_or_else(|| inputs.to_vec(), |(small, _)| small.inputs)),
        }
    }
}

/// The step at which a sequence shows a difference of that kind, and how.
fn shows(
    server: &mut Server,
    features: &Features,
    config: &Config,
    inputs: &[Input],
    like: &Signature,
) -> Result<Option<(usize, Input, Sighting)>, TransportError> {
    let mut run = Run::begin(server, config);
    let mut last = None;
    for (place, input) in inputs.iter().enumerate() {
        let result = run.take(*input, features)?;
        if result.asked {
            last = Some((place, *input));
        }
        if let Some(sighting) = result.sightings.into_iter().find(|it| it.signature == *like) {
            return Ok(Some((place, *input, sighting)));
        }
        if !result.goes_on {
            return Ok(None);
        }
    }
    let around = run.look_around()?;
    Ok(around.into_iter().find(|it| it.signature == *like).zip(last).map(|(it, (place, input))| (place, input, it)))
}
