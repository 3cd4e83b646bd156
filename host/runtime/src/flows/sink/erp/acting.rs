//! Acting on a record that is in the ERP: it is assigned, handled, noted upon; once for the same content.

use super::{Writing, with_key};
use crate::flows::carry::{Carried, Carrying, Stop};
use crate::flows::references::Missing;
use crate::flows::sink::{Strategy, WriteSink};
use sunmao_catalogue::Kind;
use sunmao_erp_client::Before;

/// What nearly all operations call the key of the record that they act on.
const KEY: &str = "ord";

/// The ERP's record that the flow acts on; none where it writes records.
///
/// # Errors
/// The record of the hub has no such link yet.
pub(super) async fn acted_on(carrying: &Carrying<'_>) -> Result<Option<i64>, Stop> {
    let Some(link) = &carrying.flow.of else {
        return Ok(None);
    };
    let found = carrying.host.store.links.get(link, &carrying.name).await?;
    match found {
        Some(found) => Ok(Some(found.erp_key)),
        None => Err(Stop::Missing(Missing::Link {
            link: link.clone(),
            record: carrying.name.clone(),
        })),
    }
}

impl WriteSink {
    /// The parameter with the key of the record that the operation acts on, by wire name.
    pub fn acts_by(&self) -> Option<&str> {
        let key = self.object.as_ref().and_then(|object| object.key.as_deref());
        let mut params = self.operation.params.iter();
        let field = params.find(|field| {
            let is = |name: &str| field.wire.eq_ignore_ascii_case(name);
            is(KEY) || key.is_some_and(is)
        });
        field.map(|field| field.wire.as_str())
    }
}

impl Writing<'_> {
    /// Carries out the operation on a record that is there.
    pub(super) async fn act(&self, key: i64) -> Carried {
        let operation = &self.sink.operation;
        let parameter = self.sink.acts_by().unwrap_or(KEY);
        let arguments = with_key(&self.mapped, operation, parameter, key);
        if self.did(operation, &arguments).await? {
            return Ok(self.did_before());
        }
        match self.send(operation, &arguments, Before::Unread).await {
            Ok(sent) => {
                let stands = self.stands(sent, Some(key)).await?;
                Ok(self.first(stands, &arguments))
            }
            Err(Stop::Fault(fault))
                if fault.kind == Kind::Unconfirmed && matches!(self.sink.strategy, Strategy::Once) =>
            {
                Err(Stop::Person(fault.with_hint(super::LOOK_FIRST)))
            }
            Err(stop) => Err(stop),
        }
    }
}
