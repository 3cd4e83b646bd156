//! What an operator allows an extension: patterns as written, and the set they resolve to.

use std::collections::BTreeSet;
use sunmao_catalogue::{Catalogue, Operation, SERVICES, Service};

/// A pattern that names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("grant `{pattern}` names no operation and no service")]
pub struct UnknownGrant {
    /// The pattern as written.
    pub pattern: String,
    /// The nearest known name.
    pub nearest: Option<String>,
}

/// Resolved grants: the operations and services an extension may use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    operations: BTreeSet<u32>,
    services: BTreeSet<&'static str>,
}

impl Grants {
    /// Everything: the command line acts for the operator.
    pub fn everything(catalogue: &Catalogue) -> Self {
        Grants {
            operations: catalogue
                .operations()
                .iter()
                .filter(|operation| operation.is_business())
                .map(|operation| operation.id)
                .collect(),
            services: granted_services().collect(),
        }
    }

    /// Resolves patterns: `customers.list`, `contracts.*`, `*.list`, `*`, each with an optional `:read` or `:write`, and
    /// the services that want a grant. All unknown patterns are reported at once.
    pub fn resolve(catalogue: &Catalogue, patterns: &[String]) -> Result<Self, Vec<UnknownGrant>> {
        let mut grants = Grants::default();
        let mut unknown = Vec::new();
        for pattern in patterns {
            if let Some(service) = granted_services().find(|service| service == pattern) {
                grants.services.insert(service);
                continue;
            }
            let matching: Vec<u32> = catalogue
                .operations()
                .iter()
                .filter(|operation| operation.is_business() && matches(pattern, operation))
                .map(|operation| operation.id)
                .collect();
            if matching.is_empty() {
                unknown.push(UnknownGrant {
                    pattern: pattern.clone(),
                    nearest: nearest(catalogue, pattern),
                });
            }
            grants.operations.extend(matching);
        }
        if unknown.is_empty() {
            Ok(grants)
        } else {
            Err(unknown)
        }
    }

    /// Whether an operation may be called.
    pub fn allow(&self, operation: &Operation) -> bool {
        self.operations.contains(&operation.id)
    }

    /// Whether a service may be used; services without a grant of their own always may.
    pub fn allow_service(&self, service: &str) -> bool {
        !Service::find(service).is_some_and(|service| service.granted) || self.services.contains(service)
    }
}

/// Services that touch more than the extension itself.
fn granted_services() -> impl Iterator<Item = &'static str> {
    SERVICES
        .iter()
        .filter(|service| service.granted)
        .map(|service| service.name)
}

fn matches(pattern: &str, operation: &Operation) -> bool {
    let (name, effect) = pattern
        .split_once(':')
        .map_or((pattern, None), |(name, effect)| (name, Some(effect)));
    if effect.is_some_and(|effect| effect != operation.effect_name()) {
        return false;
    }
    match name.split_once('.') {
        None => name == "*",
        Some((object, verb)) => {
            (object == "*" || object == operation.object) && (verb == "*" || verb == operation.verb)
        }
    }
}

fn nearest(catalogue: &Catalogue, pattern: &str) -> Option<String> {
    let objects = catalogue
        .operations()
        .iter()
        .map(|operation| format!("{}.*", operation.object));
    let names = catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business())
        .map(|operation| operation.name.clone());
    let services = granted_services().map(str::to_owned);
    let known: Vec<String> = objects.chain(names).chain(services).collect();
    sunmao_catalogue::nearest(pattern, known.iter().map(String::as_str)).map(str::to_owned)
}
