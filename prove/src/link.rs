//! The link to the model: whether a step is an operation of the table.

use crate::formula::{LinearClause, LinearSum};
use crate::properties::{AUXILIARY, PROPERTIES};
use crate::quantity::Quantities;
use crate::table::{FreeParameter, LinearOperation, LinearProperty, OPERATIONS, START};

/// The parameters that an attempt may change before it begins (PI-5, CON-1).
const CHANGEABLE: [&str; 7] = ["automatic", "background", "amount", "has_fee", "fee", "has_share", "share"];

/// Returns whether the property holds of these values; one about a moment ignores `after`.
///
/// # Errors
/// Returns a clause that cannot be read or names an unknown quantity.
pub fn holds(property: &LinearProperty, before: &Quantities, after: &Quantities) -> Result<bool, String> {
    let of = |name: &str| value(name, before, after, &[]);
    all(property.holds, &of)
}

/// Returns whether all properties about a moment and the auxiliary facts hold.
///
/// # Errors
/// Returns a clause that cannot be read or names an unknown quantity.
pub fn is_invariant(values: &Quantities) -> Result<bool, String> {
    let moments = PROPERTIES.iter().filter(|property| !property.is_step);
    moments.chain([&AUXILIARY]).try_fold(true, |so_far, property| Ok(so_far && holds(property, values, values)?))
}

/// Returns the name of the operation that a step is; an attempt may change the parameters first.
///
/// # Errors
/// Returns the quantities that changed if the step is no operation of the table.
pub fn explain_step(before: &Quantities, after: &Quantities) -> Result<&'static str, String> {
    if before == after {
        return Ok("nothing");
    }
    if let Some(name) = single(before, after)? {
        return Ok(name);
    }
    let mut between = before.clone();
    for name in CHANGEABLE {
        if let (Some(slot), Some(new)) = (between.get_mut(name), after.get(name)) {
            *slot = *new;
        }
    }
    let change = OPERATIONS.first().ok_or("the table is empty")?;
    if is_instance(change, before, &between)?
        && let Some(name) = single(&between, after)?
    {
        return Ok(name);
    }
    let changed = before.iter().filter_map(|(name, old)| {
        let new = after.get(name).copied().unwrap_or_default();
        (*old != new).then(|| format!("{name} {old} became {new}"))
    });
    Err(format!("no operation of the table: {}", changed.collect::<Vec<_>>().join(", ")))
}

/// Returns the payment as it was created, before the attempt in the same request; `None` if it was not created so.
///
/// # Errors
/// Returns a clause that cannot be read or names an unknown quantity.
pub fn start_of(after: &Quantities) -> Result<Option<Quantities>, String> {
    const KEPT: [&str; 4] = ["minimum", "keeps", "platform", "destination"];
    let mut start = after.clone();
    for (name, value) in &mut start {
        if !KEPT.contains(name) && !CHANGEABLE.contains(name) {
            *value = 0;
        }
    }
    let of = |name: &str| start.get(name).copied();
    Ok(all(START, &of)?.then_some(start))
}

fn single(before: &Quantities, after: &Quantities) -> Result<Option<&'static str>, String> {
    for operation in OPERATIONS {
        if is_instance(operation, before, after)? {
            return Ok(Some(operation.name));
        }
    }
    Ok(None)
}

/// Returns whether the step is an instance of the operation, with some values of its parameters.
fn is_instance(operation: &LinearOperation, before: &Quantities, after: &Quantities) -> Result<bool, String> {
    let mut choices: Vec<Vec<(&str, i128)>> = vec![Vec::new()];
    for FreeParameter { name, seen } in operation.parameters {
        let values = match seen {
            Some(seen) => {
                let of = |name: &str| value(name, before, after, &[]);
                vec![LinearSum::read(seen)?.value(&of).ok_or_else(|| format!("unknown name in {seen:?}"))?]
            }
            None => vec![0, 1],
        };
        choices = choices
            .iter()
            .flat_map(|chosen| {
                values.iter().map(move |value| chosen.iter().copied().chain([(*name, *value)]).collect())
            })
            .collect();
    }
    for chosen in &choices {
        let of = |name: &str| value(name, before, after, chosen);
        if all_of(operation.guard, &of)? && is_update(operation, before, after, &of)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_update(
    operation: &LinearOperation,
    before: &Quantities,
    after: &Quantities,
    of: &dyn Fn(&str) -> Option<i128>,
) -> Result<bool, String> {
    for (name, old) in before {
        let expected = match operation.updates.iter().find(|(updated, _)| updated == name) {
            Some((_, sum)) => LinearSum::read(sum)?.value(of).ok_or_else(|| format!("unknown name in {sum:?}"))?,
            None => *old,
        };
        if after.get(name) != Some(&expected) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn value(name: &str, before: &Quantities, after: &Quantities, chosen: &[(&str, i128)]) -> Option<i128> {
    match name.strip_suffix('\'') {
        Some(name) => after.get(name).copied(),
        None => before
            .get(name)
            .copied()
            .or_else(|| chosen.iter().find(|(parameter, _)| *parameter == name).map(|(_, value)| *value)),
    }
}

fn all_of(groups: &[&[&str]], of: &dyn Fn(&str) -> Option<i128>) -> Result<bool, String> {
    groups.iter().try_fold(true, |so_far, clauses| Ok(so_far && all(clauses, of)?))
}

fn all(clauses: &[&str], of: &dyn Fn(&str) -> Option<i128>) -> Result<bool, String> {
    for clause in clauses {
        if !LinearClause::read(clause)?.holds(of).ok_or_else(|| format!("unknown name in {clause:?}"))? {
            return Ok(false);
        }
    }
    Ok(true)
}
