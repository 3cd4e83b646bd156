//! The one way in for files of text, wherever they were made: UTF-8 with or without a byte order mark, UTF-16 with one, and
//! GBK where nothing else can be meant. Everything else is turned away with the encoding that it looks like.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use std::borrow::Cow;
use std::fmt;

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF_16LE_MARK: &[u8] = b"\xff\xfe";
const UTF_16BE_MARK: &[u8] = b"\xfe\xff";
const UTF_32LE_MARK: &[u8] = b"\xff\xfe\0\0";
const UTF_32BE_MARK: &[u8] = b"\0\0\xfe\xff";

/// How a text is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// What everything here is written in.
    Utf8,
    /// As some Windows programs save it.
    Utf16,
    /// Simplified Chinese as Windows has it.
    Gbk,
}

/// Why bytes are no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFault {
    /// The first line that cannot be read, from 1.
    pub line: usize,
    /// What they look like.
    pub suspected: &'static str,
}

impl TextFault {
    /// What to do.
    pub const HINT: &str = "save the file as UTF-8, or in Windows as Unicode (UTF-16), and try again";
}

impl fmt::Display for TextFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "line {} is no UTF-8 text: it looks like {}",
            self.line, self.suspected
        )
    }
}

impl std::error::Error for TextFault {}

/// The encoding that a mark at the beginning declares, and the length of the mark. UTF-32 declares itself too, but nobody
/// reads it.
pub fn marked(bytes: &[u8]) -> Option<(Encoding, usize)> {
    if bytes.starts_with(UTF_32LE_MARK) || bytes.starts_with(UTF_32BE_MARK) {
        return None;
    }
    if bytes.starts_with(UTF_8_MARK) {
        return Some((Encoding::Utf8, UTF_8_MARK.len()));
    }
    (bytes.starts_with(UTF_16LE_MARK) || bytes.starts_with(UTF_16BE_MARK)).then_some((Encoding::Utf16, 2))
}

/// The text of a whole file.
///
/// # Errors
/// It is in none of the encodings that are read.
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), TextFault> {
    match marked(bytes) {
        Some((Encoding::Utf16, _)) => {
            let encoding = if bytes.starts_with(UTF_16LE_MARK) {
                UTF_16LE
            } else {
                UTF_16BE
            };
            let (text, _, is_damaged) = encoding.decode(bytes);
            let damaged = || TextFault {
                line: text
                    .chars()
                    .take_while(|letter| *letter != '\u{fffd}')
                    .filter(|letter| *letter == '\n')
                    .count()
                    + 1,
                suspected: "damaged UTF-16",
            };
            if is_damaged {
                Err(damaged())
            } else {
                Ok((text, Encoding::Utf16))
            }
        }
        _ => match utf_8(bytes) {
            Ok(text) => Ok((Cow::Borrowed(text), Encoding::Utf8)),
            Err(fault) => gbk(bytes)
                .map(|text| (Cow::Owned(text), Encoding::Gbk))
                .ok_or(fault),
        },
    }
}

/// The text where only UTF-8 is spoken, as in HTTP; with or without a mark.
///
/// # Errors
/// It is something else; the fault says what.
pub fn utf_8(bytes: &[u8]) -> Result<&str, TextFault> {
    let text = bytes.strip_prefix(UTF_8_MARK).unwrap_or(bytes);
    match std::str::from_utf8(text) {
        // A text has no NULs; every other byte of UTF-16 is one where the text is in English.
        Ok(sound) if !sound.contains('\0') => Ok(sound),
        Ok(sound) => Err(fault(bytes, sound.find('\0').unwrap_or_default())),
        Err(error) => Err(fault(bytes, error.valid_up_to())),
    }
}

/// The text, if it is GBK without doubt: no byte is out of place, and most of its characters are of the 6,763 everyday ones
/// of GB 2312. Western letters and Big5, read so, come out as rare characters; bytes that UTF-8 explains never get here.
pub fn gbk(bytes: &[u8]) -> Option<String> {
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
    let (mut pairs, mut everyday) = (0_usize, 0_usize);
    let mut at = 0;
    while let Some(lead) = bytes.get(at) {
        match (lead, bytes.get(at + 1)) {
            (0..=0x7f, _) => at += 1,
            (lead, Some(trail @ 0x40..)) => {
                pairs += 1;
                everyday += usize::from((0xa1..=0xf7).contains(lead) && *trail >= 0xa1);
                at += 2;
            }
            // Four bytes, or one that stands for nothing that people type.
            _ => return None,
        }
    }
    let is_typed = !text
        .chars()
        .any(|letter| letter == '\0' || ('\u{e000}'..='\u{f8ff}').contains(&letter));
    (is_typed && pairs > 0 && everyday * 4 >= pairs * 3).then(|| text.into_owned())
}

fn fault(bytes: &[u8], at: usize) -> TextFault {
    let before = bytes.get(..at).unwrap_or(bytes);
    TextFault {
        line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        suspected: suspected(bytes),
    }
}

fn suspected(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(UTF_32LE_MARK) || bytes.starts_with(UTF_32BE_MARK) {
        return "UTF-32";
    }
    if marked(bytes).is_some_and(|(encoding, _)| encoding == Encoding::Utf16) {
        return "UTF-16";
    }
    if bytes.contains(&0) {
        return "UTF-16 without a byte order mark, or no text at all";
    }
    if gbk(bytes).is_some() {
        return "GBK";
    }
    match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(_) => "GBK, Big5, Windows-1252 or another old encoding",
        None => "a Western encoding (Windows-1252), a mixture of encodings, or damaged",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"company_name\": \"苏州榫卯家具有限公司\"}\r\n{\"name\": \"李明\"}\r\n";

    fn utf_16(text: &str) -> Vec<u8> {
        let units = std::iter::once('\u{feff}').chain(text.chars());
        let units: Vec<u16> = units.collect::<String>().encode_utf16().collect();
        units.into_iter().flat_map(u16::to_le_bytes).collect()
    }

    fn in_gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn what_windows_saves_is_read() {
        let marked = [UTF_8_MARK, TEXT.as_bytes()].concat();
        let big: Vec<u8> = utf_16(TEXT)
            .chunks(2)
            .flat_map(|pair| [pair[1], pair[0]])
            .collect();
        for (bytes, encoding) in [
            (TEXT.as_bytes().to_vec(), Encoding::Utf8),
            (marked, Encoding::Utf8),
            (utf_16(TEXT), Encoding::Utf16),
            (big, Encoding::Utf16),
            (in_gbk(TEXT), Encoding::Gbk),
        ] {
            assert_eq!(decode(&bytes).unwrap(), (Cow::Borrowed(TEXT), encoding));
        }
        // A name with a character that GB 2312 lacks.
        assert_eq!(
            decode(&in_gbk("陶喆，样例木作有限公司")).unwrap().1,
            Encoding::Gbk
        );
    }

    #[test]
    fn what_is_in_doubt_is_named_with_its_line() {
        let without_mark = utf_16("ab\ncd")[2..].to_vec();
        let (big5, _, _) = encoding_rs::BIG5.encode("測試資料股份有限公司");
        let (western, _, _) = encoding_rs::WINDOWS_1252.encode("one\nMüller & Söhne, Zürich");
        let (kana, _, _) = encoding_rs::SHIFT_JIS.encode("テスト株式会社です");
        for (bytes, line, suspected) in [
            (without_mark, 1, "UTF-16 without a byte order mark"),
            (b"\xff\xfe\0\0a\0\0\0".to_vec(), 1, "UTF-32"),
            (big5.into_owned(), 1, "GBK, Big5"),
            (western.into_owned(), 2, "Windows-1252"),
            (kana.into_owned(), 1, ""),
            (["李\n".as_bytes(), &in_gbk("李明")].concat(), 2, ""),
            (b"\xff\xfea\0\0\xd8".to_vec(), 1, "damaged UTF-16"),
        ] {
            let fault = decode(&bytes).unwrap_err();
            assert_eq!(fault.line, line, "{fault}");
            assert!(
                fault.suspected.starts_with(suspected) || fault.suspected.contains(suspected),
                "{fault}"
            );
        }
    }

    #[test]
    fn http_speaks_utf_8() {
        assert_eq!(utf_8(b"\xef\xbb\xbf{}").unwrap(), "{}");
        assert_eq!(utf_8(&in_gbk("李明")).unwrap_err().suspected, "GBK");
        assert_eq!(utf_8(&utf_16("李明")).unwrap_err().suspected, "UTF-16");
    }
}
