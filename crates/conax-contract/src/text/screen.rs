//! A line of a file as it can be shown: what each character becomes and how wide it is.

use std::borrow::Cow;

/// What stands for a character that would move the cursor or turn the line around.
const REPLACEMENT: char = '\u{fffd}';

/// How many columns a tab fills. It is not aligned to stops: the caret line below must agree.
const TAB: &str = "    ";

/// A line fit for showing, and where the marked part of it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShownLine {
    /// The line, or the part of it around the mark.
    pub text: String,
    /// Columns before the mark.
    pub mark_start: usize,
    /// Columns of the mark.
    pub mark_width: usize,
}

/// Shows `line` within `limit` columns; the mark lies between character columns `start` and
/// `end`, which begin at 1.
pub(super) fn show_line(line: &str, start: usize, end: usize, limit: usize) -> ShownLine {
    let cells: Vec<(String, usize)> = line.chars().map(shown_cell).collect();
    let width = |cells: &[(String, usize)]| cells.iter().map(|(_, width)| width).sum::<usize>();
    let mark_from = start.saturating_sub(1).min(cells.len());
    let mark_to = end.saturating_sub(1).clamp(mark_from, cells.len());
    let whole = width(&cells) <= limit;
    let (from, to) = if whole { (0, cells.len()) } else { window(&cells, mark_from, limit) };
    let lead = if from > 0 { "…" } else { "" };
    let tail = if to < cells.len() { "…" } else { "" };
    let body: String = cells[from..to].iter().map(|(text, _)| text.as_str()).collect();
    ShownLine {
        text: format!("{lead}{body}{tail}"),
        mark_start: usize::from(from > 0) + width(&cells[from..mark_from]),
        mark_width: width(&cells[mark_from..mark_to.min(to).max(mark_from)]),
    }
}

/// The cells to show of a line that is too long: a little of what comes before the mark, then as
/// much as fits.
fn window(cells: &[(String, usize)], mark_from: usize, limit: usize) -> (usize, usize) {
    let before = limit / 3;
    let mut from = mark_from;
    let mut columns = 0;
    while from > 0 && columns + cells[from - 1].1 <= before {
        from -= 1;
        columns += cells[from].1;
    }
    let mut to = mark_from;
    // Two columns are kept for the dots on both sides.
    while to < cells.len() && columns + cells[to].1 + 2 <= limit {
        columns += cells[to].1;
        to += 1;
    }
    (from, to)
}

/// Text of a message without anything that would break the layout.
pub(super) fn show_text(text: &str) -> String {
    text.chars().map(|letter| shown_cell(letter).0).collect()
}

/// Text as a terminal or a page may show it: what would move the cursor, colour the rest or turn
/// the line around is written as an escape, `\u{1B}`. Ends of lines and tabs stay.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |letter| is_unshowable(letter) && !matches!(letter, '\n' | '\t'))
}

/// The name of a file, a value and the like, which stand in a line of text: ends of lines are
/// escaped as well.
#[must_use]
pub fn visible_name(name: &str) -> Cow<'_, str> {
    escaped(name, is_unshowable)
}

fn escaped(text: &str, is_odd: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_odd) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match is_odd(letter) {
            true => out.push_str(&format!("\\u{{{:X}}}", u32::from(letter))),
            false => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// JSON in which nothing moves the cursor or turns a line around, and which says the same: such
/// letters stand in its texts only, and are written as its own escapes.
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    let is_odd = |letter: char| is_unshowable(letter) && !matches!(letter, '\n' | '\t');
    if !json.contains(is_odd) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 8);
    for letter in json.chars() {
        match is_odd(letter) {
            // All of them have four digits.
            true => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            false => out.push(letter),
        }
    }
    Cow::Owned(out)
}

fn shown_cell(letter: char) -> (String, usize) {
    match letter {
        '\t' => (TAB.to_owned(), TAB.len()),
        _ if is_unshowable(letter) => (REPLACEMENT.to_string(), 1),
        _ => (letter.to_string(), letter_width(letter)),
    }
}

/// Control characters, and marks that change the direction of the text around them.
#[must_use]
pub fn is_unshowable(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffc}')
}

/// Columns a terminal gives a letter: none for combining marks, two for East Asian wide letters
/// and emoji, one for the rest. Coarse ranges are enough for a caret.
fn letter_width(letter: char) -> usize {
    match letter {
        '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{591}'..='\u{5bd}'
        | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}'
        | '\u{e0100}'..='\u{e01ef}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// The columns `text` fills.
pub(super) fn text_width(text: &str) -> usize {
    text.chars().map(letter_width).sum()
}
