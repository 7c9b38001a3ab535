//! One call at the head-end's door, from bytes to bytes.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use conax_contract::cas::{
    self, CasOperation, REPLY_CONTENT_TYPE, RequestRefusal, SoapFault, encode_fault, encode_reply,
};
use conax_model::cas::{Outcome, Rejection, RejectionCause, Transaction};
use conax_model::id::DomainName;

use crate::cas_door::convert;
use crate::cas_door::gate::Entry;
use crate::doorway::{BodyRefusal, check_head, forget_body, read_body, whole_answer, world_of};
use crate::journal::{Ended, Subject, Surface};
use crate::shared::Shared;
use crate::worlds::{WorldRefusal, Worlds, sentence};

const TEXT: &str = "text/plain;charset=UTF-8";

/// The head-end as a router; it answers on any path (CRM.COM has one end point, Attested).
pub fn router(worlds: Arc<Worlds>) -> Router {
    Router::new().fallback(enter_world).with_state(worlds)
}

/// The head-end of one world as a router.
pub fn world_router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(answer_world).with_state(shared)
}

struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: Bytes,
    subject: Subject,
}

impl Answer {
    fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            content_type,
            body: body.into(),
            subject: Subject::default(),
        }
    }

    fn text(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self::new(status, TEXT, format!("{}\n", sentence.into()))
    }
}

async fn enter_world(State(worlds): State<Arc<Worlds>>, mut request: Request) -> Response<Body> {
    match world_of(&worlds, &mut request).await {
        Ok(shared) => answer(&shared, request, None).await,
        Err(refusal) => answer(worlds.main(), request, Some(refusal)).await,
    }
}

async fn answer_world(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    answer(&shared, request, None).await
}

async fn answer(
    shared: &Shared,
    request: Request,
    no_world: Option<WorldRefusal>,
) -> Response<Body> {
    let (at, mark) = (shared.clock.now(), shared.clock.mark());
    let (parts, body) = request.into_parts();
    let mut call = Bytes::new();
    let answer = match no_world {
        None => respond(shared, &parts, body, &mut call).await,
        Some(refusal) => {
            forget_body(&parts, body);
            outside(&refusal)
        }
    };
    shared.journal.record(Ended {
        at,
        surface: Surface::Cas,
        method: &parts.method,
        target: parts
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str()),
        http_status: Some(answer.status.as_u16()),
        took: mark.elapsed(),
        subject: answer.subject,
        call: &call,
        // The description of the service is long and always the same.
        reply: match parts.method {
            Method::POST => answer.body.clone(),
            _ => Bytes::new(),
        },
    });
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(answer.content_type),
    );
    if answer.status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"conax\"");
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if answer.status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("POST, GET"));
    }
    response
}

async fn respond(shared: &Shared, parts: &Parts, body: Body, call: &mut Bytes) -> Answer {
    if let Err(refusal) = check_head(&parts.uri, &parts.headers, &shared.settings.limits) {
        let status = StatusCode::from_u16(refusal.http_status());
        let status = status.unwrap_or(StatusCode::BAD_REQUEST);
        return Answer::text(status, refusal.to_string());
    }
    match parts.method {
        Method::POST => enter(shared, parts, body, call).await,
        Method::GET | Method::HEAD if asks_for_wsdl(parts) => wsdl(shared, parts),
        Method::GET | Method::HEAD => Answer::text(
            StatusCode::NOT_FOUND,
            "This is a SOAP end point: POST an envelope, or GET ?wsdl for its description.",
        ),
        _ => Answer::text(
            StatusCode::METHOD_NOT_ALLOWED,
            format!(
                "A SOAP end point takes POST, found {}; GET ?wsdl describes it.",
                parts.method
            ),
        ),
    }
}

/// The answer to a call whose world cannot be entered.
fn outside(refusal: &WorldRefusal) -> Answer {
    let status = match refusal {
        WorldRefusal::TooMany(_) | WorldRefusal::Contradiction(_) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        _ => StatusCode::BAD_REQUEST,
    };
    Answer::text(status, sentence(refusal))
}

fn unread(refusal: BodyRefusal, limit: usize) -> Answer {
    match refusal {
        BodyRefusal::TooLong => Answer::text(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The envelope is longer than the limit of {limit} bytes."),
        ),
        BodyRefusal::TooSlow => Answer::text(
            StatusCode::REQUEST_TIMEOUT,
            "The envelope did not arrive in time.",
        ),
        BodyRefusal::Broken => Answer::text(
            StatusCode::BAD_REQUEST,
            "The envelope did not arrive whole.",
        ),
    }
}

fn asks_for_wsdl(parts: &Parts) -> bool {
    parts.uri.query().is_some_and(|query| {
        query
            .split('&')
            .any(|part| part.eq_ignore_ascii_case("wsdl") || part == "WSDL=")
    })
}

/// The description of the service whose path was asked, or of all of them.
fn wsdl(shared: &Shared, parts: &Parts) -> Answer {
    let profile = shared.settings.cas.profile;
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let address = format!("http://{}", host.unwrap_or("localhost"));
    let service = profile.service_at(parts.uri.path());
    let document = cas::wsdl(profile, service.map(|service| service.name()), &address);
    Answer::new(StatusCode::OK, REPLY_CONTENT_TYPE, document)
}

/// Who may not come in is told so before anything is read.
async fn enter(shared: &Shared, parts: &Parts, body: Body, call: &mut Bytes) -> Answer {
    let header = header_text(&parts.headers, &header::AUTHORIZATION);
    let mode = shared.settings.cas.authentication;
    let entry = shared.cas().gate.enter(mode, header);
    let domain = match entry {
        Entry::As(domain) => domain,
        Entry::Unknown => {
            forget_body(parts, body);
            return Answer::text(
                StatusCode::UNAUTHORIZED,
                "Give the user name and password of an SMS domain by Basic authentication.",
            );
        }
        Entry::LockedOut => {
            forget_body(parts, body);
            return Answer::text(
                StatusCode::FORBIDDEN,
                "This user is locked out after too many failed attempts.",
            );
        }
    };
    let limits = &shared.settings.limits;
    match read_body(body, limits.body_bytes, limits.body_time).await {
        Ok(body) => {
            *call = body;
            command(shared, parts, &domain, call)
        }
        Err(refusal) => unread(refusal, limits.body_bytes),
    }
}

fn command(shared: &Shared, parts: &Parts, domain: &DomainName, body: &[u8]) -> Answer {
    let content_type = header_text(&parts.headers, &header::CONTENT_TYPE);
    match cas::decode_request(shared.settings.cas.profile, content_type, body) {
        Ok(request) => {
            let command = convert::command(request);
            let transaction = {
                let mut side = shared.cas();
                let side = &mut *side;
                side.state
                    .apply(domain, &command, shared.clock.now(), &mut side.ids)
            };
            reply(shared, &transaction)
        }
        Err(RequestRefusal::Invalid {
            operation,
            problems,
        }) => refuse(shared, domain, operation, &problems),
        Err(RequestRefusal::Fault(fault)) => faulted(&fault),
    }
}

/// Values that cannot be read are a rejection with a transaction of its own, not a fault.
fn refuse(
    shared: &Shared,
    domain: &DomainName,
    operation: CasOperation,
    problems: &[String],
) -> Answer {
    let transaction = {
        let mut side = shared.cas();
        let side = &mut *side;
        let kind = convert::command_kind(operation);
        let rejection = Rejection::new(RejectionCause::InputValidation, problems.join("; "));
        side.state
            .refuse(domain, kind, rejection, shared.clock.now(), &mut side.ids)
    };
    reply(shared, &transaction)
}

fn reply(shared: &Shared, transaction: &Transaction) -> Answer {
    let profile = shared.settings.cas.profile;
    let reply = convert::reply(profile, transaction);
    let body = encode_reply(profile, convert::operation(transaction.kind), &reply);
    let outcome = match &transaction.outcome {
        Outcome::Accepted(_) => "OK",
        Outcome::Rejected(_) => reply.status_code.as_str(),
    };
    Answer {
        subject: Subject {
            card: transaction
                .cards
                .first()
                .map(|card| Arc::clone(card.text())),
            request_number: None,
            outcome: Some(outcome.into()),
        },
        ..Answer::new(StatusCode::OK, REPLY_CONTENT_TYPE, body)
    }
}

fn faulted(fault: &SoapFault) -> Answer {
    Answer {
        subject: Subject {
            outcome: Some(format!("SOAP fault: {}", fault.string).into()),
            ..Subject::default()
        },
        ..Answer::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            REPLY_CONTENT_TYPE,
            encode_fault(fault),
        )
    }
}

fn header_text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A whole HTTP reply for what never became a call: bytes that are not HTTP, a connection beyond
/// the limit.
#[must_use]
pub fn framework_answer(status: u16) -> Vec<u8> {
    let (status, sentence) = match status {
        414 => (414, "The path and query are too long."),
        431 => (431, "The headers are too long."),
        503 => (
            503,
            "Too many connections are open; close idle ones or try again later.",
        ),
        _ => (400, "What was received is not an HTTP/1.1 request."),
    };
    whole_answer(status, TEXT, format!("{sentence}\n").as_bytes())
}
