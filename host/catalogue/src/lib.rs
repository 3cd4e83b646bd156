//! The operations of the 智邦国际 ERP API as data, and everything that only depends on that data: names, values,
//! argument checks, answer shapes and generated text. No I/O, no async runtime, no WebAssembly engine.

mod answer;
mod arguments;
mod catalogue;
mod coerce;
mod custom;
mod exact_json;
mod example;
mod fault;
mod glossary;
mod identity;
mod load;
mod openapi;
mod operation;
mod present;
mod prose;
mod reference;
mod sameness;
mod shape;
mod value;
mod value_reader;
mod wit;

pub use answer::{Ack, Answer, Column, Document, DocumentField, NamedTable, Page, Table};
pub use arguments::{Arguments, FieldFault};
pub use catalogue::{Catalogue, CatalogueError};
pub use custom::CustomFields;
pub use exact_json::value_from_json;
pub use fault::{Fault, Kind};
pub use glossary::{Glossary, NameException};
pub use identity::IdentityForm;
pub use openapi::{openapi, openapi_text};
pub use operation::{
    Dialect, Effect, EnumValue, Field, FieldType, NewerForm, Operation, Paging, Repeat, ResultKind, Write,
};
pub use present::Face;
pub use reference::{manual_page, reference_files};
pub use shape::{Member, RecordShape, Shape};
pub use value::{Record, Value};
pub use wit::{automation_world, wit_files};
