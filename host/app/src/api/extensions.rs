//! Plugins and scripts, and why a file among them does not serve.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sunmao_runtime::{ExtensionKind, ExtensionState, ExtensionStatus};
use utoipa::ToSchema;

/// Every file in the two folders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Extensions {
    /// By kind and name.
    pub items: Vec<Extension>,
}

/// A plugin or a script.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Extension {
    /// Which of the two.
    #[schema(value_type = Kind)]
    pub kind: ExtensionKind,
    /// The file's stem.
    pub name: String,
    /// The file.
    pub file: String,
    /// Where it stands.
    #[schema(value_type = State)]
    pub state: ExtensionState,
    /// The version that serves.
    pub version: Option<String>,
    /// When it began to serve.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// What it can reach.
    pub surface: Surface,
    /// Why the file in the folder does not serve, or is paused.
    pub error: Option<LoadFault>,
}

/// What an extension can reach, read without running it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Surface {
    /// Operations of the ERP by full name.
    pub operations: Vec<String>,
    /// Services of the host.
    pub services: Vec<String>,
    /// The roles it plays: `mapping`, `policy`, `merge`, `automation`; a plugin says what it maps and judges
    /// (`mapping customers-to-contact`, `policy contact`).
    pub roles: Vec<String>,
}

/// Why a file does not serve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LoadFault {
    /// The file's name.
    pub subject: String,
    /// How far it came: `read`, `compile`, `check imports` (of a script), `check types` (of a plugin), `check grants`, `link`, `self-test`.
    pub phase: String,
    /// What is wrong.
    pub message: String,
    /// What to do; empty where the message says it.
    pub hint: String,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase", as = ExtensionKind)]
#[allow(
    dead_code,
    reason = "it says in the OpenAPI document what the runtime's kind is written as"
)]
enum Kind {
    Plugin,
    Script,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case", as = ExtensionState)]
#[allow(
    dead_code,
    reason = "it says in the OpenAPI document what the runtime's state is written as"
)]
enum State {
    /// What lies in the folder serves.
    Serving,
    /// What lies in the folder is broken; the version before it serves.
    ServingPrevious,
    /// What lies in the folder ran into its limits several times in a row and is left alone for a while.
    Paused,
    /// What lies in the folder is broken or lost its grants, and nothing serves.
    Failed,
}

impl From<ExtensionStatus> for Extension {
    fn from(status: ExtensionStatus) -> Self {
        Extension {
            kind: status.kind,
            name: status.name,
            file: status.file.display().to_string(),
            state: status.state,
            version: status.version,
            since: status.since,
            surface: Surface {
                operations: status.surface.operations,
                services: status.surface.services,
                roles: status.surface.roles,
            },
            error: status.error.map(|error| LoadFault {
                subject: error.subject,
                phase: error.phase.to_owned(),
                message: error.message,
                hint: error.hint,
            }),
        }
    }
}
