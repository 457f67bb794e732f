//! The terms that a sequence is played under.

use holdfast_model::{Account, Country, Dialect, Terms};

use super::pen::Pen;

/// Terms as the choices say, of those that [`offered`] has.
pub(super) fn terms(pen: &mut impl Pen, wanted: Terms) -> Terms {
    use Country::{Au, Ca, Jp, Nz, Other, Us};
    let Account { country, multicapture } = wanted.account;
    let account = Account {
        country: pen.among(country, &[Us, Us, Jp, Us, Nz, Us, Other, Us, Ca, Us, Au]),
        multicapture: pen.among(multicapture, &[true, true, true, false]),
    };
    let usual = Dialect::default();
    let dialect = Dialect {
        confirm_limit: pen.among(wanted.dialect.confirm_limit, &[usual.confirm_limit, 2, usual.confirm_limit, 1]),
        ..usual
    };
    Terms { dialect, account }
}
