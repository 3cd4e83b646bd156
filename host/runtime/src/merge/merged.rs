//! What comes of a merge: what either side has to be told, and what both agree on afterwards.

use super::agreed::Left;
use super::compare::{Disputed, Line, Standing};
use super::ruling::Verdict;
use super::vocabulary::{Vocabulary, is_nothing};
use rust_decimal::Decimal;
use sunmao_catalogue::{Field, FieldType, Record, Value};

/// Where further arguments travel.
const EXTRA: &str = "extra";

/// The side that was told what it has to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Nobody was.
    Nobody,
    /// The ERP.
    Erp,
    /// The hub.
    Hub,
}

/// How one field ends.
#[derive(Debug, Clone, PartialEq)]
enum End {
    Alike,
    Unmoved,
    Hub,
    Erp,
    Ruled(Value),
    Undecided,
}

/// A finished merge.
#[derive(Debug, Clone)]
pub struct Merged<'a> {
    vocabulary: Vocabulary<'a>,
    ended: Vec<(Line<'a>, End)>,
}

impl<'a> Merged<'a> {
    pub(super) fn new(vocabulary: Vocabulary<'a>, lines: Vec<Line<'a>>, verdicts: Vec<Verdict>) -> Self {
        let mut verdicts = verdicts.into_iter();
        let ended = lines.into_iter().map(|line| {
            let end = match line.standing {
                Standing::Alike => End::Alike,
                Standing::Unmoved => End::Unmoved,
                Standing::Hub => End::Hub,
                Standing::Erp => End::Erp,
                Standing::Disputed => ruled(verdicts.next()),
            };
            (line, end)
        });
        Merged {
            vocabulary,
            ended: ended.collect(),
        }
    }

    /// The arguments by which the ERP's record has to change: an emptied one is `""`. Empty where there is nothing to
    /// write.
    pub fn for_erp(&self) -> Record {
        let mut changes = Record::default();
        for (line, end) in &self.ended {
            if let Some(value) = self.wanted_of_erp(line, end) {
                self.put_argument(&mut changes, line, filled(value));
            }
        }
        changes
    }

    /// The whole form to send: `present` is what the ERP shows now, as far as its own page would send it back as it is.
    /// The merge lies over it.
    pub fn form(&self, present: &Record) -> Record {
        let mut form = Record::default();
        for (line, end) in &self.ended {
            let value = match self.wanted_of_erp(line, end) {
                Some(value) => Some(filled(value)),
                None => self.kept_by_erp(line, end, present),
            };
            if let Some(value) = value {
                self.put_argument(&mut form, line, value);
            }
        }
        for (name, value) in present {
            let is_merged = |line: &Line<'_>| match line.member.field {
                Some(field) => field.answers_to(name),
                None => line.member.name == *name,
            };
            if !self.ended.iter().any(|(line, _)| is_merged(line)) {
                form.insert(name.clone(), value.clone());
            }
        }
        form
    }

    /// The members by which the hub's record has to change; an emptied one is null.
    pub fn for_hub(&self) -> Record {
        let changes = self.ended.iter().filter_map(|(line, end)| {
            let value = match end {
                End::Erp => line.erp.clone().unwrap_or_default(),
                End::Ruled(value) if !self.is(line, value, &line.hub) => value.clone(),
                _ => return None,
            };
            let value = if is_nothing(&value) { Value::Null } else { value };
            Some((line.member.name.to_string(), value))
        });
        changes.collect()
    }

    /// A stored body with what the hub has to change: emptied members are left out.
    pub fn body(&self, stored: &Record) -> Record {
        let mut body = stored.clone();
        for (name, value) in self.for_hub() {
            match value {
                Value::Null => drop(body.shift_remove(&name)),
                value => drop(body.insert(name, value)),
            }
        }
        body
    }

    /// The fields that each side keeps as it has them, until somebody decides.
    pub fn undecided(&self) -> Vec<Disputed> {
        let undecided = self.ended.iter().filter(|(_, end)| *end == End::Undecided);
        undecided.map(|(line, _)| line.disputed()).collect()
    }

    /// The fields of which both sides are settled, by name: a conflict over one of them is over.
    pub fn settled(&self) -> Vec<String> {
        let settled = self.ended.iter().filter(|(_, end)| *end != End::Undecided);
        settled.map(|(line, _)| line.member.name.to_string()).collect()
    }

    /// How both records are left once `written` has what it was told.
    pub fn left(&self, written: Target) -> Left {
        let is_alike = self.ended.iter().all(|(line, end)| match end {
            End::Alike | End::Unmoved => true,
            End::Hub => written == Target::Erp,
            End::Erp => written == Target::Hub,
            End::Ruled(value) => match written {
                Target::Erp => self.is(line, value, &line.hub),
                Target::Hub => line.erp.as_ref().is_some_and(|erp| self.is(line, value, erp)),
                Target::Nobody => false,
            },
            End::Undecided => false,
        });
        if is_alike { Left::Alike } else { Left::Differing }
    }

    /// What both sides agree on once `written` has what it was told. A field in which they still differ keeps what they
    /// agreed on before, so that the next merge sees again who changed it.
    pub fn agreed(&self, written: Target) -> Record {
        let agreed = self.ended.iter().filter_map(|(line, end)| {
            let value = match (end, written) {
                (End::Alike, _) => &line.hub,
                (End::Hub, Target::Erp) => &line.hub,
                (End::Erp, Target::Hub) => line.erp.as_ref().unwrap_or(&Value::Null),
                (End::Ruled(value), Target::Erp) if self.is(line, value, &line.hub) => &line.hub,
                (End::Ruled(value), Target::Hub)
                    if line.erp.as_ref().is_some_and(|erp| self.is(line, value, erp)) =>
                {
                    value
                }
                _ => &line.base,
            };
            // To have agreed on nothing is the same as never to have agreed.
            (!is_nothing(value)).then(|| (line.member.name.to_string(), value.clone()))
        });
        agreed.collect()
    }

    /// How both records are left once the ERP was told, as it shows its own `now`: somebody may have changed it in between.
    pub fn left_in_the_erp(&self, now: &Record) -> Left {
        let is_as_told = self.ended.iter().all(|(line, end)| {
            let told = self.wanted_of_erp(line, end).or(line.erp.as_ref());
            !told.is_some_and(|told| self.is_contradicted(line, told, now))
        });
        match is_as_told {
            true => self.left(Target::Erp),
            false => Left::Differing,
        }
    }

    /// How the ERP showed each field when both sides agreed on it: as it was read, or as it shows `now` what it was told.
    pub(super) fn shown(&self, then: &Record, now: &Record) -> Record {
        let agreed = self.agreed(Target::Erp);
        let shown = self.ended.iter().filter_map(|(line, end)| {
            let name = line.member.name.to_string();
            let value = match end {
                End::Alike => line.erp.as_ref(),
                End::Hub => self.shown_now(line, &line.hub, now),
                End::Ruled(value) if self.is(line, value, &line.hub) => self.shown_now(line, value, now),
                _ => self.vocabulary.value(then, &line.member),
            };
            let value = value.filter(|_| agreed.contains_key(&name))?;
            Some((name, value.clone()))
        });
        shown.collect()
    }

    /// How the ERP shows what it was told. A value that is another one is somebody else's by now.
    fn shown_now<'r>(&self, line: &Line<'_>, told: &Value, now: &'r Record) -> Option<&'r Value> {
        let value = self.vocabulary.value(now, &line.member)?;
        (!self.is_contradicted(line, told, now)).then_some(value)
    }

    fn is_contradicted(&self, line: &Line<'_>, told: &Value, now: &Record) -> bool {
        let shown = self.vocabulary.value(now, &line.member);
        shown.is_some_and(|shown| self.vocabulary.same(&line.member, told, shown) == Some(false))
    }

    /// What the ERP has to take on, where it has it not.
    fn wanted_of_erp<'s>(&self, line: &'s Line<'_>, end: &'s End) -> Option<&'s Value> {
        match end {
            End::Hub => Some(&line.hub),
            End::Ruled(value) => {
                let has_it = line.erp.as_ref().is_some_and(|erp| self.is(line, value, erp));
                (!has_it).then_some(value)
            }
            End::Alike | End::Unmoved | End::Erp | End::Undecided => None,
        }
    }

    /// What the form says of a field that stays as the ERP has it: its own value where the page can send it back, else the
    /// hub's where that is the same, else what the ERP shows where it can be sent.
    fn kept_by_erp(&self, line: &Line<'_>, end: &End, present: &Record) -> Option<Value> {
        if let Some(value) = self.vocabulary.value(present, &line.member) {
            return Some(value.clone());
        }
        // What the hub gave is what the write takes, lists too.
        if let End::Alike | End::Unmoved = end
            && !is_nothing(&line.hub)
        {
            return Some(line.hub.clone());
        }
        let shown = line.erp.clone();
        shown.filter(|value| !is_nothing(value) && can_be_sent(line.member.field, value))
    }

    fn put_argument(&self, arguments: &mut Record, line: &Line<'_>, value: Value) {
        let name = line.member.name.to_string();
        if !self.vocabulary.is_extra(&line.member) {
            arguments.insert(name, value);
            return;
        }
        let extra = arguments
            .entry(EXTRA.to_owned())
            .or_insert_with(|| Record::default().into());
        if let Value::Record(extra) = extra {
            extra.insert(name, value);
        }
    }

    fn is(&self, line: &Line<'_>, one: &Value, other: &Value) -> bool {
        self.vocabulary.same(&line.member, one, other) == Some(true)
    }
}

fn ruled(verdict: Option<Verdict>) -> End {
    match verdict.unwrap_or(Verdict::Undecided) {
        Verdict::Hub => End::Hub,
        Verdict::Erp => End::Erp,
        Verdict::Value(value) => End::Ruled(value),
        Verdict::Undecided => End::Undecided,
    }
}

/// The ERP empties what it is sent as an empty text.
fn filled(value: &Value) -> Value {
    if is_nothing(value) {
        Value::from("")
    } else {
        value.clone()
    }
}

/// Whether what a page shows can be sent back: a word in place of a number only where its code can be found out.
fn can_be_sent(field: Option<&Field>, value: &Value) -> bool {
    let Some(field) = field else {
        return true;
    };
    let has_code = field.lookup_label.is_some()
        || field
            .values
            .iter()
            .any(|known| value.as_text() == Some(known.label.as_str()));
    match field.kind {
        FieldType::Int | FieldType::Decimal => {
            let number = |text: &str| text.trim().parse::<Decimal>().is_ok();
            has_code || value.as_text().is_none_or(number)
        }
        FieldType::List | FieldType::Object => false,
        _ => true,
    }
}
