//! The kinds of installations that a simulator can be: how real ones differ on the wire. Every kind serves the same
//! records under the same rules.

mod gateway;
mod letters;
mod loose;
mod older;
mod shape;

use crate::reply::Reply;
use std::fmt;
use std::str::FromStr;
use sunmao_catalogue::{Dialect, Operation};

/// What older installations want in `Content-Type`.
const LEGACY_CONTENT: &str = "application/zsml";

/// A kind of installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Variant {
    /// `standard`: version 32.17 as the vendor publishes it.
    #[default]
    Standard,
    /// `legacy`: before `/webapi/v3/ov1`. The `form` dialect only, on the older paths (`/sysa/mobilephone/….asp`, the
    /// login among them) and with `Content-Type: application/zsml; charset=utf-8` only; all else is an HTML error page
    /// or an unknown path. Some columns and fields stand where older integrations count on them.
    Legacy,
    /// `gateway`: behind a gateway. `POST /api/login` with `{"username", "password"}` is answered by `{"token"}`; every
    /// other call carries `Authorization: Bearer TOKEN`, or is answered by HTTP 401, needs no token of the ERP's own,
    /// and is answered by `{"data": <the ERP's answer>}`.
    Gateway,
    /// `gateway-plain`: the same, but it takes plain parameters (`{"pageIndex": 1, "pageSize": 20}`, `{"name", "contact"}`) and
    /// answers `{"data": <the records themselves>}`; its login is at `/webapi/v3/ov1/login` as well.
    GatewayPlain,
    /// `row-objects`: rows of `form` tables are `{"value": […], "ord": …}`.
    RowObjects,
    /// `single-row`: a `form` table of one row has that row, as `{"value": […], "ord": …}`, in the place of the list.
    SingleRow,
    /// `report-source`: a `form` list's `source` stands in `report`.
    ReportSource,
    /// `captions`: `Cols` of the `json` dialect holds Chinese captions; rows are arrays.
    Captions,
    /// `caption-objects`: `Cols` of the `json` dialect holds Chinese captions; rows are objects by wire name.
    CaptionObjects,
    /// `session-token`: the `helper` dialect wants its token as `session` and knows no `Token`.
    SessionToken,
    /// `loose-text`: numbers have thousands separators, whole numbers are texts and texts of digits are numbers, days
    /// are `2025-3-7`, and sentences hold raw control characters.
    LooseText,
    /// `partial`: the sales and inventory menus only; every other path is unknown.
    Partial,
    /// `before-32-15`: version 32.10, which does not know the operations that 32.15 brought.
    Before3215,
    /// `lower-case`: the members of records and the names of columns are in small letters.
    LowerCase,
    /// `strict`: what the vendor's pages say and no more, where live servers are more generous: device names of 20 letters
    /// and digits behind `txt:`, bodies that are JSON, no command beside a login.
    Strict,
}

/// A text that is no variant.
#[derive(Debug, thiserror::Error)]
#[error("no variant is called `{name}`; known are: {}", Variant::names())]
pub struct UnknownVariant {
    /// What was written.
    pub name: String,
}

impl Variant {
    /// All variants.
    pub const ALL: [Variant; 15] = [
        Variant::Standard,
        Variant::Legacy,
        Variant::Gateway,
        Variant::GatewayPlain,
        Variant::RowObjects,
        Variant::SingleRow,
        Variant::ReportSource,
        Variant::Captions,
        Variant::CaptionObjects,
        Variant::SessionToken,
        Variant::LooseText,
        Variant::Partial,
        Variant::Before3215,
        Variant::LowerCase,
        Variant::Strict,
    ];

    /// Where a gateway takes logins.
    pub(crate) const GATEWAY_LOGIN: &'static str = "/api/login";

    /// The name that it is asked for by.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Standard => "standard",
            Variant::Legacy => "legacy",
            Variant::Gateway => "gateway",
            Variant::GatewayPlain => "gateway-plain",
            Variant::RowObjects => "row-objects",
            Variant::SingleRow => "single-row",
            Variant::ReportSource => "report-source",
            Variant::Captions => "captions",
            Variant::CaptionObjects => "caption-objects",
            Variant::SessionToken => "session-token",
            Variant::LooseText => "loose-text",
            Variant::Partial => "partial",
            Variant::Before3215 => "before-32-15",
            Variant::LowerCase => "lower-case",
            Variant::Strict => "strict",
        }
    }

    fn names() -> String {
        Variant::ALL.map(Variant::name).join(", ")
    }

    /// Whether it takes what live servers take beyond the vendor's pages.
    pub(crate) fn is_generous(self) -> bool {
        self != Variant::Strict
    }

    /// What the login tells as `appversion`.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Variant::Legacy => "31.12",
            Variant::Before3215 => "32.10",
            _ => "32.17",
        }
    }

    /// The paths that an operation is served on.
    pub(crate) fn paths(self, operation: &Operation) -> Vec<&str> {
        let legacy = operation.legacy_path.as_deref();
        let published = Some(operation.path.as_str());
        let [published, legacy] = match self {
            Variant::Legacy => [None, legacy.filter(|_| operation.dialect == Dialect::Form)],
            Variant::Partial if !is_of_sales_or_inventory(operation) => [None, None],
            Variant::Before3215 if operation.title.contains("32.15及以后") => [None, None],
            _ => [published, legacy],
        };
        published.into_iter().chain(legacy).collect()
    }

    /// Whether a body with this `Content-Type` is read.
    pub(crate) fn reads(self, content_type: Option<&str>) -> bool {
        if self != Variant::Legacy {
            return true;
        }
        let mut parts = content_type.unwrap_or_default().split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        let charset = parts.any(|part| part.eq_ignore_ascii_case("charset=utf-8"));
        kind.eq_ignore_ascii_case(LEGACY_CONTENT) && charset
    }

    /// An encoded answer as this kind of installation writes it.
    pub(crate) fn shaped(self, dialect: Dialect, reply: &Reply, text: String) -> String {
        match self {
            Variant::RowObjects | Variant::SingleRow | Variant::ReportSource if dialect == Dialect::Form => {
                shape::form(self, text)
            }
            Variant::Captions | Variant::CaptionObjects if dialect == Dialect::Json => {
                shape::captions(self, reply, text)
            }
            Variant::Legacy if dialect == Dialect::Form => older::placed(reply, text),
            Variant::LooseText => loose::loosened(dialect, text),
            Variant::LowerCase => letters::lowered(dialect, text),
            _ => text,
        }
    }
}

fn is_of_sales_or_inventory(operation: &Operation) -> bool {
    let menu = operation.menu.first().map(String::as_str);
    !operation.is_business() || matches!(menu, Some("销售栏目" | "库存栏目"))
}

impl fmt::Display for Variant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Variant {
    type Err = UnknownVariant;

    fn from_str(name: &str) -> Result<Self, UnknownVariant> {
        let found = Variant::ALL.into_iter().find(|variant| variant.name() == name);
        found.ok_or_else(|| UnknownVariant {
            name: name.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Variant;

    #[test]
    fn variants_are_read_as_they_are_written() {
        for variant in Variant::ALL {
            assert_eq!(variant.to_string().parse::<Variant>().unwrap(), variant);
        }
        let error = "modern".parse::<Variant>().unwrap_err().to_string();
        assert!(error.contains("modern"), "{error}");
        assert!(
            Variant::ALL.iter().all(|variant| error.contains(variant.name())),
            "{error}"
        );
    }

    #[test]
    fn older_installations_read_one_kind_of_content() {
        for (content, read) in [
            (Some("application/zsml; charset=utf-8"), true),
            (Some("Application/ZSML;charset=UTF-8"), true),
            (Some("application/zsml"), false),
            (Some("application/json; charset=utf-8"), false),
            (None, false),
        ] {
            assert_eq!(Variant::Legacy.reads(content), read, "{content:?}");
            assert!(Variant::Standard.reads(content));
        }
    }
}
