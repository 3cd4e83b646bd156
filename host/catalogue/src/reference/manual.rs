//! An operation as a manual page, as `man` shows one.

use super::example::{command_line, rhai_synopsis, shell_synopsis};
use super::facts::{self, Line, Side};
use crate::{Catalogue, Operation};
use textwrap::{Options, WordSplitter};

/// Columns of a page. Chinese characters take two.
const WIDTH: usize = 100;

/// How far the text stands in, and what hangs below a term.
const INDENT: &str = "       ";
const DEEPER: &str = "              ";

/// An operation as a manual page: plain text of at most 100 columns, except where a command line cannot be broken.
/// `catalogue` tells what else belongs to it.
pub fn manual_page(catalogue: &Catalogue, operation: &Operation) -> String {
    let mut page = Page::default();
    page.section("NAME");
    page.paragraph(&format!("{} - {}", operation.name, operation.title));
    synopsis(&mut page, operation);
    page.section("DESCRIPTION");
    for paragraph in facts::description(operation) {
        page.paragraph(&paragraph);
    }
    page.apart();
    for (name, fact) in facts::wire(operation) {
        page.hanging(&format!("{name:<13}"), &fact);
    }
    if !operation.params.is_empty() {
        page.section("PARAMETERS");
        page.fields(&facts::lines(&operation.params, Side::Request));
    }
    page.section("ANSWER");
    page.paragraph(facts::answer(operation));
    if !operation.fields.is_empty() {
        page.apart();
        page.fields(&facts::lines(&operation.fields, Side::Answer));
    }
    page.section("ERRORS");
    for (name, meaning) in facts::errors(operation) {
        page.hanging(&format!("{name:<13}"), &meaning);
    }
    if operation.is_business() {
        page.section("EXAMPLE");
        page.verbatim(&command_line(operation));
    }
    let others = facts::see_also(catalogue, operation);
    if !others.is_empty() {
        page.section("SEE ALSO");
        for (other, reasons) in others {
            let reasons = reasons.join("; ");
            let separator = if reasons.is_empty() { "" } else { ": " };
            page.hanging("", &format!("{} {}{separator}{reasons}", other.name, other.title));
        }
    }
    page.text
}

fn synopsis(page: &mut Page, operation: &Operation) {
    if !operation.is_business() {
        return;
    }
    page.section("SYNOPSIS");
    page.hanging("", &shell_synopsis(operation));
    page.hanging("", &rhai_synopsis(operation));
    page.hanging(
        "",
        &format!(
            "zhibang:erp/{}  {}",
            operation.object,
            facts::wit_function(operation)
        ),
    );
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn section(&mut self, heading: &str) {
        self.apart();
        self.text.push_str(heading);
        self.text.push('\n');
    }

    /// A paragraph of its own, apart from the one before it.
    fn paragraph(&mut self, text: &str) {
        if self
            .text
            .lines()
            .last()
            .is_some_and(|line| line.starts_with(INDENT))
        {
            self.apart();
        }
        self.fill(text, INDENT, INDENT);
    }

    /// Leaves a line free, except at the head of the page.
    fn apart(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// A term and what it is, its further lines below one another.
    fn hanging(&mut self, term: &str, text: &str) {
        let first = format!("{INDENT}{term}");
        let rest = match term {
            "" => format!("{INDENT}    "),
            term => format!("{INDENT}{}", " ".repeat(textwrap::core::display_width(term))),
        };
        self.fill(text, &first, &rest);
    }

    fn fields(&mut self, lines: &[Line<'_>]) {
        for line in lines {
            self.fill(
                &format!("{} ({}) {}", line.name, line.field.wire, line.field.label),
                INDENT,
                DEEPER,
            );
            self.fill(&line.notes.join("; "), DEEPER, DEEPER);
        }
    }

    fn verbatim(&mut self, text: &str) {
        for line in text.lines() {
            self.text.push_str(INDENT);
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    fn fill(&mut self, text: &str, first: &str, rest: &str) {
        let options = Options::new(WIDTH)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_splitter(WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }
}
