//! What live servers take and show beyond the vendor's pages, and the kinds that do so in another way.

use crate::common::{Caller, LOCAL, rows, small, start, text};
use serde_json::{Value as Json, json};
use sunmao_simulator::{Options, Simulator, Variant};

async fn of(variant: Variant) -> Caller {
    start(Options {
        variant,
        size: 6,
        ..Options::default()
    })
    .await
}

fn credentials(device: &str) -> Json {
    json!([
        {"id": "user", "val": "txt:sunmao"}, {"id": "password", "val": "txt:sunmao-demo"},
        {"id": "serialnum", "val": device}, {"id": "rndcode", "val": ""},
    ])
}

#[tokio::test]
async fn live_servers_take_any_device_name() {
    let (generous, strict) = (of(Variant::Standard).await, of(Variant::Strict).await);
    for device in [
        "txt:ai-client-001",
        "txt:erp_sync_server_number_two",
        "txt:0f8fad5b-d9cb-469f-a165-70867728950e",
        "ai-client-001",
        "SUNMAO01",
    ] {
        let body = json!({"datas": credentials(device)});
        let answer = generous.post("/webapi/v3/ov1/login", &body).await;
        assert_eq!(answer["header"]["status"], 0, "{device}: {answer}");
        let answer = strict.post("/webapi/v3/ov1/login", &body).await;
        assert_ne!(answer["header"]["status"], 0, "{device}: {answer}");
        assert!(answer["header"]["message"].as_str().unwrap().contains("串号"));
    }
    for device in ["", "txt:", "txt: "] {
        let answer = generous
            .post("/webapi/v3/ov1/login", &json!({"datas": credentials(device)}))
            .await;
        assert_ne!(answer["header"]["status"], 0, "{device}: {answer}");
    }
}

#[tokio::test]
async fn a_login_may_name_a_command_and_an_empty_session_and_sets_cookies() {
    let (generous, strict) = (of(Variant::Standard).await, of(Variant::Strict).await);
    let body = json!({"session": "", "cmdkey": "login", "datas": credentials("txt:SUNMAO01")});
    let url = generous.url("/webapi/v3/ov1/login");
    let answer = generous.http.post(url).json(&body).send().await.unwrap();
    let cookies: Vec<String> = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap().to_owned())
        .collect();
    assert!(
        cookies
            .iter()
            .any(|cookie| cookie.starts_with("ASP.NET_SessionId=")),
        "{cookies:?}"
    );
    let token = answer.json::<Json>().await.unwrap()["header"]["session"].clone();
    let list = json!({"session": token, "cmdkey": "refresh", "datas": []});
    let asked = generous
        .http
        .post(generous.url("/webapi/v3/ov1/salesmanage/custom/list"))
        .header("cookie", cookies.join("; "))
        .json(&list);
    let answer: Json = asked.send().await.unwrap().json().await.unwrap();
    assert_eq!(rows(&answer).len(), 6, "cookies that come back do no harm");
    let refused = strict.post("/webapi/v3/ov1/login", &body).await;
    assert_ne!(refused["header"]["status"], 0);
}

#[tokio::test]
async fn literals_of_javascript_are_read_in_every_dialect() {
    let (generous, strict) = (of(Variant::Standard).await, of(Variant::Strict).await);
    for (path, body, is_sound) in [
        (
            "/webapi/v3/ov1/salesmanage/custom/list",
            "{session:'TOKEN',cmdkey:'refresh',datas:[{id:'pagesize',val:2},{id:'name',val:''},]}",
            (|answer| {
                answer["body"]["source"]["table"]["rows"]
                    .as_array()
                    .is_some_and(|rows| rows.len() == 2)
            }) as fn(&Json) -> bool,
        ),
        ("/webapi/v3/sales/contract/detail", "{ord:3}", |answer| {
            answer["Data"]["Ord"] == 3
        }),
        (
            "/webapi/apiHelper/stock/Stock/GetWarehouses",
            "{Token:'TOKEN',Datas:{}}",
            |answer| answer["flag"] == true && !answer["datas"].as_array().unwrap().is_empty(),
        ),
    ] {
        for caller in [&generous, &strict] {
            let request = caller
                .http
                .post(caller.url(path))
                .header("ZBAPI-Token", &caller.token);
            let body = body.replace("TOKEN", &caller.token);
            let answer: Json = request.body(body).send().await.unwrap().json().await.unwrap();
            let is_generous = std::ptr::eq(caller, &generous);
            assert_eq!(is_sound(&answer), is_generous, "{path}: {answer}");
        }
    }
    let request = generous
        .http
        .post(generous.url("/webapi/v3/sales/contract/detail"));
    let answer: Json = request.body("{ord:").send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["Code"], 500, "{answer}");
}

#[tokio::test]
async fn numbers_of_literals_keep_their_digits() {
    let caller = small().await;
    let save = "{session:'TOKEN',cmdkey:'__sys_dosave',datas:[{id:'name',val:'数字'},{id:'sort1',val:1},\
                {id:'person_name',val:'鲁班'},{id:'intro',val:'12345678901.12345678'}]}";
    let url = caller.url("/webapi/v3/ov1/salesmanage/custom/add?intsort=1");
    let request = caller.http.post(url).body(save.replace("TOKEN", &caller.token));
    let answer: Json = request.send().await.unwrap().json().await.unwrap();
    assert!(text(&answer).contains("成功"), "{answer}");
    let found = rows(&caller.call("customers.list", json!({"name": "数字"})).await);
    assert_eq!(found[0]["intro"], "12345678901.12345678");
}

#[tokio::test]
async fn lists_have_the_columns_that_installations_show() {
    let caller = small().await;
    for (list, columns) in [
        (
            "contracts.list",
            "ord htid title khmc xsry htfl moneyall hkmoney htbz dateQD dateKS dateZZ spzt spMan ckjz fhjz skjz kpjz \
             UrgentType",
        ),
        (
            "products.list",
            "ord cpname cpbh cpxh unitname price fenlei unitjb units",
        ),
        ("customers.list", "ord name mobile"),
        (
            "stock-receipts.list",
            "ord title rkbh rknum kgname sqname rkzt rklb datesq rkDate ckTitle",
        ),
        (
            "stock-receipt-lines.list",
            "ord id title order1 type1 unitall num1 num2 cprice cmoney bz ph datesc dateyx fullPath",
        ),
    ] {
        let answer = caller.call(list, json!({"pagesize": 2})).await;
        let found = rows(&answer);
        let shown: Vec<&str> = answer["body"]["source"]["table"]["cols"]
            .as_array()
            .unwrap()
            .iter()
            .map(|column| column["id"].as_str().unwrap())
            .collect();
        let columns: Vec<&str> = columns.split_whitespace().collect();
        assert_eq!(shown[..columns.len()], columns, "{list}");
        let names: std::collections::BTreeSet<&&str> = shown.iter().collect();
        assert_eq!(
            names.len(),
            shown.len(),
            "{list}: a name stands twice in {shown:?}"
        );
        assert!(!found.is_empty(), "{list}");
    }
}

#[tokio::test]
async fn what_lists_show_is_what_was_saved() {
    let caller = small().await;
    let prices = r#"[{"Bm":0,"Bl":1,"UnitID":3,"Price2jy":"12.50"}]"#;
    let product = json!({"Title": "榫接支架", "Code": "P-9", "Model": "M8", "Sort1": 1, "CanOutStore": 1, "Roles": "3",
        "PriceMode": 0, "IncludeTax": 1, "Unitjb": 3, "ext3": "x", "PackingPrices": prices});
    let created = caller.call("products.create", product).await;
    assert_eq!(created["Code"], 200, "{created}");
    let product = &rows(&caller.call("products.list", json!({"cpbh": "P-9"})).await)[0];
    assert_eq!(
        (
            &product["cpname"],
            &product["cpxh"],
            &product["price"],
            &product["unitjb"]
        ),
        (&json!("榫接支架"), &json!("M8"), &json!("12.50"), &json!(3))
    );
    let units: Json = serde_json::from_str(product["units"].as_str().unwrap()).unwrap();
    assert_eq!(units["3"], product["unitname"]);

    let contract = json!({"company": 3, "htid": "HT-W", "title": "网店订单", "date3": "2025-03-07", "date1": "2025-03-07",
        "sort": 192, "bz": 14, "premoney": "5", "money1": "5", "fqhk": 0, "invoicePlan": 1, "invoiceMode": 0});
    let answer = caller.call("contracts.save", contract).await;
    assert!(text(&answer).contains("成功"), "without yhvalue: {answer}");
    let listed = &rows(&caller.call("contracts.list", json!({"htbh": "HT-W"})).await)[0];
    assert_eq!(
        (
            &listed["htid"],
            &listed["moneyall"],
            &listed["dateQD"],
            &listed["skjz"],
            &listed["kpjz"]
        ),
        (
            &json!("HT-W"),
            &json!("5.00"),
            &json!("2025-3-7"),
            &json!("未收款"),
            &json!("未开票")
        )
    );
    for (scope, column, state) in [(3, "ckjz", "未出库"), (4, "skjz", "未收款")] {
        let waiting = rows(
            &caller
                .call("contracts.list", json!({"stype": scope, "pagesize": 500}))
                .await,
        );
        assert!(waiting.iter().any(|row| row["htid"] == "HT-W"), "{scope}");
        assert!(waiting.iter().all(|row| row[column] == state), "{scope}");
    }
}

#[tokio::test]
async fn small_letters_name_members_and_columns() {
    let caller = of(Variant::LowerCase).await;
    let contract = caller.call("contracts.get", json!({"ord": 2})).await;
    assert_eq!(
        (&contract["Code"], &contract["Data"]["ord"]),
        (&json!(200), &json!(2))
    );
    assert!(
        contract["Data"]["htid"].is_string() && contract["Data"]["Htid"].is_null(),
        "{contract}"
    );
    let listed = rows(&caller.call("contracts.list", json!({})).await);
    assert!(listed[0].contains_key("dateqd") && !listed[0].contains_key("dateQD"));
}

#[tokio::test]
async fn a_gateway_hands_over_the_records_themselves() {
    let options = Options {
        variant: Variant::GatewayPlain,
        size: 30,
        ..Options::default()
    };
    let simulator = Simulator::start(options, LOCAL).await.unwrap();
    let http = reqwest::Client::new();
    let post = async |path: &str, token: &str, body: Json| -> (u16, Json) {
        let request = http.post(format!("{}{path}", simulator.base_url()));
        let answer = request.bearer_auth(token).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    };
    let account = json!({"username": "sunmao", "password": "sunmao-demo"});
    let (status, signed_in) = post("/webapi/v3/ov1/login", "", account).await;
    assert_eq!(status, 200, "{signed_in}");
    let token = signed_in["token"].as_str().unwrap();
    let list = "/webapi/v3/ov1/salesmanage/custom/list";
    let page = json!({"pageIndex": 2, "pageSize": 20});
    let (_, answer) = post(list, token, page.clone()).await;
    assert_eq!(answer["data"].as_array().unwrap().len(), 10, "{answer}");
    assert!(answer["data"][0]["name"].is_string() && answer.as_object().unwrap().len() == 1);
    assert_eq!(post(list, "nobody", page).await.0, 401);

    let customer =
        json!({"name": "榫卯木业", "contact": "鲁班", "phone": "1", "address": "木工街", "sort1": 1});
    let (_, saved) = post("/webapi/v3/ov1/salesmanage/custom/add?intsort=1", token, customer).await;
    let key = &saved["data"]["ord"];
    assert!(key.is_i64(), "{saved}");
    let (_, shown) = post(
        "/webapi/v3/ov1/salesmanage/custom/add?edit=1",
        token,
        json!({"ord": key}),
    )
    .await;
    assert_eq!(shown["data"]["name"], "榫卯木业", "{shown}");
    let (_, contract) = post("/webapi/v3/sales/contract/detail", token, json!({"ord": 1})).await;
    assert!(contract["data"]["Htid"].is_string(), "{contract}");
    let (_, refused) = post(
        "/webapi/v3/ov1/salesmanage/custom/add?intsort=1",
        token,
        json!({"name": "x"}),
    )
    .await;
    assert!(
        refused["data"].is_null() && refused["message"].is_string(),
        "{refused}"
    );
}
