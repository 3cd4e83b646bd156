//! What the words mean that a login is answered with.

use super::contains;

/// Why a login was turned down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoginRefusal {
    /// The ERP wants a captcha: only a person can sign in now.
    Captcha,
    /// The account or the password is wrong, or nothing says that it is not that.
    Credentials,
    /// Something else stands in the way, such as the number of users.
    Elsewhere,
    /// The ERP broke, or says nothing: the credentials may have been looked at, and may be right.
    Unclear,
}

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

const DEVICE: &[&str] = &["串号", "设备", "serialnum"];

/// That a login failed, whatever is said beside it: the ERP may have counted it.
const LOGIN_FAILED: &[&str] = &[
    "登录失败",
    "登陆失败",
    "登录错误",
    "登陆错误",
    "未注册",
    "认证失败",
    "验证失败",
    "login failed",
    "login failure",
    "unauthorized",
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
    "网络",
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

/// That a server speaks of itself, passwords of its own among what it says: SQL Server: 用户 'sa' 登录失败.
const BROKEN: &[&str] = &[
    "数据库",
    "sql",
    "connection string",
    "连接字符串",
    "exception",
    "异常",
    "系统错误",
    "内部错误",
    "internal error",
    "server error",
    "object reference",
    "对象引用",
    "堆栈",
    "stack trace",
];

/// Why a login was turned down. Words of a refusal that nobody can tell count as wrong credentials, since a third wrong
/// login brings up the captcha for everybody.
pub(crate) fn judge_login(words: &str) -> LoginRefusal {
    let words = words.to_lowercase();
    let may_be_credentials = contains(&words, CREDENTIALS) || contains(&words, LOGIN_FAILED);
    if contains(&words, CAPTCHA) {
        LoginRefusal::Captcha
    } else if words.trim().is_empty() || contains(&words, BROKEN) {
        LoginRefusal::Unclear
    } else if !may_be_credentials && contains(&words, NOT_CREDENTIALS) {
        LoginRefusal::Elsewhere
    } else {
        LoginRefusal::Credentials
    }
}

/// Whether an answer that is no login answer by its form says that the credentials were looked at.
pub(crate) fn speaks_of_credentials(words: &str) -> bool {
    let words = words.to_lowercase();
    let speaks = contains(&words, CREDENTIALS) || contains(&words, LOGIN_FAILED) || contains(&words, CAPTCHA);
    speaks && !contains(&words, BROKEN)
}

/// Whether the words are about the device name that the login gave.
pub(crate) fn speaks_of_device(words: &str) -> bool {
    contains(&words.to_lowercase(), DEVICE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_that_failed_counts_whatever_is_said_beside_it() {
        for words in [
            "登录失败，请稍后再试",
            "用户未注册",
            "Login failed. Try again later.",
            "用户名或密码错误",
            "?",
        ] {
            assert_eq!(judge_login(words), LoginRefusal::Credentials, "{words}");
        }
        for words in [
            "在线用户数已达上限",
            "系统维护中，请稍后",
            "license expired",
            "网络不稳定",
        ] {
            assert_eq!(judge_login(words), LoginRefusal::Elsewhere, "{words}");
        }
        for words in [
            "SQL Server: 用户 'sa' 登录失败。",
            "系统异常，请检查数据库密码",
            " ",
        ] {
            assert_eq!(judge_login(words), LoginRefusal::Unclear, "{words}");
            assert!(!speaks_of_credentials(words), "{words}");
        }
        assert_eq!(judge_login("请输入验证码"), LoginRefusal::Captcha);
    }
}
