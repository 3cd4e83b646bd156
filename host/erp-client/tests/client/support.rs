//! A stand-in for the ERP that answers whatever a test wants, over real HTTP, and remembers what it was asked.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use sunmao_catalogue::{
    Answer, Arguments, Dialect, Document, Effect, Operation, Repeat, ResultKind, Value, Write,
};
use sunmao_erp_client::{ErpClient, Error, Settings};

pub const PASSWORD: &str = "correct-horse-battery";

/// A request as the stand-in saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Json,
}

impl Seen {
    /// The token, wherever the dialect carries it.
    pub fn token(&self) -> String {
        let header = self
            .headers
            .get("zbapi-token")
            .and_then(|value| value.to_str().ok());
        let body = self.body["session"].as_str().or(self.body["Token"].as_str());
        header.or(body).unwrap_or_default().to_owned()
    }
}

type Handler = Box<dyn Fn(Seen) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

struct Shared {
    login: Handler,
    call: Handler,
    logins: Mutex<Vec<Seen>>,
    calls: Mutex<Vec<Seen>>,
}

/// A running stand-in; it ends with the test's runtime.
#[derive(Clone)]
pub struct StandIn {
    pub url: String,
    /// Its own account: a later stand-in may get the same port, and wrong logins are counted for the whole process.
    pub username: String,
    shared: Arc<Shared>,
}

impl StandIn {
    /// Logins get `TOKEN-1`, `TOKEN-2` and so on; calls get what `call` says.
    pub async fn start<F, O>(call: F) -> Self
    where
        F: Fn(Seen) -> O + Send + Sync + 'static,
        O: Future<Output = Response> + Send + 'static,
    {
        let count = Arc::new(Mutex::new(0));
        Self::with_login(
            move |_| {
                let mut count = count.lock().unwrap();
                *count += 1;
                std::future::ready(token(&format!("TOKEN-{count}")))
            },
            call,
        )
        .await
    }

    pub async fn with_login<L, P, F, O>(login: L, call: F) -> Self
    where
        L: Fn(Seen) -> P + Send + Sync + 'static,
        P: Future<Output = Response> + Send + 'static,
        F: Fn(Seen) -> O + Send + Sync + 'static,
        O: Future<Output = Response> + Send + 'static,
    {
        let shared = Arc::new(Shared {
            login: Box::new(move |seen| Box::pin(login(seen))),
            call: Box::new(move |seen| Box::pin(call(seen))),
            logins: Mutex::default(),
            calls: Mutex::default(),
        });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        StandIn {
            username: settings(&url).username,
            url,
            shared,
        }
    }

    pub fn logins(&self) -> usize {
        self.shared.logins.lock().unwrap().len()
    }

    pub fn login_bodies(&self) -> Vec<Json> {
        let logins = self.shared.logins.lock().unwrap();
        logins.iter().map(|seen| seen.body.clone()).collect()
    }

    pub fn calls(&self) -> Vec<Seen> {
        self.shared.calls.lock().unwrap().clone()
    }

    pub fn settings(&self) -> Settings {
        Settings {
            username: self.username.clone(),
            ..settings(&self.url)
        }
    }

    pub fn client(&self) -> ErpClient {
        ErpClient::new(self.settings()).unwrap()
    }
}

async fn serve(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let seen = Seen {
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body: serde_json::from_slice(&body).unwrap_or(Json::Null),
    };
    if ["/login", "/login.asp"]
        .iter()
        .any(|login| seen.path.ends_with(login))
    {
        shared.logins.lock().unwrap().push(seen.clone());
        return (shared.login)(seen).await;
    }
    shared.calls.lock().unwrap().push(seen.clone());
    (shared.call)(seen).await
}

/// Settings that no budget slows down, for an account that nobody used before.
pub fn settings(url: &str) -> Settings {
    static ACCOUNTS: AtomicUsize = AtomicUsize::new(0);
    let username = format!("interface-{}", ACCOUNTS.fetch_add(1, Ordering::Relaxed));
    let password = SecretString::from(PASSWORD);
    let mut settings = Settings::new(url.parse().unwrap(), username, password, "SUNMAOTEST01");
    settings.requests_per_second = 1_000_000;
    settings.timeout = Duration::from_secs(20);
    settings.retries = 0;
    settings
}

/// The answer to one call of an operation whose server says exactly this.
pub async fn answer_to(
    operation: &Operation,
    status: u16,
    body: impl Into<Vec<u8>>,
) -> Result<Answer, Error> {
    answer_to_call(operation, &Arguments::default(), status, body).await
}

/// The same with arguments.
pub async fn answer_to_call(
    operation: &Operation,
    arguments: &Arguments,
    status: u16,
    body: impl Into<Vec<u8>>,
) -> Result<Answer, Error> {
    let body = body.into();
    let erp = StandIn::start(move |_| std::future::ready(respond(status, body.clone()))).await;
    erp.client().call(operation, arguments).await
}

pub fn respond(status: u16, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

pub fn ok(body: Json) -> Response {
    respond(200, body.to_string())
}

pub fn token(token: &str) -> Response {
    ok(json!({"header": {"status": 0, "message": "登录成功", "session": token, "appversion": "32.17"}}))
}

pub fn login_refused(message: &str) -> Response {
    ok(json!({"header": {"status": 1, "message": message}}))
}

/// An operation as the catalogue would load it.
pub fn operation(dialect: Dialect, result: ResultKind, effect: Effect) -> Operation {
    let cmdkey = match (dialect, result) {
        (Dialect::Form, ResultKind::Table) => Some("refresh".to_owned()),
        (Dialect::Form, ResultKind::Message) => Some("__sys_dosave".to_owned()),
        _ => None,
    };
    Operation {
        id: 777,
        object: "widgets".to_owned(),
        verb: "try".to_owned(),
        name: "widgets.try".to_owned(),
        title: "试".to_owned(),
        menu: Vec::new(),
        dialect,
        path: "/webapi/v3/ov1/widgets/try".to_owned(),
        legacy_path: None,
        fixed_query: Vec::new(),
        cmdkey,
        mode: None,
        documented: true,
        params: Vec::new(),
        result,
        fields: Vec::new(),
        paging: None,
        effect,
        newer_form: None,
        subjects: Vec::new(),
        observed_order: Vec::new(),
    }
}

pub fn write() -> Effect {
    Effect::Write(Write {
        repeat: Repeat::Never,
        read_back: None,
        computed: Vec::new(),
        hidden: Vec::new(),
        proposed: Vec::new(),
        judged: false,
    })
}

pub fn form_list() -> Operation {
    operation(Dialect::Form, ResultKind::Table, Effect::Read)
}

pub fn form_get() -> Operation {
    operation(Dialect::Form, ResultKind::Bill, Effect::Read)
}

pub fn form_save() -> Operation {
    operation(Dialect::Form, ResultKind::Message, write())
}

pub fn json_list() -> Operation {
    operation(Dialect::Json, ResultKind::Table, Effect::Read)
}

pub fn json_get() -> Operation {
    operation(Dialect::Json, ResultKind::Record, Effect::Read)
}

pub fn json_save() -> Operation {
    operation(Dialect::Json, ResultKind::Ack, write())
}

pub fn helper_list() -> Operation {
    operation(Dialect::Helper, ResultKind::Table, Effect::Read)
}

pub fn helper_save() -> Operation {
    operation(Dialect::Helper, ResultKind::Ack, write())
}

/// A sound answer to each of the operations above.
pub fn sound(operation: &Operation) -> Json {
    let form = |body: Json| json!({"header": {"status": 0, "message": ""}, "body": body});
    match (operation.dialect, operation.result) {
        (Dialect::Form, ResultKind::Table) => form(json!({"source": {"type_": "table", "table": {
            "cols": [{"id": "ord", "caption": "数据唯一标识"}, {"id": "name", "caption": "客户名称"}],
            "rows": [[7, "榫卯木业"]],
            "page": {"pagesize": 20, "pageindex": 1, "pagecount": 1, "recordcount": 1}}}})),
        (Dialect::Form, ResultKind::Bill) => {
            form(json!({"bill": {"value": 7, "caption": "客户", "groups": []}}))
        }
        (Dialect::Form, _) => form(json!({"message": {"title": "提示", "text": "保存成功"}})),
        (Dialect::Json, ResultKind::Table) => json!({"Code": 200, "Msg": "ok", "Cols": ["ord", "name"],
            "Rows": [[7, "榫卯木业"]],
            "Page": {"RecordCount": 1, "PageSize": 20, "PageIndex": 1, "PageCount": 1}}),
        (Dialect::Json, ResultKind::Record) => {
            json!({"Code": 200, "Msg": "ok", "Data": {"name": "榫卯木业"}})
        }
        (Dialect::Json, _) => json!({"Code": 200, "Msg": "添加成功"}),
        (Dialect::Helper, ResultKind::Table) => {
            json!({"flag": true, "code": 200, "msg": "", "datas": [{"ID": 7, "Name": "榫卯木业"}]})
        }
        (Dialect::Helper, _) => json!({"flag": true, "code": 200, "msg": "保存成功", "datas": []}),
    }
}

pub fn arguments(values: impl IntoIterator<Item = (&'static str, Value)>) -> Arguments {
    let mut arguments = Arguments::default();
    for (wire, value) in values {
        arguments.set(wire, value);
    }
    arguments
}

/// The table of an answer.
pub fn table(answer: Answer) -> sunmao_catalogue::Table {
    match answer {
        Answer::Table(table) => table,
        other => panic!("no table: {other:?}"),
    }
}

/// The acknowledgement of an answer.
pub fn ack(answer: Answer) -> sunmao_catalogue::Ack {
    match answer {
        Answer::Ack(ack) => ack,
        other => panic!("no acknowledgement: {other:?}"),
    }
}

/// A ZBDocument with a good status.
pub fn document(body: Json) -> String {
    json!({"header": {"status": 0, "message": ""}, "body": body}).to_string()
}

/// What a form list with this body comes to.
pub async fn list(body: Json) -> Result<sunmao_catalogue::Table, Error> {
    answer_to(&form_list(), 200, document(body)).await.map(table)
}

/// The screen that a form with this body comes to.
pub async fn screen(body: Json) -> Document {
    match answer_to(&form_get(), 200, document(body)).await.unwrap() {
        Answer::Document(document) => document,
        other => panic!("no document: {other:?}"),
    }
}
