//! Where a list ends, and what is no end.

use super::*;

/// A page of keys, in one column.
fn page(keys: std::ops::Range<i64>, count: u32, total: u64) -> Table {
    Table {
        columns: vec![column("ord")],
        rows: keys.map(|key| vec![Value::from(key)]).collect(),
        page: Page {
            size: 10,
            index: 0,
            count,
            total,
        },
    }
}

fn untold(keys: std::ops::Range<i64>) -> Table {
    page(keys, 0, 0)
}

fn column(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        caption: String::new(),
    }
}

/// Walks pages of ten; how many were asked for, and what came of it.
fn walk(pages: Vec<Table>) -> (usize, Result<Walk, String>) {
    let mut walk = Walk::new(10, KEY_COLUMNS.to_vec());
    for (at, page) in pages.into_iter().enumerate() {
        match walk.take(at as u32 + 1, page) {
            Ok((_, Next::Page(next))) => assert_eq!(next as usize, at + 2),
            Ok((_, Next::End)) => return (at + 1, Ok(walk)),
            Err(message) => return (at + 1, Err(message)),
        }
    }
    panic!("the walk goes on behind the last page");
}

/// Walks over a list of records that `change` changes before each page is answered; the keys that came, in order.
fn walk_over(mut records: Vec<i64>, mut change: impl FnMut(usize, &mut Vec<i64>)) -> (Vec<i64>, Walk) {
    let mut walk = Walk::new(10, KEY_COLUMNS.to_vec());
    let mut came = Vec::new();
    let mut index = 1;
    for asked in 1..1_000 {
        change(asked, &mut records);
        let from = records.len().min((index as usize - 1) * 10);
        let until = records.len().min(from + 10);
        let mut answer = page(
            0..0,
            records.len().div_ceil(10).max(1) as u32,
            records.len() as u64,
        );
        let rows = records[from..until].iter().map(|key| vec![Value::from(*key)]);
        answer.rows = rows.collect();
        let (rows, next) = walk.take(index, answer).unwrap();
        came.extend(rows.rows.iter().filter_map(|row| row[0].as_integer()));
        match next {
            Next::Page(next) => index = next,
            Next::End => return (came, walk),
        }
    }
    panic!("the walk does not end");
}

#[test]
fn records_that_appear_in_front_come_once_and_push_none_away() {
    let (mut came, walk) = walk_over((0..35).collect(), |asked, records| {
        if asked == 2 || asked == 3 {
            records.insert(0, 100 + asked as i64);
        }
    });
    came.sort_unstable();
    assert_eq!(came, [(0..35).collect::<Vec<_>>(), vec![102, 103]].concat());
    assert_eq!(walk.doubt(), None);
}

#[test]
fn records_that_disappear_take_none_with_them() {
    for gone in [1, 12] {
        let (mut came, walk) = walk_over((0..55).collect(), |asked, records| {
            if asked == 3 {
                records.drain(..gone);
            }
        });
        came.sort_unstable();
        assert_eq!(came, (0..55).collect::<Vec<_>>(), "{gone} gone");
        assert_eq!(walk.doubt(), None);
    }
}

#[test]
fn a_last_page_that_disappears_is_no_fault() {
    let (came, walk) = walk_over((0..21).collect(), |asked, records| {
        if asked == 3 {
            records.truncate(20);
        }
    });
    assert_eq!((came.len(), walk.doubt()), (20, None));
}

#[test]
fn a_count_that_wavers_ends_all_the_same() {
    let (came, _) = walk_over((0..35).collect(), |asked, records| match asked % 2 {
        0 => drop(records.pop()),
        _ => records.push(34),
    });
    assert!(came.len() >= 34);
}

#[test]
fn a_list_that_says_nothing_ends_with_a_page_that_is_not_full() {
    let ends = [
        (vec![untold(0..10), untold(10..20), untold(20..23)], 23),
        (vec![untold(0..3)], 3),
        (vec![untold(0..0)], 0),
        // Only the page behind an empty one says that the empty one was the end.
        (vec![untold(0..10), untold(10..10), untold(10..10)], 10),
    ];
    for (pages, rows) in ends {
        let all = pages.len();
        let (asked, walk) = walk(pages);
        let walk = walk.unwrap();
        assert_eq!((asked, walk.rows, walk.doubt()), (all, rows, None));
    }
}

#[test]
fn a_list_that_says_how_long_it_is_is_believed() {
    let ends = [
        (vec![page(0..10, 2, 15), page(10..15, 2, 15)], 15),
        // A short page before the last is not the end.
        (vec![page(0..9, 2, 14), page(9..14, 2, 14)], 14),
        // Only the rows are told, or only the pages.
        (vec![page(0..10, 0, 12), page(10..12, 0, 12)], 12),
        (vec![page(0..10, 2, 0), page(10..12, 2, 0)], 12),
        (vec![page(0..0, 1, 0)], 0),
    ];
    for (pages, rows) in ends {
        let all = pages.len();
        let (asked, walk) = walk(pages);
        let walk = walk.unwrap();
        assert_eq!((asked, walk.rows, walk.doubt()), (all, rows, None));
    }
}

#[test]
fn an_empty_or_malformed_page_in_the_middle_is_no_end() {
    let faults = [
        (
            vec![untold(0..10), untold(0..0), untold(20..23)],
            "page 2 came empty",
        ),
        (vec![untold(0..10), untold(0..10)], "page 2 repeats"),
        (
            vec![page(0..10, 3, 25), page(0..0, 3, 25)],
            "page 2 of 3 came empty",
        ),
        (
            vec![page(0..10, 3, 25), page(0..0, 0, 0)],
            "page 2 and the pages before it differ",
        ),
        (
            vec![page(0..10, 3, 25), untold(10..20)],
            "page 2 and the pages before it differ",
        ),
        (
            vec![untold(0..10), page(10..20, 3, 25)],
            "page 2 and the pages before it differ",
        ),
        (vec![page(0..10, 0, 25), page(0..0, 0, 25)], "page 2 came empty"),
    ];
    for (pages, expected) in faults {
        let message = walk(pages).1.err().unwrap();
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn rows_that_are_missing_are_told() {
    let mut walk = Walk::new(10, KEY_COLUMNS.to_vec());
    let mut index = 1;
    let mut asked = Vec::new();
    while index > 0 {
        asked.push(index);
        let keys = if index == 1 { 0..10 } else { 10..13 };
        index = match walk.take(index, page(keys, 2, 15)).unwrap().1 {
            Next::Page(next) => next,
            Next::End => 0,
        };
    }
    assert_eq!(asked, [1, 2, 1, 2, 1, 2], "it is looked for twice more");
    assert!(walk.doubt().unwrap().starts_with("13 rows came"));
}

#[test]
fn pages_whose_columns_differ_are_put_together_by_name() {
    let mut walk = Walk::new(1, KEY_COLUMNS.to_vec());
    let mut whole = Vec::new();
    let pages = [
        (vec!["ord", "name"], vec![1, 2]),
        (vec!["name", "phone", "ord"], vec![3, 4, 5]),
        (vec!["ord", "name"], vec![6, 7]),
    ];
    for (at, (columns, cells)) in pages.into_iter().enumerate() {
        let table = Table {
            columns: columns.into_iter().map(column).collect(),
            rows: vec![cells.into_iter().map(Value::from).collect()],
            page: Page {
                count: 3,
                total: 3,
                ..Page::default()
            },
        };
        whole.extend(walk.take(at as u32 + 1, table).unwrap().0.rows);
    }
    let names: Vec<&str> = walk.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["ord", "name", "phone"]);
    let rows: Vec<Vec<Option<i64>>> = whole
        .iter()
        .map(|row| row.iter().map(Value::as_integer).collect())
        .collect();
    assert_eq!(
        rows,
        [
            vec![Some(1), Some(2)],
            vec![Some(5), Some(3), Some(4)],
            vec![Some(6), Some(7), None],
        ]
    );
}
