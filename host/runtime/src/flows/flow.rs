//! A flow whose every name is known to exist.

use super::group::Group;
use super::schedule::Unsound;
use super::settings::{FlowError, FlowSettings};
use super::sink::erp::Equal;
use super::sink::{Sink, Strategy, WriteSink};
use super::source::Source;
use crate::extension::{ExtensionKind, Permit};
use crate::grants::Grants;
use crate::limits::Limits;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Joint, KindSource, Kinds, RecordKind, Side};

/// The file of an extension that a flow uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExtensionReference {
    pub kind: ExtensionKind,
    pub name: String,
}

/// A flow, resolved.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    pub name: String,
    /// What sets it off.
    pub source: Source,
    pub policy: Option<ExtensionReference>,
    pub mapping: Option<ExtensionReference>,
    pub merge: Option<ExtensionReference>,
    pub sink: Sink,
    pub link: Option<String>,
    /// The links that what a record refers to needs to have.
    pub after: Vec<String>,
    /// The link that names the ERP's record which it acts on.
    pub of: Option<String>,
    /// Members that refer to the record which has this link to the row that is carried.
    pub linked: BTreeMap<String, String>,
    /// What records have in common that are one record in the ERP.
    pub group: Option<Group>,
    /// The flow acts for the operator, with no more than the operations it consists of.
    pub permit: Arc<Permit>,
}

impl Flow {
    /// Resolves a flow's settings.
    ///
    /// # Errors
    /// The first key that is unsound.
    pub fn resolve(
        catalogue: &Catalogue,
        kinds: &Kinds,
        name: &str,
        settings: &FlowSettings,
        limits: Limits,
    ) -> Result<Flow, FlowError> {
        read(catalogue, kinds, name, settings, limits).map_err(|unsound| FlowError::of(name, unsound))
    }

    /// The extensions that it needs.
    pub fn extensions(&self) -> impl Iterator<Item = &ExtensionReference> {
        let handler = match &self.sink {
            Sink::Handle(handler) => Some(handler),
            _ => None,
        };
        let steps = [&self.policy, &self.mapping, &self.merge];
        steps.into_iter().flatten().chain(handler)
    }

    /// Whether it reaches the ERP.
    pub fn calls_the_erp(&self) -> bool {
        self.source.sweep.is_some() || matches!(self.sink, Sink::Write(_))
    }

    /// What its mapping joins, for records of a kind.
    pub fn joint(&self, from: &Arc<RecordKind>) -> Option<Joint> {
        let to = match &self.sink {
            Sink::Write(write) => Side::Operation(write.operation.clone()),
            Sink::Into(kind) => Side::Kind(kind.clone()),
            Sink::Handle(_) => return None,
        };
        Some(Joint {
            from: Side::Kind(from.clone()),
            to,
        })
    }
}

fn read(
    catalogue: &Catalogue,
    kinds: &Kinds,
    name: &str,
    settings: &FlowSettings,
    limits: Limits,
) -> Result<Flow, Unsound> {
    let source = Source::read(catalogue, kinds, settings)?;
    let mut sink = sink(catalogue, kinds, settings)?;
    compared(&source, &mut sink, settings)?;
    linked(&sink, settings)?;
    let mut names: Vec<String> = match &sink {
        Sink::Write(write) => write.operations(),
        _ => Vec::new(),
    };
    let swept = source.sweep.iter().flat_map(|sweep| sweep.operations());
    names.extend(swept.map(|operation| operation.name.clone()));
    let grants = Grants::resolve(catalogue, &names).map_err(|_| {
        let message = "consists of operations that belong to the host alone";
        Unsound::new("write", message, "name another operation")
    })?;
    let extension = |key, file: &Option<String>| file.as_deref().map(|file| reference(key, file)).transpose();
    let flow = Flow {
        name: name.to_owned(),
        policy: extension("policy", &settings.policy)?,
        mapping: extension("mapping", &settings.mapping)?,
        merge: extension("merge", &settings.merge)?,
        link: settings.link.clone(),
        after: settings.after.clone(),
        of: settings.of.clone(),
        linked: settings.linked.clone(),
        group: Group::read(&source, settings)?,
        permit: Arc::new(Permit {
            grants,
            limits,
            account: settings.erp.clone(),
            ..Permit::default()
        }),
        source,
        sink,
    };
    fits(&flow)?;
    Ok(flow)
}

fn sink(catalogue: &Catalogue, kinds: &Kinds, settings: &FlowSettings) -> Result<Sink, Unsound> {
    match (&settings.write, &settings.into, &settings.handle) {
        (Some(write), None, None) => {
            WriteSink::read(catalogue, kinds, write).map(|write| Sink::Write(Box::new(write)))
        }
        (None, Some(into), None) => {
            let kind = kinds.find(into).ok_or_else(|| {
                let nearest = kinds.nearest(into).unwrap_or("contact");
                let message = format!("no kind of record is called {into}");
                Unsound::new(
                    "into",
                    message,
                    format!("the nearest known is {nearest}: sunmao kinds list"),
                )
            })?;
            if let KindSource::Erp { object } = &kind.source {
                let message = format!("{into} are rows of the ERP, which are written by an operation");
                let hint = format!("write = \"…\", one of: sunmao operations list {object}");
                return Err(Unsound::new("into", message, hint));
            }
            Ok(Sink::Into(kind.clone()))
        }
        (None, None, Some(file)) => reference("handle", file).map(Sink::Handle),
        (None, None, None) => {
            let hint =
                "write = \"customers.save-company\", into = \"contact\", or handle = \"scripts/NAME.rhai\"";
            Err(Unsound::new("write", "its records go nowhere", hint))
        }
        _ => {
            let message = "more than one of write, into and handle says where its records go";
            Err(Unsound::new("write", message, "write a flow for each"))
        }
    }
}

/// What has to be alike once a record is written.
fn compared(source: &Source, sink: &mut Sink, settings: &FlowSettings) -> Result<(), Unsound> {
    if settings.equal.is_empty() {
        return Ok(());
    }
    match (sink, source.record()) {
        (Sink::Write(write), Some(kind)) if settings.link.is_some() && write.read_back.is_some() => {
            write.equal = Equal::read(kind, &settings.equal)?;
            Ok(())
        }
        _ => {
            let message = "is of no use where no record is linked that the ERP shows";
            let hint = "write = \"contracts.create\" with link = \"contract\", or leave it out";
            Err(Unsound::new("equal", message, hint))
        }
    }
}

/// Members that refer to whoever has a link to what is carried.
fn linked(sink: &Sink, settings: &FlowSettings) -> Result<(), Unsound> {
    let kind = match sink {
        Sink::Into(kind) => Some(kind),
        _ => None,
    };
    for member in settings.linked.keys() {
        let field = kind.and_then(|kind| kind.field(member));
        if field.is_none_or(|field| field.reference.is_none()) {
            let message = format!("{member} is no member of what it files that refers to a record");
            return Err(Unsound::new(
                "linked",
                message,
                "into = \"contract\", linked = { quotation = \"…\" }",
            ));
        }
    }
    Ok(())
}

/// Whether the parts fit each other.
fn fits(flow: &Flow) -> Result<(), Unsound> {
    let hint_mapping = "mapping = \"scripts/NAME.rhai\" or \"plugins/NAME.wasm\"";
    match &flow.sink {
        Sink::Handle(_) => {
            let stray = [
                ("mapping", &flow.mapping),
                ("merge", &flow.merge),
                ("policy", &flow.policy),
            ];
            if let Some((key, _)) = stray.into_iter().find(|(_, file)| file.is_some()) {
                let message = "is of no use where an automation handles everything";
                return Err(Unsound::new(
                    key,
                    message,
                    "leave it out, or write into or write in place of handle",
                ));
            }
        }
        _ if flow.mapping.is_none() => {
            return Err(Unsound::new("mapping", "nothing maps its records", hint_mapping));
        }
        _ if flow.source.record().is_none() => {
            let hint =
                "write on = \"contact.saved\" or sweep = \"customers.list\", or handle in place of a sink";
            return Err(Unsound::new("on", "it has no records to carry", hint));
        }
        Sink::Write(write) if flow.of.is_some() => {
            if write.acts_by().is_none() {
                let message = format!("{} takes no key of a record that is there", write.operation.name);
                return Err(Unsound::new(
                    "of",
                    message,
                    "leave it out, or name an operation that acts on a record",
                ));
            }
            if flow.link.is_some() {
                let message = "a flow that acts on a linked record makes no link";
                return Err(Unsound::new("link", message, "leave link out, or of"));
            }
        }
        Sink::Write(write) => {
            if let (Strategy::Reserve { .. }, None) = (&write.strategy, &flow.link) {
                let message = "without a link each change would make another record";
                return Err(Unsound::new("link", message, "link = \"customer\""));
            }
        }
        Sink::Into(_) => {}
    }
    if let (Some(_), false) = (&flow.of, matches!(flow.sink, Sink::Write(_))) {
        let hint = "write = \"customers.assign\", or leave it out";
        return Err(Unsound::new(
            "of",
            "is of no use where nothing is written to the ERP",
            hint,
        ));
    }
    if let (Some(_), None) = (&flow.merge, &flow.link) {
        let hint = "link = \"customer\", or leave merge out";
        return Err(Unsound::new("merge", "is of no use without a link", hint));
    }
    Ok(())
}

fn reference(key: &'static str, file: &str) -> Result<ExtensionReference, Unsound> {
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
        _ => {
            let message = format!("{file} is neither a script nor a plugin");
            Err(Unsound::new(
                key,
                message,
                "name a file that ends in .rhai or .wasm",
            ))
        }
    }
}

#[cfg(test)]
mod tests;
