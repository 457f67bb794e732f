//! Linear formulas over named integers: reading, evaluation, and SMT-LIB.

/// A sum of products of an integer and a name, and a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearSum {
    /// Factors and names; the empty name stands for one.
    pub terms: Vec<(i64, String)>,
}

/// A comparison of two sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearRelation {
    left: LinearSum,
    operator: &'static str,
    right: LinearSum,
}

/// If every premise holds, every conclusion does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearClause {
    premises: Vec<LinearRelation>,
    conclusions: Vec<LinearRelation>,
}

impl LinearSum {
    /// Reads a sum such as `captured + 2 piece - 1`; words are separated by spaces.
    ///
    /// # Errors
    /// Returns the text that is no sum.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut terms = Vec::new();
        let (mut sign, mut factor) = (1_i64, None);
        for word in text.split_whitespace() {
            match word {
                "+" | "-" => {
                    if let Some(number) = factor.take() {
                        terms.push((sign.saturating_mul(number), String::new()));
                    }
                    sign = if word == "-" { -1 } else { 1 };
                }
                _ => match word.parse::<i64>() {
                    Ok(number) => factor = Some(number),
                    Err(_) => terms.push((sign.saturating_mul(factor.take().unwrap_or(1)), word.to_owned())),
                },
            }
        }
        if let Some(number) = factor {
            terms.push((sign.saturating_mul(number), String::new()));
        }
        if terms.is_empty() { Err(format!("no sum: {text:?}")) } else { Ok(Self { terms }) }
    }

    /// Returns the value, or `None` if a name has none or the value leaves the range of 128 bits.
    pub fn value(&self, of: &dyn Fn(&str) -> Option<i128>) -> Option<i128> {
        self.terms.iter().try_fold(0_i128, |sum, (factor, name)| {
            let value = if name.is_empty() { 1 } else { of(name)? };
            sum.checked_add(i128::from(*factor).checked_mul(value)?)
        })
    }

    /// Returns the sum in SMT-LIB.
    #[must_use]
    pub fn smt(&self) -> String {
        let integer = |number: i64| {
            if number < 0 { format!("(- {})", number.unsigned_abs()) } else { number.to_string() }
        };
        let parts: Vec<_> = self
            .terms
            .iter()
            .map(|(factor, name)| match (*factor, name.as_str()) {
                (number, "") => integer(number),
                (1, name) => symbol(name),
                (number, name) => format!("(* {} {})", integer(number), symbol(name)),
            })
            .collect();
        if let [only] = parts.as_slice() { only.clone() } else { format!("(+ {})", parts.join(" ")) }
    }
}

/// Returns a name in SMT-LIB: the value after a step has an exclamation mark instead of a prime.
fn symbol(name: &str) -> String {
    name.replace('\'', "!")
}

impl LinearRelation {
    fn read(text: &str) -> Result<Self, String> {
        for operator in [" <= ", " >= ", " = "] {
            if let Some((left, right)) = text.split_once(operator) {
                let (left, right) = (LinearSum::read(left)?, LinearSum::read(right)?);
                return Ok(Self { left, operator: operator.trim(), right });
            }
        }
        Err(format!("no comparison: {text:?}"))
    }

    fn holds(&self, of: &dyn Fn(&str) -> Option<i128>) -> Option<bool> {
        let (left, right) = (self.left.value(of)?, self.right.value(of)?);
        Some(match self.operator {
            "<=" => left <= right,
            ">=" => left >= right,
            _ => left == right,
        })
    }

    fn smt(&self) -> String {
        format!("({} {} {})", self.operator, self.left.smt(), self.right.smt())
    }
}

impl LinearClause {
    /// Reads a clause such as `held = 1 and piece >= 1 => released = 0`; without `=>` it has no premise.
    ///
    /// # Errors
    /// Returns the part that is no comparison.
    pub fn read(text: &str) -> Result<Self, String> {
        let all = |text: &str| text.split(" and ").map(LinearRelation::read).collect::<Result<Vec<_>, _>>();
        match text.split_once(" => ") {
            Some((premises, conclusions)) => Ok(Self { premises: all(premises)?, conclusions: all(conclusions)? }),
            None => Ok(Self { premises: Vec::new(), conclusions: all(text)? }),
        }
    }

    /// Returns whether the clause holds, or `None` if a name has no value.
    pub fn holds(&self, of: &dyn Fn(&str) -> Option<i128>) -> Option<bool> {
        let all = |relations: &[LinearRelation]| {
            relations.iter().try_fold(true, |all, relation| relation.holds(of).map(|holds| all && holds))
        };
        Some(!all(&self.premises)? || all(&self.conclusions)?)
    }

    /// Returns the clause in SMT-LIB.
    #[must_use]
    pub fn smt(&self) -> String {
        let all = |relations: &[LinearRelation]| {
            let parts: Vec<_> = relations.iter().map(LinearRelation::smt).collect();
            if let [only] = parts.as_slice() { only.clone() } else { format!("(and {})", parts.join(" ")) }
        };
        if self.premises.is_empty() {
            return all(&self.conclusions);
        }
        format!("(=> {} {})", all(&self.premises), all(&self.conclusions))
    }

    /// Returns the clause about the values after a step: each quantity with a prime.
    #[must_use]
    pub fn after(&self, is_quantity: &dyn Fn(&str) -> bool) -> Self {
        let mut next = self.clone();
        for relation in next.premises.iter_mut().chain(&mut next.conclusions) {
            for (_, name) in relation.left.terms.iter_mut().chain(&mut relation.right.terms) {
                if is_quantity(name) {
                    name.push('\'');
                }
            }
        }
        next
    }
}
