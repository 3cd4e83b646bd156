//! The one WebAssembly engine of a process: its configuration, its code cache and its clock.

use super::compiling::Compiler;
use super::idle::IdleSlots;
use crate::load_error::LoadError;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::{Cache, CacheConfig, Config, InstanceAllocationStrategy, PoolingAllocationConfig};

/// One epoch. Deadlines are several of these, since the first may end at once.
const TICK: Duration = Duration::from_millis(1);
/// Instances alive at once, over all plugins: a bound on memory, far above the flows' concurrency.
const INSTANCES: u32 = 200;
/// Instances that wait for their next call, over all plugins. The rest is for those that run.
const IDLE_INSTANCES: usize = 100;
/// The largest linear memory an instance may be given, whatever its own limit says.
pub const MOST_MEMORY_BYTES: usize = 512 * 1024 * 1024;
/// Memory that stays mapped between uses of a slot; without it, threads contend in the kernel.
const KEEP_RESIDENT_BYTES: usize = 4 * 1024 * 1024;

/// Why the engine could not be made.
#[derive(Debug, thiserror::Error)]
#[error("plugin engine: {message}")]
pub struct EngineError {
    message: String,
}

/// Where every plugin of a process is compiled and runs. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    wasmtime: wasmtime::Engine,
    idle: IdleSlots,
    compiler: Option<Arc<Compiler>>,
}

impl Engine {
    /// The same engine, for which a process of its own compiles. Without one, plugins are compiled in this process and
    /// nothing bounds what that takes.
    pub fn with_compiler(self, compiler: Compiler) -> Self {
        Engine {
            compiler: Some(Arc::new(compiler)),
            ..self
        }
    }

    /// Has a file compiled apart, so that compiling it here only fetches the code from the cache.
    ///
    /// # Errors
    /// It does not compile, or takes more than it may.
    pub async fn compile_apart(&self, name: &str, content: &[u8]) -> Result<(), LoadError> {
        match &self.compiler {
            Some(compiler) => compiler.compile(&self.wasmtime, name, content).await,
            None => Ok(()),
        }
    }

    /// The WebAssembly engine itself.
    pub fn wasmtime(&self) -> &wasmtime::Engine {
        &self.wasmtime
    }

    /// The places for instances that wait for their next call.
    pub(super) fn idle_slots(&self) -> IdleSlots {
        self.idle.clone()
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Engine")
    }
}

/// Makes the engine, with compiled code cached under `cache_folder` by content and compiler settings.
pub fn engine(cache_folder: Option<&Path>) -> Result<Engine, EngineError> {
    let mut config = configuration(cache_folder)?;
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pooling()));
    let wasmtime = wasmtime::Engine::new(&config).map_err(|error| EngineError {
        message: format!("{error:#}"),
    })?;
    start_clock(&wasmtime)?;
    Ok(Engine {
        wasmtime,
        idle: IdleSlots::new(IDLE_INSTANCES),
        compiler: None,
    })
}

/// An engine that only compiles, to the same code: how instances are allocated does not change it.
pub(super) fn compiling_engine(cache_folder: &Path) -> Result<wasmtime::Engine, EngineError> {
    let config = configuration(Some(cache_folder))?;
    wasmtime::Engine::new(&config).map_err(|error| EngineError {
        message: format!("{error:#}"),
    })
}

/// What decides about compiled code, and where it is kept.
fn configuration(cache_folder: Option<&Path>) -> Result<Config, EngineError> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.wasm_component_model(true);
    if let Some(folder) = cache_folder {
        let mut settings = CacheConfig::new();
        let folder = std::path::absolute(folder).map_err(|error| EngineError {
            message: error.to_string(),
        })?;
        settings.with_directory(folder);
        let cache = Cache::new(settings).map_err(|error| EngineError {
            message: format!("code cache: {error:#}"),
        })?;
        config.cache(Some(cache));
    }
    Ok(config)
}

fn pooling() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(INSTANCES)
        .total_core_instances(INSTANCES * 4)
        .total_memories(INSTANCES * 2)
        .total_tables(INSTANCES * 4)
        .total_stacks(INSTANCES)
        .max_memory_size(MOST_MEMORY_BYTES)
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        .table_keep_resident(64 * 1024);
    pool
}

/// The ticker ends with the engine: it holds a weak handle.
fn start_clock(engine: &wasmtime::Engine) -> Result<(), EngineError> {
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("sunmao-epochs".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })
        .map(drop)
        .map_err(|error| EngineError {
            message: format!("ticker: {error}"),
        })
}
