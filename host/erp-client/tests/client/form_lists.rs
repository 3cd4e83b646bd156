//! Lists of the dialect `form`, in all the shapes they come in.

use crate::support::*;
use serde_json::json;
use sunmao_catalogue::{Column, Kind, Page, Paging, Value};

fn columns(columns: &[Column]) -> Vec<(&str, &str)> {
    columns
        .iter()
        .map(|column| (&*column.name, &*column.caption))
        .collect()
}

#[tokio::test]
async fn a_list_has_columns_rows_and_a_page() {
    let table = list(json!({"model": "list", "source": {"type_": "table", "table": {
        "cols": [{"id": "ord", "caption": "标识"}, {"id": "name", "caption": "客户名称"}, {"id": "money", "caption": "金额"}],
        "rows": [[7, "甲", "1,200.50"], [8, "乙", 0.5]],
        "page": {"pagesize": "20", "pageindex": 2, "pagecount": 52, "recordcount": "1,022"}}}}))
    .await
    .unwrap();
    assert_eq!(
        columns(&table.columns),
        [("ord", "标识"), ("name", "客户名称"), ("money", "金额")]
    );
    assert_eq!(table.rows[0], [7.into(), "甲".into(), "1,200.50".into()]);
    assert_eq!(
        table.rows[1],
        [8.into(), "乙".into(), Value::Decimal("0.5".parse().unwrap())]
    );
    let page = Page {
        size: 20,
        index: 2,
        count: 52,
        total: 1022,
    };
    assert_eq!(table.page, page);
}

#[tokio::test]
async fn rows_come_as_arrays_as_objects_packed_or_alone() {
    let cols = json!([{"id": "name", "caption": "客户名称"}, {"id": "khid", "caption": "客户编号"}]);
    let cases = [
        (
            json!([["甲", "K1"]]),
            vec!["name", "khid"],
            vec!["甲".into(), "K1".into()],
        ),
        (
            json!([{"khid": "K1", "name": "甲"}]),
            vec!["name", "khid"],
            vec!["甲".into(), "K1".into()],
        ),
        (
            json!([{"客户编号": "K1", "NAME": "甲"}]),
            vec!["name", "khid"],
            vec!["甲".into(), "K1".into()],
        ),
        (
            json!([{"value": ["甲", "K1"], "ord": 7}]),
            vec!["name", "khid", "ord"],
            vec!["甲".into(), "K1".into(), 7.into()],
        ),
        (
            json!({"value": ["甲", "K1"], "ord": 7}),
            vec!["name", "khid", "ord"],
            vec!["甲".into(), "K1".into(), 7.into()],
        ),
        (
            json!({"name": "甲", "khid": "K1"}),
            vec!["name", "khid"],
            vec!["甲".into(), "K1".into()],
        ),
        (
            json!([["甲"]]),
            vec!["name", "khid"],
            vec!["甲".into(), Value::Null],
        ),
        (
            json!([["甲", "K1", "more"]]),
            vec!["name", "khid", "column-3"],
            vec!["甲".into(), "K1".into(), "more".into()],
        ),
        (
            json!([{"name": "甲", "khid": "K1", "zdy1": "own"}]),
            vec!["name", "khid", "zdy1"],
            vec!["甲".into(), "K1".into(), "own".into()],
        ),
    ];
    for (rows, names, cells) in cases {
        let context = rows.to_string();
        let table = list(json!({"source": {"table": {"cols": cols, "rows": rows}}}))
            .await
            .expect(&context);
        let found: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(found, names, "{context}");
        assert_eq!(table.rows, [cells], "{context}");
    }
}

#[tokio::test]
async fn a_key_beside_the_cells_does_not_double_a_column_that_has_it() {
    let table = list(json!({"source": {"table": {
        "cols": [{"id": "Ord", "caption": "标识"}, {"id": "name", "caption": "名称"}],
        "rows": [{"value": [7, "甲"], "ord": 7}, {"value": ["", "乙"], "ord": 8}, ["9", "丙"]]}}}))
    .await
    .unwrap();
    assert_eq!(columns(&table.columns), [("Ord", "标识"), ("name", "名称")]);
    assert_eq!(table.rows[1], [8.into(), "乙".into()]);
    assert_eq!(table.rows[2], ["9".into(), "丙".into()]);
}

#[tokio::test]
async fn rows_that_get_a_key_late_stay_as_wide_as_the_columns() {
    let table =
        list(json!({"source": {"table": {"cols": ["名称"], "rows": [["甲"], {"value": ["乙"], "ord": 8}]}}}))
            .await
            .unwrap();
    assert_eq!(columns(&table.columns), [("名称", "名称"), ("ord", "")]);
    assert_eq!(
        table.rows,
        [["甲".into(), Value::Null], ["乙".into(), Value::Integer(8)]]
    );
}

#[tokio::test]
async fn a_report_around_the_source_is_looked_through() {
    let inner =
        json!({"table": {"cols": [{"id": "a"}], "rows": [[1]]}, "page": {"recordcount": 41, "pagecount": 3}});
    let table = list(json!({"report": {"source": inner}})).await.unwrap();
    assert_eq!(table.rows, [[Value::Integer(1)]]);
    assert_eq!((table.page.total, table.page.count), (41, 3));
}

#[tokio::test]
async fn a_tree_becomes_rows_with_parents_before_children() {
    let table = list(json!({"source": {"type_": "tree", "trees": {"nodes": [
        {"text": "木材", "value": 1, "nodes": [{"text": "榫", "value": 2, "nodes": {"text": "卯", "value": 3}}]},
        {"text": "五金", "value": "4", "nodes": []}]}}}))
    .await
    .unwrap();
    assert_eq!(
        columns(&table.columns),
        [("value", ""), ("text", ""), ("parent", ""), ("level", "")]
    );
    let rows: Vec<[Value; 4]> = vec![
        [1.into(), "木材".into(), Value::Null, 1.into()],
        [2.into(), "榫".into(), 1.into(), 2.into()],
        [3.into(), "卯".into(), 2.into(), 3.into()],
        ["4".into(), "五金".into(), Value::Null, 1.into()],
    ];
    assert_eq!(table.rows, rows);
    assert_eq!((table.page.total, table.page.count, table.page.index), (4, 1, 1));
}

#[tokio::test]
async fn options_become_rows_of_value_and_text() {
    let expected: Vec<[Value; 2]> = vec![
        ["171".into(), "网站注册".into()],
        ["172".into(), "朋友介绍".into()],
    ];
    for options in [
        json!([{"text": "网站注册", "value": "171"}, {"text": "朋友介绍", "value": "172"}]),
        json!({"171": "网站注册", "172": "朋友介绍"}),
    ] {
        let table = list(json!({"source": {"options": options}})).await.unwrap();
        assert_eq!(columns(&table.columns)[0].0, "value");
        assert_eq!(columns(&table.columns)[1].0, "text");
        assert_eq!(table.rows, expected);
    }
    let table = list(json!({"source": {"options": ["箱", "包"]}})).await.unwrap();
    assert_eq!(
        table.rows,
        [[Value::from("箱"), "箱".into()], ["包".into(), "包".into()]]
    );
}

#[tokio::test]
async fn a_list_without_rows_is_an_error_unless_it_says_that_it_is_empty() {
    for skeleton in [
        json!({"source": {"table": {"cols": [{"id": "a"}]}}}),
        json!({"source": {"table": {"cols": [{"id": "a"}], "rows": null, "page": {"recordcount": 5, "pagecount": 1}}}}),
        json!({"source": {"table": {"cols": [{"id": "a"}], "rows": ["a"]}}}),
        json!({"source": {"table": {"cols": [{"id": "a"}], "rows": [], "page": {"recordcount": 5, "pagesize": 20}}}}),
        json!({"source": {"table": {"rows": {}, "page": {"recordcount": 5, "pagecount": 1}}}}),
        json!({"source": {}}),
        json!({}),
    ] {
        let error = list(skeleton.clone()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unavailable, "{skeleton}");
    }
    for empty in [
        json!({"source": {"table": {"cols": [{"id": "a"}], "rows": []}}}),
        json!({"source": {"table": {"cols": [], "rows": "", "page": {"recordcount": 0, "pagecount": 0}}}}),
        json!({"source": {"table": {"cols": [], "page": {"recordcount": "0", "pagecount": 1}}}}),
        json!({"source": {"table": {"rows": {}, "page": {"recordcount": 0}}}}),
        json!({"source": {"table": {"rows": [], "page": {"pageindex": 4, "pagecount": 3, "recordcount": 50}}}}),
        json!({"source": {"table": {"rows": [], "page": {"pageindex": 4294967296_i64, "pagecount": 3}}}}),
    ] {
        assert!(list(empty).await.unwrap().rows.is_empty());
    }
}

/// Answers of a few kilobytes that would take gigabytes or minutes were they any longer, once each row is as wide as the columns.
#[tokio::test]
async fn a_small_answer_is_no_huge_list() {
    let columns: Vec<String> = (0..4000).map(|column| format!("c{column}")).collect();
    let empty = vec![json!([]); 5_000];
    let distinct: Vec<_> = (0..5_000).map(|row| json!({format!("c{row}"): 1})).collect();
    let wide: serde_json::Map<_, _> = (0..50_000).map(|cell| (format!("c{cell}"), json!(1))).collect();
    for (columns, rows) in [
        (json!(columns), json!(empty)),
        (json!([]), json!(distinct)),
        (json!([]), json!([wide])),
    ] {
        let error = list(json!({"source": {"table": {"cols": columns, "rows": rows}}})).await;
        assert_eq!(error.unwrap_err().kind(), Kind::Unavailable);
    }
    let sparse = vec![json!({"c7": 1}); 1000];
    let sparse = list(json!({"source": {"table": {"cols": columns[..200], "rows": sparse}}})).await;
    assert_eq!(sparse.unwrap().rows.len(), 1000);
}

#[tokio::test]
async fn the_number_of_pages_follows_from_the_number_of_records() {
    let page = json!({"recordcount": "1,022", "pagesize": 20});
    let body = json!({"source": {"table": {"cols": [{"id": "a"}], "rows": [[1]], "page": page}}});
    let page = list(body).await.unwrap().page;
    assert_eq!((page.count, page.total), (52, 1022));
}

#[tokio::test]
async fn a_page_that_the_answer_does_not_name_is_the_one_that_was_asked_for() {
    let mut operation = form_list();
    let body = document(json!({"source": {"table": {"cols": [{"id": "a"}], "rows": [[1], [2]]}}}));
    let page = table(answer_to(&operation, 200, body.clone()).await.unwrap()).page;
    assert_eq!(
        (page.size, page.index, page.count, page.total),
        (2, 1, 1, 2),
        "whole"
    );
    operation.paging = Some(Paging {
        size: "pagesize".to_owned(),
        index: "pageindex".to_owned(),
        maximum: Some(50),
    });
    let asked = arguments([("pagesize", 20.into()), ("pageindex", "3".into())]);
    let page = table(
        answer_to_call(&operation, &asked, 200, body.clone())
            .await
            .unwrap(),
    )
    .page;
    assert_eq!(
        (page.size, page.index, page.count, page.total),
        (20, 3, 0, 0),
        "nobody knows the end"
    );
    let page = table(answer_to(&operation, 200, body).await.unwrap()).page;
    assert_eq!((page.size, page.index), (50, 1));
}
