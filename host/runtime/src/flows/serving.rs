//! Whether the extensions that a delivery needs serve, before and while they are called.

use super::flow::{ExtensionReference, Flow};
use crate::actor::Actor;
use crate::extension::{ExtensionKind, SharedExtension};
use crate::loading::Extensions;
use std::future::pending;
use sunmao_catalogue::{Fault, Kind};

/// The delivery target of an extension, as [`Identity`](crate::Identity) shows it.
pub(super) fn target_of(kind: ExtensionKind, name: &str) -> String {
    Actor::Extension(kind, name.into()).to_string()
}

/// The first extension of a flow that does not serve now.
pub(super) fn lacking<'a>(extensions: &Extensions, flow: &'a Flow) -> Option<&'a ExtensionReference> {
    let mut absent = flow
        .extensions()
        .filter(|one| extensions.get(one.kind, &one.name).is_none());
    absent.next()
}

/// A flow's extension does not serve.
pub(super) fn does_not_serve(reference: &ExtensionReference) -> Fault {
    let name = target_of(reference.kind, &reference.name);
    Fault::new(Kind::Unavailable, format!("{name} does not serve"))
        .with_hint("put the file into its folder, or see why it does not load: sunmao plugin list")
}

/// An automation does not serve.
pub(super) fn is_gone(target: &str) -> Fault {
    Fault::new(Kind::Unavailable, format!("{target} does not serve")).with_hint(format!(
        "put its file back, or: sunmao delivery drop --target \"{target}\""
    ))
}

/// Waits for a call of an extension for as long as anything serves under its name. What is removed or taken out of
/// service while it runs is called no longer; a version that is replaced finishes its call.
pub(super) async fn while_it_serves<T>(
    extensions: &Extensions,
    extension: &SharedExtension,
    call: impl Future<Output = T>,
) -> Option<T> {
    let (kind, name) = (extension.identity().kind, extension.identity().name.clone());
    let mut changes = extensions.changes();
    let gone = async {
        while extensions.get(kind, &name).is_some() {
            if changes.changed().await.is_err() {
                pending::<()>().await;
            }
        }
    };
    tokio::select! {
        biased;
        answer = call => Some(answer),
        () = gone => {
            tracing::warn!(extension = %extension.identity(), "taken out of service while it ran; its call is ended");
            None
        }
    }
}
