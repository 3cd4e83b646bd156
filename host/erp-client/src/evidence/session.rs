//! Whether words mean that the session is gone.
//!
//! 登录, 会话, 超时 and "token" alone also occur in refusals (登录账号不能重复, 会话主题不能为空), in database errors
//! (查询超时) and in parser errors. So a session only counts as gone with a state said of its name, with nothing but
//! fillers between the two.

/// What a session is called.
const NAMES: &[&str] = &["登录", "会话", "令牌", "身份验证", "身份认证", "session", "token"];

/// What may stand between its name and its state.
const FILLERS: &[&str] = &[
    "(session)",
    "（session）",
    "(token)",
    "（token）",
    "session",
    "token",
    "已经",
    "已",
    "状态",
    "信息",
    "凭证",
    "凭据",
    "标识",
    "参数",
    "的",
    "值",
    "被",
    "是",
    "id",
    "has been",
    "has",
    "have",
    "was",
    "is",
    "does",
    "had",
    "：",
    ":",
    " ",
];

/// What is said of it behind its name.
const STATES: &[&str] = &[
    "超时",
    "过期",
    "失效",
    "无效",
    "不存在",
    "不正确",
    "错误",
    "为空",
    "不能为空",
    "结束",
    "断开",
    "中断",
    "终止",
    "注销",
    "丢失",
    "缺失",
    "expired",
    "timeout",
    "timed out",
    "invalid",
    "not valid",
    "no longer valid",
    "not found",
    "not exist",
    "missing",
    "lost",
    "closed",
    "terminated",
];

/// What is said of it in front of its name.
const STATES_BEFORE: &[&str] = &[
    "无效", "非法", "错误", "过期", "失效", "invalid", "expired", "unknown",
];

/// Ways to ask for a new login, white space and fillers such as 已 left out.
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
    "别的地方登录",
    "其他设备登录",
    "其它设备登录",
    "其他电脑登录",
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
    "logintimeout",
    "loginexpired",
];

/// A parser, too, speaks of invalid tokens.
const PARSER: &[&str] = &["json", "position", "unexpected", "解析"];

/// Messages that mean a dropped session or a slow database, when they are all that is said.
const BARE_TIMEOUTS: &[&str] = &["超时", "操作超时", "您超时", "您已超时"];

/// Whether the words, in small letters, say that the session is gone.
pub(super) fn is_gone(words: &str) -> bool {
    // 登陆 is a common misspelling of 登录.
    let words = words.replace("登陆", "登录");
    let dense: String = ["已经", "已", " "]
        .iter()
        .fold(words.clone(), |words, filler| words.replace(filler, ""));
    let is_of_a_parser = PARSER.iter().any(|word| words.contains(word));
    LOGIN_WANTED.iter().any(|wanted| dense.contains(wanted))
        || (!is_of_a_parser && NAMES.iter().any(|name| is_said_of(&words, name)))
}

/// Whether the words are a bare timeout: nobody can tell what it was that took too long.
pub(super) fn is_bare_timeout(words: &str) -> bool {
    BARE_TIMEOUTS.contains(&words.trim_matches(|c: char| !c.is_alphanumeric()))
}

fn is_said_of(words: &str, name: &str) -> bool {
    words.match_indices(name).any(|(start, _)| {
        let behind = &words[start + name.len()..];
        let before = &words[..start];
        meets(behind, STATES, |rest, word| rest.strip_prefix(word))
            || meets(before, STATES_BEFORE, |rest, word| rest.strip_suffix(word))
    })
}

/// Whether one of the states comes next, with nothing but fillers in front of it. The states are looked for first:
/// "invalid" ends in a filler.
fn meets(words: &str, states: &[&str], strip: impl for<'a> Fn(&'a str, &str) -> Option<&'a str>) -> bool {
    let mut rest = words;
    loop {
        if states.iter().any(|state| strip(rest, state).is_some()) {
            return true;
        }
        match FILLERS.iter().find_map(|filler| strip(rest, filler)) {
            Some(shorter) => rest = shorter,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gone_session_is_known_by_many_words() {
        for words in [
            "登录超时，请重新登录",
            "无效会话",
            "无效的会话",
            "无效token",
            "会话id无效",
            "token不正确",
            "会话(session)已过期",
            "session is expired",
            "session has expired",
            "the session does not exist.",
            "会话已断开",
            "会话已终止",
            "会话丢失",
            "身份验证已过期",
            "登录凭证已过期",
            "您的账号在其他设备登录",
            "您已在别的地方登录",
            "您还没有登陆",
            "session不能为空",
            "token为空",
            "令牌已失效",
            "invalid token",
            "please log in: session timed out",
            "session id is missing",
        ] {
            assert!(is_gone(words), "{words}");
        }
    }

    #[test]
    fn what_only_mentions_one_is_something_else() {
        for words in [
            "登录账号不能重复",
            "会话主题不能为空",
            "会话记录不存在",
            "请选择会话",
            "数据库查询超时，请稍后再试",
            "unexpected token < in json at position 0",
            "invalid token } at position 5",
            "身份信息错误",
            "身份证号错误",
            "合同编号已被使用，不能保存！",
            "最近登录时间不正确",
            "客户不存在",
        ] {
            assert!(!is_gone(words), "{words}");
        }
    }

    #[test]
    fn a_bare_timeout_is_all_that_is_said() {
        assert!(is_bare_timeout("操作超时！") && is_bare_timeout("超时"));
        assert!(!is_bare_timeout("查询超时") && !is_bare_timeout("登录超时，请重新登录"));
    }
}
