//! The ERP's codes that a contact is given. They differ from one installation to the next: this is the one place to
//! change them, and a label in place of a code is as good.

use sunmao_plugin::mapping::ContactSource;

/// 客户分类 of every new customer. The ERP asks for one; the staff sort customers later.
pub const CUSTOMER_CATEGORY: &str = "1";

/// What stands before the hub's id in 客户编号.
pub const NUMBER_PREFIX: &str = "WX";

/// 客户来源. The hub does not know the ERP's finer sources, so each of its own stands for the nearest: whoever writes
/// to us by WeChat signed up by themselves (网站注册), whom a colleague typed in was won by that colleague (陌生开发),
/// and lists come from campaigns (广告宣传).
pub const SOURCES: [(ContactSource, &str); 3] = [
    (ContactSource::Wechat, "171"),
    (ContactSource::Manual, "173"),
    (ContactSource::Import, "174"),
];

/// 价值评估 by the lowest score that earns it, best first: 很高, 较高, 一般, 较低.
pub const RATINGS: [(u8, &str); 4] = [(90, "175"), (75, "289"), (60, "176"), (45, "177")];

/// 价值评估 of any lower score: 很低.
pub const LOWEST_RATING: &str = "290";

/// The ERP's code of a source.
pub fn source_code(source: ContactSource) -> Option<&'static str> {
    SOURCES
        .iter()
        .find(|(known, _)| *known == source)
        .map(|(_, code)| *code)
}

/// The source of an ERP code; codes that the hub never writes are a colleague's work.
pub fn source_of(code: &str) -> ContactSource {
    SOURCES
        .iter()
        .find(|(_, known)| *known == code)
        .map_or(ContactSource::Manual, |(source, _)| *source)
}

/// The ERP's code of a score.
pub fn rating_code(score: u8) -> &'static str {
    RATINGS
        .iter()
        .find(|(least, _)| score >= *least)
        .map_or(LOWEST_RATING, |(_, code)| *code)
}
