//! The ERP's codes that a contact is given. They differ from one installation to the next: this is the one place to
//! change them, and a label in place of a code is as good.

/// 客户分类 of every new customer. The ERP asks for one; the staff sort customers later.
pub const CUSTOMER_CATEGORY: &str = "1";

/// What stands before the hub's id in 客户编号.
pub const NUMBER_PREFIX: &str = "WX";

/// What stands before the ERP's key in the id of a contact that the ERP had first.
pub const ERP_ID_PREFIX: &str = "erp-";

/// 客户来源. The hub does not know the ERP's finer sources, so each of its own stands for the nearest: whoever writes
/// to us by WeChat signed up by themselves (网站注册), whom a colleague typed in was won by that colleague (陌生开发),
/// and lists come from campaigns (广告宣传).
pub const SOURCES: [(&str, i64); 3] = [("wechat", 171), ("manual", 173), ("import", 174)];

/// The hub's source of what the ERP had first: a colleague's work.
pub const ERP_SOURCE: &str = "manual";

/// 价值评估 by the lowest score that earns it, best first: 很高, 较高, 一般, 较低.
pub const RATINGS: [(i64, i64); 4] = [(90, 175), (75, 289), (60, 176), (45, 177)];

/// 价值评估 of any lower score: 很低.
pub const LOWEST_RATING: i64 = 290;

/// The ERP's code of a source; none for one that an operator added.
pub fn source_code(source: &str) -> Option<i64> {
    SOURCES
        .iter()
        .find(|(known, _)| *known == source)
        .map(|(_, code)| *code)
}

/// The source of an ERP code; none for codes that the hub never writes.
pub fn source_of(code: i64) -> Option<&'static str> {
    SOURCES
        .iter()
        .find(|(_, known)| *known == code)
        .map(|(source, _)| *source)
}

/// The ERP's code of a score.
pub fn rating_code(score: i64) -> i64 {
    RATINGS
        .iter()
        .find(|(least, _)| score >= *least)
        .map_or(LOWEST_RATING, |(_, code)| *code)
}
