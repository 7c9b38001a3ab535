//! Calls of the provisioning API that a page makes from this API: a browser lets it call nothing
//! else.
//!
//! They go to our own provisioning API, in this process, in the world of the call; no address is dialled.

use std::sync::Arc;

use axum::body::Body;
use axum::http::uri::PathAndQuery;
use axum::http::{Request, header};
use conax_contract::control::{Problem, TryBody, TryView};
use http_body_util::BodyExt;

use crate::control_api::reply::Reply;
use crate::control_api::routes::ControlCall;
use crate::control_api::worlds::parsed;
use crate::provisioning_api::answer_in_world;
use crate::shared::Shared;

const JSON: &str = "application/json";

/// Makes the call, and tells how it was answered.
pub(super) async fn make(shared: &Arc<Shared>, call: &ControlCall) -> Result<Reply, Problem> {
    let body: TryBody = parsed(&call.body)?;
    body.check()?;
    let request = request(&body)?;
    let (parts, answer) = answer_in_world(shared, request).await.into_parts();
    let broken = |_| Problem::new(500, "answer broken", "the answer did not arrive whole");
    let answer = answer.collect().await.map_err(broken)?.to_bytes();
    Ok(Reply::json(&TryView::new(parts.status.as_u16(), &answer)))
}

fn request(body: &TryBody) -> Result<Request<Body>, Problem> {
    let refused = |what: &str| Problem::new(422, "call not valid", what);
    let target: PathAndQuery = body
        .target
        .parse()
        .map_err(|_| refused("`target`: not the path and query of an address"))?;
    let mut request = Request::builder()
        .method(body.verb.as_str())
        .uri(target)
        .header(header::CONTENT_TYPE, JSON);
    if let Some(authorization) = &body.authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    let request = request.body(Body::from(body.bytes()));
    request.map_err(|_| refused("`authorization`: not the value of a header"))
}
