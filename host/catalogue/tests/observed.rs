//! What installations show and take beyond the vendor's tables: columns, other names, letter case, texts that hold lists.

#![cfg(test)]

use serde_json::{Value as Json, json};
use sunmao_catalogue::{Answer, Catalogue, Column, Face, Operation, Page, Record, Table, Value};

fn operation(name: &str) -> Operation {
    Catalogue::shared().find(name).expect("an operation").clone()
}

fn column((name, caption): (&str, &str)) -> Column {
    Column {
        name: name.to_owned(),
        caption: caption.to_owned(),
    }
}

/// The first row as scripts and people see it.
fn row(operation: &str, columns: &[(&str, &str)], cells: Json) -> Json {
    let Value::List(cells) = serde_json::from_value(cells).expect("cells") else {
        panic!("cells are a list");
    };
    let table = Table {
        columns: columns.iter().copied().map(column).collect(),
        rows: vec![cells],
        page: Page::default(),
    };
    let shown = self::operation(operation).present(Answer::Table(table), Face::Dynamic);
    let mut shown = serde_json::to_value(shown).expect("JSON");
    let mut row = shown["items"][0].take();
    row["captions"] = shown["columns"].take();
    row
}

#[test]
fn the_columns_of_contracts_have_english_names_and_types() {
    let columns = [
        ("ord", ""),
        ("HTID", "编号"),
        ("title", "主题"),
        ("khmc", "客户"),
        ("moneyall", "金额"),
        ("hkmoney", ""),
        ("dateQD", "签订"),
        ("spzt", ""),
        ("ckjz", ""),
        ("zdy1", "自定义"),
    ];
    let cells = json!([
        7,
        "HT-7",
        "年度供货",
        "榫卯木业",
        "12,000.50",
        "",
        "2025-3-7",
        "审批通过",
        "未出库",
        "x"
    ]);
    let row = row("contracts.list", &columns, cells);
    let expected = json!({
        "record-key": 7, "contract-number": "HT-7", "contract-subject": "年度供货", "customer-name": "榫卯木业",
        "total-after-concession": "12000.50", "received-total": null, "signing-date": "2025-03-07",
        "approval-status": "审批通过", "stock-issue-status": "未出库", "urgency": "", "extra": {"zdy1": "x"},
        "captions": [{"name": "zdy1", "caption": "自定义"}],
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&row[name], value, "{name}: {row}");
    }
}

#[test]
fn an_installation_may_leave_out_any_column() {
    for operation in Catalogue::shared()
        .operations()
        .iter()
        .filter(|one| one.is_open())
    {
        let row = row(&operation.name, &[("something", "某列")], json!([1]));
        assert_eq!(row["extra"], json!({"something": "1"}), "{}", operation.name);
    }
    let open = Catalogue::shared();
    let open = open.operations().iter().filter(|one| one.is_open());
    let names: Vec<&str> = open.map(|one| one.name.as_str()).collect();
    for name in [
        "customers.list",
        "contracts.list",
        "contracts.list-customers",
        "products.list",
        "stock-receipts.list",
        "stock-receipt-lines.list",
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn captions_stand_for_the_columns_of_stock_lists() {
    let captions = [
        "产品名称",
        "产品编号",
        "产品型号",
        "基本单位",
        "库存数量",
        "可用数量",
        "冻结数量",
        "在途数量",
        "仓库",
        "批号",
        "库龄（天）",
    ];
    let columns = captions.map(|caption| (caption, caption));
    let cells = json!([
        "支架", "P-1", "M8", "个", "1,200.5", "3", "2", "0", "主仓", "B1", "12"
    ]);
    for list in ["stock-levels.list-details", "stock-levels.list-summary"] {
        let row = row(list, &columns, cells.clone());
        let expected = [
            ("product-name", json!("支架")),
            ("product-number", json!("P-1")),
            ("product-model", json!("M8")),
            ("unit", json!("个")),
            ("stock-quantity", json!("1200.5")),
            ("available-quantity", json!("3")),
            ("frozen-quantity", json!("2")),
            ("in-transit-quantity", json!("0")),
            ("warehouse", json!("主仓")),
            ("batch-number", json!("B1")),
            ("stock-age-days", json!(12)),
            ("extra", json!({})),
        ];
        for (name, value) in expected {
            assert_eq!(row[name], value, "{list} {name}: {row}");
        }
    }
}

#[test]
fn a_contracts_details_are_read_in_either_spelling() {
    let answer = |text: &str| -> Json {
        let record: Record = serde_json::from_str(text).expect("a record");
        let shown = operation("contracts.get").present(Answer::Record(record), Face::Dynamic);
        serde_json::to_value(shown).expect("JSON")
    };
    let published = answer(
        r#"{"Ord": 7, "Htid": "HT-7", "Money1": "5.00", "contractList": [
            {"Title": "支架", "Order1": "P-1", "Type1": "M8", "Unit": 242, "Num1": "2"}]}"#,
    );
    let observed = answer(
        r#"{"ord": "7", "htid": "HT-7", "money1": "5.00", "contractlist": [
            {"CpName": "支架", "CpBh": "P-1", "CpXh": "M8", "UnitName": "个", "Num1": 2}]}"#,
    );
    for shown in [&published, &observed] {
        assert_eq!(shown["record-key"], 7, "{shown}");
        assert_eq!(shown["contract-number"], "HT-7");
        let line = &shown["contract-lines"][0];
        assert_eq!(
            [
                &line["product-name"],
                &line["product-number"],
                &line["product-model"],
                &line["quantity"]
            ],
            ["支架", "P-1", "M8", "2"],
            "{shown}"
        );
        assert_eq!(line["extra"], json!({}), "{shown}");
    }
    assert_eq!(observed["contract-lines"][0]["unit-name"], "个");
}

#[test]
fn the_installation_decides_whether_a_contract_needs_its_concession() {
    for name in ["contracts.save", "products.create"] {
        let operation = operation(name);
        let mut given = operation.example();
        let decided: Vec<String> = operation
            .params
            .iter()
            .filter(|field| field.required_by_policy)
            .map(|field| field.name.clone())
            .collect();
        assert!(!decided.is_empty(), "{name}");
        for field in &decided {
            given.shift_remove(field);
        }
        assert!(operation.check(&given).is_ok(), "{name} without {decided:?}");
    }
    let save = operation("contracts.save");
    let concession = save.param("yhvalue").expect("the concession");
    assert!(!concession.required && concession.required_by_policy);
}

#[test]
fn a_price_list_may_be_a_text_that_holds_it() {
    let create = operation("products.create");
    let with = |prices: Json| {
        let mut given = create.example();
        given.insert(
            "price-policies".to_owned(),
            serde_json::from_value(prices).expect("a value"),
        );
        given.insert("extension-field-three".to_owned(), Value::from("x"));
        create.check(&given)
    };
    let text = r#"[{"Bm":0,"Bl":1,"UnitID":242,"Price2jy":"12.50"}]"#;
    let checked = with(json!(text)).expect("a text that holds a list");
    assert_eq!(
        checked.get("PackingPrices"),
        Some(&Value::from(text)),
        "it goes out as it came"
    );
    assert_eq!(checked.get("ext3"), Some(&Value::from("x")));
    for unsound in ["[", "{}", r#"[{"Bm":"none"}]"#, r#"[{"Price":1}]"#] {
        let faults = with(json!(unsound)).expect_err(unsound);
        assert!(
            faults
                .iter()
                .all(|fault| fault.field.starts_with("price-policies")),
            "{faults:?}"
        );
    }
    let contract = operation("contracts.create");
    let mut given = contract.example();
    given.insert("contractList".to_owned(), Value::from("[]"));
    assert!(contract.check(&given).is_err(), "not every list may be a text");
}

#[test]
fn contracts_that_wait_for_goods_or_money_can_be_asked_for() {
    let list = operation("contracts.list");
    for scope in [3, 4] {
        let given = Record::from_iter([("list-scope".to_owned(), Value::from(scope))]);
        assert!(list.check(&given).is_ok(), "{scope}");
    }
}
