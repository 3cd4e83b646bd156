//! The host's services as modules, under the names they have in the WIT.

mod records;

use super::run::Run;
use super::{failure, value};
use crate::problem::Problem;
use crate::services;
use rhai::{
    Dynamic, EvalAltResult, FuncRegistration, INT, Map, Module, NativeCallContext, RhaiNativeFunc, Variant,
};
use sunmao_store::Link;
use tracing::Level;

/// `log::debug` cannot be written, since Rhai keeps the word; `log::write("debug", …)` and `debug(…)` can.
const LEVELS: [(&str, Level); 4] = [
    ("trace", Level::TRACE),
    ("info", Level::INFO),
    ("warn", Level::WARN),
    ("error", Level::ERROR),
];

type Raised = Box<EvalAltResult>;
type Context<'a> = NativeCallContext<'a>;

/// The modules by name; `session` is served beside the services, as plugins have it.
pub fn modules() -> impl Iterator<Item = (String, Module)> {
    let modules = [
        ("log", log()),
        ("state", state()),
        ("links", links()),
        ("records", records::records()),
        ("filing", records::filing()),
        ("events", events()),
        ("settings", settings()),
        ("clock", clock()),
        ("session", session()),
    ];
    modules
        .into_iter()
        .map(|(name, module)| (name.to_owned(), module))
}

fn log() -> Module {
    let mut module = Module::new();
    for (name, level) in LEVELS {
        add(
            &mut module,
            name,
            move |context: Context<'_>, message: Dynamic| write(&context, level, &message, &Map::new()),
        );
        add(
            &mut module,
            name,
            move |context: Context<'_>, message: Dynamic, fields: Map| {
                write(&context, level, &message, &fields)
            },
        );
    }
    add(
        &mut module,
        "write",
        |context: Context<'_>, level: &str, message: Dynamic| {
            write(&context, named_level(&context, level)?, &message, &Map::new())
        },
    );
    add(
        &mut module,
        "write",
        |context: Context<'_>, level: &str, message: Dynamic, fields: Map| {
            write(&context, named_level(&context, level)?, &message, &fields)
        },
    );
    module
}

fn write(context: &Context<'_>, level: Level, message: &Dynamic, fields: &Map) -> Result<(), Raised> {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    services::log(run(context)?.caller(), level, &message.to_string(), &fields);
    Ok(())
}

fn named_level(context: &Context<'_>, name: &str) -> Result<Level, Raised> {
    name.parse().map_err(|_| {
        let hint = "trace, debug, info, warn or error".to_owned();
        failure::thrown_problem(
            context,
            Problem {
                message: format!("{name} is no log level"),
                hint,
            },
        )
    })
}

fn state() -> Module {
    let mut module = Module::new();
    add(&mut module, "get", |context: Context<'_>, key: &str| {
        let entry = ask(&context, |run| {
            run.service("state", services::state_get(run.host(), run.caller(), key))
        })?;
        let entry =
            entry.map(|entry| members([("value", entry.value.into()), ("revision", entry.revision.into())]));
        Ok::<_, Raised>(entry.unwrap_or_default())
    });
    add(
        &mut module,
        "put",
        |context: Context<'_>, key: &str, value: &str| {
            ask(&context, |run| {
                run.service("state", services::state_put(run.host(), run.caller(), key, value))
            })
        },
    );
    add(
        &mut module,
        "compare_and_set",
        |context: Context<'_>, key: &str, expected: INT, value: &str| {
            compare_and_set(&context, key, Some(expected), value)
        },
    );
    add(
        &mut module,
        "compare_and_set",
        |context: Context<'_>, key: &str, _absent: (), value: &str| {
            compare_and_set(&context, key, None, value)
        },
    );
    add(&mut module, "delete", |context: Context<'_>, key: &str| {
        ask(&context, |run| {
            run.service("state", services::state_delete(run.host(), run.caller(), key))
        })
    });
    add(&mut module, "keys", |context: Context<'_>, prefix: &str| {
        keys(&context, prefix)
    });
    add(&mut module, "keys", |context: Context<'_>| keys(&context, ""));
    module
}

fn compare_and_set(
    context: &Context<'_>,
    key: &str,
    expected: Option<INT>,
    value: &str,
) -> Result<Dynamic, Raised> {
    let set = ask(context, |run| {
        run.service(
            "state",
            services::state_compare_and_set(run.host(), run.caller(), key, expected, value),
        )
    })?;
    Ok(set.map_or(Dynamic::UNIT, Dynamic::from))
}

fn keys(context: &Context<'_>, prefix: &str) -> Result<Dynamic, Raised> {
    let keys = ask(context, |run| {
        run.service("state", services::state_keys(run.host(), run.caller(), prefix))
    })?;
    Ok(Dynamic::from(
        keys.into_iter().map(Dynamic::from).collect::<Vec<_>>(),
    ))
}

fn links() -> Module {
    let mut module = Module::new();
    add(
        &mut module,
        "get",
        |context: Context<'_>, name: &str, kind: &str, id: &str| {
            ask(&context, |run| {
                run.service(
                    "links",
                    services::link_of(run.host(), run.caller(), name, kind, id),
                )
            })
            .map(link)
        },
    );
    add(
        &mut module,
        "find",
        |context: Context<'_>, name: &str, erp_key: INT| {
            ask(&context, |run| {
                run.service(
                    "links",
                    services::link_to(run.host(), run.caller(), name, erp_key),
                )
            })
            .map(link)
        },
    );
    module
}

fn link(link: Option<Link>) -> Dynamic {
    let Some(link) = link else { return Dynamic::UNIT };
    members([
        ("name", link.link.into()),
        ("kind", link.record.kind.into()),
        ("id", link.record.id.into()),
        ("erp_key", link.erp_key.into()),
        ("number", link.number.into()),
    ])
}

fn events() -> Module {
    let mut module = Module::new();
    add(
        &mut module,
        "emit",
        |context: Context<'_>, name: &str, key: &str, payload: Dynamic| {
            let payload = value::to_json(&payload).map_err(|message| {
                let hint = "give a map of plain values, or text".to_owned();
                failure::thrown_problem(
                    &context,
                    Problem {
                        message: format!("payload: {message}"),
                        hint,
                    },
                )
            })?;
            ask(&context, |run| {
                run.service(
                    "events",
                    services::emit(run.host(), run.caller(), name, key, &payload),
                )
            })
        },
    );
    module
}

fn settings() -> Module {
    let mut module = Module::new();
    add(&mut module, "get", |context: Context<'_>, name: &str| {
        let setting = run(&context)?.caller().permit.settings.get(name).cloned();
        Ok::<_, Raised>(setting.map_or(Dynamic::UNIT, Dynamic::from))
    });
    add(&mut module, "all", |context: Context<'_>| {
        let run = run(&context)?;
        let settings = run.caller().permit.settings.iter();
        Ok::<_, Raised>(
            settings
                .map(|(name, value)| (name.into(), value.clone().into()))
                .collect::<Map>(),
        )
    });
    module
}

fn clock() -> Module {
    let mut module = Module::new();
    add(&mut module, "now", |context: Context<'_>| {
        Ok::<_, Raised>(services::iso_milliseconds(run(&context)?.caller().invocation.now))
    });
    add(&mut module, "unix_milliseconds", |context: Context<'_>| {
        Ok::<_, Raised>(run(&context)?.caller().invocation.now.as_millisecond())
    });
    module
}

fn session() -> Module {
    let mut module = Module::new();
    add(&mut module, "status", |context: Context<'_>| {
        let run = run(&context)?;
        let account = run.caller().permit.account.as_deref();
        let status = run.host().gateway.session_status(account);
        let state = if status.signed_in {
            "signed-in"
        } else {
            "signed-out"
        };
        Ok::<_, Raised>(members([
            ("state", state.into()),
            (
                "since",
                status
                    .since
                    .map(|since| since.to_string())
                    .unwrap_or_default()
                    .into(),
            ),
            (
                "application_version",
                status.application_version.unwrap_or_default().into(),
            ),
        ]))
    });
    module
}

fn add<A: 'static, const N: usize, const X: bool, R: Variant + Clone, const F: bool, Function>(
    module: &mut Module,
    name: &str,
    function: Function,
) where
    Function: RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
{
    FuncRegistration::new(name)
        .with_volatility(true)
        .set_into_module(module, function);
}

fn members<const COUNT: usize>(members: [(&str, Dynamic); COUNT]) -> Dynamic {
    members
        .into_iter()
        .map(|(name, value)| (name.into(), value))
        .collect::<Map>()
        .into()
}

fn run(context: &Context<'_>) -> Result<Run, Raised> {
    Run::of(context).ok_or_else(|| {
        let hint = "run the script on a host".to_owned();
        failure::thrown_problem(
            context,
            Problem {
                message: "no host serves this script".to_owned(),
                hint,
            },
        )
    })
}

/// Asks the host and throws what it says against it.
fn ask<T>(context: &Context<'_>, question: impl FnOnce(&Run) -> Result<T, Problem>) -> Result<T, Raised> {
    question(&run(context)?).map_err(|problem| failure::thrown_problem(context, problem))
}
