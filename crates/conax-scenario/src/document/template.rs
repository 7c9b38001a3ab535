//! Values with variables in them: `$request`, `$made.id`, `card-$index`, `$now+10min`.
//!
//! A text that is one variable and nothing else takes its value as it is; within other text the
//! value is written out. `$$` is a dollar sign.

use std::collections::BTreeMap;
use std::time::Duration;

use conax_contract::text::{
    Finding, Findings, Marked, Meaning, Node, SHORTENED_HINT, Span, Style, is_shortened, near_miss,
    parse_duration, shown,
};
use serde_json::{Map, Number, Value};

/// A value in which variables are yet to be filled in.
#[derive(Clone, Debug, PartialEq)]
pub enum Template {
    /// A value without variables.
    Plain(Value),
    /// Text with variables.
    Text(Vec<Piece>),
    /// A list.
    List(Vec<Template>),
    /// Keys and values.
    Map(Vec<(String, Template)>),
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Plain(String),
    /// A variable, and the way into its value.
    Variable {
        /// The name.
        name: String,
        /// The way into its value.
        path: Vec<String>,
        /// Time that is added to a date.
        shift: Shift,
    },
}

/// Time that is added to or taken from a date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shift {
    /// None.
    #[default]
    None,
    /// Later.
    Later(Duration),
    /// Earlier.
    Earlier(Duration),
}

/// The names that mean something at a place of a file.
#[derive(Clone, Debug, Default)]
pub struct Names {
    known: Vec<String>,
    /// Variables that were put into the tree before it was read.
    put_in: Vec<String>,
}

/// Names that always mean something.
const BUILT_IN: [&str; 3] = ["now", "seed", "token"];

impl Names {
    /// Adds a name.
    pub fn add(&mut self, name: &str) {
        if !self.knows(name) {
            self.known.push(name.to_owned());
        }
    }

    /// Whether the name means something.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        BUILT_IN.contains(&name) || self.known.iter().any(|known| known == name)
    }

    /// Adds a variable whose value stands in the tree in its place.
    pub fn add_put_in(&mut self, name: &str) {
        self.put_in.push(name.to_owned());
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        let named = self.known.iter().chain(&self.put_in);
        BUILT_IN.into_iter().chain(named.map(String::as_str))
    }
}

/// Whether this is a name for a variable.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl Template {
    /// Text without variables.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Plain(Value::String(text.to_owned()))
    }

    /// The value, if there is no variable in it.
    #[must_use]
    pub fn plain(&self) -> Option<Value> {
        self.fill(&BTreeMap::new()).ok()
    }

    /// Whether a variable is in it.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Text(_) => true,
            Self::List(items) => items.iter().any(Self::has_variables),
            Self::Map(fields) => fields.iter().any(|(_, value)| value.has_variables()),
        }
    }

    /// The value with its variables filled in.
    ///
    /// # Errors
    /// A sentence on the variable that has no such value.
    pub fn fill(&self, scope: &BTreeMap<String, Value>) -> Result<Value, String> {
        match self {
            Self::Plain(value) => Ok(value.clone()),
            Self::Text(pieces) => fill_text(pieces, scope),
            Self::List(items) => items.iter().map(|item| item.fill(scope)).collect(),
            Self::Map(fields) => fields
                .iter()
                .map(|(key, value)| Ok((key.clone(), value.fill(scope)?)))
                .collect::<Result<Map<_, _>, String>>()
                .map(Value::Object),
        }
    }

    /// The value as text with its variables filled in.
    ///
    /// # Errors
    /// A sentence on the variable that has no such value.
    pub fn fill_text(&self, scope: &BTreeMap<String, Value>) -> Result<String, String> {
        self.fill(scope).map(|value| plain_text(&value))
    }
}

/// A value as it stands within text.
#[must_use]
pub fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn fill_text(pieces: &[Piece], scope: &BTreeMap<String, Value>) -> Result<Value, String> {
    if let [Piece::Variable { name, path, shift }] = pieces {
        return value_of(name, path, *shift, scope);
    }
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Plain(plain) => text.push_str(plain),
            Piece::Variable { name, path, shift } => {
                text.push_str(&plain_text(&value_of(name, path, *shift, scope)?));
            }
        }
    }
    Ok(Value::String(text))
}

fn value_of(
    name: &str,
    path: &[String],
    shift: Shift,
    scope: &BTreeMap<String, Value>,
) -> Result<Value, String> {
    let Some(mut value) = scope.get(name) else {
        return Err(format!("`${name}` has no value: nothing was kept under this name"));
    };
    for (depth, part) in path.iter().enumerate() {
        let inner = match value {
            Value::Object(members) => members.get(part),
            Value::Array(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        };
        let way = path[..=depth].join(".");
        value = inner.ok_or_else(|| format!("`${name}` has no member `{way}`"))?;
    }
    let shifted = match shift {
        Shift::None => return Ok(value.clone()),
        Shift::Later(time) => {
            parsed_date(value).and_then(|date| date.checked_add_signed(time_delta(time)?))
        }
        Shift::Earlier(time) => {
            parsed_date(value).and_then(|date| date.checked_sub_signed(time_delta(time)?))
        }
    };
    let shifted = shifted.ok_or_else(|| {
        format!("`${name}` is {}, and only a date can be shifted", shown(&plain_text(value)))
    })?;
    Ok(Value::String(conax_contract::text::render_moment(shifted)))
}

fn parsed_date(value: &Value) -> Option<chrono::NaiveDateTime> {
    value.as_str().and_then(conax_contract::text::parse_moment)
}

fn time_delta(time: Duration) -> Option<chrono::TimeDelta> {
    chrono::TimeDelta::from_std(time).ok()
}

/// Reads a value; every variable in it must be known by then.
pub(super) fn template(
    marked: &Marked,
    names: &Names,
    findings: &mut Findings,
) -> Option<Template> {
    match &marked.node {
        Node::List(items) => {
            let read: Vec<_> = items.iter().map(|item| template(item, names, findings)).collect();
            read.into_iter().collect::<Option<_>>().map(Template::List)
        }
        Node::Map(entries) => {
            let read: Vec<_> = entries
                .iter()
                .map(|entry| {
                    let value = template(&entry.value, names, findings)?;
                    Some((entry.key.clone(), value))
                })
                .collect();
            read.into_iter().collect::<Option<_>>().map(Template::Map)
        }
        Node::Scalar(scalar) => {
            if scalar.text.contains('$') {
                return text_template(&scalar.text, marked.span, names, findings);
            }
            plain_value(marked, findings).map(Template::Plain)
        }
    }
}

/// Reads text, a number or the like as text: what stands in an address or a name.
pub(super) fn text_template(
    text: &str,
    span: Span,
    names: &Names,
    findings: &mut Findings,
) -> Option<Template> {
    let pieces = pieces_of(text);
    for piece in &pieces {
        let Piece::Variable { name, .. } = piece else {
            continue;
        };
        if names.put_in.contains(name) && !names.knows(name) {
            let message = format!("`${name}` is a list or a map, which cannot stand within text");
            findings.add(Finding::new(span, message));
            return None;
        }
        if !names.knows(name) {
            findings.add(unknown(name, span, names));
            return None;
        }
    }
    Some(match pieces.as_slice() {
        [] => Template::text(""),
        [Piece::Plain(plain)] => Template::text(plain),
        _ => Template::Text(pieces),
    })
}

fn unknown(name: &str, span: Span, names: &Names) -> Finding {
    let hint = match near_miss(name, names.all()) {
        Some(near) => format!("did you mean `${near}`?"),
        None => {
            let known: Vec<String> = names.all().map(|known| format!("`${known}`")).collect();
            format!(
                "known here: {}; `keep: {{ {name}: PATH }}` in a step before it makes one; a dollar \
                 sign is written `$$`",
                known.join(", ")
            )
        }
    };
    Finding::new(span, format!("nothing is called `${name}` here")).with_hint(hint)
}

/// The name of a variable without its dollar sign, which is a word and not the variable.
pub(super) fn undollared(marked: &Marked, names: &Names) -> Option<Finding> {
    let Node::Scalar(scalar) = &marked.node else {
        return None;
    };
    let is_variable = names.all().any(|name| name == scalar.text);
    if let Some(name) = dressed(&scalar.text).filter(|word| names.all().any(|name| name == *word)) {
        let message =
            format!("{} is text here, and a variable is called `{name}`", shown(&scalar.text));
        let hint = format!("write `${name}` for its value");
        return Some(Finding::new(marked.span, message).with_hint(hint));
    }
    (scalar.style == Style::Plain && is_variable).then(|| {
        let name = &scalar.text;
        let message = format!("`{name}` is a word here, and a variable is called so");
        let hint = format!("write `${name}` for its value, or \"{name}\" for the word");
        Finding::new(marked.span, message).with_hint(hint)
    })
}

/// The name in what other tools take for a variable: `{name}`, `{{ name }}`, `${name}`, `$ name`.
fn dressed(text: &str) -> Option<&str> {
    let bare = text.strip_prefix('$').unwrap_or(text).trim_start();
    const PAIRS: [(&str, &str); 4] = [("{{", "}}"), ("{", "}"), ("<", ">"), ("%", "%")];
    let inner =
        PAIRS.into_iter().find_map(|(open, close)| bare.strip_prefix(open)?.strip_suffix(close));
    let name = inner.unwrap_or(bare).trim();
    let is_dressed = inner.is_some() || (text.starts_with('$') && bare.len() + 1 < text.len());
    is_dressed.then_some(name)
}

/// A single value as JSON has it. What readers of YAML disagree about is refused: `0190…` must
/// never become a number.
pub(super) fn plain_value(marked: &Marked, findings: &mut Findings) -> Option<Value> {
    let Node::Scalar(scalar) = &marked.node else {
        return None;
    };
    let refused = |because: &str| {
        let message = format!("{} without quotes is {because}", shown(&scalar.text));
        Finding::new(marked.span, message).with_hint(format!(
            "write \"{}\" if it is text, such as the number of a smartcard",
            shown(&scalar.text).trim_matches('`')
        ))
    };
    if scalar.style == Style::Plain && is_shortened(&scalar.text) {
        let found = shown(&scalar.text);
        let message = format!("{found} is what a spreadsheet leaves of a number");
        findings.add(Finding::new(marked.span, message).with_hint(SHORTENED_HINT));
        return None;
    }
    match scalar.meaning() {
        Meaning::Text => Some(Value::String(scalar.text.clone())),
        Meaning::Null => Some(Value::Null),
        Meaning::Flag(flag) => Some(flag.into()),
        Meaning::Whole(number) => Some(number.into()),
        Meaning::Number => match serde_json::from_str::<Number>(&scalar.text) {
            Ok(number) => Some(Value::Number(number)),
            Err(_) => {
                let is_zero_led = scalar.text.bytes().all(|byte| byte.is_ascii_digit());
                findings.add(refused(match is_zero_led {
                    true => "a number, which has no leading zero",
                    false => "a number to some readers of YAML",
                }));
                None
            }
        },
        Meaning::Disputed => {
            findings.add(refused("something else to some readers of YAML"));
            None
        }
    }
}

/// Text in pieces; a dollar sign that begins no name stands for itself.
pub(super) fn pieces_of(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            plain.push('$');
            rest = after;
            continue;
        }
        let name_length = word_length(rest);
        if name_length == 0 || !is_name(&rest[..name_length]) {
            plain.push('$');
            continue;
        }
        if !plain.is_empty() {
            pieces.push(Piece::Plain(std::mem::take(&mut plain)));
        }
        let name = rest[..name_length].to_owned();
        rest = &rest[name_length..];
        let (path, after) = path_of(rest);
        let (shift, after) = shift_of(after);
        rest = after;
        pieces.push(Piece::Variable { name, path, shift });
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Plain(plain));
    }
    pieces
}

fn word_length(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

fn path_of(mut rest: &str) -> (Vec<String>, &str) {
    let mut path = Vec::new();
    while let Some(after) = rest.strip_prefix('.') {
        let length = word_length(after);
        if length == 0 {
            break;
        }
        path.push(after[..length].to_owned());
        rest = &after[length..];
    }
    (path, rest)
}

/// `+10min` or `-1d` right after a variable.
fn shift_of(rest: &str) -> (Shift, &str) {
    let Some(sign) = rest.chars().next().filter(|sign| "+-".contains(*sign)) else {
        return (Shift::None, rest);
    };
    let length = word_length(&rest[1..]);
    match parse_duration(&rest[1..=length]) {
        Some(time) if sign == '+' => (Shift::Later(time), &rest[1 + length..]),
        Some(time) => (Shift::Earlier(time), &rest[1 + length..]),
        None => (Shift::None, rest),
    }
}
