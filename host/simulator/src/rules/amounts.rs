//! Exact amounts: what a line costs, with its discount, its tax and its concession, rounded to cents.

use crate::text::number;
use rust_decimal::{Decimal, RoundingStrategy};
use sunmao_catalogue::{Record, Value};

/// Numbers from here on are no amounts: their products would not fit into an exact decimal.
const LIMIT: i64 = 1_000_000_000_000;

/// The number in a value, where there is one that can be reckoned with.
pub(super) fn readable(value: &Value) -> Option<Decimal> {
    number(&value.to_text()?).filter(|number| number.abs() < Decimal::from(LIMIT))
}

/// The number in a member of a line, by its name in any letter case.
pub(super) fn member(line: &Record, name: &str) -> Option<Decimal> {
    readable(given(line, name)?)
}

/// A member of a line, by its name in any letter case.
pub(super) fn given<'a>(line: &'a Record, name: &str) -> Option<&'a Value> {
    let found = line.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// An amount in whole cents, half a cent upwards, always with two digits.
pub(super) fn cents(amount: Decimal) -> Decimal {
    let mut cents = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    cents.rescale(2);
    cents
}

/// A quantity or a rate without needless zeros.
pub(super) fn plain(amount: Decimal) -> Value {
    Value::Decimal(amount.normalize())
}

/// A part of a whole as a percentage.
pub(super) fn percent(part: Decimal, whole: Decimal) -> Decimal {
    let ratio = part.checked_div(whole).unwrap_or_default();
    cents(ratio.checked_mul(Decimal::ONE_HUNDRED).unwrap_or_default())
}

/// What somebody asks for so many of a product.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub(super) quantity: Decimal,
    /// For one, before the discount.
    pub(super) price: Decimal,
    /// What remains of the price: 0.9 takes a tenth off.
    pub(super) discount: Decimal,
    /// 0.13 and 13 mean the same.
    pub(super) tax_rate: Decimal,
    /// Whether the price has the tax in it.
    pub(super) includes_tax: bool,
    /// Taken off the whole line.
    pub(super) concession: Decimal,
}

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Priced {
    /// One without tax, before the discount.
    pub(super) untaxed: Decimal,
    /// One with tax, before the discount.
    pub(super) taxed: Decimal,
    /// All with tax, behind the discount and before the concession.
    pub(super) gross: Decimal,
    /// What is taken off.
    pub(super) concession: Decimal,
    /// What there is to pay.
    pub(super) total: Decimal,
    /// The tax in it.
    pub(super) tax: Decimal,
}

impl Offer {
    /// What it comes to; none where a number is too large to be exact.
    pub(super) fn priced(&self) -> Option<Priced> {
        let rate = if self.tax_rate >= Decimal::ONE {
            self.tax_rate.checked_div(Decimal::ONE_HUNDRED)?
        } else {
            self.tax_rate.max(Decimal::ZERO)
        };
        let factor = rate.checked_add(Decimal::ONE)?;
        let (untaxed, taxed) = if self.includes_tax {
            (self.price.checked_div(factor)?, self.price)
        } else {
            (self.price, self.price.checked_mul(factor)?)
        };
        let gross = taxed.checked_mul(self.discount)?.checked_mul(self.quantity)?;
        let gross = Some(cents(gross)).filter(|gross| gross.abs() < Decimal::from(LIMIT))?;
        let concession = cents(self.concession);
        let total = gross.checked_sub(concession)?;
        let net = cents(total.checked_div(factor)?);
        Some(Priced {
            untaxed,
            taxed,
            gross,
            concession,
            total,
            tax: total.checked_sub(net)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Offer, cents, percent};
    use rust_decimal::Decimal;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn offer(quantity: &str, price: &str, discount: &str, tax_rate: &str) -> Offer {
        Offer {
            quantity: decimal(quantity),
            price: decimal(price),
            discount: decimal(discount),
            tax_rate: decimal(tax_rate),
            includes_tax: false,
            concession: Decimal::ZERO,
        }
    }

    #[test]
    fn a_line_is_its_quantity_at_its_price_with_discount_tax_and_concession() {
        let mut line = offer("3", "100", "0.9", "0.13");
        line.concession = decimal("5.1");
        let priced = line.priced().unwrap();
        let shown = [priced.gross, priced.concession, priced.total, priced.tax].map(|sum| sum.to_string());
        assert_eq!(shown, ["305.10", "5.10", "300.00", "34.51"]);
        line.includes_tax = true;
        let priced = line.priced().unwrap();
        assert_eq!(priced.total.to_string(), "264.90");
        assert_eq!(priced.taxed.to_string(), "100");
    }

    #[test]
    fn a_rate_may_be_a_percentage() {
        let (fraction, percentage) = (offer("1", "50", "1", "0.06"), offer("1", "50", "1", "6"));
        assert_eq!(fraction.priced(), percentage.priced());
    }

    #[test]
    fn half_a_cent_goes_upwards_and_what_is_too_large_has_no_sum() {
        assert_eq!(cents(decimal("1.005")).to_string(), "1.01");
        assert_eq!(cents(decimal("7")).to_string(), "7.00");
        assert_eq!(percent(decimal("1"), decimal("3")).to_string(), "33.33");
        assert_eq!(percent(decimal("1"), decimal("0")).to_string(), "0.00");
        let huge = "999999999999999999";
        assert_eq!(offer(huge, huge, "1", "0").priced(), None);
    }
}
