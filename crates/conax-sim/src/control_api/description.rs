//! What describes the APIs: OpenAPI documents, and the page where the API is read and tried.

use axum::http::{HeaderMap, header};
use conax_contract::clause::Clause;
use conax_contract::control::Problem;
use conax_contract::docs::docs_page;
use conax_contract::openapi::{
    ControlApi, OpenApiOf, cas_document, control_document, crm_document,
};

use crate::conax_endpoint;
use crate::control_api::reply::Reply;
use crate::control_api::routes::ControlCall;
use crate::http_server::without_port;
use crate::journal::Surface;
use crate::provisioning_api;
use crate::worlds::Worlds;

const HTML: &str = "text/html;charset=UTF-8";

/// The document of the API that is asked for; of this one, if none is.
pub(super) fn document(worlds: &Worlds, call: &ControlCall) -> Result<Reply, Problem> {
    call.only(&["api", "door"])?;
    let settings = &worlds.main().settings;
    let code = call.api().unwrap_or("control");
    let document = match OpenApiOf::from_code(code) {
        Some(OpenApiOf::Control) => control_document(&ControlApi {
            asks_for_token: settings.control_token.is_some(),
            origin: String::new(),
        }),
        Some(OpenApiOf::Crm) => {
            let origin = origin_of(worlds, call.headers(), Surface::Crm);
            crm_document(&provisioning_api::described(&settings.crm, origin))
        }
        Some(OpenApiOf::Cas) => {
            let origin = origin_of(worlds, call.headers(), Surface::Cas);
            cas_document(&conax_endpoint::described(&settings.cas, origin))
        }
        None => {
            let codes = OpenApiOf::ALL.map(OpenApiOf::code).join(", ");
            let detail = format!("`api`: found `{code}`, expected one of {codes}");
            return Err(Problem::new(400, "parameter not understood", detail));
        }
    };
    Ok(Reply::json(&document))
}

/// The page where the provisioning API is read and tried.
pub(super) fn page(worlds: &Worlds) -> Reply {
    let settings = &worlds.main().settings;
    let door = provisioning_api::described(&settings.crm, String::new());
    let asks_for_token = settings.control_token.is_some();
    Reply::text(HTML, docs_page(&door, asks_for_token, Clause::all()))
}

/// Where an API is for whoever reached this one. Empty if it does not listen.
pub(super) fn origin_of(worlds: &Worlds, headers: &HeaderMap, surface: Surface) -> String {
    let (settings, doors) = (&worlds.main().settings, worlds.doors());
    let (scheme, address) = match surface {
        Surface::Crm => (settings.crm_tls.scheme(), doors.crm),
        Surface::Cas | Surface::Dispatch => (settings.cas.tls.scheme(), doors.cas),
        Surface::Control => (settings.control_tls.scheme(), doors.control),
    };
    origin(scheme, headers, address.map(|address| address.port()))
}

/// Where another API is for whoever reached this one: the same host, the other port. Empty if it
/// does not listen.
fn origin(scheme: &str, headers: &HeaderMap, port: Option<u16>) -> String {
    let Some(port) = port else {
        return String::new();
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.map_or("127.0.0.1", without_port);
    format!("{scheme}://{host}:{port}")
}
