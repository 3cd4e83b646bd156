//! Invented values of the same shape.

use crate::text::readable_moment;
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use std::collections::{HashMap, HashSet};

/// What stands for Chinese characters: none of them is a usual surname.
const CHARACTERS: [char; 64] = [
    '天', '地', '玄', '宇', '宙', '洪', '荒', '盈', '昃', '辰', '宿', '列', '寒', '暑', '往', '秋', '收',
    '冬', '藏', '闰', '律', '吕', '调', '腾', '致', '雨', '露', '结', '霜', '昆', '冈', '剑', '号', '巨',
    '阙', '珠', '称', '夜', '光', '果', '珍', '菜', '芥', '咸', '淡', '鳞', '潜', '羽', '翔', '师', '火',
    '鸟', '官', '始', '制', '字', '乃', '服', '衣', '裳', '推', '位', '让', '虞',
];

/// Endings of companies' names, which say nothing of anybody.
const ENDINGS: [&str; 4] = ["股份有限公司", "有限公司", "公司", "集团"];

/// Attempts to find a replacement that nothing else has. Short texts have few replacements, and then share them.
const ATTEMPTS: u32 = 200;

/// Attempts within the telephone numbers that look most like those of the simulator.
const SHORT_ATTEMPTS: u32 = 50;

/// The replacements of one recording.
pub(super) struct Disguises {
    salt: [u8; 32],
    known: HashMap<String, String>,
    used: HashSet<String>,
}

/// What a text is disguised as, where its shape alone does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// A telephone number that cannot be dialled.
    Telephone,
    /// Its own shape.
    Shape,
}

impl Disguises {
    /// Replacements that no other recording has.
    pub(super) fn new() -> Self {
        Disguises {
            salt: rand::random(),
            known: HashMap::new(),
            used: HashSet::new(),
        }
    }

    /// The replacement of a text, the same for the same text. What has no letters and no digits stays as it is.
    pub(super) fn of(&mut self, text: &str, manner: Manner) -> String {
        if !text.chars().any(char::is_alphanumeric) {
            return text.to_owned();
        }
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let mut replacement = String::new();
        for attempt in 0..ATTEMPTS {
            let mut random = self.random(text, attempt);
            replacement = invented(text, manner, attempt, &mut random);
            if replacement != text
                && !self.used.contains(&replacement)
                && !self.known.contains_key(&replacement)
            {
                break;
            }
        }
        self.used.insert(replacement.clone());
        self.known.insert(text.to_owned(), replacement.clone());
        replacement
    }

    fn random(&self, text: &str, attempt: u32) -> ChaCha8Rng {
        let mut hasher = blake3::Hasher::new_keyed(&self.salt);
        hasher.update(&attempt.to_le_bytes()).update(text.as_bytes());
        ChaCha8Rng::from_seed(*hasher.finalize().as_bytes())
    }
}

fn invented(text: &str, manner: Manner, attempt: u32, random: &mut ChaCha8Rng) -> String {
    if readable_moment(text).is_some() {
        return moment(text, random);
    }
    let is_mail = text.is_ascii()
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if is_mail {
        let name = text.split('@').next().unwrap_or_default();
        return format!("{}@example.com", shaped(name, random));
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return format!("https://{}.example.com", shaped("abcdefgh", random));
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if (manner == Manner::Telephone && digits >= 5) || is_mobile(text, digits) {
        return telephone(text, digits, attempt, random);
    }
    let ending = ENDINGS.iter().find(|ending| text.ends_with(**ending)).copied();
    let ending = ending
        .filter(|ending| text.len() > ending.len())
        .unwrap_or_default();
    let stem = &text[..text.len() - ending.len()];
    format!("{}{ending}", shaped(stem, random))
}

fn is_mobile(text: &str, digits: usize) -> bool {
    let is_written_so = |letter: char| letter.is_ascii_digit() || matches!(letter, '-' | ' ' | '+');
    digits == 11 && text.starts_with('1') && text.chars().all(is_written_so)
}

/// Each letter and digit by another of its kind, the rest as it is.
fn shaped(text: &str, random: &mut ChaCha8Rng) -> String {
    let mut is_first = true;
    let mut other = |letter: char| {
        let new = match letter {
            '0' if is_first => '0',
            '1'..='9' if is_first => random.random_range('1'..='9'),
            '0'..='9' => random.random_range('0'..='9'),
            'a'..='z' => random.random_range('a'..='z'),
            'A'..='Z' => random.random_range('A'..='Z'),
            _ if letter.is_alphanumeric() => CHARACTERS.choose(random).copied().unwrap_or('某'),
            _ => return letter,
        };
        is_first = false;
        new
    };
    text.chars().map(&mut other).collect()
}

/// Zeros but for the last four digits, or a mobile number of a range that is not in use.
fn telephone(text: &str, digits: usize, attempt: u32, random: &mut ChaCha8Rng) -> String {
    let (start, free) = match digits {
        11 if attempt < SHORT_ATTEMPTS => ("1990000", 4),
        11 => ("19900", 6),
        _ if attempt < SHORT_ATTEMPTS => ("", 4.min(digits)),
        _ => ("", 6.min(digits)),
    };
    let mut position = 0;
    let mut other = |letter: char| {
        if !letter.is_ascii_digit() {
            // An extension or a name beside the number.
            return if letter.is_alphabetic() { 'x' } else { letter };
        }
        position += 1;
        match start.as_bytes().get(position - 1) {
            Some(digit) => char::from(*digit),
            // So that it begins with no zero, as the simulator's own do.
            None if position == digits - free + 1 => random.random_range('1'..='9'),
            None if position > digits - free => random.random_range('0'..='9'),
            None => '0',
        }
    };
    text.chars().map(&mut other).collect()
}

/// Another day of the same year, as many digits to each part.
fn moment(text: &str, random: &mut ChaCha8Rng) -> String {
    // The largest value of each part: year, month, day, hour, minute, second.
    const LARGEST: [u32; 6] = [9999, 12, 28, 23, 59, 59];
    let mut written = String::new();
    let mut rest = text;
    let mut part = 0;
    while !rest.is_empty() {
        let is_other = |letter: char| !letter.is_ascii_digit();
        let (digits, behind) = rest.split_at(rest.find(is_other).unwrap_or(rest.len()));
        let end = behind.find(|letter: char| letter.is_ascii_digit());
        let (between, behind) = behind.split_at(end.unwrap_or(behind.len()));
        match digits.len() {
            0 => {}
            width @ 1..=2 if (1..6).contains(&part) => {
                let least = u32::from(part < 3);
                let largest = if width == 1 { 9 } else { LARGEST[part] };
                written.push_str(&format!("{:0width$}", random.random_range(least..=largest)));
            }
            _ => written.push_str(digits),
        }
        part += usize::from(!digits.is_empty());
        written.push_str(between);
        rest = behind;
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{Disguises, Manner};
    use crate::text::readable_moment;
    use std::collections::HashSet;

    /// Letters, digits and Chinese characters by one mark of each kind.
    fn shape(text: &str) -> String {
        let mark = |letter: char| match letter {
            '0'..='9' => '9',
            'a'..='z' => 'a',
            'A'..='Z' => 'A',
            _ if letter.is_alphanumeric() => '字',
            _ => letter,
        };
        text.chars().map(mark).collect()
    }

    #[test]
    fn the_shape_stays_and_the_value_does_not() {
        let mut disguises = Disguises::new();
        for text in [
            "KH000007",
            "王思远",
            "青栖市松风路12号",
            "-1,200.50",
            "长期合作，\n按月对账。",
            "2025-3-7",
            "2025-03-07 10:00:00",
        ] {
            let other = disguises.of(text, Manner::Shape);
            assert_ne!(other, text);
            assert_eq!(shape(&other), shape(text));
            assert_eq!(
                disguises.of(text, Manner::Telephone),
                other,
                "one replacement a text"
            );
            assert_eq!(
                readable_moment(&other).is_some(),
                readable_moment(text).is_some(),
                "{other}"
            );
        }
        for text in ["", "  ", "-", "***"] {
            assert_eq!(disguises.of(text, Manner::Shape), text);
        }
        let company = disguises.of("云溪榫合木业有限公司", Manner::Shape);
        assert!(
            company.ends_with("有限公司") && !company.contains("榫合"),
            "{company}"
        );
        let mail = disguises.of("wang.siyuan@corp.example.org", Manner::Shape);
        assert!(mail.ends_with("@example.com") && !mail.contains("wang"), "{mail}");
        assert!(
            disguises
                .of("https://wang.example.org/x", Manner::Shape)
                .ends_with(".example.com")
        );
    }

    #[test]
    fn telephone_numbers_cannot_be_dialled() {
        let mut disguises = Disguises::new();
        assert!(disguises.of("13800001111", Manner::Shape).starts_with("1990000"));
        assert!(
            disguises
                .of("138-0000-2222", Manner::Telephone)
                .starts_with("199-0000-")
        );
        assert!(
            disguises
                .of("0571-88889999", Manner::Telephone)
                .starts_with("0000-0000")
        );
    }

    #[test]
    fn different_texts_have_different_replacements_and_recordings_do_not_agree() {
        let (mut one, mut other) = (Disguises::new(), Disguises::new());
        let texts: Vec<String> = (1000..4000).map(|number: u32| number.to_string()).collect();
        let replaced: HashSet<String> = texts.iter().map(|text| one.of(text, Manner::Shape)).collect();
        assert_eq!(replaced.len(), texts.len());
        assert_ne!(
            one.of("KH000001", Manner::Shape),
            other.of("KH000001", Manner::Shape)
        );
    }
}
