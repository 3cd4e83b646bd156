//! `sunmao-plugin.toml`: what a plugin's folder says of itself, and the WIT that follows from it.

use crate::joint::{Joint, kind_called};
use crate::{Catalogue, Kinds, Operation, RecordKind, SERVICES, Service};
use serde::Deserialize;
use std::sync::Arc;

/// A manifest as written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginManifest {
    /// The component's name.
    pub name: String,
    /// `rust`, `javascript`, `python` or another.
    pub language: String,
    /// What it plays.
    pub roles: Vec<PluginRole>,
    /// Full names of the ERP operations that it calls.
    #[serde(default)]
    pub operations: Vec<String>,
    /// Services of the host that it uses.
    #[serde(default)]
    pub services: Vec<String>,
}

/// A role as written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "role", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PluginRole {
    /// A record as another record, or as arguments of an operation.
    Mapping {
        /// A kind, or an object of the ERP.
        from: String,
        /// A kind, or an operation.
        to: String,
    },
    /// Whether a flow goes on with a record.
    Policy {
        /// The record's kind.
        kind: String,
    },
    /// Who wins a field that both sides changed.
    Merge,
    /// Reacts to events.
    Automation,
}

/// What a manifest asks for, resolved against the catalogue and the kinds.
#[derive(Debug, Clone)]
pub struct PluginParts<'a> {
    /// What it maps.
    pub joints: Vec<Joint>,
    /// The kinds that it judges.
    pub policies: Vec<Arc<RecordKind>>,
    /// Whether it says who wins a conflict.
    pub merges: bool,
    /// Whether it handles events.
    pub handles: bool,
    /// What it calls.
    pub operations: Vec<&'a Operation>,
    /// What it uses of the host.
    pub services: Vec<&'static Service>,
}

impl PluginManifest {
    /// The file's name.
    pub const FILE: &'static str = "sunmao-plugin.toml";

    /// Reads a manifest.
    ///
    /// # Errors
    /// What is wrong, with the place.
    pub fn read(text: &str) -> Result<PluginManifest, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// What the manifest asks for.
    ///
    /// # Errors
    /// Every name that is unknown, with the nearest known one, and every role that may not call what it asks for.
    pub fn resolve<'a>(
        &self,
        catalogue: &'a Catalogue,
        kinds: &Kinds,
    ) -> Result<PluginParts<'a>, Vec<String>> {
        let mut faults = Vec::new();
        let mut parts = PluginParts {
            joints: Vec::new(),
            policies: Vec::new(),
            merges: self.roles.contains(&PluginRole::Merge),
            handles: self.roles.contains(&PluginRole::Automation),
            operations: Vec::new(),
            services: Vec::new(),
        };
        if self.roles.is_empty() {
            faults.push("`roles` is empty: a plugin plays at least one".to_owned());
        }
        for role in &self.roles {
            match role {
                PluginRole::Mapping { from, to } => match Joint::of_names(from, to, catalogue, kinds) {
                    Some(joint) => parts.joints.push(joint),
                    None => faults.extend(unknown_sides(from, to, catalogue, kinds)),
                },
                PluginRole::Policy { kind } => match kind_called(kind, kinds) {
                    Some(kind) => parts.policies.push(kind.clone()),
                    None => faults.push(unknown_kind(kind, kinds)),
                },
                PluginRole::Merge | PluginRole::Automation => {}
            }
        }
        for name in &self.operations {
            match catalogue.find(name).filter(|operation| operation.is_business()) {
                Some(operation) => parts.operations.push(operation),
                None => faults.push(unknown_operation(name, catalogue)),
            }
        }
        for name in &self.services {
            match Service::find(name) {
                Some(service) => parts.services.push(service),
                None => faults.push(format!(
                    "services: `{name}` is none of {}",
                    SERVICES.map(|service| service.name).join(", ")
                )),
            }
        }
        faults.extend(impure(&parts));
        if faults.is_empty() { Ok(parts) } else { Err(faults) }
    }
}

/// A role that decides from what it is given may not touch anything.
fn impure(parts: &PluginParts<'_>) -> Option<String> {
    let decides = !parts.joints.is_empty() || !parts.policies.is_empty() || parts.merges;
    let services = parts.services.iter().filter(|service| !service.pure);
    let touched: Vec<&str> = parts
        .operations
        .iter()
        .map(|operation| operation.name.as_str())
        .chain(services.map(|service| service.name))
        .collect();
    (decides && !touched.is_empty()).then(|| {
        format!(
            "a mapping, policy or merge is pure and may not use {}; put what does into an automation of its own",
            touched.join(", ")
        )
    })
}

fn unknown_sides(from: &str, to: &str, catalogue: &Catalogue, kinds: &Kinds) -> Vec<String> {
    let mut faults = Vec::new();
    if kind_called(from, kinds).is_none() {
        faults.push(unknown_kind(from, kinds));
    }
    if to.contains('.') {
        faults.push(unknown_operation(to, catalogue));
    } else if kind_called(to, kinds).is_none() {
        faults.push(unknown_kind(to, kinds));
    }
    faults
}

fn unknown_kind(name: &str, kinds: &Kinds) -> String {
    let nearest = kinds
        .nearest(name)
        .map(|nearest| format!("; the nearest known is {nearest}"));
    format!(
        "`{name}` is no record kind and no object of the ERP{}",
        nearest.unwrap_or_default()
    )
}

fn unknown_operation(name: &str, catalogue: &Catalogue) -> String {
    let nearest = catalogue
        .nearest(name)
        .map(|nearest| format!("; the nearest known is {nearest}"));
    format!("`{name}` is no operation{}", nearest.unwrap_or_default())
}
