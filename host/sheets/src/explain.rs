//! What is wrong with a row, in Chinese for the column 错误 and in English for the terminal: by the labels of members, what
//! stands there, and what would be right.

use crate::cell::letters;
use crate::columns::{Columns, ID};
use crate::typing::Lost;
use crate::{Cell, Row};
use sunmao_catalogue::{Field, FieldType, RecordKind};

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The member, nested as `lines[2].price`; empty for the whole.
    pub member: String,
    /// For the staff.
    pub chinese: String,
    /// For the terminal.
    pub english: String,
}

/// What the check of a kind found wrong with a row, as its people understand it.
pub fn explain(
    kind: &RecordKind,
    record: &sunmao_catalogue::Record,
    member: &str,
    english: &str,
) -> RowFault {
    let chinese = match (member, found(kind, member)) {
        ("id", _) => format!("{ID}：应为 1 到 64 个字符，不含空格"),
        (_, Some((label, field))) => {
            let written = record
                .get(member)
                .and_then(sunmao_catalogue::Value::to_text)
                .unwrap_or_default();
            match (
                field.required && written.is_empty() && !member.contains('['),
                written.as_str(),
            ) {
                (true, _) => format!("{label}：必填"),
                (false, "") => format!("{label}：{}", wanted(field)),
                (false, written) => format!("{label}：“{}”不对，{}", shortened(written), wanted(field)),
            }
        }
        ("", None) => format!("整行：{english}"),
        (member, None) => format!("{member}：没有这一项"),
    };
    let place = match found(kind, member) {
        Some((label, _)) => format!("{label} ({member}): "),
        None if member.is_empty() => String::new(),
        None => format!("{member}: "),
    };
    RowFault {
        member: member.to_owned(),
        chinese,
        english: format!("{place}{english}"),
    }
}

/// What is lost in a cell.
pub(crate) fn lost(field: &Field, lost: Lost, cell: &Cell) -> RowFault {
    let (chinese, english) = match lost {
        Lost::Digits => (
            "数字超过 15 位，表格软件已丢掉后面的数字；请先把这一列设为文本，再填一遍".to_owned(),
            "a number of more than 15 digits, of which the spreadsheet has lost the last; make the column text, and type it again",
        ),
        Lost::Formula => (
            format!("公式出错（{}），请填上值", cell.text()),
            "a formula that could not be worked out; type the value",
        ),
    };
    RowFault {
        member: field.snake_name(),
        chinese: format!("{}：{chinese}", field.label),
        english: format!("{} ({}): {english}", field.label, field.snake_name()),
    }
}

/// A row of which nothing says which record it is.
pub(crate) fn without_id(kind: &RecordKind, columns: &Columns) -> RowFault {
    let (chinese, english) = match columns.id_is_chosen {
        true => (
            "是空的".to_owned(),
            "a column that --id names is empty".to_owned(),
        ),
        false => {
            let identities = kind.fields.iter().filter(|field| field.identity.is_some());
            let labels: Vec<&str> = identities.map(|field| field.label.as_str()).collect();
            let one = labels.join("、");
            (
                format!("没有编号，也没有可以认出这条记录的内容（{one}）"),
                format!(
                    "nothing says which record it is: no id, and none of {}",
                    labels.join(", ")
                ),
            )
        }
    };
    RowFault {
        member: "id".to_owned(),
        chinese: format!("{ID}：{chinese}"),
        english: format!("id: {english}"),
    }
}

/// A row that says of a record something else than an earlier one.
pub(crate) fn twice(earlier: u64) -> RowFault {
    RowFault {
        member: "id".to_owned(),
        chinese: format!("与第 {earlier} 行是同一条记录，内容却不同；请只留一行"),
        english: format!("the same record as row {earlier}, and says something else; keep one of them"),
    }
}

/// Something below no heading.
pub(crate) fn nameless(index: usize, row: &Row) -> RowFault {
    let (column, text) = (letters(index), row.cell(index).text());
    RowFault {
        member: String::new(),
        chinese: format!("第 {column} 列没有标题，不知“{}”是什么", shortened(&text)),
        english: format!("column {column} has no heading, but something stands there"),
    }
}

/// The member of a path and its label: `lines[2].quantity` is 明细 第3行 数量.
fn found<'a>(kind: &'a RecordKind, path: &str) -> Option<(String, &'a Field)> {
    let mut fields = &kind.fields;
    let mut labels = Vec::new();
    let mut last = None;
    for part in path.split('.') {
        let (name, index) = match part.split_once('[') {
            Some((name, index)) => (name, index.strip_suffix(']')?.parse::<usize>().ok()),
            None => (part, None),
        };
        let field = fields.iter().find(|field| field.has_english_name(name))?;
        labels.push(field.label.clone());
        labels.extend(index.map(|index| format!("第{}行", index + 1)));
        fields = &field.fields;
        last = Some(field);
    }
    Some((labels.join(" "), last?))
}

/// What would be right.
fn wanted(field: &Field) -> String {
    let range = match (field.minimum, field.maximum) {
        (Some(least), Some(most)) => format!(" {least} 到 {most} 的"),
        (Some(least), None) => format!("不小于 {least} 的"),
        (None, Some(most)) => format!("不大于 {most} 的"),
        (None, None) => String::new(),
    };
    match field.kind {
        FieldType::Int => format!("应为{range}整数"),
        FieldType::Decimal => format!("应为{range}数字"),
        FieldType::Bool => "应为“是”或“否”".to_owned(),
        FieldType::Date | FieldType::Datetime => "应为日期，如 2026-03-05".to_owned(),
        FieldType::Time => "应为时间，如 2026-03-05 18:00".to_owned(),
        FieldType::List | FieldType::Object => "应为 JSON".to_owned(),
        FieldType::String if !field.values.is_empty() => {
            let labels: Vec<&str> = field.values.iter().map(|known| known.label.as_str()).collect();
            format!("应为 {} 之一", labels.join("、"))
        }
        FieldType::String if field.reference.is_some() => {
            "应为所指记录的编号：1 到 64 个字符，不含空格".to_owned()
        }
        FieldType::String => match field.max_length {
            Some(most) => format!("应为不超过 {most} 个字的文字"),
            None => "应为文字".to_owned(),
        },
    }
}

fn shortened(text: &str) -> String {
    match text.chars().count() {
        0..=20 => text.to_owned(),
        _ => text.chars().take(20).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunmao_catalogue::{Catalogue, Kinds, Record, Value};

    #[test]
    fn faults_are_told_by_label_with_what_would_be_right() {
        let kinds = Kinds::shipped(&Catalogue::shared()).unwrap();
        let told = |kind: &str, member: &str, written: &str| {
            let record = Record::from_iter([(member.to_owned(), Value::from(written))]);
            explain(kinds.find(kind).unwrap(), &record, member, "is wrong").chinese
        };
        for (kind, member, written, chinese) in [
            ("contact", "score", "200", "评分：“200”不对，应为 0 到 100 的整数"),
            (
                "contact",
                "has_order",
                "也许",
                "有订单：“也许”不对，应为“是”或“否”",
            ),
            ("contract", "subject", "", "合同主题：必填"),
            (
                "contract",
                "signed_on",
                "3月",
                "签订日期：“3月”不对，应为日期，如 2026-03-05",
            ),
            (
                "contract",
                "lines[2].quantity",
                "",
                "明细 第3行 数量：应为不小于 0 的数字",
            ),
            (
                "contact",
                "source",
                "x",
                "来源：“x”不对，应为 微信、手工录入、批量导入 之一",
            ),
            ("contact", "zebra", "x", "zebra：没有这一项"),
            ("contact", "", "", "整行：is wrong"),
        ] {
            assert_eq!(told(kind, member, written), chinese);
        }
    }
}
