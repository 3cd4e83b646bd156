//! A business object as an interface: its records as the shapes say, a function an operation.

use super::documentation::{menus, operation_documentation};
use crate::{Operation, RecordShape, Shape};
use std::{collections::BTreeSet, sync::Arc};
use wit_encoder::{Field, Interface, Params, StandaloneFunc, Type, TypeDef};

/// The record of every failure, declared in `types`.
pub(super) const ERROR: &str = "error";

/// The interface of one object.
pub(super) fn object(name: &str, operations: &[&Operation]) -> Interface {
    let mut records = Records::default();
    let functions: Vec<StandaloneFunc> = operations
        .iter()
        .map(|operation| function(operation, &mut records))
        .collect();
    interface(name, operations, records, functions)
}

fn interface(
    name: &str,
    operations: &[&Operation],
    records: Records,
    functions: Vec<StandaloneFunc>,
) -> Interface {
    let mut interface = Interface::new(name.to_owned());
    interface.set_docs(Some(menus(operations)));
    for shared in records.shared {
        interface.use_type("types", shared, None);
    }
    for record in &records.own {
        interface.type_def(type_definition(record));
    }
    for function in functions {
        interface.item(wit_encoder::InterfaceItem::Function(function));
    }
    interface
}

/// An interface that declares nothing but a record and those inside it; what interfaces share comes from `types`.
pub(super) fn of_record(
    name: String,
    documentation: String,
    record: &Arc<RecordShape>,
    types: &str,
) -> Interface {
    let records = Records::of(record);
    let mut interface = Interface::new(name);
    interface.set_docs(Some(documentation));
    for shared in records.shared {
        interface.use_type(types.to_owned(), shared, None);
    }
    for record in &records.own {
        interface.type_def(type_definition(record));
    }
    interface
}

/// Whether a record holds any that interfaces share.
pub(super) fn shares(record: &Arc<RecordShape>) -> bool {
    !Records::of(record).shared.is_empty()
}

/// An object's interface with some of its operations, and with the arguments of others as types alone.
pub(super) fn part_of_object(name: &str, called: &[&Operation], arguments: &[&Operation]) -> Interface {
    let mut records = Records::default();
    if called.is_empty() {
        records.shared.clear();
    }
    let functions: Vec<StandaloneFunc> = called
        .iter()
        .map(|operation| function(operation, &mut records))
        .collect();
    for operation in arguments {
        let is_noted = |request: &Arc<RecordShape>| records.own.iter().any(|own| own.name == request.name);
        if let Some(request) = operation.request_shape().filter(|request| !is_noted(request)) {
            records.note(&request);
        }
    }
    let both: Vec<&Operation> = called.iter().chain(arguments).copied().collect();
    interface(name, &both, records, functions)
}

/// A name as WIT takes it. The encoder knows all of WIT's own words but the newest, which an operator's field may have.
pub(super) fn identifier(name: &str) -> String {
    match name {
        "map" => "%map".to_owned(),
        name => name.to_owned(),
    }
}

/// A record type as WIT declares it.
pub(super) fn type_definition(record: &RecordShape) -> TypeDef {
    let fields = record.members.iter().map(|member| {
        let mut field = Field::new(identifier(&member.name), type_of(&member.shape));
        field.set_docs(Some(member.doc.clone()));
        field
    });
    TypeDef::record(record.name.clone(), fields)
}

/// A function of no parameter or of one request record, with the one error record behind every failure.
pub(super) fn result(ok: Type) -> Type {
    Type::result_both(ok, Type::named(ERROR))
}

/// What an interface declares itself, and what it uses of `types`.
struct Records {
    shared: BTreeSet<String>,
    own: Vec<Arc<RecordShape>>,
}

impl Default for Records {
    fn default() -> Self {
        Records {
            shared: BTreeSet::from([ERROR.to_owned()]),
            own: Vec::new(),
        }
    }
}

impl Records {
    /// Those of one record.
    fn of(record: &Arc<RecordShape>) -> Self {
        let mut records = Records {
            shared: BTreeSet::new(),
            own: Vec::new(),
        };
        records.note(record);
        records
    }

    /// Notes a record and the records inside it, the inner ones first. A shared record is only named: `types` declares
    /// what is inside.
    fn note(&mut self, record: &Arc<RecordShape>) {
        if record.shared {
            self.shared.insert(record.name.clone());
            return;
        }
        for member in &record.members {
            self.note_shape(&member.shape);
        }
        self.own.push(Arc::clone(record));
    }

    fn note_shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Record(record) => self.note(record),
            Shape::List(inner) | Shape::Optional(inner) => self.note_shape(inner),
            _ => {}
        }
    }
}

fn function(operation: &Operation, records: &mut Records) -> StandaloneFunc {
    let mut function = StandaloneFunc::new(operation.verb.clone(), false);
    function.set_docs(Some(operation_documentation(operation)));
    if let Some(request) = operation.request_shape() {
        records.note(&request);
        function.set_params(Params::from(("request", Type::named(request.name.clone()))));
    }
    let response = operation.response_shape();
    records.note_shape(&response);
    function.set_result(Some(result(type_of(&response))));
    function
}

fn type_of(shape: &Shape) -> Type {
    match shape {
        Shape::Bool => Type::Bool,
        Shape::Unsigned32 => Type::U32,
        Shape::Unsigned64 => Type::U64,
        Shape::Integer => Type::S64,
        Shape::Decimal | Shape::Date | Shape::Text => Type::String,
        Shape::List(inner) => Type::list(type_of(inner)),
        Shape::Optional(inner) => Type::option(type_of(inner)),
        Shape::Record(record) => Type::named(record.name.clone()),
    }
}
