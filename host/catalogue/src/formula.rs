//! Formulas of members that are computed: exact decimals, `+ - * /`, `round(x, digits)` half away from zero, `default(x, y)`
//! where nothing is there, and `sum(lines.amount)` over a list. What needs a number that is not there is not there either.

use crate::{Record, Value, coerce};
use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt;
use std::str::FromStr;

/// The longest formula, in characters; no nesting is deeper than it is long.
const LONGEST: usize = 400;
/// Most digits behind the point that a formula may round to.
const MOST_DIGITS: u32 = 12;

/// A formula as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    text: String,
    root: Node,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Number(Decimal),
    Member(String),
    Sum(String, String),
    Round(Box<Node>, u32),
    Default(Box<Node>, Box<Node>),
    Both(Operator, Box<Node>, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

/// Why a formula has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreckoned {
    /// A number has more digits than an exact decimal.
    TooLarge,
    /// It divides by zero.
    ByZero,
}

impl FromStr for Formula {
    type Err = String;

    /// Reads a formula.
    ///
    /// # Errors
    /// Where it breaks, in words.
    fn from_str(text: &str) -> Result<Formula, String> {
        if text.chars().count() > LONGEST {
            return Err(format!("a formula has at most {LONGEST} characters"));
        }
        let mut reader = Reader { rest: text };
        let root = reader.sum()?;
        reader.skip();
        match reader.rest {
            "" => Ok(Formula {
                text: text.to_owned(),
                root,
            }),
            rest => Err(format!("nothing is expected at `{rest}`")),
        }
    }
}

impl Formula {
    /// The members that it reads: its own record's, and those of lists as `lines.amount`.
    pub(crate) fn members(&self) -> Vec<String> {
        let mut members = Vec::new();
        self.root.collect(&mut members);
        members
    }

    /// What it comes to; none where a number that it needs is not there.
    pub(crate) fn result(&self, record: &Record) -> Result<Option<Decimal>, Unreckoned> {
        self.root.result(record)
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Node {
    fn collect(&self, members: &mut Vec<String>) {
        match self {
            Node::Number(_) => {}
            Node::Member(name) => members.push(name.clone()),
            Node::Sum(list, member) => members.push(format!("{list}.{member}")),
            Node::Round(inner, _) => inner.collect(members),
            Node::Default(one, other) | Node::Both(_, one, other) => {
                one.collect(members);
                other.collect(members);
            }
        }
    }

    fn result(&self, record: &Record) -> Result<Option<Decimal>, Unreckoned> {
        match self {
            Node::Number(number) => Ok(Some(*number)),
            Node::Member(name) => Ok(number(record, name)),
            Node::Sum(list, member) => {
                let items = record.get(list).and_then(Value::as_list).unwrap_or_default();
                let there = items.iter().filter_map(|item| number(item.as_record()?, member));
                there
                    .map(Some)
                    .try_fold(None, |sum: Option<Decimal>, one: Option<Decimal>| {
                        let (sum, one) = (sum.unwrap_or_default(), one.unwrap_or_default());
                        sum.checked_add(one).map(Some).ok_or(Unreckoned::TooLarge)
                    })
            }
            Node::Round(inner, digits) => {
                let strategy = RoundingStrategy::MidpointAwayFromZero;
                Ok(inner.result(record)?.map(|number| {
                    let mut rounded = number.round_dp_with_strategy(*digits, strategy);
                    rounded.rescale(*digits);
                    rounded
                }))
            }
            Node::Default(one, other) => match one.result(record)? {
                Some(number) => Ok(Some(number)),
                None => other.result(record),
            },
            Node::Both(operator, one, other) => match (one.result(record)?, other.result(record)?) {
                (Some(one), Some(other)) => operator.of(one, other).map(Some),
                _ => Ok(None),
            },
        }
    }
}

impl Operator {
    fn of(self, one: Decimal, other: Decimal) -> Result<Decimal, Unreckoned> {
        let result = match self {
            Operator::Plus => one.checked_add(other),
            Operator::Minus => one.checked_sub(other),
            Operator::Times => one.checked_mul(other),
            Operator::Over if other.is_zero() => return Err(Unreckoned::ByZero),
            Operator::Over => one.checked_div(other),
        };
        result.ok_or(Unreckoned::TooLarge)
    }
}

fn number(record: &Record, name: &str) -> Option<Decimal> {
    record.get(name).and_then(coerce::decimal)
}

/// A formula on its way.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn sum(&mut self) -> Result<Node, String> {
        let mut node = self.product()?;
        loop {
            let operator = match self.one_of(['+', '-']) {
                Some('+') => Operator::Plus,
                Some(_) => Operator::Minus,
                None => return Ok(node),
            };
            node = Node::Both(operator, Box::new(node), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Node, String> {
        let mut node = self.single()?;
        loop {
            let operator = match self.one_of(['*', '/']) {
                Some('*') => Operator::Times,
                Some(_) => Operator::Over,
                None => return Ok(node),
            };
            node = Node::Both(operator, Box::new(node), Box::new(self.single()?));
        }
    }

    fn single(&mut self) -> Result<Node, String> {
        self.skip();
        if self.one_of(['(']).is_some() {
            let node = self.sum()?;
            self.expect(')')?;
            return Ok(node);
        }
        if self.rest.starts_with(|first: char| first.is_ascii_digit()) {
            let text = self.take(|letter| letter.is_ascii_digit() || letter == '.');
            return text
                .parse()
                .map(Node::Number)
                .map_err(|_| format!("`{text}` is no number"));
        }
        let name = self.name()?;
        if self.one_of(['(']).is_none() {
            return Ok(Node::Member(name));
        }
        let node = match name.as_str() {
            "round" => {
                let inner = self.sum()?;
                self.expect(',')?;
                self.skip();
                let digits = self.take(|letter| letter.is_ascii_digit());
                let digits = digits.parse().ok().filter(|digits| *digits <= MOST_DIGITS);
                let digits = digits.ok_or(format!("round takes from 0 to {MOST_DIGITS} digits"))?;
                Node::Round(Box::new(inner), digits)
            }
            "default" => {
                let one = self.sum()?;
                self.expect(',')?;
                Node::Default(Box::new(one), Box::new(self.sum()?))
            }
            "sum" => {
                let list = self.name()?;
                self.expect('.')?;
                Node::Sum(list, self.name()?)
            }
            other => {
                return Err(format!(
                    "there is no function `{other}`; there are round, default and sum"
                ));
            }
        };
        self.expect(')')?;
        Ok(node)
    }

    fn name(&mut self) -> Result<String, String> {
        self.skip();
        let name = self.take(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        match name.as_str() {
            "" => Err(format!("a member or a number is expected at `{}`", self.rest)),
            _ => Ok(name),
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        match self.one_of([wanted]) {
            Some(_) => Ok(()),
            None => Err(format!("`{wanted}` is expected at `{}`", self.rest)),
        }
    }

    fn one_of<const N: usize>(&mut self, wanted: [char; N]) -> Option<char> {
        self.skip();
        let first = self.rest.chars().next().filter(|first| wanted.contains(first))?;
        self.rest = self.rest.get(first.len_utf8()..).unwrap_or_default();
        Some(first)
    }

    fn take(&mut self, is_part: impl Fn(char) -> bool) -> String {
        let end = self
            .rest
            .find(|letter: char| !is_part(letter))
            .unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken.to_owned()
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn result(formula: &str, record: serde_json::Value) -> String {
        let record: Record = serde_json::from_value(record).unwrap();
        match formula.parse::<Formula>().unwrap().result(&record) {
            Ok(Some(number)) => number.to_string(),
            Ok(None) => "nothing".to_owned(),
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn amounts_are_exact_and_round_half_upwards() {
        let amount = "round(quantity * unit_price * default(discount, 1), 2)";
        let line = json!({"quantity": 3, "unit_price": "0.335"});
        assert_eq!(result(amount, line), "1.01");
        let line = json!({"quantity": "2.5", "unit_price": "39.99", "discount": "0.9"});
        assert_eq!(result(amount, line), "89.98");
        assert_eq!(result(amount, json!({"quantity": 3})), "nothing");
        let tax = "amount - round(amount / (1 + default(tax_rate, 0) / 100), 2)";
        assert_eq!(result(tax, json!({"amount": "113.00", "tax_rate": 13})), "13.00");
        assert_eq!(result(tax, json!({"amount": "113.00"})), "0.00");
        assert_eq!(result("2 + 3 * 4 - (1 - 2)", json!({})), "15");
    }

    #[test]
    fn sums_pass_over_what_is_not_there() {
        let lines = json!({"lines": [{"amount": "1.10"}, {"name": "x"}, {"amount": "2.20"}]});
        assert_eq!(result("sum(lines.amount)", lines), "3.30");
        assert_eq!(
            result("sum(lines.amount)", json!({"lines": [{"name": "x"}]})),
            "nothing"
        );
        assert_eq!(result("default(sum(lines.amount), 0)", json!({})), "0");
    }

    #[test]
    fn what_has_no_result_says_why_and_what_is_no_formula_where() {
        assert_eq!(result("1 / n", json!({"n": 0})), "ByZero");
        let huge = "79228162514264337593543950335";
        assert_eq!(result("n * 2", json!({ "n": huge })), "TooLarge");
        for (text, words) in [
            ("round(a)", "`,` is expected at `)`"),
            ("a +", "a member or a number is expected at ``"),
            ("a b", "nothing is expected at `b`"),
            ("max(a, b)", "there is no function `max`"),
            ("round(a, 99)", "round takes from 0 to 12 digits"),
            ("1.2.3", "`1.2.3` is no number"),
        ] {
            let told = text.parse::<Formula>().unwrap_err();
            assert!(told.contains(words), "{text}: {told}");
        }
        assert!("(".repeat(LONGEST + 1).parse::<Formula>().is_err());
        let read = "round(a * default(b, sum(c.d)), 2)".parse::<Formula>().unwrap();
        assert_eq!(read.members(), ["a", "b", "c.d"]);
    }
}
