//! The state behind one plugin instance: who runs, why, and how much time and memory it has used.

use super::engine::{Engine, MOST_MEMORY_BYTES};
use super::memory::MemoryBudget;
use crate::gateway::Caller;
use crate::host::Host;
use crate::limits::{ComputingTime, Exceeded};
use crate::problem::Problem;
use crate::services;
use std::future::Future;
use std::sync::Arc;
use sunmao_catalogue::{Answer, Fault, Operation, Record};
use wasmtime::{Store, UpdateDeadline};

/// Epochs that a guest computes before it lets the thread's other work go on. The first one may end at once.
const SLICE: u64 = 5;

/// What a store holds.
#[derive(Debug)]
pub struct Guest {
    /// The host's side of every import.
    pub host: Arc<Host>,
    /// Who calls.
    pub caller: Caller,
    computing: Arc<ComputingTime>,
    memory: MemoryBudget,
}

impl Guest {
    /// A store for one instance, with its limits armed. What runs in it must be called asynchronously, since it yields.
    pub fn store(engine: &Engine, host: Arc<Host>, caller: Caller) -> Store<Guest> {
        let memory = caller.permit.limits.memory_bytes().min(MOST_MEMORY_BYTES);
        let guest = Guest {
            host,
            caller,
            computing: Arc::new(ComputingTime::begin()),
            memory: MemoryBudget::new(memory),
        };
        let mut store = Store::new(engine.wasmtime(), guest);
        store.limiter(|guest| &mut guest.memory);
        store.epoch_deadline_callback(|store| store.data().next_slice());
        Guest::restart(&mut store);
        store
    }

    /// Arms a store for its next call, whoever makes it.
    pub fn rearm(store: &mut Store<Guest>, caller: Caller) {
        store.data_mut().caller = caller;
        Guest::restart(store);
    }

    /// Gives the caller its whole computing time again.
    pub fn restart(store: &mut Store<Guest>) {
        let computing = Arc::new(ComputingTime::begin());
        let guest = store.data_mut();
        guest.caller.deadline = computing.deadline(&guest.caller.permit.limits);
        guest.computing = computing;
        store.set_epoch_deadline(SLICE);
    }

    /// A call that returned after it had run into a limit counts as ended by it, whatever the guest made of that.
    pub fn within_limits(&self) -> wasmtime::Result<()> {
        ended_by(self.computing.exceeded())
    }

    /// It computes no more until its next call, and leaves its turn to others.
    pub fn rest(&self) {
        self.computing.rest();
    }

    /// Bytes of all memories and tables.
    pub fn memory_bytes(&self) -> usize {
        self.memory.used()
    }

    /// Waits for a service of the host, off the guest's clock and within the time of a host call.
    pub async fn service<T>(
        &self,
        name: &str,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let limits = &self.caller.permit.limits;
        self.computing.service(limits, name, work).await
    }

    /// Calls an operation, off the guest's clock and within the time of a host call.
    pub async fn operation(&self, operation: &Operation, arguments: &Record) -> Result<Answer, Fault> {
        let limits = &self.caller.permit.limits;
        services::within_value(&self.caller, operation, arguments)?;
        let work = self.host.gateway.call(&self.caller, operation, arguments);
        self.computing.operation(limits, operation, work).await
    }

    /// At the end of each slice: a guest that has computed for as long as it may ends, any other lets the thread's
    /// other work go first. Yielding alone would be no limit.
    fn next_slice(&self) -> wasmtime::Result<UpdateDeadline> {
        ended_by(self.computing.look(&self.caller.permit.limits))?;
        let computing = self.computing.clone();
        let others = async move { computing.yield_to_others().await };
        Ok(UpdateDeadline::YieldCustom(SLICE, Box::pin(others)))
    }
}

fn ended_by(exceeded: Option<Exceeded>) -> wasmtime::Result<()> {
    exceeded.map_or(Ok(()), |exceeded| Err(exceeded.into()))
}
