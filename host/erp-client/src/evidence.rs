//! What the ERP's words mean. Its status numbers do not tell a dropped session from a refusal, nor a refusal from a
//! success, so every judgement by words is made here, from tables.

mod login;
mod session;

pub(crate) use login::{LoginRefusal, judge_login, speaks_of_credentials, speaks_of_device};

/// What a message with a good status turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Message {
    /// It says yes, or nothing at all under a status that does.
    Accepted,
    /// It says no.
    Refused,
    /// It says something else; the texts of success vary by installation, and so do those of refusals.
    Unknown,
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

/// What stands above a message, and is shown where the message itself is empty.
const HEADINGS: &[&str] = &["提示", "系统提示", "温馨提示", "信息提示", "消息", "信息"];

/// What speaks of something done, where nothing speaks against it.
const DONE: &[&str] = &[
    "完成",
    "完毕",
    "已保存",
    "已生成",
    "已提交",
    "已审批",
    "已审核",
    "已通过",
    "已同意",
    "已确认",
    "已添加",
    "已新增",
    "已修改",
    "已更新",
    "已删除",
    "已发送",
    "已处理",
    "已受理",
    "已分配",
    "已指派",
    "已共享",
    "已入库",
    "已出库",
    "已入账",
    "通过",
    "ok",
    "done",
    "saved",
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

/// Whether the words say that the session is gone. A success that asks for a new login (a changed password) is one.
pub(crate) fn session_is_gone(words: &str) -> bool {
    let words = words.to_lowercase();
    !sounds_successful(&words) && session::is_gone(&words)
}

/// Whether the words are a bare timeout: nobody can tell what it was that took too long.
pub(crate) fn is_bare_timeout(words: &str) -> bool {
    session::is_bare_timeout(&words.to_lowercase())
}

/// What a message under a good status means:
///
/// | evidence, the first that holds | verdict |
/// | --- | --- |
/// | no words, or a heading alone | accepted: the status is all there is |
/// | the first clause that judges says 成功, or the words open with 已保存 and the like | accepted, whatever follows |
/// | a word of refusal, or a permission that is lacking | refused |
/// | a word of something done | accepted |
/// | anything else | unknown: a write is looked up, not believed |
pub(crate) fn judge_message(words: &str) -> Message {
    let words = words.trim().to_lowercase();
    if words.is_empty() || HEADINGS.contains(&words.as_str()) || sounds_successful(&words) {
        Message::Accepted
    } else if contains(&words, REFUSAL) || lacks_permission(&words) {
        Message::Refused
    } else if contains(&words, DONE) {
        Message::Accepted
    } else {
        Message::Unknown
    }
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
            "系统提示",
            "单据已生成",
        ] {
            assert_eq!(judge_message(words), Message::Accepted, "{words}");
        }
    }

    #[test]
    fn what_says_neither_is_unknown() {
        for words in ["单据处理中", "请稍候", "warning: see log", "客户资料", "0"] {
            assert_eq!(judge_message(words), Message::Unknown, "{words}");
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
}
