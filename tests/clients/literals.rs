//! A helper that was written in JavaScript by hand: bodies are literals as its author types them, and the cookies of the login
//! go back with every call.

use crate::erp;
use serde_json::Value;
use sunmao_simulator::Variant;

struct Helper {
    http: reqwest::Client,
    base: String,
    session: String,
    cookies: String,
}

impl Helper {
    async fn sign_in(base: String) -> Helper {
        let http = reqwest::Client::new();
        let body = "{session:'',cmdkey:'login',datas:[{id:'user',val:'txt:sunmao'},{id:'password',val:'txt:sunmao-demo'},\
                    {id:'serialnum',val:'0f8fad5b-d9cb-469f-a165-70867728950e'},{id:'rndcode',val:''},]}";
        let url = format!("{base}/webapi/v3/ov1/login");
        let answer = http.post(url).body(body).send().await.unwrap();
        let cookies: Vec<String> = answer
            .headers()
            .get_all("set-cookie")
            .iter()
            .filter_map(|cookie| Some(cookie.to_str().ok()?.split(';').next()?.to_owned()))
            .collect();
        assert!(
            cookies
                .iter()
                .any(|cookie| cookie.starts_with("ASP.NET_SessionId=")),
            "{cookies:?}"
        );
        let answer: Value = answer.json().await.unwrap();
        Helper {
            http,
            base,
            session: answer["header"]["session"].as_str().unwrap().to_owned(),
            cookies: cookies.join("; "),
        }
    }

    /// Sends a literal, with the session in the place of `$`.
    async fn send(&self, path: &str, literal: &str) -> Value {
        let request = self.http.post(format!("{}{path}", self.base));
        let request = request
            .header("Cookie", &self.cookies)
            .header("ZBAPI-Token", &self.session)
            .body(literal.replace('$', &self.session));
        request.send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn literals_sign_in_list_and_add() {
    let simulator = erp(Variant::Standard, 5).await;
    let helper = Helper::sign_in(simulator.base_url()).await;
    let list = "{session:'$',cmdkey:'refresh',datas:[{id:'pagesize',val:3},{id:'pageindex',val:1}]}";
    let answer = helper.send("/webapi/v3/ov1/salesmanage/custom/list", list).await;
    let table = &answer["body"]["source"]["table"];
    assert_eq!(table["rows"].as_array().unwrap().len(), 3, "{answer}");

    let add = r#"{
        Title: 'Joint "M8"', Code: 'JS-1', Model: 'M8', Sort1: 1, CanOutStore: 1, Roles: '1,3', PriceMode: 0,
        IncludeTax: 1, Unitjb: 3, ext3: '手工',
        PackingPrices: '[{"Bm":0,"Bl":1,"UnitID":3,"Price2jy":"12.50"}]', // as the page sends it
    }"#;
    let added = helper.send("/webapi/v3/store/product/add", add).await;
    assert_eq!(added["Code"], 200, "{added}");
    let find = "{session:'$',cmdkey:'refresh',datas:[{id:'cpbh',val:'JS-1'}]}";
    let found = helper
        .send("/webapi/v3/ov1/salesmanage/product/billlist", find)
        .await;
    let table = &found["body"]["source"]["table"];
    let column = |id: &str| {
        let columns = table["cols"].as_array().unwrap();
        columns.iter().position(|column| column["id"] == id).unwrap()
    };
    let row = &table["rows"][0];
    assert_eq!(
        (&row[column("cpname")], &row[column("price")]),
        (&"Joint \"M8\"".into(), &"12.50".into())
    );

    let warehouses = helper
        .send(
            "/webapi/apiHelper/stock/Stock/GetWarehouses",
            "{Token:'$',Datas:{}}",
        )
        .await;
    assert_eq!(warehouses["flag"], true, "{warehouses}");
    let out = helper.send("/webapi/v3/ov1/logout", "{session:'$'}").await;
    assert_eq!(out["header"]["status"], 0, "{out}");
    let after = helper.send("/webapi/v3/ov1/salesmanage/custom/list", list).await;
    assert_ne!(after["header"]["status"], 0, "the cookies alone are no session");
}
