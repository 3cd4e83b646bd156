//! The ERP's operations as functions: one module an object, one body for all of them.

use super::run::Run;
use super::{answer, failure, value};
use rhai::{Dynamic, EvalAltResult, FuncRegistration, Module, NativeCallContext};
use sunmao_catalogue::{Catalogue, Fault, Kind, Operation, Record, Value};

/// The modules by name. The session's is not among them: login and logout belong to the host.
pub fn modules(catalogue: &Catalogue) -> impl Iterator<Item = (String, Module)> {
    catalogue.objects().filter_map(|(object, operations)| {
        let mut business = operations
            .into_iter()
            .filter(|operation| operation.is_business())
            .peekable();
        business.peek()?;
        let mut module = Module::new();
        for operation in business {
            register(&mut module, operation);
        }
        Some((object.replace('-', "_"), module))
    })
}

/// `object.verb` as scripts write it: `object::verb`.
pub fn script_name(operation: &Operation) -> String {
    operation.name.replace('-', "_").replace('.', "::")
}

fn register(module: &mut Module, operation: &Operation) {
    let id = operation.id;
    let function = || FuncRegistration::new(operation.verb.replace('-', "_")).with_volatility(true);
    function().set_into_module(module, move |context: NativeCallContext<'_>| {
        call(&context, id, None)
    });
    function().set_into_module(
        module,
        move |context: NativeCallContext<'_>, arguments: Dynamic| call(&context, id, Some(&arguments)),
    );
}

fn call(
    context: &NativeCallContext<'_>,
    id: u32,
    arguments: Option<&Dynamic>,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let outcome = match Run::of(context) {
        Some(run) => run_operation(&run, id, arguments),
        None => Err(Fault::new(Kind::Unavailable, "no host serves this script")),
    };
    outcome.map_err(|fault| failure::thrown_fault(context, &fault))
}

fn run_operation(run: &Run, id: u32, arguments: Option<&Dynamic>) -> Result<Dynamic, Fault> {
    let operation = run
        .host()
        .catalogue
        .by_id(id)
        .ok_or_else(|| Fault::new(Kind::NotFound, format!("no operation has the menu id {id}")))?;
    let arguments = match arguments {
        Some(arguments) => record(operation, arguments)?,
        None => Record::default(),
    };
    let answered = run.operation(operation, &arguments)?;
    Ok(answer::to_script(operation, answered))
}

fn record(operation: &Operation, arguments: &Dynamic) -> Result<Record, Fault> {
    let unsound = |message: String| {
        let name = script_name(operation);
        Fault::new(Kind::Invalid, format!("{name}: {message}")).with_hint(format!(
            "{name}(#{{ name: value, … }}); sunmao operations show {}",
            operation.name
        ))
    };
    match value::from_script(arguments).map_err(unsound)? {
        Value::Record(record) => Ok(*record),
        Value::Null => Ok(Record::default()),
        _ => Err(unsound(format!("takes a map, not {}", value::kind(arguments)))),
    }
}
