//! Products: a number that the ERP proposes where none is given.

use super::Rules;

pub(super) const RULES: Rules = Rules {
    aliases: &[
        ("添加日期", "创建时间"),
        ("产品拼音码文本", "拼音码"),
        ("条形码", "条码"),
    ],
    number: ("产品编号", "CP"),
    ..Rules::NONE
};
