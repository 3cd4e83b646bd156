//! How much memory an instance may have: one budget for all its memories and tables.

use wasmtime::ResourceLimiter;

/// What a table's element takes.
const ELEMENT_BYTES: usize = size_of::<usize>();
/// Parts of one instance. A component of several modules has some of each.
const MOST_INSTANCES: usize = 16;
const MOST_TABLES: usize = 16;
const MOST_MEMORIES: usize = 4;

/// The instance wanted more than it may have; its caller gets a trap, with the place that asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("memories and tables of {wanted} bytes, where {allowed} are allowed")]
pub struct OutOfMemory {
    /// All together, had it been given.
    pub wanted: usize,
    /// The limit.
    pub allowed: usize,
}

/// What an instance has and may have.
#[derive(Debug)]
pub struct MemoryBudget {
    allowed: usize,
    used: usize,
    /// What was given last, in case the system does not have it.
    given: usize,
}

impl MemoryBudget {
    /// A budget in bytes.
    pub fn new(allowed: usize) -> Self {
        MemoryBudget {
            allowed,
            used: 0,
            given: 0,
        }
    }

    /// Bytes in use. They never become fewer: a WebAssembly memory only grows.
    pub fn used(&self) -> usize {
        self.used
    }

    fn give(&mut self, bytes: usize) -> wasmtime::Result<bool> {
        let wanted = self.used.saturating_add(bytes);
        if wanted > self.allowed {
            let allowed = self.allowed;
            return Err(OutOfMemory { wanted, allowed }.into());
        }
        self.given = bytes;
        self.used = wanted;
        Ok(true)
    }

    fn take_back(&mut self) {
        self.used = self.used.saturating_sub(std::mem::take(&mut self.given));
    }
}

impl ResourceLimiter for MemoryBudget {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // Running into a maximum of its own is the guest's to handle.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.give(desired.saturating_sub(current))
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.take_back();
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.give(desired.saturating_sub(current).saturating_mul(ELEMENT_BYTES))
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.take_back();
        Ok(())
    }

    fn instances(&self) -> usize {
        MOST_INSTANCES
    }

    fn tables(&self) -> usize {
        MOST_TABLES
    }

    fn memories(&self) -> usize {
        MOST_MEMORIES
    }
}
