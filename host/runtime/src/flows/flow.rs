//! A flow as written in `sunmao.toml`, and as resolved against the catalogue.

use crate::extension::{ExtensionKind, Permit};
use crate::grants::Grants;
use crate::limits::Limits;
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Effect, Operation, Repeat};

/// The event that every accepted contact brings about.
pub const CONTACT_SAVED: &str = "hub.contact.saved";

/// `[flow.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowSettings {
    /// The event that starts it: `hub.contact.saved`.
    pub on: String,
    /// The script or plugin that admits a contact; without one every contact is admitted.
    pub policy: Option<String>,
    /// The plugin or script that maps a contact.
    pub mapping: String,
    /// The operation that writes: `customers.save-company`.
    pub write: String,
    /// The kind of link that is kept: `customer`.
    pub link: String,
    /// The ERP account it writes to, as in `[erp.NAME]`; none for `main`.
    pub erp: Option<String>,
}

/// What is wrong with a flow's settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("flow {flow}: {key}: {message}")]
pub struct FlowError {
    /// The flow.
    pub flow: String,
    /// The key at fault.
    pub key: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// The file of an extension that a flow uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExtensionReference {
    pub kind: ExtensionKind,
    pub name: String,
}

/// A flow whose every name is known to exist.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    pub name: String,
    pub policy: Option<ExtensionReference>,
    pub mapping: ExtensionReference,
    pub link: String,
    pub write: Operation,
    /// The parameter of `write` that carries the record's key, by wire name.
    pub key_parameter: String,
    pub reserve: Operation,
    pub read_back: Operation,
    /// The list of the same object, to find a record by its number.
    pub list: Option<Operation>,
    /// The flow acts for the operator, with no more than the operations it consists of.
    pub permit: Arc<Permit>,
}

impl Flow {
    /// Resolves a flow's settings.
    pub fn resolve(
        catalogue: &Catalogue,
        name: &str,
        settings: &FlowSettings,
        limits: Limits,
    ) -> Result<Flow, FlowError> {
        let wrong = |key, message: String, hint: String| FlowError {
            flow: name.to_owned(),
            key,
            message,
            hint,
        };
        if settings.on != CONTACT_SAVED {
            return Err(wrong(
                "on",
                format!("no event is called {}", settings.on),
                format!("write on = \"{CONTACT_SAVED}\""),
            ));
        }
        let write = catalogue.find(&settings.write).ok_or_else(|| {
            let nearest = catalogue
                .nearest(&settings.write)
                .unwrap_or("customers.save-company");
            wrong(
                "write",
                format!("no operation is called {}", settings.write),
                format!("the nearest known is {nearest}"),
            )
        })?;
        let unsafe_write = |why: &str| {
            let hint = "choose one that takes a reserved key, such as customers.save-company".to_owned();
            wrong("write", format!("{} {why}", write.name), hint)
        };
        let Effect::Write(effect) = &write.effect else {
            return Err(unsafe_write("does not write"));
        };
        let Repeat::ReservedKey {
            parameter,
            reserve: Some(reserve),
        } = &effect.repeat
        else {
            return Err(unsafe_write("cannot be repeated safely by a reserved key"));
        };
        let reserve = catalogue
            .find(reserve)
            .ok_or_else(|| unsafe_write("has no operation that reserves a key"))?;
        let read_back = effect.read_back.as_deref().and_then(|name| catalogue.find(name));
        let read_back = read_back.ok_or_else(|| unsafe_write("cannot be read back"))?;
        let list = catalogue.find(&format!("{}.list", write.object));
        let mut names = vec![write.name.clone(), reserve.name.clone(), read_back.name.clone()];
        names.extend(list.map(|list| list.name.clone()));
        let grants =
            Grants::resolve(catalogue, &names).map_err(|_| unsafe_write("belongs to the host alone"))?;
        Ok(Flow {
            name: name.to_owned(),
            policy: settings
                .policy
                .as_deref()
                .map(|file| reference(name, "policy", file))
                .transpose()?,
            mapping: reference(name, "mapping", &settings.mapping)?,
            link: settings.link.clone(),
            write: write.clone(),
            key_parameter: parameter.clone(),
            reserve: reserve.clone(),
            read_back: read_back.clone(),
            list: list.cloned(),
            permit: Arc::new(Permit {
                grants,
                limits,
                account: settings.erp.clone(),
                ..Permit::default()
            }),
        })
    }
}

fn reference(flow: &str, key: &'static str, file: &str) -> Result<ExtensionReference, FlowError> {
    let path = Path::new(file);
    let kind = match path.extension().and_then(|suffix| suffix.to_str()) {
        Some("wasm") => Some(ExtensionKind::Plugin),
        Some("rhai") => Some(ExtensionKind::Script),
        _ => None,
    };
    match (kind, path.file_stem().and_then(|stem| stem.to_str())) {
        (Some(kind), Some(name)) => Ok(ExtensionReference {
            kind,
            name: name.to_owned(),
        }),
        _ => Err(FlowError {
            flow: flow.to_owned(),
            key,
            message: format!("{file} is neither a script nor a plugin"),
            hint: "name a file that ends in .rhai or .wasm".to_owned(),
        }),
    }
}
