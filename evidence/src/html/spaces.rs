//! The page of state spaces, with a bar for each space.

use super::data::{Site, SpaceData};
use super::page::HtmlPage;
use super::text::{escape, grouped, inline};

/// The width of the longest bar in pixels.
const WIDEST: u64 = 360;

/// Returns the page: a chart of states and steps, a table of figures, and the bounds.
pub(super) fn page(site: &Site) -> HtmlPage {
    let mut body = String::from(
        "<p>Each variant was explored to its end. A bar grows by the same length each time the number of \
         states doubles.</p>\n<div class=\"scroll\"><table><thead><tr><th>scenario</th><th>variant</th>\
         <th>states</th><th></th><th>steps</th><th>depth</th><th>transition-relation hash</th></tr></thead><tbody>\n",
    );
    let most = site.spaces.iter().map(|space| space.states).max().unwrap_or(1);
    for space in &site.spaces {
        body.push_str(&row(space, most));
    }
    body.push_str(
        "</tbody></table></div>\n<h2>Bounds</h2>\n<div class=\"scroll\"><table><thead><tr>\
                   <th>scenario</th><th>contents</th><th>bounds</th></tr></thead><tbody>\n",
    );
    for cells in &site.bounds {
        let cells: String = cells.iter().map(|cell| format!("<td>{}</td>", inline(cell))).collect();
        body.push_str(&format!("<tr>{cells}</tr>\n"));
    }
    body.push_str("</tbody></table></div>\n");
    HtmlPage { file: "state-space.html".to_owned(), title: "State spaces".to_owned(), body }
}

fn row(space: &SpaceData, most: u64) -> String {
    let width = width(space.states, most);
    format!(
        "<tr><td>{}</td><td>{}</td><td class=\"number\">{states}</td>\
         <td><svg class=\"bar\" width=\"{width}\" height=\"12\" role=\"img\" aria-label=\"{states} states\">\
         <rect width=\"{width}\" height=\"12\"/></svg></td>\
         <td class=\"number\">{}</td><td class=\"number\">{}</td><td><code>{}</code></td></tr>\n",
        escape(&space.scenario),
        escape(&space.variant),
        grouped(space.steps),
        space.depth,
        escape(&space.digest),
        states = grouped(space.states),
    )
}

/// Returns the width of a bar in pixels, proportional to the logarithm of the number, and at least 2 so that it is
/// visible.
fn width(number: u64, most: u64) -> u64 {
    let parts = |number: u64| u64::from(logarithm(number.max(1)));
    parts(number).saturating_mul(WIDEST).checked_div(parts(most).max(1)).unwrap_or(0).max(2)
}

/// Returns the logarithm to base 2 in quarters, for numbers below 2^32; larger ones count as 2^32.
fn logarithm(number: u64) -> u32 {
    let number = u128::from(number.min(u64::from(u32::MAX)));
    number.checked_pow(4).map_or(128, |power| power.max(1).ilog2())
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn a_bar_grows_with_its_number() {
        assert_eq!([1, 2, 1024].map(logarithm), [0, 4, 40]);
        assert_eq!(width(1_000_000, 1_000_000), WIDEST);
        assert_eq!(width(1, 1_000_000), 2);
        assert!(width(1_000, 1_000_000) < width(2_000, 1_000_000));
        assert_eq!(width(0, 0), 2);
    }
}
