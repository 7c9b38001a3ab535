//! Variables that are known before anything happens: given values, generated ones, rows of a table.
//!
//! They are put into the tree before the steps are read, so that a variable may stand for anything:
//! a state, a duration, a whole fault rule. Places stay those of the file.

use std::collections::BTreeMap;

use conax_contract::text::{
    Entry, Fields, Finding, Findings, Marked, Node, Scalar, Style, fields, items, number,
    shortened, shown,
};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

use super::template::{is_name, plain_value};

/// Values by name, as they stand in the tree.
pub(super) type Values = BTreeMap<String, Marked>;

/// The most digits or letters that are made up.
const LENGTH_LIMIT: usize = 64;

/// Reads `vars`: given values and generated ones, in their order.
pub(super) fn read_variables(
    marked: &Marked,
    seed: u64,
    values: &mut Values,
    findings: &mut Findings,
) {
    let Node::Map(entries) = &marked.node else {
        let finding = Finding::new(marked.mark(), "variables are written as `name: value`");
        findings.add(finding.with_hint("such as `vars: { card: \"01900080207\" }`"));
        return;
    };
    for entry in entries {
        if !is_name(&entry.key) {
            findings.add(bad_name(&entry.key, entry));
            continue;
        }
        check_plain(&entry.value, findings);
        let written = substitute(&entry.value, values);
        if let Some(value) = generated(&written, seed, &entry.key, findings) {
            values.insert(entry.key.clone(), value);
        }
    }
}

pub(super) fn bad_name(name: &str, entry: &Entry) -> Finding {
    Finding::new(entry.key_span, format!("{} is not a name for a variable", shown(name)))
        .with_hint("a name has letters, digits and `_`, and begins with a letter")
}

/// The words that make up a value instead of giving it.
const GENERATORS: [&str; 4] = ["pick", "digits", "letters", "whole"];

fn generated(marked: &Marked, seed: u64, name: &str, findings: &mut Findings) -> Option<Marked> {
    let Node::Map(entries) = &marked.node else {
        return Some(marked.clone());
    };
    let [entry] = entries.as_slice() else {
        return Some(marked.clone());
    };
    if !GENERATORS.contains(&entry.key.as_str()) {
        return Some(marked.clone());
    }
    let mut chance = generator(seed, name);
    let node = fields(marked, findings, "generated data", |fields| generate(fields, &mut chance))?;
    Some(Marked { span: marked.span, node })
}

fn generate(fields: &mut Fields<'_, '_>, chance: &mut ChaCha8Rng) -> Option<Node> {
    let text = |text: String, style| Node::Scalar(Scalar { text, style });
    let picked = fields.optional("pick", items(|item, _| Some(item.node.clone())));
    if let Some(list) = picked {
        if list.is_empty() {
            fields.refuse("there is nothing to pick from", "write `pick: [one, another]`");
            return None;
        }
        let at = below(chance, list.len() as u64);
        return list.into_iter().nth(usize::try_from(at).ok()?);
    }
    let digits = fields.optional("digits", number(1..=LENGTH_LIMIT));
    if let Some(count) = digits {
        return Some(text(letters(chance, count, b"0123456789"), Style::Quoted));
    }
    let count = fields.optional("letters", number(1..=LENGTH_LIMIT));
    if let Some(count) = count {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        return Some(text(letters(chance, count, alphabet), Style::Quoted));
    }
    let range = fields.optional("whole", items(number(0..=i64::MAX >> 1)))?;
    let [from, to] = range.as_slice() else {
        fields.refuse("a range is two numbers", "write `whole: [1, 6]`");
        return None;
    };
    if from > to {
        fields.refuse(format!("{from} is more than {to}"), "write the smaller number first");
        return None;
    }
    let width = u64::try_from(to - from).ok()? + 1;
    let value = from + i64::try_from(below(chance, width)).ok()?;
    Some(text(value.to_string(), Style::Plain))
}

/// A generator for every name, so that another variable shifts nobody's values.
fn generator(seed: u64, name: &str) -> ChaCha8Rng {
    // FNV-1a: the same on every platform.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    ChaCha8Rng::seed_from_u64(seed ^ hash)
}

/// A number below `limit`; the tiny preference for small ones harms no test.
fn below(chance: &mut ChaCha8Rng, limit: u64) -> u64 {
    chance.next_u64() % limit.max(1)
}

fn letters(chance: &mut ChaCha8Rng, count: usize, alphabet: &[u8]) -> String {
    let one = |_| {
        let at = below(chance, alphabet.len() as u64);
        char::from(alphabet[usize::try_from(at).unwrap_or_default()])
    };
    (0..count).map(one).collect()
}

/// The tree with the values put in; what is not among them stays as it is.
pub(super) fn substitute(marked: &Marked, values: &Values) -> Marked {
    let node = match &marked.node {
        Node::List(list) => Node::List(list.iter().map(|item| substitute(item, values)).collect()),
        Node::Map(entries) => Node::Map(
            entries
                .iter()
                .map(|entry| Entry {
                    key: substituted_text(&entry.key, values),
                    key_span: entry.key_span,
                    value: substitute(&entry.value, values),
                })
                .collect(),
        ),
        Node::Scalar(scalar) => substituted(scalar, values),
    };
    Marked { span: marked.span, node }
}

fn substituted(scalar: &Scalar, values: &Values) -> Node {
    if !scalar.text.contains('$') {
        return Node::Scalar(scalar.clone());
    }
    let whole = scalar.text.strip_prefix('$').filter(|name| is_name(name));
    if let Some(value) = whole.and_then(|name| values.get(name)) {
        return match &value.node {
            // That it is no plain value is told where it is written, not again where it is used.
            Node::Scalar(scalar) if plain_value(value, &mut Findings::new()).is_none() => {
                Node::Scalar(Scalar { style: Style::Quoted, ..scalar.clone() })
            }
            node => node.clone(),
        };
    }
    Node::Scalar(Scalar { text: substituted_text(&scalar.text, values), style: scalar.style })
}

/// The text with the values put in; other variables and `$$` stay for later.
fn substituted_text(text: &str, values: &Values) -> String {
    if !text.contains('$') {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let from = &rest[at..];
        if let Some(after) = from.strip_prefix("$$") {
            out.push_str("$$");
            rest = after;
            continue;
        }
        let length = 1 + from[1..]
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count();
        let value = values.get(&from[1..length]).map(|value| &value.node);
        match value {
            Some(Node::Scalar(scalar)) => out.push_str(&scalar.text.replace('$', "$$")),
            _ => out.push_str(&from[..length]),
        }
        rest = &from[length..];
    }
    out.push_str(rest);
    out
}

/// A table: what its columns are called, and its rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Marked>>,
}

/// Reads `cases`: a list of rows, the first of which names the columns.
pub(super) fn read_table(marked: &Marked, findings: &mut Findings) -> Option<Table> {
    let rows = items(|row, findings| items(|cell, _| Some(cell.clone()))(row, findings))(
        marked, findings,
    )?;
    let mut rows = rows.into_iter();
    let header = rows.next().unwrap_or_default();
    let mut table = Table::default();
    for cell in &header {
        let name = match &cell.node {
            Node::Scalar(scalar) if is_name(&scalar.text) => scalar.text.clone(),
            _ => {
                let message = "the first row of a table names its columns";
                let hint = "write names such as `[thing, serial]`, with letters, digits and `_`";
                findings.add(Finding::new(cell.mark(), message).with_hint(hint));
                continue;
            }
        };
        if table.columns.contains(&name) {
            let message = format!("two columns are called {}", shown(&name));
            findings.add(Finding::new(cell.span, message));
        }
        table.columns.push(name);
    }
    for row in rows {
        for cell in &row {
            check_plain(cell, findings);
        }
        if row.len() != header.len() {
            let found = row.len();
            let message = format!("the table has {} columns, this row {found}", header.len());
            let span = row.first().map_or(marked.mark(), Marked::mark);
            findings.add(
                Finding::new(span, message)
                    .with_hint(format!("the columns are {}", table.columns.join(", "))),
            );
            continue;
        }
        table.rows.push(row);
    }
    if matches!(&marked.node, Node::List(rows) if rows.len() < 2) {
        let message = "the table has no rows";
        let hint = "write the names of the columns first, then a row for each case";
        findings.add(Finding::new(marked.mark(), message).with_hint(hint));
    }
    Some(table).filter(|table| !table.rows.is_empty())
}

/// A value readers of YAML disagree about is a finding even where nobody uses it.
fn check_plain(marked: &Marked, findings: &mut Findings) {
    match &marked.node {
        Node::Scalar(_) => {
            let _ = plain_value(marked, findings);
        }
        Node::List(list) => list.iter().for_each(|item| check_plain(item, findings)),
        Node::Map(entries) => entries.iter().for_each(|one| check_plain(&one.value, findings)),
    }
}

impl Table {
    /// What is in a row, in words: the first columns that are single values, as `told` tells them.
    pub(super) fn content(&self, row: &[Marked], told: impl Fn(&str, &str) -> String) -> String {
        const SHOWN: usize = 60;
        let cells = self.columns.iter().zip(row).filter_map(|(name, cell)| match &cell.node {
            Node::Scalar(scalar) => Some(format!("{name}={}", told(name, &scalar.text))),
            Node::List(_) | Node::Map(_) => None,
        });
        shortened(&cells.collect::<Vec<_>>().join(", "), SHOWN)
    }
}
