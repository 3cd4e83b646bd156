//! Where a table's headings stand: below titles and blank rows, in one row or, where cells are merged, in several.

use crate::Row;
use std::collections::VecDeque;
use sunmao_catalogue::IdentityForm;

/// As many rows from the first one on may be titles.
pub(crate) const TITLES: usize = 10;

/// A heading as all its spellings are alike: width, letter case, spaces, and the star and the word that say that a column is
/// required.
pub(crate) fn plain(heading: &str) -> String {
    let plain = IdentityForm::Name.normal(heading);
    let plain = plain.replace("(必填)", "").replace("(选填)", "");
    plain.trim_matches(['*', ' ', ':']).replace([' ', '-', '_'], "")
}

/// The headings among the first rows, which are taken away with everything above them: the row with most headings that
/// somebody knows; where it has none, what stands above (a cell that is merged downwards) or below (groups of columns).
/// None where nobody knows any.
pub(crate) fn found(rows: &mut VecDeque<Row>, is_known: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    let known = |row: &Row| row.cells.iter().filter(|cell| is_known(&cell.text())).count();
    let scores: Vec<usize> = rows.iter().take(TITLES).map(known).collect();
    let most = *scores.iter().max().filter(|most| **most > 0)?;
    let at = scores.iter().position(|score| *score == most)?;
    let above = at.checked_sub(1).and_then(|above| rows.get(above)).cloned();
    let row = rows.drain(..=at).next_back()?;
    let mut headings: Vec<String> = row
        .cells
        .iter()
        .map(|cell| cell.text().trim().to_owned())
        .collect();
    if let Some(above) = above.filter(|above| above.number + 1 == row.number) {
        fill(&mut headings, &above, |heading, above| {
            heading.is_empty() && is_known(above)
        });
    }
    let mut number = row.number;
    while let Some(below) = rows.front().filter(|below| below.number == number + 1) {
        let cells = below.cells.iter().filter(|cell| !cell.is_blank());
        if !cells.clone().all(|cell| is_known(&cell.text())) {
            break;
        }
        number = below.number;
        let below = rows.pop_front()?;
        fill(&mut headings, &below, |_, below| !below.is_empty());
    }
    Some(headings)
}

fn fill(headings: &mut Vec<String>, row: &Row, wanted: impl Fn(&str, &str) -> bool) {
    let columns = headings.len().max(row.cells.len());
    headings.resize(columns, String::new());
    for (heading, cell) in headings.iter_mut().zip(&row.cells) {
        let cell = cell.text().trim().to_owned();
        if wanted(heading, &cell) {
            *heading = cell;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cell;

    fn headings(text: &str) -> (Option<Vec<String>>, usize) {
        let rows = text.lines().enumerate().filter(|(_, line)| !line.is_empty());
        let mut rows: VecDeque<Row> = rows
            .map(|(number, line)| Row {
                number: number as u64 + 1,
                cells: line.split(',').map(|cell| Cell::Text(cell.to_owned())).collect(),
            })
            .collect();
        let known = ["姓名", "手机", "邮件", "公司", "备注"];
        let found = found(&mut rows, |heading| known.contains(&plain(heading).as_str()));
        (found, rows.len())
    }

    #[test]
    fn headings_stand_below_titles_and_in_several_rows() {
        let wanted = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        for (text, names, left) in [
            ("姓名,手机\n李,1\n", &["姓名", "手机"][..], 1),
            (
                "\n\n客户名单\n2026年3月\n\n 姓名 *,手机（必填）,分数\n李,1,2\n",
                &["姓名 *", "手机（必填）", "分数"],
                1,
            ),
            // Merged downwards beside a group of two.
            (
                "姓名,联系方式,,公司\n,手机,邮件,\n李,1,2,3\n",
                &["姓名", "手机", "邮件", "公司"],
                1,
            ),
            (
                "姓名,公司,备注,联系方式,\n,,,手机,邮件\n李,1,2,3,4\n",
                &["姓名", "公司", "备注", "手机", "邮件"],
                1,
            ),
            (
                "基本信息,,联系方式\n姓名,公司,手机\n李,木,1\n",
                &["姓名", "公司", "手机"],
                1,
            ),
        ] {
            assert_eq!(headings(text), (wanted(names), left), "{text}");
        }
        assert_eq!(headings("a,b\n1,2\n").0, None);
        assert_eq!(headings("").0, None);
    }
}
