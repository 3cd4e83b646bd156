//! Contacts: they belong to a customer that exists.

use super::Rules;
use crate::world::{Draft, World};
use sunmao_catalogue::FieldType;

pub(super) const RULES: Rules = Rules {
    aliases: &[("联系人爱好", "爱好特长"), ("联系人备注", "备注")],
    derived: &[("company_name", "客户名称", FieldType::String)],
    before_save,
    ..Rules::NONE
};

fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    super::contracts::name_the_customer(world, draft, "company_name")
}
