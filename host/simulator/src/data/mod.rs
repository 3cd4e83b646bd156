//! The generated data set: deterministic by seed and size, plausible, and invented throughout.

mod generator;
mod names;

pub(crate) use generator::Generator;
