//! The interfaces that belong to no business object: `types` and `session`.

use super::interface::{ERROR, result, type_definition};
use crate::{
    Kind,
    shape::shared::{pair, shared_types},
};
use wit_encoder::{EnumCase, Field, Interface, InterfaceItem, StandaloneFunc, Type, TypeDef};

/// The types that all interfaces share.
pub(super) fn shared() -> Interface {
    let mut types = Interface::new("types");
    types.set_docs(Some("Types that all interfaces of the package share."));
    let kinds = Kind::ALL.map(|kind| {
        let mut case = EnumCase::new(kind.name());
        case.set_docs(Some(kind.meaning()));
        case
    });
    types.type_def(documented(
        TypeDef::enum_("kind", kinds),
        "What went wrong, by what the caller can do about it.",
    ));
    types.type_def(error());
    for record in shared_types() {
        types.type_def(type_definition(&record));
    }
    types
}

/// The types that records and arguments share: of all of them, `field` alone. What answers and failures are made of comes
/// with what is called.
pub(super) fn of_records() -> Interface {
    let mut types = Interface::new("types");
    types.set_docs(Some("Types that all interfaces of the package share."));
    types.type_def(type_definition(&pair()));
    types
}

/// The state of the one session that the host keeps with the ERP.
pub(super) fn session() -> Interface {
    let mut session = Interface::new("session");
    session.set_docs(Some(
        "The session with the ERP. Login and logout are the host's; a guest may look.",
    ));
    session.use_type("types", ERROR, None);
    session.type_def(TypeDef::enum_(
        "state",
        ["signed-out", "signed-in"].map(EnumCase::new),
    ));
    session.type_def(TypeDef::record(
        "session-status",
        [
            field("state", Type::named("state"), "Whether the host is signed in."),
            field("since", optional_text(), "ISO date with time of the last login."),
            field(
                "application-version",
                optional_text(),
                "The ERP's version, where it told.",
            ),
        ],
    ));
    let mut status = StandaloneFunc::new("status", false);
    status.set_docs(Some("Looks at the host's session without talking to the ERP."));
    status.set_result(Some(result(Type::named("session-status"))));
    session.item(InterfaceItem::Function(status));
    session
}

fn error() -> TypeDef {
    let fields = [
        field("kind", Type::named("kind"), "What the caller can do about it."),
        field(
            "code",
            Type::option(Type::S32),
            "The ERP's own code or the HTTP status, where there was one.",
        ),
        field(
            "message",
            Type::String,
            "What happened; the ERP's own words where it spoke.",
        ),
        field(
            "hint",
            Type::String,
            "What to do next; empty when there is nothing to add.",
        ),
    ];
    documented(TypeDef::record(ERROR, fields), "One failure of one call.")
}

fn field(name: &'static str, kind: Type, documentation: &str) -> Field {
    let mut field = Field::new(name, kind);
    field.set_docs(Some(documentation));
    field
}

fn optional_text() -> Type {
    Type::option(Type::String)
}

fn documented(mut definition: TypeDef, documentation: &str) -> TypeDef {
    definition.set_docs(Some(documentation));
    definition
}
