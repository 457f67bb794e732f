//! The options that set the fee of an account, and the time until its money is available (P22).

use clap::Args;
use holdfast_engine::Money;
use holdfast_engine::objects::Settlement;
use holdfast_engine::time::Seconds;

#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct SettlementOptions {
    /// Fee of a payment: basis points and minor units [default: unchanged; 290+30 for a new account].
    #[arg(long, value_name = "POINTS+UNITS", value_parser = fee)]
    fee: Option<(u32, Money)>,
    /// Seconds until the money of a payment is available [default: unchanged; 172800 for a new account].
    #[arg(long, value_name = "SECONDS", value_parser = delay)]
    pub(crate) settlement_delay: Option<Seconds>,
}

impl SettlementOptions {
    /// Returns `settlement` with the values that are given.
    pub(crate) fn apply(self, settlement: Settlement) -> Settlement {
        let (fee_basis_points, fee_fixed) = self.fee.unwrap_or((settlement.fee_basis_points, settlement.fee_fixed));
        let delay = self.settlement_delay.unwrap_or(settlement.delay);
        Settlement { fee_basis_points, fee_fixed, delay, ..settlement }
    }
}

fn fee(text: &str) -> Result<(u32, Money), String> {
    let (points, most) = (Settlement::MOST_BASIS_POINTS, Money::LARGEST_PAYMENT);
    let read = |text: &str| {
        let (share, fixed) = text.split_once('+')?;
        Some((share.parse().ok()?, Money::new(fixed.parse().ok()?)))
    };
    let given = read(text).filter(|(share, fixed)| *share <= points && *fixed <= most);
    given.ok_or_else(|| {
        format!("expected basis points (0 to {points}), + and minor units (0 to {most}), for example 290+30")
    })
}

fn delay(text: &str) -> Result<Seconds, String> {
    let longest = Settlement::LONGEST_DELAY;
    let given = text.parse().ok().filter(|delay| *delay <= longest);
    given.ok_or_else(|| format!("expected seconds, 0 to {longest} (a year)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_and_a_delay_are_read() {
        let fees = [
            ("290+30", Some((290, 30))),
            ("0+0", Some((0, 0))),
            ("10000+99999999", Some((10_000, 99_999_999))),
            ("10001+0", None),
            ("0+100000000", None),
            ("290", None),
            ("-1+3", None),
            ("2.9+30", None),
            ("+", None),
        ];
        for (text, read) in fees {
            let expected = read.map(|(points, fixed)| (points, Money::new(fixed)));
            assert_eq!(fee(text).ok(), expected, "{text}");
        }
        for (text, read) in
            [("0", Some(0)), ("31536000", Some(31_536_000)), ("31536001", None), ("2d", None), ("", None)]
        {
            assert_eq!(delay(text).ok(), read, "{text}");
        }
    }

    #[test]
    fn what_is_not_given_stays() {
        let before = Settlement::STANDARD;
        assert_eq!(SettlementOptions::default().apply(before), before);
        let given = SettlementOptions { fee: Some((1, Money::new(2))), settlement_delay: None };
        let after = given.apply(before);
        assert_eq!((after.fee_basis_points, after.fee_fixed, after.delay), (1, Money::new(2), before.delay));
        let given = SettlementOptions { fee: None, settlement_delay: Some(5) };
        assert_eq!(given.apply(before), Settlement { delay: 5, ..before });
    }
}
