//! What the parameters of a list mean, judged once from the catalogue.

use crate::schema::{KEY, Schema, key_field, nested};
use std::collections::HashMap;
use sunmao_catalogue::{Field, Operation};

/// How a value has to answer to what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    /// It is this value.
    Equals,
    /// It is one of these comma-separated values.
    AnyOf,
    /// It contains this text.
    Contains,
    /// It is not below this number or date.
    From,
    /// It is not above this number or date.
    Until,
}

/// What a parameter of a list means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A column's value answers.
    Column(Match, usize),
    /// A line of the list in a column has a member, by position, that answers.
    Line(Match, usize, usize),
    /// A column of the record that this one belongs to answers.
    Owner(Match, usize),
    /// One of several people, each by key or by name.
    Reference {
        /// The column of the name.
        name: usize,
        /// The column of the key.
        key: usize,
    },
    /// One of the object's views.
    View,
    /// It changes the screen around the rows and not the rows.
    Screen,
    /// Some column contains this text.
    Search,
    /// A column's wire name, with `desc` behind it for the reverse order.
    Sort,
    /// Rows a page.
    PageSize,
    /// Page number, from 1.
    PageIndex,
}

/// The roles of a list's published parameters, by lower-case wire name. `owner` is the schema of the records that these
/// ones belong to.
pub(crate) fn roles(operation: &Operation, schema: &Schema, owner: Option<&Schema>) -> HashMap<String, Role> {
    let key = key_field(&operation.params);
    let mut roles = HashMap::from([
        ("pagesize".to_owned(), Role::PageSize),
        ("page_size".to_owned(), Role::PageSize),
        ("pageindex".to_owned(), Role::PageIndex),
        ("page_index".to_owned(), Role::PageIndex),
        ("pagenumber".to_owned(), Role::PageIndex),
        ("_rpt_sort".to_owned(), Role::Sort),
        ("searchkey".to_owned(), Role::Search),
    ]);
    for (position, field) in operation.params.iter().enumerate() {
        let chosen = schema
            .rules
            .chosen_by
            .iter()
            .find(|(parameter, _)| parameter.eq_ignore_ascii_case(&field.wire));
        let role = if let Some((_, column)) = chosen {
            schema
                .named(column)
                .map(|column| Role::Column(plain(field), column))
        } else if key == Some(position) {
            Some(Role::Column(plain(field), KEY))
        } else {
            particular(field, schema)
                .or_else(|| bound(field, schema))
                .or_else(|| Some(Role::Column(plain(field), schema.find(field)?)))
                .or_else(|| line(field, schema))
                .or_else(|| Some(Role::Owner(plain(field), owner?.find(field)?)))
        };
        if let Some(role) = role {
            roles.entry(field.wire.to_lowercase()).or_insert(role);
        }
    }
    roles
}

fn plain(field: &Field) -> Match {
    if field.matches_substring {
        Match::Contains
    } else if field.multiple {
        Match::AnyOf
    } else {
        Match::Equals
    }
}

/// What the object's own rules say of a parameter.
fn particular(field: &Field, schema: &Schema) -> Option<Role> {
    let rules = &schema.rules;
    let named = |name: &&str| name.eq_ignore_ascii_case(&field.wire);
    if rules.screen.iter().any(named) {
        return Some(Role::Screen);
    }
    if rules.views.iter().any(|view| named(&view.parameter)) {
        return Some(Role::View);
    }
    let reference = rules
        .references
        .iter()
        .find(|reference| reference.filters.contains(&field.label.as_str()))?;
    Some(Role::Reference {
        name: schema.named(reference.name)?,
        key: schema.named(reference.key.0)?,
    })
}

/// A member of the lines that records carry, where no column of the records themselves has the label.
fn line(field: &Field, schema: &Schema) -> Option<Role> {
    if field.label.is_empty() {
        return None;
    }
    schema.columns.iter().enumerate().find_map(|(column, lines)| {
        let member = lines
            .fields
            .iter()
            .position(|member| !nested(member.kind) && schema.means_the_same(&member.label, &field.label))?;
        Some(Role::Line(plain(field), column, member))
    })
}

/// The end of a range that a parameter is, by the vendor's ways of naming ranges.
fn bound(field: &Field, schema: &Schema) -> Option<Role> {
    const ENDS: [(&str, &str); 4] = [
        ("_0", "_1"),
        ("tdate1", "tdate2"),
        ("StartTime", "EndTime"),
        ("_start", "_end"),
    ];
    let ends = |suffix: &str| field.wire.ends_with(suffix);
    let (base, end) = if let Some((lower, _)) = ENDS.iter().find(|(lower, _)| ends(lower)) {
        (field.wire.trim_end_matches(lower), Match::From)
    } else {
        let (_, upper) = ENDS.iter().find(|(_, upper)| ends(upper))?;
        (field.wire.trim_end_matches(upper), Match::Until)
    };
    let stem = stem(&field.label);
    schema
        .labelled(&field.label)
        .or_else(|| schema.labelled(stem))
        .or_else(|| schema.labelled(&format!("{stem}时间")))
        .or_else(|| schema.named(base))
        .or_else(|| stem.is_empty().then_some(schema.created))
        .map(|column| Role::Column(end, column))
}

/// A range's label without the word for its end.
fn stem(label: &str) -> &str {
    const ENDINGS: [&str; 13] = [
        "(开始)",
        "(结束)",
        "_起",
        "_止",
        "-开始",
        "-结束",
        "开始日期",
        "结束日期",
        "起始日期",
        "开始时间",
        "结束时间",
        "上限",
        "下限",
    ];
    ENDINGS
        .iter()
        .find_map(|ending| label.strip_suffix(ending))
        .unwrap_or(label)
}

#[cfg(test)]
mod tests {
    use crate::model::Model;
    use crate::plan::Action;
    use sunmao_catalogue::Catalogue;

    const OBJECTS: [&str; 4] = ["customers", "customer-contacts", "contracts", "products"];

    #[test]
    fn every_parameter_of_the_ruled_lists_means_something() {
        let catalogue = Catalogue::shared();
        let model = Model::new(&catalogue);
        let lists = || {
            let operations = catalogue.operations().iter().zip(&model.plans);
            operations.filter(|(_, plan)| plan.action == Action::List)
        };
        for object in OBJECTS {
            let own: Vec<_> = lists()
                .filter(|(_, plan)| model.schemas[plan.object].object == object)
                .collect();
            assert!(!own.is_empty(), "{object}");
            for (operation, plan) in &own {
                for field in &operation.params {
                    let known = plan.roles.contains_key(&field.wire.to_lowercase());
                    assert!(known, "{}: {} {}", operation.name, field.wire, field.label);
                }
            }
            let rules = &model.schemas[own[0].1.object].rules;
            let views = rules.views.iter().map(|view| view.parameter);
            for name in rules.screen.iter().copied().chain(views) {
                let declared = own
                    .iter()
                    .any(|(operation, _)| operation.params.iter().any(|field| field.wire == name));
                assert!(declared, "no list of {object} takes {name}");
            }
        }
    }
}
