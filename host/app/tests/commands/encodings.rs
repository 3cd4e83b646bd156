//! Files made on Windows, at every door: with a byte order mark, in UTF-16, in GBK, with CRLF.

use crate::serve::{host, send};
use crate::support::{Sunmao, eventually, nobody, simulator};
use serde_json::json;
use std::path::PathBuf;
use sunmao_simulator::Options;

const LINES: &str = "{\"id\": \"c-1\", \"company_name\": \"样例木作有限公司\"}\r\n\r\n{\"id\": \"c-2\", \"company_name\": \"示例家具\"}\r\n";

fn written(text: &str) -> [Vec<u8>; 4] {
    let marked = format!("\u{feff}{text}");
    let utf_16 = |bytes: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(bytes).collect();
    [
        marked.clone().into_bytes(),
        utf_16(u16::to_le_bytes),
        utf_16(u16::to_be_bytes),
        encoding_rs::GB18030.encode(text).0.into_owned(),
    ]
}

fn write(sunmao: &Sunmao, file: &str, content: &[u8]) -> PathBuf {
    let path = sunmao.write(file, "");
    std::fs::write(&path, content).unwrap();
    path
}

#[tokio::test]
async fn contacts_are_pushed_however_windows_saved_them() {
    let host = host().await;
    for (number, content) in written(LINES).iter().enumerate() {
        let lines = write(&host.sunmao, "contacts.ndjson", content);
        let arguments = [
            "records",
            "file",
            "contact",
            lines.to_str().unwrap(),
            "--json",
            "--url",
            &host.url,
        ];
        let pushed = host.sunmao.run(&arguments).await;
        assert_eq!(
            (pushed.code, &pushed.json()["accepted"]),
            (Some(0), &json!(2)),
            "{number}: {}",
            pushed.stderr
        );
    }
    let contact = eventually(&format!("{}/v1/records/contact/c-1", host.url), |_| true).await;
    assert_eq!(
        (&contact["body"]["company_name"], &contact["revision"]),
        (&json!("样例木作有限公司"), &json!(1))
    );
}

/// Nothing of it is filed, and the message says what to do; from a file, and from standard input.
#[tokio::test]
async fn what_is_no_list_of_lines_is_refused_whole() {
    let host = host().await;
    let array = "\u{feff}[\n  {\"id\": \"a-1\"},\n  {\"id\": \"a-2\"}\n]\n";
    let western = b"{\"id\": \"w-1\", \"company_name\": \"M\xfcller, Z\xfcrich\"}\n";
    for (content, said) in [
        (array.as_bytes(), "one JSON array"),
        (&western[..], "Windows-1252"),
    ] {
        let file = write(&host.sunmao, "contacts.json", content);
        let arguments = [
            "records",
            "file",
            "contact",
            file.to_str().unwrap(),
            "--url",
            &host.url,
        ];
        let pushed = host.sunmao.run(&arguments).await;
        assert_eq!(pushed.code, Some(1));
        let told = pushed.stdout + &pushed.stderr;
        assert!(told.contains(said) && told.contains("hint: "), "{told}");
    }
    let pushed = host
        .sunmao
        .run(&["records", "file", "contact", "-", "--json", "--url", &host.url])
        .await;
    assert_eq!(
        (pushed.code, &pushed.json()["lines"]),
        (Some(0), &json!(0)),
        "{}",
        pushed.stderr
    );
    let bulk = |body: Vec<u8>| {
        let request = reqwest::Client::new().post(format!("{}/v1/records/contact", host.url));
        send(request.header("content-type", "application/x-ndjson").body(body))
    };
    for array in [array, "[{\"id\": \"a-3\"}]"] {
        let (status, answer) = bulk(array.as_bytes().to_vec()).await;
        assert_eq!((status, &answer["accepted"]), (400, &json!(0)), "{answer}");
        assert!(
            answer["error"]["message"].to_string().contains("JSON array"),
            "{answer}"
        );
    }
    let page = eventually(&format!("{}/v1/records/contact", host.url), |_| true).await;
    assert_eq!(page["items"], json!([]));
}

#[tokio::test]
async fn http_takes_a_mark_and_names_every_other_encoding() {
    let host = host().await;
    let http = reqwest::Client::new();
    let [marked, utf_16, _, gbk] = written("{\"company_name\": \"样例木作有限公司\"}");
    let put = |body: Vec<u8>| {
        let request = http.put(format!("{}/v1/records/contact/c-1", host.url));
        send(request.header("content-type", "application/json").body(body))
    };
    assert_eq!(put(marked).await.0, 202);
    for (body, name) in [(utf_16, "UTF-16"), (gbk, "GBK")] {
        let (status, answer) = put(body).await;
        assert_eq!(status, 400);
        assert!(answer["error"]["message"].to_string().contains(name), "{answer}");
    }
    let [marked, _, _, gbk] = written(LINES);
    let bulk = |body: Vec<u8>| {
        let request = http.post(format!("{}/v1/records/contact", host.url));
        send(request.header("content-type", "application/x-ndjson").body(body))
    };
    let (status, answer) = bulk(marked).await;
    assert_eq!((status, &answer["accepted"]), (202, &json!(2)), "{answer}");
    let (status, answer) = bulk(gbk).await;
    assert_eq!((status, &answer["accepted"]), (400, &json!(0)), "{answer}");
    assert!(answer["rejected"].to_string().contains("GBK"), "{answer}");
}

/// `.env`, the configuration, the installation's own fields, scripts and arguments.
#[tokio::test]
async fn what_an_operator_writes_is_read_however_windows_saved_it() {
    let options = Options::default();
    let erp = simulator(&options).await;
    let environment = format!(
        "# 测试环境的账号\r\nSUNMAO_ERP_BASE_URL={}\r\nSUNMAO_ERP_USERNAME={}\r\nSUNMAO_ERP_PASSWORD={}\r\n",
        erp.base_url(),
        options.username,
        options.password
    );
    let texts = [
        written(&environment),
        written("# 配置文件的说明文字\r\n[erp]\r\nretries = 1\r\n"),
        written("// 检查客户的规则\r\nfn judge(record) { \"样例木作\" }\r\n"),
        written("{\"name\": \"样例木作有限公司\"}\r\n"),
        written("# 自定义字段的说明\r\n"),
    ];
    for encoding in 0..4 {
        let sunmao = Sunmao::new();
        for (file, content) in [
            ".env",
            "sunmao.toml",
            "rule.rhai",
            "arguments.json",
            "custom-fields.toml",
        ]
        .iter()
        .zip(&texts)
        {
            write(&sunmao, file, &content[encoding]);
        }
        let called = sunmao
            .run(&["call", "customers.list", "@arguments.json", "--json"])
            .await;
        assert_eq!(called.code, Some(0), "{encoding}: {}", called.stderr);
        let checked = sunmao.run(&["script", "check", "rule.rhai"]).await;
        assert_eq!(checked.code, Some(0), "{encoding}: {}", checked.stderr);
    }
}

#[tokio::test]
async fn an_encoding_in_doubt_is_named() {
    let western = b"# Z\xfcrich, M\xfcller\n";
    let sunmao = Sunmao::new().with("SUNMAO_URL", &nobody());
    for file in [".env", "sunmao.toml", "custom-fields.toml"] {
        let path = write(&sunmao, file, western);
        let ended = sunmao.run(&["serve"]).await;
        assert_eq!(ended.code, Some(3), "{file}: {}", ended.stderr);
        assert!(
            ended.stderr.contains(file) && ended.stderr.contains("Windows-1252"),
            "{}",
            ended.stderr
        );
        std::fs::remove_file(path).unwrap();
    }
}

/// A number without a fraction is a whole number, however it is written.
#[tokio::test]
async fn eighty_point_nothing_is_eighty() {
    let host = host().await;
    let address = format!("{}/v1/records/contact/c-1", host.url);
    let put = |body: &'static str| {
        let request = reqwest::Client::new().put(&address);
        send(request.header("content-type", "application/json").body(body))
    };
    assert_eq!(put(r#"{"score": 80.0, "confidence": 8e1}"#).await.0, 202);
    assert_eq!(
        put(r#"{"score": 80, "confidence": 80}"#).await.1["changed"],
        false
    );
    for unsound in [
        r#"{"score": 80.5}"#,
        r#"{"score": 1e300}"#,
        r#"{"confidence": -1.0}"#,
        r#"{"score": "80"}"#,
    ] {
        assert_eq!(put(unsound).await.0, 400, "{unsound}");
    }
    let retry = reqwest::Client::new().post(format!("{}/v1/dead/retry", host.url));
    let retry = retry
        .header("content-type", "application/json")
        .body(r#"{"ids": [3.0]}"#);
    assert_eq!(send(retry).await.0, 200);
}
