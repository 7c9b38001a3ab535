//! One call of the provisioning API, from bytes to bytes.
//!
//! Every answer carries the documented status block, whatever was asked and however.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use conax_contract::clause::Clause;
use conax_contract::crm::{
    CONTENT_TYPE, Call, FieldsSet, HttpMode, LifeCycleState, ListCall, ListFilter, Operation,
    Params, Refusal, RefusalCode, RequestIdentifier, Route, ShowCall, Writing, find_route,
    ok_empty, ok_list, ok_object, ok_token, parse_body, parse_body_or_empty, parse_query,
    read_call, refused,
};
use conax_contract::fault::WrittenRule;
use conax_contract::openapi::{OPENAPI_PATH, crm_document};
use conax_contract::secret::KnownSecrets;
use conax_model::command::CommandKind;
use conax_model::crm::{Author, Filter, NewRequest, Page, ProvisioningRequest, ReferenceData};
use conax_model::id::HexId;
use conax_model::time::SimTime;
use conax_model::trace::TraceContext;

use crate::clock::idle;
use crate::dispatch::{WorldReplaced, create_and_send};
use crate::fault::rule_of_call;
use crate::http_server::{Cors, check_head, forget_body, read_body, trace_of};
use crate::journal::{Ended, Subject, Surface};
use crate::provisioning_api::convert::Context;
use crate::provisioning_api::description::{described, wrong_verb};
use crate::provisioning_api::list_body::ListBody;
use crate::provisioning_api::login;
use crate::provisioning_api::refusals::{
    misplaced_token, no_world, unbearable, unread, world_gone,
};
use crate::shared::Shared;
use crate::store::{NotKept, answers_what_is_kept};
use crate::worlds::{WorldOfCall, WorldRefusal, Worlds, world_of};

/// Tells the exchange of the journal that an answer belongs to.
const EXCHANGE_HEADER: &str = "conax-sim-exchange";

/// Tells the clause behind a refusal.
const CLAUSE_HEADER: &str = "conax-sim-clause";

/// A list of more requests than this is written while it is sent.
const LONG_LIST: usize = 256;

/// The provisioning API as a router.
pub fn router(worlds: Arc<Worlds>) -> Router {
    let store = worlds.store().map(Arc::clone);
    let router = Router::new().fallback(answer).with_state(worlds);
    answers_what_is_kept(router, store.as_ref(), unavailable)
}

/// The answer while nothing is kept.
fn unavailable(failure: &NotKept) -> Response<Body> {
    let refusal = Refusal::new(RefusalCode::Unavailable, format!("{failure}."));
    let status = Answer::refused(&refusal).status(HttpMode::Business200);
    let mut answer = Response::new(Body::from(refused(&refusal)));
    *answer.status_mut() = status;
    let json = HeaderValue::from_static(CONTENT_TYPE);
    answer.headers_mut().insert(header::CONTENT_TYPE, json);
    answer
}

/// An answer before it is HTTP.
struct Answer {
    refusal: Option<RefusalCode>,
    allow: Option<&'static str>,
    /// The clause behind the refusal, if it is to be told.
    clause: Option<&'static Clause>,
    text: Text,
    subject: Subject,
}

/// The text of an answer.
enum Text {
    Whole(Vec<u8>),
    /// Long and always the same: not kept in the journal.
    Description(Vec<u8>),
    /// Long: written while it is sent, and not kept in the journal.
    InPieces(ListBody),
}

impl Answer {
    fn ok(body: Vec<u8>, subject: Subject) -> Self {
        Self { refusal: None, allow: None, clause: None, text: Text::Whole(body), subject }
    }

    fn refused(refusal: &Refusal) -> Self {
        let outcome = Some(refusal.code.code().into());
        Self {
            refusal: Some(refusal.code),
            allow: None,
            clause: None,
            text: Text::Whole(refused(refusal)),
            subject: Subject { outcome, ..Subject::default() },
        }
    }

    fn status(&self, mode: HttpMode) -> StatusCode {
        let status = self.refusal.map_or(200, |code| code.http_status(mode));
        StatusCode::from_u16(status).unwrap_or(StatusCode::OK)
    }
}

/// Headers of an answer that a page may read.
const EXPOSED_HEADERS: &str = "conax-sim-exchange, conax-sim-clause";

async fn answer(State(worlds): State<Arc<Worlds>>, request: Request) -> Response<Body> {
    let cors = &worlds.main().settings.crm.cors;
    if *cors == Cors::Off {
        return answer_of_world(&worlds, request).await;
    }
    if let Some(permission) = cors.preflight(request.method(), request.headers()) {
        return permission;
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut answer = answer_of_world(&worlds, request).await;
    cors.open(origin.as_ref(), EXPOSED_HEADERS, answer.headers_mut());
    answer
}

async fn answer_of_world(worlds: &Arc<Worlds>, mut request: Request) -> Response<Body> {
    let entered = world_of(worlds, &mut request).await;
    let shared = entered.as_ref().unwrap_or(worlds.main());
    let activity = shared.clock.activity();
    let refusal = entered.as_ref().err();
    activity.run(answer_call(shared, request, refusal)).await
}

/// A call about this world, from within the simulator.
pub(crate) async fn answer_in_world(shared: &Arc<Shared>, request: Request) -> Response<Body> {
    answer_call(shared, request, None).await
}

/// A sentence repeats what it found; a secret that stands where none is due stays one.
fn without_secrets(shared: &Shared, parts: &Parts, call: &[u8], refusal: Refusal) -> Refusal {
    let mut own = KnownSecrets::default();
    let target = parts.uri.path_and_query();
    own.add_call(target.map_or("", |target| target.as_str()), call);
    let secrets = shared.journal.secrets();
    let masked = |text: String| secrets.masked(&own.masked(&text)).into_owned();
    Refusal {
        message: masked(refusal.message),
        description: refusal.description.map(masked),
        ..refusal
    }
}

async fn answer_call(
    shared: &Arc<Shared>,
    request: Request,
    refusal: Option<&WorldRefusal>,
) -> Response<Body> {
    let _under_way = shared.calls.begin();
    let (at, mark) = (shared.clock.now(), shared.clock.mark());
    let generation = shared.generation();
    let (parts, body) = request.into_parts();
    let mut call = Bytes::new();
    let answer = match refusal {
        None => respond(shared, &parts, body, &mut call).await,
        Some(refusal) => {
            forget_body(&parts.headers, body);
            Err(no_world(refusal))
        }
    };
    // A token that was good when the call came in is not told to be wrong.
    let answer = answer.map_err(|refusal| match refusal.code {
        RefusalCode::InvalidToken if shared.generation() != generation => world_gone(shared),
        _ => refusal,
    });
    let answer = answer.unwrap_or_else(|refusal| {
        let refusal = without_secrets(shared, &parts, &call, refusal);
        Answer { clause: clause_behind(shared, &parts, &refusal), ..Answer::refused(&refusal) }
    });
    let status = answer.status(shared.settings.crm.http_mode);
    let (kept, body) = match answer.text {
        Text::Whole(text) => {
            let text = Bytes::from(text);
            (text.clone(), Body::from(text))
        }
        Text::Description(text) => (Bytes::new(), Body::from(text)),
        Text::InPieces(list) => (Bytes::new(), Body::new(list)),
    };
    let number = shared.journal.record(Ended {
        at,
        surface: Surface::Crm,
        method: &parts.method,
        target: parts.uri.path_and_query().map_or("/", |target| target.as_str()),
        http_status: Some(status.as_u16()),
        took: mark.elapsed(),
        subject: Subject { trace: trace_of(&parts.headers), ..answer.subject },
        call: &call,
        reply: kept,
    });
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    headers.insert(EXCHANGE_HEADER, HeaderValue::from(number));
    if let Some(clause) = answer.clause
        && let Ok(id) = HeaderValue::from_str(&clause.id)
    {
        headers.insert(CLAUSE_HEADER, id);
    }
    if let Some(allow) = answer.allow {
        headers.insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    response
}

/// The clause behind a refusal, if the settings want it told.
fn clause_behind(shared: &Shared, parts: &Parts, refusal: &Refusal) -> Option<&'static Clause> {
    if !shared.settings.clause_header {
        return None;
    }
    let base = &shared.settings.crm.base_path;
    let operation = match find_route(base, parts.method.as_str(), parts.uri.path()) {
        Route::Operation(operation) | Route::WrongVerb { operation, .. } => Some(operation),
        Route::Unknown { .. } => None,
    };
    Clause::behind(operation, refusal)
}

async fn respond(
    shared: &Arc<Shared>,
    parts: &Parts,
    body: Body,
    call: &mut Bytes,
) -> Result<Answer, Refusal> {
    let limits = &shared.settings.limits;
    check_head(parts, limits).map_err(|refusal| unbearable(&refusal))?;
    let path = parts.uri.path();
    if path == OPENAPI_PATH {
        return Ok(describe(shared, parts));
    }
    match find_route(&shared.settings.crm.base_path, verb_of(parts), path) {
        Route::Unknown { nearest } => Err(Refusal::unknown_method(path, nearest)),
        Route::WrongVerb { operation, .. } => {
            let refusal = Refusal::wrong_verb(operation, parts.method.as_str());
            Ok(Answer {
                allow: Some(operation.verb()),
                clause: clause_behind(shared, parts, &refusal),
                ..Answer::refused(&refusal)
            })
        }
        Route::Operation(operation) if operation.verb() == "GET" => {
            let params = parse_query(parts.uri.query().unwrap_or_default())?;
            perform(shared, operation, &params, parts).await
        }
        Route::Operation(operation) => {
            let read =
                idle(read_body(&parts.headers, body, limits.body_bytes, limits.body_time)).await;
            *call = read.map_err(|refusal| unread(refusal, limits))?;
            let params = match operation {
                // Attested: clients send the key login without a body.
                Operation::IssueTokenForWebApiKey => parse_body_or_empty(call)?,
                _ => parse_body(call)?,
            };
            perform(shared, operation, &params, parts).await
        }
    }
}

/// HEAD is a GET whose answer the framework sends without its body.
fn verb_of(parts: &Parts) -> &str {
    match parts.method {
        Method::HEAD => "GET",
        _ => parts.method.as_str(),
    }
}

/// The document of the API, and of the world in the path.
fn describe(shared: &Shared, parts: &Parts) -> Answer {
    if verb_of(parts) != "GET" {
        return Answer {
            allow: Some("GET"),
            ..Answer::refused(&wrong_verb(parts.method.as_str()))
        };
    }
    let origin = WorldOfCall::prefix(&parts.extensions);
    let document = crm_document(&described(&shared.settings.crm, origin));
    Answer {
        text: Text::Description(document.to_string().into_bytes()),
        ..Answer::ok(Vec::new(), Subject::default())
    }
}

/// Who calls, and what the CRM knew when the call came in.
struct Caller {
    author: Arc<Author>,
    reference: Arc<ReferenceData>,
    generation: u64,
    /// When the call was taken up: one reading of the clock for all it does.
    now: SimTime,
    /// The trace the call belongs to.
    trace: Option<Arc<TraceContext>>,
}

fn identify(
    shared: &Shared,
    params: &Params<'_>,
    parts: &Parts,
    now: SimTime,
) -> Result<Caller, Refusal> {
    let token = params
        .token()
        .ok_or_else(|| Refusal::missing_token(params).with(misplaced_token(parts)))?;
    shared.change(|world| {
        let mut side = world.crm.lock();
        let author = side.sessions.check(token, now).ok_or_else(Refusal::invalid_token)?;
        let (reference, generation) = (Arc::clone(&side.reference), side.generation);
        Ok(Caller { author, reference, generation, now, trace: None })
    })
}

async fn perform(
    shared: &Arc<Shared>,
    operation: Operation,
    params: &Params<'_>,
    parts: &Parts,
) -> Result<Answer, Refusal> {
    let caller = match operation.needs_token() {
        true => Some(identify(shared, params, parts, shared.clock.now())?),
        false => None,
    };
    let call = read_call(operation, params, &shared.settings.crm.reading)?;
    let writing = Writing {
        shape: shared.settings.crm.shape,
        success_texts: shared.settings.crm.success_texts,
    };
    let token = |token: String| Answer::ok(ok_token(writing, &token), Subject::default());
    match (&call, caller) {
        (Call::Show(show), _) => show_request(shared, writing, show),
        (Call::List(list), _) => Ok(list_requests(shared, writing, list)),
        (Call::IssueToken(login), _) => login::issue_token(shared, login).map(token),
        (Call::IssueTokenForWebApiKey { unit }, _) => {
            login::issue_token_for_key(shared, &parts.headers, unit.as_deref()).map(token)
        }
        (Call::ReleaseToken { token }, _) => {
            login::release_token(shared, token.expose())?;
            // Attested: the data of this answer has no members. Its texts follow the setting, like
            // those of every answer, though the one page that prints it has them empty.
            Ok(Answer::ok(ok_empty(writing), Subject::default()))
        }
        (call, Some(caller)) => {
            let caller = Caller { trace: trace_of(&parts.headers), ..caller };
            let fault = rule_of_call(&shared.settings, &parts.headers)
                .map_err(|sentence| Refusal::new(RefusalCode::InvalidParameterValue, sentence))?;
            create(shared, writing, call, caller, fault).await
        }
        (_, None) => Err(Refusal::invalid_token()),
    }
}

fn show_request(shared: &Shared, writing: Writing, call: &ShowCall<'_>) -> Result<Answer, Refusal> {
    let row = {
        let side = shared.crm();
        match &call.request {
            RequestIdentifier::Id(id) => HexId::parse(id).and_then(|id| side.book.by_id(id)),
            RequestIdentifier::Number(number) => {
                plain_number(number).and_then(|number| side.book.by_number(number))
            }
        }
        .map(Arc::clone)
    };
    let row = row.ok_or_else(|| {
        Refusal::not_found(
            RefusalCode::ProvisioningRequestNotFound,
            "provisioning_request_identifier",
            call.request.field().code(),
            call.request.value(),
            "provisioning request",
        )
    })?;
    Ok(printed(writing, call.fields, &row))
}

/// A number as it is printed: without a sign or leading zeros.
fn plain_number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}

fn list_requests(shared: &Shared, writing: Writing, call: &ListCall<'_>) -> Answer {
    let page = Page { offset: call.offset, limit: call.number_of_results.unwrap_or(usize::MAX) };
    let filter = match &call.filter {
        ListFilter::Type(request_type) => Filter::Kind(*request_type),
        ListFilter::LifeCycleState(LifeCycleState::Pending) => Filter::Pending,
        ListFilter::LifeCycleState(LifeCycleState::Completed) => Filter::Completed,
        ListFilter::LifeCycleState(LifeCycleState::Rejected) => Filter::Rejected,
        ListFilter::ReferenceNumber(reference) => Filter::Reference(reference),
    };
    let rows = shared.crm().book.list(filter, page);
    if rows.len() > LONG_LIST {
        let outcome = format!("{} requests, sent in pieces and not kept", rows.len());
        return Answer {
            refusal: None,
            allow: None,
            clause: None,
            text: Text::InPieces(ListBody::new(writing, call.fields, rows)),
            subject: Subject { outcome: Some(outcome.into()), ..Subject::default() },
        };
    }
    Answer::ok(ok_list(writing, call.fields, rows.iter().map(|row| &**row)), Subject::default())
}

async fn create(
    shared: &Arc<Shared>,
    writing: Writing,
    call: &Call<'_>,
    caller: Caller,
    fault: Option<WrittenRule>,
) -> Result<Answer, Refusal> {
    let now = caller.now;
    let context = Context { reference: &caller.reference, author: caller.author, now };
    let new = NewRequest { trace: caller.trace, ..new_request(&context, call)? };
    let row = create_and_send(shared, new, now, caller.generation, fault).await;
    let row = row.map_err(|WorldReplaced| world_gone(shared))?;
    Ok(printed(writing, FieldsSet::ALL, &row))
}

fn new_request(context: &Context<'_>, call: &Call<'_>) -> Result<NewRequest, Refusal> {
    match call {
        Call::AddSubscriptions(call) => {
            context.change_subscriptions(CommandKind::AddSubscriptions, call)
        }
        Call::CancelSubscriptions(call) => {
            context.change_subscriptions(CommandKind::CancelSubscriptions, call)
        }
        Call::CreatePairing(call) => context.create_pairing(call),
        Call::AddToExistingPairing(call) => context.add_to_existing_pairing(call),
        Call::ResetPinToDefaultValue(call) => context.reset_pin(call),
        Call::ResetPinToGivenValue(call) => context.set_pin(call),
        Call::Show(_)
        | Call::List(_)
        | Call::IssueToken(_)
        | Call::ReleaseToken { .. }
        | Call::IssueTokenForWebApiKey { .. } => unreachable!("these calls create nothing"),
    }
}

fn printed(writing: Writing, fields: FieldsSet, row: &ProvisioningRequest) -> Answer {
    let subject = Subject {
        card: row.lanes().next().map(Arc::clone),
        request_number: row.number,
        ..Subject::default()
    };
    Answer::ok(ok_object(writing, fields, row), subject)
}
