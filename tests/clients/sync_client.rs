//! A sync client: it keeps a copy of the customers and contracts, 500 rows a page, signs in again when its session is gone, and
//! reaches an installation behind a gateway with plain parameters.

use crate::erp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use sunmao_simulator::{Simulator, Variant};

struct Copy {
    http: reqwest::Client,
    base: String,
    session: String,
    logins: u32,
}

impl Copy {
    fn new(simulator: &Simulator) -> Copy {
        Copy {
            http: reqwest::Client::new(),
            base: simulator.base_url(),
            session: String::new(),
            logins: 0,
        }
    }

    async fn sign_in(&mut self) {
        let datas = [
            ("user", "txt:sunmao"),
            ("password", "txt:sunmao-demo"),
            ("serialnum", "txt:sync-client-of-the-main-office"),
            ("rndcode", ""),
        ];
        let datas = datas.map(|(id, val)| json!({"id": id, "val": val}));
        let answer = self.post("/webapi/v3/ov1/login", &json!({"datas": datas})).await;
        self.session = answer["header"]["session"].as_str().unwrap().to_owned();
        self.logins += 1;
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        let request = request.header("ZBAPI-Token", &self.session);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// One page, with a new session where the old one is gone.
    async fn page(&mut self, path: &str, index: u64) -> Value {
        loop {
            let body = json!({"session": self.session, "cmdkey": "refresh", "datas": [
                {"id": "pagesize", "val": 500}, {"id": "pageindex", "val": index},
            ]});
            let mut answer = self.post(path, &body).await;
            if answer["header"]["status"] == 0 {
                return answer["body"]["source"]["table"].take();
            }
            assert!(self.logins < 5, "{answer}");
            self.sign_in().await;
        }
    }

    /// The column of every row, by key.
    async fn all(&mut self, path: &str, column: &str) -> BTreeMap<i64, Value> {
        let mut all = BTreeMap::new();
        for index in 1.. {
            let table = self.page(path, index).await;
            let place = |id: &str| {
                let mut ids = table["cols"].as_array().unwrap().iter();
                ids.position(|known| known["id"].as_str().unwrap().eq_ignore_ascii_case(id))
                    .unwrap()
            };
            let (key, column) = (place("ord"), place(column));
            for row in table["rows"].as_array().unwrap() {
                all.insert(row[key].as_i64().unwrap(), row[column].clone());
            }
            if index >= table["page"]["pagecount"].as_u64().unwrap() {
                break;
            }
        }
        all
    }

    async fn contract_number(&self, ord: i64) -> String {
        let answer = self
            .post("/webapi/v3/sales/contract/detail", &json!({"ord": ord}))
            .await;
        let record = answer["Data"].as_object().unwrap();
        let number = record.iter().find(|(name, _)| name.eq_ignore_ascii_case("htid"));
        number.unwrap().1.as_str().unwrap().to_owned()
    }
}

const CUSTOMERS: &str = "/webapi/v3/ov1/salesmanage/custom/list";

#[tokio::test]
async fn a_copy_is_whole_though_sessions_end_in_between() {
    for variant in [Variant::Standard, Variant::LowerCase] {
        let simulator = erp(variant, 1_101).await;
        let mut copy = Copy::new(&simulator);
        let names = copy.all(CUSTOMERS, "name").await;
        assert_eq!(names.len(), 1_101);
        simulator.drop_sessions();
        assert_eq!(copy.all(CUSTOMERS, "name").await, names);
        assert_eq!(copy.logins, 2);
        let numbers = copy
            .all("/webapi/v3/ov1/salesmanage/contract/billlist", "htid")
            .await;
        for ord in [1, 500, 1_101] {
            assert_eq!(
                numbers[&ord],
                copy.contract_number(ord).await,
                "{}",
                variant.name()
            );
        }
        let pages = simulator
            .ledger()
            .iter()
            .filter(|entry| entry.path == CUSTOMERS)
            .count();
        // Three pages each time, and one that was turned away at the beginning of each.
        assert_eq!(pages, 8);
    }
}

#[tokio::test]
async fn a_gateway_is_reached_with_plain_parameters() {
    let simulator = erp(Variant::GatewayPlain, 45).await;
    let http = reqwest::Client::new();
    let base = simulator.base_url();
    let account = json!({"username": "sunmao", "password": "sunmao-demo"});
    let login = http.post(format!("{base}/webapi/v3/ov1/login")).json(&account);
    let token = login.send().await.unwrap().json::<Value>().await.unwrap()["token"].take();
    let call = async |path: &str, body: Value| -> Value {
        let request = http
            .post(format!("{base}{path}"))
            .bearer_auth(token.as_str().unwrap());
        let mut answer: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
        answer["data"].take()
    };
    let mut names = BTreeMap::new();
    for index in 1.. {
        let page = call(CUSTOMERS, json!({"pageIndex": index, "pageSize": 20})).await;
        let page = page.as_array().unwrap();
        for customer in page {
            names.insert(customer["ord"].as_i64().unwrap(), customer["name"].clone());
        }
        if page.len() < 20 {
            break;
        }
    }
    assert_eq!(names.len(), 45);
    let customer = json!({"name": "榫卯木业", "contact": "鲁班", "phone": "010-1", "address": "木工街 1 号", "sort1": 1});
    let saved = call("/webapi/v3/ov1/salesmanage/custom/add?intsort=1", customer).await;
    let shown = call(
        "/webapi/v3/ov1/salesmanage/custom/add?edit=1",
        json!({"ord": saved["ord"]}),
    )
    .await;
    assert_eq!(
        (&shown["name"], &shown["person_name"], &shown["address"]),
        (&json!("榫卯木业"), &json!("鲁班"), &json!("木工街 1 号"))
    );
}
