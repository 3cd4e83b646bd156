//! One version of one plugin: compiled, checked, linked, and run in the roles it exports.

use super::bindings::{automation, mapping, policy};
use super::compiling::IS_A_COMPONENT;
use super::engine::Engine;
use super::guest::Guest;
use super::idle::IdleSlots;
use super::inspect::{self, Imports};
use super::warm::WarmPool;
use super::{customer, failure, link, nesting, services};
use crate::contact::Contact;
use crate::extension::{
    Decision, Event, Extension, ExtensionError, ExtensionKind, Identity, Invocation, Permit, Surface,
};
use crate::gateway::Caller;
use crate::host::Host;
use crate::load_error::LoadError;
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Record};
use wasmtime::Store;
use wasmtime::component::{Component, InstancePre};

/// A plugin that may run.
pub struct Plugin {
    identity: Identity,
    surface: Surface,
    /// Itself as a caller, for its invocations to be made from.
    caller: Caller,
    host: Arc<Host>,
    engine: Engine,
    mapping: Option<WarmPool<mapping::Mapping>>,
    policy: Option<WarmPool<policy::Policy>>,
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
    name: &str,
    content: &[u8],
) -> Result<Surface, LoadError> {
    compile(engine, catalogue, name, content).map(|(_, imports)| imports.surface)
}

fn compile(
    engine: &Engine,
    catalogue: &Catalogue,
    name: &str,
    content: &[u8],
) -> Result<(Component, Imports), LoadError> {
    let unsound = |error: String| LoadError::new(name, "compile", error).with_hint(IS_A_COMPONENT);
    nesting::check(content).map_err(unsound)?;
    let component =
        Component::from_binary(engine.wasmtime(), content).map_err(|error| unsound(format!("{error:#}")))?;
    let imports = inspect::inspect(engine.wasmtime(), &component, catalogue)
        .map_err(|faults| LoadError::new(name, "check imports", faults.join("; ")))?;
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
        let (component, imports) = compile(engine, &host.catalogue, name, content)?;
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
        let plays = |role: &str| imports.surface.roles.iter().any(|own| own == role);
        let identity = Identity::of(ExtensionKind::Plugin, name, content);
        let caller = Caller::extension(&identity, permit, Invocation::at(host.clock.now()));
        Ok(Plugin {
            identity,
            caller,
            mapping: plays("mapping")
                .then(|| mapping_pool(engine.idle_slots(), &instance))
                .transpose()
                .map_err(linked)?,
            policy: plays("policy")
                .then(|| policy_pool(engine.idle_slots(), &instance))
                .transpose()
                .map_err(linked)?,
            automation: plays("automation")
                .then(|| automation::AutomationPre::new(instance.clone()))
                .transpose()
                .map_err(linked)?,
            surface: imports.surface,
            host,
            engine: engine.clone(),
        })
    }

    /// Proves that the component starts: one instance is made in each role.
    pub async fn self_test(&self) -> Result<(), LoadError> {
        let started = self.start_in_each_role().await;
        started.map_err(|error| self.does_not_start(&error))
    }

    async fn start_in_each_role(&self) -> wasmtime::Result<()> {
        let invocation = Invocation::at(self.host.clock.now());
        if let Some(pool) = &self.mapping {
            pool.warm_up(self.store(&invocation)).await?;
        }
        if let Some(pool) = &self.policy {
            pool.warm_up(self.store(&invocation)).await?;
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

    fn refused(
        &self,
        faults: Vec<mapping::exports::sunmao::plugin::customer_mapping::Fault>,
    ) -> ExtensionError {
        let faults = faults
            .into_iter()
            .map(|fault| format!("{}: {}", fault.field, fault.message))
            .collect();
        ExtensionError::Data {
            extension: self.identity.to_string(),
            faults,
        }
    }
}

fn mapping_pool(
    slots: IdleSlots,
    instance: &InstancePre<Guest>,
) -> wasmtime::Result<WarmPool<mapping::Mapping>> {
    let pre = Arc::new(mapping::MappingPre::new(instance.clone())?);
    Ok(WarmPool::new(slots, move |mut store| {
        let pre = pre.clone();
        Box::pin(async move {
            let bindings = pre.instantiate_async(&mut store).await?;
            Ok((store, bindings))
        })
    }))
}

fn policy_pool(
    slots: IdleSlots,
    instance: &InstancePre<Guest>,
) -> wasmtime::Result<WarmPool<policy::Policy>> {
    let pre = Arc::new(policy::PolicyPre::new(instance.clone())?);
    Ok(WarmPool::new(slots, move |mut store| {
        let pre = pre.clone();
        Box::pin(async move {
            let bindings = pre.instantiate_async(&mut store).await?;
            Ok((store, bindings))
        })
    }))
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

    async fn admit(&self, invocation: &Invocation, contact: &Contact) -> Result<Decision, ExtensionError> {
        let pool = self.policy.as_ref().ok_or_else(|| self.not_provided("policy"))?;
        let contact = services::to_wit(contact);
        let called = async {
            let mut warm = pool
                .take(self.caller(invocation), || self.store(invocation))
                .await?;
            let admission = warm.bindings.sunmao_plugin_admission();
            let decision = admission.call_admit(&mut warm.store, &contact).await?;
            warm.store.data().within_limits()?;
            pool.give_back(warm);
            Ok(decision)
        };
        let decision = called.await.map_err(|error| self.broken("admit", &error))?;
        use policy::exports::sunmao::plugin::admission::Decision as Judged;
        Ok(match decision {
            Judged::Admit => Decision::Admit,
            Judged::Skip(reason) => Decision::Skip(reason),
        })
    }

    async fn to_customer(
        &self,
        invocation: &Invocation,
        contact: &Contact,
    ) -> Result<Record, ExtensionError> {
        let pool = self
            .mapping
            .as_ref()
            .ok_or_else(|| self.not_provided("mapping"))?;
        let contact = services::to_wit(contact);
        let called = async {
            let mut warm = pool
                .take(self.caller(invocation), || self.store(invocation))
                .await?;
            let mapping = warm.bindings.sunmao_plugin_customer_mapping();
            let customer = mapping.call_to_customer(&mut warm.store, &contact).await?;
            warm.store.data().within_limits()?;
            pool.give_back(warm);
            Ok(customer)
        };
        called
            .await
            .map_err(|error| self.broken("to-customer", &error))?
            .map(customer::arguments)
            .map_err(|faults| self.refused(faults))
    }

    async fn to_contact(
        &self,
        invocation: &Invocation,
        customer: &Record,
        known: Option<&Contact>,
    ) -> Result<Contact, ExtensionError> {
        let pool = self
            .mapping
            .as_ref()
            .ok_or_else(|| self.not_provided("mapping"))?;
        let customer = customer::from_record(customer);
        let known = known.map(services::to_wit);
        let called = async {
            let mut warm = pool
                .take(self.caller(invocation), || self.store(invocation))
                .await?;
            let mapping = warm.bindings.sunmao_plugin_customer_mapping();
            let contact = mapping
                .call_to_contact(&mut warm.store, &customer, known.as_ref())
                .await?;
            warm.store.data().within_limits()?;
            pool.give_back(warm);
            Ok(contact)
        };
        called
            .await
            .map_err(|error| self.broken("to-contact", &error))?
            .map(services::from_wit)
            .map_err(|faults| self.refused(faults))
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
