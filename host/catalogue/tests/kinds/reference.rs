//! What people read of the kinds.

use super::{kind, kinds};
use expect_test::expect_file;
use sunmao_catalogue::{Field, kind_page, kinds_reference};

#[test]
fn the_reference_is_current() {
    expect_file!["../../../../docs/kinds.md"].assert_eq(&kinds_reference(&kinds()));
}

#[test]
fn a_page_names_every_member_with_its_limits() {
    for kind in kinds().iter() {
        let page = kind_page(kind);
        for field in &kind.fields {
            let head = format!("  {}  {}, ", field.snake_name(), field.label);
            assert!(page.contains(&head), "{}: {head}", kind.name);
        }
    }
    let page = kind_page(&kind("contact"));
    for part in [
        "from 0 to 100",
        "at most 50 characters",
        "`wechat` where it is left out",
        "wechat 微信",
        "personal",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let page = kind_page(&kind("contract"));
    assert!(
        page.contains("    quantity  数量, decimal"),
        "lines stand beneath their list: {page}"
    );
    assert!(page.contains("required"), "{page}");
}

#[test]
fn members_of_lines_are_told_by_their_path() {
    let page = kinds_reference(&kinds());
    for kind in kinds().own() {
        assert!(page.contains(&format!("## `{}` {}", kind.name, kind.label)));
        let lists = kind.fields.iter().filter(|field| !field.fields.is_empty());
        for (list, inner) in lists.flat_map(|list| list.fields.iter().map(move |inner| (list, inner))) {
            let row = format!("| `{}[].{}` |", list.snake_name(), Field::snake_name(inner));
            assert!(page.contains(&row), "{row}");
        }
    }
}
