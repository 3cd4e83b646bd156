//! What each side changed since both last agreed.

use super::merged::Merged;
use super::ruling::Verdict;
use super::vocabulary::{Member, Vocabulary, is_nothing};
use sunmao_catalogue::{Record, Value};

/// The sides of a merge, all in one vocabulary.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// What both sides last agreed on, field by field; without those that they never agreed on.
    pub base: &'a Record,
    /// How the ERP showed those fields then: what it shows in its own words (a label for a code) is only compared with
    /// itself. Empty where the ERP's record was mapped.
    pub shown: &'a Record,
    /// The hub's side. What it leaves out is empty.
    pub hub: &'a Record,
    /// The ERP's side. A page that does not show a field says nothing of it; a mapped record that leaves it out has it
    /// empty.
    pub erp: &'a Record,
}

/// A field that both sides changed, or that differs where both meet for the first time.
#[derive(Debug, Clone, PartialEq)]
pub struct Disputed {
    /// The field's name in the merge's vocabulary.
    pub field: String,
    /// What both last agreed on; null where they never did.
    pub base: Value,
    /// What the hub says.
    pub hub: Value,
    /// What the ERP says.
    pub erp: Value,
}

/// What became of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Both sides have the same.
    Alike,
    /// Neither changed, and whether they are the same cannot be told or need not be.
    Unmoved,
    /// Only the hub changed it, or only the hub has it.
    Hub,
    /// Only the ERP changed it, or only the ERP has it.
    Erp,
    /// Somebody has to decide.
    Disputed,
}

/// One field with all that is known of it.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    pub member: Member<'a>,
    pub base: Value,
    pub hub: Value,
    /// None where the ERP's page does not show it.
    pub erp: Option<Value>,
    pub standing: Standing,
}

/// A merge of which only the disputed fields are open.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    vocabulary: Vocabulary<'a>,
    lines: Vec<Line<'a>>,
    disputed: Vec<Disputed>,
}

/// Compares both sides with what they last agreed on.
pub fn compare<'a>(vocabulary: Vocabulary<'a>, sides: Sides<'a>) -> Compared<'a> {
    let members = vocabulary.members(&[sides.base, sides.hub, sides.erp]);
    let lines = members.into_iter().map(|member| line(vocabulary, sides, member));
    let lines: Vec<Line<'a>> = lines.collect();
    let disputed = lines.iter().filter(|line| line.standing == Standing::Disputed);
    let disputed = disputed.map(Line::disputed).collect();
    Compared {
        vocabulary,
        lines,
        disputed,
    }
}

impl<'a> Compared<'a> {
    /// The fields that somebody has to decide.
    pub fn disputed(&self) -> &[Disputed] {
        &self.disputed
    }

    /// Whether the ERP's side has changed in anything.
    pub fn has_news_of_erp(&self) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| matches!(line.standing, Standing::Erp | Standing::Disputed))
    }

    /// The merge with a verdict for each disputed field, in their order; those without one stay undecided.
    pub fn decide(self, verdicts: Vec<Verdict>) -> Merged<'a> {
        Merged::new(self.vocabulary, self.lines, verdicts)
    }
}

impl Line<'_> {
    pub(super) fn disputed(&self) -> Disputed {
        Disputed {
            field: self.member.name.to_string(),
            base: self.base.clone(),
            hub: self.hub.clone(),
            erp: self.erp.clone().unwrap_or_default(),
        }
    }
}

fn line<'a>(vocabulary: Vocabulary<'a>, sides: Sides<'a>, member: Member<'a>) -> Line<'a> {
    let of = |record| vocabulary.value(record, &member);
    let base = of(sides.base).filter(|base| !is_nothing(base)).cloned();
    let hub = of(sides.hub).cloned().unwrap_or_default();
    let erp = match vocabulary {
        Vocabulary::Write(..) => of(sides.erp).filter(|_| !vocabulary.is_hidden(&member)).cloned(),
        Vocabulary::Members(_) => Some(of(sides.erp).cloned().unwrap_or_default()),
    };
    let then = of(sides.shown).cloned();
    let standing = match &base {
        Some(base) => since_agreed(vocabulary, &member, base, &hub, erp.as_ref(), then.as_ref()),
        None => at_first_meeting(vocabulary, &member, &hub, erp.as_ref()),
    };
    let standing = match standing {
        // Nobody can tell the ERP another one.
        Standing::Disputed if vocabulary.is_computed(&member) => Standing::Erp,
        standing => standing,
    };
    Line {
        base: base.unwrap_or_default(),
        hub,
        erp,
        standing,
        member,
    }
}

fn since_agreed(
    vocabulary: Vocabulary<'_>,
    member: &Member<'_>,
    base: &Value,
    hub: &Value,
    erp: Option<&Value>,
    then: Option<&Value>,
) -> Standing {
    let hub_changed = vocabulary.same(member, hub, base) != Some(true);
    let erp_changed = erp.is_some_and(|erp| match then {
        // In its own words it says the same as then, whatever was written.
        Some(then) if vocabulary.same(member, erp, then) == Some(true) => false,
        then => vocabulary
            .same(member, base, erp)
            .map_or(then.is_some(), |same| !same),
    });
    if erp.is_some_and(|erp| vocabulary.same(member, hub, erp) == Some(true)) {
        return Standing::Alike;
    }
    match (hub_changed, erp_changed) {
        (true, true) => Standing::Disputed,
        (true, false) => Standing::Hub,
        (false, true) => Standing::Erp,
        (false, false) => Standing::Unmoved,
    }
}

fn at_first_meeting(
    vocabulary: Vocabulary<'_>,
    member: &Member<'_>,
    hub: &Value,
    erp: Option<&Value>,
) -> Standing {
    let Some(erp) = erp else {
        return match is_nothing(hub) {
            true => Standing::Unmoved,
            false => Standing::Hub,
        };
    };
    if vocabulary.same(member, hub, erp) == Some(true) {
        return Standing::Alike;
    }
    match (is_nothing(hub), is_nothing(erp)) {
        (true, _) => Standing::Erp,
        (false, true) => Standing::Hub,
        (false, false) => Standing::Disputed,
    }
}
