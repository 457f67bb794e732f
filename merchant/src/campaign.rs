//! Many runs against one application, until a fault or the end of the budget.

use crate::config::MerchantConfig;
use crate::diagnosis::diagnosis;
use crate::fault::MerchantFault;
use crate::plan::RunPlan;
use crate::provider::Provider;
use crate::report::{MerchantReport, MerchantStory};
use crate::run::{RunResult, run};
use crate::shop::{NotRunning, Shop, base_url};
use crate::shrink::shrink;
use holdfast_server::chaos::ChaosChoice;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The runs of one session: the virtual clock cannot be moved by more than a hundred years.
const RUNS_OF_A_SESSION: u64 = 300;
/// The longest time for shrinking.
const SHRINKING: Duration = Duration::from_secs(30);
/// With an attacker, every run of this many has one, the first included.
const RUNS_FOR_AN_ATTACK: u64 = 4;

/// The extent of a check.
#[derive(Clone, Debug)]
pub struct MerchantOrder {
    /// The first seed and the profile.
    pub choice: ChaosChoice,
    /// The number of purchases.
    pub purchases: u64,
    /// The purchases of one run, interleaved.
    pub together: u64,
    /// The longest time.
    pub time_limit: Duration,
    /// Whether an attacker takes part in the first run and every fourth one after it.
    pub is_hostile: bool,
    /// Whether to go on after a fault; each kind of fault is reported once.
    pub keep_going: bool,
    /// A plan to run once instead.
    pub replay: Option<RunPlan>,
}

/// The application with its provider. The application ends first.
struct MerchantSession {
    shop: Shop,
    provider: Provider,
    runs: u64,
}

impl MerchantSession {
    fn start(config: &MerchantConfig, number: u64) -> Result<Self, NotRunning> {
        let (base, port) = base_url(config).map_err(NotRunning::Failed)?;
        let listen = config.provider.as_deref().unwrap_or("127.0.0.1:0");
        let webhook = format!("{base}{}", config.webhook);
        let provider = Provider::start(listen, &webhook, config, number);
        let provider = provider.map_err(NotRunning::Failed)?;
        let shop = Shop::start(config, &base, port, &provider)?;
        Ok(Self { shop, provider, runs: 0 })
    }
}

/// A check in progress.
struct MerchantCampaign<'a> {
    config: &'a MerchantConfig,
    begin: Instant,
    time_limit: Duration,
    stop: &'a AtomicBool,
    session: Option<MerchantSession>,
    sessions: u64,
    orders: u64,
}

impl MerchantCampaign<'_> {
    /// Ends a session that has had its runs and starts another. The addresses may be fixed, so the old one ends first.
    fn renew(&mut self) -> Result<(), NotRunning> {
        if self.session.as_ref().is_none_or(|session| session.runs >= RUNS_OF_A_SESSION) {
            drop(self.session.take());
            self.session = Some(MerchantSession::start(self.config, self.sessions)?);
            self.sessions = self.sessions.saturating_add(1);
        }
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Runs a plan; `more` is added to the time limit. The result is empty if the check was stopped meanwhile: the
    /// application may have been stopped together with this program.
    fn run(&mut self, plan: &RunPlan, more: Duration) -> RunResult {
        if self.is_stopped() {
            return RunResult::default();
        }
        let deadline = self.begin.checked_add(self.time_limit.saturating_add(more));
        self.orders = self.orders.saturating_add(1);
        let name = format!("order-{}", self.orders);
        let Some(session) = &mut self.session else { return RunResult::default() };
        session.runs = session.runs.saturating_add(1);
        let result = run(self.config, (&session.provider, &session.shop), plan, &name, deadline);
        if self.is_stopped() { RunResult::default() } else { result }
    }

    /// Shrinks a run with a fault to its story.
    fn story(&mut self, plan: &RunPlan, first: RunResult, fault: MerchantFault) -> MerchantStory {
        let found_after = self.begin.elapsed();
        let more = found_after.saturating_sub(self.time_limit).saturating_add(SHRINKING);
        let mut shrunk = shrink(plan, first, fault, SHRINKING, &mut |plan| self.run(plan, more));
        let diagnosis = diagnosis(&shrunk.result, fault);
        shrunk.result.cut_after(fault);
        MerchantStory { fault, found_after, shrunk, diagnosis }
    }
}

/// Checks an application. `progress` is called after each run with the report so far.
///
/// # Errors
/// [`NotRunning`] if the application does not run.
pub fn check(
    config: &MerchantConfig,
    order: &MerchantOrder,
    progress: &mut dyn FnMut(&MerchantReport),
) -> Result<MerchantReport, NotRunning> {
    check_until(config, order, &AtomicBool::new(false), progress)
}

/// Checks an application as [`check`] does, until `stop` is set; the report is incomplete then.
///
/// # Errors
/// [`NotRunning`] if the application does not run.
pub fn check_until(
    config: &MerchantConfig,
    order: &MerchantOrder,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&MerchantReport),
) -> Result<MerchantReport, NotRunning> {
    let (begin, time_limit) = (Instant::now(), order.time_limit);
    let mut campaign = MerchantCampaign { config, begin, time_limit, stop, session: None, sessions: 0, orders: 0 };
    campaign.renew()?;
    let mut report = MerchantReport::new(order);
    let mut seed = order.choice.seed;
    while report.planned < order.purchases {
        if campaign.is_stopped() {
            report.incomplete = Some("interrupted".to_owned());
            break;
        }
        if begin.elapsed() >= time_limit {
            report.incomplete = Some("the time is up".to_owned());
            break;
        }
        if let Err(why) = campaign.renew() {
            report.incomplete = Some(format!("the application could not be started again: {why}"));
            break;
        }
        let plan = order.replay.clone().unwrap_or_else(|| next_plan(order, seed, &report));
        seed = seed.wrapping_add(1);
        let result = campaign.run(&plan, Duration::ZERO);
        if campaign.is_stopped() {
            continue;
        }
        report.add(&plan, &result);
        if let Some(why) = &result.broken {
            if report.stories.is_empty() {
                return Err(NotRunning::Failed(why.clone()));
            }
            report.incomplete = Some(why.clone());
            break;
        }
        for fault in fresh_faults(&report, &result) {
            let story = campaign.story(&plan, result.clone(), fault);
            report.stories.push(story);
            if !order.keep_going {
                break;
            }
        }
        report.elapsed = begin.elapsed();
        progress(&report);
        if order.replay.is_some() || (!order.keep_going && !report.stories.is_empty()) {
            break;
        }
    }
    report.elapsed = begin.elapsed();
    report.conclude();
    Ok(report)
}

/// Returns the kinds of fault of a run that have no story yet, in the order in which they were found.
fn fresh_faults(report: &MerchantReport, result: &RunResult) -> Vec<MerchantFault> {
    let mut fresh: Vec<MerchantFault> = Vec::new();
    for finding in &result.findings {
        let is_known = report.stories.iter().any(|story| story.fault == finding.fault);
        if !is_known && !fresh.contains(&finding.fault) {
            fresh.push(finding.fault);
        }
    }
    fresh
}

fn next_plan(order: &MerchantOrder, seed: u64, report: &MerchantReport) -> RunPlan {
    let left = order.purchases.saturating_sub(report.planned);
    let choice = ChaosChoice { seed, profile: order.choice.profile.clone() };
    let is_hostile = order.is_hostile && report.runs.is_multiple_of(RUNS_FOR_AN_ATTACK);
    RunPlan::new(choice, order.together.min(left).max(1), is_hostile)
}
