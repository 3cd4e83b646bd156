//! The parts of `sunmao.toml` that belong to the runtime, as written.

use crate::extension::{ExtensionKind, Permit};
use crate::grants::Grants;
use crate::limits::Limits;
use crate::load_error::LoadError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use sunmao_catalogue::Catalogue;

/// `[plugin.NAME]` and `[script.NAME]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExtensionSettings {
    /// What it may do: `customers.list`, `contracts.*`, `*:read`, `hub`, `links`, `events`.
    pub grants: Vec<String>,
    /// The ERP account it calls, as in `[erp.NAME]`; none for `main`.
    pub erp: Option<String>,
    /// What it may ask for by name.
    pub settings: BTreeMap<String, String>,
    /// Limits that differ from `[limits]`.
    pub limits: toml::Table,
}

/// `[extensions]`, `[limits]`, `[plugin.*]` and `[script.*]` together.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtensionsSettings {
    /// Where plugins (`*.wasm`) lie.
    pub plugins_folder: PathBuf,
    /// Where scripts (`*.rhai`) lie.
    pub scripts_folder: PathBuf,
    /// Limits of every extension.
    pub limits: Limits,
    /// By plugin name.
    pub plugins: BTreeMap<String, ExtensionSettings>,
    /// By script name.
    pub scripts: BTreeMap<String, ExtensionSettings>,
}

impl ExtensionsSettings {
    /// Resolves every table, those of files that are not there too: a name that nothing bears is a mistake now, and not
    /// only when the file comes.
    ///
    /// # Errors
    /// One for each table with unknown grants or limits, with the nearest known names.
    pub fn check(&self, catalogue: &Catalogue) -> Result<(), Vec<LoadError>> {
        let plugins = self.plugins.keys().map(|name| (ExtensionKind::Plugin, name));
        let scripts = self.scripts.keys().map(|name| (ExtensionKind::Script, name));
        let errors: Vec<LoadError> = plugins
            .chain(scripts)
            .filter_map(|(kind, name)| {
                let mut error = self.permit(catalogue, kind, name).err()?;
                error.subject = match kind {
                    ExtensionKind::Plugin => format!("[plugin.{name}]"),
                    ExtensionKind::Script => format!("[script.{name}]"),
                };
                Some(error)
            })
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// What the operator wrote for one extension, resolved. An extension nobody mentions gets no grants.
    pub(crate) fn permit(
        &self,
        catalogue: &Catalogue,
        kind: ExtensionKind,
        name: &str,
    ) -> Result<Permit, LoadError> {
        let written = match kind {
            ExtensionKind::Plugin => self.plugins.get(name),
            ExtensionKind::Script => self.scripts.get(name),
        };
        let Some(written) = written else {
            return Ok(Permit {
                limits: self.limits,
                ..Permit::default()
            });
        };
        let grants = Grants::resolve(catalogue, &written.grants).map_err(|unknown| {
            let nearest: Vec<String> = unknown
                .iter()
                .filter_map(|one| {
                    one.nearest
                        .as_ref()
                        .map(|nearest| format!("{} → {nearest}", one.pattern))
                })
                .collect();
            let message = unknown
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; ");
            LoadError::new(name, "read grants", message).with_hint(if nearest.is_empty() {
                "`sunmao operations list` shows what may be granted".to_owned()
            } else {
                format!("nearest known: {}", nearest.join(", "))
            })
        })?;
        Ok(Permit {
            grants,
            account: written.erp.clone(),
            settings: written.settings.clone(),
            limits: self.limits_of(name, written)?,
        })
    }

    fn limits_of(&self, name: &str, written: &ExtensionSettings) -> Result<Limits, LoadError> {
        if written.limits.is_empty() {
            return Ok(self.limits);
        }
        let unsound = |error: String| LoadError::new(name, "read limits", error);
        let mut limits = toml::Table::try_from(self.limits).map_err(|error| unsound(error.to_string()))?;
        limits.extend(written.limits.clone());
        limits
            .try_into()
            .map_err(|error: toml::de::Error| unsound(error.to_string()))
    }
}
