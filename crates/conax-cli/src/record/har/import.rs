//! From the text of a HAR file to a recording without secrets.

use std::time::Duration;

use chrono::NaiveDateTime;
use conax_contract::har::{
    CAS, CREATOR, FINDINGS, HarBody, HarEntry, HarHead, HarPage, TARGET, header, origin_and_target,
    read_har,
};
use conax_contract::text::{counted, render_moment};
use conax_scenario::document::Api;
use serde_json::Value;

use super::super::contract::Checker;
use super::super::form::{
    Coding, Content, Exchange, FORMAT, Heard, HeardCall, HeardReply, Ids, Recording,
};
use super::super::names::rename;
use super::super::redact::{MASK, redact};
use super::NOT_IN_FILE;
use super::survey::{Kind, Survey};
use crate::json::walk;

/// A recording, and what is to be said of where it comes from.
#[derive(Debug)]
pub(in super::super) struct Imported {
    /// The recording.
    pub(in super::super) recording: Recording,
    /// What was left out, and what the file lacks.
    pub(in super::super) notes: Vec<String>,
}

/// Makes a recording of a file, or of one page of it.
///
/// # Errors
/// What is wrong with the file, or that one of its pages has to be named.
pub(in super::super) fn import(text: &str, page: Option<&str>) -> Result<Imported, String> {
    let mut survey = Survey::default();
    // Twice: which address is meant is known at the end only, and what is not wanted may be long.
    let is_wanted = |entry: &HarEntry| page.is_none() || entry.page.as_deref() == page;
    let head = read_har(text, |entry| survey.note(&entry, is_wanted(&entry)))?;
    let page = chosen(&head, page)?;
    let taken = survey.taken();
    let (mut index, mut entries) = (0, Vec::new());
    read_har(text, |entry| {
        if let Some(kind) = taken.get(&index) {
            entries.push((entry, api_of(kind)));
        }
        index += 1;
    })?;
    let notes = [survey.left_out(), without_content(&entries)];
    let recording = recording(&head, page, entries, survey.base());
    Ok(Imported { recording, notes: notes.into_iter().flatten().collect() })
}

const fn api_of(kind: &Kind) -> Api {
    match kind {
        Kind::Cas => Api::Cas,
        Kind::Crm | Kind::Documented { .. } | Kind::Unknown | Kind::LeftOut(_) => Api::Crm,
    }
}

/// The page that is asked for. In files of ours each page is a scenario, with a world of its own.
fn chosen<'h>(head: &'h HarHead, page: Option<&str>) -> Result<Option<&'h HarPage>, String> {
    let ids = || head.pages.iter().map(|page| format!("\n   {:<14}{}", page.id, page.title));
    let Some(wanted) = page else {
        return match head.pages.as_slice() {
            _ if head.creator != CREATOR => Ok(None),
            [] => Ok(None),
            [page] => Ok(Some(page)),
            pages => Err(format!(
                "it has {} scenarios; name one with --page{}",
                pages.len(),
                ids().collect::<String>()
            )),
        };
    };
    let found = head.pages.iter().find(|page| page.id == wanted);
    found.map(Some).ok_or_else(|| match head.pages.len() {
        0 => format!("--page: it has no page `{wanted}`, it has no pages at all"),
        _ => format!("--page: it has no page `{wanted}`; there are{}", ids().collect::<String>()),
    })
}

fn without_content(entries: &[(HarEntry, Api)]) -> Option<String> {
    let count = entries.iter().filter(|(entry, _)| entry.reply.is_left_out()).count();
    let text = format!(
        "{} without content, of which nothing is expected but the status: browsers save it with \
         `HAR with content`",
        counted(count, "answer")
    );
    (count > 0).then_some(text)
}

type Entries = Vec<(HarEntry, Api)>;

fn recording(
    head: &HarHead,
    page: Option<&HarPage>,
    entries: Entries,
    base: Option<&String>,
) -> Recording {
    let own = |name: &str| head.own.get(name).and_then(Value::as_str).map(str::to_owned);
    let began = page.filter(|_| head.creator == CREATOR).and_then(|page| page.began);
    let (entries, began) = in_order(entries, began);
    let origin = |api: Api| {
        let found = entries.iter().find(|(_, entry, one)| *one == api && !entry.url.is_empty());
        found.map(|(_, entry, _)| origin_and_target(&entry.url).0.to_owned())
    };
    let target = own(TARGET).or_else(|| base.cloned()).or_else(|| origin(Api::Crm));
    let cas = own(CAS).or_else(|| origin(Api::Cas));
    let heard: Vec<Heard> =
        entries.iter().map(|(at, entry, api)| heard(*at, entry, *api)).collect();
    let mut exchanges = redact(&heard);
    let mut checker = Checker::default();
    for ((exchange, heard), (_, entry, _)) in exchanges.iter_mut().zip(&heard).zip(&entries) {
        let found = match entry.own.get(FINDINGS) {
            Some(known) => texts(known),
            // What is masked is not what was said.
            None if head.creator == CREATOR || lacks_content(entry) => Vec::new(),
            None => checker.findings_of(heard, true),
        };
        exchange.findings = found;
        restore(exchange, entry);
    }
    rename(&mut exchanges);
    Recording {
        recording: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        target: target.unwrap_or_default(),
        cas,
        warnings: Vec::new(),
        began: render_moment(began),
        ids: Ids::Renamed,
        exchanges,
    }
}

fn texts(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn lacks_content(entry: &HarEntry) -> bool {
    entry.call.is_left_out() || entry.reply.is_left_out()
}

/// The exchanges by their beginning, since the recording began. One without a readable date began
/// with the one before it.
fn in_order(
    entries: Entries,
    began: Option<NaiveDateTime>,
) -> (Vec<(Duration, HarEntry, Api)>, NaiveDateTime) {
    let mut last = None;
    let mut dated: Vec<(Option<NaiveDateTime>, HarEntry, Api)> = Vec::new();
    for (entry, api) in entries {
        last = entry.began.or(last);
        dated.push((last, entry, api));
    }
    dated.sort_by_key(|(at, ..)| *at);
    let first = dated.iter().find_map(|(at, ..)| *at);
    let began = began.or(first).unwrap_or_default();
    let since = |at: Option<NaiveDateTime>| {
        at.and_then(|at| (at - began).to_std().ok()).unwrap_or_default()
    };
    (dated.into_iter().map(|(at, entry, api)| (since(at), entry, api)).collect(), began)
}

fn heard(at: Duration, entry: &HarEntry, api: Api) -> Heard {
    let text = |name: &str| header(&entry.call_headers, name).map(str::to_owned);
    let reply = match entry.status {
        Some(status) => Ok(HeardReply {
            status,
            body: entry.reply.text.clone().unwrap_or_default(),
            coding: coding(&entry.reply, &entry.reply_headers),
        }),
        None => {
            Err(entry.problem.clone().unwrap_or_else(|| "there is none in the file".to_owned()))
        }
    };
    Heard {
        api,
        at,
        took: entry.took,
        call: HeardCall {
            verb: entry.verb.clone(),
            target: origin_and_target(&entry.url).1.to_owned(),
            authorization: text("authorization"),
            accept_encoding: text("accept-encoding"),
            body: entry.call.text.clone().unwrap_or_default(),
            coding: coding(&entry.call, &entry.call_headers),
        },
        reply,
    }
}

fn coding(body: &HarBody, headers: &[(String, String)]) -> Option<Coding> {
    let name = header(headers, "content-encoding")?.to_owned();
    let bytes = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let decoded_bytes = body.text.is_some().then(|| bytes(body.size));
    Some(Coding { name, coded_bytes: bytes(body.coded?), decoded_bytes })
}

/// Puts back what masks do not tell: which bodies are not in the file, and which tokens are meant.
fn restore(exchange: &mut Exchange, entry: &HarEntry) {
    let sides = [(&mut exchange.call.body, &entry.call), (&mut exchange.reply.body, &entry.reply)];
    for (content, body) in sides {
        if body.is_left_out() {
            let why = if body.comment.is_empty() { NOT_IN_FILE } else { &body.comment };
            *content = Content::NotKept(why.to_owned());
        }
    }
    let code = exchange.reply.body.json().and_then(|body| body["status"]["code"].as_str());
    // Masks are all alike: one that was refused is another token than the one that was not.
    let name = match code.is_some_and(|code| code.contains("INVALIDTOKEN")) {
        true => "token-2",
        false => "token-1",
    };
    for (member, value) in &mut exchange.call.parameters {
        if member == "token" && value == MASK {
            name.clone_into(value);
        }
    }
    for content in [&mut exchange.call.body, &mut exchange.reply.body] {
        if let Content::Json(body) = content {
            unmask(body, name);
        }
    }
}

/// What stood where a mask stands: a token, the null that is printed for every PIN, or the stars
/// that stand for one in the text that was sent (both Shown).
fn unmask(body: &mut Value, token: &str) {
    walk(body, &mut |member, value| {
        match member {
            "token" if *value == MASK => *value = token.into(),
            "ca_pin" if *value == MASK => *value = Value::Null,
            "request" => {
                let sent = value.as_str().and_then(|text| text.strip_suffix(MASK));
                if let Some(sent) = sent.filter(|sent| !sent.ends_with('*')) {
                    *value = format!("{sent}****").into();
                }
            }
            _ => {}
        }
        true
    });
}
