//! From verb and path to the operation.
//!
//! Paths are served below the base path and directly below `/`, with and without a slash at the
//! end. Nothing here knows the framework that received the call.

use std::borrow::Cow;

use super::operation::Operation;
use crate::percent::decode;
use crate::text::near_miss;

/// The path all methods are served under, as a setting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasePath(String);

/// Why a text is no base path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("base path `{text}` holds {found}; a base path is like `/crmapi/rest/v2`")]
pub struct BasePathError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub found: &'static str,
}

impl BasePath {
    // Attested: public pages and clients print this prefix and no other version.
    const DOCUMENTED: &'static str = "/crmapi/rest/v2";

    /// Reads a base path. Slashes at its end do not matter; an empty one is `/`.
    ///
    /// # Errors
    /// When it holds what a path cannot hold unescaped, or empty or relative segments.
    pub fn parse(text: &str) -> Result<Self, BasePathError> {
        let refused = |found| BasePathError { text: text.to_owned(), found };
        let inner = text.trim_end_matches('/');
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        if !inner.is_ascii() || inner.bytes().any(|byte| byte.is_ascii_control() || byte == b' ') {
            return Err(refused("a blank or a character outside ASCII"));
        }
        if inner.contains(['?', '#', '%', '\\']) {
            return Err(refused("one of `?`, `#`, `%`, `\\`"));
        }
        let mut segments = inner.split('/');
        if !inner.is_empty() && segments.any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(refused("an empty or relative segment"));
        }
        match inner.split('/').next() {
            Some("worlds") => {
                return Err(refused("`worlds` at its beginning, which names a world"));
            }
            Some("_sim") => return Err(refused("`_sim` at its beginning, which is ours")),
            _ => {}
        }
        Ok(Self(match inner {
            "" => String::new(),
            inner => format!("/{inner}"),
        }))
    }

    /// The path without a slash at its end; empty for `/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for BasePath {
    fn default() -> Self {
        Self(Self::DOCUMENTED.to_owned())
    }
}

/// Where a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// To this operation.
    Operation(Operation),
    /// To this operation, but with the wrong verb.
    WrongVerb {
        /// The operation at the path.
        operation: Operation,
        /// The verb it takes.
        allowed: &'static str,
    },
    /// Nowhere.
    Unknown {
        /// The path that was probably meant.
        nearest: Option<&'static str>,
    },
}

/// Finds the operation for a verb and a path (without its query).
#[must_use]
pub fn find_route(base: &BasePath, verb: &str, path: &str) -> Route {
    let decoded = decoded_path(path);
    let Some(operation) = operation_at(base, &decoded) else {
        return Route::Unknown { nearest: nearest_path(base, &decoded) };
    };
    let allowed = operation.verb();
    if verb == allowed {
        Route::Operation(operation)
    } else {
        Route::WrongVerb { operation, allowed }
    }
}

/// The path with its percent signs decoded; as it is where they cannot be.
fn decoded_path(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    decode(path).unwrap_or(Cow::Borrowed(path))
}

fn operation_at(base: &BasePath, path: &str) -> Option<Operation> {
    let below_base =
        path.strip_prefix(base.as_str()).filter(|rest| rest.starts_with('/')).unwrap_or(path);
    // Ours: a doubled slash where the base path meets the method path is a common slip.
    let method = below_base.trim_matches('/');
    Operation::ALL.into_iter().find(|operation| operation.path() == method)
}

/// Longer paths are not compared; nobody means them.
const LONGEST_PATH: usize = 200;

/// The path that was probably meant: by the whole method path, else by its last part.
fn nearest_path(base: &BasePath, path: &str) -> Option<&'static str> {
    let path = path.trim_matches('/');
    if path.len() > LONGEST_PATH {
        return None;
    }
    let base = base.as_str().trim_matches('/');
    let method = path.strip_prefix(base).unwrap_or(path).trim_matches('/');
    let lower = method.to_ascii_lowercase();
    let paths = || Operation::ALL.into_iter().map(Operation::path);
    paths()
        .find(|candidate| lower.ends_with(candidate))
        .or_else(|| near_miss(&lower, paths()))
        .or_else(|| {
            let action = near_miss(last_part(&lower), paths().map(last_part))?;
            paths().find(|candidate| last_part(candidate) == action)
        })
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
