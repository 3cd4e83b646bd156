//! Where a flow's records go: an operation of the ERP, a kind of the hub's records, or an automation.

pub(super) mod erp;
pub(super) mod find;
pub(super) mod record;

use super::flow::ExtensionReference;
use super::schedule::Unsound;
use std::sync::Arc;
use sunmao_catalogue::{
    Catalogue, Effect, ErpObject, Field, Operation, RecordKind, Repeat, ResultKind, nearest,
};

/// Where a flow's records go.
#[derive(Debug, Clone)]
pub(crate) enum Sink {
    /// Into the ERP.
    Write(Box<WriteSink>),
    /// Into the hub's records of a kind.
    Into(Arc<RecordKind>),
    /// To an automation.
    Handle(ExtensionReference),
}

/// An operation that writes, with all that it takes to do so once.
#[derive(Debug, Clone)]
pub(crate) struct WriteSink {
    pub operation: Arc<Operation>,
    pub strategy: Strategy,
    /// What shows one record by its key.
    pub read_back: Option<Operation>,
    /// What is known of the object's records.
    pub object: Option<ErpObject>,
    /// The kind of the object's rows.
    pub rows: Option<Arc<RecordKind>>,
    /// What has to be alike on both sides once a record is written.
    pub equal: erp::Equal,
}

/// How a write is made to happen once, as its `Repeat` in the catalogue asks.
#[derive(Debug, Clone)]
pub(crate) enum Strategy {
    /// A key is reserved before the record is saved under it.
    Reserve {
        /// The parameter with the key, by wire name.
        key: String,
        /// The operation that reserves one.
        reserve: Box<Operation>,
    },
    /// The record is saved under its key; without one a new record is made, once.
    Keyed {
        /// The parameter with the key, by wire name.
        key: String,
    },
    /// A number tells whether the record is there.
    Number {
        /// The operation that changes a record that is there, with its parameter for the key by wire name.
        update: Option<(Arc<Operation>, String)>,
    },
    /// One attempt, and then a person.
    Once,
}

impl WriteSink {
    /// What `write = "…"` says.
    pub fn read(catalogue: &Catalogue, kinds: &sunmao_catalogue::Kinds, name: &str) -> Result<Self, Unsound> {
        let operation = catalogue.find(name).ok_or_else(|| {
            let nearest = catalogue.nearest(name).unwrap_or("customers.save-company");
            Unsound::new(
                "write",
                format!("no operation is called {name}"),
                format!("the nearest known is {nearest}"),
            )
        })?;
        let Effect::Write(write) = &operation.effect else {
            let writes = catalogue.operations().iter().filter(|one| !one.is_read());
            let nearest =
                nearest(name, writes.map(|one| one.name.as_str())).unwrap_or("customers.save-company");
            return Err(Unsound::new(
                "write",
                format!("{name} does not write"),
                format!("name one that does, such as {nearest}"),
            ));
        };
        if !operation.is_business() {
            let hint = "leave signing in and out to the host";
            return Err(Unsound::new(
                "write",
                format!("{name} belongs to the host alone"),
                hint,
            ));
        }
        let strategy = match &write.repeat {
            Repeat::ReservedKey { parameter, reserve } => {
                let reserve = reserve.as_deref().and_then(|name| catalogue.find(name));
                match reserve {
                    Some(reserve) => Strategy::Reserve {
                        key: parameter.clone(),
                        reserve: Box::new(reserve.clone()),
                    },
                    None => Strategy::Keyed {
                        key: parameter.clone(),
                    },
                }
            }
            Repeat::UniqueNumber { .. } => Strategy::Number {
                update: update_of(catalogue, operation),
            },
            Repeat::Never => Strategy::Once,
        };
        let read_back = write.read_back.as_deref().and_then(|name| catalogue.find(name));
        let read_back = read_back.filter(|one| shows_one(one)).cloned();
        Ok(WriteSink {
            operation: Arc::new(operation.clone()),
            strategy,
            read_back,
            object: catalogue.object(&operation.object).cloned(),
            rows: kinds.find(&format!("erp.{}", operation.object)).cloned(),
            equal: erp::Equal::default(),
        })
    }

    /// The operations that a flow with this sink calls.
    pub fn operations(&self) -> Vec<String> {
        let mut names = vec![self.operation.name.clone()];
        match &self.strategy {
            Strategy::Reserve { reserve, .. } => names.push(reserve.name.clone()),
            Strategy::Number {
                update: Some((update, _)),
            } => names.push(update.name.clone()),
            _ => {}
        }
        names.extend(self.read_back.iter().map(|one| one.name.clone()));
        if let Effect::Write(write) = &self.operation.effect {
            names.extend(write.read_back.clone());
            if let Repeat::UniqueNumber { find, .. } = &write.repeat {
                names.push(find.clone());
            }
        }
        if let Some(object) = &self.object {
            names.extend(object.list.iter().chain(&object.get).cloned());
            names.extend(object.lookups.iter().map(|lookup| lookup.operation.clone()));
        }
        names
    }

    /// The operation that writes a record which is there, with its parameter for the key; none where there is no such.
    pub fn changes(&self) -> Option<(&Arc<Operation>, &str)> {
        match &self.strategy {
            Strategy::Reserve { key, .. } | Strategy::Keyed { key } => Some((&self.operation, key)),
            Strategy::Number { update } => update.as_ref().map(|(update, key)| (update, key.as_str())),
            Strategy::Once => None,
        }
    }
}

/// Whether an operation shows one record by its key.
fn shows_one(operation: &Operation) -> bool {
    let takes_key = |field: &Field| field.wire.eq_ignore_ascii_case("ord");
    matches!(operation.result, ResultKind::Bill | ResultKind::Record)
        && operation.params.iter().any(takes_key)
}

/// The operation that changes what another one creates: of the same object, under the record's key, and one that takes
/// what was created by the same names.
fn update_of(catalogue: &Catalogue, create: &Operation) -> Option<(Arc<Operation>, String)> {
    let siblings = catalogue
        .operations()
        .iter()
        .filter(|one| one.object == create.object);
    let mut updates = siblings.filter_map(|one| match &one.effect {
        Effect::Write(write) if one.verb == "update" && one.dialect == create.dialect => {
            match &write.repeat {
                Repeat::ReservedKey { parameter, .. } => Some((one, parameter.clone())),
                _ => None,
            }
        }
        _ => None,
    });
    let (update, key) = updates.next()?;
    Some((Arc::new(update.clone()), key))
}
