//! Campaigns against every injected fault.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{Technique, campaign, technique_for};
use crate::injected_faults::{self, InjectedFault};

/// The number of runs that each other technique gets, to see whether it would catch the fault too.
pub const GLANCE: u32 = 100;

/// The results of all campaigns.
#[derive(Debug)]
pub struct Measured {
    /// The number of campaigns against each injected fault.
    pub seeds: u32,
    /// The maximum number of runs of a campaign.
    pub budget: u32,
    /// A row for each injected fault, in the order of the tables.
    pub rows: Vec<Row>,
}

/// The results of the campaigns against one injected fault.
#[derive(Debug)]
pub struct Row {
    /// The injected fault.
    pub injected: &'static InjectedFault,
    /// The number of runs, for each campaign, until the expected property or comparison caught it; `None` if it never
    /// did.
    pub kills: Vec<Option<u32>>,
    /// The other techniques that caught it in [`GLANCE`] runs.
    pub others: Vec<Technique>,
}

impl Row {
    /// Returns the number of campaigns that never caught it.
    #[must_use]
    pub fn never(&self) -> usize {
        self.kills.iter().filter(|kill| kill.is_none()).count()
    }

    /// Returns the number of runs in the median campaign (the slower of two); `None` if that one never caught it.
    #[must_use]
    pub fn median(&self) -> Option<u32> {
        let middle = self.kills.len().checked_div(2)?;
        self.sorted().get(middle).copied().flatten()
    }

    /// Returns the number of runs in the slowest campaign that caught it.
    #[must_use]
    pub fn worst(&self) -> Option<u32> {
        self.kills.iter().flatten().max().copied()
    }

    /// Returns the numbers of runs in ascending order, with campaigns that never caught it last.
    fn sorted(&self) -> Vec<Option<u32>> {
        let mut sorted = self.kills.clone();
        sorted.sort_by_key(|kill| kill.unwrap_or(u32::MAX));
        sorted
    }
}

/// Runs `seeds` campaigns of at most `budget` runs against every injected fault, on `threads` threads. The result does
/// not depend on the number of threads. `each` receives the number of finished injected faults. Once `stop` is set, the
/// remaining faults are left out, so there are fewer rows than injected faults.
#[must_use]
pub fn measure(seeds: u32, budget: u32, threads: usize, stop: &AtomicBool, each: &(dyn Fn(usize) + Sync)) -> Measured {
    let all: Vec<&'static InjectedFault> = injected_faults::all().collect();
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(injected) = all.get(place) else { return };
                    let Some(row) = row(injected, seeds, budget, stop) else { return };
                    let done = {
                        let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
                        rows.insert(place, row);
                        rows.len()
                    };
                    each(done);
                }
            });
        }
    });
    let rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect();
    Measured { seeds, budget, rows }
}

/// Returns the row of one injected fault; `None` if it was left out because of `stop`.
fn row(injected: &'static InjectedFault, seeds: u32, budget: u32, stop: &AtomicBool) -> Option<Row> {
    let named = technique_for(injected);
    let is_going_on = |_: &u32| !stop.load(Ordering::Relaxed);
    let kills: Vec<Option<u32>> =
        (1..=seeds).take_while(is_going_on).map(|seed| campaign(injected, named, seed, budget, true).named).collect();
    if kills.len() < usize::try_from(seeds).unwrap_or(usize::MAX) {
        return None;
    }
    let catches = |technique: &Technique| campaign(injected, *technique, 1, GLANCE, false).first.is_some();
    // A technique that runs in lockstep with the model first is not counted as another technique.
    let covers = |technique: Technique| technique == named || technique == Technique::Books;
    let others = Technique::ALL.into_iter().filter(|it| !covers(*it)).filter(catches).collect();
    Some(Row { injected, kills, others })
}
