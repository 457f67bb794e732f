//! The proof obligations: questions that the solver must refute, in SMT-LIB.

use std::fmt::Write as _;

use crate::formula::{LinearClause, LinearSum};
use crate::properties::{AUXILIARY, PROPERTIES};
use crate::quantity::QUANTITIES;
use crate::table::{LinearOperation, LinearProperty, OPERATIONS, START};

/// The obligations of one property: a new payment has it, and each operation keeps it.
#[derive(Clone, Debug)]
pub struct Obligations {
    header: String,
    /// Name, assertions and expected answer of each question.
    questions: Vec<(String, String, &'static str)>,
}

impl Obligations {
    /// Returns the script: one question after the other, each with the expected answer.
    #[must_use]
    pub fn script(&self) -> String {
        let mut text = self.header.clone();
        for (name, assertions, expected) in &self.questions {
            let _infallible =
                write!(text, "\n; {name}\n(push 1)\n{assertions}(set-info :status {expected})\n(check-sat)\n(pop 1)\n");
        }
        text
    }

    /// Returns the name of each question with a script of its own, which also asks for the values of a counterexample.
    #[must_use]
    pub fn questions(&self) -> Vec<(&str, String)> {
        let names: Vec<_> = QUANTITIES.iter().map(|(name, _)| *name).collect();
        let one = |(name, assertions, _): &(String, String, &'static str)| {
            format!("; {name}\n{}{assertions}(check-sat)\n(get-value ({}))\n", self.header, names.join(" "))
        };
        self.questions.iter().map(|question| (question.0.as_str(), one(question))).collect()
    }
}

/// Returns the obligations of a property. All properties about a moment and the auxiliary facts are assumed before
/// the step: they are proven together.
///
/// # Errors
/// Returns a formula that cannot be read.
pub fn obligations(property: &LinearProperty) -> Result<Obligations, String> {
    with_operations(property, OPERATIONS)
}

/// Returns the obligations of a property with one operation alone, which need not be in the table.
///
/// # Errors
/// Returns a formula that cannot be read.
pub fn with_operation(property: &LinearProperty, operation: &LinearOperation) -> Result<Obligations, String> {
    with_operations(property, &[*operation])
}

fn with_operations(property: &LinearProperty, operations: &[LinearOperation]) -> Result<Obligations, String> {
    let mut questions = Vec::new();
    if !property.is_step {
        let text = format!("{}{}", asserted(START)?, denied(property, false)?);
        questions.push(("a new payment".to_owned(), text, "unsat"));
    }
    for operation in operations {
        let text = format!("{}{}", step(operation)?, denied(property, true)?);
        questions.push((operation.name.to_owned(), text, "unsat"));
    }
    let title = format!("{}: unsat everywhere means proven for all amounts", property.name);
    Ok(Obligations { header: header(&title), questions })
}

/// Returns the questions whether each operation can happen at all while everything that is assumed holds; a guard that
/// nothing meets would prove everything.
///
/// # Errors
/// Returns a formula that cannot be read.
pub fn reachability() -> Result<Obligations, String> {
    let mut questions = vec![("a new payment".to_owned(), asserted(START)?, "sat")];
    for operation in OPERATIONS {
        questions.push((operation.name.to_owned(), step(operation)?, "sat"));
    }
    Ok(Obligations { header: header("sat everywhere means that no guard is empty"), questions })
}

fn header(title: &str) -> String {
    let mut text = format!("; {title}\n(set-logic QF_LIA)\n");
    for (name, what) in QUANTITIES {
        let _infallible = writeln!(text, "(declare-const {name} Int) ; {what}");
    }
    text
}

fn asserted(clauses: &[&str]) -> Result<String, String> {
    clauses.iter().map(|clause| Ok(format!("(assert {})\n", LinearClause::read(clause)?.smt()))).collect()
}

/// Returns the assertion that the property is false, after the step or in the moment itself.
fn denied(property: &LinearProperty, after: bool) -> Result<String, String> {
    let is_quantity = |name: &str| QUANTITIES.iter().any(|(quantity, _)| *quantity == name);
    let mut parts = Vec::new();
    for clause in property.holds {
        let clause = LinearClause::read(clause)?;
        parts.push(if after && !property.is_step { clause.after(&is_quantity).smt() } else { clause.smt() });
    }
    Ok(format!("(assert (not (and true {})))\n", parts.join(" ")))
}

/// Returns the assumptions before a step, the guard, and the definitions of the values after it.
fn step(operation: &LinearOperation) -> Result<String, String> {
    let mut text = String::new();
    for property in PROPERTIES.iter().filter(|property| !property.is_step).chain([&AUXILIARY]) {
        text.push_str(&asserted(property.holds)?);
    }
    for parameter in operation.parameters {
        let _infallible = writeln!(text, "(declare-const {} Int)", parameter.name);
    }
    for clauses in operation.guard {
        text.push_str(&asserted(clauses)?);
    }
    for (name, _) in QUANTITIES {
        let sum = operation.updates.iter().find(|(updated, _)| updated == name).map_or(*name, |(_, sum)| *sum);
        let _infallible = writeln!(text, "(define-fun {name}! () Int {})", LinearSum::read(sum)?.smt());
    }
    Ok(text)
}
