//! A field-guide reader: it looks every column up by its id, in any letter case, however the rows are packed, and writes
//! down what each field of an installation is called and holds.

use crate::erp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use sunmao_simulator::Variant;

struct Reader {
    http: reqwest::Client,
    base: String,
    session: String,
}

type Row = BTreeMap<String, Value>;

impl Reader {
    async fn open(base: String) -> Reader {
        let http = reqwest::Client::new();
        let login = json!({"datas": [
            {"id": "user", "val": "txt:sunmao"},
            {"id": "password", "val": "txt:sunmao-demo"},
            {"id": "serialnum", "val": "txt:field-guide-reader-01"},
            {"id": "rndcode", "val": ""},
        ]});
        let url = format!("{base}/webapi/v3/ov1/login");
        let answer: Value = http
            .post(url)
            .json(&login)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(answer["header"]["status"], 0, "{answer}");
        let session = answer["header"]["session"].as_str().unwrap().to_owned();
        Reader { http, base, session }
    }

    /// Raw control characters stand in the texts of some installations.
    async fn ask(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/webapi/v3/{path}", self.base);
        let request = self.http.post(url).header("ZBAPI-Token", &self.session);
        let text = request.json(&body).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text.replace(char::is_control, " ")).unwrap()
    }

    /// A list of dialect `form`, its columns in small letters.
    async fn list(&self, path: &str, filters: &[(&str, Value)]) -> Vec<Row> {
        let datas: Vec<Value> = filters
            .iter()
            .map(|(id, val)| json!({"id": id, "val": val}))
            .collect();
        let body = json!({"session": self.session, "cmdkey": "refresh", "datas": datas});
        let answer = self.ask(&format!("ov1/{path}"), body).await;
        let source = answer["body"]
            .get("source")
            .or_else(|| answer["body"]["report"].get("source"));
        let table = &source.unwrap_or_else(|| panic!("{path}: {answer}"))["table"];
        let ids: Vec<String> = table["cols"]
            .as_array()
            .unwrap()
            .iter()
            .map(|column| column["id"].as_str().unwrap().to_lowercase())
            .collect();
        let rows = match &table["rows"] {
            Value::Array(rows) => rows.clone(),
            one => vec![one.clone()],
        };
        rows.iter()
            .map(|row| {
                let cells = row.get("value").unwrap_or(row).as_array().unwrap();
                ids.iter().cloned().zip(cells.iter().cloned()).collect()
            })
            .collect()
    }

    /// The members of a contract, in small letters.
    async fn contract(&self, ord: &Value) -> Row {
        let answer = self.ask("sales/contract/detail", json!({"ord": ord})).await;
        assert_eq!(answer["Code"], 200, "{answer}");
        small(&answer["Data"])
    }

    /// A list of dialect `json` by whatever stands in `Cols`: names or captions.
    async fn table(&self, path: &str) -> (Vec<String>, Vec<Value>) {
        let answer = self.ask(path, json!({"page_size": 5, "page_index": 1})).await;
        assert_eq!(answer["Code"], 200, "{answer}");
        let names = answer["Cols"].as_array().unwrap().iter();
        let names = names.map(|name| name.as_str().unwrap().to_owned()).collect();
        (names, answer["Rows"].as_array().unwrap().clone())
    }
}

fn small(value: &Value) -> Row {
    let members = value.as_object().unwrap().iter();
    members
        .map(|(name, value)| (name.to_lowercase(), value.clone()))
        .collect()
}

const CONTRACTS: &str = "ord htid title khmc xsry htfl moneyall hkmoney htbz dateQD dateKS dateZZ spzt spMan ckjz fhjz skjz \
                         kpjz UrgentType";
const PRODUCTS: &str = "ord cpname cpbh cpxh unitname price fenlei unitjb units";
const RECEIPTS: &str = "ord title rkbh rknum kgname sqname rkzt rklb datesq rkDate ckTitle";
const LINES: &str = "ord id title order1 type1 unitall num1 num2 cprice cmoney bz ph datesc dateyx fullPath";

fn has(row: &Row, columns: &str, place: &str) {
    for column in columns.split_whitespace() {
        assert!(
            row.contains_key(&column.to_lowercase()),
            "{place}: no {column} in {row:?}"
        );
    }
}

#[tokio::test]
async fn every_field_of_the_guide_is_found_however_rows_are_packed() {
    for variant in [
        Variant::Standard,
        Variant::RowObjects,
        Variant::ReportSource,
        Variant::LowerCase,
        Variant::LooseText,
    ] {
        let simulator = erp(variant, 12).await;
        let guide = Reader::open(simulator.base_url()).await;
        let place = variant.name();
        let contracts = guide.list("salesmanage/contract/billlist", &[]).await;
        has(&contracts[0], CONTRACTS, place);
        has(
            &guide.list("salesmanage/product/billlist", &[]).await[0],
            PRODUCTS,
            place,
        );
        has(
            &guide.list("salesmanage/custom/list", &[]).await[0],
            "ord name mobile",
            place,
        );
        let receipts = guide.list("storemanage/kuin/list", &[]).await;
        has(&receipts[0], RECEIPTS, place);
        let of_one = [("ord", receipts[0]["ord"].clone())];
        has(
            &guide.list("storemanage/kuin/MoreKuinList", &of_one).await[0],
            LINES,
            place,
        );

        let listed = &contracts[0];
        let details = guide.contract(&listed["ord"]).await;
        has(
            &details,
            "Ord Htid Title Person1 Date3 Money1 HkMoney1 SpStatus mZt1 mZt2 contractlist",
            place,
        );
        for (column, member) in [
            ("htid", "htid"),
            ("title", "title"),
            ("spzt", "spstatus"),
            ("ckjz", "mzt1"),
        ] {
            let words = |value: &Value| value.to_string().replace(['"', ' '], "");
            assert_eq!(
                words(&listed[column]),
                words(&details[member]),
                "{place} {column}"
            );
        }
    }
}

#[tokio::test]
async fn the_states_of_contracts_are_words() {
    let simulator = erp(Variant::Standard, 40).await;
    let guide = Reader::open(simulator.base_url()).await;
    let contracts = guide
        .list("salesmanage/contract/billlist", &[("pagesize", json!(100))])
        .await;
    for (column, word) in [
        ("ckjz", "未出库"),
        ("fhjz", "未发货"),
        ("skjz", "未收款"),
        ("kpjz", "未开票"),
        ("spzt", "审批通过"),
    ] {
        assert!(contracts.iter().any(|row| row[column] == word), "{column}");
    }
}

#[tokio::test]
async fn captions_are_the_columns_of_stock_lists() {
    let simulator = erp(Variant::Captions, 8).await;
    let guide = Reader::open(simulator.base_url()).await;
    let (captions, rows) = guide.table("store/inventory/InventorySummary").await;
    for caption in [
        "产品名称",
        "产品编号",
        "产品型号",
        "库存数量",
        "可用数量",
        "冻结数量",
        "在途数量",
        "仓库",
    ] {
        assert!(
            captions.iter().any(|known| known == caption),
            "{caption}: {captions:?}"
        );
    }
    assert!(
        rows.iter()
            .all(|row| row.as_array().unwrap().len() == captions.len())
    );
    let (captions, _) = guide.table("store/inventory/InventoryDetails").await;
    for caption in ["产品名称", "批号", "仓库", "库龄（天）"] {
        assert!(
            captions.iter().any(|known| known == caption),
            "{caption}: {captions:?}"
        );
    }
    assert!(
        guide
            .table("store/WareHouseStructList")
            .await
            .0
            .contains(&"仓库名称".to_owned())
    );
    assert!(
        guide
            .table("produceV2/procedure/planlist")
            .await
            .0
            .contains(&"产品名称".to_owned())
    );
}
