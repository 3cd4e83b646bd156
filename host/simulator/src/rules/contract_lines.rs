//! Lines of contracts: a product that exists, for a customer that exists.

use super::Rules;
use crate::world::{Draft, World};

pub(super) const RULES: Rules = Rules {
    aliases: &[("产品ID值", "产品id"), ("客户ID值", "关联客户ID")],
    before_save,
    ..Rules::NONE
};

fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    for (label, object, caption) in [
        ("产品ID值", "products", "产品"),
        ("客户ID值", "customers", "关联客户"),
    ] {
        let (Some(object), Some(column)) = (world.model.object(object), draft.schema.labelled(label)) else {
            continue;
        };
        let Some(key) = draft.at(column).and_then(|key| key.as_integer()) else {
            continue;
        };
        if !world.exists(object, key) {
            return Err(format!("{caption}不存在，不能保存！"));
        }
    }
    Ok(())
}
