//! Products: a number that the ERP proposes where none is given.

use super::Rules;

pub(super) const RULES: Rules = Rules {
    aliases: &[
        ("添加日期", "创建时间"),
        ("产品拼音码文本", "拼音码"),
        ("产品ord", "数据唯一标识"),
        ("产品分类ID", "产品分类"),
        ("供应商ID", "主供应商"),
        ("主供应商id", "主供应商"),
        ("人员选择", "添加人ID"),
    ],
    // The list is also where products are chosen for another document: whose prices it shows, what is in the basket.
    screen: &[
        "listadd",
        "company",
        "companyFromType",
        "htcateid",
        "IsTools",
        "bz",
        "repairOrder",
        "secpro",
        "fromtype",
        "totalNum",
        "totalCount",
        "flag",
        "remind",
    ],
    number: ("产品编号", "CP"),
    ..Rules::NONE
};
