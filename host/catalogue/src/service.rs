//! The services of the host, one table: what a guest may import of `sunmao:host`, and what has to be granted for it.

/// A service that guests may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// Its name: the interface of `sunmao:host`, the module of a script, the grant.
    pub name: &'static str,
    /// Whether it touches more than the guest itself, and so wants a grant.
    pub granted: bool,
    /// Whether it changes nothing and answers alike in a repetition of the invocation, so that a mapping may use it.
    pub pure: bool,
}

const fn service(name: &'static str, granted: bool, pure: bool) -> Service {
    Service { name, granted, pure }
}

/// All services.
pub const SERVICES: [Service; 8] = [
    service("log", false, true),
    service("state", false, false),
    service("links", true, false),
    service("records", true, false),
    service("filing", true, false),
    service("events", true, false),
    service("settings", false, true),
    service("clock", false, true),
];

impl Service {
    /// The service of that name.
    pub fn find(name: &str) -> Option<&'static Service> {
        SERVICES.iter().find(|service| service.name == name)
    }
}
