//! The reference: a bare axum handler that parses the same body and answers the same bytes.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, header};
use axum::routing::post;
use serde::Deserialize;

use super::{BenchError, Done, runtime};
use crate::print;

/// The documented answer, as the simulator prints one.
const ANSWER: &str = include_str!("../../../../fixtures/contract/add_subscriptions.response.json");

#[derive(Deserialize)]
#[expect(dead_code, reason = "the reference parses what the simulator needs, and does no more")]
struct AddSubscriptions {
    token: String,
    subscription_identifier: Identifier,
    service_identifier: Identifier,
    smartcard_identifier: Identifier,
    start_date: Option<String>,
    priority: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed, like the rest of the body")]
struct Identifier {
    id: Option<String>,
    number: Option<String>,
}

/// Serves the reference on a free port until it is killed.
pub(super) fn serve() -> Done {
    runtime()?.block_on(async {
        let address = (std::net::Ipv4Addr::LOCALHOST, 0);
        let listener = tokio::net::TcpListener::bind(address).await.map_err(BenchError::Start)?;
        let address = listener.local_addr().map_err(BenchError::Start)?;
        print::result(format_args!("{{\"crm\": \"http://{address}\"}}"));
        let answer = compact_answer();
        let router = Router::new().route(
            super::rates::PATH,
            post(move |body: Bytes| {
                let answer = answer.clone();
                async move { reply(&body, answer) }
            }),
        );
        axum::serve(listener, router).await.map_err(BenchError::Talk)
    })
}

/// The documented answer without its white space, as long as the simulator's own.
fn compact_answer() -> Bytes {
    let value: serde_json::Value =
        serde_json::from_str(ANSWER).expect("the documented answer is JSON");
    value.to_string().into()
}

fn reply(body: &[u8], answer: Bytes) -> Response<Body> {
    let parsed = serde_json::from_slice::<AddSubscriptions>(body);
    let mut response = Response::new(Body::from(match parsed {
        Ok(_) => answer,
        Err(error) => error.to_string().into(),
    }));
    let content_type = HeaderValue::from_static("application/json;charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}
