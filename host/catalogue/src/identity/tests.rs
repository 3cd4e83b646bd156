//! Spellings that mean one thing, and things that no spelling makes one.

use super::IdentityForm::{self, Name, Number, Phone, Text};
use proptest::prelude::*;

fn all_alike(form: IdentityForm, normal: &str, spellings: &[&str]) {
    for spelling in spellings {
        assert_eq!(form.normal(spelling), normal, "{spelling:?}");
    }
}

#[test]
fn a_mobile_is_one_however_it_is_typed() {
    all_alike(
        Phone,
        "19912345678",
        &[
            "19912345678",
            "+86 199 1234 5678",
            "+8619912345678",
            "0086-199-1234-5678",
            "(86)19912345678",
            "（+86）199-1234-5678",
            "86 199 1234 5678",
            "8619912345678",
            "１９９１２３４５６７８",
            "＋８６ １９９１２３４５６７８",
            "199.1234.5678",
            "199\u{2013}1234\u{2014}5678",
            "199\u{a0}1234\u{3000}5678",
            "\u{feff}199\u{200b}12345678\u{202c}",
            "手机：19912345678",
            "019912345678",
            "+86 (0)199 1234 5678",
        ],
    );
}

#[test]
fn a_landline_keeps_its_area_code_and_is_not_the_same_in_another_city() {
    all_alike(
        Phone,
        "02161234567",
        &[
            "021-61234567",
            "(021) 6123 4567",
            "（０２１）６１２３４５６７",
            "+86 21 6123 4567",
            "+86 (0)21 6123 4567",
            "0086 21 61234567",
            "86-21-61234567",
        ],
    );
    all_alike(
        Phone,
        "01061234567",
        &["010-61234567", "+86 10 6123 4567", "86 10 61234567"],
    );
    all_alike(Phone, "057187654321", &["0571-87654321", "+86 571 8765 4321"]);
    all_alike(Phone, "4001234567", &["400-123-4567", "+86 400 1234567"]);
    assert_ne!(Phone.normal("010-61234567"), Phone.normal("021-61234567"));
    assert_ne!(Phone.normal("61234567"), Phone.normal("021-61234567"));
    assert_eq!(
        Phone.normal("021-61234567-801"),
        Phone.normal("02161234567转801"),
        "an extension tells people of one company apart"
    );
}

#[test]
fn another_countrys_number_is_no_number_of_ours() {
    all_alike(
        Phone,
        "+85261234567",
        &["+852 6123 4567", "00852-61234567", "＋852 6123-4567"],
    );
    assert_ne!(Phone.normal("+1 991 234 5678"), Phone.normal("1991 234 5678"));
}

#[test]
fn what_people_type_where_they_know_no_number_identifies_nobody() {
    all_alike(
        Phone,
        "",
        &[
            "",
            "  ",
            "无",
            "未知",
            "0",
            "-",
            "110",
            "00000000000",
            "11111111111",
            "+86",
        ],
    );
}

#[test]
fn a_name_is_one_whatever_its_white_space_brackets_width_and_case() {
    all_alike(
        Name,
        "榫卯(上海)木业有限公司",
        &[
            "榫卯(上海)木业有限公司",
            "榫卯（上海）木业有限公司",
            " 榫卯 （上海） 木业\n有限公司\u{3000}",
            "榫卯【上海】木业有限公司",
            "榫\u{200b}卯\u{feff}（上海）木业有限公司",
            "榫卯\u{a0}〔上海〕木业有限公司",
        ],
    );
    all_alike(
        Name,
        "acme tools(sh)",
        &[
            "ACME Tools (SH)",
            "Ａｃｍｅ　Ｔｏｏｌｓ（ＳＨ）",
            "acme\ttools (sh)",
        ],
    );
    all_alike(Name, "张三", &["张三", "张 三", "张\u{200d}三", "张　三"]);
    all_alike(
        Name,
        "阿不都·买买提",
        &["阿不都·买买提", "阿不都•买买提", "阿不都・买买提"],
    );
    assert_ne!(Name.normal("Li An"), Name.normal("Lian"));
    assert_ne!(Name.normal("榫卯木业"), Name.normal("榫卯木业有限公司"));
}

#[test]
fn a_number_keeps_its_case_and_loses_what_nobody_sees() {
    all_alike(
        Number,
        "WX42",
        &["WX42", " ＷＸ４２ ", "WX42\u{200b}", "\u{feff}WX42\n"],
    );
    assert_ne!(Number.normal("wx42"), Number.normal("WX42"));
    all_alike(
        Text,
        "sun_mao-1",
        &["sun_mao-1", "ｓｕｎ＿ｍａｏ－１ ", "\u{200e}sun_mao-1"],
    );
    all_alike(Text, "", &["", " ", "\u{200b}\u{3000}"]);
}

fn form() -> impl Strategy<Value = IdentityForm> {
    prop::sample::select(vec![Number, Phone, Name, Text])
}

/// Full width, as an input method leaves it.
fn wide(text: &str) -> String {
    let wide = |letter: char| match letter {
        '!'..='~' => char::from_u32(letter as u32 + 0xfee0).unwrap_or(letter),
        other => other,
    };
    text.chars().map(wide).collect()
}

/// The text with `mark` between some of its letters.
fn sown(text: &str, mark: char, every: usize) -> String {
    let letters = text.chars().enumerate();
    let sown = letters.flat_map(|(at, letter)| {
        let mark = (at % every == 0).then_some(mark);
        mark.into_iter().chain([letter])
    });
    sown.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_normal_stays_as_it_is(form in form(), text in "\\PC{0,24}") {
        let normal = form.normal(&text);
        prop_assert_eq!(form.normal(&normal), normal);
    }

    #[test]
    fn phones_of_any_spelling_are_normal_only_once(text in "[+＋]?(86|0086|00852|0)?[ （(]?[0-9０-９]{0,12}[-)） .]?[0-9]{0,4}") {
        let normal = Phone.normal(&text);
        prop_assert_eq!(Phone.normal(&normal), normal.clone());
        prop_assert!(normal.chars().enumerate().all(|(at, letter)| letter.is_ascii_digit() || at == 0 && letter == '+'));
    }

    #[test]
    fn no_dress_makes_another_mobile_of_one(
        mobile in "1[3-9][0-9]{9}", before in prop::sample::select(vec!["", "+86", "0086", "86", "(86)", "+86-", "0"]),
        mark in prop::sample::select(vec![' ', '-', '.', '\u{200b}', '\u{a0}', '—']), every in 1_usize..6,
    ) {
        let bare = Phone.normal(&mobile);
        prop_assert_eq!(Phone.normal(&format!("{before}{}", sown(&mobile, mark, every))), bare.clone());
        prop_assert_eq!(Phone.normal(&wide(&format!("{before}{mobile}"))), bare);
    }

    #[test]
    fn different_mobiles_stay_different(one in "1[3-9][0-9]{9}", other in "1[3-9][0-9]{9}") {
        prop_assert_eq!(one == other, Phone.normal(&one) == Phone.normal(&format!("+86 {other}")));
    }

    #[test]
    fn invisible_characters_and_width_make_no_other_text(
        form in form(), text in "[0-9]{6}[A-Za-z\u{4e00}-\u{9fa5}0-9]{1,12}", every in 1_usize..5,
        mark in prop::sample::select(vec!['\u{200b}', '\u{200d}', '\u{feff}', '\u{2060}', '\u{202a}']),
    ) {
        let normal = form.normal(&text);
        prop_assert_eq!(form.normal(&sown(&text, mark, every)), normal.clone());
        prop_assert_eq!(form.normal(&wide(&text)), normal);
    }
}
