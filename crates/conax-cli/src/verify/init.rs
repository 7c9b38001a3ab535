//! `verify --init`: a world file to start from, made by asking the target what it can.

use std::collections::BTreeSet;
use std::sync::Arc;

use conax_contract::crm::{RequestType, encode, is_secret_name};
use conax_contract::world::WorldSpec;
use conax_scenario::document::Door;
use conax_scenario::run::Stop;
use conax_scenario::target::{HttpCall, Target};
use conax_scenario::verify::TargetWorld;
use serde_json::{Value, json};

use super::{Order, Refused};
use crate::exit::Exit;
use crate::print;
use crate::run::{Addresses, api_target};

/// Ids of one kind that are worth naming in a remark.
const REMARKS: usize = 8;

/// Prints the file.
pub(super) fn init(
    order: &Order,
    target: &mut dyn Target,
    control: Option<&str>,
) -> Result<Exit, Refused> {
    let (world, notes) = match control {
        Some(url) => (of_control(order, url)?, Vec::new()),
        None => asked(order, target),
    };
    print::text(world.template(&order.options.address, &notes).as_bytes());
    Ok(Exit::Met)
}

/// A conax-sim tells its world.
fn of_control(order: &Order, url: &str) -> Result<TargetWorld, Refused> {
    let addresses = Addresses::of_api(url).map_err(|problem| (Exit::Usage, problem))?;
    let unreachable = |problem: String| (Exit::Surroundings, format!("{url}: {problem}"));
    let mut target =
        api_target(addresses, order.timeout, Arc::new(Stop::default())).map_err(unreachable)?;
    let mut get = |path: &str| -> Result<Value, Refused> {
        let reply = target.exchange(vec![HttpCall::get(Door::Crm, path)]).pop();
        match reply {
            Some(Ok(reply)) if reply.status == 200 => Ok(reply.json()),
            Some(Ok(reply)) => Err(unreachable(format!(
                "`GET {path}` answered HTTP {}",
                reply.status
            ))),
            Some(Err(problem)) => Err(unreachable(problem.to_string())),
            None => Err(unreachable("no answer".to_owned())),
        }
    };
    let name = get("/v1/worlds")?["main"]
        .as_str()
        .unwrap_or("demo")
        .to_owned();
    let mut told = get(&format!("/v1/worlds/{}", encode(&name)))?;
    leave_out_secrets(&mut told);
    let spec = WorldSpec::parse(&told.to_string())
        .map_err(|_| unreachable("its world cannot be read".to_owned()))?;
    Ok(TargetWorld::of(&spec))
}

/// What a control door tells of secrets is that there are some; nobody can log in with that.
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
fn asked(order: &Order, target: &mut dyn Target) -> (TargetWorld, Vec<String>) {
    let mut world = order.world.clone();
    let mut notes = Vec::new();
    let Some(token) = token(order, target, &mut notes) else {
        notes.push(
            "Nothing was asked: it takes a token, or a login in a world file and its password."
                .to_owned(),
        );
        return (world, notes);
    };
    let mut found: [BTreeSet<String>; 3] = Default::default();
    let keys = ["smartcard_ca_id", "stb_ca_id", "service_ca_id"];
    let mut count = 0;
    for kind in RequestType::ALL {
        let path = format!(
            "/conax_web_services/provisioning_requests/list?token={}&type={}",
            encode(&token),
            kind.code()
        );
        let reply = target.exchange(vec![HttpCall::get(Door::Crm, path)]).pop();
        let Some(Ok(reply)) = reply else { continue };
        let reply = reply.json();
        if reply["status"]["code"] != "OK" {
            let message = reply["status"]["message"]
                .as_str()
                .unwrap_or("no status block");
            notes.push(format!(
                "list by type {} was refused: {message}",
                kind.code()
            ));
            continue;
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
    notes.push(format!(
        "{count} requests were found there; their items name these CA ids:"
    ));
    for (what, ids) in ["smartcards", "set-top boxes", "services"]
        .iter()
        .zip(&found)
    {
        let some: Vec<&str> = ids.iter().take(REMARKS).map(String::as_str).collect();
        let more = if ids.len() > REMARKS { ", …" } else { "" };
        notes.push(format!(
            "  {what}: {}{more}",
            if some.is_empty() {
                "none".to_owned()
            } else {
                some.join(", ")
            }
        ));
    }
    if world.stbs.is_empty() {
        world.stbs = found[1].iter().take(1).cloned().collect();
    }
    notes.push(
        "The API tells neither numbers of subscriptions nor codes of services: fill them in."
            .to_owned(),
    );
    (world, notes)
}

fn token(order: &Order, target: &mut dyn Target, notes: &mut Vec<String>) -> Option<String> {
    if let Some(token) = order.credentials.token.clone().or_else(|| target.token()) {
        return Some(token);
    }
    if order.options.is_read_only {
        return None;
    }
    let (login, password) = (
        order.world.login.as_ref()?,
        order.credentials.password.as_ref()?,
    );
    let body = json!({
        "username": login.username,
        "password": password,
        "organisation": login.organisation,
    });
    let reply = target
        .exchange(vec![HttpCall::post(
            Door::Crm,
            "/authentication/token",
            &body,
        )])
        .pop();
    let reply = match reply {
        Some(Ok(reply)) => reply.json(),
        _ => Value::Null,
    };
    let token = reply["data"]["token"].as_str().map(str::to_owned);
    if token.is_none() {
        let message = reply["status"]["message"].as_str().unwrap_or("no answer");
        // It stands in a file: one line, without the password.
        let message = message.replace(password.as_str(), "***");
        let message = message.replace(char::is_control, " ");
        notes.push(format!("The login was refused: {message}"));
    }
    token
}
