//! Who calls the ERP or uses a service of the host.

use crate::extension::{ExtensionKind, Identity};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Whoever acts: deliveries are for one, intents and audit rows name one. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    /// `flow NAME`: the host itself, for what the operator wrote in a flow's table.
    Flow(Arc<str>),
    /// `plugin NAME`, `script NAME`.
    Extension(ExtensionKind, Arc<str>),
    /// `webhook NAME`: another system that is told of changes.
    Webhook(Arc<str>),
    /// `http`: whoever asks over HTTP.
    Http,
    /// `host`: the host's own housekeeping.
    Host,
}

impl Actor {
    /// A flow by name.
    pub fn flow(name: &str) -> Self {
        Actor::Flow(name.into())
    }

    /// Whether it is a flow.
    pub fn is_flow(&self) -> bool {
        matches!(self, Actor::Flow(_))
    }
}

impl From<&Identity> for Actor {
    fn from(identity: &Identity) -> Self {
        Actor::Extension(identity.kind, identity.name.as_str().into())
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Flow(name) => write!(formatter, "flow {name}"),
            Actor::Extension(kind, name) => write!(formatter, "{} {name}", kind.word()),
            Actor::Webhook(name) => write!(formatter, "webhook {name}"),
            Actor::Http => formatter.write_str("http"),
            Actor::Host => formatter.write_str("host"),
        }
    }
}

/// A text that names no actor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no flow, plugin, script or webhook")]
pub struct UnknownActor(pub String);

impl FromStr for Actor {
    type Err = UnknownActor;

    /// As it is kept and shown.
    fn from_str(text: &str) -> Result<Self, UnknownActor> {
        let actor = match text.split_once(' ') {
            None if text == "http" => Some(Actor::Http),
            None if text == "host" => Some(Actor::Host),
            Some((_, "")) | None => None,
            Some(("flow", name)) => Some(Actor::flow(name)),
            Some(("plugin", name)) => Some(Actor::Extension(ExtensionKind::Plugin, name.into())),
            Some(("script", name)) => Some(Actor::Extension(ExtensionKind::Script, name.into())),
            Some(("webhook", name)) => Some(Actor::Webhook(name.into())),
            Some(_) => None,
        };
        actor.ok_or_else(|| UnknownActor(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_read_as_it_is_shown() {
        for text in [
            "flow customer-push",
            "plugin wechat-customer",
            "script a b",
            "webhook shop",
            "http",
            "host",
        ] {
            assert_eq!(text.parse::<Actor>().unwrap().to_string(), text);
        }
        for text in ["", "flow", "flow ", "cook x", "cli"] {
            assert!(text.parse::<Actor>().is_err(), "{text}");
        }
    }
}
