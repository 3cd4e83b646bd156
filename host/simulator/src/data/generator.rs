//! Plausible values for any column, judged by its label and its type.

use super::names::Identity;
use crate::schema::{Column, KEY, Schema};
use crate::table::{Entry, Table};
use jiff::{ToSpan, civil};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;
use sunmao_catalogue::{EnumValue, Field, FieldType, Record, Value};

/// The first day of the generated year.
const FIRST_DAY: civil::Date = civil::date(2025, 1, 1);

/// Makes the records that an object starts with.
#[derive(Debug, Clone)]
pub(crate) struct Generator {
    seed: u64,
    size: usize,
}

/// Everything that the values of one record are made from.
struct Source<'a> {
    schema: &'a Schema,
    ord: i64,
    identity: Identity,
    /// When the record came to be.
    created: civil::DateTime,
    random: ChaCha8Rng,
}

impl Generator {
    pub(crate) fn new(seed: u64, size: usize) -> Self {
        Generator { seed, size }
    }

    /// The records of an object. Record n of every object belongs to the same invented company, so that a contract's
    /// customer and a contact's employer fit.
    pub(crate) fn table(&self, schema: &Schema) -> Table {
        let mut table = Table::new(&schema.unique);
        for _ in 0..self.size {
            let ord = table.allocate();
            table.put(ord, self.entry(schema, ord));
        }
        table
    }

    /// The record of a key.
    pub(crate) fn entry(&self, schema: &Schema, ord: i64) -> Entry {
        let mut source = Source {
            schema,
            ord,
            identity: Identity::draw(&mut self.random("identity", ord)),
            created: self.created(ord),
            random: self.random(&schema.object, ord),
        };
        let values = schema
            .columns
            .iter()
            .enumerate()
            .map(|(position, column)| source.value(position, column))
            .collect();
        let mut entry = Entry {
            values,
            ..Entry::default()
        };
        (schema.rules.generated)(schema, ord, &mut entry);
        entry
    }

    /// Randomness of its own for each record, so that one more column in one object changes no other.
    fn random(&self, topic: &str, ord: i64) -> ChaCha8Rng {
        let topic = topic.bytes().fold(0_u64, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(topic.wrapping_mul(1 << 32).wrapping_add(ord.unsigned_abs()));
        random
    }

    /// Records come to be over one year, in the order of their keys.
    fn created(&self, ord: i64) -> civil::DateTime {
        let size = i64::try_from(self.size.max(1)).unwrap_or(i64::MAX);
        let minutes = (ord - 1).saturating_mul(364 * 24 * 60) / size;
        let start = FIRST_DAY.at(8, 0, 0, 0);
        start.checked_add(minutes.minutes()).unwrap_or(start)
    }
}

impl Source<'_> {
    fn value(&mut self, position: usize, column: &Column) -> Value {
        match position {
            KEY => Value::Integer(self.ord),
            _ if position == self.schema.created => self.moment().into(),
            _ if position == self.schema.state => "正常".into(),
            _ if self.schema.unique.contains(&position) => self.schema.number(self.ord).into(),
            _ => self.plausible(&column.caption, column.kind, &column.values, &column.fields),
        }
    }

    fn plausible(&mut self, label: &str, kind: FieldType, values: &[EnumValue], fields: &[Field]) -> Value {
        if let Some(value) = values.choose(&mut self.random) {
            return match kind {
                FieldType::Int => value
                    .code
                    .parse()
                    .map_or_else(|_| value.code.as_str().into(), Value::Integer),
                _ => value.code.as_str().into(),
            };
        }
        match kind {
            FieldType::Int => self.whole(label).into(),
            FieldType::Decimal => self.decimal(label).into(),
            FieldType::Datetime | FieldType::Date | FieldType::Time => self.day().into(),
            FieldType::Bool => self.random.random_bool(0.5).into(),
            FieldType::String => self.text(label).into(),
            FieldType::Object => Value::from(self.members(fields)),
            FieldType::List if fields.is_empty() => Value::List(Vec::new()),
            FieldType::List => {
                let lines = self.random.random_range(1..=3);
                Value::List((0..lines).map(|_| Value::from(self.members(fields))).collect())
            }
        }
    }

    fn members(&mut self, fields: &[Field]) -> Record {
        fields
            .iter()
            .map(|field| {
                let value = self.plausible(&field.label, field.kind, &field.values, &field.fields);
                (field.wire.clone(), value)
            })
            .collect()
    }

    fn whole(&mut self, label: &str) -> i64 {
        match label {
            _ if label.contains("年龄") => self.random.random_range(22..60),
            _ if label.contains("是否") => self.random.random_range(0..2),
            _ if has(label, &["数量", "个数"]) => self.random.random_range(1..500),
            // Keys of other objects: record n goes with record n.
            _ if has(label, &["ID", "id", "关联", "标识", "联系人"]) => self.ord,
            _ => self.random.random_range(1..10),
        }
    }

    fn decimal(&mut self, label: &str) -> Decimal {
        if has(label, &["率", "折扣", "比例"]) {
            Decimal::new(self.random.random_range(1..=100), 2)
        } else if has(label, &["数量", "件数"]) {
            Decimal::new(self.random.random_range(1..50_000), 2)
        } else {
            Decimal::new(self.random.random_range(10_000..10_000_000), 2)
        }
    }

    fn day(&mut self) -> String {
        let days = self.random.random_range(0..30_i64);
        let date = self.created.date();
        let date = date.checked_add(days.days()).unwrap_or(date);
        date.strftime("%Y-%m-%d").to_string()
    }

    fn moment(&self) -> String {
        self.created.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn text(&mut self, label: &str) -> String {
        let ord = self.ord;
        let identity = &self.identity;
        match label {
            _ if has(label, &["时间", "日期", "生日"]) => self.day(),
            _ if has(label, &["手机"]) => format!("199-0000-{:04}", ord % 10_000),
            _ if has(label, &["电话", "传真"]) => format!("010-0000-{:04}", ord % 10_000),
            _ if has(label, &["邮件", "邮箱", "MSN"]) => format!("{}{ord}@example.com", identity.latin),
            _ if has(label, &["微信"]) => format!("wx_demo_{ord:06}"),
            _ if has(label, &["QQ"]) => format!("0000{ord:06}"),
            _ if has(label, &["网址"]) => format!("https://c{ord}.example.com"),
            _ if has(label, &["邮编"]) => "000000".to_owned(),
            _ if has(
                label,
                &["编号", "单号", "条码", "条形码", "批号", "序列号", "包装码"],
            ) =>
            {
                self.schema.number(ord)
            }
            _ if has(label, &["拼音码"]) => identity.initials.clone(),
            _ if has(label, &["客户分类", "客户级别"]) => "重点客户".to_owned(),
            _ if has(label, &["开户银行"]) => format!("{}银行", identity.town),
            _ if has(label, &["账号名称", "用户名"]) => format!("{}{ord}", identity.latin),
            _ if has(label, &["银行账号", "银行行号", "税号"]) => format!("0000{ord:012}"),
            _ if has(label, &["客户名称", "开户名称", "供应商", "适用客户", "公司"]) => {
                identity.company.clone()
            }
            _ if has(label, &["地址"]) => identity.address.clone(),
            _ if has(label, &["区域", "地区"]) => identity.town.to_owned(),
            _ if has(label, &["产品名称", "产品"]) && !has(label, &["型号", "说明", "单位"]) => {
                identity.product.to_owned()
            }
            _ if has(label, &["型号", "规格"]) => format!("SM-{:04}", ord % 10_000),
            _ if label.ends_with("单位") => identity.unit.to_owned(),
            _ if has(label, &["仓库", "库位"]) => format!("{}号库", ord % 9 + 1),
            _ if has(label, &["性别"]) => if ord % 2 == 0 { "女" } else { "男" }.to_owned(),
            _ if has(label, &["部门"]) => identity.department.to_owned(),
            _ if has(label, &["职务", "职位", "岗位"]) => identity.job.to_owned(),
            _ if has(label, &["姓名", "人员", "联系人", "代表", "经理"]) || label.ends_with('人') => {
                identity.person.clone()
            }
            _ if has(label, &["主题", "标题"]) => {
                format!("{}{}{ord:03}", identity.company, self.schema.caption)
            }
            _ if has(label, &["状态"]) => "正常".to_owned(),
            _ if has(label, &["ID", "id", "标识"]) => ord.to_string(),
            _ if has(label, &["数量", "件数", "金额", "价", "合计"]) => {
                self.decimal(label).to_string()
            }
            _ if has(
                label,
                &[
                    "备注", "概要", "说明", "简介", "意见", "内容", "现状", "前景", "策略", "爱好",
                ],
            ) =>
            {
                identity.sentence.to_owned()
            }
            "名称" => format!("{}{ord}", self.schema.caption),
            _ => format!("{label}{}", ord % 5 + 1),
        }
    }
}

fn has(label: &str, words: &[&str]) -> bool {
    words.iter().any(|word| label.contains(word))
}
