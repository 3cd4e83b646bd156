//! One cell that is not as it should be spoils no page, and no number loses a digit on its way in or out.

use crate::support::*;
use axum::body::Bytes;
use sunmao_catalogue::{
    Answer, Catalogue, Dialect, Face, Field, FieldType, Kind, Operation, Record, ResultKind, Value,
};
use sunmao_erp_client::Error;

/// What a list of each dialect looks like, with these cells as its second column.
fn lists(cells: &[&[u8]]) -> [(Operation, Vec<u8>); 4] {
    let rows = |open: &str, close: &str| {
        let mut rows = Vec::new();
        for (key, cell) in cells.iter().enumerate() {
            rows.extend_from_slice(if key > 0 { b"," } else { b"" });
            rows.extend_from_slice(open.replace('#', &key.to_string()).as_bytes());
            rows.extend_from_slice(cell);
            rows.extend_from_slice(close.as_bytes());
        }
        rows
    };
    let framed = |head: &str, rows: Vec<u8>, tail: &str| [head.as_bytes(), &rows, tail.as_bytes()].concat();
    let count = cells.len();
    let page =
        format!("\"page\":{{\"pagesize\":20,\"pageindex\":1,\"pagecount\":1,\"recordcount\":{count}}}");
    [
        (
            form_list(),
            framed(
                "{\"header\":{\"status\":0},\"body\":{\"source\":{\"table\":{\"cols\":[{\"id\":\"ord\"},{\"id\":\"x\"}],\"rows\":[",
                rows("[#,", "]"),
                &format!("],{page}}}}}}}}}"),
            ),
        ),
        (
            form_list(),
            framed(
                "{\"header\":{\"status\":0},\"body\":{\"source\":{\"table\":{\"cols\":[{\"id\":\"x\"}],\"rows\":[",
                rows("{\"ord\":#,\"value\":[", "]}"),
                &format!("],{page}}}}}}}}}"),
            ),
        ),
        (
            json_list(),
            framed(
                "{\"Code\":200,\"Cols\":[\"ord\",\"x\"],\"Rows\":[",
                rows("[#,", "]"),
                &format!("],{page}}}"),
            ),
        ),
        (
            helper_list(),
            framed(
                "{\"flag\":true,\"code\":200,\"msg\":\"\",\"datas\":[",
                rows("{\"ord\":#,\"x\":", "}"),
                "]}",
            ),
        ),
    ]
}

/// The second column, as it was read of a list of each dialect.
async fn columns(cells: &[&[u8]]) -> Vec<Result<Vec<Value>, Error>> {
    let mut columns = Vec::new();
    for (operation, body) in lists(cells) {
        let answer = answer_to(&operation, 200, Bytes::from(body)).await;
        columns.push(answer.map(|answer| {
            let table = table(answer);
            let column = table.column("x").expect("the column");
            table
                .rows
                .into_iter()
                .map(|mut row| row.swap_remove(column))
                .collect()
        }));
    }
    columns
}

async fn read(cells: &[&[u8]], expected: &[Value]) {
    for (number, column) in columns(cells).await.into_iter().enumerate() {
        let column = column.unwrap_or_else(|error| panic!("list {number}: {error}"));
        assert_eq!(column, expected, "list {number}");
    }
}

#[tokio::test]
async fn half_a_character_spoils_its_cell_alone() {
    let cells: [&[u8]; 7] = [
        "\"样例\\ud83d公司\"".as_bytes(),
        br#""\ude00\ud83d""#,
        br#""\ud83d\u0041""#,
        br#""\uD83D\uDE00 \\ud83d \n""#,
        br#""\ud83d\ud83d\ude00""#,
        br#""\ud83d""#,
        "\"榫卯\"".as_bytes(),
    ];
    let expected = [
        "样例\u{fffd}公司",
        "\u{fffd}\u{fffd}",
        "\u{fffd}A",
        "😀 \\ud83d \n",
        "\u{fffd}😀",
        "\u{fffd}",
        "榫卯",
    ];
    read(&cells, &expected.map(Value::from)).await;
}

#[tokio::test]
async fn a_damaged_byte_or_a_raw_control_character_spoils_its_cell_alone() {
    let cells: [&[u8]; 5] = [
        b"\"\xe6\xa0\xb7\xff\xe4\xbe\x8b\"",
        "\"榫卯木业有限公司\"".as_bytes(),
        b"\"a\x00b\x01\x1f\"",
        b"\"line\r\n\tend\"",
        b"\"back\\\nslash\"",
    ];
    let expected = [
        "样\u{fffd}例",
        "榫卯木业有限公司",
        "a\0b\u{1}\u{1f}",
        "line\r\n\tend",
        "back\\\nslash",
    ];
    read(&cells, &expected.map(Value::from)).await;
    // The code page of a Chinese Windows is still told from damage: 样例公司.
    read(&[b"\"\xd1\xf9\xc0\xfd\xb9\xab\xcb\xbe\""], &["样例公司".into()]).await;
}

#[tokio::test]
async fn what_cannot_be_mended_says_where_it_is() {
    for column in columns(&[b"\"sound\"", b"\"\xe6\xa0\xb7\"\xe4\xbe\x8b\"", b"3"]).await {
        let error = column.unwrap_err();
        assert_eq!(error.kind(), Kind::Unavailable);
        let words = error.fault().message;
        assert!(words.contains("column") && words.contains("样"), "{words}");
    }
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    for column in columns(&[b"1", deep.as_bytes()]).await {
        let words = column.unwrap_err().fault().message;
        assert!(words.contains("recursion") && words.contains("[[[["), "{words}");
    }
    let body = r#"{"Code":200,"Cols":["ord","x"],"Rows":[[1,2],[2],"oops",null],
        "Page":{"RecordCount":3,"PageSize":20,"PageIndex":1,"PageCount":1}}"#;
    let error = answer_to(&json_list(), 200, body).await.unwrap_err();
    assert!(error.fault().message.contains("row 3"), "{error}");
    assert!(error.fault().message.contains("oops"), "{error}");
}

/// A row that is too short lacks cells, one that is too long has more; a name that comes twice has its last value.
#[tokio::test]
async fn odd_rows_are_kept() {
    let body = r#"{"Code":200,"Cols":["ord","x"],"Rows":[[1],[2,"a","more"],{"ord":3,"x":"b","x":"c"}],
        "Page":{"RecordCount":3,"PageSize":20,"PageIndex":1,"PageCount":1}}"#;
    let table = table(answer_to(&json_list(), 200, body).await.unwrap());
    let row = |cells: [Value; 3]| cells.to_vec();
    assert_eq!(
        table.rows,
        [
            row([1.into(), Value::Null, Value::Null]),
            row([2.into(), "a".into(), "more".into()]),
            row([3.into(), "c".into(), Value::Null]),
        ]
    );
}

const NUMBERS: [(&str, &str); 12] = [
    ("12345678901.12345678", "12345678901.12345678"),
    ("\"12,345,678,901.12345678\"", "12345678901.12345678"),
    ("0.10000000000000000001", "0.10000000000000000001"),
    ("1200.50", "1200.50"),
    ("\"1,200.50\"", "1200.50"),
    ("-0.00", "0.00"),
    ("1.5e3", "1500"),
    ("123456789012345678", "123456789012345678"),
    ("9223372036854775808", "9223372036854775808"),
    ("-79228162514264337593543950335", "-79228162514264337593543950335"),
    (
        "1234567890123456789012345678901234567890",
        "1234567890123456789012345678901234567890",
    ),
    (
        "12345678901234567890.12345678901234567890",
        "12345678901234567890.12345678901234567890",
    ),
];

/// A decimal field of the catalogue's, under another name.
fn amount() -> Field {
    let catalogue = Catalogue::shared();
    let mut fields = catalogue
        .operations()
        .iter()
        .flat_map(|operation| &operation.params);
    let field = fields.find(|field| field.kind == FieldType::Decimal && field.values.is_empty());
    Field {
        name: "amount".to_owned(),
        wire: "x".to_owned(),
        minimum: None,
        max_length: None,
        ..field.expect("a decimal field").clone()
    }
}

#[tokio::test]
async fn every_number_reaches_a_guest_with_all_its_digits() {
    let cells: Vec<&[u8]> = NUMBERS.iter().map(|(wire, _)| wire.as_bytes()).collect();
    for face in [Face::Typed, Face::Dynamic] {
        for (mut operation, body) in lists(&cells) {
            operation.fields = vec![amount()];
            let answer = answer_to(&operation, 200, Bytes::from(body)).await.unwrap();
            let shown = operation.present(answer, face);
            let rows = shown.get("items").or_else(|| shown.get("rows")).unwrap_or(&shown);
            let rows = rows.as_list().expect("rows");
            let amounts: Vec<String> = rows
                .iter()
                .map(|row| row.get("amount").and_then(Value::to_text).expect("an amount"))
                .collect();
            assert_eq!(
                amounts,
                NUMBERS.map(|(_, exact)| exact),
                "{:?}",
                operation.dialect
            );
        }
    }
}

#[tokio::test]
async fn every_number_that_a_guest_gives_goes_out_with_all_its_digits() {
    for dialect in [Dialect::Form, Dialect::Json, Dialect::Helper] {
        let result = match dialect {
            Dialect::Form => ResultKind::Message,
            _ => ResultKind::Ack,
        };
        let mut saving = operation(dialect, result, write());
        saving.params = vec![amount()];
        for (_, exact) in NUMBERS {
            // Typed guests give text, scripts a decimal or the text that they were given.
            let decimal = rust_decimal::Decimal::from_str_exact(exact).map(Value::Decimal);
            for given in [Some(Value::from(exact)), decimal.ok()].into_iter().flatten() {
                let given = Record::from_iter([("amount".to_owned(), given)]);
                let arguments = saving.check(&given).unwrap();
                let answer = sound(&saving);
                let erp = StandIn::start(move |_| std::future::ready(ok(answer.clone()))).await;
                let answer = erp.client().call(&saving, &arguments).await.unwrap();
                assert!(matches!(answer, Answer::Ack(_)));
                let sent = erp.calls()[0].body.to_string();
                assert!(sent.contains(&format!("\"{exact}\"")), "{dialect:?}: {sent}");
            }
        }
    }
}
