//! What the ERP refuses before it looks at any record: what is missing, too long, too small, or not what it should be.

use crate::schema::nested;
use crate::text::{number, readable_moment};
use rust_decimal::Decimal;
use sunmao_catalogue::{Field, FieldType, Record, Value};

/// Checks arguments against their fields, and the lines inside them against theirs. `consequence` ends each refusal.
pub(crate) fn check(fields: &[Field], arguments: &Record, consequence: &str) -> Result<(), String> {
    faults(fields, arguments).map_err(|fault| format!("{fault}，{consequence}"))
}

/// What is missing, all at once, else the first value that does not do.
fn faults(fields: &[Field], arguments: &Record) -> Result<(), String> {
    let given = |field: &Field| {
        arguments
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&field.wire))
            .map(|(_, value)| value)
            .filter(|value| !is_blank(value))
    };
    let missing: Vec<&str> = fields
        .iter()
        .filter(|field| field.required && given(field).is_none())
        .map(|field| field.label.as_str())
        .collect();
    if !missing.is_empty() {
        return Err(format!("{}不能为空", missing.join("、")));
    }
    for field in fields {
        match given(field) {
            Some(value) if nested(field.kind) => lines(field, value)?,
            Some(value) => scalar(field, value)?,
            None => {}
        }
    }
    Ok(())
}

fn is_blank(value: &Value) -> bool {
    value.is_empty() || value.as_text().is_some_and(|text| text.trim().is_empty())
}

fn lines(field: &Field, value: &Value) -> Result<(), String> {
    let lines = value.as_list().unwrap_or(std::slice::from_ref(value));
    if field.kind == FieldType::Object && lines.len() > 1 {
        return Err(format!("{}格式不正确", field.label));
    }
    for (position, line) in lines.iter().enumerate() {
        let fault = |fault: String| format!("{}第{}行：{fault}", field.label, position + 1);
        match line.as_record() {
            Some(line) => faults(&field.fields, line).map_err(fault)?,
            None => return Err(fault("格式不正确".to_owned())),
        }
    }
    Ok(())
}

fn scalar(field: &Field, value: &Value) -> Result<(), String> {
    if !is_readable(field, value) {
        return Err(format!("{}格式不正确", field.label));
    }
    let length = value.as_text().map_or(0, |text| text.chars().count());
    if let Some(most) = field.max_length
        && length > most as usize
    {
        return Err(format!("{}不能超过{most}个字", field.label));
    }
    let amount = value.to_text().and_then(|text| number(&text));
    if let (Some(least), Some(amount)) = (field.minimum, amount)
        && amount < Decimal::from(least)
    {
        return Err(format!("{}不能小于{least}", field.label));
    }
    Ok(())
}

/// Whether a value can be what its field wants. Labels come in the place of codes, and several values in one text or in a
/// list, so that only plain numbers, dates and what nests can be told to be wrong.
fn is_readable(field: &Field, value: &Value) -> bool {
    let Some(text) = value.to_text() else {
        let are_plain = |values: &[Value]| values.iter().all(|value| value.to_text().is_some());
        return field.multiple && value.as_list().is_some_and(are_plain);
    };
    match field.kind {
        _ if field.multiple || !field.values.is_empty() => true,
        FieldType::Decimal => number(&text).is_some(),
        FieldType::Datetime | FieldType::Date | FieldType::Time => readable_moment(&text).is_some(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use sunmao_catalogue::{Catalogue, Record, Value};

    fn refusal(operation: &str, changes: &[(&str, Value)]) -> Option<String> {
        let catalogue = Catalogue::shared();
        let operation = catalogue.find(operation).unwrap();
        let example = operation.check(&operation.example()).unwrap();
        let mut arguments: Record = example
            .iter()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        arguments.extend(
            changes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        check(&operation.params, &arguments, "不能保存！").err()
    }

    #[test]
    fn what_the_catalogue_finds_sound_passes() {
        for operation in Catalogue::shared().operations() {
            assert_eq!(refusal(&operation.name, &[]), None, "{}", operation.name);
        }
    }

    #[test]
    fn each_fault_is_named() {
        let line = Value::List(vec![Value::from(Record::from_iter([(
            "ProductName".to_owned(),
            Value::from("支架"),
        )]))]);
        for (operation, name, value, expected) in [
            (
                "contracts.save",
                "htid",
                Value::from(""),
                "合同编号不能为空，不能保存！",
            ),
            (
                "contracts.save",
                "premoney",
                Value::from("一万"),
                "合同总额格式不正确，不能保存！",
            ),
            (
                "contracts.save",
                "date3",
                Value::from("2025-02-30"),
                "签订日期格式不正确，不能保存！",
            ),
            (
                "contracts.create",
                "Extras",
                Value::from(-1),
                "运杂费不能小于0，不能保存！",
            ),
            (
                "contracts.create",
                "contractList",
                line,
                "合同明细第1行：产品编号、产品单位、可开具票据类型、数量、折扣、税率、单价、是否含税不能为空，不能保存！",
            ),
            (
                "contracts.create",
                "contractList",
                Value::List(vec![Value::from("支架")]),
                "合同明细第1行：格式不正确，不能保存！",
            ),
            (
                "contracts.create",
                "Remark",
                Value::from(Record::default()),
                "备注格式不正确，不能保存！",
            ),
            (
                "contracts.create",
                "Remark",
                Value::List(vec![Value::from("急")]),
                "备注格式不正确，不能保存！",
            ),
        ] {
            assert_eq!(refusal(operation, &[(name, value)]).as_deref(), Some(expected));
        }
    }
}
