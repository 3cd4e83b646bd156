//! One invocation: who runs, how long it has computed, and the engine that is made for it.

use super::library::Library;
use super::memory::{self, Held};
use crate::gateway::Caller;
use crate::host::Host;
use crate::limits::{ComputingTime, Exceeded, Limits};
use crate::problem::Problem;
use crate::services;
use rhai::{Dynamic, Engine, Module, NativeCallContext, Shared};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use sunmao_catalogue::{Answer, Fault, Operation, Record};
use tokio::runtime::Handle;

/// The clock is read once in so many operations: reading it costs as much as a few of them.
const OPERATIONS_A_LOOK: u64 = 64;
/// What a script computes before others go first.
const SLICE_MILLISECONDS: u64 = 5;
/// Deepest nesting of calls that any permit gives, so that no script can overflow its thread's stack.
const DEEPEST_CALLS: usize = 1_000;

/// An invocation, as the functions that a script calls reach it. Cheap to clone.
#[derive(Clone)]
pub struct Run(Arc<State>);

struct State {
    host: Arc<Host>,
    caller: Caller,
    runtime: Handle,
    computing: ComputingTime,
    /// What it may have computed when others go first.
    slice_ends: AtomicU64,
    /// What its thread held before it began.
    memory: Held,
    asker: Asker,
}

/// How deep calls may nest under these limits.
pub fn call_depth(limits: &Limits) -> usize {
    limits.script_call_depth.min(DEEPEST_CALLS)
}

/// Why a script was stopped from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// It ran into a limit.
    Exceeded(Exceeded),
    /// Nobody waits for it any more.
    Abandoned,
}

/// Whoever asked for an invocation, as the script's thread sees them. Cheap to clone.
#[derive(Clone, Default)]
pub struct Asker {
    has_gone: Arc<AtomicBool>,
}

/// Tells the script's thread, when it is dropped, that nobody waits any more.
pub struct Waiting(Asker);

impl Asker {
    /// Whoever holds this waits.
    pub fn waiting(&self) -> Waiting {
        Waiting(self.clone())
    }

    /// Whether nobody waits any more.
    pub fn has_gone(&self) -> bool {
        self.has_gone.load(Ordering::Relaxed)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.has_gone.store(true, Ordering::Relaxed);
    }
}

impl Run {
    /// An invocation that begins to compute now, on the script's own thread: waiting for one is nobody's computing.
    pub fn begin(host: Arc<Host>, caller: Caller, runtime: Handle, asker: Asker) -> Self {
        let computing = ComputingTime::begin();
        let deadline = computing.deadline(&caller.permit.limits);
        Run(Arc::new(State {
            host,
            caller: Caller { deadline, ..caller },
            runtime,
            computing,
            slice_ends: AtomicU64::new(SLICE_MILLISECONDS),
            memory: Held::now(),
            asker,
        }))
    }

    /// The invocation that a native function was called in; every engine carries it.
    pub fn of(context: &NativeCallContext<'_>) -> Option<Run> {
        context.tag()?.clone().try_cast()
    }

    /// The host's side.
    pub fn host(&self) -> &Host {
        &self.0.host
    }

    /// Who runs.
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// Whether nobody waits for it any more.
    pub fn is_abandoned(&self) -> bool {
        self.0.asker.has_gone()
    }

    /// Waits for a service of the host, off the script's clock and within the time of a host call.
    pub fn service<T>(
        &self,
        name: &str,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let limits = &self.caller().permit.limits;
        let waiting = self.0.computing.service(limits, name, work);
        memory::never_less(|| self.0.runtime.block_on(waiting))
    }

    /// Calls an operation, off the script's clock and within the time of a host call.
    pub fn operation(&self, operation: &Operation, arguments: &Record) -> Result<Answer, Fault> {
        let limits = &self.caller().permit.limits;
        services::within_value(self.caller(), operation, arguments)?;
        let work = self.host().gateway.call(self.caller(), operation, arguments);
        let waiting = self.0.computing.operation(limits, operation, work);
        memory::never_less(|| self.0.runtime.block_on(waiting))
    }

    /// An engine with the invocation's limits and the modules that the script asked for. Making one costs less than
    /// keeping one: the modules are shared.
    pub fn engine(&self, modules: &[(String, Shared<Module>)]) -> Engine {
        let mut engine = Library::shared().engine();
        for (name, module) in modules {
            engine.register_static_module(name, module.clone());
        }
        let limits = &self.caller().permit.limits;
        // Rhai takes zero for no limit.
        engine.set_max_operations(limits.script_operations.max(1));
        engine.set_max_string_size(limits.script_string_bytes.max(1));
        engine.set_max_array_size(limits.script_collection_items.max(1));
        engine.set_max_map_size(limits.script_collection_items.max(1));
        engine.set_max_call_levels(call_depth(limits));
        engine.set_default_tag(Dynamic::from(self.clone()));
        let run = self.clone();
        engine.on_progress(move |operations| run.interruption(operations).map(Dynamic::from));
        let run = self.clone();
        engine.on_print(move |text| services::log(run.caller(), tracing::Level::INFO, text, &[]));
        let run = self.clone();
        engine.on_debug(move |text, _source, position| {
            let at = [("at".to_owned(), position.to_string())];
            services::log(run.caller(), tracing::Level::DEBUG, text, &at);
        });
        engine
    }

    /// The limit that it has run into so far, whatever the script made of that.
    pub fn exceeded(&self) -> Option<Exceeded> {
        self.0.computing.exceeded()
    }

    /// After each operation: what one of them allocates is bounded by the limits of strings and collections.
    fn interruption(&self, operations: u64) -> Option<Interruption> {
        let limits = &self.caller().permit.limits;
        if self.0.memory.since() > limits.memory_bytes() {
            self.0.computing.note(Exceeded::Memory);
            return Some(Interruption::Exceeded(Exceeded::Memory));
        }
        if !operations.is_multiple_of(OPERATIONS_A_LOOK) {
            return None;
        }
        if self.is_abandoned() {
            return Some(Interruption::Abandoned);
        }
        let exceeded = self.0.computing.look(limits);
        if exceeded.is_none() {
            self.let_others_go_first();
        }
        exceeded.map(Interruption::Exceeded)
    }

    fn let_others_go_first(&self) {
        let computing = &self.0.computing;
        let milliseconds = || u64::try_from(computing.spent().as_millis()).unwrap_or(u64::MAX);
        if milliseconds() < self.0.slice_ends.load(Ordering::Relaxed) {
            return;
        }
        self.0.runtime.block_on(computing.yield_to_others());
        let next = milliseconds().saturating_add(SLICE_MILLISECONDS);
        self.0.slice_ends.store(next, Ordering::Relaxed);
    }
}
