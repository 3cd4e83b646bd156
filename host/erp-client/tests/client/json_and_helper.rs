//! Answers of the dialects `json` and `helper`.

use crate::support::*;
use serde_json::json;
use sunmao_catalogue::{Answer, Kind, Operation, Paging, Record, ResultKind, Value};

async fn record(operation: &Operation, body: serde_json::Value) -> Record {
    match answer_to(operation, 200, body.to_string()).await.unwrap() {
        Answer::Record(record) => record,
        other => panic!("no record: {other:?}"),
    }
}

#[tokio::test]
async fn json_lists_have_names_or_captions_and_rows_as_arrays_or_objects() {
    let page = json!({"RecordCount": 41, "PageSize": 20, "PageIndex": 1, "PageCount": 3});
    let cases = [
        (
            json!(["NodeId", "NodeText"]),
            json!([[1, "总部"]]),
            [("NodeId", "NodeId"), ("NodeText", "NodeText")],
        ),
        (
            json!(["部门标识", "部门名称"]),
            json!([[1, "总部"]]),
            [("部门标识", "部门标识"), ("部门名称", "部门名称")],
        ),
        (
            json!(["部门标识", "部门名称"]),
            json!([{"NodeId": 1, "NodeText": "总部"}]),
            [("NodeId", "部门标识"), ("NodeText", "部门名称")],
        ),
        (
            json!(["NodeText", "NodeId", "stoped"]),
            json!([{"NodeId": 1, "NodeText": "总部"}]),
            [("NodeText", "NodeText"), ("NodeId", "NodeId")],
        ),
        (
            json!([]),
            json!([{"NodeId": 1, "NodeText": "总部"}]),
            [("NodeId", ""), ("NodeText", "")],
        ),
        (
            json!(["一", "二", "三"]),
            json!([{"NodeId": 1, "NodeText": "总部"}]),
            [("NodeId", ""), ("NodeText", "")],
        ),
        (
            json!([{"id": "NodeId", "caption": "部门标识"}, {"name": "NodeText", "title": "部门名称"}]),
            json!({"NodeText": "总部", "NodeId": 1}),
            [("NodeId", "部门标识"), ("NodeText", "部门名称")],
        ),
    ];
    for (cols, rows, expected) in cases {
        let context = format!("{cols} {rows}");
        let body = json!({"Code": 200, "Msg": "", "Page": page, "Cols": cols, "Rows": rows});
        let table = table(
            answer_to(&json_list(), 200, body.to_string())
                .await
                .expect(&context),
        );
        let columns: Vec<(&str, &str)> = table.columns.iter().map(|c| (&*c.name, &*c.caption)).collect();
        assert_eq!(columns[..2], expected, "{context}");
        let text = columns
            .iter()
            .position(|(name, _)| ["NodeText", "部门名称"].contains(name))
            .unwrap();
        assert_eq!(table.rows[0][text], "总部".into(), "{context}");
        assert!(table.rows[0].len() == table.columns.len(), "{context}");
        assert_eq!(
            (
                table.page.total,
                table.page.count,
                table.page.size,
                table.page.index
            ),
            (41, 3, 20, 1)
        );
    }
}

#[tokio::test]
async fn json_lists_may_lie_in_data_and_must_have_rows() {
    for data in [json!([{"a": 1}]), json!({"Cols": ["a"], "Rows": [[1]]})] {
        let body = json!({"code": "200", "msg": "ok", "data": data}).to_string();
        assert_eq!(
            table(answer_to(&json_list(), 200, body).await.unwrap()).rows,
            [[Value::Integer(1)]]
        );
    }
    for broken in [
        json!({"Code": 200}),
        json!({"Code": 200, "Cols": ["a"], "Rows": null}),
        json!({"Code": 200, "Data": ""}),
    ] {
        let error = answer_to(&json_list(), 200, broken.to_string())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Unavailable, "{broken}");
    }
    let empty = json!({"Code": 200, "Rows": null, "Page": {"RecordCount": 0, "PageCount": 0}}).to_string();
    assert!(
        table(answer_to(&json_list(), 200, empty).await.unwrap())
            .rows
            .is_empty()
    );
}

#[tokio::test]
async fn json_records_keep_their_members_in_order() {
    let body = json!({"Code": 200, "Msg": "", "Data": {"zname": "甲", "lines": [{"num": 1}], "aname": null}});
    let found = record(&json_get(), body).await;
    assert_eq!(found.keys().collect::<Vec<_>>(), ["zname", "lines", "aname"]);
    assert_eq!(found["lines"].as_list().unwrap()[0].get("num"), Some(&1.into()));
    let body = json!({"Code": 200, "Cols": ["a", "b"], "Rows": [[1, "x"]]});
    assert_eq!(record(&json_get(), body).await["b"], "x".into());
    let body = json!({"Code": 200, "Data": [{"b": "x"}]});
    assert_eq!(record(&json_get(), body).await["b"], "x".into());
}

#[tokio::test]
async fn json_records_that_are_not_there_are_not_found() {
    let none = json!({"Code": 200, "Cols": ["a"], "Rows": []}).to_string();
    assert_eq!(
        answer_to(&json_get(), 200, none).await.unwrap_err().kind(),
        Kind::NotFound
    );
    let said = json!({"Code": 300, "Msg": "合同不存在"}).to_string();
    assert_eq!(
        answer_to(&json_get(), 200, said).await.unwrap_err().kind(),
        Kind::NotFound
    );
    let nothing = json!({"Code": 200, "Msg": "ok"}).to_string();
    assert_eq!(
        answer_to(&json_get(), 200, nothing).await.unwrap_err().kind(),
        Kind::Unavailable
    );
    let several = json!({"Code": 200, "Rows": [{"a": 1}, {"a": 2}]}).to_string();
    assert_eq!(
        answer_to(&json_get(), 200, several).await.unwrap_err().kind(),
        Kind::Unavailable
    );
}

#[tokio::test]
async fn codes_mean_what_they_mean_in_both_dialects() {
    let cases = [
        (json!({"Code": 300, "Msg": "编号重复"}), Kind::Refused, Some(300)),
        (json!({"Code": 301, "Msg": "别的"}), Kind::Refused, Some(301)),
        (
            json!({"Code": 500, "Msg": "服务器错误"}),
            Kind::Unconfirmed,
            Some(500),
        ),
        (
            json!({"flag": false, "code": 300, "msg": "编号重复"}),
            Kind::Refused,
            Some(300),
        ),
        (
            json!({"flag": false, "code": 200, "msg": "编号重复"}),
            Kind::Refused,
            Some(200),
        ),
        (json!({"flag": "false", "msg": "编号重复"}), Kind::Refused, None),
        (
            json!({"flag": true, "code": 300, "msg": "编号重复"}),
            Kind::Refused,
            Some(300),
        ),
        (
            json!({"flag": false, "code": 500, "msg": "服务器错误"}),
            Kind::Unconfirmed,
            Some(500),
        ),
        (json!({"hello": "world"}), Kind::Unconfirmed, None),
        (
            json!({"Message": "An error has occurred."}),
            Kind::Unconfirmed,
            None,
        ),
    ];
    for (body, kind, code) in cases {
        for operation in [json_save(), helper_save()] {
            let error = answer_to(&operation, 200, body.to_string()).await.unwrap_err();
            assert_eq!((error.kind(), error.fault().code), (kind, code), "{body}");
            let words = body["Msg"]
                .as_str()
                .or(body["msg"].as_str())
                .or(body["Message"].as_str());
            assert!(
                words.is_none_or(|words| error.fault().message == words),
                "{error}"
            );
        }
    }
    let failed = json!({"Code": 500, "Msg": "服务器错误"}).to_string();
    assert_eq!(
        answer_to(&json_list(), 200, failed).await.unwrap_err().kind(),
        Kind::Unavailable
    );
}

#[tokio::test]
async fn acknowledgements_carry_words_key_and_the_rest() {
    let cases = [
        (json_save(), json!({"Code": 200, "Msg": "添加成功"}), None, 0),
        (
            json_save(),
            json!({"Code": 200, "Msg": "添加成功", "Data": {"ord": "12", "a": 1}}),
            Some(12),
            2,
        ),
        (
            json_save(),
            json!({"Code": 200, "Msg": "添加成功", "Data": 12}),
            None,
            1,
        ),
        (
            helper_save(),
            json!({"flag": true, "code": 200, "msg": "添加成功", "datas": [{"ID": 12}]}),
            Some(12),
            1,
        ),
        (
            helper_save(),
            json!({"flag": 1, "msg": "添加成功", "datas": [{"ID": 1}, {"ID": 2}]}),
            None,
            1,
        ),
        (
            helper_save(),
            json!({"flag": "true", "code": 200, "msg": "添加成功", "datas": null}),
            None,
            0,
        ),
    ];
    for (operation, body, key, members) in cases {
        let ack = ack(answer_to(&operation, 200, body.to_string()).await.unwrap());
        assert_eq!(
            (ack.message.as_str(), ack.key, ack.data.len()),
            ("添加成功", key, members),
            "{body}"
        );
    }
}

#[tokio::test]
async fn helper_lists_take_their_columns_from_all_rows() {
    let mut operation = helper_list();
    operation.paging = Some(Paging {
        size: "PageSize".to_owned(),
        index: "PageNumber".to_owned(),
        maximum: Some(50),
    });
    let body = json!({"flag": true, "code": 200, "msg": "", "datas": [
        {"ID": 1, "Name": "甲"}, {"Name": "乙", "ID": 2, "Items": [{"Num": 3}]}]});
    let given = arguments([("PageNumber", 4.into())]);
    let found = table(
        answer_to_call(&operation, &given, 200, body.to_string())
            .await
            .unwrap(),
    );
    let names: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["ID", "Name", "Items"]);
    assert_eq!(found.rows[0], [1.into(), "甲".into(), Value::Null]);
    assert_eq!(found.rows[1][..2], [2.into(), "乙".into()]);
    assert_eq!(found.rows[1][2].as_list().unwrap()[0].get("Num"), Some(&3.into()));
    assert_eq!(
        (
            found.page.size,
            found.page.index,
            found.page.count,
            found.page.total
        ),
        (50, 4, 0, 0)
    );
    let alone = json!({"flag": true, "datas": {"ID": 1}}).to_string();
    assert_eq!(
        table(answer_to(&operation, 200, alone).await.unwrap()).rows,
        [[Value::Integer(1)]]
    );
    let none = json!({"flag": true, "code": 200, "datas": []}).to_string();
    assert!(
        table(answer_to(&operation, 200, none).await.unwrap())
            .rows
            .is_empty()
    );
    let missing = json!({"flag": true, "code": 200}).to_string();
    assert_eq!(
        answer_to(&operation, 200, missing).await.unwrap_err().kind(),
        Kind::Unavailable
    );
}

#[tokio::test]
async fn helper_records_may_lie_in_a_list_of_one() {
    let mut operation = helper_list();
    operation.result = ResultKind::Record;
    for datas in [json!([{"ID": 7}]), json!({"ID": 7})] {
        assert_eq!(
            record(&operation, json!({"flag": true, "datas": datas})).await["ID"],
            7.into()
        );
    }
    let none = json!({"flag": true, "datas": []}).to_string();
    let error = answer_to(&operation, 200, none).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
}
