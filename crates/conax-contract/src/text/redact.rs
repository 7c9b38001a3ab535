//! A file as it may be shown: the values under secret names starred, letter by letter.
//!
//! Works on text that may be broken anywhere, so it does not read YAML but looks for keys: by
//! indentation, and by braces and brackets. In doubt too much is starred.

use std::collections::BTreeSet;

use super::finding::shown;
use super::near::near_miss;
use super::secret_name::is_secret_name;

/// Names of secrets, and of sections that hold them; each may be written wrongly.
const NAMES: [&str; 7] =
    ["users", "tokens", "web_api_keys", "password", "passwords", "token", "secret"];

/// Below these, values are starred whatever their own keys are.
const SECTIONS: [&str; 4] = ["users", "tokens", "web_api_keys", "domains"];

/// Keys in those sections whose values messages may repeat.
const HARMLESS: [&str; 9] =
    ["id", "username", "user", "name", "unit", "units", "organisation", "description", "domain"];

/// Shorter values would star half of everything where they stand elsewhere.
const SHORTEST: usize = 4;

/// Whether values stand under the names of secrets in a text.
#[must_use]
pub fn holds_secrets(source: &str) -> bool {
    !Redacted::of(source).values.is_empty()
}

/// A text whose secrets are starred.
pub(super) struct Redacted {
    /// The text, every letter in its place.
    pub text: String,
    /// The secrets that were found, longest first.
    values: Vec<String>,
}

impl Redacted {
    pub(super) fn of(source: &str) -> Self {
        // Variables and columns that stand for a secret somewhere are secret themselves.
        let mut first = Scan::default();
        first.lines(source);
        let mut scan = Scan { names: first.names, ..Scan::default() };
        scan.lines(source);
        let mut values: Vec<String> = scan.values.into_iter().collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self { text: scan.out, values }
    }

    /// A sentence without the secrets: it repeats values between backticks, or tells how to write one.
    pub(super) fn sentence(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for value in self.values.iter().filter(|value| value.len() > 2) {
            text = text.replace(&shown(value), "`***`");
            text = text.replace(&format!("write \"{value}\""), "write it between double quotes");
        }
        text
    }

    /// A line without secrets that stand elsewhere in the file under their names.
    pub(super) fn line(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for value in self.values.iter().filter(|value| value.len() >= SHORTEST) {
            line = replaced(&line, value, &"*".repeat(value.chars().count()));
        }
        line
    }
}

/// The text with a word replaced; it is no part of a longer one.
fn replaced(text: &str, word: &str, by: &str) -> String {
    let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, from) = rest.split_at(at);
        let after = &from[word.len()..];
        out.push_str(before);
        let is_part = is_word(out.chars().next_back()) || is_word(after.chars().next());
        out.push_str(if is_part { word } else { by });
        rest = after;
    }
    out + rest
}

/// What a value stands under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Under {
    #[default]
    Nothing,
    /// A section of secrets.
    Section,
    /// The name of a secret.
    Secret,
}

#[derive(Default)]
struct Scan {
    out: String,
    /// Keys in block style with their columns.
    blocks: Vec<(usize, Under)>,
    /// Braces and brackets that are open.
    flows: Vec<Under>,
    /// The key whose value comes next; nothing before a value without one.
    pending: Option<Under>,
    /// The table of a scenario: its columns, and where in a row the next value stands.
    table: Option<Table>,
    /// A quote that goes on in the next line.
    quote: Option<(char, Under)>,
    names: BTreeSet<String>,
    values: BTreeSet<String>,
}

#[derive(Default)]
struct Table {
    indent: usize,
    columns: Vec<Under>,
    has_header: bool,
    cell: Option<usize>,
}

impl Scan {
    fn lines(&mut self, source: &str) {
        for line in source.split_inclusive(['\n', '\r']) {
            let letters: Vec<char> = line.chars().collect();
            self.line(&letters);
        }
    }

    fn line(&mut self, letters: &[char]) {
        let mut at = match self.quote.take() {
            Some((quote, under)) => self.quoted(letters, 0, quote, under),
            None => self.indentation(letters),
        };
        while let Some(letter) = letters.get(at) {
            at = match letter {
                '"' | '\'' => self.text(letters, at, Some(*letter)),
                '{' | '[' => self.opened(*letter, at),
                '}' | ']' => {
                    self.flows.pop();
                    self.pending = None;
                    if let Some(table) = &mut self.table {
                        table.has_header |= table.cell.take().is_some();
                    }
                    self.pass(*letter, at)
                }
                ',' => {
                    self.pending = None;
                    let cell = self.table.as_mut().and_then(|table| table.cell.as_mut());
                    cell.into_iter().for_each(|cell| *cell += 1);
                    self.pass(',', at)
                }
                letter if letter.is_whitespace() || "#:".contains(*letter) => {
                    self.pass(*letter, at)
                }
                _ => self.text(letters, at, None),
            };
        }
    }

    fn pass(&mut self, letter: char, at: usize) -> usize {
        self.out.push(letter);
        at + 1
    }

    fn opened(&mut self, letter: char, at: usize) -> usize {
        let under = self.under();
        if self.flows.is_empty() && letter == '[' {
            let table = self.table.iter_mut();
            table.for_each(|table| table.cell = Some(0));
        }
        self.flows.push(under);
        self.pending = None;
        self.pass(letter, at)
    }

    /// What indentation says of the line; the place of its first letter.
    fn indentation(&mut self, letters: &[char]) -> usize {
        let mut at = letters.iter().take_while(|letter| **letter == ' ').count();
        let begins_word = letters.first().is_some_and(|letter| letter.is_alphabetic());
        if begins_word {
            self.flows.clear();
        }
        letters[..at].iter().for_each(|letter| self.out.push(*letter));
        let is_blank = letters[at..].iter().all(|letter| letter.is_whitespace());
        if !self.flows.is_empty() || is_blank {
            return at;
        }
        self.pending = None;
        let is_item = letters[at] == '-';
        self.blocks.retain(|(column, _)| *column < at || (is_item && *column == at));
        let is_below = |table: &Table| table.indent < at || (is_item && table.indent == at);
        self.table = self.table.take().filter(is_below);
        while letters.get(at) == Some(&'-')
            && letters.get(at + 1).is_some_and(|next| next.is_whitespace())
        {
            self.pass('-', at);
            at += 1;
            while let Some(' ') = letters.get(at) {
                at = self.pass(' ', at);
            }
        }
        at
    }

    /// What the place stands under, its own key aside.
    fn context(&self) -> Under {
        let blocks = self.blocks.iter().map(|(_, under)| *under);
        let all = blocks.chain(self.flows.iter().copied());
        all.max().unwrap_or_default()
    }

    fn under(&self) -> Under {
        let cell = self.table.as_ref().and_then(|table| {
            let column = table.columns.get(table.cell?);
            column.copied().filter(|_| table.has_header)
        });
        let own = self.pending.into_iter().chain(cell).max();
        self.context().max(own.unwrap_or_default())
    }

    /// A key or a value that begins here; the place after it.
    fn text(&mut self, letters: &[char], from: usize, quote: Option<char>) -> usize {
        let end = match quote {
            Some(quote) => quote_end(letters, from + 1, quote).map_or(letters.len(), |end| end + 1),
            None => self.plain_end(letters, from),
        };
        let blanks = letters[end..].iter().take_while(|letter| **letter == ' ').count();
        let is_key = letters.get(end + blanks) == Some(&':');
        if is_key {
            let name: String = letters[from..end].iter().collect();
            self.key(name.trim_matches(['"', '\'']), from);
            letters[from..end].iter().for_each(|letter| self.out.push(*letter));
            return end;
        }
        let under = self.under();
        match quote {
            Some(quote) => {
                self.out.push(quote);
                self.quoted(letters, from + 1, quote, under)
            }
            None => {
                self.value(&letters[from..end], under);
                end
            }
        }
    }

    fn plain_end(&self, letters: &[char], from: usize) -> usize {
        let in_flow = !self.flows.is_empty();
        let ends = |at: &usize| {
            let (letter, next) = (letters[*at], letters.get(at + 1));
            let blank_next = next.is_none_or(|next| next.is_whitespace() || *next == '"');
            matches!(letter, '\n' | '\r')
                || (letter == ':' && blank_next)
                || (in_flow && ",[]{}".contains(letter))
                || (letter == ' ' && next == Some(&'#'))
        };
        let end = (from + 1..letters.len()).find(ends).unwrap_or(letters.len());
        let trailing = letters[from..end].iter().rev();
        end - trailing.take_while(|letter| **letter == ' ').count()
    }

    fn key(&mut self, name: &str, column: usize) {
        if self.flows.is_empty() {
            self.blocks.retain(|(other, _)| *other < column);
        }
        let is_section = |name: &str| SECTIONS.contains(&name);
        let under = match near_miss(name, NAMES) {
            _ if is_secret_name(name) || self.names.contains(name) => Under::Secret,
            _ if is_section(name) => Under::Section,
            Some(near) if is_section(near) => Under::Section,
            Some(_) => Under::Secret,
            None if self.context() == Under::Nothing || HARMLESS.contains(&name) => Under::Nothing,
            None => Under::Secret,
        };
        self.pending = Some(under);
        if self.flows.is_empty() {
            self.blocks.push((column, under));
            if name == "cases" {
                self.table = Some(Table { indent: column, ..Table::default() });
            }
        }
    }

    /// The rest of a quoted value; the place after its quote.
    fn quoted(&mut self, letters: &[char], from: usize, quote: char, under: Under) -> usize {
        let end = quote_end(letters, from, quote);
        self.value(&letters[from..end.unwrap_or(letters.len())], under);
        match end {
            Some(end) => self.pass(quote, end),
            None => {
                self.quote = Some((quote, under));
                letters.len()
            }
        }
    }

    fn value(&mut self, letters: &[char], under: Under) {
        let text: String = letters.iter().collect();
        let text = text.trim();
        if let Some(table) = &mut self.table
            && table.cell.is_some()
            && !table.has_header
        {
            let is_secret = is_secret_name(text) || self.names.contains(text);
            table.columns.push(match is_secret {
                true => Under::Secret,
                false => Under::Nothing,
            });
        }
        let is_plain = text.starts_with('$') || matches!(text, "none" | "null" | "token" | "");
        if under == Under::Nothing || is_plain {
            self.out.extend(letters);
            if let Some(name) = text.strip_prefix('$').filter(|_| under == Under::Secret) {
                self.names.insert(name.to_owned());
            }
            return;
        }
        if under == Under::Secret || self.pending.is_none() {
            self.values.insert(text.to_owned());
        }
        let starred = |letter: &char| if letter.is_whitespace() { *letter } else { '*' };
        self.out.extend(letters.iter().map(starred));
    }
}

fn quote_end(letters: &[char], from: usize, quote: char) -> Option<usize> {
    let mut at = from;
    while let Some(letter) = letters.get(at) {
        match letter {
            '\\' if quote == '"' => at += 1,
            letter if *letter == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}
