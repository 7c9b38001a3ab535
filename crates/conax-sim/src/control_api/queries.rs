//! Looking at the journal and at the head-end's state.

use conax_contract::control::{
    FingerprintView, JournalView, MessageView, PairingModuleView, PairingView, Problem,
    ProductView, SmartcardDetailsView, TransactionView,
};
use conax_model::cas::CasState;
use conax_model::id::SmartcardId;
use serde::Serialize;

use crate::control_api::reply::{JSON, Reply};
use crate::control_api::routes::ControlCall;
use crate::control_api::{convert, har};
use crate::journal::Surface;
use crate::shared::Shared;
use crate::worlds::Worlds;

/// How many entries a list has unless asked for more.
const DEFAULT_LIMIT: u64 = 100;

pub(super) fn journal(
    worlds: &Worlds,
    shared: &Shared,
    call: &ControlCall,
) -> Result<Reply, Problem> {
    call.only(&["since", "limit", "api", "door", "card", "request", "format"])?;
    let since = call.number("since", 0)?;
    let is_archive = is_archive(call)?;
    let limit = match (is_archive, call.parameter("limit")) {
        // A file is no page of a list: it has all there is.
        (true, None) => usize::MAX,
        _ => page_size(call)?,
    };
    let door = call.api().map(surface).transpose()?;
    let card = call.parameter("card");
    let request = match call.parameter("request") {
        None => None,
        Some(_) => Some(call.number("request", 0)?),
    };
    let excerpt = shared.journal.excerpt(since, limit, |exchange| {
        let subject = &exchange.subject;
        door.is_none_or(|door| exchange.surface == door)
            && card.is_none_or(|card| subject.card.as_deref() == Some(card))
            && request.is_none_or(|request| subject.request_number == Some(request))
    });
    if is_archive {
        return Ok(Reply::text(JSON, har::archive(worlds, call.headers(), &excerpt)));
    }
    let last = excerpt.exchanges.iter().map(|exchange| exchange.number).max().unwrap_or(since);
    let views = excerpt.exchanges.iter();
    Ok(Reply::json(&JournalView {
        exchanges: views.map(|one| convert::exchange_view(one)).collect(),
        last,
        dropped: excerpt.dropped,
    }))
}

/// Whether the journal is asked for as an HTTP Archive.
fn is_archive(call: &ControlCall) -> Result<bool, Problem> {
    match call.parameter("format") {
        None | Some("json") => Ok(false),
        Some("har") => Ok(true),
        Some(other) => {
            let detail = format!("`format`: found `{other}`, allowed json, har");
            Err(Problem::new(400, "parameter not understood", detail))
        }
    }
}

fn surface(name: &str) -> Result<Surface, Problem> {
    Surface::from_name(name).ok_or_else(|| {
        let allowed = Surface::ALL.map(Surface::name).join(", ");
        let detail = format!("`api`: found `{name}`, allowed {allowed}");
        Problem::new(400, "parameter not understood", detail)
    })
}

fn page_size(call: &ControlCall) -> Result<usize, Problem> {
    Ok(usize::try_from(call.number("limit", DEFAULT_LIMIT)?).unwrap_or(usize::MAX))
}

/// One of the lists of the head-end.
pub(super) fn cas(shared: &Shared, what: &str, call: &ControlCall) -> Result<Reply, Problem> {
    let limit = page_size(call)?;
    if what == "transactions" {
        call.only(&["limit", "card"])?;
        let card = call.parameter("card").map(SmartcardId::new);
        let views = newest(shared, &shared.cas().state, card.as_ref(), limit);
        return Ok(Reply::json(&views));
    }
    call.only(&["offset", "limit"])?;
    let offset = usize::try_from(call.number("offset", 0)?).unwrap_or(usize::MAX);
    list(shared, what, Page { offset, limit })
}

#[derive(Clone, Copy)]
struct Page {
    offset: usize,
    limit: usize,
}

impl Page {
    fn of<T>(self, all: impl Iterator<Item = T>) -> Vec<T> {
        all.skip(self.offset).take(self.limit).collect()
    }
}

fn list(shared: &Shared, what: &str, page: Page) -> Result<Reply, Problem> {
    let now = shared.clock.now();
    Ok(match what {
        "smartcards" => printed(shared, |state| {
            let cards = state.cards(now);
            page.of(cards.map(|card| convert::smartcard_view(state, &card, now)))
        }),
        "products" => printed(shared, |state| page.of(state.products().map(ProductView::from))),
        "pairing-modules" => printed(shared, |state| {
            let modules = state.modules();
            page.of(modules.map(|module| PairingModuleView::from(&module)))
        }),
        "pairings" => printed(shared, |state| page.of(state.pairings().map(PairingView::from))),
        "messages" => printed(shared, |state| {
            let messages = state.messages(now);
            page.of(messages.map(|one| MessageView::from(&one)))
        }),
        "fingerprints" => printed(shared, |state| {
            let fingerprints = state.fingerprints(now);
            page.of(fingerprints.map(|one| FingerprintView::from(&one)))
        }),
        _ => {
            let detail = format!("the head-end has no list of `{what}`; `GET /v1` tells which");
            return Err(Problem::new(404, "unknown path", detail));
        }
    })
}

/// Looks under the lock and prints when it is released: printing takes longer than looking.
fn printed<V: Serialize>(shared: &Shared, look: impl FnOnce(&CasState) -> Vec<V>) -> Reply {
    let views = look(&shared.cas().state);
    Reply::json(&views)
}

/// The newest transactions, in order.
fn newest(
    shared: &Shared,
    state: &CasState,
    card: Option<&SmartcardId>,
    limit: usize,
) -> Vec<TransactionView> {
    let wanted = state
        .transactions()
        .rev()
        .filter(|transaction| card.is_none_or(|card| transaction.cards.contains(card)));
    let mut views: Vec<_> = wanted
        .take(limit)
        .map(|transaction| TransactionView::of(shared.settings.cas.profile, transaction))
        .collect();
    views.reverse();
    views
}

/// Everything about one smartcard.
pub(super) fn smartcard(shared: &Shared, id: &str, call: &ControlCall) -> Result<Reply, Problem> {
    call.only(&["limit"])?;
    let limit = page_size(call)?;
    let id = SmartcardId::new(id);
    let view = details(shared, &id, limit).ok_or_else(|| {
        let detail = format!("the head-end has no smartcard `{id}`");
        Problem::new(404, "unknown smartcard", detail)
    })?;
    Ok(Reply::json(&view))
}

fn details(shared: &Shared, id: &SmartcardId, limit: usize) -> Option<SmartcardDetailsView> {
    let now = shared.clock.now();
    let side = shared.cas();
    let state = &side.state;
    let card = state.card(id, now)?;
    let messages = state.messages(now).filter(|message| message.card == card.id);
    Some(SmartcardDetailsView {
        messages: messages.take(limit).map(|one| MessageView::from(&one)).collect(),
        transactions: newest(shared, state, Some(&card.id), limit),
        card: convert::smartcard_view(state, &card, now),
    })
}
