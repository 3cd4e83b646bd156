//! What the ERP's words mean. Its status numbers do not tell a dropped session from a refusal, nor a refusal from a
//! success, so every judgement by words is made here, from tables.

mod session;

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

const SUCCESS: &[&str] = &["成功", "success"];

/// What a success opens with where it does not call itself one: 已保存，请先审批后再打印. Further inside, the same words may
/// be the reason of a refusal: 该单据已保存，不能重复保存.
const SUCCESS_OPENING: &[&str] = &[
    "已保存",
    "保存完毕",
    "保存完成",
    "操作完成",
    "操作完毕",
    "提交完成",
    "处理完成",
];

const NOT_SUCCESS: &[&str] = &[
    "不成功",
    "未成功",
    "没有成功",
    "没成功",
    "未能成功",
    "无法",
    "才能",
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
    "权限不足",
    "未授权",
    "不通过",
    "未通过",
    "不对",
    "不支持",
    "上限",
    "未启用",
    "已停用",
    "已作废",
    "已被使用",
    "已使用",
    "有人使用",
    "有人用",
    "被占用",
    "冲突",
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
    "请填",
    "请录入",
    "请指定",
    "请上传",
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
    "数据库会话",
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
    !sounds_successful(&words) && session::is_gone(&words)
}

/// Whether the words are a bare timeout: nobody can tell what it was that took too long.
pub(crate) fn is_bare_timeout(words: &str) -> bool {
    session::is_bare_timeout(&words.to_lowercase())
}

/// What a message under a good status means. Success outranks: 保存成功，但不能打印 was stored.
pub(crate) fn judge_message(words: &str) -> Message {
    let words = words.to_lowercase();
    if !sounds_successful(&words) && (contains(&words, REFUSAL) || lacks_permission(&words)) {
        return Message::Refused;
    }
    Message::Accepted
}

/// 没有添加权限, 无查看权限: what is lacking stands between the two words.
fn lacks_permission(words: &str) -> bool {
    words.split(['，', '。', '；', ',', ';']).any(|clause| {
        let (lacking, permission) = (
            clause.find("没有").or_else(|| clause.find('无')),
            clause.rfind("权限"),
        );
        matches!((lacking, permission), (Some(lacking), Some(permission)) if lacking < permission)
    })
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
    let may_be_credentials = contains(&words, CREDENTIALS) || contains(&words, LOGIN_FAILED);
    if contains(&words, CAPTCHA) {
        LoginRefusal::Captcha
    } else if !may_be_credentials && contains(&words, NOT_CREDENTIALS) {
        LoginRefusal::Elsewhere
    } else {
        LoginRefusal::Credentials
    }
}

/// Whether an answer that is no login answer by its form says that the credentials were looked at.
pub(crate) fn speaks_of_credentials(words: &str) -> bool {
    let words = words.to_lowercase();
    contains(&words, CREDENTIALS) || contains(&words, LOGIN_FAILED) || contains(&words, CAPTCHA)
}

fn sounds_successful(lowercase: &str) -> bool {
    let text = lowercase.trim_start();
    if SUCCESS_OPENING.iter().any(|opening| text.starts_with(opening)) {
        return true;
    }
    // The first clause that speaks of success or failure decides: 保存成功，但短信发送失败 was stored.
    let mut clauses = text.split(['，', '。', '；', '！', ',', '.', ';', '!', '\n']);
    let judging = clauses.find(|clause| contains(clause, SUCCESS) || contains(clause, NOT_SUCCESS));
    judging.is_some_and(|clause| contains(clause, SUCCESS) && !contains(clause, NOT_SUCCESS))
}

fn contains(lowercase: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| lowercase.contains(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_is_no_refusal() {
        for words in [
            "保存成功，但不能打印",
            "保存成功，但短信发送失败",
            "已保存，请先审批后再打印",
            "保存完毕，审批后不能修改",
            "操作完成，请检查",
            "",
            "ok",
            "单据已生成",
        ] {
            assert_eq!(judge_message(words), Message::Accepted, "{words}");
        }
    }

    #[test]
    fn what_was_not_stored_is_no_success() {
        for words in [
            "合同编号已被使用，不能保存！",
            "合同编号已使用",
            "该编号已有人使用",
            "编号被占用",
            "没有添加权限",
            "您无查看该客户的权限",
            "校验不通过",
            "请录入客户名称",
            "请填入数量",
            "未授权",
            "格式不对",
            "客户数量已达上限",
            "保存不成功",
            "该编号有人用了",
            "无法保存成功",
            "审批后才能保存成功，请联系管理员，不能跳过",
            "保存失败，请成功登录后再试",
            "该单据已保存，不能重复保存",
        ] {
            assert_eq!(judge_message(words), Message::Refused, "{words}");
        }
    }

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
        for words in ["在线用户数已达上限", "系统维护中，请稍后", "license expired"] {
            assert_eq!(judge_login(words), LoginRefusal::Elsewhere, "{words}");
        }
        assert_eq!(judge_login("请输入验证码"), LoginRefusal::Captcha);
    }
}
