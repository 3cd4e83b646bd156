//! The pure roles of a plugin at work: mappings, policies and merges, called on warm instances with values that the
//! component's own types lead.

use super::convert::ShapeMismatch;
use super::guest::Guest;
use super::idle::IdleSlots;
use super::roles::PureRoles;
use super::ruling;
use super::warm::WarmPool;
use crate::extension::{Change, Decision};
use crate::gateway::Caller;
use crate::merge::Ruling;
use sunmao_catalogue::{Joint, Record, RecordKind};
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Instance, InstancePre, Val};

/// What a plugin decides, and the instances that it does so in.
pub struct Pure {
    roles: PureRoles,
    pool: WarmPool<Instance>,
}

/// Why a call gave nothing.
pub enum Failed {
    /// It does not play the role.
    NotProvided,
    /// It looked at the data and refused it, a line a field.
    Refused(Vec<String>),
    /// It trapped, ran over a limit, or a value does not fit its type.
    Broken(wasmtime::Error),
}

impl From<wasmtime::Error> for Failed {
    fn from(error: wasmtime::Error) -> Self {
        Failed::Broken(error)
    }
}

impl From<ShapeMismatch> for Failed {
    fn from(error: ShapeMismatch) -> Self {
        Failed::Broken(wasmtime::Error::msg(error.to_string()))
    }
}

/// Who calls, and how a store is made where none is warm.
pub struct Call<'a> {
    /// The caller, in this invocation.
    pub caller: Caller,
    /// Makes the store of a new instance.
    pub store: &'a (dyn Fn() -> Store<Guest> + Sync),
}

impl Pure {
    /// The pure roles of a linked component; none if it plays none.
    pub fn new(slots: IdleSlots, roles: PureRoles, instance: &InstancePre<Guest>) -> Option<Pure> {
        if roles.is_empty() {
            return None;
        }
        let instance = instance.clone();
        let pool = WarmPool::new(slots, move |mut store| {
            let instance = instance.clone();
            Box::pin(async move {
                let made = instance.instantiate_async(&mut store).await?;
                Ok((store, made))
            })
        });
        Some(Pure { roles, pool })
    }

    /// Proves that it starts, and keeps what was started.
    pub async fn warm_up(&self, store: Store<Guest>) -> wasmtime::Result<()> {
        self.pool.warm_up(store).await
    }

    /// Maps a record.
    pub async fn map(
        &self,
        call: Call<'_>,
        joint: &Joint,
        from: &Record,
        known: Option<&Record>,
    ) -> Result<Record, Failed> {
        let mut mappings = self.roles.mappings.iter();
        let mapping = mappings.find(|(interface, _)| joint.is_called(interface));
        let (_, mapping) = mapping.ok_or(Failed::NotProvided)?;
        let parameters = mapping.parameters(from, known)?;
        let made = self.call(call, &mapping.function, &parameters).await?;
        mapping.give_back(parameters);
        mapping.result(made, known)?.map_err(Failed::Refused)
    }

    /// Judges a record.
    pub async fn judge(
        &self,
        call: Call<'_>,
        kind: &RecordKind,
        record: &Record,
    ) -> Result<Decision, Failed> {
        let policy = self.roles.policies.get(&kind.name);
        let policy = policy.ok_or(Failed::NotProvided)?;
        let parameters = [policy.record.lower(record)?];
        Ok(match self.call(call, &policy.function, &parameters).await? {
            Val::Variant(case, Some(reason)) if case == "skip" => match *reason {
                Val::String(reason) => Decision::Skip(reason),
                _ => Decision::Skip(String::new()),
            },
            _ => Decision::Admit,
        })
    }

    /// Settles a field that both sides changed.
    pub async fn merge(&self, call: Call<'_>, change: &Change) -> Result<Ruling, Failed> {
        let merge = self.roles.merge.as_ref().ok_or(Failed::NotProvided)?;
        let parameters = [ruling::parameter(change)];
        let ruling = self.call(call, &merge.function, &parameters).await?;
        Ok(ruling::ruling(ruling)?)
    }

    /// Calls a function on a warm instance, which is kept only after a call that returned within its limits.
    async fn call(
        &self,
        call: Call<'_>,
        function: &ComponentExportIndex,
        parameters: &[Val],
    ) -> wasmtime::Result<Val> {
        let mut warm = self.pool.take(call.caller, call.store).await?;
        let function = warm
            .bindings
            .get_func(&mut warm.store, function)
            .ok_or_else(|| wasmtime::Error::msg("the function it was loaded with is gone"))?;
        let mut results = [Val::Bool(false)];
        function
            .call_async(&mut warm.store, parameters, &mut results)
            .await?;
        warm.store.data().within_limits()?;
        self.pool.give_back(warm);
        let [result] = results;
        Ok(result)
    }
}
