//! What each column of a table is: a member of the kind, the record's id, what was wrong with the row before, or nothing
//! of ours. Said by the headings, and by a mapping file where they say it otherwise.

use crate::cell::letters;
use crate::headings::plain;
use crate::{Row, SheetError};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use sunmao_catalogue::{Field, FieldType, RecordKind, nearest};

/// How columns are called whose rows name their records.
pub(crate) const ID: &str = "编号";
/// The same for programs.
pub(crate) const ID_NAME: &str = "id";
/// The column that says what is wrong with a row.
pub(crate) const FAULTS: &str = "错误";

/// Which column holds which member, where the headings do not say it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Members by heading; an empty one leaves the column out.
    #[serde(default)]
    columns: BTreeMap<String, String>,
}

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The record's id.
    Id,
    /// The member of this position.
    Member(usize),
    /// What was wrong with the row before it was mended.
    Faults,
    /// Not ours, and known not to be.
    LeftOut,
    /// It has no heading; nothing may stand there.
    Nameless,
}

/// The columns of one table.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// What stands above each.
    pub(crate) headings: Vec<String>,
    pub(crate) roles: Vec<Role>,
    /// The columns whose cells are the id together.
    pub(crate) id: Vec<usize>,
    /// A person said which these are: none of them may be empty.
    pub(crate) id_is_chosen: bool,
}

impl Mapping {
    /// Reads a mapping file:
    ///
    /// ```toml
    /// [columns]
    /// "客户电话" = "phone"     # a member by its name or its label, or id
    /// "内部备注" = ""          # left out
    /// ```
    ///
    /// # Errors
    /// It cannot be read, or is none.
    pub fn read(path: &Path) -> Result<Self, SheetError> {
        let text = std::fs::read_to_string(path).map_err(|error| SheetError::reading(path, &error))?;
        let read: Mapping = toml::from_str(&text).map_err(|error| {
            SheetError::new(path, "reading", error.to_string())
                .with_hint("write a table [columns] with lines such as \"客户电话\" = \"phone\"")
        })?;
        let columns = read.columns.iter();
        Ok(Mapping {
            columns: columns
                .map(|(heading, member)| (plain(heading), member.clone()))
                .collect(),
        })
    }
}

/// What the headings of a kind's tables may be.
pub(crate) struct Known<'a> {
    kind: &'a RecordKind,
    mapping: &'a Mapping,
    chosen: Vec<String>,
}

impl<'a> Known<'a> {
    pub(crate) fn new(kind: &'a RecordKind, mapping: &'a Mapping, chosen: &[String]) -> Self {
        Known {
            kind,
            mapping,
            chosen: chosen.iter().map(|heading| plain(heading)).collect(),
        }
    }

    /// Whether it is a heading that something is known of.
    pub(crate) fn knows(&self, heading: &str) -> bool {
        let heading = plain(heading);
        let is_known = || self.mapping.columns.contains_key(&heading) || self.chosen.contains(&heading);
        !heading.is_empty() && (is_known() || self.role(&heading).is_some())
    }

    fn role(&self, plain_heading: &str) -> Option<Role> {
        let fields = self.kind.fields.iter();
        let by_name = fields
            .clone()
            .position(|field| plain(&field.name) == plain_heading);
        let mut labelled = fields
            .enumerate()
            .filter(|(_, field)| plain(&field.label) == plain_heading);
        let by_label = match (labelled.next(), labelled.next()) {
            (Some((position, _)), None) => Some(position),
            _ => None,
        };
        let own = || match plain_heading {
            ID_NAME | ID => Some(Role::Id),
            FAULTS => Some(Role::Faults),
            _ => None,
        };
        by_name.or(by_label).map(Role::Member).or_else(own)
    }

    /// The columns under these headings.
    ///
    /// # Errors
    /// Everything that is wrong with them, before any row is looked at.
    pub(crate) fn columns(&self, headings: Vec<String>) -> Result<Columns, Vec<String>> {
        let mut faults = Vec::new();
        let mut roles = Vec::with_capacity(headings.len());
        for (index, heading) in headings.iter().enumerate() {
            roles.push(self.of(heading).unwrap_or_else(|told| {
                faults.push(format!("column {} `{heading}` {told}", letters(index)));
                Role::LeftOut
            }));
        }
        self.twice(&headings, &roles, &mut faults);
        let missing = self.kind.fields.iter().enumerate();
        let missing =
            missing.filter(|(position, field)| field.required && !roles.contains(&Role::Member(*position)));
        faults.extend(missing.map(|(_, field)| {
            format!(
                "there is no column {} ({}), which every {} needs",
                field.label,
                field.snake_name(),
                self.kind.name
            )
        }));
        let id = match self.chosen.is_empty() {
            true => roles
                .iter()
                .position(|role| *role == Role::Id)
                .into_iter()
                .collect(),
            false => self.chosen_columns(&headings, &roles, &mut faults),
        };
        let is_identified = || {
            let members = self.kind.fields.iter().enumerate();
            let mut identities = members.filter(|(_, field)| field.identity.is_some());
            identities.any(|(position, _)| roles.contains(&Role::Member(position)))
        };
        if id.is_empty() && self.chosen.is_empty() && !is_identified() {
            faults.push(self.nameless());
        }
        match faults.is_empty() {
            true => Ok(Columns {
                headings,
                roles,
                id,
                id_is_chosen: !self.chosen.is_empty(),
            }),
            false => Err(faults),
        }
    }

    fn of(&self, heading: &str) -> Result<Role, String> {
        let plain_heading = plain(heading);
        if plain_heading.is_empty() {
            return Ok(Role::Nameless);
        }
        if let Some(member) = self.mapping.columns.get(&plain_heading) {
            return match (member.as_str(), self.role(&plain(member))) {
                ("", _) => Ok(Role::LeftOut),
                (_, Some(role)) => Ok(role),
                (member, None) => Err(format!(
                    "is mapped to `{member}`, which is no member{}",
                    self.near(member)
                )),
            };
        }
        match self.role(&plain_heading) {
            Some(role) => Ok(role),
            // It is there for the id alone.
            None if self.chosen.contains(&plain_heading) => Ok(Role::LeftOut),
            None => Err(format!(
                "is no member of {}{}",
                self.kind.name,
                self.near(heading)
            )),
        }
    }

    fn near(&self, written: &str) -> String {
        let fields = self.kind.fields.iter();
        let names: Vec<(String, &Field)> = fields
            .flat_map(|field| [(field.snake_name(), field), (field.label.clone(), field)])
            .collect();
        let near = nearest(written, names.iter().map(|(name, _)| name.as_str()));
        let near = near.and_then(|near| names.iter().find(|(name, _)| name == near));
        near.map_or_else(String::new, |(_, field)| {
            format!("; did you mean {} ({})?", field.label, field.snake_name())
        })
    }

    fn twice(&self, headings: &[String], roles: &[Role], faults: &mut Vec<String>) {
        for (index, role) in roles.iter().enumerate() {
            let earlier = roles.iter().take(index).position(|earlier| earlier == role);
            if let (Role::Id | Role::Member(_), Some(earlier)) = (role, earlier) {
                let first = headings.get(earlier).map_or("", String::as_str);
                let second = headings.get(index).map_or("", String::as_str);
                faults.push(format!(
                    "columns {} `{first}` and {} `{second}` are the same; leave one of them out",
                    letters(earlier),
                    letters(index)
                ));
            }
        }
    }

    fn chosen_columns(&self, headings: &[String], roles: &[Role], faults: &mut Vec<String>) -> Vec<usize> {
        let mut found = Vec::new();
        for chosen in &self.chosen {
            let by_heading = headings.iter().position(|heading| plain(heading) == *chosen);
            let role = self.role(chosen);
            let by_role = || role.and_then(|role| roles.iter().position(|other| *other == role));
            match by_heading.or_else(by_role) {
                Some(index) => found.push(index),
                None => {
                    let near = nearest(chosen, headings.iter().map(String::as_str));
                    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                    faults.push(format!("there is no column `{chosen}`, which --id names{near}"));
                }
            }
        }
        found
    }

    fn nameless(&self) -> String {
        let identities = self.kind.fields.iter().filter(|field| field.identity.is_some());
        let labels: Vec<&str> = identities.map(|field| field.label.as_str()).collect();
        let or = match labels.is_empty() {
            true => String::new(),
            false => format!(", nor one of {}", labels.join(", ")),
        };
        format!(
            "nothing says which record a row is: there is no column {ID} ({ID_NAME}){or}; name columns that do with --id"
        )
    }
}

impl Columns {
    /// The column of a member.
    pub(crate) fn of_member(&self, position: usize) -> Option<usize> {
        self.roles.iter().position(|role| *role == Role::Member(position))
    }

    /// The columns that hold something in a row though nothing says what.
    pub(crate) fn nameless<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = usize> + 'a {
        let cells = row.cells.iter().enumerate();
        cells
            .filter(|(index, cell)| {
                !cell.is_blank() && matches!(self.roles.get(*index), None | Some(Role::Nameless))
            })
            .map(|(index, _)| index)
    }
}

/// The headings under which records of a kind are written: labels, and names where a label would say two things.
pub(crate) fn written(kind: &RecordKind) -> Vec<String> {
    let is_plain = |field: &Field| {
        let label = plain(&field.label);
        let alike = kind.fields.iter().filter(|other| plain(&other.label) == label);
        let is_name = kind.fields.iter().any(|other| plain(&other.name) == label);
        alike.count() == 1
            && !is_name
            && !label.is_empty()
            && ![ID, ID_NAME, FAULTS].contains(&label.as_str())
    };
    let members = kind.fields.iter().map(|field| match is_plain(field) {
        true => field.label.clone(),
        false => field.snake_name(),
    });
    let id = match kind.fields.iter().any(|field| plain(&field.label) == ID) {
        true => ID_NAME,
        false => ID,
    };
    std::iter::once(id.to_owned()).chain(members).collect()
}

/// Whether a member's values go into a cell as JSON.
pub(crate) fn is_nested(field: &Field) -> bool {
    matches!(field.kind, FieldType::List | FieldType::Object)
}
