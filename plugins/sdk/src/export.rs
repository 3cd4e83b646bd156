//! The macro that makes an automation the component's export.

/// Exports a type that implements [`automation::Automation`](crate::automation::Automation). Only WebAssembly has exports
/// named as the component model names them; elsewhere the macro checks the type, so that a plugin's own tests run
/// natively.
#[macro_export]
macro_rules! export_automation {
    ($plugin:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::automation::bindings::export!($plugin);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = || $crate::automation::implemented::<$plugin>();
    };
}
