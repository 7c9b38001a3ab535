//! Characters that look like those of YAML and are others: what word processors, spreadsheets and
//! web pages make of blanks, quotes and hyphens.

use super::alphabets::{in_word, latin};
use super::finding::{Finding, Findings};
use super::marked::{Marked, Node, Place, Span, Style};

/// The digits of a range with a dash between, which is no code.
const RANGE_DIGITS: usize = 4;

/// What a character is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Blank,
    Nothing,
    Quote,
    Hyphen,
    Colon,
    Digit,
}

/// What it is called and what it is taken for; nothing for every other character.
fn look_alike(letter: char) -> Option<(&'static str, Taken)> {
    Some(match letter {
        '\u{a0}' => ("no-break space", Taken::Blank),
        '\u{202f}' => ("narrow no-break space", Taken::Blank),
        '\u{3000}' => ("ideographic space", Taken::Blank),
        '\u{2000}'..='\u{200a}' | '\u{205f}' => ("typographic space", Taken::Blank),
        '\u{ad}' => ("soft hyphen", Taken::Nothing),
        '\u{200b}' => ("zero-width space", Taken::Nothing),
        '\u{200c}' | '\u{200d}' | '\u{2060}' => ("zero-width joiner", Taken::Nothing),
        '\u{feff}' => ("byte order mark", Taken::Nothing),
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            ("direction mark", Taken::Nothing)
        }
        '\u{2018}'..='\u{201f}' | '«' | '»' | '‹' | '›' | '\u{ff02}' | '\u{ff07}' => {
            ("typographic quote", Taken::Quote)
        }
        '\u{2010}' | '\u{2011}' => ("typographic hyphen", Taken::Hyphen),
        '\u{2013}' => ("en dash", Taken::Hyphen),
        '\u{2014}' => ("em dash", Taken::Hyphen),
        '\u{2212}' => ("minus sign", Taken::Hyphen),
        '\u{2012}' | '\u{2015}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => ("dash", Taken::Hyphen),
        '\u{ff10}'..='\u{ff19}' => ("full-width digit", Taken::Digit),
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' => ("Arabic digit", Taken::Digit),
        '\u{966}'..='\u{96f}' => ("Devanagari digit", Taken::Digit),
        '\u{ff1a}' => ("full-width colon", Taken::Colon),
        _ => return None,
    })
}

fn taken(letter: char) -> Option<Taken> {
    look_alike(letter).map(|(_, taken)| taken)
}

fn is_invisible(letter: char) -> bool {
    matches!(taken(letter), Some(Taken::Blank | Taken::Nothing))
}

/// The finding on a letter of another alphabet.
fn letter_finding(letter: char, place: Place) -> Finding {
    let (alphabet, plain) = latin(letter).unwrap_or(("foreign", letter));
    let code = u32::from(letter);
    let end = Place { column: place.column + 1, ..place };
    let message = format!("a {alphabet} letter (U+{code:04X}) stands where `{plain}` is expected");
    Finding::new(Span { start: place, end }, message)
        .with_hint(format!("type `{plain}` again, with the Latin keyboard"))
}

/// The finding on a look-alike.
fn finding(letter: char, place: Place) -> Finding {
    if latin(letter).is_some() {
        return letter_finding(letter, place);
    }
    let (name, taken) = look_alike(letter).unwrap_or(("character", Taken::Nothing));
    let article = if name.starts_with(['A', 'a', 'e', 'i', 'o']) { "an" } else { "a" };
    let code = u32::from(letter);
    let (expected, hint) = match taken {
        Taken::Blank => ("where a blank is expected", "type the blank again"),
        Taken::Nothing => ("here, which nobody sees", "delete it"),
        Taken::Quote => ("where `\"` is expected", "type a straight quote, `\"`, on both sides"),
        Taken::Hyphen => ("where a hyphen is expected", "type a hyphen, `-`"),
        Taken::Colon => ("where `:` is expected", "type `: `"),
        Taken::Digit => ("where a digit is expected", "type the digit, 0 to 9"),
    };
    let end = Place { column: place.column + 1, ..place };
    let message = format!("{article} {name} (U+{code:04X}) stands {expected}");
    Finding::new(Span { start: place, end }, message)
        .with_hint(format!("{hint}; word processors and web pages put others in their place"))
}

/// The first look-alike in what is written without quotes, if it cannot be meant.
///
/// A sentence may hold all of them; a key, a number and the ends of a value cannot.
pub(super) fn in_plain(text: &str, is_key: bool, span: Span) -> Option<Finding> {
    if text.is_ascii() {
        return None;
    }
    let letters: Vec<char> = text.chars().collect();
    let at = match is_key {
        true => {
            let odd = letters.iter().position(|letter| taken(*letter).is_some());
            odd.or_else(|| in_word(&letters))
        }
        false => in_value(&letters).or_else(|| in_one_word(&letters)),
    }?;
    let is_one_line = span.start.line == span.end.line;
    let place = Place {
        line: span.start.line,
        column: span.start.column + if is_one_line { at } else { 0 },
    };
    Some(finding(letters[at], place))
}

/// Adds a finding for each value between quotes that holds a look-alike which cannot be meant: in a
/// number or a code, or before or behind a single word. Whoever means it writes it as an escape.
///
/// Not every file is read so strictly: programs write worlds, and write such letters as they are.
pub fn quoted_look_alikes(root: &Marked, source: &str, findings: &mut Findings) {
    if !source.is_ascii() {
        add_quoted(root, &super::lines::split_lines(source), findings);
    }
}

fn add_quoted(marked: &Marked, lines: &[&str], findings: &mut Findings) {
    match &marked.node {
        Node::List(items) => items.iter().for_each(|item| add_quoted(item, lines, findings)),
        Node::Map(entries) => {
            entries.iter().for_each(|entry| add_quoted(&entry.value, lines, findings))
        }
        Node::Scalar(scalar) if scalar.style == Style::Quoted => {
            let line = lines.get(marked.span.start.line.saturating_sub(1));
            let line = line.copied().unwrap_or_default();
            let found = in_quoted(&scalar.text, line, marked.span);
            found.into_iter().for_each(|finding| findings.add(finding));
        }
        Node::Scalar(_) => {}
    }
}

fn in_quoted(text: &str, line: &str, span: Span) -> Option<Finding> {
    let letters: Vec<char> = text.chars().collect();
    let odd = letters[in_code(&letters).or_else(|| in_one_word(&letters))?];
    let before = span.start.column.saturating_sub(1);
    let at = line.chars().skip(before).position(|letter| letter == odd)?;
    let place = Place { line: span.start.line, column: span.start.column + at };
    let mut finding = finding(odd, place);
    let hint = finding.hint.unwrap_or_default();
    let code = u32::from(odd);
    finding.hint = Some(format!("{hint}; to mean it, write `\\u{code:04X}` between double quotes"));
    Some(finding)
}

/// Where a letter of another alphabet stands, if there is one word; a sentence may hold both.
fn in_one_word(letters: &[char]) -> Option<usize> {
    (!letters.contains(&' ')).then(|| in_word(letters)).flatten()
}

/// Where in a word of plain letters something else stands.
fn in_code(letters: &[char]) -> Option<usize> {
    let odd = letters.iter().position(|letter| taken(*letter).is_some())?;
    // Marks beside these make a pattern or a text of it.
    let is_letter = |letter: &char| letter.is_ascii_alphanumeric() || "-_.".contains(*letter);
    let is_plain = |letter: &char| is_letter(letter) || taken(*letter).is_some();
    if !letters.iter().all(is_plain) || !letters.iter().any(is_letter) {
        return None;
    }
    let is_digit =
        |letter: &&char| letter.is_ascii_digit() || taken(**letter) == Some(Taken::Digit);
    let digits = letters.iter().filter(is_digit).count();
    let can_be_meant = match taken(letters[odd])? {
        Taken::Blank | Taken::Nothing => {
            let ends = [letters.first(), letters.last()];
            digits == 0 && !ends.into_iter().flatten().any(|end| is_invisible(*end))
        }
        // `10–20` is a range.
        Taken::Hyphen => digits <= RANGE_DIGITS,
        Taken::Digit => false,
        Taken::Quote | Taken::Colon => true,
    };
    (!can_be_meant).then_some(odd)
}

fn in_value(letters: &[char]) -> Option<usize> {
    let (first, last) = (*letters.first()?, *letters.last()?);
    let is_word = !letters.contains(&' ');
    if is_invisible(first) {
        return Some(0);
    }
    if is_invisible(last) {
        return Some(letters.len() - 1);
    }
    if taken(first) == Some(Taken::Quote) && (is_word || taken(last) == Some(Taken::Quote)) {
        return Some(0);
    }
    let next_is_blank = letters.get(1).is_some_and(|next| *next == ' ' || is_invisible(*next));
    if taken(first) == Some(Taken::Hyphen) && next_is_blank {
        return Some(0);
    }
    let after_mark = |pair: &[char]| matches!(pair[0], ':' | ',' | '-') && is_invisible(pair[1]);
    if let Some(at) = letters.windows(2).position(after_mark) {
        return Some(at + 1);
    }
    let odd = letters.iter().position(|letter| taken(*letter).is_some())?;
    let is_plain = |letter: &char| letter.is_ascii() || taken(*letter).is_some();
    let is_digit = |letter: &char| letter.is_ascii_digit() || taken(*letter) == Some(Taken::Digit);
    let has_digit = letters.iter().any(is_digit);
    (is_word && has_digit && letters.iter().all(is_plain)).then_some(odd)
}

/// The first look-alike that stands where YAML or TOML has a mark of its own, in a text that cannot
/// be read from this line on.
///
/// A quote far before it may be meant, and is not the reason.
#[must_use]
pub fn look_alike_before(broken: usize, source: &str) -> Option<Finding> {
    let lines = super::lines::split_lines(source).into_iter().take(broken);
    lines.enumerate().find_map(|(index, line)| {
        let letters: Vec<char> = line.chars().collect();
        let at = in_line(&letters)?;
        let is_far = index + 2 < broken;
        if is_far && taken(letters[at]) == Some(Taken::Quote) {
            return None;
        }
        let place = Place { line: index + 1, column: at + 1 };
        Some(finding(letters[at], place))
    })
}

fn in_line(letters: &[char]) -> Option<usize> {
    let mut quote = None;
    for (at, letter) in letters.iter().enumerate() {
        match (quote, letter) {
            (Some(open), letter) if open == *letter => quote = None,
            (Some(_), _) => continue,
            (None, '"' | '\'') => quote = Some(*letter),
            (None, '#') if at == 0 || letters[at - 1] == ' ' => return None,
            _ => {}
        }
        if is_structural(letters, at) {
            return Some(at);
        }
    }
    None
}

fn is_structural(letters: &[char], at: usize) -> bool {
    let Some(taken) = taken(letters[at]) else {
        return false;
    };
    let before =
        letters[..at].iter().rev().find(|letter| **letter != ' ' && !is_invisible(**letter));
    let after = letters.get(at + 1);
    let follows_mark = before.is_none_or(|mark| ":,[{=-".contains(*mark));
    match taken {
        Taken::Blank | Taken::Nothing => {
            let touches = at.checked_sub(1).and_then(|at| letters.get(at));
            before.is_none()
                || touches.is_some_and(|mark| ":,[{=-".contains(*mark))
                || after.is_some_and(|mark| *mark == ':' || *mark == '=')
        }
        Taken::Quote => follows_mark,
        Taken::Hyphen => {
            before.is_none() && after.is_none_or(|next| *next == ' ' || is_invisible(*next))
        }
        Taken::Colon => before.is_some(),
        Taken::Digit => false,
    }
}
