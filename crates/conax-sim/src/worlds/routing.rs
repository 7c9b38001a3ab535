//! Which world a call is about: the header `conax-sim-world`, a path below `/worlds/NAME`, or
//! neither, which is the main world.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{Extensions, HeaderMap, Uri};

use crate::http_server::{Cors, Limits, check_head, is_foreign_page};
use crate::shared::Shared;

use super::{Maker, WorldRefusal, Worlds};

/// The header that names a world.
pub const WORLD_HEADER: &str = "conax-sim-world";

/// The world that a call named; in the extensions of the call.
#[derive(Clone, Debug)]
pub(crate) struct WorldOfCall(pub(crate) String);

impl WorldOfCall {
    /// What the paths of the world begin with, for whoever called it by its name.
    pub(crate) fn prefix(extensions: &Extensions) -> String {
        let named = extensions.get::<Self>();
        named.map_or_else(String::new, |Self(name)| format!("/worlds/{name}"))
    }
}

/// What a path begins with that names a world.
const PREFIX: &str = "/worlds/";

/// The world a call is about, which is made if nobody made it yet; the path of the call goes on
/// without the world's part.
pub(crate) async fn world_of(
    worlds: &Arc<Worlds>,
    request: &mut Request,
) -> Result<Arc<Shared>, WorldRefusal> {
    let in_header = named_world(request.headers())?;
    let in_path = name_in_path(request.uri());
    if in_header.is_none() && in_path.is_none() {
        return Ok(Arc::clone(worlds.main()));
    }
    if is_too_large(request, &worlds.main().settings.limits) {
        // The API refuses it; no world is made for it.
        return Ok(Arc::clone(worlds.main()));
    }
    let name = match (in_header, in_path) {
        (Some(header), Some(path)) if header != path => {
            return Err(WorldRefusal::two_names(path, header));
        }
        (_, Some(name)) | (Some(name), None) => name.to_owned(),
        (None, None) => return Ok(Arc::clone(worlds.main())),
    };
    let settings = &worlds.main().settings;
    let may_make =
        settings.crm.cors != Cors::Off || !is_foreign_page(request.headers(), &settings.host_names);
    let world = match worlds.find(&name) {
        Some(world) => world,
        None if may_make => worlds.find_or_make(&name, Maker::Call).await?,
        None => return Err(WorldRefusal::OfPage),
    };
    if name_in_path(request.uri()).is_some() {
        *request.uri_mut() = below(request.uri(), PREFIX.len() + name.len());
    }
    request.extensions_mut().insert(WorldOfCall(name));
    Ok(world)
}

/// The world a header names. What is not text is no name, and is refused as one.
pub(crate) fn named_world(headers: &HeaderMap) -> Result<Option<&str>, WorldRefusal> {
    let mut values = headers.get_all(WORLD_HEADER).iter();
    match (values.next(), values.count()) {
        (None, _) => Ok(None),
        (Some(value), 0) => Ok(Some(value.to_str().map_or("", str::trim))),
        (Some(_), more) => Err(WorldRefusal::ManyHeaders(more + 1)),
    }
}

fn name_in_path(uri: &Uri) -> Option<&str> {
    let rest = uri.path().strip_prefix(PREFIX)?;
    Some(rest.split_once('/').map_or(rest, |(name, _)| name))
}

fn is_too_large(request: &Request, limits: &Limits) -> bool {
    check_head(request, limits).is_err()
}

/// The address without the first bytes of its path.
fn below(uri: &Uri, bytes: usize) -> Uri {
    let mut parts = uri.clone().into_parts();
    let target = uri.path_and_query().map_or("", PathAndQuery::as_str);
    let rest = target.get(bytes..).unwrap_or_default();
    let rest = match rest.starts_with('/') {
        true => rest.to_owned(),
        false => format!("/{rest}"),
    };
    parts.path_and_query = rest.parse().ok();
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

#[cfg(test)]
mod tests {
    //! What a path names, and what is left of it.

    use super::{Uri, below, name_in_path};

    #[test]
    fn the_part_of_the_world_is_taken_off_a_path_and_nothing_else() {
        for (found, name, left) in [
            ("/worlds/a/show?x=/y", Some("a"), "/show?x=/y"),
            ("/worlds/a?wsdl", Some("a"), "/?wsdl"),
            ("/worlds/a", Some("a"), "/"),
            ("/worlds/a/", Some("a"), "/"),
            ("/worlds/a//show", Some("a"), "//show"),
            ("/worlds/a/worlds/b", Some("a"), "/worlds/b"),
            ("http://x:1/worlds/a/b", Some("a"), "http://x:1/b"),
            ("/worlds/", Some(""), "/"),
            ("/worlds", None, ""),
            ("/world/a", None, ""),
            ("/v2/worlds/a", None, ""),
            ("*", None, ""),
        ] {
            let uri: Uri = found.parse().expect("an address");
            assert_eq!(name_in_path(&uri), name, "{found}");
            if let Some(name) = name {
                let rest = below(&uri, "/worlds/".len() + name.len());
                assert_eq!(rest.to_string(), left, "{found}");
            }
        }
    }
}
