//! What a flow that reads a list of the ERP reads, and how a row of it becomes a record.

mod asking;
mod rows;
mod run;

pub(super) use asking::{Asked, Proven};
pub(super) use run::{Sweeping, handle};

use super::schedule::Unsound;
use crate::gateway::{Caller, Gateway};
use std::sync::Arc;
use sunmao_catalogue::{
    Catalogue, Effect, ErpObject, Fault, Field, Kind, Kinds, Operation, Record, RecordKind, Value, nearest,
};

/// A list of the ERP that a flow reads through.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The operation that lists.
    pub list: Operation,
    /// The operation that reads a row whole, and its parameter with the row's key by wire name.
    pub detail: Option<(Operation, String)>,
    /// What a row becomes: `erp.customers`.
    pub kind: Arc<RecordKind>,
    /// The columns that may name a row by wire name, the surest first: its key, else its number.
    pub keys: Vec<String>,
}

impl Sweep {
    /// Reads a flow's settings.
    ///
    /// # Errors
    /// The operation is none, is no list with pages, or its rows have neither a key nor a number; the other does not read
    /// a record of the same object by its key.
    pub fn read(
        catalogue: &Catalogue,
        kinds: &Kinds,
        list: &str,
        detail: Option<&str>,
    ) -> Result<Sweep, Unsound> {
        let list = operation(catalogue, "sweep", list)?;
        let lists = || {
            let listing = catalogue.operations().iter().filter(|one| one.paging.is_some());
            let nearest = nearest(&list.name, listing.map(|one| one.name.as_str()));
            format!(
                "name a list with pages, such as {}",
                nearest.unwrap_or("customers.list")
            )
        };
        if list.effect != Effect::Read || list.paging.is_none() {
            let message = format!("{} is no list with pages", list.name);
            return Err(Unsound::new("sweep", message, lists()));
        }
        let nameless = || {
            let message = format!("the rows of {} have neither a key nor a number", list.name);
            Unsound::new("sweep", message, lists())
        };
        let object = catalogue.object(&list.object).ok_or_else(nameless)?;
        let kind = kinds.find(&format!("erp.{}", object.name)).ok_or_else(nameless)?;
        let keys: Vec<String> = object.key.iter().chain(&object.number).cloned().collect();
        if keys.is_empty() {
            return Err(nameless());
        }
        let detail = detail
            .map(|name| detail_of(catalogue, object, name))
            .transpose()?;
        Ok(Sweep {
            list: list.clone(),
            detail,
            kind: kind.clone(),
            keys,
        })
    }

    /// The row of a key as its detail shows it now. None where there is no detail, or the ERP does not show that one.
    ///
    /// # Errors
    /// The ERP failed, or the way to it.
    pub(in crate::flows) async fn present_row(
        &self,
        gateway: &Gateway,
        caller: &Caller,
        key: &str,
        known: &Record,
    ) -> Result<Option<Record>, Fault> {
        let Some((detail, parameter)) = &self.detail else {
            return Ok(None);
        };
        let given = Record::from_iter([(parameter.clone(), Value::from(key))]);
        match gateway.call(caller, detail, &given).await {
            Ok(answer) => Ok(Some(rows::as_shown(self, detail, known, answer))),
            Err(fault) if matches!(fault.kind, Kind::NotFound | Kind::Refused) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The operations that it calls.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        std::iter::once(&self.list).chain(self.detail.iter().map(|(operation, _)| operation))
    }
}

fn operation<'a>(catalogue: &'a Catalogue, key: &'static str, name: &str) -> Result<&'a Operation, Unsound> {
    catalogue.find(name).ok_or_else(|| {
        let nearest = catalogue.nearest(name).unwrap_or("customers.list");
        let message = format!("no operation is called {name}");
        Unsound::new(key, message, format!("the nearest known is {nearest}"))
    })
}

fn detail_of(catalogue: &Catalogue, object: &ErpObject, name: &str) -> Result<(Operation, String), Unsound> {
    let detail = operation(catalogue, "detail", name)?;
    let unfit = |why: &str| {
        let usual = object.get.as_deref().unwrap_or("customers.get");
        let hint = format!("name the operation that reads one of them, such as {usual}");
        Unsound::new("detail", format!("{name} {why}"), hint)
    };
    if detail.effect != Effect::Read || detail.paging.is_some() {
        return Err(unfit("does not read one record"));
    }
    if detail.object != object.name {
        return Err(unfit("reads another object"));
    }
    let takes = |key: &str| {
        let is_it = |field: &&Field| field.wire.eq_ignore_ascii_case(key);
        detail.params.iter().find(is_it).map(|field| field.wire.clone())
    };
    let keyed = object.key.as_deref().and_then(takes).or_else(|| takes("ord"));
    let parameter = keyed.ok_or_else(|| unfit("takes no key"))?;
    Ok((detail.clone(), parameter))
}
