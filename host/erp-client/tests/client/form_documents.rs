//! Screens and messages of the dialect `form`, in all the shapes they come in.

use crate::support::*;
use serde_json::{Value as Json, json};
use sunmao_catalogue::{Arguments, Kind, Value};
use sunmao_erp_client::Error;

#[tokio::test]
async fn a_screen_gives_its_key_its_fields_and_its_lists() {
    let document = screen(
        json!({"bill": {"id": "contract", "caption": "合同", "value": "4711", "groups": [
        {"id": "base", "caption": "基本信息", "fields": [
            {"id": "title", "caption": "合同主题", "value": "椅子", "notnull": 1, "maxl": 100},
            {"id": "ly", "caption": "来源", "value": 171, "source": {"options": [
                {"text": "朋友介绍", "value": "172"}, {"text": "网站注册", "value": "171"}]}},
            {"id": "cateid", "caption": "人员", "value": 63, "text": "鲁班"},
            {"id": "lines", "caption": "明细", "value": "", "source": {"type_": "table", "table": {
                "cols": [{"id": "num", "caption": "数量"}], "rows": [["2"], ["3"]]}}}]},
        {"id": "plan", "source": {"table": {"cols": [{"id": "money", "caption": "金额"}]}}},
        {"id": "more", "fields": {"id": "htid", "caption": "编号", "value": "HT-1"}}]}}),
    )
    .await;
    assert_eq!((document.key, document.caption.as_str()), (Some(4711), "合同"));
    let fields: Vec<(&str, &str, &Value, &str)> = document
        .fields
        .iter()
        .map(|field| (&*field.name, &*field.caption, &field.value, &*field.text))
        .collect();
    assert_eq!(
        fields,
        [
            ("title", "合同主题", &Value::from("椅子"), ""),
            ("ly", "来源", &Value::from(171), "网站注册"),
            ("cateid", "人员", &Value::from(63), "鲁班"),
            ("htid", "编号", &Value::from("HT-1"), ""),
        ]
    );
    let tables: Vec<(&str, usize)> = document
        .tables
        .iter()
        .map(|named| (&*named.name, named.table.rows.len()))
        .collect();
    assert_eq!(tables, [("lines", 2), ("plan", 0)]);
}

#[tokio::test]
async fn a_screen_without_a_key_has_none() {
    for value in [json!(0), json!(""), json!(null)] {
        assert_eq!(
            screen(json!({"bill": {"value": value, "groups": []}})).await.key,
            None
        );
    }
}

/// What a save that answers this message under a good status comes to.
async fn saved(message: Json) -> Result<sunmao_catalogue::Ack, Error> {
    answer_to(&form_save(), 200, document(json!({"message": message})))
        .await
        .map(ack)
}

#[tokio::test]
async fn a_refusal_with_a_good_status_is_told_from_a_success_by_its_words() {
    for refused in [
        "合同编号已被使用，不能保存！",
        "保存失败",
        "您无权进行此操作",
        "客户名称不能为空",
        "该客户不允许修改",
        "数量必须大于0",
        "库存不足",
        "操作未成功",
        "客户编号重复",
        "Save failed",
    ] {
        let error = saved(json!({"title": "提示", "text": refused}))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.fault().message.as_str()),
            (Kind::Refused, refused)
        );
    }
    for accepted in [
        "保存成功",
        "保存成功！但打印机无法连接",
        "已提交，等待审批",
        "操作完成",
        "OK",
        "Saved successfully",
        "数据已保存，数量<0",
    ] {
        assert_eq!(saved(json!({"text": accepted})).await.unwrap().message, accepted);
    }
    let error = saved(json!({"title": "添加失败", "text": ""})).await.unwrap_err();
    assert_eq!(error.fault().message, "添加失败");
    let error = saved(json!("合同不能删除")).await.unwrap_err();
    assert_eq!(error.fault().message, "合同不能删除");
}

#[tokio::test]
async fn a_message_keeps_everything_it_carries() {
    let ack = saved(
        json!({"title": "提示", "text": "保存成功", "url": "../a.asp", "wait": 3,
        "data": {"ord": "4711", "khid": "KH-1"}}),
    )
    .await
    .unwrap();
    assert_eq!((ack.message.as_str(), ack.key), ("保存成功", Some(4711)));
    let names: Vec<&str> = ack.data.keys().map(String::as_str).collect();
    assert_eq!(names, ["ord", "khid", "title", "url", "wait"]);
    let named = saved(json!({"title": "提示", "text": "OK", "data": {"title": "错误的订单"}}))
        .await
        .unwrap();
    assert_eq!(named.data["title"], "错误的订单".into());
    let ack = saved(json!({"text": "保存成功", "data": "x"})).await.unwrap();
    assert_eq!((ack.key, ack.data.get("data")), (None, Some(&"x".into())));
}

#[tokio::test]
async fn a_save_may_answer_only_a_header_or_a_screen() {
    let bare = json!({"header": {"status": "0", "message": "保存成功"}}).to_string();
    assert_eq!(
        ack(answer_to(&form_save(), 200, bare).await.unwrap()).message,
        "保存成功"
    );
    let refused = json!({"header": {"status": 0, "message": "保存失败"}}).to_string();
    assert_eq!(
        answer_to(&form_save(), 200, refused).await.unwrap_err().kind(),
        Kind::Refused
    );
    let screen = document(json!({"bill": {"value": 12, "groups": []}}));
    assert_eq!(
        ack(answer_to(&form_save(), 200, screen).await.unwrap()).key,
        Some(12)
    );
}

#[tokio::test]
async fn a_bad_status_is_a_refusal_in_the_erps_own_words() {
    let body = json!({"header": {"status": 3, "message": "您没有<b>权限</b>&nbsp;访问"}});
    for operation in [form_list(), form_get(), form_save()] {
        let error = answer_to(&operation, 200, body.to_string()).await.unwrap_err();
        let fault = error.fault();
        assert_eq!((fault.kind, fault.code), (Kind::Refused, Some(3)));
        assert!(
            fault.message.contains("您没有") && fault.message.contains("权限"),
            "{}",
            fault.message
        );
        assert!(
            !fault.message.contains('<') && !fault.message.contains("nbsp"),
            "{}",
            fault.message
        );
        assert!(error.to_string().contains("widgets.try (menu 777)"), "{error}");
    }
    let body = json!({"header": {"status": "x", "message": ""}, "body": {"message": {"text": "出了问题"}}});
    let error = answer_to(&form_save(), 200, body.to_string()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.fault().message.as_str()),
        (Kind::Refused, "出了问题")
    );
}

#[tokio::test]
async fn a_missing_record_is_told_from_a_refusal_when_reading() {
    let missing = json!({"header": {"status": 1, "message": "该客户不存在或已被删除"}}).to_string();
    let error = answer_to(&form_get(), 200, missing.clone()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(error.fault().hint.contains("key"));
    assert_eq!(
        answer_to(&form_save(), 200, missing).await.unwrap_err().kind(),
        Kind::Refused
    );
    let message = document(json!({"message": {"text": "单据不存在"}}));
    assert_eq!(
        answer_to(&form_get(), 200, message).await.unwrap_err().kind(),
        Kind::NotFound
    );
}

#[tokio::test]
async fn a_database_that_gave_up_leaves_the_outcome_of_a_write_open() {
    let body = json!({"header": {"status": 1, "message": "超时时间已到。在操作完成之前超时时间已过或服务器未响应。"}}).to_string();
    assert_eq!(
        answer_to(&form_save(), 200, body.clone())
            .await
            .unwrap_err()
            .kind(),
        Kind::Unconfirmed
    );
    assert_eq!(
        answer_to(&form_list(), 200, body).await.unwrap_err().kind(),
        Kind::Unavailable
    );
}

#[tokio::test]
async fn another_content_than_announced_is_taken_where_it_can_be() {
    let with_list = json!({"bill": {"value": 1, "groups": [{"id": "g", "source": {"table": {"cols": ["a"], "rows": [[1]]}}}]}});
    assert_eq!(list(with_list).await.unwrap().rows.len(), 1);
    let error = list(json!({"bill": {"value": 1, "groups": []}}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    let error = list(json!({"message": {"text": "请先设置仓库"}}))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.fault().message.as_str()),
        (Kind::Refused, "请先设置仓库")
    );
    let document = screen(json!({"source": {"table": {"cols": ["a"], "rows": [[1]]}}})).await;
    assert_eq!(
        (
            document.tables[0].name.as_str(),
            document.tables[0].table.rows.len()
        ),
        ("source", 1)
    );
    // A reservation is a write that answers a screen: words that are no refusal leave its outcome open.
    let mut reserve = form_get();
    reserve.effect = write();
    let accepted = document_of_message("已处理");
    assert_eq!(
        answer_to(&reserve, 200, accepted).await.unwrap_err().kind(),
        Kind::Unconfirmed
    );
    let refused = document_of_message("无权添加客户");
    assert_eq!(
        answer_to(&reserve, 200, refused).await.unwrap_err().kind(),
        Kind::Refused
    );
}

fn document_of_message(text: &str) -> String {
    document(json!({"message": {"text": text}}))
}

#[tokio::test]
async fn an_unknown_path_is_named_as_such() {
    let body = json!({"header": {"status": 1, "message": "/webapi/v3/x 找不到对应处理程序"}}).to_string();
    for operation in [form_list(), form_save(), json_list()] {
        let error = answer_to(&operation, 200, body.clone()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
        assert!(error.fault().hint.contains("version"), "{error}");
    }
}

#[tokio::test]
async fn answers_do_not_depend_on_arguments_without_paging() {
    let body = document(json!({"source": {"table": {"cols": ["a"], "rows": [[1]]}}}));
    let given = arguments([("pagesize", 500.into())]);
    let page = table(
        answer_to_call(&form_list(), &given, 200, body.clone())
            .await
            .unwrap(),
    )
    .page;
    assert_eq!(
        page,
        table(
            answer_to_call(&form_list(), &Arguments::default(), 200, body)
                .await
                .unwrap()
        )
        .page
    );
}
