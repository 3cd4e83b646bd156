//! Everything a script may call, registered once a process and shared by every engine.

use super::{dates, operations, services, value};
use rhai::packages::{Package, StandardPackage};
use rhai::{Dynamic, Engine, EvalAltResult, FuncRegistration, INT, ImmutableString, Module, Shared, Variant};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;
use sunmao_catalogue::{Catalogue, nearest};

/// Deepest nesting of statements and expressions, at the top and inside a function. Rhai's own values for release
/// builds, so that a script that loads on one build loads on the other.
const EXPRESSION_DEPTHS: (usize, usize) = (64, 32);
/// Symbols that would run text, reach files, or build values that no limit sees.
const DISABLED: [&str; 3] = ["eval", "import", "curry"];
static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::new(&Catalogue::shared()));

/// The functions of Rhai's standard library, of the ERP's objects and of the host's services.
pub struct Library {
    standard: Shared<Module>,
    modules: BTreeMap<String, Shared<Module>>,
    /// Numbers of arguments by qualified name, `customers::list`.
    calls: BTreeMap<String, BTreeSet<usize>>,
    /// Names that need no module.
    functions: BTreeSet<String>,
    /// English names of parameters that snake_case writes differently, in kebab-case.
    kebab_names: HashSet<String>,
}

impl Library {
    /// The library of the catalogue that is compiled in.
    pub fn shared() -> &'static Library {
        &LIBRARY
    }

    fn new(catalogue: &Catalogue) -> Self {
        let mut modules: BTreeMap<String, Shared<Module>> = BTreeMap::new();
        for (name, mut module) in operations::modules(catalogue).chain(services::modules()) {
            module.set_id(&name);
            module.build_index();
            modules.insert(name, module.into());
        }
        let standard = standard();
        let names = catalogue.glossary().labels().map(|(_, english)| english);
        Library {
            calls: calls(&modules),
            functions: functions(&standard),
            kebab_names: names
                .filter(|name| name.contains('-'))
                .map(str::to_owned)
                .collect(),
            standard,
            modules,
        }
    }

    /// An engine with the standard library and nothing else.
    pub fn engine(&self) -> Engine {
        let mut engine = Engine::new_raw();
        engine.register_global_module(self.standard.clone());
        engine.set_max_expr_depths(EXPRESSION_DEPTHS.0, EXPRESSION_DEPTHS.1);
        engine.set_fail_on_invalid_map_property(true);
        // Its fast operators would pass our comparisons by.
        engine.set_fast_operators(false);
        for symbol in DISABLED {
            engine.disable_symbol(symbol);
        }
        engine
    }

    /// Every module by name.
    pub fn modules(&self) -> impl Iterator<Item = (&str, &Shared<Module>)> {
        self.modules.iter().map(|(name, module)| (name.as_str(), module))
    }

    /// The numbers of arguments that a qualified function takes; none where there is no such function.
    pub fn arities(&self, call: &str) -> Option<&BTreeSet<usize>> {
        self.calls.get(call)
    }

    /// Whether a function needs no module.
    pub fn has_function(&self, name: &str) -> bool {
        self.functions.contains(name)
    }

    /// The functions that need no module.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.functions.iter().map(String::as_str)
    }

    /// The nearest qualified function.
    pub fn nearest_call(&self, call: &str) -> Option<&str> {
        nearest(call, self.calls.keys().map(String::as_str))
    }

    /// A name that a script wrote as the catalogue has it: an English name gets its hyphens back, anything else stays.
    pub fn catalogue_name(&self, name: &str) -> String {
        let kebab = name.replace('_', "-");
        if self.kebab_names.contains(&kebab) {
            kebab
        } else {
            name.to_owned()
        }
    }

    /// A name of the catalogue as scripts write it; the names of unknown columns stay.
    pub fn script_name(&self, name: &str) -> String {
        if self.kebab_names.contains(name) {
            name.replace('-', "_")
        } else {
            name.to_owned()
        }
    }
}

/// Rhai's standard library, without what does not suit a host.
fn standard() -> Shared<Module> {
    let mut module = Module::new();
    StandardPackage::init(&mut module);
    module.register_lazy_functions();
    // It would block a thread beyond the reach of every limit.
    FuncRegistration::new("sleep")
        .in_global_namespace()
        .set_into_module(&mut module, |_seconds: INT| -> Result<(), Box<EvalAltResult>> {
            Err("a script cannot sleep".into())
        });
    // Rhai's own reads JSON as an expression and runs the calls in it.
    FuncRegistration::new("parse_json")
        .in_global_namespace()
        .set_into_module(&mut module, |text: &str| -> Result<Dynamic, Box<EvalAltResult>> {
            value::from_json(text).map_err(Into::into)
        });
    dates::add(&mut module);
    refuse_comparisons(&mut module);
    module.build_index();
    module.into()
}

/// Rhai answers `() < 60` and `"75" >= 60` with false, which would make a rule out of a missing or unread number.
fn refuse_comparisons(module: &mut Module) {
    const ORDER: &[&str] = &["<", "<=", ">", ">="];
    const ANY: &[&str] = &["<", "<=", ">", ">=", "==", "!="];
    const ABSENT: &str = "there is nothing to compare: the value is (); look for that first";
    const TEXT: &str =
        "text is compared with a number; parse_int(…) or parse_decimal(…) reads a number from text";
    refuse::<(), INT>(module, ORDER, ABSENT);
    refuse::<(), Decimal>(module, ORDER, ABSENT);
    refuse::<(), ImmutableString>(module, ORDER, ABSENT);
    refuse::<ImmutableString, INT>(module, ANY, TEXT);
    refuse::<ImmutableString, Decimal>(module, ANY, TEXT);
}

fn refuse<A: Variant + Clone, B: Variant + Clone>(
    module: &mut Module,
    operators: &[&str],
    message: &'static str,
) {
    for operator in operators {
        let function = || FuncRegistration::new(*operator).in_global_namespace();
        function().set_into_module(module, move |_: A, _: B| -> Result<bool, Box<EvalAltResult>> {
            Err(message.into())
        });
        function().set_into_module(module, move |_: B, _: A| -> Result<bool, Box<EvalAltResult>> {
            Err(message.into())
        });
    }
}

fn calls(modules: &BTreeMap<String, Shared<Module>>) -> BTreeMap<String, BTreeSet<usize>> {
    let mut calls: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (name, module) in modules {
        let mut engine = Engine::new_raw();
        engine.register_global_module(module.clone());
        let members = engine.collect_fn_metadata(
            None,
            |function| Some((function.metadata.name.to_string(), function.metadata.num_params)),
            false,
        );
        for (function, arity) in members {
            calls
                .entry(format!("{name}::{function}"))
                .or_default()
                .insert(arity);
        }
    }
    calls
}

fn functions(standard: &Shared<Module>) -> BTreeSet<String> {
    let mut engine = Engine::new_raw();
    engine.register_global_module(standard.clone());
    let mut names: BTreeSet<String> = engine
        .collect_fn_metadata(None, |function| Some(function.metadata.name.to_string()), true)
        .into_iter()
        .collect();
    names.remove("sleep");
    names
}
