//! The one macro behind mappings, policies and merges. What they speak in follows from the plugin's own `wit/`, which
//! `sunmao plugin wit` writes from its `sunmao-plugin.toml`.

/// Makes a type the component's export, in every role that the folder's `wit/` asks for, and gives those roles' types.
///
/// For each role there is a module in `roles`, with a trait `Guest` to implement and the records it speaks in. Records
/// have a `Default`; [`Fault`](crate::Fault), [`Decision`](crate::Decision) and [`Ruling`](crate::Ruling) are the SDK's. A folder that says
///
/// ```toml
/// name = "verified-first"
/// language = "rust"
///
/// [[roles]]
/// role = "policy"
/// kind = "contact"
/// ```
///
/// has a policy of contacts, and a source of
///
/// ```ignore
/// use roles::contact_policy::{Contact, Guest as Policy};
/// use sunmao_plugin::Decision;
///
/// struct VerifiedFirst;
///
/// impl Policy for VerifiedFirst {
///     fn judge(contact: Contact) -> Decision {
///         if contact.phone_verified {
///             return Decision::Admit;
///         }
///         Decision::skip("the phone is not verified")
///     }
/// }
///
/// sunmao_plugin::plugin!(VerifiedFirst);
/// ```
///
/// A mapping is the same with `roles::contact_to_customers_save_company`, whose `map` gives a record or a list of
/// faults. Further options of wit-bindgen may follow the type. Only WebAssembly has exports named as the component model
/// names them; elsewhere the macro gives the types alone, so that a plugin's own tests run natively.
#[macro_export]
macro_rules! plugin {
    ($plugin:ident $(, $($option:tt)*)?) => {
        #[doc(hidden)]
        #[allow(missing_docs, unsafe_code, unused, clippy::all, reason = "written by wit-bindgen")]
        pub mod bindings {
            ::sunmao_plugin::wit_bindgen::generate!({
                path: "wit",
                world: "sunmao:plugin/plugin",
                runtime_path: "::sunmao_plugin::wit_bindgen::rt",
                with: { "sunmao:host/types@0.1.0": ::sunmao_plugin::types },
                generate_all,
                additional_derives: [Clone, PartialEq, Default],
                $($($option)*)?
            });
        }

        #[doc(hidden)]
        pub use bindings::exports::sunmao::plugin as roles;

        #[cfg(target_arch = "wasm32")]
        bindings::export!($plugin with_types_in bindings);
        #[cfg(not(target_arch = "wasm32"))]
        const _: usize = ::core::mem::size_of::<$plugin>();
    };
}
