//! Rust types and traits of the hand-written WIT. The ERP's operations are linked dynamically instead, see `link`, and
//! mappings, policies and merges are called so, see `roles`.

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
                import sunmao:host/records@0.1.0;
                import sunmao:host/filing@0.1.0;
                import sunmao:host/events@0.1.0;
                import sunmao:host/settings@0.1.0;
                import sunmao:host/clock@0.1.0;
            }
        ",
        imports: {
            "sunmao:host/state": async,
            "sunmao:host/links": async,
            "sunmao:host/records": async,
            "sunmao:host/filing": async,
            "sunmao:host/events": async,
        },
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
