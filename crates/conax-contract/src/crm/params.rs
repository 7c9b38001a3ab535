//! The parameters of one call: one flat, ordered set, wherever they came from.

use std::borrow::Cow;

use super::found::quoted;
use super::refusal::Refusal;
use super::refusal_code::RefusalCode;
use super::value::Value;

/// Up to this many names, comparing each with each is quicker than sorting.
const FEW_NAMES: usize = 16;

/// Where parameters came from; identifiers are spelled differently in the two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The JSON object of a POST body.
    Body,
    /// The query string of a GET.
    Query,
}

/// The parameters of one call, no name twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Params<'a> {
    origin: Origin,
    entries: Vec<(Cow<'a, str>, Value<'a>)>,
}

impl<'a> Params<'a> {
    /// The set of these parameters, unless a name stands twice in it.
    pub(super) fn of_distinct(
        origin: Origin,
        entries: Vec<(Cow<'a, str>, Value<'a>)>,
    ) -> Result<Self, Refusal> {
        if let Some(name) = repeated_name(&entries) {
            return Err(Refusal::new(
                RefusalCode::InvalidParameterValue,
                format!("The parameter {} is given more than once; give it once.", quoted(name)),
            ));
        }
        Ok(Self { origin, entries })
    }

    /// No parameters at all.
    #[must_use]
    pub const fn none(origin: Origin) -> Self {
        Self { origin, entries: Vec::new() }
    }

    /// Where the parameters came from.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// The value of the parameter called `name`, `null` included.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.entries.iter().find(|(candidate, _)| candidate == name).map(|(_, value)| value)
    }

    /// The value of `name` if it is really given: a JSON `null`, and in a query an empty value,
    /// count as left out.
    // Ours: clients built from typed objects or forms write every field they know.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&Value<'a>> {
        self.get(name).filter(|value| match value {
            Value::Null => false,
            Value::Text(text) => self.origin == Origin::Body || !text.is_empty(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => true,
        })
    }

    /// The names and values, in the order they were written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.entries.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// The token, if it is given as non-empty text.
    ///
    /// When it is absent, [`Refusal::missing_token`] says what was found instead.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        match self.given("token") {
            Some(Value::Text(token)) if !token.is_empty() => Some(token),
            _ => None,
        }
    }
}

/// A name that stands more than once.
pub(super) fn repeated_name<'m, 'a>(members: &'m [(Cow<'a, str>, Value<'a>)]) -> Option<&'m str> {
    if members.len() <= FEW_NAMES {
        return members.iter().enumerate().find_map(|(index, (name, _))| {
            let again = members[..index].iter().any(|(earlier, _)| earlier == name);
            again.then_some(name.as_ref())
        });
    }
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}
