//! From a file to an extension that serves: reading, compiling, self-test, swap.

use super::extensions::Inner;
use super::folder::{self, Found};
use super::guarded::Guarded;
use super::registry::ExtensionKey;
use super::shelf::Written;
use crate::extension::{ExtensionKind, Permit, SharedExtension};
use crate::load_error::LoadError;
use crate::plugins::Plugin;
use crate::scripts::Script;
use crate::text::{self, TextFault};
use std::path::PathBuf;
use std::sync::Arc;

impl Inner {
    /// Loads a file and puts it in the place of what served under its name. Returns the name if that failed for a reason
    /// that may pass.
    pub(super) async fn load_and_swap(
        self: &Arc<Self>,
        key: ExtensionKey,
        file: Found,
        written: Written,
    ) -> Option<String> {
        let loaded = match written {
            Ok(permit) => {
                let limits = permit.limits;
                let loaded = self.load(&key, &file, permit).await;
                loaded.map(|extension| (extension, limits))
            }
            Err(error) => Err(error),
        };
        if folder::fingerprint(&file.path) != Some(file.fingerprint) {
            tracing::debug!(
                extension = key.1,
                "changed while it was read; the next look takes it"
            );
            return None;
        }
        match loaded {
            Ok((extension, limits)) => {
                let version = extension.identity().version.clone();
                let now = self.host.clock.now();
                let guarded = Guarded::new(extension.clone(), limits);
                self.registry.serve(key.clone(), file.path, guarded, now);
                tracing::info!(extension = key.1, version, "serving");
                self.announce();
                // The settings may have changed while it was compiled under the ones before.
                self.revoke_unless_granted(&extension);
                None
            }
            Err(error) => {
                let error = error.within(self.settings.load().limits.text_bytes);
                let passes = error.passes;
                if self.registry.fail(&key, file.path, &error) {
                    tracing::error!(extension = key.1, %error, "not put into service; what served before goes on");
                    self.announce();
                }
                passes.then_some(key.1)
            }
        }
    }

    /// Reads, compiles, links and self-tests a file, off the threads that serve requests.
    async fn load(
        &self,
        key: &ExtensionKey,
        file: &Found,
        permit: Arc<Permit>,
    ) -> Result<SharedExtension, LoadError> {
        let (kind, name, path) = (key.0, key.1.clone(), file.path.clone());
        let (host, engine) = (self.host.clone(), self.engine.clone());
        let content = read(path, kind, name.clone()).await?;
        if kind == ExtensionKind::Plugin {
            engine.compile_apart(&name, &content).await?;
        }
        let compiled = tokio::task::spawn_blocking(move || match kind {
            ExtensionKind::Plugin => Plugin::load(&engine, host, permit, &name, &content)
                .map(|plugin| Loaded::Plugin(Arc::new(plugin))),
            ExtensionKind::Script => {
                let (source, _) = text::decode(&content).map_err(|fault| {
                    LoadError::new(&name, "read", fault.to_string()).with_hint(TextFault::HINT)
                })?;
                Script::load(host, permit, &name, &source).map(|script| Loaded::Script(Arc::new(script)))
            }
        });
        let compiled = compiled
            .await
            .map_err(|error| LoadError::new(&key.1, "compile", error.to_string()))??;
        match compiled {
            Loaded::Plugin(plugin) => {
                plugin.self_test().await?;
                Ok(plugin)
            }
            Loaded::Script(script) => Ok(script),
        }
    }
}

/// A file's content, read off the threads that serve requests.
async fn read(path: PathBuf, kind: ExtensionKind, name: String) -> Result<Vec<u8>, LoadError> {
    let subject = name.clone();
    let read = tokio::task::spawn_blocking(move || folder::read(&path, kind)).await;
    let read = read.map_err(|error| LoadError::new(&subject, "read", error.to_string()))?;
    read.map_err(|error| {
        let failed = LoadError::new(&name, "read", error.to_string());
        match error {
            folder::ReadError::System(_) => failed.with_hint("it is tried again by itself").passing(),
            folder::ReadError::TooLarge { .. } => {
                failed.with_hint("build it without debug information, or split it")
            }
        }
    })
}

enum Loaded {
    Plugin(Arc<Plugin>),
    Script(Arc<Script>),
}
