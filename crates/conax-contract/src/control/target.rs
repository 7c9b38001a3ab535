//! What a call of the control API is about: the parts of its path and its query parameters.

use super::problem::Problem;
use crate::percent::{decode, decode_query};

/// A path in parts and a query in pairs, percent signs decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlTarget {
    /// The parts of the path; a slash at its end says nothing.
    pub segments: Vec<String>,
    /// Names and values of the query.
    pub query: Vec<(String, String)>,
}

impl ControlTarget {
    /// Reads a path and a query as they stand in a request line.
    ///
    /// # Errors
    /// If a percent sign is not followed by two hexadecimal digits, or the bytes are no text.
    pub fn parse(path: &str, query: &str) -> Result<Self, Problem> {
        let parts = path.trim_end_matches('/').split('/').skip(1);
        let segments = parts.map(|part| decoded(part, decode(part)));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name, decode_query(name))?, decoded(value, decode_query(value))?))
        });
        Ok(Self {
            segments: segments.collect::<Result<_, _>>()?,
            query: query.collect::<Result<_, _>>()?,
        })
    }
}

impl ControlTarget {
    /// Takes a parameter out of the query; of several of one name, the first.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let place = self.query.iter().position(|(key, _)| key == name)?;
        Some(self.query.remove(place).1)
    }
}

fn decoded(found: &str, text: Option<std::borrow::Cow<'_, str>>) -> Result<String, Problem> {
    text.map(std::borrow::Cow::into_owned).ok_or_else(|| {
        let detail = format!("`{found}`: a percent sign needs two hexadecimal digits of UTF-8");
        Problem::new(400, "address not understood", detail)
    })
}
