//! Whether a page shows the lines of a list that was written, in whatever order.

use crate::{Field, Record, Value};

/// What lines call a key of their own.
const KEY: &str = "id";

/// What a page shows of written lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLines {
    /// How many were written.
    pub written: usize,
    /// How many of them the page does not have.
    pub missing: usize,
    /// English names of the members that some line could be compared in, and in how many lines they read otherwise.
    pub members: Vec<(String, usize)>,
}

impl ShownLines {
    /// Whether every line is there and reads as it was written.
    pub fn agree(&self) -> bool {
        self.missing == 0 && self.members.iter().all(|(_, otherwise)| *otherwise == 0)
    }
}

/// One written line beside one that is shown: member by member, as far as they can be compared.
struct Pair(Vec<Option<bool>>);

impl Pair {
    fn count(&self, verdict: bool) -> usize {
        self.0.iter().filter(|judged| **judged == Some(verdict)).count()
    }

    fn is_the_same(&self) -> bool {
        self.count(false) == 0 && self.count(true) > 0
    }
}

impl Field {
    /// What `shown`, lines under the names of this list's own members, say of what was written into it. A line is known by its key,
    /// where both have one, else by what it says: one that agrees in nothing is another line, and a page may have more of them. What a new line leaves
    /// empty is the ERP's to fill. None where nothing can be compared.
    pub fn shows_lines(&self, written: &Value, shown: &[Record]) -> Option<ShownLines> {
        let written = lines(written)?;
        let mut free: Vec<Option<&Record>> = shown.iter().map(Some).collect();
        let mut pairs: Vec<Option<Pair>> = written.iter().map(|_| None).collect();
        for is_good_enough in [Pair::is_the_same, |pair: &Pair| pair.count(true) > 0] {
            let open = pairs
                .iter_mut()
                .zip(written.iter())
                .filter(|(pair, _)| pair.is_none());
            for (pair, line) in open {
                let candidates = free.iter().enumerate().filter_map(|(position, shown)| {
                    let compared = self.pair(line, (*shown)?)?;
                    is_good_enough(&compared).then_some((position, compared))
                });
                // Of equals the first: lines mostly stay in their order.
                let best = candidates.reduce(|one, other| match other.1.count(true) > one.1.count(true) {
                    true => other,
                    false => one,
                });
                if let Some((position, compared)) = best {
                    free[position] = None;
                    *pair = Some(compared);
                }
            }
        }
        let is_comparable = |line: &Record| shown.iter().any(|shown| self.can_be_compared(line, shown));
        let missing = match shown.is_empty() || written.iter().any(is_comparable) {
            true => pairs.iter().filter(|pair| pair.is_none()).count(),
            false => written.len().saturating_sub(shown.len()),
        };
        let members: Vec<(String, usize)> = self.members_of(&pairs).collect();
        let says_something = missing > 0 || !members.is_empty();
        says_something.then_some(ShownLines {
            written: written.len(),
            missing,
            members,
        })
    }

    fn members_of(&self, pairs: &[Option<Pair>]) -> impl Iterator<Item = (String, usize)> {
        let members = self.fields.iter().enumerate();
        members.filter_map(|(position, member)| {
            let judged = pairs.iter().flatten().filter_map(|pair| pair.0[position]);
            let (count, otherwise) = judged.fold((0, 0), |(count, otherwise), is_the_same| {
                (count + 1, otherwise + usize::from(!is_the_same))
            });
            (count > 0).then(|| (member.name.clone(), otherwise))
        })
    }

    fn can_be_compared(&self, written: &Record, shown: &Record) -> bool {
        self.pair(written, shown)
            .is_some_and(|pair| pair.0.iter().any(Option::is_some))
    }

    /// None where both have keys that differ.
    fn pair(&self, written: &Record, shown: &Record) -> Option<Pair> {
        let keys = self.key(written).zip(self.key(shown));
        let is_known = keys.is_some_and(|(written, shown)| written == shown);
        if keys.is_some() && !is_known {
            return None;
        }
        let judged = self.fields.iter().map(|member| {
            let (written, shown) = (written.get(&member.wire)?, shown.get(&member.wire)?);
            let is_key = member.wire.eq_ignore_ascii_case(KEY);
            let is_left_to_the_erp = written.is_empty() && !is_known;
            match is_key || is_left_to_the_erp {
                true => is_known.then_some(true).filter(|_| is_key),
                false => member.shows(written, shown),
            }
        });
        Some(Pair(judged.collect()))
    }

    /// The line's own key; a new line has none, or nought.
    fn key(&self, line: &Record) -> Option<i64> {
        let member = self
            .fields
            .iter()
            .find(|member| member.wire.eq_ignore_ascii_case(KEY))?;
        line.get(&member.wire)?.as_integer().filter(|key| *key != 0)
    }
}

/// The lines of a value: a list, one record, or a text that holds a list. None where it is neither.
fn lines(written: &Value) -> Option<Vec<Record>> {
    let records = |items: &[Value]| -> Option<Vec<Record>> {
        items.iter().map(|item| item.as_record().cloned()).collect()
    };
    let lines = match written {
        Value::List(items) => records(items)?,
        Value::Record(line) => vec![(**line).clone()],
        Value::Text(text) => match serde_json::from_str(text).ok()? {
            Value::List(items) => records(&items)?,
            _ => return None,
        },
        _ => return None,
    };
    (!lines.is_empty()).then_some(lines)
}

#[cfg(test)]
mod tests;
