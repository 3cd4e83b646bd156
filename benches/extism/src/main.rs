//! One mapping four ways, in one run: natively from JSON to JSON, by bindings, as the host calls it, and through Extism's
//! SDK from JSON to JSON. Their batches take turns, so that what else
//! the machine does slows all of them; prints the median of each.

use mimalloc::MiMalloc;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use sunmao_catalogue::{Catalogue, Joint, Kinds, Record, Value};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_runtime::plugins::{Plugin, engine};
use sunmao_runtime::scripts::memory::Counting;
use sunmao_runtime::{Clock, Extension, Gateway, Host, Invocation, Permit};
use sunmao_store::Store;
use wasmtime::component::types::Field;
use wasmtime::component::{Component, Linker, Type, Val};

/// The allocator that the host runs on, for everybody.
#[global_allocator]
static ALLOCATOR: Counting<MiMalloc> = Counting(MiMalloc);

const CONTACT: &str = r#"{
    "id": "c-1001", "wx_id": "wxid_shanmu", "remark": "杉木贸易 李经理", "k_code": "K1001", "source": "wechat",
    "type": "customer", "confidence": 92, "owner": "王芳", "company_name": "杉木贸易有限公司", "real_name": "李明",
    "phone": "19900001001", "phone_verified": true, "email": "liming@example.com", "address": "示例市榫卯路 1 号",
    "notes": "想要报价", "summary": "询问 200 套榫卯桌椅的价格和交期", "score": 88, "has_order": false,
    "has_contract": false, "has_payment": false, "invalid": false
}"#;
const COMPONENT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../plugins/dist/wechat-customer.wasm"
);
const GUEST: &str = "wasm32-unknown-unknown/release/extism_guest.wasm";
const INTERFACE: &str = "sunmao:plugin/contact-to-customers-save-company@0.1.0";
const BATCHES: usize = 301;
const CALLS: u32 = 500;

mod typed {
    wasmtime::component::bindgen!({
        path: "../../plugins/wechat-customer/wit",
        world: "plugin",
        exports: { default: async },
    });
}

use typed::exports::sunmao::plugin::contact_to_customers_save_company::Contact;

/// One way of mapping the contact, and how long its batches took.
struct Way<'a> {
    call: Box<dyn FnMut() + 'a>,
    batches: Vec<Duration>,
}

impl<'a> Way<'a> {
    fn new(call: impl FnMut() + 'a) -> Self {
        Way {
            call: Box::new(call),
            batches: Vec::new(),
        }
    }

    fn batch(&mut self) {
        let begun = Instant::now();
        (0..CALLS).for_each(|_| (self.call)());
        self.batches.push(begun.elapsed() / CALLS);
    }

    /// The median time of a call.
    fn median(&mut self) -> Duration {
        self.batches.sort();
        self.batches[self.batches.len() / 2]
    }
}

fn typed_contact(record: &Record) -> Contact {
    let text = |name: &str| record.get(name).and_then(|value| value.to_text());
    let whole = |name: &str| record.get(name).and_then(|value| value.as_integer());
    Contact {
        id: text("id").unwrap_or_default(),
        wx_id: text("wx_id"),
        remark: text("remark"),
        k_code: text("k_code"),
        source: text("source").unwrap_or_default(),
        type_: text("type").unwrap_or_default(),
        confidence: whole("confidence").unwrap_or_default(),
        owner: text("owner"),
        company_name: text("company_name"),
        company_contact: None,
        real_name: text("real_name"),
        phone: text("phone"),
        phone_verified: true,
        email: text("email"),
        address: text("address"),
        notes: text("notes"),
        summary: text("summary"),
        score: whole("score"),
        has_order: false,
        has_contract: false,
        has_payment: false,
        invalid: false,
        updated_at: None,
    }
}

/// A value of a component's type, out of a record's members.
fn dynamic_value(of: &Type, value: Option<&Value>) -> Val {
    match (of, value.filter(|value| !value.is_empty())) {
        (Type::Record(fields), Some(Value::Record(record))) => {
            let member = |field: Field<'_>| {
                let value = record.get(&field.name.replace('-', "_"));
                (field.name.to_owned(), dynamic_value(&field.ty, value))
            };
            Val::Record(fields.fields().map(member).collect())
        }
        (Type::Option(_), None) => Val::Option(None),
        (Type::Option(inner), value) => Val::Option(Some(Box::new(dynamic_value(&inner.ty(), value)))),
        (Type::List(_), _) => Val::List(Vec::new()),
        (Type::Bool, value) => Val::Bool(matches!(value, Some(Value::Bool(true)))),
        (Type::S64, value) => Val::S64(value.and_then(Value::as_integer).unwrap_or_default()),
        (_, value) => Val::String(value.and_then(Value::to_text).unwrap_or_default()),
    }
}

async fn host(folder: &std::path::Path) -> Arc<Host> {
    // Nothing is sent: a mapping calls nobody.
    let base_url = "http://127.0.0.1:9/".parse().expect("an address");
    let settings = Settings::new(
        base_url,
        "nobody".to_owned(),
        "nothing".to_owned().into(),
        "bench",
    );
    let erp = ErpClient::new(settings).expect("client");
    let store = Store::open(&folder.join("sunmao.sqlite")).await.expect("store");
    let clock = Clock::system();
    let gateway = Gateway::new(erp, store.clone(), clock.clone());
    let kinds = Kinds::shipped(&Catalogue::shared()).expect("kinds");
    Arc::new(Host::new(Catalogue::shared(), kinds, gateway, store, clock))
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let folder = tempfile::tempdir().expect("folder");
    let host = runtime.block_on(host(folder.path()));
    let engine = engine(None).expect("engine");
    let content = std::fs::read(COMPONENT).expect("`cargo xtask guests` builds the component");
    let contact: Record = serde_json::from_str(CONTACT).expect("contact");

    let native = Way::new(|| {
        black_box(wechat_customer::json::to_customer(black_box(CONTACT)).expect("customer"));
    });

    let component = Component::from_binary(engine.wasmtime(), &content).expect("component");
    let mut store = wasmtime::Store::new(engine.wasmtime(), ());
    store.set_epoch_deadline(u64::MAX / 2);
    let linker = Linker::new(engine.wasmtime());
    let bindings = runtime.block_on(typed::Plugin::instantiate_async(&mut store, &component, &linker));
    let bindings = bindings.expect("instance");
    let mapping = bindings.sunmao_plugin_contact_to_customers_save_company();
    let by_bindings = Way::new(|| {
        let contact = typed_contact(black_box(&contact));
        let mapped = runtime.block_on(mapping.call_map(&mut store, &contact));
        black_box(mapped.expect("returned").expect("customer"));
    });

    let mut values = wasmtime::Store::new(engine.wasmtime(), ());
    values.set_epoch_deadline(u64::MAX / 2);
    let linker = Linker::<()>::new(engine.wasmtime());
    let instance = runtime
        .block_on(linker.instantiate_async(&mut values, &component))
        .expect("instance");
    let exported = instance
        .get_export_index(&mut values, None, INTERFACE)
        .expect("the interface");
    let exported = instance
        .get_export_index(&mut values, Some(&exported), "map")
        .expect("the function");
    let function = instance.get_func(&mut values, exported).expect("the function");
    let types = function.ty(&values);
    let (_, parameter) = types.params().next().expect("a parameter");
    let known = Value::from(contact.clone());
    let arguments = [dynamic_value(&parameter, Some(&known))];
    let by_values = Way::new(|| {
        let mut results = [Val::Bool(false)];
        let called = runtime.block_on(function.call_async(&mut values, black_box(&arguments), &mut results));
        called.expect("returned");
        black_box(results);
    });

    let plugin = Plugin::load(
        &engine,
        host.clone(),
        Arc::new(Permit::default()),
        "wechat-customer",
        &content,
    );
    let plugin = plugin.expect("plugin");
    let joint = Joint::of_names(
        "contact",
        "customers.save-company",
        &host.catalogue,
        &host.kinds.load(),
    );
    let joint = joint.expect("a joint");
    let invocation = Invocation::at(host.clock.now());
    let dynamic = Way::new(|| {
        let mapped = runtime.block_on(plugin.map(&invocation, &joint, black_box(&contact), None));
        black_box(mapped.expect("customer"));
    });

    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let guest = std::fs::read(std::path::Path::new(&target).join(GUEST));
    let guest = extism::Wasm::data(guest.expect("the guest is built, see Cargo.toml"));
    let manifest = extism::Manifest::new([guest]);
    let mut guest = extism::Plugin::new(manifest, [], false).expect("the guest");
    let by_extism = Way::new(|| {
        let mapped: String = guest.call("to_customer", black_box(CONTACT)).expect("customer");
        black_box(mapped);
    });

    let mut ways = [native, by_bindings, by_values, dynamic, by_extism];
    for _ in 0..BATCHES {
        ways.iter_mut().for_each(|way| way.batch());
    }
    let [native, by_bindings, by_values, dynamic, by_extism] = ways.each_mut().map(Way::median);

    let times = |of: Duration, by: Duration| of.as_secs_f64() / by.as_secs_f64();
    println!("native JSON to JSON          {native:>10.2?}");
    println!(
        "plugin by bindings           {by_bindings:>10.2?}   {:.2} times native",
        times(by_bindings, native)
    );
    println!(
        "the engine's dynamic values  {by_values:>10.2?}   {:.2} times native: lowered and lifted, not made or read",
        times(by_values, native)
    );
    println!(
        "plugin as the host calls it  {dynamic:>10.2?}   {:.2} times native",
        times(dynamic, native)
    );
    println!(
        "Extism's SDK, JSON to JSON   {by_extism:>10.2?}   {:.2} times the host's call",
        times(by_extism, dynamic)
    );
}
