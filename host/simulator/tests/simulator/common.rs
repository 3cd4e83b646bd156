//! A bare caller for the tests: it writes bodies by hand, so that no client's idea of the wire is tested with it.

use serde_json::{Map, Value as Json, json};
use std::net::SocketAddr;
use sunmao_catalogue::{Arguments, Catalogue, Dialect, Operation};
use sunmao_simulator::{Options, Simulator};

/// A simulator with a session.
pub struct Caller {
    pub simulator: Simulator,
    pub http: reqwest::Client,
    pub token: String,
}

pub const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

pub async fn start(options: Options) -> Caller {
    let simulator = Simulator::start(options, LOCAL).await.unwrap();
    let mut caller = Caller {
        simulator,
        http: reqwest::Client::new(),
        token: String::new(),
    };
    let answer = caller.login("sunmao", "sunmao-demo", "").await;
    caller.token = answer["header"]["session"].as_str().unwrap().to_owned();
    caller
}

pub async fn small() -> Caller {
    of_size(30).await
}

pub async fn of_size(size: usize) -> Caller {
    start(Options {
        size,
        ..Options::default()
    })
    .await
}

impl Caller {
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.base_url())
    }

    pub async fn login(&self, user: &str, password: &str, captcha: &str) -> Json {
        let datas = json!([
            {"id": "user", "val": format!("txt:{user}")},
            {"id": "password", "val": format!("txt:{password}")},
            {"id": "serialnum", "val": "txt:TESTDEVICE01"},
            {"id": "rndcode", "val": captcha},
        ]);
        self.post("/webapi/v3/ov1/login", &json!({"datas": datas})).await
    }

    /// Posts a body as it is, with the token header, and reads a JSON answer.
    pub async fn post(&self, path: &str, body: &Json) -> Json {
        let request = self.http.post(self.url(path)).header("ZBAPI-Token", &self.token);
        request.json(body).send().await.unwrap().json().await.unwrap()
    }

    /// Calls an operation by its full name with arguments under wire names.
    pub async fn call(&self, name: &str, arguments: Json) -> Json {
        let catalogue = Catalogue::shared();
        let operation = catalogue
            .find(name)
            .unwrap_or_else(|| panic!("no operation {name}"));
        self.call_at(operation, &path(operation), arguments).await
    }

    pub async fn call_at(&self, operation: &Operation, path: &str, arguments: Json) -> Json {
        let body = match operation.dialect {
            Dialect::Form => {
                let datas: Vec<Json> = arguments
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(name, value)| json!({"id": name, "val": value}))
                    .collect();
                let mut body = json!({"session": self.token, "datas": datas});
                if let Some(cmdkey) = &operation.cmdkey {
                    body["cmdkey"] = json!(cmdkey);
                }
                body
            }
            Dialect::Json => arguments,
            Dialect::Helper => json!({"Token": self.token, "Datas": arguments}),
        };
        self.post(path, &body).await
    }

    /// Posts to the admin path: the status and the text.
    pub async fn instruct(&self, path: &str, body: Json) -> (u16, String) {
        let request = self.http.post(self.url(&format!("/_simulator/{path}")));
        let answer = request.json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// An admin answer.
    pub async fn admin(&self, path: &str) -> Json {
        let request = self.http.get(self.url(&format!("/_simulator/{path}")));
        request.send().await.unwrap().json().await.unwrap()
    }
}

/// The published path with the fixed query.
pub fn path(operation: &Operation) -> String {
    with_query(&operation.path, operation)
}

pub fn with_query(path: &str, operation: &Operation) -> String {
    let query: Vec<String> = operation
        .fixed_query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

/// The catalogue's example arguments under wire names, with the key of a record that exists.
pub fn example(operation: &Operation) -> Json {
    let checked: Arguments = operation.check(&operation.example()).unwrap();
    let mut map: Map<String, Json> = checked
        .iter()
        .map(|(name, value)| (name.to_owned(), serde_json::to_value(value).unwrap()))
        .collect();
    for name in ["ord", "id"] {
        if let Some(key) = map.get_mut(name).filter(|key| key.is_string()) {
            *key = json!("1");
        }
    }
    Json::Object(map)
}

/// The rows of a form list as objects by column name.
pub fn rows(answer: &Json) -> Vec<Map<String, Json>> {
    assert_eq!(answer["header"]["status"], 0, "{answer}");
    let table = &answer["body"]["source"]["table"];
    let names: Vec<&str> = table["cols"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column["id"].as_str().unwrap())
        .collect();
    let row = |row: &Json| {
        let cells = row.as_array().unwrap();
        assert_eq!(cells.len(), names.len());
        let pairs = names.iter().zip(cells);
        pairs
            .map(|(name, cell)| ((*name).to_owned(), cell.clone()))
            .collect()
    };
    table["rows"].as_array().unwrap().iter().map(row).collect()
}

pub fn total(answer: &Json) -> u64 {
    answer["body"]["source"]["table"]["page"]["recordcount"]
        .as_u64()
        .unwrap()
}

/// The words of a form command's answer.
pub fn text(answer: &Json) -> &str {
    assert_eq!(answer["header"]["status"], 0, "{answer}");
    answer["body"]["message"]["text"].as_str().unwrap()
}

/// A field of a screen.
pub fn field<'a>(answer: &'a Json, id: &str) -> &'a Json {
    let groups = answer["body"]["bill"]["groups"].as_array().unwrap();
    groups
        .iter()
        .flat_map(|group| group["fields"].as_array().unwrap())
        .find(|field| field["id"] == id)
        .unwrap_or_else(|| panic!("no field {id} in {answer}"))
}
