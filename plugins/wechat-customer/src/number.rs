//! 客户编号 from the hub's id, and back. The ERP takes 50 characters, the hub's ids have up to 64: of a longer one the number
//! bears the beginning, for people, and a digest of all of it, which tells it from every other.

use crate::{codes, limits};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Stands between the beginning and the digest.
const MARK: char = '~';
/// Characters of the digest: 128 bits, so that no two ids of any hub ever meet.
const DIGEST: usize = 32;
/// Characters that an id may have to be borne whole.
const ROOM: usize = limits::SHORT_TEXT - codes::NUMBER_PREFIX.len();
/// Characters of the beginning.
const BEGINNING: usize = ROOM - DIGEST - MARK.len_utf8();

/// The number of an id: always the same, and no other id's. An id that looks like a shortened one is shortened too. A
/// contact that the ERP had first keeps the number that the ERP gave it.
pub fn of(id: &str) -> Option<String> {
    let is_the_erps = id.strip_prefix(codes::ERP_ID_PREFIX).is_some_and(is_key);
    (!is_the_erps).then(|| made_of(id))
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|letter| letter.is_ascii_digit())
}

fn made_of(id: &str) -> String {
    if id.chars().count() <= ROOM && !is_shortened(id) {
        return [codes::NUMBER_PREFIX, id].concat();
    }
    let mut number: String = codes::NUMBER_PREFIX
        .chars()
        .chain(id.chars().take(BEGINNING))
        .collect();
    number.push(MARK);
    for byte in Sha256::digest(id).iter().take(DIGEST / 2) {
        // Writing into text cannot fail.
        let _ = write!(number, "{byte:02x}");
    }
    number
}

/// The id that a number bears whole.
pub fn id_of(number: &str) -> Option<&str> {
    let id = number.strip_prefix(codes::NUMBER_PREFIX)?;
    (!id.is_empty() && !is_shortened(id)).then_some(id)
}

fn is_shortened(id: &str) -> bool {
    let mut rest = id.chars().skip(BEGINNING);
    rest.next() == Some(MARK) && {
        let digest: Vec<char> = rest.collect();
        digest.len() == DIGEST
            && digest
                .iter()
                .all(|letter| matches!(letter, '0'..='9' | 'a'..='f'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_of_the_hub_has_a_number_of_its_own_that_stays() {
        let ids: Vec<String> = (1..=64)
            .flat_map(|length| ["i", "号"].map(|letter| letter.repeat(length)))
            .collect();
        let mut numbers: Vec<String> = ids.iter().map(|id| made_of(id)).collect();
        for (id, number) in ids.iter().zip(&numbers) {
            assert!(number.chars().count() <= limits::SHORT_TEXT, "{number}");
            let whole = (id.chars().count() <= ROOM).then_some(id.as_str());
            assert_eq!(id_of(number), whole);
        }
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), ids.len());
        // What is in the ERP is found again by every later version.
        assert_eq!(
            of(&"i".repeat(64)).unwrap(),
            "WXiiiiiiiiiiiiiii~a343b617ce1070a37251a5e66b409947"
        );
    }

    #[test]
    fn what_the_erp_had_first_keeps_its_number() {
        assert_eq!(of("erp-4711"), None);
        assert_eq!(of("erp-").as_deref(), Some("WXerp-"));
        assert_eq!(of("erp-a1").as_deref(), Some("WXerp-a1"));
    }

    #[test]
    fn nobody_takes_the_number_of_another() {
        let number = made_of(&"i".repeat(64));
        let forged = number.strip_prefix(codes::NUMBER_PREFIX).unwrap();
        assert_ne!(made_of(forged), number);
    }
}
