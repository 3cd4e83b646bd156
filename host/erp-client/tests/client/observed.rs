//! What installations do beyond the vendor's pages, as the client meets it.

use crate::support::*;
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use sunmao_catalogue::{Answer, Arguments, Catalogue, Value};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_simulator::{Options, Simulator, Variant};
use tracing_subscriber::fmt::MakeWriter;

/// The names of the columns, and the first row.
async fn columns(operation: &str, table: serde_json::Value) -> (Vec<String>, Vec<Value>) {
    let catalogue = Catalogue::shared();
    let operation = catalogue.find(operation).unwrap();
    let body = document(json!({"source": {"type_": "table", "table": table}}));
    let found = self::table(answer_to(operation, 200, body).await.unwrap());
    let names = found.columns.into_iter().map(|column| column.name);
    (names.collect(), found.rows.into_iter().next().unwrap())
}

#[tokio::test]
async fn an_older_list_without_names_is_read_in_its_known_order() {
    let rows = json!([[3, "支架", "P-1", "M8", "", "个", "12.5", "五金", "x"]]);
    let named = [
        "ord", "cpname", "cpbh", "cpxh", "column-5", "unitname", "price", "fenlei", "column-9",
    ];
    for table in [
        json!({"rows": rows}),
        json!({"cols": [], "rows": rows}),
        json!({"cols": vec![json!({"id": "", "caption": ""}); 9], "rows": rows}),
    ] {
        let (names, row) = columns("products.list", table).await;
        let known = |index: &usize| !named[*index].starts_with("column");
        for index in (0..named.len()).filter(known) {
            assert_eq!(names[index], named[index]);
        }
        assert_eq!(row[2], Value::from("P-1"));
    }
    let packed = json!({"rows": [{"value": [3, "HT-3", "主题"], "ord": 3}]});
    let (names, _) = columns("contracts.list", packed).await;
    assert_eq!(names, ["column-1", "htid", "column-3", "ord"]);
}

#[tokio::test]
async fn a_list_that_names_a_column_is_read_by_its_names_alone() {
    let table =
        json!({"cols": [{"id": "cpbh", "caption": "编号"}, {"id": "", "caption": ""}], "rows": [["P-1", 3]]});
    let (names, _) = columns("products.list", table).await;
    assert_eq!(names[0], "cpbh");
    assert!(!names.contains(&"cpname".to_owned()) && !names.contains(&"ord".to_owned()));
    let captions = json!({"cols": ["编号", "名称"], "rows": [["P-1", "支架"]]});
    assert_eq!(columns("products.list", captions).await.0, ["编号", "名称"]);
    let unknown = json!({"rows": [[1, 2]]});
    assert_eq!(
        columns("customers.list", unknown).await.0,
        ["column-1", "column-2"]
    );
}

/// A read-back that looks for names in the wrong letters sees nothing of what was written, and believes the ERP's word.
#[tokio::test]
async fn a_write_that_stored_nothing_is_seen_in_small_letters_too() {
    let options = Options {
        variant: Variant::LowerCase,
        size: 5,
        faults: "unsaved-success=1".parse().unwrap(),
        ..Options::default()
    };
    let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    let mut settings = Settings::new(
        simulator.base_url().parse().unwrap(),
        options.username,
        options.password.into(),
        "SUNMAOTEST01",
    );
    settings.retries = 0;
    settings.requests_per_second = 1_000_000;
    let client = ErpClient::new(settings).unwrap();
    let catalogue = Catalogue::shared();
    let limit = Duration::from_secs(20);
    for name in ["contracts.save", "customers.save-company"] {
        let save = catalogue.find(name).unwrap();
        let mut seen = Vec::new();
        // Approved contracts cannot be changed; the others can.
        for key in 1..=5 {
            let mut given = save.example();
            given.insert("record-key".to_owned(), Value::from(key));
            let arguments: Arguments = save.check(&given).unwrap();
            let outcome = client.call_within(save, &arguments, limit).await;
            seen.push(outcome.unwrap_err().to_string());
        }
        assert!(
            seen.iter().any(|error| error.contains("was written as")),
            "{name}: {seen:?}"
        );
    }
}

/// The lines of a receipt show the product's key as `ord`, so that two of one product agree in it.
#[tokio::test]
async fn two_lines_of_one_product_are_two_rows() {
    let options = Options {
        size: 5,
        ..Options::default()
    };
    let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    let settings = Settings::new(
        simulator.base_url().parse().unwrap(),
        options.username,
        options.password.into(),
        "SUNMAOTEST01",
    );
    let client = ErpClient::new(settings).unwrap();
    let catalogue = Catalogue::shared();
    let create = catalogue.find("stock-receipts.create").unwrap();
    let line = json!({"title": "支架", "order1": "CP000001", "unit": 1, "num1": "2", "price2": "3", "ku": 1,
        "WareHousePositionID": 1});
    let given = json!({"title": "两行", "rkbh": "RK-2", "date5": "2025-03-07", "kuinlist": [line, line]});
    let given = serde_json::from_value(given).unwrap();
    client.call(create, &create.check(&given).unwrap()).await.unwrap();
    let list = catalogue.find("stock-receipts.list").unwrap();
    let found = table(
        client
            .call(list, &arguments([("rkbh", Value::from("RK-2"))]))
            .await
            .unwrap(),
    );
    let receipt = found.rows[0][found.column("ord").unwrap()].clone();
    let lines = catalogue.find("stock-receipt-lines.list").unwrap();
    let mut pages = client.pages(lines, arguments([("ord", receipt)])).unwrap();
    let whole = pages.collect().await.unwrap();
    assert_eq!(whole.rows.len(), 2);
    let product = whole.column("ord").unwrap();
    assert_eq!(whole.rows[0][product], whole.rows[1][product]);
    assert_eq!(pages.doubt(), None);
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        self.clone()
    }
}

#[tokio::test]
async fn a_device_name_that_live_servers_take_is_warned_of_once_and_sent() {
    for (name, warnings) in [
        ("ai-client-001", 1),
        ("erp_sync_number_two_of_two", 1),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", 1),
        ("SUNMAO01", 0),
    ] {
        let stand_in = StandIn::start(|_| std::future::ready(ok(sound(&form_list())))).await;
        let settings = Settings {
            serial: name.to_owned(),
            ..stand_in.settings()
        };
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(lines.clone())
            .with_ansi(false)
            .finish();
        let client = tracing::subscriber::with_default(subscriber, || ErpClient::new(settings)).unwrap();
        let found = client.call(&form_list(), &Arguments::default()).await.unwrap();
        assert!(matches!(found, Answer::Table(_)));
        let sent = &stand_in.login_bodies()[0]["datas"][2];
        assert_eq!(sent, &json!({"id": "serialnum", "val": format!("txt:{name}")}));
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(
            text.lines()
                .filter(|line| line.contains("WARN") && line.contains(name))
                .count(),
            warnings,
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_device_name_that_was_turned_down_is_what_the_hint_is_about() {
    let strict = StandIn::with_login(
        |_| std::future::ready(login_refused("用户串号不正确，应为不超过20位的字母或数字")),
        |_| std::future::ready(respond(500, "")),
    )
    .await;
    let client = strict.client();
    for _ in 0..3 {
        let error = client
            .call(&form_list(), &Arguments::default())
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("1 to 20 letters and digits"),
            "{error}"
        );
    }
}
