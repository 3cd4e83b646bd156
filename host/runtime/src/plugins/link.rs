//! The dynamic linker: one closure serves every ERP operation a component imports, led by the catalogue.

use super::bindings::services::sunmao::host as services;
use super::convert;
use super::guest::Guest;
use super::inspect::Imports;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Face, Fault, Kind, Operation, RecordShape, Shape};
use wasmtime::component::{HasSelf, Linker, Val};
use wasmtime::{Engine, StoreContextMut};

/// An operation with its shapes worked out once a plugin, not once a call.
struct Linked {
    operation: Operation,
    request: Option<Arc<RecordShape>>,
    response: Shape,
}

/// A linker that serves exactly what a component imports.
pub fn linker(engine: &Engine, catalogue: &Catalogue, imports: &Imports) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    add_services(&mut linker, &imports.surface.services)?;
    for imported in &imports.operations {
        let Some(operation) = catalogue.by_id(imported.id) else {
            continue;
        };
        let linked = Arc::new(Linked {
            operation: operation.clone(),
            request: operation.request_shape(),
            response: operation.response_shape(),
        });
        linker.instance(&imported.interface)?.func_new_async(
            &imported.function,
            move |store, _kind, parameters, results| {
                let linked = linked.clone();
                Box::new(async move { serve(store, &linked, parameters, results).await })
            },
        )?;
    }
    for interface in &imports.sessions {
        linker
            .instance(interface)?
            .func_new("status", |store, _kind, _parameters, results| {
                if let Some(result) = results.first_mut() {
                    *result = session_status(store.data());
                }
                Ok(())
            })?;
    }
    Ok(linker)
}

fn add_services(linker: &mut Linker<Guest>, wanted: &[String]) -> wasmtime::Result<()> {
    for service in wanted {
        match service.as_str() {
            "log" => services::log::add_to_linker::<_, HasSelf<_>>(linker, |guest| guest)?,
            "state" => services::state::add_to_linker::<_, HasSelf<_>>(linker, |guest| guest)?,
            "links" => services::links::add_to_linker::<_, HasSelf<_>>(linker, |guest| guest)?,
            "records" => services::records::add_to_linker::<_, HasSelf<_>>(linker, |guest| guest)?,
            "filing" => services::filing::add_to_linker::<_, HasSelf<_>>(linker, |guest| guest)?,
            "events" => services::events::add_to_linker::<_, HasSelf<_>>(linker, |guest| guest)?,
            "settings" => services::settings::add_to_linker::<_, HasSelf<_>>(linker, |guest| guest)?,
            "clock" => services::clock::add_to_linker::<_, HasSelf<_>>(linker, |guest| guest)?,
            other => return Err(wasmtime::Error::msg(format!("no service is called {other}"))),
        }
    }
    Ok(())
}

/// Serves one call of one operation. The ERP's errors are the guest's to handle; only a value of another shape than
/// the component declared traps it.
async fn serve(
    store: StoreContextMut<'_, Guest>,
    linked: &Linked,
    parameters: &[Val],
    results: &mut [Val],
) -> wasmtime::Result<()> {
    let arguments = match (&linked.request, parameters) {
        (Some(shape), [value]) => {
            convert::request(shape, value).map_err(|error| wasmtime::Error::msg(error.to_string()))?
        }
        _ => Default::default(),
    };
    let outcome = store.data().operation(&linked.operation, &arguments).await;
    let outcome = outcome.and_then(|answer| {
        convert::response(&linked.response, linked.operation.present(answer, Face::Typed)).map_err(|error| {
            Fault::new(
                Kind::Unavailable,
                format!(
                    "{}: the answer does not fit its shape at {error}",
                    linked.operation.name
                ),
            )
        })
    });
    if let Some(result) = results.first_mut() {
        *result = Val::Result(match outcome {
            Ok(value) => Ok(Some(Box::new(value))),
            Err(fault) => Err(Some(Box::new(convert::fault(fault)))),
        });
    }
    Ok(())
}

fn session_status(guest: &Guest) -> Val {
    let status = guest
        .host
        .gateway
        .session_status(guest.caller.permit.account.as_deref());
    let state = if status.signed_in {
        "signed-in"
    } else {
        "signed-out"
    };
    let text = |value: Option<String>| Val::Option(value.map(|value| Box::new(Val::String(value))));
    let record = Val::Record(vec![
        ("state".to_owned(), Val::Enum(state.to_owned())),
        (
            "since".to_owned(),
            text(status.since.map(|since| since.to_string())),
        ),
        ("application-version".to_owned(), text(status.application_version)),
    ]);
    Val::Result(Ok(Some(Box::new(record))))
}
