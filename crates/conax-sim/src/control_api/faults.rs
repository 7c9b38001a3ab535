//! The fault plan at the control API.

use conax_contract::control::{
    DryRunBody, DryRunView, FaultChangeBody, FaultView, FaultsView, PresetsView, Problem,
    ShadowView, parse_body,
};
use conax_contract::crm::Priority;
use conax_contract::fault::{WrittenRule, parse_rules, reproduce, rules_of_word};
use conax_contract::text::{counted, render_each};
use conax_model::command::{Command, CommandKind, Fingerprint, RequestedPeriod, TextMessage};
use conax_model::fault::{End, Facts, Orders, Origin, RuleAtWork, RuleId};
use conax_model::id::{PairingModuleId, ProductId, SmartcardId};
use conax_model::secret::Secret;
use conax_model::time::SimTime;

use crate::control_api::convert::date;
use crate::control_api::reply::Reply;
use crate::control_api::routes::ControlCall;

use crate::fault::FaultBook;
use crate::shared::Shared;

pub(super) fn presets() -> Reply {
    Reply::json(&PresetsView::all())
}

pub(super) fn list(shared: &Shared) -> Reply {
    let now = shared.clock.now();
    let book = shared.fault_plan();
    let faults = book.plan.rules.iter();
    let faults = faults.map(|rule| view(&book, rule, now));
    let shadowed = book
        .plan
        .shadows()
        .into_iter()
        .map(|shadow| ShadowView { rule: shadow.rule.to_string(), by: shadow.by.to_string() });
    Reply::json(&FaultsView { faults: faults.collect(), shadowed: shadowed.collect() })
}

fn view(book: &FaultBook, rule: &RuleAtWork, now: SimTime) -> FaultView {
    FaultView {
        name: rule.rule.id.to_string(),
        status: rule.status(now).code(),
        hit: rule.hits,
        missed: rule.missed,
        since: date(rule.installed),
        rule: book.written.get(&rule.rule.id).cloned().unwrap_or_default(),
    }
}

fn views(shared: &Shared, ids: &[RuleId]) -> Vec<FaultView> {
    let now = shared.clock.now();
    let book = shared.fault_plan();
    let rules = book.plan.rules.iter();
    let rules = rules.filter(|rule| ids.contains(&rule.rule.id));
    rules.map(|rule| view(&book, rule, now)).collect()
}

/// Adds a rule, or a file of them.
pub(super) fn add(shared: &Shared, call: &ControlCall) -> Result<Reply, Problem> {
    call.only(&["place"])?;
    let place = match call.parameter("place") {
        None => None,
        Some(_) => Some(usize::try_from(call.number("place", 0)?).unwrap_or(usize::MAX)),
    };
    let rules = rules(&call.body)?;
    let now = shared.clock.now();
    let ids: Vec<RuleId> = shared.change_faults(|book| {
        let places = (0_usize..).map(|more| place.map(|place| place.saturating_add(more)));
        let added = rules.iter().zip(places);
        added.map(|(rule, place)| book.add(rule, place, now)).collect()
    });
    Ok(Reply::created_json(&FaultsView { faults: views(shared, &ids), shadowed: Vec::new() }))
}

/// One rule, a list of rules, or a file; or the name of a preset or weather alone.
fn rules(body: &[u8]) -> Result<Vec<WrittenRule>, Problem> {
    let source = std::str::from_utf8(body)
        .map_err(|_| Problem::new(400, "body not understood", "the body is not UTF-8"))?;
    if let Some(rules) = rules_of_word(source) {
        return Ok(rules);
    }
    parse_rules(source).map_err(|findings| {
        let count = counted(findings.len(), "finding");
        let detail = format!("{count}, and nothing is changed");
        let mut problem = Problem::new(422, "faults not valid", detail);
        problem.findings = render_each("body", source, &findings);
        problem
    })
}

fn unknown(shared: &Shared, id: &str) -> Problem {
    let there = match shared.fault_plan().plan.names().as_slice() {
        [] => "there are none".to_owned(),
        known => format!("there are `{}`", known.join("`, `")),
    };
    Problem::new(404, "unknown rule", format!("there is no rule `{id}`; {there}"))
}

pub(super) fn show(shared: &Shared, id: &str) -> Result<Reply, Problem> {
    let found = views(shared, &[RuleId::new(id)]);
    found.first().map(Reply::json).ok_or_else(|| unknown(shared, id))
}

pub(super) fn change(shared: &Shared, id: &str, body: &[u8]) -> Result<Reply, Problem> {
    let body: FaultChangeBody =
        parse_body(body).map_err(|problem| Problem::new(422, "rule not changed", problem))?;
    let rule = RuleId::new(id);
    let is_there = shared.change_faults(|book| {
        let paused = body.paused.is_none_or(|paused| book.pause(&rule, paused));
        paused && body.place.is_none_or(|place| book.plan.reorder(&rule, place))
    });
    match is_there {
        true => show(shared, id),
        false => Err(unknown(shared, id)),
    }
}

pub(super) fn remove(shared: &Shared, id: &str) -> Result<Reply, Problem> {
    let rule = RuleId::new(id);
    match shared.change_faults(|book| book.remove(&rule)) {
        true => Ok(list(shared)),
        false => Err(unknown(shared, id)),
    }
}

pub(super) fn clear(shared: &Shared) -> Reply {
    shared.change_faults(FaultBook::clear);
    list(shared)
}

pub(super) fn reproduced(body: &[u8]) -> Result<Reply, Problem> {
    let text = String::from_utf8_lossy(body);
    if text.trim().is_empty() {
        let detail = "send the stored error as the body: an AxisFault dump, or a code and a text";
        return Err(Problem::new(422, "nothing to reproduce", detail));
    }
    Ok(Reply::json(&reproduce(&text)))
}

/// Tells what a command would meet; nothing is counted, nothing is sent.
pub(super) fn dry_run(shared: &Shared, body: &[u8]) -> Result<Reply, Problem> {
    let body: DryRunBody = parse_body(body).map_err(not_told)?;
    let command = command(&body)?;
    let origin = origin(&body)?;
    let facts = Facts {
        command: Some(&command),
        origin: Some(&origin),
        concurrency: shared.faults.at_endpoint() + 1,
        on_connection: 1,
        now: shared.clock.now(),
    };
    let verdict = shared.fault_plan().plan.dry_run(&facts);
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    Ok(Reply::json(&DryRunView {
        acts: verdict.acted.iter().map(Into::into).collect(),
        nearly: verdict.near.iter().map(Into::into).collect(),
        delay_before_ms: millis(verdict.orders.delay_before),
        delay_after_ms: millis(verdict.orders.delay_after),
        ends: ends(&verdict.orders),
    }))
}

fn not_told(problem: impl Into<String>) -> Problem {
    Problem::new(422, "dry run not understood", problem.into())
}

/// A command of this type about these things; what it does not name is left open.
fn command(body: &DryRunBody) -> Result<Command, Problem> {
    let request_type = CommandKind::from_code(&body.command).ok_or_else(|| {
        let known: Vec<&str> = CommandKind::ALL.into_iter().map(CommandKind::code).collect();
        not_told(format!("`command`: found `{}`, allowed {}", body.command, known.join(", ")))
    })?;
    let card = SmartcardId::new(body.card.as_deref().unwrap_or_default());
    let products = body.product.as_deref().map(ProductId::new).into_iter().collect();
    let modules: Vec<PairingModuleId> =
        body.module.as_deref().map(PairingModuleId::new).into_iter().collect();
    let message = |card: SmartcardId| TextMessage {
        cards: vec![card],
        text: String::new(),
        start: None,
        sequence_number: None,
    };
    Ok(match request_type {
        CommandKind::AddSubscriptions => {
            Command::AddSubscriptions { card, products, period: RequestedPeriod::default() }
        }
        CommandKind::CancelSubscriptions => Command::CancelSubscriptions { card, products },
        CommandKind::GetActiveSubscriptions => Command::GetActiveSubscriptions { card },
        CommandKind::CreatePairing => Command::CreatePairing { cards: vec![card], modules },
        CommandKind::AddToExistingPairing => {
            Command::AddToExistingPairing { existing_card: card, cards: Vec::new(), modules }
        }
        CommandKind::GetPairingStatusForCard => Command::GetPairingStatusForCard { card },
        CommandKind::GetPairingStatusForPairingModule => {
            Command::GetPairingStatusForPairingModule {
                module: PairingModuleId::new(body.module.as_deref().unwrap_or_default()),
            }
        }
        CommandKind::DisplayFingerprint => {
            Command::DisplayFingerprint(Fingerprint { card: Some(card), ..Fingerprint::default() })
        }
        CommandKind::UpdateCaPinToDefaultValue => Command::UpdateCaPinToDefaultValue { card },
        CommandKind::UpdateCaPinToGivenValue => {
            Command::UpdateCaPinToGivenValue { card, pin: Secret::new("") }
        }
        CommandKind::SendMailMessageToClient => Command::SendMailMessageToClient(message(card)),
        CommandKind::SendBarkMessageToClient => {
            Command::SendBarkMessageToClient { message: message(card), display_seconds: None }
        }
        CommandKind::SendRepeatingBarkMessageToClient => {
            Command::SendRepeatingBarkMessageToClient {
                message: message(card),
                display_seconds: None,
                repetition_count: 1,
                repetition_interval_seconds: 10,
            }
        }
    })
}

fn origin(body: &DryRunBody) -> Result<Origin, Problem> {
    let priority = body.priority.as_deref().map(|code| {
        Priority::from_code(code).ok_or_else(|| {
            not_told(format!("`priority`: found `{code}`, allowed REGULAR, EXPRESS"))
        })
    });
    Ok(Origin {
        request: None,
        priority: priority.transpose()?,
        subscription: body.subscription.as_deref().map(Into::into),
    })
}

fn ends(orders: &Orders) -> String {
    if let Some(fault) = &orders.connect {
        return format!("no connection: {fault:?}");
    }
    let end = |end: &End, when: &str| {
        let what = match end {
            End::Silence => "no answer".to_owned(),
            End::Reset => "the connection is reset".to_owned(),
            End::HangUp => "the connection is closed".to_owned(),
            End::Http { status, .. } => format!("HTTP {status}"),
            End::SoapFault { string, .. } => format!("SOAP fault {string}"),
            End::Reject { cause, .. } => format!("rejected: {cause:?}"),
        };
        format!("{what}, {when}")
    };
    match (&orders.end_before, &orders.end_after) {
        (Some(before), _) => end(before, "and nothing is done"),
        (None, Some(after)) => end(after, "after it is done"),
        (None, None) => {
            let mut words = vec!["it is answered".to_owned()];
            words.extend(orders.effect.map(|effect| format!("{effect:?}")));
            words.extend(orders.besides.iter().map(|fault| format!("{fault:?}")));
            words.extend(orders.answer.iter().map(|fault| format!("{fault:?}")));
            words.join(", ")
        }
    }
}
