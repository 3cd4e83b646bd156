//! WebAssembly components as extensions.

mod bindings;
mod compiling;
mod component;
mod convert;
mod engine;
mod failure;
mod guest;
mod idle;
mod inspect;
mod layout;
mod link;
mod memory;
mod nesting;
mod pure;
mod roles;
mod ruling;
mod services;
mod typecheck;
mod verdicts;
mod warm;

pub use compiling::{CompileBounds, Compiler, compile_here};
pub use component::{Plugin, surface};
pub use engine::{Engine, EngineError, engine};
