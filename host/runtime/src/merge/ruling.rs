//! Who owns a field that both sides changed: what the `merge` role answers, and what that means for one record.

use jiff::Timestamp;
use sunmao_catalogue::{Record, Value};

/// The end of the members by which the hub says that something was proved.
const VERIFIED: &str = "_verified";

/// The owner rule of a field.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Ruling {
    /// The ERP's value.
    Erp,
    /// The hub's value.
    Hub,
    /// The value of the side that changed last; the hub's where that is not known.
    Newer,
    /// The ERP's value, unless the hub has it verified.
    ErpUnlessVerified,
    /// Another value, for both sides.
    Value(Value),
    /// No rule decides: a person has to.
    #[default]
    Undecided,
}

/// What a rule may depend on.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The hub's record.
    pub hub: &'a Record,
    /// When the hub's record last changed.
    pub hub_changed_at: Option<Timestamp>,
    /// When the ERP's record last changed.
    pub erp_changed_at: Option<Timestamp>,
}

/// How one disputed field ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// As the hub has it.
    Hub,
    /// As the ERP has it.
    Erp,
    /// As neither had it.
    Value(Value),
    /// Each side keeps what it has.
    Undecided,
}

impl Ruling {
    /// What the rule says of a field of this record.
    pub fn verdict(self, field: &str, circumstances: &Circumstances<'_>) -> Verdict {
        match self {
            Ruling::Erp => Verdict::Erp,
            Ruling::Hub => Verdict::Hub,
            Ruling::Value(value) => Verdict::Value(value),
            Ruling::Undecided => Verdict::Undecided,
            Ruling::Newer => match (circumstances.erp_changed_at, circumstances.hub_changed_at) {
                (Some(erp), Some(hub)) if erp > hub => Verdict::Erp,
                _ => Verdict::Hub,
            },
            Ruling::ErpUnlessVerified if is_verified(field, circumstances.hub) => Verdict::Hub,
            Ruling::ErpUnlessVerified => Verdict::Erp,
        }
    }
}

/// Whether the hub has a field verified: by the member of that name (`email` by `email_verified`); where there is none, by
/// any, since who proved a phone also said a name, and the ERP calls both otherwise.
fn is_verified(field: &str, hub: &Record) -> bool {
    let own = format!("{}{VERIFIED}", field.replace('-', "_"));
    if let Some(verified) = hub.get(&own) {
        return *verified == Value::Bool(true);
    }
    let mut verified = hub.iter().filter(|(name, _)| name.ends_with(VERIFIED));
    verified.any(|(_, value)| *value == Value::Bool(true))
}
