//! The log of our own server after random requests is never impossible: whole, of each account alone, and with events
//! missing. Its features are those that no generated sequence of the harness has: methods of other providers, debits and
//! refunds that the bank returns, sessions, connected accounts, fees and balances that are pending, old versions.
//!
//! `HOLDFAST_AUDIT_SERVERS` is the number of servers, 6 if it is not set; `HOLDFAST_AUDIT_SEED` is the first seed.

use std::collections::BTreeMap;

use holdfast_audit::{Bounds, Finding, Listener, Options, Verdict, audit};
use serde_json::Value;

use crate::clients::{As, Clients, VERSIONS};

/// Keeps every verdict.
#[derive(Default)]
struct Verdicts(Vec<Verdict>);

impl Listener for Verdicts {
    fn verdict(&mut self, verdict: &Verdict) -> std::io::Result<()> {
        self.0.push(verdict.clone());
        Ok(())
    }
}

/// The false alarms by kind, each with its first, and the number of verdicts.
#[derive(Default)]
struct Judged {
    alarms: BTreeMap<String, String>,
    all: usize,
    accepted: usize,
}

impl Judged {
    fn judge(&mut self, name: &str, events: &[Value], gaps: bool) {
        let text: String = events.iter().map(|event| format!("{event}\n")).collect();
        if text.is_empty() {
            return;
        }
        let options = Options { bounds: Bounds { gaps, ..Bounds::default() }, ..Options::default() };
        let mut verdicts = Verdicts::default();
        audit(text.as_bytes(), &options, &mut verdicts).unwrap();
        for verdict in verdicts.0 {
            self.all += 1;
            self.accepted += usize::from(verdict.finding == Finding::Accepted);
            let Finding::Impossible(it) = &verdict.finding else { continue };
            let of_it: String = text.lines().filter(|line| line.contains(&verdict.id)).collect::<Vec<_>>().join("\n");
            let first = || format!("{name}, gaps {gaps}: {}: {it:?}\n{of_it}", verdict.id);
            self.alarms.entry(format!("{} {:?} {:?}", it.kind, it.proof, it.rules)).or_insert_with(first);
        }
    }
}

#[test]
fn no_payment_of_our_own_server_is_impossible() {
    let number = |name: &str, usual| std::env::var(name).map_or(usual, |it| it.parse().unwrap());
    let (servers, first) = (number("HOLDFAST_AUDIT_SERVERS", 6), number("HOLDFAST_AUDIT_SEED", 0));
    let (mut whole, mut disturbed) = (Judged::default(), Judged::default());
    for seed in first..first + servers {
        let mut clients = Clients::new(seed);
        (0..300).for_each(|_| clients.act());
        assert!(clients.done >= 90, "seed {seed}: only {} requests were accepted", clients.done);
        let of = |account: &String| As { account: Some(account.clone()), ..As::default() };
        let accounts: Vec<As> = [As::default(), As { other_key: true, ..As::default() }]
            .into_iter()
            .chain(clients.connected.iter().map(of))
            .collect();
        let logs: Vec<Vec<Value>> = accounts.iter().map(|account| clients.events(account)).collect();
        let name = format!("seed {seed}");
        for gaps in [true, false] {
            whole.judge(&name, &logs.concat(), gaps);
            logs.iter().for_each(|log| disturbed.judge(&format!("{name}, one account"), log, gaps));
        }
        let mut random = fastrand::Rng::with_seed(seed);
        let all = logs.concat();
        let thinned = |percent: u8, events: &[Value], random: &mut fastrand::Rng| -> Vec<Value> {
            events.iter().filter(|_| random.u8(..100) >= percent).cloned().collect()
        };
        for percent in [10, 30, 60, 90] {
            disturbed.judge(&format!("{name}, {percent} % gone"), &thinned(percent, &all, &mut random), true);
        }
        let at = random.usize(..=all.len());
        disturbed.judge(&format!("{name}, a beginning"), &all[..at], true);
        disturbed.judge(&format!("{name}, an end"), &all[at..], true);
        for event in random.choose_multiple(&all, 40) {
            disturbed.judge(&format!("{name}, one event"), std::slice::from_ref(event), true);
        }
        let old = clients.events(&As { version: Some(VERSIONS[1]), ..As::default() });
        let mut two = thinned(30, &all, &mut random);
        two.extend(thinned(30, &old, &mut random));
        random.shuffle(&mut two);
        disturbed.judge(&format!("{name}, two versions"), &two, true);
    }
    println!(
        "{} of {} whole payments are accepted, {} of {} others",
        whole.accepted, whole.all, disturbed.accepted, disturbed.all
    );
    let alarms: Vec<String> = whole.alarms.into_values().chain(disturbed.alarms.into_values()).collect();
    assert!(alarms.is_empty(), "{} kinds of false alarms:\n{}", alarms.len(), alarms.join("\n\n"));
    assert!(whole.accepted * 100 >= whole.all * 95, "{} of {} are accepted", whole.accepted, whole.all);
}
