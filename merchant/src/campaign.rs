//! Many runs against one application, until a fault or the end of the budget.

use crate::config::MerchantConfig;
use crate::diagnosis::diagnosis;
use crate::judge::MerchantFault;
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

/// What to check.
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
    /// Whether an attacker takes part in every fourth run.
    pub is_hostile: bool,
    /// Whether to go on after a fault; each kind of fault is reported once.
    pub keep_going: bool,
    /// A plan to run once instead.
    pub replay: Option<RunPlan>,
}

/// The application with its provider.
struct MerchantSession {
    provider: Provider,
    shop: Shop,
    runs: u64,
}

impl MerchantSession {
    fn start(config: &MerchantConfig) -> Result<Self, NotRunning> {
        let (base, port) = base_url(config).map_err(NotRunning::Failed)?;
        let listen = config.provider.as_deref().unwrap_or("127.0.0.1:0");
        let webhook = format!("{base}{}", config.webhook);
        let provider = Provider::start(listen, &webhook, config);
        let provider = provider.map_err(NotRunning::Failed)?;
        let shop = Shop::start(config, &base, port, &provider)?;
        Ok(Self { provider, shop, runs: 0 })
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
    let is_stopped = || stop.load(Ordering::Relaxed);
    let begin = Instant::now();
    let mut session = MerchantSession::start(config)?;
    let mut report = MerchantReport::new(order);
    let mut seed = order.choice.seed;
    let mut orders = 0_u64;
    while report.purchases < order.purchases {
        if is_stopped() {
            report.incomplete = Some("interrupted".to_owned());
            break;
        }
        if begin.elapsed() >= order.time_limit {
            report.incomplete = Some("the time is up".to_owned());
            break;
        }
        if session.runs >= RUNS_OF_A_SESSION {
            session = MerchantSession::start(config)?;
        }
        let plan = order.replay.clone().unwrap_or_else(|| next_plan(order, seed, report.purchases));
        seed = seed.wrapping_add(1);
        let mut again = |plan: &RunPlan| {
            if is_stopped() {
                return RunResult::default();
            }
            orders = orders.saturating_add(1);
            session.runs = session.runs.saturating_add(1);
            let result = run(config, &session.provider, &session.shop, plan, &format!("order-{orders}"));
            // The application may have been stopped together with this program.
            if is_stopped() { RunResult::default() } else { result }
        };
        let result = again(&plan);
        if is_stopped() {
            continue;
        }
        report.add(&plan, &result);
        if let Some(fault) = fresh_fault(&report, &result) {
            let seconds = begin.elapsed();
            let shrunk = shrink(&plan, result, fault, SHRINKING, &mut again);
            let line = diagnosis(&shrunk.result);
            report.stories.push(MerchantStory { fault, found_after: seconds, shrunk, diagnosis: line });
            if !order.keep_going {
                break;
            }
        }
        report.elapsed = begin.elapsed();
        progress(&report);
        if order.replay.is_some() {
            break;
        }
    }
    report.elapsed = begin.elapsed();
    Ok(report)
}

fn fresh_fault(report: &MerchantReport, result: &RunResult) -> Option<MerchantFault> {
    let fault = result.findings.first()?.fault;
    report.stories.iter().all(|story| story.fault != fault).then_some(fault)
}

fn next_plan(order: &MerchantOrder, seed: u64, done: u64) -> RunPlan {
    let left = order.purchases.saturating_sub(done);
    let mut profile = order.choice.profile.clone();
    profile.delays.slow = Duration::from_millis(10);
    profile.delays.retry_after = 0;
    let is_hostile = order.is_hostile && seed % 4 == 3;
    RunPlan::new(ChaosChoice { seed, profile }, order.together.min(left).max(1), is_hostile)
}
