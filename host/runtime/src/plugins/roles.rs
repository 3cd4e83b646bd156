//! The pure roles that a component plays, read from its exports: what it maps, judges and settles, with the types of both
//! sides compared with ours before anything runs.

use super::convert::ShapeMismatch;
use super::layout::{Layout, Members};
use super::ruling;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use sunmao_catalogue::{
    Catalogue, Field, Joint, Kinds, POLICY_SUFFIX, Record, RecordKind, Shape, Side, Value, kind_called,
};
use wasmtime::component::types::{ComponentFunc, Type};
use wasmtime::component::{Component, ComponentExportIndex, Val};

/// The pure roles of one component.
#[derive(Debug, Default)]
pub struct PureRoles {
    /// By the joint's interface.
    pub mappings: BTreeMap<String, MappingExport>,
    /// By the kind's name.
    pub policies: BTreeMap<String, PolicyExport>,
    /// Who wins a conflict.
    pub merge: Option<MergeExport>,
}

/// `map` of a joint.
#[derive(Debug)]
pub struct MappingExport {
    /// The function in the component.
    pub function: ComponentExportIndex,
    from: Layout,
    to: Layout,
    takes_known: bool,
    /// The parameters of an earlier call, of which the next one takes over what it need not make anew.
    spare: Mutex<Vec<Val>>,
}

/// `judge` of a kind.
#[derive(Debug)]
pub struct PolicyExport {
    /// The function in the component.
    pub function: ComponentExportIndex,
    /// The record that it judges.
    pub record: Layout,
}

/// `rule` of `merge`.
#[derive(Debug)]
pub struct MergeExport {
    /// The function in the component.
    pub function: ComponentExportIndex,
}

/// What an exported interface is to us.
pub enum Role {
    /// A mapping.
    Mapping(Joint),
    /// A policy about records of a kind.
    Policy(std::sync::Arc<RecordKind>),
    /// `merge`
    Merge,
    /// `event-handler`
    Automation,
}

impl Role {
    /// The role of an interface of `sunmao:plugin`.
    pub fn of(interface: &str, catalogue: &Catalogue, kinds: &Kinds) -> Option<Role> {
        match interface {
            "merge" => return Some(Role::Merge),
            "event-handler" => return Some(Role::Automation),
            _ => {}
        }
        let judged = interface.strip_suffix(POLICY_SUFFIX);
        let judged = judged.and_then(|kind| kind_called(kind, kinds));
        if let Some(kind) = judged {
            return Some(Role::Policy(kind.clone()));
        }
        Joint::find(interface, catalogue, kinds).map(Role::Mapping)
    }

    /// How the role is listed.
    pub fn listed(&self) -> String {
        match self {
            Role::Mapping(joint) => format!("mapping {joint}"),
            Role::Policy(kind) => format!("policy {}", kind.name),
            Role::Merge => "merge".to_owned(),
            Role::Automation => "automation".to_owned(),
        }
    }

    /// The function that the role is.
    pub fn function(&self) -> &'static str {
        match self {
            Role::Mapping(_) => "map",
            Role::Policy(_) => "judge",
            Role::Merge => "rule",
            Role::Automation => "handle",
        }
    }
}

impl PureRoles {
    /// Adds a role that a component exports as `interface`.
    ///
    /// # Errors
    /// What differs between its types and ours.
    pub fn add(
        &mut self,
        component: &Component,
        interface: &str,
        role: &Role,
        function: &ComponentFunc,
    ) -> Result<(), String> {
        let index = component
            .get_export_index(None, interface)
            .and_then(|instance| component.get_export_index(Some(&instance), role.function()))
            .ok_or_else(|| format!("it has no function `{}`", role.function()))?;
        match role {
            Role::Mapping(joint) => {
                let export = mapping(joint, index, function)?;
                self.mappings.insert(joint.interface(), export);
            }
            Role::Policy(kind) => {
                let export = policy(kind, index, function)?;
                self.policies.insert(kind.name.clone(), export);
            }
            Role::Merge => {
                ruling::difference(function).map_or(Ok(()), Err)?;
                self.merge = Some(MergeExport { function: index });
            }
            // Its export is read by the bindings that call it.
            Role::Automation => {}
        }
        Ok(())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.mappings.is_empty() && self.policies.is_empty() && self.merge.is_none()
    }
}

impl MappingExport {
    /// The parameters of a call.
    pub fn parameters(&self, from: &Record, known: Option<&Record>) -> Result<Vec<Val>, ShapeMismatch> {
        let mut parameters = std::mem::take(&mut *self.spare());
        if parameters.is_empty() {
            parameters.push(Val::Bool(false));
        }
        self.from.lower_into(from, &mut parameters[0])?;
        parameters.truncate(1);
        if self.takes_known {
            let known = known.map(|known| self.to.lower(known)).transpose()?;
            parameters.push(Val::Option(known.map(Box::new)));
        }
        Ok(parameters)
    }

    /// Takes parameters back that a call is done with.
    pub fn give_back(&self, parameters: Vec<Val>) {
        *self.spare() = parameters;
    }

    /// Whatever happened to the thread that held it, it is made whole before it is used.
    fn spare(&self) -> MutexGuard<'_, Vec<Val>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a call gave: a record, or a line a field that cannot be mapped.
    pub fn result(
        &self,
        value: Val,
        known: Option<&Record>,
    ) -> Result<Result<Record, Vec<String>>, ShapeMismatch> {
        let Val::Result(outcome) = value else {
            return Err(super::convert::mismatch("", "a result"));
        };
        match outcome {
            Ok(record) => {
                let record = record.map_or(Val::Record(Vec::new()), |record| *record);
                let mut record = self.to.lift(record)?;
                self.keep_unknown(&mut record, known);
                Ok(Ok(record))
            }
            Err(faults) => Ok(Err(lines(faults))),
        }
    }

    /// What the component cannot speak of stays as it is.
    fn keep_unknown(&self, record: &mut Record, known: Option<&Record>) {
        let Some(known) = known else { return };
        for key in self.to.lacks() {
            if let Some(value) = known.get(key) {
                record.insert(key.clone(), value.clone());
            }
        }
    }
}

fn lines(faults: Option<Box<Val>>) -> Vec<String> {
    let Some(Val::List(faults)) = faults.map(|faults| *faults) else {
        return Vec::new();
    };
    let line = |fault: Val| match fault {
        Val::Record(members) => match members.as_slice() {
            [(_, Val::String(field)), (_, Val::String(message))] => format!("{field}: {message}"),
            _ => String::new(),
        },
        _ => String::new(),
    };
    faults.into_iter().map(line).collect()
}

fn mapping(
    joint: &Joint,
    function: ComponentExportIndex,
    kind: &ComponentFunc,
) -> Result<MappingExport, String> {
    let parameters: Vec<Type> = kind.params().map(|(_, kind)| kind).collect();
    let takes_known = joint.to.is_kind();
    let (given, known) = match (parameters.as_slice(), takes_known) {
        ([given], false) => (given, None),
        ([given, known], true) => (given, Some(known)),
        (found, _) => {
            let expected = 1 + usize::from(takes_known);
            return Err(format!("{} parameters instead of {expected}", found.len()));
        }
    };
    let results: Vec<Type> = kind.results().collect();
    let [Type::Result(result)] = results.as_slice() else {
        return Err("the result is not `result<…, list<fault>>`".to_owned());
    };
    let (Some(made), Some(faults)) = (result.ok(), result.err()) else {
        return Err("the result is not `result<…, list<fault>>`".to_owned());
    };
    if !is_faults(&faults) {
        return Err("the error is not `list<fault>` of `sunmao:host/types`".to_owned());
    }
    let export = MappingExport {
        function,
        from: layout(&joint.from, given, Given)?,
        to: layout(&joint.to, &made, Made)?,
        takes_known,
        spare: Mutex::default(),
    };
    match known {
        Some(Type::Option(known)) if known.ty() == made => Ok(export),
        Some(_) => Err("`known` is not an option of what it makes".to_owned()),
        None => Ok(export),
    }
}

fn policy(
    kind: &std::sync::Arc<RecordKind>,
    function: ComponentExportIndex,
    found: &ComponentFunc,
) -> Result<PolicyExport, String> {
    let parameters: Vec<Type> = found.params().map(|(_, kind)| kind).collect();
    let [given] = parameters.as_slice() else {
        return Err(format!("{} parameters instead of 1", parameters.len()));
    };
    let results: Vec<Type> = found.results().collect();
    match results.as_slice() {
        [decision] if is_decision(decision) => {}
        _ => return Err("the result is not `decision` of `sunmao:host/types`".to_owned()),
    }
    Ok(PolicyExport {
        function,
        record: layout(&Side::Kind(kind.clone()), given, Given)?,
    })
}

fn layout(side: &Side, kind: &Type, way: Way) -> Result<Layout, String> {
    Layout::read(&side.shape(), kind, &OfSide { side, way })
}

use Way::{Given, Made};

/// Which way a record goes.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// To the component: what it does not know it is not told.
    Given,
    /// From the component: what it does not know must not be needed.
    Made,
}

struct OfSide<'a> {
    side: &'a Side,
    way: Way,
}

impl OfSide<'_> {
    fn field(&self, name: &str) -> Option<&Field> {
        match self.side {
            Side::Kind(kind) => kind.fields.iter().find(|field| field.name == name),
            Side::Operation(_) => None,
        }
    }
}

impl Members for OfSide<'_> {
    /// Records are in the names of scripts and of JSON, arguments in those of the catalogue.
    fn key(&self, name: &str) -> String {
        match self.side {
            Side::Kind(_) => name.replace('-', "_"),
            Side::Operation(_) => name.to_owned(),
        }
    }

    fn absent(&self, name: &str) -> Value {
        let default = self.field(name).and_then(|field| field.default.clone());
        default.unwrap_or_default()
    }

    fn may_lack(&self, name: &str, shape: &Shape) -> bool {
        let is_left_out = matches!(shape, Shape::Optional(_) | Shape::List(_));
        self.way == Given || is_left_out || self.field(name).is_some_and(|field| field.default.is_some())
    }
}

/// Whether a type is `list<fault>`, with `fault` as `sunmao:host/types` has it.
fn is_faults(kind: &Type) -> bool {
    let Type::List(list) = kind else { return false };
    let Type::Record(fault) = list.ty() else {
        return false;
    };
    let fields: Vec<_> = fault.fields().map(|field| (field.name, field.ty)).collect();
    matches!(
        fields.as_slice(),
        [("field", Type::String), ("message", Type::String)]
    )
}

/// Whether a type is `decision` of `sunmao:host/types`.
fn is_decision(kind: &Type) -> bool {
    let Type::Variant(decision) = kind else {
        return false;
    };
    let cases: Vec<_> = decision.cases().map(|case| (case.name, case.ty)).collect();
    matches!(cases.as_slice(), [("admit", None), ("skip", Some(Type::String))])
}
