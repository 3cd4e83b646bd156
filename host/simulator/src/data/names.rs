//! Invented people, companies, places and goods. The places exist on no map, the numbers cannot be dialled, and mail
//! goes to `example.com`.

use rand::{Rng, seq::IndexedRandom};

/// Invented towns: the text and its initials.
const TOWNS: [(&str, &str); 10] = [
    ("云溪", "YX"),
    ("青栖", "QQ"),
    ("临澜", "LL"),
    ("望桥", "WQ"),
    ("松汀", "ST"),
    ("鹤浦", "HP"),
    ("白芷", "BZ"),
    ("听泉", "TQ"),
    ("南屿湾", "NYW"),
    ("砚山口", "YSK"),
];

const BRANDS: [(&str, &str); 16] = [
    ("榫合", "SH"),
    ("穹木", "QM"),
    ("禾序", "HX"),
    ("澄砚", "CY"),
    ("岚筑", "LZ"),
    ("朴橡", "PX"),
    ("砺舟", "LZ"),
    ("汐禾", "XH"),
    ("曜榆", "YY"),
    ("衡芥", "HJ"),
    ("璞帆", "PF"),
    ("叙杉", "XS"),
    ("铭苇", "MW"),
    ("槿川", "JC"),
    ("逐麓", "ZL"),
    ("霁钧", "JJ"),
];

const TRADES: [(&str, &str); 10] = [
    ("机电设备", "JDSB"),
    ("精密仪器", "JMYQ"),
    ("包装材料", "BZCL"),
    ("木业", "MY"),
    ("自动化科技", "ZDHKJ"),
    ("五金制品", "WJZP"),
    ("电子", "DZ"),
    ("贸易", "MY"),
    ("印刷", "YS"),
    ("化工原料", "HGYL"),
];

/// Surnames with the word that stands for them in mail addresses.
const SURNAMES: [(&str, &str); 14] = [
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("赵", "zhao"),
    ("黄", "huang"),
    ("周", "zhou"),
    ("吴", "wu"),
    ("徐", "xu"),
    ("孙", "sun"),
    ("胡", "hu"),
    ("林", "lin"),
];

const GIVEN_NAMES: [(&str, &str); 14] = [
    ("思远", "siyuan"),
    ("雨桐", "yutong"),
    ("建国", "jianguo"),
    ("晓燕", "xiaoyan"),
    ("志强", "zhiqiang"),
    ("若溪", "ruoxi"),
    ("明轩", "mingxuan"),
    ("静怡", "jingyi"),
    ("海涛", "haitao"),
    ("佳宁", "jianing"),
    ("文博", "wenbo"),
    ("秀兰", "xiulan"),
    ("子墨", "zimo"),
    ("丽华", "lihua"),
];

const STREETS: [&str; 8] = [
    "松风路",
    "采薇街",
    "望江东路",
    "石榴巷",
    "兴榫大道",
    "听雨路",
    "百工街",
    "稻香路",
];

const GOODS: [&str; 12] = [
    "榫接支架",
    "精密轴承",
    "控制面板",
    "实木托盘",
    "伺服电机",
    "防水接头",
    "交流接触器",
    "铝合金型材",
    "瓦楞纸箱",
    "不锈钢螺栓",
    "温度传感器",
    "减速机",
];

const UNITS: [&str; 6] = ["个", "箱", "套", "米", "千克", "台"];
const DEPARTMENTS: [&str; 6] = ["销售部", "采购部", "生产部", "财务部", "技术部", "行政部"];
const JOBS: [&str; 6] = ["经理", "主管", "专员", "工程师", "总监", "助理"];
const SENTENCES: [&str; 6] = [
    "长期合作，按月对账。",
    "首次接触，需要样品。",
    "交期紧，注意排产。",
    "来自展会，回访一次。",
    "要求含税报价。",
    "资料齐全，等待确认。",
];

/// One invented company with one invented person in it.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) company: String,
    /// Initials of the company's name.
    pub(crate) initials: String,
    pub(crate) person: String,
    /// The person's name in Latin letters.
    pub(crate) latin: String,
    pub(crate) town: &'static str,
    pub(crate) address: String,
    pub(crate) product: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) department: &'static str,
    pub(crate) job: &'static str,
    pub(crate) sentence: &'static str,
}

impl Identity {
    /// The next identity that a source of randomness gives.
    pub(crate) fn draw(random: &mut impl Rng) -> Self {
        let (town, town_initials) = pick(random, &TOWNS);
        let (brand, brand_initials) = pick(random, &BRANDS);
        let (trade, trade_initials) = pick(random, &TRADES);
        let (surname, latin_surname) = pick(random, &SURNAMES);
        let (given_name, latin_given_name) = pick(random, &GIVEN_NAMES);
        let street = pick(random, &STREETS);
        Identity {
            company: format!("{town}{brand}{trade}有限公司"),
            initials: format!("{town_initials}{brand_initials}{trade_initials}YXGS"),
            person: format!("{surname}{given_name}"),
            latin: format!("{latin_given_name}.{latin_surname}"),
            town,
            address: format!("{town}市{street}{}号", random.random_range(1..300)),
            product: pick(random, &GOODS),
            unit: pick(random, &UNITS),
            department: pick(random, &DEPARTMENTS),
            job: pick(random, &JOBS),
            sentence: pick(random, &SENTENCES),
        }
    }
}

fn pick<T: Copy + Default>(random: &mut impl Rng, choices: &[T]) -> T {
    choices.choose(random).copied().unwrap_or_default()
}
