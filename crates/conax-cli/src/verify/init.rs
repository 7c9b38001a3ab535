//! `verify --init`: a target file to start from, filled in by asking the target.

use std::collections::BTreeSet;
use std::sync::Arc;

use conax_contract::crm::{CommandKind, encode, is_secret_name};
use conax_contract::world::WorldSpec;
use conax_scenario::document::Api;
use conax_scenario::run::Stop;
use conax_scenario::target::{HttpCall, HttpReply, Target, TargetProblem};
use conax_scenario::verify::TargetWorld;
use serde_json::{Value, json};

use super::{OURSELVES, Order};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::print;

/// Ids of one kind that are worth naming in a remark.
const REMARKS: usize = 8;

/// Prints the file. One that says nothing is no success.
pub(super) fn init(
    order: &Order,
    target: &mut dyn Target,
    control: Option<(&str, Option<&str>)>,
) -> Result<Exit, Failure> {
    let (world, notes) = match control {
        Some((url, token_file)) => (of_control(order, url, token_file)?, Vec::new()),
        None if order.target == OURSELVES => (order.world.clone(), Vec::new()),
        None => asked(order, target)?,
    };
    print::text(world.template(&order.options.address, &notes).as_bytes());
    let says_something =
        world.subscription.is_some() || !world.smartcards.is_empty() || !world.stbs.is_empty();
    if says_something {
        return Ok(Exit::Met);
    }
    let known = match notes.is_empty() {
        true => "nothing the target answers says what exists there",
        false => {
            "the API tells neither subscriptions nor keys of smartcards, only CA ids in requests \
                  that were created before, which stand in the file's remarks"
        }
    };
    let problem = format!(
        "{known}: the file has to be filled in by hand\n   \
         hint: of a conax-sim, name the control API with --control"
    );
    Err(Failure::new(Exit::NothingRan, problem))
}

/// A conax-sim tells its world.
fn of_control(order: &Order, url: &str, token_file: Option<&str>) -> Result<TargetWorld, Failure> {
    let unreachable =
        |problem: String| Failure::new(Exit::Surroundings, format!("{url}: {problem}"));
    let token = token_file.map(crate::read::text_file).transpose();
    let token = token.map_err(|error| {
        let name = token_file.unwrap_or_default();
        Failure::settings(format!("failed to read the token file `{name}`: {error}"))
    })?;
    let bearer =
        token.map(|token| ("authorization".to_owned(), format!("Bearer {}", token.trim())));
    let mut target = order.api_at(url, &Arc::new(Stop::default()))?;
    let mut get = |path: &str| -> Result<Value, Failure> {
        let mut call = HttpCall::get(Api::Crm, path);
        call.headers.extend(bearer.clone());
        match target.exchange(vec![call]).pop() {
            Some(Ok(reply)) if reply.status == 200 => Ok(reply.json()),
            Some(Ok(reply)) => {
                Err(unreachable(format!("`GET {path}` answered HTTP {}", reply.status)))
            }
            Some(Err(problem)) => Err(unreachable(problem.to_string())),
            None => Err(unreachable("no answer".to_owned())),
        }
    };
    let name = get("/v1/worlds")?["main"].as_str().unwrap_or("demo").to_owned();
    let mut rendered = get(&format!("/v1/worlds/{}", encode(&name)))?;
    leave_out_secrets(&mut rendered);
    let spec = WorldSpec::parse(&rendered.to_string())
        .map_err(|_| unreachable("its world cannot be read".to_owned()))?;
    Ok(TargetWorld::of(&spec))
}

/// What a control API tells of secrets is that there are some; nobody can log in with that.
fn leave_out_secrets(world: &mut Value) {
    if let Some(members) = world.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "tokens" | "web_api_keys"));
    }
    forget_passwords(world);
}

fn forget_passwords(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !is_secret_name(name));
            members.values_mut().for_each(forget_passwords);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_passwords),
        _ => {}
    }
}

/// What the requests that exist there tell of cards, boxes and services.
fn asked(order: &Order, target: &mut dyn Target) -> Result<(TargetWorld, Vec<String>), Failure> {
    let mut world = order.world.clone();
    let mut notes = Vec::new();
    let token = token(order, target)?;
    let mut found: [BTreeSet<String>; 3] = Default::default();
    let keys = ["smartcard_ca_id", "stb_ca_id", "service_ca_id"];
    let mut count = 0;
    for kind in CommandKind::ALL {
        let path = format!(
            "/conax_web_services/provisioning_requests/list?token={}&type={}",
            encode(&token),
            kind.code()
        );
        let reply = target.exchange(vec![HttpCall::get(Api::Crm, path)]).pop();
        let reply = answered(order, reply)?;
        if reply["status"]["code"] != "OK" {
            let message = message_of(order, &reply, &token);
            let problem = format!("{}: it refuses to list requests: {message}", order.target);
            return Err(Failure::settings(problem));
        }
        for request in reply["data"].as_array().into_iter().flatten() {
            count += 1;
            for item in request["parameters_set"].as_array().into_iter().flatten() {
                for (key, found) in keys.iter().zip(&mut found) {
                    found.extend(item[*key].as_str().map(str::to_owned));
                }
            }
        }
    }
    if found.iter().all(BTreeSet::is_empty) {
        return Ok((world, notes));
    }
    notes.push(format!("{count} requests were found there; their items name these CA ids:"));
    for (what, ids) in ["smartcards", "set-top boxes", "services"].iter().zip(&found) {
        let some: Vec<&str> = ids.iter().take(REMARKS).map(String::as_str).collect();
        let more = if ids.len() > REMARKS { ", …" } else { "" };
        notes.push(format!(
            "  {what}: {}{more}",
            if some.is_empty() { "none".to_owned() } else { some.join(", ") }
        ));
    }
    if world.stbs.is_empty() {
        world.stbs = found[1].iter().take(1).cloned().collect();
    }
    notes.push(
        "The API tells neither numbers of subscriptions nor codes of services: fill them in."
            .to_owned(),
    );
    Ok((world, notes))
}

/// The JSON object that was answered; what is none is not this API.
fn answered(
    order: &Order,
    reply: Option<Result<HttpReply, TargetProblem>>,
) -> Result<Value, Failure> {
    let problem = match reply {
        Some(Ok(reply)) => match reply.json() {
            Value::Object(members) if members.contains_key("status") => {
                return Ok(Value::Object(members));
            }
            _ => format!(
                "this is not the provisioning API: it answered HTTP {} without a `status`",
                reply.status
            ),
        },
        Some(Err(problem)) => problem.to_string(),
        None => "no answer".to_owned(),
    };
    Err(Failure::new(Exit::Surroundings, format!("{}: {problem}", order.target)))
}

/// What a refusal says, in one line, without what is secret.
fn message_of(order: &Order, reply: &Value, token: &str) -> String {
    let message = reply["status"]["message"].as_str().unwrap_or("no message");
    let secrets = [order.credentials.password.as_deref(), Some(token)];
    let secrets = secrets.into_iter().flatten().filter(|secret| !secret.is_empty());
    let message = secrets.fold(message.to_owned(), |text, secret| text.replace(secret, "***"));
    message.replace(char::is_control, " ")
}

fn token(order: &Order, target: &mut dyn Target) -> Result<String, Failure> {
    if let Some(token) = order.credentials.token.clone().or_else(|| target.token()) {
        return Ok(token);
    }
    let login = (&order.world.login, &order.credentials.password);
    let (Some(login), Some(password), false) = (login.0, login.1, order.options.is_read_only)
    else {
        let problem = "the target is asked with a token or a login, and there is neither\n   \
                       hint: put `token=…`, or `username=…`, `password=…` and `organisation=…`, into a file and \
                       name it with --secrets-file; of a conax-sim, name the control API with --control";
        return Err(Failure::usage(problem));
    };
    let body = json!({
        "username": login.username,
        "password": password,
        "organisation": login.organisation,
    });
    let call = HttpCall::post(Api::Crm, "/authentication/token", &body);
    let reply = answered(order, target.exchange(vec![call]).pop())?;
    match reply["data"]["token"].as_str() {
        Some(token) => Ok(token.to_owned()),
        None => {
            let message = message_of(order, &reply, "");
            let problem = format!("{}: it refuses the login: {message}", order.target);
            Err(Failure::settings(problem))
        }
    }
}
