//! One version of one plugin: compiled, checked, linked, and run in the roles it exports.

use super::bindings::automation;
use super::compiling::IS_A_COMPONENT;
use super::engine::Engine;
use super::guest::Guest;
use super::inspect::{self, Imports};
use super::pure::{Call, Failed, Pure};
use super::{failure, link, nesting};
use crate::extension::{
    Change, Decision, Event, Extension, ExtensionError, ExtensionKind, Identity, Invocation, Permit, Surface,
};
use crate::gateway::Caller;
use crate::host::Host;
use crate::load_error::LoadError;
use crate::merge::Ruling;
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Joint, Kinds, Record, RecordKind};
use wasmtime::Store;
use wasmtime::component::Component;

/// A plugin that may run.
pub struct Plugin {
    identity: Identity,
    surface: Surface,
    /// Itself as a caller, for its invocations to be made from.
    caller: Caller,
    host: Arc<Host>,
    engine: Engine,
    pure: Option<Pure>,
    automation: Option<automation::AutomationPre<Guest>>,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Plugin")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

/// What a component file can reach, without starting it.
pub fn surface(
    engine: &Engine,
    catalogue: &Catalogue,
    kinds: &Kinds,
    name: &str,
    content: &[u8],
) -> Result<Surface, LoadError> {
    compile(engine, catalogue, kinds, name, content).map(|(_, imports)| imports.surface)
}

fn compile(
    engine: &Engine,
    catalogue: &Catalogue,
    kinds: &Kinds,
    name: &str,
    content: &[u8],
) -> Result<(Component, Imports), LoadError> {
    let unsound = |error: String| LoadError::new(name, "compile", error).with_hint(IS_A_COMPONENT);
    nesting::check(content).map_err(unsound)?;
    let component =
        Component::from_binary(engine.wasmtime(), content).map_err(|error| unsound(format!("{error:#}")))?;
    let imports = inspect::inspect(engine.wasmtime(), &component, catalogue, kinds)
        .map_err(|faults| LoadError::new(name, "check types", faults.join("; ")))?;
    Ok((component, imports))
}

impl Plugin {
    /// Compiles, checks and links a file's content. Nothing of it has run yet.
    pub fn load(
        engine: &Engine,
        host: Arc<Host>,
        permit: Arc<Permit>,
        name: &str,
        content: &[u8],
    ) -> Result<Plugin, LoadError> {
        let (component, imports) = compile(engine, &host.catalogue, &host.kinds.load(), name, content)?;
        crate::asked::check_grants(
            &host.catalogue,
            &permit.grants,
            &imports.surface,
            ExtensionKind::Plugin,
            name,
        )?;
        let linked = |error: wasmtime::Error| LoadError::new(name, "link", format!("{error:#}"));
        let linker = link::linker(engine.wasmtime(), &host.catalogue, &imports).map_err(linked)?;
        let instance = linker.instantiate_pre(&component).map_err(linked)?;
        let identity = Identity::of(ExtensionKind::Plugin, name, content);
        let caller = Caller::extension(&identity, permit, Invocation::at(host.clock.now()));
        Ok(Plugin {
            identity,
            caller,
            automation: imports
                .handles
                .then(|| automation::AutomationPre::new(instance.clone()))
                .transpose()
                .map_err(linked)?,
            pure: Pure::new(engine.idle_slots(), imports.roles, &instance),
            surface: imports.surface,
            host,
            engine: engine.clone(),
        })
    }

    /// Proves that the component starts: one instance is made for what decides, and one for what handles.
    pub async fn self_test(&self) -> Result<(), LoadError> {
        let started = self.start_in_each_role().await;
        started.map_err(|error| self.does_not_start(&error))
    }

    async fn start_in_each_role(&self) -> wasmtime::Result<()> {
        let invocation = Invocation::at(self.host.clock.now());
        if let Some(pure) = &self.pure {
            pure.warm_up(self.store(&invocation)).await?;
        }
        if let Some(automation) = &self.automation {
            automation.instantiate_async(self.store(&invocation)).await?;
        }
        Ok(())
    }

    fn does_not_start(&self, error: &wasmtime::Error) -> LoadError {
        let name = &self.identity.name;
        if failure::is_exhausted(error) {
            return LoadError::new(name, "self-test", format!("{error:#}"))
                .with_hint(failure::NO_INSTANCE)
                .passing();
        }
        match failure::limit(&self.caller.permit.limits, error) {
            Some(limit) => LoadError::new(name, "self-test", format!("starting it exceeded its {limit}"))
                .with_hint(format!("raise the limit under [plugin.{name}.limits]")),
            None => LoadError::new(name, "self-test", format!("{error:#}")),
        }
    }

    fn caller(&self, invocation: &Invocation) -> Caller {
        self.caller.in_invocation(invocation.clone())
    }

    fn store(&self, invocation: &Invocation) -> Store<Guest> {
        Guest::store(&self.engine, self.host.clone(), self.caller(invocation))
    }

    fn broken(&self, phase: &'static str, error: &wasmtime::Error) -> ExtensionError {
        failure::error(&self.identity, &self.caller.permit.limits, phase, error)
    }

    /// What decides, for the role it is asked in.
    fn pure(&self, role: &'static str) -> Result<&Pure, ExtensionError> {
        self.pure.as_ref().ok_or_else(|| self.not_provided(role))
    }

    fn failed(&self, role: &'static str, phase: &'static str, failed: Failed) -> ExtensionError {
        match failed {
            Failed::NotProvided => self.not_provided(role),
            Failed::Refused(faults) => ExtensionError::Data {
                extension: self.identity.to_string(),
                faults,
            },
            Failed::Broken(error) => self.broken(phase, &error),
        }
    }
}

#[async_trait]
impl Extension for Plugin {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn surface(&self) -> &Surface {
        &self.surface
    }

    fn account(&self) -> Option<&str> {
        self.caller.permit.account.as_deref()
    }

    async fn judge(
        &self,
        invocation: &Invocation,
        kind: &Arc<RecordKind>,
        record: &Record,
    ) -> Result<Decision, ExtensionError> {
        let pure = self.pure("policy")?;
        let store = || self.store(invocation);
        let call = Call {
            caller: self.caller(invocation),
            store: &store,
        };
        let judged = pure.judge(call, kind, record).await;
        judged.map_err(|failed| self.failed("policy", "judge", failed))
    }

    async fn map(
        &self,
        invocation: &Invocation,
        joint: &Joint,
        from: &Record,
        known: Option<&Record>,
    ) -> Result<Record, ExtensionError> {
        let pure = self.pure("mapping")?;
        let store = || self.store(invocation);
        let call = Call {
            caller: self.caller(invocation),
            store: &store,
        };
        let mapped = pure.map(call, joint, from, known).await;
        mapped.map_err(|failed| self.failed("mapping", "map", failed))
    }

    async fn merge(&self, invocation: &Invocation, change: &Change) -> Result<Ruling, ExtensionError> {
        let pure = self.pure("merge")?;
        let store = || self.store(invocation);
        let call = Call {
            caller: self.caller(invocation),
            store: &store,
        };
        let ruled = pure.merge(call, change).await;
        ruled.map_err(|failed| self.failed("merge", "rule", failed))
    }

    async fn handle(&self, invocation: &Invocation, event: &Event) -> Result<(), ExtensionError> {
        use automation::exports::sunmao::plugin::event_handler as wit;
        let automation = self
            .automation
            .as_ref()
            .ok_or_else(|| self.not_provided("automation"))?;
        let event = wit::Event {
            id: event.id,
            name: event.name.clone(),
            key: event.key.clone(),
            payload: event.payload.clone(),
            attempt: event.attempt,
        };
        let mut store = self.store(invocation);
        let outcome = async {
            let instance = automation.instantiate_async(&mut store).await?;
            // Starting it had a budget of its own, as a warm instance's start has.
            Guest::restart(&mut store);
            let handler = instance.sunmao_plugin_event_handler();
            let handled = handler.call_handle(&mut store, &event).await?;
            store.data().within_limits()?;
            Ok(handled)
        };
        match outcome.await.map_err(|error| self.broken("handle", &error))? {
            Ok(()) => Ok(()),
            Err(failure) => Err(ExtensionError::Broken {
                extension: self.identity.to_string(),
                version: self.identity.version.clone(),
                phase: "handle",
                message: failure.message,
                retry: failure.retry,
            }),
        }
    }
}
