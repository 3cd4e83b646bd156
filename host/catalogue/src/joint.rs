//! What a mapping joins, and the name of its interface: the same two sides have the same name and the same types
//! everywhere, since both are read from the catalogue alone.

use crate::{Catalogue, KindSource, Kinds, Operation, RecordKind, RecordShape, shape};
use std::fmt;
use std::sync::Arc;

/// Stands between the two sides in the name of an interface.
const BETWEEN: &str = "-to-";

/// One side of a mapping.
#[derive(Debug, Clone)]
pub enum Side {
    /// A record: of one of the hub's kinds, or a row of the ERP (`erp.customers`), which goes by its object's name.
    Kind(Arc<RecordKind>),
    /// The arguments of an operation.
    Operation(Arc<Operation>),
}

/// What a mapping joins: `contact-to-customers-save-company`, `customers-to-contact`, `contact-to-visit`.
#[derive(Debug, Clone)]
pub struct Joint {
    /// What is given.
    pub from: Side,
    /// What is made of it.
    pub to: Side,
}

impl Side {
    /// How the side is called in the name of an interface.
    pub fn name(&self) -> String {
        match self {
            Side::Kind(kind) => kind_name(kind).to_owned(),
            Side::Operation(operation) => format!("{}-{}", operation.object, operation.verb),
        }
    }

    /// The record that travels on this side.
    pub fn shape(&self) -> Arc<RecordShape> {
        match self {
            Side::Kind(kind) => kind.shape(),
            Side::Operation(operation) => operation
                .request_shape()
                .unwrap_or_else(|| shape::no_arguments(operation)),
        }
    }

    /// Whether it is a record, of which the hub may know an earlier state.
    pub fn is_kind(&self) -> bool {
        matches!(self, Side::Kind(_))
    }
}

impl Side {
    /// What stands behind the side's name in a text that begins with it.
    fn behind<'a>(&self, text: &'a str) -> Option<&'a str> {
        match self {
            Side::Kind(kind) => text.strip_prefix(kind_name(kind)),
            Side::Operation(operation) => {
                let verb = text.strip_prefix(&*operation.object)?.strip_prefix('-')?;
                verb.strip_prefix(&*operation.verb)
            }
        }
    }
}

impl Joint {
    /// The name of the interface.
    pub fn interface(&self) -> String {
        format!("{}{BETWEEN}{}", self.from.name(), self.to.name())
    }

    /// Whether an interface of that name is this one's: told without making the name, since it is asked for every record.
    pub fn is_called(&self, interface: &str) -> bool {
        let behind = |text| self.to.behind(text).is_some_and(str::is_empty);
        let from = self.from.behind(interface);
        from.and_then(|rest| rest.strip_prefix(BETWEEN))
            .is_some_and(behind)
    }

    /// The joint of an interface's name.
    pub fn find(interface: &str, catalogue: &Catalogue, kinds: &Kinds) -> Option<Joint> {
        // A name on either side may hold the word itself.
        interface.match_indices(BETWEEN).find_map(|(at, _)| {
            let from = kind_side(interface.get(..at)?, kinds)?;
            let to = interface.get(at + BETWEEN.len()..)?;
            let to = kind_side(to, kinds).or_else(|| operation_side(to, catalogue))?;
            Some(Joint { from, to })
        })
    }

    /// A joint by the names that people write: a kind (`contact`) or an object of the ERP (`customers`), and a kind or
    /// an operation (`customers.save-company`).
    pub fn of_names(from: &str, to: &str, catalogue: &Catalogue, kinds: &Kinds) -> Option<Joint> {
        let to = match catalogue.find(to).filter(|operation| may_be_filled_in(operation)) {
            Some(operation) => Side::Operation(Arc::new(operation.clone())),
            None => kind_side(to, kinds)?,
        };
        Some(Joint {
            from: kind_side(from, kinds)?,
            to,
        })
    }
}

/// The name of a kind on the WIT side of a joint or a policy: a row of the ERP goes by its object's.
pub(crate) fn kind_name(kind: &RecordKind) -> &str {
    match &kind.source {
        KindSource::Erp { object } => object,
        _ => &kind.name,
    }
}

/// The kind of that name on the WIT side.
pub fn kind_called<'a>(name: &str, kinds: &'a Kinds) -> Option<&'a Arc<RecordKind>> {
    let exactly = |kind: &&Arc<RecordKind>| kind_name(kind) == name;
    kinds.iter().find(exactly)
}

fn kind_side(name: &str, kinds: &Kinds) -> Option<Side> {
    kind_called(name, kinds).map(|kind| Side::Kind(kind.clone()))
}

fn operation_side(name: &str, catalogue: &Catalogue) -> Option<Side> {
    let operation = catalogue.operations().iter().find(|operation| {
        may_be_filled_in(operation)
            && name
                .strip_prefix(operation.object.as_str())
                .and_then(|rest| rest.strip_prefix('-'))
                .is_some_and(|verb| verb == operation.verb)
    })?;
    Some(Side::Operation(Arc::new(operation.clone())))
}

/// Whether an operation takes arguments that a mapping could give.
fn may_be_filled_in(operation: &Operation) -> bool {
    operation.is_business() && operation.request_shape().is_some()
}

impl fmt::Display for Joint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.interface())
    }
}
