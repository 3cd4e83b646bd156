//! A record kind as an interface of `sunmao:records`.

use super::interface::of_record;
use super::{VERSION, generated, undeclared};
use crate::joint::kind_name;
use crate::{KindSource, RecordKind};
use wit_encoder::{Package, PackageName};

/// The types that ERP rows share with the ERP's answers.
const ERP_TYPES: &str = "zhibang:erp/types@0.1.0";

/// The interface's name: rows of the ERP are told from the hub's kinds.
pub(super) fn interface_name(kind: &RecordKind) -> String {
    match &kind.source {
        KindSource::Erp { object } => format!("erp-{object}"),
        _ => kind_name(kind).to_owned(),
    }
}

/// How another package names the interface.
pub(super) fn import_name(kind: &RecordKind) -> String {
    format!("sunmao:records/{}@{VERSION}", interface_name(kind))
}

/// The file that declares the package, and declares nothing else.
pub(super) fn declaration() -> (String, String) {
    let text = "/// The kinds of records that the hub has. A member that is absent is empty.\npackage";
    (
        "package.wit".to_owned(),
        generated(&format!("{text} {};\n", package_name())),
    )
}

/// The file of a kind.
pub(super) fn file(kind: &RecordKind) -> (String, String) {
    let name = interface_name(kind);
    let documentation = match kind.description.trim() {
        "" => kind.label.clone(),
        description => format!("{}: {description}", kind.label),
    };
    let mut package = Package::new(package_name());
    package.interface(of_record(name.clone(), documentation, &kind.shape(), ERP_TYPES));
    (format!("{name}.wit"), generated(&undeclared(&package)))
}

fn package_name() -> PackageName {
    PackageName::new("sunmao", "records", Some(VERSION))
}
