//! The query string of a GET: names and values, percent-decoded.
//!
//! The flattened identifiers (`name=field=value`, with the inner `=` as it is) stay one value
//! here; they are taken apart in `read`, where it is known what an identifier is.

use std::borrow::Cow;

use super::found::quoted;
use super::params::{Origin, Params};
use super::refusal::Refusal;
use super::refusal_code::RefusalCode;
use super::value::Value;
use crate::percent::decode_query;

/// Reads a query string, without its question mark.
///
/// # Errors
/// When a percent sign decodes to nothing, or a name stands twice.
pub fn parse_query(query: &str) -> Result<Params<'_>, Refusal> {
    if query.is_empty() {
        return Ok(Params::none(Origin::Query));
    }
    let mut entries = Vec::with_capacity(4);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decoded_name(name)?;
        let value = decode_query(value).ok_or_else(|| undecodable_value(&name))?;
        entries.push((name, Value::Text(value)));
    }
    Params::of_distinct(Origin::Query, entries)
}

fn decoded_name(name: &str) -> Result<Cow<'_, str>, Refusal> {
    decode_query(name).ok_or_else(|| {
        undecodable(format!(
            "The query holds a parameter name that cannot be decoded, {}",
            quoted(name)
        ))
    })
}

/// The value itself is not repeated: it may be a token.
fn undecodable_value(name: &str) -> Refusal {
    undecodable(format!(
        "The value of the parameter {} in the query cannot be decoded",
        quoted(name)
    ))
}

fn undecodable(start: String) -> Refusal {
    Refusal::new(
        RefusalCode::InvalidParameterValue,
        format!(
            "{start}: each `%` must be followed by two hexadecimal digits, and the decoded bytes \
             must be UTF-8."
        ),
    )
}
