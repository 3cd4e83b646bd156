//! What the ERP's words mean. Its status numbers do not tell a dropped session from a refusal, nor a refusal from a
//! success, so every judgement by words is made here, from tables.

/// What a message with a good status turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Message {
    /// Nothing speaks against success; the texts of success vary by installation.
    Accepted,
    /// It says no.
    Refused,
}

/// Why a login was turned down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoginRefusal {
    /// The ERP wants a captcha: only a person can sign in now.
    Captcha,
    /// The account or the password is wrong, or nothing says that it is not that.
    Credentials,
    /// Something else stands in the way, such as the number of users.
    Elsewhere,
}

/// What a session is called. 登录, 超时 and "token" alone also occur in refusals (登录账号不能重复), in database errors
/// (查询超时) and in parser errors, so a session only counts as gone with one of the words beside it.
const SESSION: &[&str] = &["登录", "会话", "令牌", "session", "token"];

/// What is said of it right behind its name, once fillers are left out.
const GONE_BEHIND: &[&str] = &[
    "超时",
    "过期",
    "失效",
    "无效",
    "不存在",
    "错误",
    "为空",
    "结束",
    "expired",
    "timeout",
    "timedout",
    "invalid",
    "isinvalid",
    "notfound",
];

/// What is said of it right in front of its name.
const GONE_BEFORE: &[&str] = &["无效的", "非法的", "错误的", "过期的", "invalid", "expired"];

/// Fillers between a session's name and what is said of it. 登陆 is a common misspelling of 登录.
const FILLERS: &[(&str, &str)] = &[
    ("登陆", "登录"),
    ("已经", ""),
    ("已", ""),
    ("状态", ""),
    ("信息", ""),
    (" ", ""),
    ("has", ""),
];

/// Ways to ask for a new login, with fillers left out.
const LOGIN_WANTED: &[&str] = &[
    "重新登录",
    "请登录",
    "请先登录",
    "请您登录",
    "请您先登录",
    "未登录",
    "没有登录",
    "没登录",
    "其他地方登录",
    "其它地方登录",
    "别处登录",
    "异地登录",
    "被迫下线",
    "强制下线",
    "长时间未操作",
    "长时间没有操作",
    "身份过期",
    "身份验证失败",
    "身份认证失败",
    "notloggedin",
    "pleaselogin",
    "loginagain",
    "loginrequired",
    "pleaselogin",
    "logintimeout",
    "loginexpired",
];

/// Messages that mean a dropped session when they are all that is said.
const ALONE: &[&str] = &["超时", "操作超时", "您超时"];

const SUCCESS: &[&str] = &["成功", "success"];

const NOT_SUCCESS: &[&str] = &[
    "不成功",
    "未成功",
    "没有成功",
    "没成功",
    "未能成功",
    "失败",
    "unsuccess",
    "fail",
];

/// What a refusal sounds like where the status says that all is well.
const REFUSAL: &[&str] = &[
    "失败",
    "不成功",
    "未成功",
    "没有成功",
    "不能",
    "无法",
    "不可",
    "不允许",
    "不得",
    "禁止",
    "拒绝",
    "无权",
    "没有权限",
    "权限不足",
    "无此权限",
    "没有操作权限",
    "已被使用",
    "已被占用",
    "已存在",
    "已经存在",
    "重复",
    "不存在",
    "找不到",
    "未找到",
    "没有找到",
    "已被删除",
    "已被锁定",
    "已锁定",
    "不正确",
    "不合法",
    "不符合",
    "不匹配",
    "不一致",
    "不足",
    "不够",
    "超过",
    "超出",
    "必须",
    "必填",
    "为空",
    "请填写",
    "请选择",
    "请输入",
    "请先",
    "请检查",
    "有误",
    "错误",
    "无效",
    "非法",
    "异常",
    "出错",
    "缺少",
    "过长",
    "太长",
    "fail",
    "error",
    "denied",
    "forbidden",
    "not allowed",
    "not permitted",
    "invalid",
    "required",
    "duplicate",
    "already exists",
    "cannot",
    "can not",
    "not found",
    "not exist",
];

/// What a missing record sounds like.
const MISSING: &[&str] = &[
    "不存在",
    "已被删除",
    "已删除",
    "找不到",
    "未找到",
    "没有找到",
    "查无",
    "not found",
    "not exist",
    "no such",
];

/// The ERP's way to say that it knows no such path.
const UNKNOWN_PATH: &str = "找不到对应处理程序";

/// Words after which nobody knows whether something was stored: the database gave up in the middle.
const INTERRUPTED: &[&str] = &[
    "超时时间已到",
    "执行超时",
    "timeout expired",
    "连接已断开",
    "数据库连接",
];

const CAPTCHA: &[&str] = &["验证码", "校验码", "captcha", "rndcode"];

const CREDENTIALS: &[&str] = &[
    "密码",
    "口令",
    "用户名",
    "用户不存在",
    "账号",
    "帐号",
    "账户",
    "帐户",
    "password",
    "user name",
    "username",
];

const NOT_CREDENTIALS: &[&str] = &[
    "人数",
    "用户数",
    "并发",
    "在线",
    "许可",
    "授权",
    "注册",
    "维护",
    "升级",
    "繁忙",
    "稍后",
    "数据库",
    "服务器",
    "超时",
    "串号",
    "设备",
    "busy",
    "maintenance",
    "license",
    "later",
    "timeout",
];

/// Whether the words say that the session is gone. A success that asks for a new login (a changed password) is one.
pub(crate) fn session_is_gone(words: &str) -> bool {
    let words = words.to_lowercase();
    if sounds_successful(&words) {
        return false;
    }
    let words = FILLERS
        .iter()
        .fold(words, |words, (filler, instead)| words.replace(filler, instead));
    let bare = words.trim_matches(|c: char| !c.is_alphanumeric());
    contains(&words, LOGIN_WANTED)
        || ALONE.contains(&bare)
        || SESSION.iter().any(|name| is_gone(&words, name))
}

fn is_gone(words: &str, name: &str) -> bool {
    words.match_indices(name).any(|(start, _)| {
        let (before, behind) = (&words[..start], &words[start + name.len()..]);
        GONE_BEHIND.iter().any(|state| behind.starts_with(state))
            || GONE_BEFORE.iter().any(|state| before.ends_with(state))
    })
}

/// What a message under a good status means. Success outranks: 保存成功，但不能打印 was stored.
pub(crate) fn judge_message(words: &str) -> Message {
    let words = words.to_lowercase();
    if !sounds_successful(&words) && contains(&words, REFUSAL) {
        return Message::Refused;
    }
    Message::Accepted
}

/// Whether the words say that the record does not exist.
pub(crate) fn speaks_of_missing_record(words: &str) -> bool {
    contains(&words.to_lowercase(), MISSING)
}

/// Whether the words say that the installation knows no such path.
pub(crate) fn speaks_of_unknown_path(words: &str) -> bool {
    words.contains(UNKNOWN_PATH)
}

/// Whether the words say that the work was broken off, so that its outcome is open.
pub(crate) fn speaks_of_interruption(words: &str) -> bool {
    contains(&words.to_lowercase(), INTERRUPTED)
}

/// Why a login was turned down. What nobody can tell counts as wrong credentials, since a third wrong login brings up
/// the captcha for everybody.
pub(crate) fn judge_login(words: &str) -> LoginRefusal {
    let words = words.to_lowercase();
    if contains(&words, CAPTCHA) {
        LoginRefusal::Captcha
    } else if !contains(&words, CREDENTIALS) && contains(&words, NOT_CREDENTIALS) {
        LoginRefusal::Elsewhere
    } else {
        LoginRefusal::Credentials
    }
}

fn sounds_successful(lowercase: &str) -> bool {
    contains(lowercase, SUCCESS) && !contains(lowercase, NOT_SUCCESS)
}

fn contains(lowercase: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| lowercase.contains(phrase))
}
