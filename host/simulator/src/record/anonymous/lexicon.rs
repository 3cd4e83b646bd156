//! What is known to be harmless: the catalogue's fields and words.

use crate::text::{number, readable_moment};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Field, FieldType, Operation};

/// Words that the ERP itself says, beside the catalogue's labels and titles.
const PHRASES: &str = "系统提示 保存成功 操作成功 删除成功 登录成功 添加成功 修改成功 提交成功 审批成功 成功 失败 错误 异常 \
    不能为空 不能保存 不能小于 不能大于 不能超过 不能 已被使用 已存在 不存在 已被删除 已删除 格式不正确 不正确 无效 请重新登录 \
    请选择 请输入 请检查 请先 会话 已失效 登录 用户名 密码 验证码 没有权限 权限不足 无权限 权限 单据 数据 明细 参数 必填 库存不足 \
    数量不足 不支持的命令 找不到对应处理程序 服务器 内部错误 应用程序 运行时 请求 过于频繁 稍后再试 正在维护 系统 超时 当前 已经 \
    Token token session 审批 已审批 未审批 确认 已确认 编号 名称 客户 联系人 合同 产品 供应商 操作 保存 删除 添加 修改 提交 重复 个字 请求内容无法识别";

/// Labels of what belongs to a person or a company, whatever type the catalogue gives it.
const PERSONAL: [&str; 25] = [
    "手机",
    "电话",
    "传真",
    "QQ",
    "qq",
    "微信",
    "邮件",
    "邮箱",
    "MSN",
    "身份证",
    "证件",
    "银行",
    "账号",
    "帐号",
    "税号",
    "卡号",
    "生日",
    "出生",
    "地址",
    "住址",
    "邮编",
    "姓名",
    "密码",
    "车牌",
    "社保",
];

/// Most digits of a key or a code.
const KEY_DIGITS: usize = 10;

/// The catalogue as far as values are judged by it.
pub(super) struct Lexicon {
    /// Types by label, where all fields of the label agree.
    kinds: HashMap<String, Option<FieldType>>,
    labels: HashSet<String>,
    phrases: HashSet<String>,
    /// By menu id.
    fields: HashMap<u32, Fields>,
    longest: usize,
}

/// The fields that an operation may take, and those that it may answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    pub(super) params: Arc<[Field]>,
    pub(super) results: Arc<[Field]>,
}

/// What is known of the place that a value stands in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place<'a> {
    /// The wire name, or the caption where there is none.
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) field: Option<&'a Field>,
}

impl Lexicon {
    pub(super) fn new(catalogue: &Catalogue) -> Self {
        let mut lexicon = Lexicon {
            kinds: HashMap::new(),
            labels: HashSet::new(),
            phrases: PHRASES.split_whitespace().map(str::to_owned).collect(),
            fields: HashMap::new(),
            longest: 0,
        };
        for operation in catalogue.operations() {
            lexicon.phrases.insert(operation.title.clone());
            lexicon.add(&operation.params);
            lexicon.add(&operation.fields);
        }
        lexicon.phrases.extend(lexicon.labels.iter().cloned());
        // One character is a part of too many names.
        lexicon.phrases.retain(|phrase| phrase.chars().count() > 1);
        let lengths = lexicon.phrases.iter().map(|phrase| phrase.chars().count());
        lexicon.longest = lengths.max().unwrap_or(0);
        lexicon
    }

    fn add(&mut self, fields: &[Field]) {
        for field in fields {
            self.labels.insert(field.label.clone());
            self.phrases
                .extend(field.values.iter().map(|value| value.label.clone()));
            let kind = self.kinds.entry(field.label.clone()).or_insert(Some(field.kind));
            if *kind != Some(field.kind) {
                *kind = None;
            }
            self.add(&field.fields);
        }
    }

    /// What an operation takes and what it answers: its own fields, and behind them the other ones that its object has
    /// anywhere, since no screen and few lists are published in full.
    pub(super) fn fields(&mut self, catalogue: &Catalogue, operation: &Operation) -> Fields {
        let completed = |own: &[Field]| -> Arc<[Field]> {
            let mut fields = own.to_vec();
            let is_sibling = |other: &&Operation| other.object == operation.object;
            for other in catalogue.operations().iter().filter(is_sibling) {
                for field in other.params.iter().chain(&other.fields) {
                    if !fields
                        .iter()
                        .any(|known| known.wire.eq_ignore_ascii_case(&field.wire))
                    {
                        fields.push(field.clone());
                    }
                }
            }
            fields.into()
        };
        let made = || Fields {
            params: completed(&operation.params),
            results: completed(&operation.fields),
        };
        self.fields.entry(operation.id).or_insert_with(made).clone()
    }

    /// Whether a caption is the vendor's own.
    pub(super) fn is_label(&self, text: &str) -> bool {
        self.labels.contains(text)
    }

    /// The longest of the ERP's words that a text begins with, in characters.
    pub(super) fn phrase(&self, text: &[char]) -> Option<usize> {
        let longest = self.longest.min(text.len());
        (2..=longest).rev().find(|length| {
            let part: String = text[..*length].iter().collect();
            self.phrases.contains(&part)
        })
    }

    /// Whether a value at a place tells nothing of anybody.
    pub(super) fn is_harmless(&self, place: Place<'_>, text: &str) -> bool {
        let text = text.trim();
        let is_digit = text.chars().count() == 1 && text.chars().all(|letter| letter.is_ascii_digit());
        if text.is_empty() {
            return true;
        }
        if place.is_ord() && is_whole(text) {
            return true;
        }
        if place.is_personal() {
            return false;
        }
        if is_digit || is_truth(text) || (place.is_labelled_key() && is_whole(text)) {
            return true;
        }
        let is_code = |part: &str| {
            let mut values = place.field.map(|field| &field.values).into_iter().flatten();
            values.any(|value| value.code == part || value.label == part)
        };
        if text.split([',', '，']).all(|part| is_code(part.trim())) {
            return true;
        }
        let by_label = || self.kinds.get(place.label).copied().flatten();
        match place.field.map(|field| field.kind).or_else(by_label) {
            Some(FieldType::Int) => is_whole(text),
            Some(FieldType::Decimal) => number(text).is_some(),
            Some(FieldType::Datetime | FieldType::Date | FieldType::Time) => readable_moment(text).is_some(),
            _ => false,
        }
    }
}

impl Place<'_> {
    /// Whether what stands here belongs to a person or a company.
    fn is_personal(self) -> bool {
        PERSONAL.iter().any(|word| self.label.contains(word))
    }

    pub(super) fn is_telephone(self) -> bool {
        let words = ["手机", "电话", "传真"];
        words.iter().any(|word| self.label.contains(word))
    }

    /// Whether the record's own key stands here.
    fn is_ord(self) -> bool {
        let names = ["ord", "id"];
        names.iter().any(|name| self.name.eq_ignore_ascii_case(name))
    }

    /// Whether the label speaks of a record's key.
    fn is_labelled_key(self) -> bool {
        let label = self.label.to_lowercase();
        label.ends_with("id") || label.ends_with("标识")
    }
}

fn is_truth(text: &str) -> bool {
    matches!(text, "true" | "false" | "是" | "否")
}

fn is_whole(text: &str) -> bool {
    let digits = text.trim_start_matches('-').replace(',', "");
    (1..=KEY_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}
