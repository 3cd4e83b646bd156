//! Records of the hub that are one record in the ERP, such as the people of a company: the first that gets the link stands
//! for all, and another flow may carry the others beside it.

use super::carry::{Carrying, Stop};
use super::progress::Step;
use super::references::Missing;
use super::schedule::Unsound;
use super::settings::FlowSettings;
use super::source::Source;
use crate::extension::Decision;
use crate::record;
use jiff::Timestamp;
use sunmao_catalogue::{IdentityForm, Value};
use sunmao_store::{RecordName, StoredRecord};

/// Records of one group that are looked at.
const MOST: u32 = 1_000;

/// What records have in common that are one record in the ERP.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// The members that say the same of all of them, and how that is compared: the first that a record has tells.
    members: Vec<(String, IdentityForm)>,
    /// The link of the one that stands for the others.
    pub link: String,
    /// The member that refers to that one, in a flow that carries the others.
    beside: Option<String>,
}

/// Who stands for a record in the ERP.
enum Standing {
    /// It does itself.
    Itself,
    /// Another one, with the ERP's key.
    Another(RecordName, i64),
}

impl Group {
    /// Reads a flow's settings.
    ///
    /// # Errors
    /// The member is none by which records of the kind belong together; nothing says which link counts; no member refers
    /// to the one that stands for the others.
    pub fn read(source: &Source, settings: &FlowSettings) -> Result<Option<Group>, Unsound> {
        if settings.same.is_empty() {
            let stray =
                |_: &String| Unsound::new("beside", "is of no use without same", "same = [\"company_name\"]");
            return match settings.beside.as_ref().map(stray) {
                Some(unsound) => Err(unsound),
                None => Ok(None),
            };
        }
        let Some(kind) = source.record() else {
            return Err(Unsound::new("same", "it has no records to carry", "leave it out"));
        };
        let member = |same: &String| {
            let found = kind.field(same);
            let grouped = found.and_then(|field| Some((field.snake_name(), field.group.or(field.identity)?)));
            grouped.ok_or_else(|| {
                let message = format!(
                    "records of the kind {} do not belong together by {same}",
                    kind.name
                );
                let hint = format!(
                    "name members that have group or identity in their kind: sunmao kinds show {}",
                    kind.name
                );
                Unsound::new("same", message, hint)
            })
        };
        let members = settings.same.iter().map(member).collect::<Result<_, _>>()?;
        let link = settings.beside.as_ref().or(settings.link.as_ref());
        let link = link.ok_or_else(|| {
            let message = "no link says who stands for the others";
            Unsound::new("same", message, "write link, or beside")
        })?;
        let mut fields = kind.fields.iter();
        let refers = fields.find(|field| field.reference.as_ref() == Some(&kind.name));
        let beside = match (&settings.beside, refers) {
            (None, _) => None,
            (Some(_), Some(field)) => Some(field.snake_name()),
            (Some(_), None) => {
                let message = format!("no member of the kind {} refers to another of it", kind.name);
                return Err(Unsound::new("beside", message, "give the kind such a reference"));
            }
        };
        Ok(Some(Group {
            members,
            link: link.clone(),
            beside,
        }))
    }
}

impl Carrying<'_> {
    /// Finds who stands for the record in the ERP. The end, where this flow carries only what stands for itself and this
    /// one does not, or only the others and it does. Of the others, the reference to the one that stands for them becomes
    /// the ERP's key of that one.
    pub(super) async fn take_its_place(&mut self) -> Result<Option<Step>, Stop> {
        let Some(group) = &self.flow.group else {
            return Ok(None);
        };
        let skipped = |reason: String| {
            Ok(Some(Step::Skipped {
                policy: self.flow.name.clone(),
                reason,
            }))
        };
        match (self.standing(group).await?, &group.beside) {
            (Standing::Itself, None) => Ok(None),
            (Standing::Itself, Some(_)) => skipped("it stands for itself in the ERP".to_owned()),
            (Standing::Another(other, _), None) => skipped(format!("{other} stands for it in the ERP")),
            (Standing::Another(_, key), Some(member)) => {
                self.body.insert(member.clone(), Value::from(key.to_string()));
                Ok(None)
            }
        }
    }

    async fn standing(&self, group: &Group) -> Result<Standing, Stop> {
        let store = &self.host.store;
        if store.links.get(&group.link, &self.name).await?.is_some() {
            return Ok(Standing::Itself);
        }
        let said = group.members.iter().find_map(|(member, form)| {
            let said = form.normal(&self.body.get(member)?.to_text()?);
            (!said.is_empty()).then_some((member, said))
        });
        let Some((member, said)) = said else {
            return Ok(Standing::Itself);
        };
        let records = &store.records;
        let alike = records
            .find_by_identity(&self.name.kind, member, &said, MOST)
            .await?;
        let own_age = alike.iter().find(|one| one.name == self.name).map(age);
        let others: Vec<StoredRecord> = alike.into_iter().filter(|one| one.name != self.name).collect();
        let names: Vec<RecordName> = others.iter().map(|one| one.name.clone()).collect();
        let links = store.links.get_many(&group.link, &names).await?;
        if let Some(first) = links.into_iter().min_by_key(|link| link.erp_key) {
            return Ok(Standing::Another(first.record, first.erp_key));
        }
        // None is there yet. The first that may become one is waited for, so that two at once do not both.
        let is_older = |one: &&StoredRecord| own_age.as_ref().is_none_or(|own| age(one) < *own);
        let mut older: Vec<&StoredRecord> = others.iter().filter(is_older).collect();
        older.sort_by_key(|one| age(one));
        for one in older {
            if self.would_admit(one).await? {
                return Err(Stop::Missing(Missing::Link {
                    link: group.link.clone(),
                    record: one.name.clone(),
                }));
            }
        }
        Ok(Standing::Itself)
    }

    /// Whether the flow's policy admits another record of the kind.
    async fn would_admit(&self, one: &StoredRecord) -> Result<bool, Stop> {
        let Some(reference) = &self.flow.policy else {
            return Ok(true);
        };
        let Ok(body) = record::stored(&self.kind, one.body.as_deref().unwrap_or("{}")) else {
            return Ok(false);
        };
        let policy = self.serving(reference)?;
        let seen = record::with_id(&one.name.id, &body);
        let decision = policy.judge(&self.invocation, &self.kind, &seen);
        let decision = self.while_serving(reference, &policy, decision).await??;
        Ok(matches!(decision, Decision::Admit))
    }
}

/// The order in which records came.
fn age(record: &StoredRecord) -> (Timestamp, String) {
    (record.created_at, record.name.id.clone())
}
