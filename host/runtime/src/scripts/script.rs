//! One version of one script: checked once, then run in the roles whose functions it defines.

use super::check::{self, Checked};
use super::failure::Failing;
use super::fault;
use super::run::{Asker, Run};
use super::{record, result, ruling, threads};
use crate::asked::check_grants;
use crate::extension::{
    Change, Decision, Event, Extension, ExtensionError, ExtensionKind, Identity, Invocation, Permit, Surface,
};
use crate::gateway::Caller;
use crate::host::Host;
use crate::load_error::LoadError;
use crate::merge::Ruling;
use async_trait::async_trait;
use rhai::{CallFnOptions, Dynamic, Scope};
use std::fmt;
use std::sync::Arc;
use sunmao_catalogue::{Joint, Record, RecordKind, Side};
use tokio::runtime::Handle;

/// A script that may run.
pub struct Script {
    program: Arc<Program>,
    host: Arc<Host>,
}

struct Program {
    identity: Identity,
    /// Itself as a caller, for its invocations to be made from.
    caller: Caller,
    checked: Checked,
}

impl fmt::Debug for Script {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Script")
            .field("identity", &self.program.identity)
            .finish_non_exhaustive()
    }
}

impl Script {
    /// Compiles and checks a script's text. Nothing of it has run yet.
    ///
    /// # Errors
    /// It does not compile, calls what does not exist, defines no role, or asks for more than it was granted.
    pub fn load(host: Arc<Host>, permit: Arc<Permit>, name: &str, source: &str) -> Result<Script, LoadError> {
        let checked =
            check::compile(&host.catalogue, source).map_err(|faults| fault::load_error(name, &faults))?;
        check_grants(
            &host.catalogue,
            &permit.grants,
            &checked.surface,
            ExtensionKind::Script,
            name,
        )?;
        let identity = Identity::of(ExtensionKind::Script, name, source.as_bytes());
        let caller = Caller::extension(&identity, permit, Invocation::at(host.clock.now()));
        Ok(Script {
            program: Arc::new(Program {
                identity,
                caller,
                checked,
            }),
            host,
        })
    }

    /// Calls one of its functions on a script thread and reads what it returns.
    async fn call<T: Send + 'static>(
        &self,
        invocation: &Invocation,
        function: Function,
        arguments: Vec<Dynamic>,
        read: impl FnOnce(&Dynamic) -> Result<T, String> + Send + 'static,
    ) -> Result<T, ExtensionError> {
        let program = self.program.clone();
        if !program.checked.defines(function.name, arguments.len()) {
            return Err(self.not_provided(function.role));
        }
        let caller = program.caller.in_invocation(invocation.clone());
        let (host, runtime, asker) = (self.host.clone(), Handle::current(), Asker::default());
        let _waiting = asker.waiting();
        let finished = threads::run(move || {
            let run = Run::begin(host, caller, runtime, asker);
            program.run(&run, &function, arguments, read)
        })
        .await;
        finished.unwrap_or_else(|error| Err(self.program.failing(&function).broken(error, true)))
    }
}

/// A function of a role.
#[derive(Clone, Copy)]
struct Function {
    name: &'static str,
    role: &'static str,
    /// Throwing is how it refuses the data.
    refuses: bool,
}

impl Program {
    fn run<T>(
        &self,
        run: &Run,
        function: &Function,
        arguments: Vec<Dynamic>,
        read: impl FnOnce(&Dynamic) -> Result<T, String>,
    ) -> Result<T, ExtensionError> {
        let failing = self.failing(function);
        if run.is_abandoned() {
            return Err(failing.abandoned());
        }
        let engine = run.engine(&self.checked.modules);
        let options = CallFnOptions::new().eval_ast(self.checked.reads_globals);
        let called = engine.call_fn_with_options(
            options,
            &mut Scope::new(),
            &self.checked.ast,
            function.name,
            arguments,
        );
        // A limit that the host told it of ended it, also where it went on for a while.
        if let Some(exceeded) = run.exceeded() {
            return Err(failing.exceeded(exceeded));
        }
        let returned: Dynamic = called.map_err(|error| failing.error(*error, function.refuses))?;
        read(&returned)
            .map_err(|error| failing.broken(format!("`{}` returned: {error}", function.name), false))
    }

    fn failing<'a>(&'a self, function: &Function) -> Failing<'a> {
        Failing {
            identity: &self.identity,
            phase: function.name,
            limits: &self.caller.permit.limits,
        }
    }
}

#[async_trait]
impl Extension for Script {
    fn identity(&self) -> &Identity {
        &self.program.identity
    }

    fn surface(&self) -> &Surface {
        &self.program.checked.surface
    }

    fn account(&self) -> Option<&str> {
        self.program.caller.permit.account.as_deref()
    }

    async fn judge(
        &self,
        invocation: &Invocation,
        kind: &Arc<RecordKind>,
        record: &Record,
    ) -> Result<Decision, ExtensionError> {
        let judge = Function {
            name: "judge",
            role: "policy",
            refuses: false,
        };
        let record = record::to_script(kind, record);
        self.call(invocation, judge, vec![record], result::decision).await
    }

    async fn map(
        &self,
        invocation: &Invocation,
        joint: &Joint,
        from: &Record,
        known: Option<&Record>,
    ) -> Result<Record, ExtensionError> {
        let map = Function {
            name: "map",
            role: "mapping",
            refuses: true,
        };
        let mut arguments = vec![record::side_to_script(&joint.from, from)];
        if let Side::Kind(kind) = &joint.to {
            arguments.push(known.map_or(Dynamic::UNIT, |known| record::to_script(kind, known)));
        }
        let to = joint.to.clone();
        let read = move |returned: &Dynamic| record::side_from_script(&to, returned);
        self.call(invocation, map, arguments, read).await
    }

    async fn merge(&self, invocation: &Invocation, change: &Change) -> Result<Ruling, ExtensionError> {
        let merge = Function {
            name: "merge",
            role: "merge",
            refuses: false,
        };
        let change = ruling::change_to_script(change);
        self.call(invocation, merge, vec![change], ruling::from_script)
            .await
    }

    async fn handle(&self, invocation: &Invocation, event: &Event) -> Result<(), ExtensionError> {
        let handle = Function {
            name: "handle",
            role: "automation",
            refuses: false,
        };
        let event = Dynamic::from(result::event_for_script(event));
        self.call(invocation, handle, vec![event], |_| Ok(())).await
    }
}
