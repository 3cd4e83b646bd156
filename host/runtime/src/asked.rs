//! Whether an extension was granted all it asks for.

use crate::extension::{ExtensionKind, Surface};
use crate::grants::Grants;
use crate::load_error::LoadError;
use sunmao_catalogue::Catalogue;

/// Refuses an extension that asks for more than it was granted, with everything that is missing and the line to add.
pub(crate) fn check_grants(
    catalogue: &Catalogue,
    grants: &Grants,
    surface: &Surface,
    kind: ExtensionKind,
    name: &str,
) -> Result<(), LoadError> {
    let operations = surface.operations.iter().filter(|wanted| {
        !catalogue
            .find(wanted)
            .is_some_and(|operation| grants.allow(operation))
    });
    let services = surface
        .services
        .iter()
        .filter(|service| !grants.allow_service(service));
    let missing: Vec<&str> = operations.chain(services).map(String::as_str).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let table = kind.word();
    let list = missing
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect::<Vec<_>>()
        .join(", ");
    Err(LoadError::new(
        name,
        "check grants",
        format!("not granted: {}", missing.join(", ")),
    )
    .with_hint(format!(
        "add them in sunmao.toml: [{table}.{name}] grants = [{list}]"
    )))
}
