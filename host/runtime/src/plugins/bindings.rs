//! Rust types and traits of the hand-written WIT. The ERP's operations are linked dynamically instead, see `link`.

/// The host's services, as the automation world imports them.
pub mod services {
    #![allow(missing_docs)]
    wasmtime::component::bindgen!({
        path: "../../wit",
        inline: "
            package sunmao:bindings;
            world services {
                import sunmao:host/types@0.1.0;
                import sunmao:host/log@0.1.0;
                import sunmao:host/state@0.1.0;
                import sunmao:host/links@0.1.0;
                import sunmao:host/hub@0.1.0;
                import sunmao:host/events@0.1.0;
                import sunmao:host/settings@0.1.0;
                import sunmao:host/clock@0.1.0;
            }
        ",
        imports: {
            "sunmao:host/state": async,
            "sunmao:host/links": async,
            "sunmao:host/hub": async,
            "sunmao:host/events": async,
        },
    });
}

/// The pure world `mapping`. Its exports are called asynchronously, as all are, so that a guest that computes for long
/// yields its thread now and then.
pub mod mapping {
    #![allow(missing_docs)]
    wasmtime::component::bindgen!({
        path: "../../wit",
        inline: "package sunmao:bindings; world mapping { export sunmao:plugin/customer-mapping@0.1.0; }",
        exports: { default: async },
        with: { "sunmao:host/types": super::services::sunmao::host::types },
    });
}

/// The pure world `policy`, called like `mapping`.
pub mod policy {
    #![allow(missing_docs)]
    wasmtime::component::bindgen!({
        path: "../../wit",
        inline: "package sunmao:bindings; world policy { export sunmao:plugin/admission@0.1.0; }",
        exports: { default: async },
        with: { "sunmao:host/types": super::services::sunmao::host::types },
    });
}

/// The export of the world `automation`.
pub mod automation {
    #![allow(missing_docs)]
    wasmtime::component::bindgen!({
        path: "../../wit",
        inline: "package sunmao:bindings; world automation { export sunmao:plugin/event-handler@0.1.0; }",
        exports: { default: async },
    });
}
