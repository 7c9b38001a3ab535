//! The formatter: what stands in a file stays as it is written, comments included, but for what
//! readers could take for something else, and for blanks.
//!
//! Digits whose meaning is unclear get quotes, and a plain number stays one; braces get a blank
//! inside and brackets none; a colon or comma has one blank behind it; lines lose blanks at their end; there is one empty line at a time, and a line break at the end, of the kind the file has. It gives
//! the same text when it is used again, and the tree it means stays the same (both are tests).

use conax_contract::text::{Finding, Findings, Marked, Meaning, Node, Place, Scalar, Style, read};
use serde_json::Number;

/// The text in its tidy form.
///
/// # Errors
/// What is wrong with it, if it is no YAML at all; what it says is not looked at.
pub fn tidy(source: &str) -> Result<String, Vec<Finding>> {
    let text = tidy_lines(source);
    let mut findings = Findings::new();
    let root = read(&text, &mut findings);
    let root = findings.into_result(root)?;
    let lines: Vec<&str> = text.split('\n').collect();
    let mut edits = Vec::new();
    collect(&root, &lines, &mut edits);
    let tidied = apply(&lines, edits);
    Ok(if has_windows_breaks(source) { tidied.replace('\n', "\r\n") } else { tidied })
}

/// Whether all its lines end as on Windows.
fn has_windows_breaks(source: &str) -> bool {
    let breaks = source.matches('\n').count();
    breaks > 0 && source.matches("\r\n").count() == breaks
}

/// Line breaks of one kind, no blanks at the end of a line, one empty line at a time.
fn tidy_lines(source: &str) -> String {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::new();
    let mut empty_count = 0;
    let mut block: Option<usize> = None;
    for line in source.split('\n') {
        let indent = line.len() - line.trim_start().len();
        // Lines of a block of text are what they are.
        if block.is_some_and(|begin| indent > begin || line.trim().is_empty()) {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        let line = line.trim_end();
        block = begins_block(line).then_some(indent);
        empty_count = if line.is_empty() { empty_count + 1 } else { 0 };
        if empty_count > 1 || (line.is_empty() && out.is_empty()) {
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// Whether a block of text begins after this line: `body: |`, `description: >-`.
fn begins_block(line: &str) -> bool {
    let Some(at) = line.rfind([':', '-']) else {
        return false;
    };
    let after = line[at + 1..].trim();
    let is_indicator = after.starts_with(['|', '>'])
        && after[1..].chars().all(|letter| letter.is_ascii_digit() || "+-".contains(letter));
    // `>-` and `|-` end with a sign that is also the begin of an item.
    is_indicator
        || line.ends_with(" |-")
        || line.ends_with(" >-")
        || line.ends_with(" |+")
        || line.ends_with(" >+")
}

/// Text that takes the place of what stands on a line between two columns, from 0.
struct Edit {
    line: usize,
    from: usize,
    to: usize,
    text: String,
}

fn collect(marked: &Marked, lines: &[&str], edits: &mut Vec<Edit>) {
    match &marked.node {
        Node::Scalar(scalar) => quote(marked, scalar, lines, edits),
        Node::List(items) => {
            blanks(marked, '[', "", lines, edits);
            for pair in items.windows(2) {
                one_blank(',', pair[0].span.end, pair[1].span.start, lines, edits);
            }
            for item in items {
                collect(item, lines, edits);
            }
        }
        Node::Map(entries) => {
            if !entries.is_empty() {
                blanks(marked, '{', " ", lines, edits);
            }
            for pair in entries.windows(2) {
                let (before, next) = (pair[0].value.span.end, pair[1].key_span.start);
                one_blank(',', before, next, lines, edits);
            }
            for entry in entries {
                let (key, value) = (entry.key_span.end, entry.value.span.start);
                if !is_block(&entry.value, lines) {
                    one_blank(':', key, value, lines, edits);
                }
                collect(&entry.value, lines, edits);
            }
        }
    }
}

/// Whether it is a list or map without brackets: the lines below stand where it begins.
fn is_block(value: &Marked, lines: &[&str]) -> bool {
    let (line, from) = index_of(value.span.start);
    let first = slice(lines, line, from, from + 1);
    let has_bracket = first.as_deref().is_some_and(|first| first == "{" || first == "[");
    !has_bracket && matches!(value.node, Node::List(_) | Node::Map(_))
}

/// One blank behind a colon or comma, if there are more and nothing else stands there.
fn one_blank(sign: char, before: Place, next: Place, lines: &[&str], edits: &mut Vec<Edit>) {
    let ((line, from), (_, to)) = (index_of(before), index_of(next));
    let between = slice(lines, line, from, to).filter(|_| before.line == next.line);
    let between = between.as_deref().map(str::trim_start);
    let Some(blanks) = between.and_then(|text| text.strip_prefix(sign)) else {
        return;
    };
    if blanks.len() > 1 && blanks.bytes().all(|byte| byte == b' ') {
        edits.push(Edit { line, from: to - blanks.len(), to, text: " ".to_owned() });
    }
}

fn quote(marked: &Marked, scalar: &Scalar, lines: &[&str], edits: &mut Vec<Edit>) {
    let wants_quotes = match scalar.meaning() {
        Meaning::Disputed => true,
        Meaning::Number => serde_json::from_str::<Number>(&scalar.text).is_err(),
        Meaning::Text | Meaning::Null | Meaning::Flag(_) | Meaning::Whole(_) => false,
    };
    let one_line = marked.span.start.line == marked.span.end.line;
    if !wants_quotes || scalar.style == Style::Quoted || !one_line {
        return;
    }
    let (line, from) = index_of(marked.span.start);
    let (_, to) = index_of(marked.span.end);
    if slice(lines, line, from, to).as_deref() == Some(&scalar.text) {
        edits.push(Edit { line, from, to, text: format!("\"{}\"", scalar.text) });
    }
}

/// The blanks inside the brackets of a list or map that is written on one line.
fn blanks(marked: &Marked, open: char, inside: &str, lines: &[&str], edits: &mut Vec<Edit>) {
    let (line, from) = index_of(marked.span.start);
    let Some(text) = lines.get(line).and_then(|line| bracketed(line, from, open)) else {
        return;
    };
    let to = from + text.chars().count();
    let inner = &text[1..text.len() - 1];
    if inner.trim().is_empty() {
        return;
    }
    let before = inner.chars().take_while(|letter| *letter == ' ').count();
    let after = inner.chars().rev().take_while(|letter| *letter == ' ').count();
    for (begin, length) in [(from + 1, before), (to - 1 - after, after)] {
        if length != inside.len() {
            edits.push(Edit { line, from: begin, to: begin + length, text: inside.to_owned() });
        }
    }
}

/// What stands between a bracket and the one that closes it, if both are on this line.
fn bracketed(line: &str, from: usize, open: char) -> Option<String> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut text = String::new();
    for letter in line.chars().skip(from) {
        if text.is_empty() && letter != open {
            return None;
        }
        let is_escaped = quote == Some('"') && text.ends_with('\\') && !text.ends_with("\\\\");
        text.push(letter);
        match (quote, letter) {
            (Some(end), letter) if letter == end && !is_escaped => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(text);
                }
            }
            (None, _) => {}
        }
    }
    None
}

const fn index_of(place: Place) -> (usize, usize) {
    (place.line.saturating_sub(1), place.column.saturating_sub(1))
}

fn slice(lines: &[&str], line: usize, from: usize, to: usize) -> Option<String> {
    let line = lines.get(line)?;
    let text: String = line.chars().skip(from).take(to.saturating_sub(from)).collect();
    Some(text)
}

fn apply(lines: &[&str], mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.line, edit.from)));
    let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    for edit in edits {
        let Some(line) = lines.get_mut(edit.line) else {
            continue;
        };
        let letters: Vec<char> = line.chars().collect();
        let before: String = letters[..edit.from.min(letters.len())].iter().collect();
        let after: String = letters[edit.to.min(letters.len())..].iter().collect();
        *line = format!("{before}{}{after}", edit.text);
    }
    lines.join("\n")
}
