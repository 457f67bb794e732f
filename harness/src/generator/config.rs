//! The configuration that a sequence runs under.

use holdfast_model::{Account, Config, Country, Dialect};

use super::codec::Codec;

/// Returns a configuration of this workspace's engine that the choices select; mostly the default.
pub(super) fn config(codec: &mut impl Codec, wanted: Config) -> Config {
    use Country::{Au, Ca, Jp, Nz, Other, Us};
    let Account { country, multicapture } = wanted.account;
    let account = Account {
        country: codec.among(country, &[Us, Us, Jp, Us, Nz, Us, Other, Us, Ca, Us, Au]),
        multicapture: codec.among(multicapture, &[true, true, true, false]),
    };
    let usual = Dialect::default();
    let Dialect { confirm_limit, full_capture_stays_open, cancel_keeps_captured, .. } = wanted.dialect;
    let Dialect { final_capture_needs_multicapture, minimum_per_capture, .. } = wanted.dialect;
    let dialect = Dialect {
        confirm_limit: codec.among(confirm_limit, &[usual.confirm_limit, 2, usual.confirm_limit, 1]),
        full_capture_stays_open: !codec.chance(!full_capture_stays_open, 1, 8),
        cancel_keeps_captured: !codec.chance(!cancel_keeps_captured, 1, 8),
        final_capture_needs_multicapture: !codec.chance(!final_capture_needs_multicapture, 1, 8),
        minimum_per_capture: codec.chance(minimum_per_capture, 1, 8),
        ..usual
    };
    Config { dialect, account }
}
