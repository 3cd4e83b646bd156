//! One request, decoded and understood.

use crate::plan::Plan;
use crate::schema::{KEY, Schema};
use crate::table::LARGEST_KEY;
use sunmao_catalogue::{Operation, Record};

/// The words for a key that no record has.
pub(crate) const MISSING: &str = "单据不存在或已被删除";

/// One request, decoded and understood.
pub(crate) struct Request<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) plan: &'a Plan,
    pub(crate) schema: &'a Schema,
    pub(crate) query: &'a Record,
    /// One set of arguments a record; never empty.
    pub(crate) arguments: &'a [Record],
}

impl Request<'_> {
    /// The keys that a set of arguments names; several may be separated by commas. Zero and nothing name none.
    pub(crate) fn keys(&self, arguments: &Record) -> Result<Vec<i64>, String> {
        let given = arguments
            .iter()
            .filter(|(name, _)| self.plan.column(self.schema, name) == Some(KEY))
            .filter_map(|(_, value)| value.to_text())
            .find(|text| !text.trim().is_empty())
            .unwrap_or_default();
        let mut keys = Vec::new();
        for part in given.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.parse::<i64>() {
                Ok(0) => {}
                Ok(key) if keys.contains(&key) => {}
                Ok(key) if (1..=LARGEST_KEY).contains(&key) => keys.push(key),
                _ => return Err(format!("数据唯一标识“{part}”不正确")),
            }
        }
        Ok(keys)
    }
}
