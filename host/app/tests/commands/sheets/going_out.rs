//! Records in files that people open, and back again without a change.

use super::{cells, hub, import, record, run};
use crate::bare::Bare;
use calamine::Data;
use serde_json::{Value, json};

const ACCOUNT: &str = "6222021234567890123";

async fn file(hub: &Bare, kind: &str, lines: &[Value]) {
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let path = hub.sunmao.write("lines.ndjson", &lines.join("\n"));
    let ended = run(hub, &["records", "file", kind, path.to_str().unwrap()]).await;
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
}

async fn contracts(hub: &Bare) {
    let line = |number: u32| {
        json!({
            "id": format!("{number:06}"), "number": format!("HT-{number}"), "subject": "=SUM(A1)", "customer": "c-1",
            "signed_on": "2026-03-05", "total": "1200.50", "status": "signed", "notes": "甲\n\"乙\", 丙",
            "payment_terms": ACCOUNT, "updated_at": "2026-03-05T10:00:00Z",
            "lines": [{"product_number": "P-1", "quantity": "2.50", "unit_price": "480.20"}],
        })
    };
    let lines: Vec<Value> = (1..=1_203).map(line).collect();
    file(hub, "contract", &lines).await;
}

#[tokio::test]
async fn every_format_goes_out_and_comes_back_unchanged() {
    let hub = hub().await;
    contracts(&hub).await;
    let before = record(&hub, "contract/000001").await;
    for name in ["out.csv", "out.xlsx"] {
        let path = hub.sunmao.folder.path().join(name);
        let ended = run(
            &hub,
            &["export", "--kind", "contract", "--to", path.to_str().unwrap()],
        )
        .await;
        assert!(
            ended.code == Some(0) && ended.stdout.contains("1203 records"),
            "{}{}",
            ended.stdout,
            ended.stderr
        );
        assert_eq!(
            import(&hub, "contract", &path, &[]).await.1,
            [0, 0, 1_203, 0],
            "{name}"
        );
    }
    assert_eq!(record(&hub, "contract/000001").await, before);

    let path = hub.sunmao.folder.path().join("out.ndjson");
    let ended = run(
        &hub,
        &["export", "--kind", "contract", "--to", path.to_str().unwrap()],
    )
    .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let filed = run(
        &hub,
        &["records", "file", "contract", path.to_str().unwrap(), "--json"],
    )
    .await
    .json();
    assert_eq!(
        (&filed["accepted"], &filed["changed"]),
        (&json!(1_203), &json!(0))
    );
    let printed = run(&hub, &["export", "--kind", "contract", "-n", "2"])
        .await
        .stdout;
    let lines = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        printed.lines().collect::<Vec<_>>(),
        lines.lines().take(2).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn no_cell_is_a_formula_and_no_digit_is_lost() {
    let hub = hub().await;
    contracts(&hub).await;
    let path = hub.sunmao.folder.path().join("out.csv");
    let arguments = [
        "export",
        "--kind",
        "contract",
        "--to",
        path.to_str().unwrap(),
        "--where",
        "number=HT-7",
    ];
    run(&hub, &arguments).await;
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("\u{feff}编号,合同编号,合同主题,客户,"), "{text}");
    assert!(text.contains("\r\n000007,HT-7,'=SUM(A1),c-1,"), "{text}");
    assert!(
        text.contains(",2026-03-05,") && text.contains(",已签订,") && text.contains(",1200.50,"),
        "{text}"
    );
    assert!(text.contains(",2026-03-05 18:00:00\r\n"), "China's time: {text}");

    let path = hub.sunmao.folder.path().join("out.xlsx");
    let arguments = [
        "export",
        "--kind",
        "contract",
        "--to",
        path.to_str().unwrap(),
        "--where",
        "number=HT-7",
    ];
    run(&hub, &arguments).await;
    let rows = cells(&path);
    let cell = |heading: &str| {
        let column = rows[0].iter().position(|cell| *cell == *heading).unwrap();
        rows[1][column].clone()
    };
    let text = |text: &str| Data::String(text.to_owned());
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (cell("编号"), cell("合同主题")),
        (text("000007"), text("=SUM(A1)"))
    );
    assert_eq!(
        (cell("付款条件"), cell("合同总额")),
        (text(ACCOUNT), Data::Float(1200.5))
    );
    assert!(
        matches!(cell("签订日期"), Data::DateTime(_)),
        "{:?}",
        cell("签订日期")
    );
}

#[tokio::test]
async fn a_file_is_whole_or_not_there() {
    let hub = hub().await;
    let body = json!({"id": "1", "subject": "x", "customer": "c-1",
        "lines": (0..400).map(|_| json!({"quantity": "1", "notes": "长".repeat(100)})).collect::<Vec<_>>()});
    file(&hub, "contract", &[body]).await;
    let path = hub.sunmao.write("out.xlsx", "what was there");
    let ended = run(
        &hub,
        &["export", "--kind", "contract", "--to", path.to_str().unwrap()],
    )
    .await;
    assert!(
        ended.code == Some(1) && ended.stderr.contains("contract 1") && ended.stderr.contains("NDJSON"),
        "{}",
        ended.stderr
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "what was there");
    let ended = run(&hub, &["export", "--kind", "contract", "--to", "out.pdf"]).await;
    assert!(
        ended.code == Some(2) && ended.stderr.contains(".xlsx"),
        "{}",
        ended.stderr
    );
    let ended = run(
        &hub,
        &[
            "export", "--kind", "contract", "--to", "out.csv", "--where", "zebra=1",
        ],
    )
    .await;
    assert!(
        ended.code == Some(1) && ended.stderr.contains("zebra"),
        "{}",
        ended.stderr
    );
    assert!(!hub.sunmao.folder.path().join("out.csv").exists());
}
