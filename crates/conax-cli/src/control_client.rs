//! Calling the control API of a running simulator, for the verbs that do.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use clap::{Arg, ArgMatches};
use conax_model::secret::Secret;
use conax_sim::worlds::WORLD_HEADER;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

use crate::exit::Exit;
use crate::http_client::{Address, CallError, Client, Reply, arguments as client_arguments};
use crate::print;
use crate::settings::{self, SettingsError, TARGET_VARIABLE};

/// How long an answer may take: what is asked for may be a lot of simulated time.
const ANSWER_PATIENCE: Duration = Duration::from_secs(300);

/// Where a control API is, and the token it asks for.
#[derive(Clone, Debug)]
pub(crate) struct ControlTarget {
    url: String,
    client: Client,
    token: Option<Secret>,
    world: Option<String>,
}

/// The flags of a verb that calls the API about a world.
pub(crate) fn arguments() -> Vec<Arg> {
    let world = Arg::new("in-world")
        .long("world")
        .value_name("NAME")
        .help("The world it is about; without it, the main one");
    [target_argument(), token_argument(), world].into_iter().chain(client_arguments()).collect()
}

/// Where `serve` opens the control API unless it is told otherwise.
pub(crate) const TARGET: &str = "http://127.0.0.1:8082";

/// What was answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) http_status: u16,
    /// The body, whole.
    pub(crate) body: Vec<u8>,
}

/// The flag that names the API.
pub(crate) fn target_argument() -> Arg {
    Arg::new("target")
        .long("target")
        .value_name("URL")
        .default_value(TARGET)
        .env(TARGET_VARIABLE)
        .hide_env_values(true)
        .help("Address of the control API")
}

/// The flag that names the file with its token.
fn token_argument() -> Arg {
    Arg::new("token-file")
        .long("token-file")
        .value_name("FILE")
        .help("File with the bearer token the control API asks for")
}

impl ControlTarget {
    /// The API the flags name.
    pub(crate) fn of(matches: &ArgMatches) -> Result<Self, SettingsError> {
        let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten();
        let file = text("token-file");
        let read = |path: &String| settings::read_secret_file("the token file", Path::new(path));
        Ok(Self {
            url: text("target").cloned().unwrap_or_default(),
            client: Client::of(matches)?,
            token: file.map(read).transpose()?,
            world: text("in-world").cloned(),
        })
    }

    /// The address, as it was given.
    pub(crate) fn address(&self) -> &str {
        &self.url
    }

    /// Makes one call and waits for its answer, at most so long.
    pub(crate) fn call(
        &self,
        request: Request<Bytes>,
        patience: Duration,
    ) -> Result<Reply, CallError> {
        let url = match self.url.contains("://") {
            true => Cow::Borrowed(&self.url),
            false => Cow::Owned(format!("http://{}", self.url)),
        };
        let address = Address::parse(&url).map_err(CallError::NoAddress)?;
        self.client.call_and_wait(&address, request, patience)
    }

    /// Takes the world the flags name, for a verb that names it in the path.
    pub(crate) fn take_world(&mut self) -> Option<String> {
        self.world.take()
    }
}

/// Reads from the API: the status and the JSON of its answer.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn get(target: &ControlTarget, path: &str) -> Result<(u16, Value), String> {
    call(target, "GET", path, "")
}

/// Tells the API to act: the status and the JSON of its answer.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn post(
    target: &ControlTarget,
    path: &str,
    body: &Value,
) -> Result<(u16, Value), String> {
    call(target, "POST", path, &body.to_string())
}

/// Tells the API to act, with a body of any text.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn post_text(
    target: &ControlTarget,
    path: &str,
    body: &str,
) -> Result<(u16, Value), String> {
    call(target, "POST", path, body)
}

/// Tells the API to remove something.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn delete(target: &ControlTarget, path: &str) -> Result<(u16, Value), String> {
    call(target, "DELETE", path, "")
}

/// Reads a text from the API.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn get_text(target: &ControlTarget, path: &str) -> Result<(u16, String), String> {
    call_for_text(target, "GET", path, "")
}

/// Says why the API refused, or that it does not answer; its findings, if it has some.
pub(crate) fn refused(answer: Result<(u16, Value), String>) -> Exit {
    match answer {
        Ok((status, problem)) => {
            let Some(detail) = problem["detail"].as_str() else {
                print::aside(format_args!(
                    "error: what answers there, with HTTP {status}, is not the control API\n   \
                     hint: --target is the address of the control API, {TARGET} unless `serve` was \
                     told otherwise"
                ));
                return Exit::Surroundings;
            };
            print::aside(format_args!("error: {detail}"));
            for finding in problem["findings"].as_array().into_iter().flatten() {
                print::aside(finding.as_str().unwrap_or_default().trim_end());
            }
            Exit::NotMet
        }
        Err(problem) => {
            print::aside(format_args!("error: {problem}"));
            Exit::Surroundings
        }
    }
}

fn call(
    target: &ControlTarget,
    verb: &str,
    path: &str,
    body: &str,
) -> Result<(u16, Value), String> {
    let (status, text) = call_for_text(target, verb, path, body)?;
    let json = serde_json::from_str(&text);
    json.map(|json| (status, json)).map_err(|_| {
        let address = &target.url;
        format!("{address} does not answer like a control API")
    })
}

fn call_for_text(
    target: &ControlTarget,
    verb: &str,
    path: &str,
    body: &str,
) -> Result<(u16, String), String> {
    let answer = exchange(target, verb, path, None, body.as_bytes())?;
    let text = String::from_utf8(answer.body);
    text.map(|text| (answer.http_status, text))
        .map_err(|_| format!("{} does not answer like a control API", target.url))
}

/// Sends one call and reads the whole answer.
///
/// # Errors
/// If it does not answer, or not to the end; the text says why.
pub(crate) fn exchange(
    target: &ControlTarget,
    verb: &str,
    path: &str,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Answer, String> {
    for named in [path].into_iter().chain(target.world.as_deref()) {
        if !named.chars().all(|c| c.is_ascii_graphic()) {
            return Err(format!("nothing can be called {named:?} at the control API"));
        }
    }
    let mut request = Request::builder().method(verb).uri(path);
    if let Some(content_type) = content_type {
        request = request.header(CONTENT_TYPE, content_type);
    }
    if let Some(token) = &target.token {
        request = request.header(AUTHORIZATION, format!("Bearer {}", token.expose()));
    }
    if let Some(name) = &target.world {
        request = request.header(WORLD_HEADER, name);
    }
    let request = request.body(Bytes::copy_from_slice(body)).map_err(|error| error.to_string())?;
    let reply = target.call(request, ANSWER_PATIENCE).map_err(|error| {
        let address = &target.url;
        match error {
            CallError::NoAddress(problem) => problem,
            CallError::Unconnected(problem) => format!(
                "{address} does not answer: {}\n   \
                 hint: {}",
                problem.why,
                match problem.is_unknown_name {
                    true => "write it like `http://127.0.0.1:8082`",
                    false => {
                        "is `conax-sim serve` running? For another control API: --target URL"
                    }
                }
            ),
            CallError::NotHttp(problem) => {
                format!("{address} does not answer like a control API: {problem}")
            }
            error => format!("{address} does not answer: {error}"),
        }
    })?;
    let body = reply.content()?.into_owned();
    Ok(Answer { http_status: reply.status(), body })
}
