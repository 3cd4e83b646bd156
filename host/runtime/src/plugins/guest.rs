//! The state behind one plugin instance: who runs, why, and how much time is left.

use super::engine::{self, MOST_MEMORY_BYTES};
use crate::gateway::Caller;
use crate::host::Host;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::{Engine, Store, StoreContextMut, StoreLimits, StoreLimitsBuilder};

/// What a store holds.
#[derive(Debug)]
pub struct Guest {
    /// The host's side of every import.
    pub host: Arc<Host>,
    /// Who calls.
    pub caller: Caller,
    limits: StoreLimits,
    remaining: Duration,
    resumed: Instant,
}

impl Guest {
    /// A store for one instance, with its limits armed.
    pub fn store(engine: &Engine, host: Arc<Host>, caller: Caller) -> Store<Guest> {
        let memory = caller.permit.limits.memory_bytes().min(MOST_MEMORY_BYTES);
        let limits = StoreLimitsBuilder::new()
            .memory_size(memory)
            .table_elements(100_000)
            .instances(16)
            .tables(16)
            .memories(4)
            .trap_on_grow_failure(true)
            .build();
        let wall_time = caller.permit.limits.wall_time();
        let guest = Guest {
            host,
            caller,
            limits,
            remaining: wall_time,
            resumed: Instant::now(),
        };
        let mut store = Store::new(engine, guest);
        store.limiter(|guest| &mut guest.limits);
        store.set_epoch_deadline(engine::epochs(wall_time));
        store
    }

    /// Arms a warm store for its next call.
    pub fn rearm(store: &mut Store<Guest>, caller: Caller) {
        let wall_time = caller.permit.limits.wall_time();
        let guest = store.data_mut();
        guest.caller = caller;
        guest.remaining = wall_time;
        guest.resumed = Instant::now();
        store.set_epoch_deadline(engine::epochs(wall_time));
    }

    /// Stops the guest's clock while the host works for it.
    pub fn pause(&mut self) {
        self.remaining = self.remaining.saturating_sub(self.resumed.elapsed());
    }

    /// Starts the guest's clock again with what was left.
    pub fn resume(mut store: StoreContextMut<'_, Guest>) {
        let guest = store.data_mut();
        guest.resumed = Instant::now();
        let remaining = guest.remaining;
        store.set_epoch_deadline(engine::epochs(remaining));
    }
}
