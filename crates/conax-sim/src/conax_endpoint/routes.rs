//! One call at the Conax endpoint, from bytes to bytes.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use conax_contract::cas::{self, REPLY_CONTENT_TYPE, SoapFault};
use conax_contract::openapi::{CasApi, OPENAPI_PATH, cas_document};
use conax_model::fault::AnswerFault;
use conax_model::ledger::CasEvent;

use crate::authentication::Entry;
use crate::clock::{Clock, idle};
use crate::conax_endpoint::command::command;
use crate::fault::{AtEndpoint, ClientGone, WireFault, damaged, ended};
use crate::http_server::{
    BodyRefusal, CONTENT_CODINGS, HEAD_TOO_LARGE, NOT_HTTP, SeenAs, Unheard, check_head,
    forget_body, is_foreign_page, read_body, trace_of, whole_answer,
};
use crate::journal::{Ended, Subject, Surface};
use crate::link::OwnRequest;
use crate::settings::{CasAuthentication, CasDoorSettings};
use crate::shared::Shared;
use crate::store::{NotKept, answers_what_is_kept};
use crate::worlds::{WorldOfCall, WorldRefusal, Worlds, sentence, world_of};

const TEXT: &str = "text/plain;charset=UTF-8";

/// The head-end as a router; it answers on any path (CRM.COM has one end point, Attested).
pub fn router(worlds: Arc<Worlds>) -> Router {
    let store = worlds.store().map(Arc::clone);
    let router = Router::new().fallback(enter_world).with_state(worlds);
    answers_what_is_kept(router, store.as_ref(), unavailable)
}

/// The head-end of one world as a router.
pub fn world_router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(answer_world).with_state(shared)
}

/// The answer while nothing is kept.
fn unavailable(failure: &NotKept) -> Response<Body> {
    let mut answer = Response::new(Body::from(format!("{failure}.\n")));
    *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(TEXT));
    answer
}

/// An answer before it is HTTP.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: Cow<'static, str>,
    pub(super) body: Bytes,
    pub(super) subject: Subject,
    /// The status code it tells, if it is a reply of the head-end.
    pub(super) status_code: Option<Arc<str>>,
    /// How the exchange ends instead.
    pub(super) ending: Option<WireFault>,
    /// What happens to the bytes on their way.
    pub(super) damage: Vec<AnswerFault>,
    /// Counts the exchange as being at the API until it has ended.
    pub(super) at_endpoint: Option<AtEndpoint>,
}

impl Answer {
    pub(super) fn new(
        status: StatusCode,
        content_type: impl Into<Cow<'static, str>>,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            status,
            content_type: content_type.into(),
            body: body.into(),
            subject: Subject::default(),
            status_code: None,
            ending: None,
            damage: Vec::new(),
            at_endpoint: None,
        }
    }

    pub(super) fn text(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self::new(status, TEXT, format!("{}\n", sentence.into()))
    }

    /// To a message that nobody could read.
    fn fault(status: StatusCode, sentence: &str) -> Self {
        Self::new(status, REPLY_CONTENT_TYPE, fault_of_unheard(sentence))
    }
}

async fn enter_world(State(worlds): State<Arc<Worlds>>, mut request: Request) -> Response<Body> {
    match world_of(&worlds, &mut request).await {
        Ok(shared) => carried_through(shared, request, None).await,
        Err(refusal) => carried_through(Arc::clone(worlds.main()), request, Some(refusal)).await,
    }
}

async fn answer_world(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    carried_through(shared, request, None).await
}

/// What has reached the head-end is carried through on a task of its own, whoever stops waiting for
/// the answer; it learns of that by [`ClientGone`].
async fn carried_through(
    shared: Arc<Shared>,
    mut request: Request,
    no_world: Option<WorldRefusal>,
) -> Response<Body> {
    let (_waiting, gone) = ClientGone::watch();
    request.extensions_mut().insert(gone);
    let answer = async move { answer(&shared, request, no_world).await };
    match tokio::spawn(answer).await {
        Ok(response) => response,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The simulator is closing.
            Err(_) => Response::new(Body::empty()),
        },
    }
}

/// Whoever works on a call of our own link does so in place of the one who waits for the answer.
async fn answer(
    shared: &Shared,
    request: Request,
    no_world: Option<WorldRefusal>,
) -> Response<Body> {
    let own = shared.link.own_request(request.headers());
    let caller = own.as_ref().and_then(|own| own.caller.as_ref());
    let activity = shared.clock.activity_for(caller);
    activity.run(answer_call(shared, request, own, no_world)).await
}

async fn answer_call(
    shared: &Shared,
    request: Request,
    own: Option<OwnRequest>,
    no_world: Option<WorldRefusal>,
) -> Response<Body> {
    let (at, mark) = (shared.clock.now(), shared.clock.mark());
    let generation = shared.generation();
    let (parts, body) = request.into_parts();
    let mut call = Bytes::new();
    let mut answer = match no_world {
        None => respond(shared, &parts, body, &mut call, own.as_ref()).await,
        Some(refusal) => {
            forget_body(&parts.headers, body);
            outside(&refusal)
        }
    };
    if let Some(own) = own {
        if answer.subject.exchange.is_none() {
            turned_away(shared, &own);
        }
        // In another world the number is another request's.
        let is_of_world = generation == shared.generation();
        answer.subject.request_number = own.number.filter(|_| is_of_world);
        answer.subject.exchange = Some(own.exchange);
    }
    answer.subject.trace = trace_of(&parts.headers);
    let is_answered = answer.ending.is_none();
    shared.journal.record(Ended {
        at,
        surface: Surface::Cas,
        method: &parts.method,
        target: parts.uri.path_and_query().map_or("/", |target| target.as_str()),
        http_status: is_answered.then(|| answer.status.as_u16()),
        took: mark.elapsed(),
        subject: std::mem::take(&mut answer.subject),
        call: &call,
        // The description of the service is long and always the same.
        reply: match parts.method {
            Method::POST if is_answered => answer.body.clone(),
            _ => Bytes::new(),
        },
    });
    match answer.ending {
        Some(ending) => {
            let _at_door = answer.at_endpoint.take();
            ended(ending, &parts.extensions).await
        }
        None => into_response(answer, &shared.clock),
    }
}

/// Writes down that our own CRM was not let in.
fn turned_away(shared: &Shared, own: &OwnRequest) {
    let generation = shared.generation();
    let received =
        CasEvent::Received { exchange: own.exchange, request: own.number, read: false, kind: None };
    let answered =
        CasEvent::Answered { exchange: own.exchange, status: None, reference: None, spoilt: false };
    shared.note_cas(generation, [received, answered]);
}

fn into_response(answer: Answer, clock: &Clock) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body.clone()));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    let content_type = match answer.content_type {
        Cow::Borrowed(text) => Some(HeaderValue::from_static(text)),
        Cow::Owned(text) => HeaderValue::try_from(text).ok(),
    };
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    if answer.status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"conax\"");
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if answer.status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("POST, GET"));
    }
    damaged(&mut response, &answer.body, &answer.damage, clock, answer.at_endpoint);
    response
}

async fn respond(
    shared: &Shared,
    parts: &Parts,
    body: Body,
    call: &mut Bytes,
    own: Option<&OwnRequest>,
) -> Answer {
    if let Err(refusal) = check_head(parts, &shared.settings.limits) {
        let status = StatusCode::from_u16(refusal.http_status());
        let status = status.unwrap_or(StatusCode::BAD_REQUEST);
        return Answer::fault(status, &refusal.to_string());
    }
    match parts.method {
        Method::POST if is_foreign_page(&parts.headers, &shared.settings.host_names) => {
            forget_body(&parts.headers, body);
            Answer::fault(
                StatusCode::FORBIDDEN,
                "The call comes from a web page of another origin, and no page sends orders to Conax.",
            )
        }
        Method::POST => enter(shared, parts, body, call, own).await,
        Method::GET | Method::HEAD if asks_for_wsdl(parts) => wsdl(shared, parts),
        Method::GET | Method::HEAD if parts.uri.path() == OPENAPI_PATH => describe(shared, parts),
        Method::GET | Method::HEAD => Answer::text(
            StatusCode::NOT_FOUND,
            "This is a SOAP end point: POST an envelope, or GET ?wsdl for its description.",
        ),
        _ => Answer::text(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("A SOAP end point takes POST, found {}; GET ?wsdl describes it.", parts.method),
        ),
    }
}

/// The answer to a call whose world cannot be entered.
fn outside(refusal: &WorldRefusal) -> Answer {
    let status = match refusal {
        WorldRefusal::TooMany(_)
        | WorldRefusal::TooManyByCall(_)
        | WorldRefusal::Contradiction(_) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    Answer::text(status, sentence(refusal))
}

fn unread(refusal: BodyRefusal, limit: usize) -> Answer {
    match refusal {
        BodyRefusal::TooLong => Answer::fault(
            StatusCode::PAYLOAD_TOO_LARGE,
            &format!("The envelope is longer than the limit of {limit} bytes."),
        ),
        BodyRefusal::TooSlow => {
            Answer::fault(StatusCode::REQUEST_TIMEOUT, "The envelope did not arrive in time.")
        }
        BodyRefusal::Broken => {
            Answer::fault(StatusCode::BAD_REQUEST, "The envelope did not arrive whole.")
        }
        BodyRefusal::ContentCoding(name) => Answer::fault(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            &format!("`Content-Encoding: {name}` is not decoded here; {CONTENT_CODINGS} are."),
        ),
        BodyRefusal::NotDecoded(coding) => Answer::fault(
            StatusCode::BAD_REQUEST,
            &format!("The envelope is not the {coding} that `Content-Encoding` says it is."),
        ),
    }
}

fn asks_for_wsdl(parts: &Parts) -> bool {
    parts.uri.query().is_some_and(|query| {
        query.split('&').any(|part| part.eq_ignore_ascii_case("wsdl") || part == "WSDL=")
    })
}

/// The description of the service whose path was asked, or of all of them.
fn wsdl(shared: &Shared, parts: &Parts) -> Answer {
    let profile = shared.settings.cas.profile;
    let settings = &shared.settings;
    let seen = SeenAs::of(&parts.headers, settings.cas.tls.scheme(), settings.trusts_gateways);
    let address = format!("{}{}", seen.origin(), WorldOfCall::prefix(&parts.extensions));
    let service = profile.service_at(parts.uri.path());
    let document = cas::wsdl(profile, service.map(|service| service.name()), &address);
    Answer::new(StatusCode::OK, REPLY_CONTENT_TYPE, document)
}

/// The API's own document, which is not only for those who know SOAP.
fn describe(shared: &Shared, parts: &Parts) -> Answer {
    let origin = WorldOfCall::prefix(&parts.extensions);
    let document = cas_document(&described(&shared.settings.cas, origin));
    Answer::new(StatusCode::OK, "application/json", document.to_string())
}

/// The API as its document describes it, seen from `origin`.
pub(crate) fn described(settings: &CasDoorSettings, origin: String) -> CasApi<'static> {
    CasApi {
        profile: settings.profile,
        asks_who_calls: settings.authentication != CasAuthentication::Off,
        origin,
    }
}

/// Who may not come in is told so before anything is read.
async fn enter(
    shared: &Shared,
    parts: &Parts,
    body: Body,
    call: &mut Bytes,
    own: Option<&OwnRequest>,
) -> Answer {
    let header = header_text(&parts.headers, &header::AUTHORIZATION);
    let mode = shared.settings.cas.authentication;
    let entry = match mode {
        CasAuthentication::Off => shared.cas().authentication.enter_freely(header),
        _ => shared.change(|world| world.cas.lock().authentication.enter(mode, header)),
    };
    let domain = match entry {
        Entry::As(domain) => domain,
        Entry::Unknown => {
            forget_body(&parts.headers, body);
            return Answer::text(
                StatusCode::UNAUTHORIZED,
                "Give the user name and password of an SMS domain by Basic authentication.",
            );
        }
        Entry::LockedOut => {
            forget_body(&parts.headers, body);
            return Answer::text(
                StatusCode::FORBIDDEN,
                "This user is locked out after too many failed attempts.",
            );
        }
    };
    let limits = &shared.settings.limits;
    let reading = read_body(&parts.headers, body, limits.body_bytes, limits.body_time);
    // Another client may send its body or not; our own does.
    let body = match own {
        Some(_) => reading.await,
        None => idle(reading).await,
    };
    match body {
        Ok(body) => {
            *call = body;
            command(shared, parts, &domain, call, own).await
        }
        Err(refusal) => unread(refusal, limits.body_bytes),
    }
}

pub(super) fn header_text<'a>(
    headers: &'a HeaderMap,
    name: &header::HeaderName,
) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A whole HTTP reply for what never became a call: bytes that are not HTTP, a connection beyond
/// the limit.
#[must_use]
pub fn framework_answer(unheard: &Unheard) -> Vec<u8> {
    let (status, sentence) = match unheard {
        Unheard::NotHttp(414) => (414, "The path and query are too long."),
        Unheard::NotHttp(431) => (431, HEAD_TOO_LARGE),
        Unheard::NotHttp(_) => (400, NOT_HTTP),
        Unheard::NoPlace(reason) => {
            let sentence = format!("{}\n", reason.sentence());
            return whole_answer(503, TEXT, sentence.as_bytes());
        }
    };
    whole_answer(status, REPLY_CONTENT_TYPE, &fault_of_unheard(sentence))
}

/// The fault of a message nobody could read, which never became a call (Ours).
fn fault_of_unheard(sentence: &str) -> Vec<u8> {
    cas::encode_fault(&SoapFault::new("soap:Client", sentence, sentence))
}
