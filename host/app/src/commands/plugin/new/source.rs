//! The files of a new plugin.

use super::NewRole;

/// What a role's interface is called, and the records it speaks in; kebab-case.
#[derive(Debug, Default)]
pub struct Interface {
    /// The interface.
    pub name: String,
    /// What is given.
    pub from: String,
    /// What is made of it.
    pub to: Option<String>,
    /// Whether the present record is given too.
    pub takes_known: bool,
}

/// `sunmao-plugin.toml`
pub fn manifest(name: &str, role: &NewRole) -> String {
    let head = format!("name = \"{name}\"\nlanguage = \"rust\"\n");
    match role {
        NewRole::Automation => format!(
            "{head}operations = [\"customers.list\"]     # what it calls of the ERP\n\
             services = [\"log\"]                   # and of the host\n\n[[roles]]\nrole = \"automation\"\n"
        ),
        NewRole::Merge => format!("{head}\n[[roles]]\nrole = \"merge\"\n"),
        NewRole::Policy(kind) => format!("{head}\n[[roles]]\nrole = \"policy\"\nkind = \"{kind}\"\n"),
        NewRole::Mapping(from, to) => {
            format!("{head}\n[[roles]]\nrole = \"mapping\"\nfrom = \"{from}\"\nto = \"{to}\"\n")
        }
    }
}

/// `Cargo.toml`
pub fn cargo(name: &str, role: &NewRole) -> String {
    let sdk = match role {
        NewRole::Automation => "{ workspace = true, features = [\"automation\"] }",
        _ => "{ workspace = true }",
    };
    format!(
        "[package]\nname = \"{name}\"\nversion.workspace = true\nedition.workspace = true\n\
         license.workspace = true\npublish.workspace = true\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n\
         [dependencies]\nsunmao-plugin = {sdk}\n"
    )
}

/// `src/lib.rs`
pub fn of(name: &str, role: &NewRole, interface: &Interface) -> String {
    let plugin = camel(name);
    let module = interface.name.replace('-', "_");
    let from = camel(&interface.from);
    match role {
        NewRole::Automation => format!(
            "//! Reacts to events of the host.\n\n\
             use sunmao_plugin::automation::{{Automation, Event, Failure}};\n\
             use sunmao_plugin::erp::customers;\nuse sunmao_plugin::info;\n\n\
             struct {plugin};\n\n\
             impl Automation for {plugin} {{\n    fn handle(event: Event) -> Result<(), Failure> {{\n        \
             let answer = customers::list(&customers::ListRequest {{ page_size: Some(1), ..Default::default() }})?;\n        \
             info!(key = event.key, \"the ERP has {{}} customers\", answer.page.total);\n        Ok(())\n    }}\n}}\n\n\
             sunmao_plugin::export_automation!({plugin});\n"
        ),
        NewRole::Merge => format!(
            "//! Who wins where both sides changed a field.\n\n\
             use roles::merge::{{Change, Guest as Merge}};\nuse sunmao_plugin::Ruling;\n\nstruct {plugin};\n\n\
             impl Merge for {plugin} {{\n    fn rule(change: Change) -> Ruling {{\n        \
             match change.field.as_str() {{\n            \"mobile\" => Ruling::Erp,\n            \
             _ => Ruling::Undecided,\n        }}\n    }}\n}}\n\nsunmao_plugin::plugin!({plugin});\n"
        ),
        NewRole::Policy(_) => {
            let record = snake(&interface.from);
            format!(
                "//! Whether a flow goes on with a record.\n\n\
                 use roles::{module}::{{Guest as Policy, {from}}};\nuse sunmao_plugin::Decision;\n\nstruct {plugin};\n\n\
                 impl Policy for {plugin} {{\n    fn judge({record}: {from}) -> Decision {{\n        \
                 if {record}.id.is_empty() {{\n            return Decision::skip(\"it has no id\");\n        }}\n        \
                 Decision::Admit\n    }}\n}}\n\nsunmao_plugin::plugin!({plugin});\n"
            )
        }
        NewRole::Mapping(..) => {
            let to = camel(interface.to.as_deref().unwrap_or_default());
            let record = snake(&interface.from);
            let (parameter, known) = match interface.takes_known {
                true => (format!(", known: Option<{to}>"), "known.unwrap_or_default()"),
                false => (String::new(), "Default::default()"),
            };
            format!(
                "//! One record as another. Fill in what goes where.\n\n\
                 use roles::{module}::{{Guest as Mapping, {from}, {to}}};\nuse sunmao_plugin::Fault;\n\nstruct {plugin};\n\n\
                 impl Mapping for {plugin} {{\n    fn map({record}: {from}{parameter}) -> Result<{to}, Vec<Fault>> {{\n        \
                 if {record}.id.is_empty() {{\n            return Err(vec![Fault::new(\"id\", \"is empty\")]);\n        }}\n        \
                 let made: {to} = {known};\n        Ok(made)\n    }}\n}}\n\nsunmao_plugin::plugin!({plugin});\n"
            )
        }
    }
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// A name as Rust calls its type.
fn camel(name: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(part).collect()
}
