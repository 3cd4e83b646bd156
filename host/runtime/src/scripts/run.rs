//! One invocation: who runs, how long it has computed, and the engine that is made for it.

use super::library::Library;
use crate::gateway::Caller;
use crate::host::Host;
use crate::limits::Limits;
use crate::services;
use rhai::{Dynamic, Engine, Module, NativeCallContext, Shared};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// The clock is read once in so many operations: reading it costs as much as a few of them.
const OPERATIONS_A_LOOK: u64 = 64;
/// Deepest nesting of calls that any permit gives, so that no script can overflow its thread's stack.
const DEEPEST_CALLS: usize = 1_000;

/// An invocation, as the functions that a script calls reach it. Cheap to clone.
#[derive(Clone)]
pub struct Run(Arc<State>);

struct State {
    host: Arc<Host>,
    caller: Caller,
    runtime: Handle,
    begun: Instant,
    /// Nanoseconds that the host worked for the script.
    waited: AtomicU64,
    abandoned: AtomicBool,
}

/// How deep calls may nest under these limits.
pub fn call_depth(limits: &Limits) -> usize {
    limits.script_call_depth.min(DEEPEST_CALLS)
}

/// Why a script was stopped from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// It computed longer than it may.
    OutOfTime,
    /// Nobody waits for it any more.
    Abandoned,
}

/// Stops the script when whoever asked for the invocation has gone.
pub struct AbandonOnDrop(Run);

impl Drop for AbandonOnDrop {
    fn drop(&mut self) {
        self.0.0.abandoned.store(true, Ordering::Relaxed);
    }
}

impl Run {
    /// An invocation that begins now. Must be called on a thread of the host's runtime.
    pub fn begin(host: Arc<Host>, caller: Caller) -> Self {
        Run(Arc::new(State {
            host,
            caller,
            runtime: Handle::current(),
            begun: Instant::now(),
            waited: AtomicU64::new(0),
            abandoned: AtomicBool::new(false),
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

    /// Ends the script when the guard is dropped.
    pub fn abandon_on_drop(&self) -> AbandonOnDrop {
        AbandonOnDrop(self.clone())
    }

    /// Waits for the host, which is not the script's computing time.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let outcome = self.0.runtime.block_on(work);
        let nanoseconds = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.0.waited.fetch_add(nanoseconds, Ordering::Relaxed);
        outcome
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

    fn interruption(&self, operations: u64) -> Option<Interruption> {
        if !operations.is_multiple_of(OPERATIONS_A_LOOK) {
            return None;
        }
        if self.0.abandoned.load(Ordering::Relaxed) {
            return Some(Interruption::Abandoned);
        }
        let waited = Duration::from_nanos(self.0.waited.load(Ordering::Relaxed));
        let computed = self.0.begun.elapsed().saturating_sub(waited);
        (computed > self.caller().permit.limits.wall_time()).then_some(Interruption::OutOfTime)
    }
}
