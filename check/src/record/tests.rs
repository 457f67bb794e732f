use super::*;
use holdfast_explorer::First;

fn unit(variant: &str, unique: u64, completion: Completion) -> Unit {
    Unit {
        scenario: "toy".to_owned(),
        variant: variant.to_owned(),
        exact: Some(Summary { unique, completion, ..Summary::default() }),
        stateright: Some(StaterightSummary {
            completion,
            unique,
            transitions: 0,
            collisions: CollisionBound::of(unique),
            violations: Vec::new(),
        }),
        counterexamples: BTreeMap::new(),
        milliseconds: unique,
    }
}

fn record(units: &[Unit]) -> RunRecord {
    let wanted = ["toy: a", "toy: b"].map(str::to_owned).to_vec();
    let mut record = RunRecord::new("toy".to_owned(), vec!["property".to_owned()], wanted);
    for unit in units {
        record.units.insert(format!("{}: {}", unit.scenario, unit.variant), unit.clone());
    }
    record
}

const CUT: Completion = Completion::Cut { why: Why::TimeLimit };

#[test]
fn it_reads_back() {
    let record = record(&[unit("a", 3, Completion::Complete), unit("b", 4, CUT)]);
    assert_eq!(RunRecord::parse(&record.text().unwrap()), Ok(record));
    assert!(RunRecord::parse("{}").unwrap_err().starts_with("not a record of results: "));
    let old = r#"{ "format": 1, "subject": "toy", "properties": [], "wanted": [], "units": {} }"#;
    assert_eq!(
        RunRecord::parse(old).unwrap_err(),
        "format 1 of results, which does not say what rules they were found under; this program reads format 2: \
         explore again, into another file"
    );
}

#[test]
fn shards_add_up_whatever_the_order() {
    let (a, b) = (unit("a", 3, Completion::Complete), unit("b", 4, Completion::Complete));
    let (left, right) = (record(std::slice::from_ref(&a)), record(std::slice::from_ref(&b)));
    assert_eq!(left.missing(), ["toy: b"]);
    let mut sum = left.clone();
    sum.merge(right.clone()).unwrap();
    assert_eq!(sum, record(&[a, b]));
    assert!(sum.missing().is_empty());
    let mut other_way = right;
    other_way.merge(left).unwrap();
    assert_eq!(sum, other_way);
}

#[test]
fn a_complete_unit_wins_over_a_cut_one_and_contradictions_are_noticed() {
    let mut sum = record(&[unit("a", 2, CUT)]);
    sum.merge(record(&[unit("a", 3, Completion::Complete)])).unwrap();
    sum.merge(record(&[unit("a", 2, CUT)])).unwrap();
    assert_eq!(sum, record(&[unit("a", 3, Completion::Complete)]));
    let contradiction = sum.merge(record(&[unit("a", 4, Completion::Complete)]));
    assert_eq!(contradiction, Err("they contradict each other about `toy: a`".to_owned()));
    let mut other = record(&[]);
    other.subject = "another".to_owned();
    assert_eq!(sum.merge(other), Err("they are of different runs: `toy` and `another`".to_owned()));
    let mut other = record(&[]);
    other.rules = "another".to_owned();
    assert!(sum.merge(other).unwrap_err().starts_with("the rules have changed in between"));
}

/// A unit in which property 0 is false: stateright is always cut by that.
fn broken(variant: &str, exact: Completion) -> Unit {
    let mut unit = unit(variant, 3, exact);
    let first = First { steps: 1, print: 1, ordinal: 0, text: None };
    unit.exact.as_mut().unwrap().violations.insert(0, first);
    let other = unit.stateright.as_mut().unwrap();
    (other.completion, other.violations) = (Completion::Cut { why: Why::Violation }, vec![0]);
    unit.counterexamples.insert(0, "create pi1 1 usd\n".to_owned());
    unit
}

#[test]
fn no_counterexample_is_lost_whatever_the_order() {
    let complete = unit("a", 3, Completion::Complete);
    let alone = |unit: &Unit| Unit { stateright: None, ..unit.clone() };
    let contradiction = Err("they contradict each other about `toy: a`".to_owned());
    for (violated, other, expected) in [
        // A complete run without a violation contradicts one with a violation.
        (broken("a", Completion::Complete), complete.clone(), contradiction.clone()),
        (broken("a", CUT), complete.clone(), contradiction.clone()),
        (alone(&broken("a", Completion::Complete)), alone(&complete), contradiction),
        // An interrupted run may have stopped before the violation.
        (broken("a", Completion::Complete), unit("a", 2, CUT), Ok(())),
        (broken("a", CUT), unit("a", 9, CUT), Ok(())),
        (alone(&broken("a", Completion::Complete)), alone(&unit("a", 2, CUT)), Ok(())),
        // Two runs with the same violation agree.
        (broken("a", Completion::Complete), broken("a", CUT), Ok(())),
        (broken("a", Completion::Complete), broken("a", Completion::Complete), Ok(())),
    ] {
        for (left, right) in [(&violated, &other), (&other, &violated)] {
            let mut sum = record(std::slice::from_ref(left));
            let found = sum.merge(record(std::slice::from_ref(right)));
            assert_eq!(found, expected, "{left:?} and {right:?}");
            if found.is_ok() {
                assert_eq!(sum.units["toy: a"], violated, "{left:?} and {right:?}");
            }
        }
    }
}

#[test]
fn of_two_that_were_cut_each_keeps_its_counterexample() {
    let mut other = broken("a", CUT);
    other.exact.as_mut().unwrap().violations =
        BTreeMap::from([(7, First { steps: 2, print: 2, ordinal: 0, text: None })]);
    other.stateright.as_mut().unwrap().violations = vec![7];
    other.counterexamples = BTreeMap::from([(7, "create pi1 2 usd\n".to_owned())]);
    for (left, right) in [(broken("a", CUT), other.clone()), (other, broken("a", CUT))] {
        let mut sum = record(&[left]);
        sum.merge(record(&[right])).unwrap();
        let unit = &sum.units["toy: a"];
        assert_eq!(unit.exact.as_ref().unwrap().violations.keys().collect::<Vec<_>>(), [&0, &7]);
        assert_eq!(unit.counterexamples.len(), 2);
        assert!(!unit.is_complete());
    }
}

#[test]
fn a_unit_is_over_if_all_is_explored_or_what_was_found_stopped_it() {
    for (unit, is_over) in [
        (unit("a", 3, Completion::Complete), true),
        (unit("a", 3, CUT), false),
        (broken("a", Completion::Complete), true),
        (broken("a", CUT), false),
    ] {
        assert_eq!(unit.is_over(), is_over, "{unit:?}");
    }
}

#[test]
fn explorers_agree_only_if_both_are_through() {
    let mut both = unit("a", 3, Completion::Complete);
    assert_eq!(both.agrees(), Some(true));
    if let Some(other) = &mut both.stateright {
        other.unique = 2;
    }
    assert_eq!(both.agrees(), Some(false));
    assert_eq!(unit("a", 3, CUT).agrees(), None);
    both.stateright = None;
    assert_eq!(both.agrees(), None);
    assert!(both.is_complete());
    both.exact = None;
    assert!(!both.is_complete(), "nobody explored");
}
