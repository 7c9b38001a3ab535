//! Looking at the journal and at the head-end's state.

use conax_contract::control::{JournalView, Problem, SmartcardDetailsView, TransactionView};
use conax_model::cas::CasState;
use conax_model::id::SmartcardId;
use conax_model::time::SimTime;

use crate::control_door::convert;
use crate::control_door::reply::Reply;
use crate::control_door::routes::ControlCall;
use crate::journal::Surface;
use crate::shared::Shared;

/// How many entries a list has unless asked for more.
const DEFAULT_LIMIT: u64 = 100;

pub(super) fn journal(shared: &Shared, call: &ControlCall<'_>) -> Result<Reply, Problem> {
    call.only(&["since", "limit", "door", "card", "request"])?;
    let since = call.number("since", 0)?;
    let limit = page_size(call)?;
    let door = call.parameter("door").map(surface).transpose()?;
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
    let last = excerpt
        .exchanges
        .iter()
        .map(|exchange| exchange.number)
        .max()
        .unwrap_or(since);
    Ok(Reply::json(&JournalView {
        exchanges: excerpt
            .exchanges
            .iter()
            .map(|one| convert::exchange_view(one))
            .collect(),
        last,
        dropped: excerpt.dropped,
    }))
}

fn surface(name: &str) -> Result<Surface, Problem> {
    Surface::from_name(name).ok_or_else(|| {
        let allowed = Surface::ALL.map(Surface::name).join(", ");
        let detail = format!("`door`: found `{name}`, allowed {allowed}");
        Problem::new(400, "parameter not understood", detail)
    })
}

fn page_size(call: &ControlCall<'_>) -> Result<usize, Problem> {
    Ok(usize::try_from(call.number("limit", DEFAULT_LIMIT)?).unwrap_or(usize::MAX))
}

/// One of the lists of the head-end.
pub(super) fn cas(shared: &Shared, what: &str, call: &ControlCall<'_>) -> Result<Reply, Problem> {
    let now = shared.clock.now();
    let limit = page_size(call)?;
    let offset = usize::try_from(call.number("offset", 0)?).unwrap_or(usize::MAX);
    let side = shared.cas();
    let state = &side.state;
    let page = Page { offset, limit };
    match what {
        "transactions" => transactions(shared, state, call, limit),
        _ => {
            call.only(&["offset", "limit"])?;
            list(state, what, page, now)
        }
    }
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

fn list(state: &CasState, what: &str, page: Page, now: SimTime) -> Result<Reply, Problem> {
    Ok(match what {
        "smartcards" => Reply::json(
            &page.of(state
                .cards(now)
                .map(|card| convert::smartcard_view(state, &card, now))),
        ),
        "products" => Reply::json(&page.of(state.products().map(convert::product_view))),
        "pairing-modules" => {
            Reply::json(&page.of(state.modules().map(|module| convert::module_view(&module))))
        }
        "pairings" => Reply::json(&page.of(state.pairings().map(convert::pairing_view))),
        "messages" => {
            Reply::json(&page.of(state.messages(now).map(|one| convert::message_view(&one))))
        }
        "fingerprints" => Reply::json(
            &page.of(state
                .fingerprints(now)
                .map(|one| convert::fingerprint_view(&one))),
        ),
        _ => {
            let detail = format!("the head-end has no list of `{what}`; `GET /v1` tells which");
            return Err(Problem::new(404, "unknown path", detail));
        }
    })
}

/// The newest transactions, in order.
fn transactions(
    shared: &Shared,
    state: &CasState,
    call: &ControlCall<'_>,
    limit: usize,
) -> Result<Reply, Problem> {
    call.only(&["limit", "card"])?;
    let card = call.parameter("card").map(SmartcardId::new);
    Ok(Reply::json(&newest(shared, state, card.as_ref(), limit)))
}

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
        .map(|transaction| convert::transaction_view(transaction, &shared.settings))
        .collect();
    views.reverse();
    views
}

/// Everything about one smartcard.
pub(super) fn smartcard(
    shared: &Shared,
    id: &str,
    call: &ControlCall<'_>,
) -> Result<Reply, Problem> {
    call.only(&["limit"])?;
    let limit = page_size(call)?;
    let now = shared.clock.now();
    let side = shared.cas();
    let state = &side.state;
    let id = SmartcardId::new(id);
    let card = state.card(&id, now).ok_or_else(|| {
        Problem::new(
            404,
            "unknown smartcard",
            format!("the head-end has no smartcard `{id}`"),
        )
    })?;
    let messages = state
        .messages(now)
        .filter(|message| message.card == card.id);
    Ok(Reply::json(&SmartcardDetailsView {
        messages: messages
            .take(limit)
            .map(|one| convert::message_view(&one))
            .collect(),
        transactions: newest(shared, state, Some(&card.id), limit),
        card: convert::smartcard_view(state, &card, now),
    }))
}
