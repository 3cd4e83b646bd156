//! The interfaces that a plugin exports, by what it joins or judges.

use super::interface::identifier;
use super::{VERSION, records};
use crate::joint::{Joint, Side};
use crate::{KindSource, RecordKind};
use std::collections::BTreeMap;
use wit_encoder::{Interface, Params, StandaloneFunc, Type};

const HOST_TYPES: &str = "sunmao:host/types@0.1.0";

/// The interface of a mapping.
pub(super) fn mapping(joint: &Joint) -> Interface {
    let mut interface = Interface::new(joint.interface());
    interface.set_docs(Some(documentation(joint)));
    let mut uses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    uses.insert(HOST_TYPES.to_owned(), vec!["fault".to_owned()]);
    for side in [&joint.from, &joint.to] {
        let names = uses.entry(home(side)).or_default();
        let name = side.shape().name.clone();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    use_types(&mut interface, uses);

    let (from, to) = (joint.from.shape(), joint.to.shape());
    let mut parameters = Params::empty();
    parameters.push(parameter(&joint.from), Type::named(from.name.clone()));
    if joint.to.is_kind() {
        parameters.push("known", Type::option(Type::named(to.name.clone())));
    }
    let mut function = StandaloneFunc::new(identifier("map"), false);
    function.set_params(parameters);
    function.set_result(Some(Type::result_both(
        Type::named(to.name.clone()),
        Type::list(Type::named("fault")),
    )));
    interface.function(function);
    interface
}

/// The interface of a policy: `contact-policy`.
pub(super) fn policy(kind: &RecordKind) -> Interface {
    let mut interface = Interface::new(policy_interface(kind));
    interface.set_docs(Some(format!(
        "Whether a flow goes on with a record of {}. Pure.",
        kind.name
    )));
    let record = kind.shape().name.clone();
    use_types(
        &mut interface,
        BTreeMap::from([
            (HOST_TYPES.to_owned(), vec!["decision".to_owned()]),
            (records::import_name(kind), vec![record.clone()]),
        ]),
    );
    let mut function = StandaloneFunc::new("judge", false);
    let name = parameter(&Side::Kind(kind.clone().into()));
    let mut parameters = Params::empty();
    parameters.push(name, Type::named(record));
    function.set_params(parameters);
    function.set_result(Some(Type::named("decision")));
    interface.function(function);
    interface
}

/// The name of a policy's interface.
pub(super) fn policy_interface(kind: &RecordKind) -> String {
    format!("{}{POLICY}", crate::joint::kind_name(kind))
}

/// Ends the name of a policy's interface.
pub const POLICY: &str = "-policy";

fn use_types(interface: &mut Interface, uses: BTreeMap<String, Vec<String>>) {
    for (home, names) in uses {
        for name in names {
            interface.use_type(home.clone(), name, None);
        }
    }
}

/// The interface that declares a side's record.
fn home(side: &Side) -> String {
    match side {
        Side::Kind(kind) => records::import_name(kind),
        Side::Operation(operation) => format!("zhibang:erp/{}@{VERSION}", operation.object),
    }
}

/// How the parameter is called that takes a side's record.
fn parameter(side: &Side) -> String {
    match side {
        Side::Kind(kind) if matches!(kind.source, KindSource::Erp { .. }) => "row".to_owned(),
        Side::Kind(kind) => kind.name.clone(),
        Side::Operation(_) => "request".to_owned(),
    }
}

fn documentation(joint: &Joint) -> String {
    let from = joint.from.name();
    match &joint.to {
        Side::Operation(operation) => format!(
            "A record of {from} as arguments of `{}`. Pure: it decides, and touches nothing.",
            operation.name
        ),
        Side::Kind(kind) => format!(
            "A record of {from} as one of {}; `known` is the hub's present one. Pure: it decides, and touches nothing.",
            kind.name
        ),
    }
}
