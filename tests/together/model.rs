//! What either side has to show of each customer: the owner rules once more, written from the words of
//! `scripts/conflicts.rhai` and not by the host's merge.

use std::collections::BTreeMap;

/// What both sides know of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Company,
    Person,
    Phone,
    Wechat,
    Email,
    Address,
    Notes,
    Summary,
    Source,
    Score,
}

/// Whose value a field takes that both sides changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Hub,
    ErpUnlessVerified,
    /// No page of the ERP says when it changed, so that the hub's counts.
    Newer,
    Nobody,
}

impl Field {
    pub const ALL: [Field; 10] = [
        Field::Company,
        Field::Person,
        Field::Phone,
        Field::Wechat,
        Field::Email,
        Field::Address,
        Field::Notes,
        Field::Summary,
        Field::Source,
        Field::Score,
    ];

    /// The contact's member.
    pub fn hub(self) -> &'static str {
        match self {
            Field::Company => "company_name",
            Field::Person => "real_name",
            Field::Phone => "phone",
            Field::Wechat => "wx_id",
            Field::Email => "email",
            Field::Address => "address",
            Field::Notes => "notes",
            Field::Summary => "summary",
            Field::Source => "source",
            Field::Score => "score",
        }
    }

    /// The customer's field, by wire name.
    pub fn erp(self) -> &'static str {
        match self {
            Field::Company => "name",
            Field::Person => "person_name",
            Field::Phone => "mobile",
            Field::Wechat => "weixinAcc",
            Field::Email => "email",
            Field::Address => "address",
            Field::Notes => "intro",
            Field::Summary => "product",
            Field::Source => "ly",
            Field::Score => "jz",
        }
    }

    /// The field that a conflict names; the flows of either direction call it in their own words.
    pub fn of_conflict(name: &str) -> Option<Field> {
        match name {
            "email" => Some(Field::Email),
            "notes" | "remarks" => Some(Field::Notes),
            _ => None,
        }
    }

    pub fn owner(self) -> Owner {
        match self {
            Field::Wechat | Field::Summary | Field::Source | Field::Score => Owner::Hub,
            Field::Phone | Field::Company | Field::Person => Owner::ErpUnlessVerified,
            Field::Address => Owner::Newer,
            Field::Email | Field::Notes => Owner::Nobody,
        }
    }

    pub fn is_name(self) -> bool {
        matches!(self, Field::Company | Field::Person)
    }

    /// Whether both sides say the same, a phone in whatever spelling.
    pub fn is_same(self, hub: &str, erp: &str) -> bool {
        match self {
            Field::Phone => {
                let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
                let (hub, erp) = (digits(hub), digits(erp));
                hub.trim_start_matches("86") == erp.trim_start_matches("86")
            }
            _ => self.in_the_erp(hub) == erp,
        }
    }

    /// Fields that may be emptied.
    pub fn may_be_empty(self) -> bool {
        matches!(
            self,
            Field::Email | Field::Address | Field::Notes | Field::Summary
        )
    }

    /// The ERP's word for the hub's.
    pub fn in_the_erp(self, hub: &str) -> String {
        match self {
            Field::Source => match hub {
                "wechat" => "171",
                "import" => "174",
                _ => "173",
            }
            .to_owned(),
            Field::Score => match hub.parse::<i64>() {
                Ok(score) => rating(score).to_string(),
                Err(_) => String::new(),
            },
            _ => hub.to_owned(),
        }
    }
}

fn rating(score: i64) -> i64 {
    match score {
        90.. => 175,
        75.. => 289,
        60.. => 176,
        45.. => 177,
        _ => 290,
    }
}

/// A field as either side has to show it once all is at rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    pub hub: String,
    pub erp: String,
}

impl Shown {
    pub fn new(hub: impl Into<String>, erp: impl Into<String>) -> Shown {
        Shown {
            hub: hub.into(),
            erp: erp.into(),
        }
    }
}

/// How a field stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Standing {
    /// Both sides are settled.
    #[default]
    Settled,
    /// Nobody decided: each side keeps its own, and a person is asked once.
    Conflict,
    /// The hub's is to be carried once the contact is admitted.
    Withheld,
    /// Both changed it while records were under way: whoever was later, or by the owner rule, but both the same.
    Either(Vec<Shown>),
}

/// One customer of the company, on both sides.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// The contact's id.
    pub id: String,
    /// The ERP's key, once it is known.
    pub key: Option<i64>,
    /// Whether the ERP has to have it.
    pub in_erp: bool,
    pub admitted: bool,
    pub verified: bool,
    pub fields: BTreeMap<Field, (Shown, Standing)>,
    /// What the hub alone knows: who looks after it.
    pub keeper: String,
    /// What the ERP alone knows.
    pub url: String,
    /// The last form of a colleague that was saved.
    pub form: String,
    pub category: String,
}

/// What was changed on each side before either heard of the other.
#[derive(Debug, Clone, Default)]
pub struct Edits {
    pub hub: BTreeMap<Field, String>,
    pub erp: BTreeMap<Field, String>,
}

impl Person {
    pub fn shown(&self, field: Field) -> &Shown {
        &self.fields[&field].0
    }

    /// Whether the field is free to be edited.
    pub fn is_settled(&self, field: Field) -> bool {
        self.fields[&field].1 == Standing::Settled
    }

    /// A customer of the ERP turns out to be this contact: nothing was agreed on before.
    pub fn meets(&mut self, key: i64, erp: &BTreeMap<Field, String>) {
        let hub: BTreeMap<Field, String> = Field::ALL
            .into_iter()
            .map(|field| (field, self.shown(field).hub.clone()))
            .collect();
        self.key = Some(key);
        for field in Field::ALL {
            let (hub, empty) = (hub[&field].as_str(), String::new());
            let erp = erp.get(&field).unwrap_or(&empty);
            let met = match (hub.is_empty(), erp.is_empty()) {
                _ if field.is_same(hub, erp) => (Shown::new(hub, erp), Standing::Settled),
                (true, _) => (by_erp(field, &Shown::default(), erp), Standing::Settled),
                (_, true) if self.admitted => (Shown::new(hub, field.in_the_erp(hub)), Standing::Settled),
                (_, true) => (Shown::new(hub, ""), Standing::Withheld),
                _ => self.disputed(field, &Shown::default(), hub, erp),
            };
            self.fields.insert(field, met);
        }
    }

    /// Both sides met with these edits.
    pub fn met(&mut self, edits: &Edits) {
        for field in Field::ALL {
            let (shown, standing) = self.fields.get(&field).cloned().unwrap_or_default();
            let (hub, erp) = (edits.hub.get(&field), edits.erp.get(&field));
            let met = match (hub, erp) {
                (None, None) => (shown, standing),
                (Some(hub), None) => match self.admitted {
                    true => (by_hub(field, &shown, hub), Standing::Settled),
                    false => (Shown::new(hub, shown.erp), Standing::Withheld),
                },
                (None, Some(erp)) => (by_erp(field, &shown, erp), Standing::Settled),
                (Some(hub), Some(erp)) if hub == erp => (Shown::new(hub, erp), Standing::Settled),
                (Some(hub), Some(erp)) => self.disputed(field, &shown, hub, erp),
            };
            self.fields.insert(field, met);
        }
        if self.admitted {
            self.is_admitted();
        }
    }

    fn disputed(&self, field: Field, before: &Shown, hub: &str, erp: &str) -> (Shown, Standing) {
        let by_hub = || by_hub(field, &Shown::new(&before.hub, erp), hub);
        match (field.owner(), self.verified, self.admitted) {
            (Owner::Nobody, ..) => (Shown::new(hub, erp), Standing::Conflict),
            (Owner::ErpUnlessVerified, false, _) => (by_erp(field, before, erp), Standing::Settled),
            (.., true) => (by_hub(), Standing::Settled),
            (.., false) => (Shown::new(hub, erp), Standing::Withheld),
        }
    }

    /// What was withheld is carried.
    fn is_admitted(&mut self) {
        for (field, (shown, standing)) in &mut self.fields {
            if *standing == Standing::Withheld {
                shown.erp = field.in_the_erp(&shown.hub);
                *standing = Standing::Settled;
            }
        }
    }

    /// Both changed a field while records were under way.
    pub fn raced(&mut self, field: Field, hub: &str, erp: &str) {
        let shown = self.shown(field).clone();
        let later_hub = by_hub(field, &Shown::new(&shown.hub, erp), hub);
        let later_erp = by_erp(field, &Shown::new(hub, &shown.erp), erp);
        let mut ends = vec![later_hub, later_erp];
        if field.owner() == Owner::Nobody {
            ends.push(Shown::new(hub, erp));
        }
        let first = ends[0].clone();
        self.fields.insert(field, (first, Standing::Either(ends)));
    }
}

/// The hub's value goes to the ERP, where the ERP has a word for it that differs from the last.
fn by_hub(field: Field, before: &Shown, hub: &str) -> Shown {
    let (new, old) = (field.in_the_erp(hub), field.in_the_erp(&before.hub));
    match field == Field::Score && new == old {
        true => Shown::new(hub, before.erp.clone()),
        false => Shown::new(hub, new),
    }
}

/// The ERP's value comes to the hub, where the hub has a word for it.
fn by_erp(field: Field, before: &Shown, erp: &str) -> Shown {
    let hub = match field {
        Field::Score => before.hub.clone(),
        Field::Source => in_the_hub(erp).unwrap_or(&before.hub).to_owned(),
        _ => erp.to_owned(),
    };
    Shown::new(hub, erp)
}

/// The hub's word for a source of the ERP.
pub fn in_the_hub(source: &str) -> Option<&'static str> {
    match source {
        "171" => Some("wechat"),
        "173" => Some("manual"),
        "174" => Some("import"),
        _ => None,
    }
}
