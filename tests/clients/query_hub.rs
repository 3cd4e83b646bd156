//! A query hub: fourteen views that staff ask by name, each a path, some filters and the columns that it shows.

use crate::erp;
use serde_json::{Value, json};
use std::collections::HashMap;
use sunmao_simulator::Variant;

enum Speech {
    Form,
    Json,
    Helper,
}

struct View {
    name: &'static str,
    path: &'static str,
    speech: Speech,
    filters: &'static [(&'static str, &'static str)],
    shows: &'static [&'static str],
}

const fn form(
    name: &'static str,
    path: &'static str,
    filters: &'static [(&'static str, &'static str)],
    shows: &'static [&'static str],
) -> View {
    View {
        name,
        path,
        speech: Speech::Form,
        filters,
        shows,
    }
}

const fn other(
    name: &'static str,
    path: &'static str,
    speech: Speech,
    filters: &'static [(&'static str, &'static str)],
    shows: &'static [&'static str],
) -> View {
    View {
        name,
        path,
        speech,
        filters,
        shows,
    }
}

const CONTRACTS: &str = "/webapi/v3/ov1/salesmanage/contract/billlist";
const CUSTOMERS: &str = "/webapi/v3/ov1/salesmanage/custom/list";
const PRODUCTS: &str = "/webapi/v3/ov1/salesmanage/product/billlist";

const VIEWS: [View; 14] = [
    form(
        "contracts",
        CONTRACTS,
        &[],
        &["htid", "title", "khmc", "xsry", "moneyall", "spzt"],
    ),
    form(
        "not-issued",
        CONTRACTS,
        &[("stype", "3")],
        &["htid", "khmc", "ckjz", "dateZZ"],
    ),
    form(
        "not-collected",
        CONTRACTS,
        &[("stype", "4")],
        &["htid", "khmc", "moneyall", "hkmoney", "skjz"],
    ),
    form(
        "contracts-of-a-year",
        CONTRACTS,
        &[("dateQD_0", "2000-01-01")],
        &["htid", "dateQD"],
    ),
    other(
        "contract",
        "/webapi/v3/sales/contract/detail",
        Speech::Json,
        &[("ord", "1")],
        &[
            "Ord", "Htid", "Title", "Person1", "Date3", "Money1", "HkMoney1", "SpStatus", "mZt1", "mZt2",
        ],
    ),
    form("customers", CUSTOMERS, &[], &["ord", "name", "mobile"]),
    form(
        "customer-by-name",
        CUSTOMERS,
        &[("name", "有限公司")],
        &["ord", "name"],
    ),
    form(
        "products",
        PRODUCTS,
        &[],
        &["cpname", "cpbh", "cpxh", "unitname", "price", "fenlei"],
    ),
    form("units-of-products", PRODUCTS, &[], &["ord", "unitjb", "units"]),
    form(
        "receipts",
        "/webapi/v3/ov1/storemanage/kuin/list",
        &[],
        &[
            "title", "rkbh", "rknum", "kgname", "sqname", "rkzt", "rklb", "datesq", "rkDate", "ckTitle",
        ],
    ),
    form(
        "receipt-lines",
        "/webapi/v3/ov1/storemanage/kuin/MoreKuinList",
        &[("ord", "1")],
        &[
            "id", "title", "order1", "type1", "num1", "num2", "cprice", "cmoney", "ph", "fullPath",
        ],
    ),
    other(
        "stock",
        "/webapi/v3/store/inventory/InventorySummary",
        Speech::Json,
        &[],
        &["产品名称", "产品编号", "库存数量", "可用数量", "在途数量", "仓库"],
    ),
    other(
        "plans",
        "/webapi/v3/produceV2/procedure/planlist",
        Speech::Json,
        &[],
        &["产品名称", "产品编号", "产品型号"],
    ),
    other(
        "warehouses",
        "/webapi/apiHelper/stock/Stock/GetWarehouses",
        Speech::Helper,
        &[],
        &["ID", "Name"],
    ),
];

struct Hub {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Hub {
    async fn connect(base: String) -> Hub {
        let mut hub = Hub {
            http: reqwest::Client::new(),
            base,
            token: String::new(),
        };
        let entry = |id: &str, val: &str| json!({"id": id, "val": val});
        let datas = [
            entry("user", "txt:sunmao"),
            entry("password", "txt:sunmao-demo"),
            entry("serialnum", "txt:query_hub_of_fourteen_views"),
            entry("rndcode", ""),
        ];
        let body = json!({"session": "", "cmdkey": "login", "datas": datas});
        let answer = hub.post("/webapi/v3/ov1/login", &body).await;
        hub.token = answer["header"]["session"].as_str().unwrap().to_owned();
        hub
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.base));
        let request = request.header("ZBAPI-Token", &self.token).json(body);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The rows of a view, each by the names that the installation gives its columns.
    async fn look(&self, view: &View) -> Vec<HashMap<String, Value>> {
        let filters = || view.filters.iter();
        match view.speech {
            Speech::Form => {
                let datas: Vec<Value> = filters().map(|(id, val)| json!({"id": id, "val": val})).collect();
                let body = json!({"session": self.token, "cmdkey": "refresh", "datas": datas});
                let answer = self.post(view.path, &body).await;
                let table = &answer["body"]["source"]["table"];
                let names = table["cols"].as_array().unwrap().iter();
                let names: Vec<&str> = names.map(|column| column["id"].as_str().unwrap()).collect();
                zipped(&names, &table["rows"])
            }
            Speech::Json => {
                let body: Value = filters()
                    .map(|(name, value)| ((*name).to_owned(), json!(value)))
                    .collect();
                let answer = self.post(view.path, &body).await;
                assert_eq!(answer["Code"], 200, "{}: {answer}", view.name);
                if let Some(record) = answer["Data"].as_object() {
                    return vec![record.clone().into_iter().collect()];
                }
                let names = answer["Cols"].as_array().unwrap().iter();
                let names: Vec<&str> = names.map(|name| name.as_str().unwrap()).collect();
                zipped(&names, &answer["Rows"])
            }
            Speech::Helper => {
                let answer = self
                    .post(view.path, &json!({"Token": self.token, "Datas": {}}))
                    .await;
                assert_eq!(
                    (&answer["flag"], &answer["code"]),
                    (&json!(true), &json!(200)),
                    "{answer}"
                );
                let rows = answer["datas"].as_array().unwrap().iter();
                rows.map(|row| row.as_object().unwrap().clone().into_iter().collect())
                    .collect()
            }
        }
    }
}

fn zipped(names: &[&str], rows: &Value) -> Vec<HashMap<String, Value>> {
    let names = || names.iter().map(|name| (*name).to_owned());
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| names().zip(row.as_array().unwrap().iter().cloned()).collect())
        .collect()
}

#[tokio::test]
async fn fourteen_views_show_what_they_promise() {
    let simulator = erp(Variant::Captions, 30).await;
    let hub = Hub::connect(simulator.base_url()).await;
    for view in &VIEWS {
        let rows = hub.look(view).await;
        assert!(!rows.is_empty(), "{} is empty", view.name);
        for row in &rows {
            for column in view.shows {
                assert!(
                    row.contains_key(*column),
                    "{}: no {column} in {:?}",
                    view.name,
                    row.keys()
                );
            }
        }
    }
    let view = |name: &str| VIEWS.iter().find(|view| view.name == name).unwrap();
    for (name, column, state) in [
        ("not-issued", "ckjz", "未出库"),
        ("not-collected", "skjz", "未收款"),
    ] {
        let rows = hub.look(view(name)).await;
        assert!(rows.iter().all(|row| row[column] == state), "{name}");
    }
    let units = &hub.look(view("units-of-products")).await[0];
    let names: HashMap<String, String> = serde_json::from_str(units["units"].as_str().unwrap()).unwrap();
    assert!(names.contains_key(&units["unitjb"].to_string()), "{units:?}");
}
