//! Macros that make a type the component's export. Only WebAssembly has exports named as the component model names them;
//! elsewhere the macros check the type, so that a plugin's own tests run natively.

/// Exports a type that implements [`mapping::Mapping`](crate::mapping::Mapping).
#[macro_export]
macro_rules! export_mapping {
    ($plugin:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::mapping::bindings::export!($plugin);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = || $crate::mapping::implemented::<$plugin>();
    };
}

/// Exports a type that implements [`policy::Policy`](crate::policy::Policy).
#[macro_export]
macro_rules! export_policy {
    ($plugin:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::policy::bindings::export!($plugin);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = || $crate::policy::implemented::<$plugin>();
    };
}

/// Exports a type that implements [`automation::Automation`](crate::automation::Automation).
#[cfg(feature = "automation")]
#[macro_export]
macro_rules! export_automation {
    ($plugin:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::automation::bindings::export!($plugin);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = || $crate::automation::implemented::<$plugin>();
    };
}
